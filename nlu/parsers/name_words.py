"""Words around people's names, and words that show a text is no name, per language, folded."""

from __future__ import annotations

from collections.abc import Mapping

from nlu.parsers.fold import word_set, words_of

_INTRO = {
    "pl": (
        "nazywam sie|mam na imie|mam na nazwisko|moje imie to|moje imie i nazwisko to|moje nazwisko to|"
        "na imie mi|imie i nazwisko|imie|nazwisko|z tej strony|mowi|jestem|tu|tutaj|to ja|to|na imie mam|"
        "przy telefonie|to jest|klaniam sie|ja jestem|ja nazywam sie|pan|pani|tu mowi|po drugiej stronie"
    ),
    "en": (
        "my name is|my names|my full name is|the name is|the names|name is|name|im|i am|this is|it is|its|"
        "call me|they call me|you can call me|people call me|speaking|here is|mr|mrs|ms|miss|dr|"
        "you are talking to|youre speaking to|first name|last name|surname|surname is|first name is|last name is|"
        "my surname is|my first name is|my last name is"
    ),
    "ro": (
        "ma numesc|ma cheama|numele meu este|numele meu e|numele meu complet este|numele este|numele e|numele|"
        "nume|sunt|eu sunt|aici|aici e|aici este|ma numesc eu|prenumele meu este|prenumele este|prenume|domnul|"
        "doamna|domnisoara|mi se spune|imi zice|imi spune|ma strigati|e"
    ),
}
_LEAD = {
    "pl": ("tak no dobrze ok okej wiec dzien dobry czesc witam hej halo eee yyy hmm a prosze oczywiscie dobry wieczor panstwu"),
    "en": "yes yeah sure ok okay well hi hello hey good morning afternoon evening um uh er so oh and right",
    "ro": "da pai deci buna ziua seara dimineata salut alo sigur ok bine noroc hmm aaa",
}
_TAIL = {
    "pl": "z tej strony|przy telefonie|dziekuje|dzieki|prosze|mowi|sie klania|tutaj|tu|przy aparacie",
    "en": "speaking|here|please|thanks|thank you|is my name|calling|by the way|on the line",
    "ro": "aici|la telefon|va rog|te rog|multumesc|ma numesc|mersi|ma cheama",
}
_NEVER = {
    "pl": (
        "tak nie no wiem chce chcialbym chcialabym prosze mam masz ma moj moja moje jest sa byl bylo bylem bylam "
        "bede co kto gdzie kiedy jak dlaczego czemu czy ze bo ale i oraz lub albo w we na do od dla po przez bez "
        "pod nad przy o u za sie mi mnie ci cie mu go ja ty on ono my wy oni to ten ta te tego tej jestem "
        "nazywam dzien dobry dobra dobrze ok okej halo hej czesc witam pomoc pomocy zamowienie zamowienia "
        "faktura fakture paczka paczke konto numer telefon adres wizyta wizyte umowic zmienic anulowac anuluj "
        "sprawdzic problem reklamacja reklamacje zwrot konsultant konsultantem konsultanta czlowiek czlowiekiem "
        "rozmawiac polacz polaczyc dziekuje dzieki nikt nic wszystko raz dwa trzy jeden kropka malpa moze chyba "
        "raczej jeszcze juz tylko tez bardzo teraz jutro dzis wczoraj stop koniec powtorz slucham nieistotne "
        "niewazne podam powiem imie nazwisko pan pani anonim anonimowo bot botem robot zadzwonic zadzwon "
        "interesuje zainteresowany zainteresowana pewien pewna pewny zly zla chory chora glodny zajety zajeta "
        "klientem klientka nowy nowa polak polka polakiem domu pracy doktor proszek mowie mowic kot pies "
        "samochod rower internet dziala zepsuty"
    ),
    "en": (
        "yes no not i you he she it we they me him her us them my your his its our their the a an and or but of "
        "for to in on at by with from is am are was were be been do does did have has had can could will would "
        "shall should want need like know think go get make what who where when why how which that this these "
        "those here there please thanks thank sorry hello hi hey ok okay help order orders invoice parcel "
        "package account number phone address appointment book booking cancel change check problem issue "
        "complaint refund return agent human person operator someone speak talk nothing everything one two three "
        "dot maybe just only also very now today tomorrow yesterday stop end repeat fine good bad happy sad "
        "angry calling waiting looking trying interested sure afraid customer new busy tired sick hungry never "
        "mind name names last first surname full don't dont can't cant won't i'm im bot robot anonymous nobody "
        "anyone cat dog car bike internet broken work working home not speaking about if as so too because"
    ),
    "ro": (
        "da nu eu tu el ea noi voi ei ele imi iti mi ti ma te se o un una unei unui al ai ale lui si sau ori dar "
        "ca de la in pe cu din pentru fara sub ce cine unde cand cum care de ce este e sunt esti era am ai are "
        "avem vreau vrea as dori pot poate trebuie stiu cred fac face va rog multumesc mersi scuze buna ziua "
        "salut alo ok bine ajutor comanda comenzi factura colet coletul cont contul numar numarul telefon adresa "
        "programare programarea anulez anulati schimb verific problema reclamatie retur rambursare operator "
        "operatorul om consultant vorbesc vorbi nimic tot toate unu doi trei punct arond poate doar si foarte "
        "acum azi maine ieri stop gata repeta nume numele prenume prenumele meu mea mei nimeni cineva interesat "
        "interesata sigur sigura client clienta nou noua ocupat obosit bolnav suparat bot robot anonim pisica "
        "caine masina bicicleta internet internetul merge functioneaza stricat acasa despre daca"
    ),
}


def _phrases(table: Mapping[str, str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Phrases as word tuples, longest first."""
    split = {lang: {words_of(phrase) for phrase in text.split("|")} for lang, text in table.items()}
    return {lang: tuple(sorted(phrases, key=lambda words: (-len(words), words))) for lang, phrases in split.items()}


INTRO = _phrases(_INTRO)
"""What people say before their name."""

TAIL = _phrases(_TAIL)
"""What people say after it."""

_WEAK = (
    "jestem|ja jestem|tu|tutaj|to|to ja|to jest|mowi|pan|pani|im|i am|it is|its|this is|here is|speaking|name|sunt|eu sunt|"
    "aici|aici e|aici este|e"
)
WEAK = frozenset(words_of(phrase) for phrase in _WEAK.split("|"))
"""Introductions that begin many other sentences too: "I'm", "jestem", "sunt"."""

LEAD: Mapping[str, frozenset[str]] = {lang: frozenset(text.split()) for lang, text in _LEAD.items()}
"""Greetings and hesitations before everything else."""

NEVER: Mapping[str, frozenset[str]] = {lang: frozenset(text.split()) for lang, text in _NEVER.items()}
"""Words that nobody is called; a text with one of them is a sentence."""

PARTICLES = word_set("de da di del della von van der den la le du dos bin al el ten ter zu")
"""Written small inside a name, and no reason to refuse it there."""
