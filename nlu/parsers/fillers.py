"""Words that may stand around any answer without changing it, per language, folded."""

from __future__ import annotations

_PL = (
    "to jest jakies jakis okolo moze prosze poprosze daje dam dalbym dalabym oceniam na ocena ocene mysle ze "
    "no tak raczej chyba numer nr telefonu telefon zamowienia zamowienie kod pocztowy mam moj moja moje "
    "wynosi by bylo bedzie niech i a w za po ok okej dobra dobrze wiec hmm hm yyy eee y e um sie pan pani "
    "wam wasz tej ten ta te bo ale zaledwie dokladnie gdzies jakos cos jakby powiedzmy wybieram biore chce "
    "chcialbym chcialabym sama sam rowno tylko az ponad prawie z od do liczba kwota wartosc cena punkt "
    "punkty punktow pkt postawie stawiam adres mail email e-mail mailowy"
)
_EN = (
    "it is its it's that's that thats about around maybe please i i'd i'll i'm give gave would say think "
    "rate rating score a an the number my phone order code postcode postal of for to at uh um er erm hmm "
    "well so okay ok yes yeah just like was want need take have got exactly roughly approximately only and "
    "solid amount total points point mark marks be in my mine let's lets go with probably me you your this "
    "because but them guess"
)
_RO = (
    "este e sunt cam aproximativ poate va rog te as da dau imi mi numarul nr numar telefon telefonul telefon "
    "meu mea comanda comenzii codul cod postal la de pe cu un o a al ai ale cred ca eu si sa fie in pai deci "
    "ok bine zic spun nota vreau vreo circa exact doar numai suma pret punct puncte adresa email mail e-mail "
    "lui pentru ofer acord as aproape clar aia ala asta"
)

FILLERS: dict[str, frozenset[str]] = {
    "pl": frozenset(_PL.split()),
    "en": frozenset(_EN.split()),
    "ro": frozenset(_RO.split()),
}
"""Per language; use ``fillers_of`` for a language that may be unknown."""

_UNITS = {
    "pl": (
        "lat lata rok roku godzin godziny godzine minut minuty minute dni dzien tygodni tygodnie miesiecy "
        "miesiace osob osoby dzieci kg km m gb mb procent procenty razy raz sztuk sztuki szt dolarow h min godz"
    ),
    "en": (
        "years year hours hour minutes minute days day weeks week months month people persons kids children kg "
        "km miles gb mb percent times time items pieces am pm o'clock h min am"
    ),
    "ro": ("ani an ore ora minute minut zile zi saptamani luni luna persoane copii kg km gb mb procente ori bucati buc h min"),
}
UNITS: dict[str, frozenset[str]] = {code: frozenset(words.split()) for code, words in _UNITS.items()}
"""Words that make the number before them a count of something else: neither a mark nor an amount of money."""


def fillers_of(language: str) -> frozenset[str]:
    """Filler words of a language, or none."""
    return FILLERS.get(language, frozenset())


def units_of(language: str) -> frozenset[str]:
    """Words of measure of a language, or none."""
    return UNITS.get(language, frozenset())
