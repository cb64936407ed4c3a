"""completeness: finished and unfinished transcripts as people say them, per language and way of listening."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.completeness import Completeness, completeness
from speech.endings import fold
from speech.types import Listen

FINISHED = {
    "pl": """
        tak
        no tak
        Tak.
        Nie.
        nie, dziękuję
        Mhm.
        zgadza się
        dwunastego maja
        w piątek
        jutro po południu
        to wszystko
        koniec
        Dziękuję bardzo.
        Gdzie jest moja paczka?
        Chciałbym zwrócić buty.
        Chciałabym przełożyć wizytę na piątek.
        Proszę o fakturę na firmę.
        mój numer to 600 700 800
        Mój numer telefonu to sześćset siedemset osiemset
        Mój mail to anna.nowak@gmail.com
        Nie dostałam zwrotu pieniędzy.
        Mam problem z płatnością.
        Zgubiłem hasło do konta.
        Poproszę rozmowę z konsultantem.
        12 maja
        5 czerwca.
        Chciałbym anulować zamówienie.
        Nie chcę.
        W tym miesiącu jeszcze nie płaciłam.
        Kurier zostawił paczkę u sąsiada.
        Tak, zgadzam się.
        Ile kosztuje wysyłka?
        Tak, poproszę.
        Nie, to wszystko.
        Potwierdzam.
        Nie wiem.
        Rozumiem, dziękuję.
        Wizyta dwudziestego piątego maja
        Zapomniałem hasła do konta.
        To ja już dziękuję.
        O to chodzi.
        Wszystko się zgadza.
        Paczka nie przyszła.
        paczka jeszcze nie przyszla.
        Miłego dnia.
    """,
    "en": """
        yes
        Yes.
        nope
        No.
        Yeah.
        that's all
        That's it.
        Thank you.
        I'd like to return my shoes.
        Where is my order?
        Can I speak to a person?
        My number is 020 7946 0958
        May 5th
        the fifth of May
        Friday
        tomorrow in the afternoon
        I haven't received my refund.
        My email is anna@example.com
        I want to cancel my order.
        Please send it to my new address.
        Yes, I'd like to.
        I want to log in
        It was broken when it arrived.
        The parcel never came.
        no thanks
        How do I return it?
        I think so.
        Someone else is calling you.
        I am moving to London next week.
        I have three years of experience.
        Yes, that's correct.
        No, that's wrong.
        I want to speak to someone.
        The invoice is wrong.
        On the fifth of May.
        My order number is 104233
        I changed my address.
        I've lost my password.
        What is it for?
        Which city is it in?
        I don't think so.
        It won't turn on.
        It's fine, thank you.
    """,
    "ro": """
        da
        Da.
        nu
        Nu.
        nu, mulțumesc
        da, sigur
        gata
        asta e tot
        Mulțumesc.
        Unde este coletul meu?
        Aș vrea să returnez pantofii.
        Vreau să anulez comanda.
        pe 12 mai
        vineri
        mâine dimineață
        Numărul meu este 0722 123 456
        Adresa mea de email este ana@gmail.com
        Nu am primit banii înapoi.
        Am o problemă cu plata cardului.
        Vreau să vorbesc cu un operator.
        sunt de acord
        Nu știu.
        săptămâna viitoare
        Cât costă livrarea?
        Coletul a venit stricat.
        Aș dori o factură pe firmă.
        Da, vreau.
        Nu vreau.
        Cum pot să îl returnez?
        Am plătit deja factura.
        Da, vă rog.
        Nu, mulțumesc frumos.
        Bine.
        Am uitat parola.
        Vreau să plătesc cu cardul.
        Comanda mea este 104233
        Pe data de 12 mai.
        Nu mai vreau nimic.
        Asta era.
        Am dat-o înapoi ieri.
        Sunt mama lui.
        Eu am returnat-o.
        Vreau să schimb adresa de livrare.
    """,
}
UNFINISHED = {
    "pl": """
        chciałbym
        chciałabym zwrócić
        Chciałabym zwrócić.
        mój numer to
        mój numer to 600
        Mój numer to sześćset
        w przyszły
        od dnia
        yyy
        Dzień dobry, chciałbym
        no więc
        znaczy
        to znaczy
        chcialbym sie umowic na
        Dzwonię w sprawie
        Dzwonię, bo
        Moja paczka jest
        dwunastego
        od dwunastego
        Chciałbym zmienić adres, ale
        Mieszkam na ulicy
        Nazywam się
        kupiłem
        Kupiłam buty i
        Zamówiłem je w zeszły
        mój mail to anna.nowak@
        anna małpa
        anna.nowak małpa gmail
        Poproszę o
        Chciałabym się dowiedzieć, czy
        Chodzi mi o
        Nie mogę przyjść, ponieważ
        Chcę oddać te buty,
        Chciałbym...
        Proszę mnie połączyć z
        numer zamówienia
        bo ja
        w pszyszłą
        Mam na imię
        Paczka miała przyjść do
        eee
        hmm
        Chciałem zapytać o
        Poproszę na adres
        Czy może mi pani
        pod numer
        Wyślijcie to na
        To jest
        Moje nazwisko to
        Nie dostałem jeszcze mojej
        Czekam na paczkę od
        Zamówienie numer 104
        Chcę przełożyć wizytę na przyszły
        mam na imie
    """,
    "en": """
        I'd like to
        I would like
        my number is
        My number is six
        my number is six zero
        I want to return
        I ordered
        I ordered a
        because
        and
        uh
        um
        I was wondering
        the twelfth of
        on the
        from the
        I'd like to change my
        Can I
        Could you
        My name is
        it's about the
        I bought it in
        hmm
        well
        you know
        I'm calling about
        I live at
        I need a new
        We moved to
        The problem is
        I'm not sure if
        It was supposed to
        I paid with my
        My email is anna@
        next
        I can come on Monday or
        I have been waiting for
        so
        I'd like...
        Yes, but
        er
        like
        I'd like to speak to the
        Please send it to
        My order number is 104
        I got a
        It came with
        I've got a different
        Yes, and
        my order number
    """,
    "ro": """
        aș vrea să
        as vrea sa
        Aș vrea să returnez
        numărul meu este
        Numărul meu este 07
        la data de
        pe
        ă
        ăăă
        deci
        păi
        adică
        Bună ziua, aș vrea
        Aș dori să
        mă numesc
        Vă sun în legătură cu
        Vă sun pentru că
        Coletul meu este
        Stau pe strada
        strada
        Vreau să schimb
        Am cumpărat
        Am comandat o
        din data de
        și
        dar
        Nu pot să vin fiindcă
        ana arond
        ana.pop arond gmail
        Vreau să știu dacă
        Adresa mea este
        numărul comenzii
        în jur de
        Pot veni luni sau
        Da, dar
        Am nevoie de
        până la
        Nu sunt sigur că
        foarte
        Mi-a venit un colet cu
        hmm
        Aș vrea să vorbesc cu
        Trimiteți-l la
        Comanda mea este 104
        Mă mut în
        Am primit un
        E vorba despre
        Puteți să
        numele meu este
        as dori sa schimb
    """,
}


def _lines(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(language, line.strip()) for language, lines in table.items() for line in lines.strip().splitlines()]


@pytest.mark.parametrize(("language", "text"), _lines(FINISHED))
def test_finished(language: str, text: str) -> None:
    """A caller who said this is done."""
    judged = completeness(text, language)
    assert judged.finished, judged


@pytest.mark.parametrize(("language", "text"), _lines(UNFINISHED))
def test_unfinished(language: str, text: str) -> None:
    """A caller who said this goes on, whether Whisper writes a full stop or not."""
    for written in (text, text if text.endswith((",", ".")) else text + "."):
        judged = completeness(written, language)
        assert judged.unfinished, (written, judged)


@pytest.mark.parametrize(("language", "text"), [case for case in _lines(UNFINISHED) if fold(case[1]) != case[1].lower()])
def test_diacritics_may_be_missing(language: str, text: str) -> None:
    """Whisper drops diacritics on a telephone line."""
    assert completeness(fold(text), language).unfinished


@pytest.mark.parametrize(
    ("language", "listen", "digits", "text", "finished"),
    [
        ("pl", "digits", 9, "600 700 800", True),
        ("pl", "digits", 9, "sześćset siedemset osiemset", True),
        ("pl", "digits", 9, "mój numer to 600 700", False),
        ("pl", "digits", 9, "sześćset dwanaście trzysta", False),
        ("pl", "digits", 9, "+48 600 700 800", True),
        ("pl", "digits", 6, "VX-104233.", True),
        ("pl", "digits", 6, "VX-104.", False),
        ("pl", "digits", 9, "Nie mam telefonu.", True),
        ("pl", "digits", 0, "pięć", False),
        ("pl", "digits", 1, "pięć", True),
        ("en", "digits", 9, "nine two three eight four two eight two four", True),
        ("en", "digits", 9, "9-2-3, 8-4-2,", False),
        ("en", "digits", 4, "double five double six", True),
        ("en", "digits", 3, "six hundred", True),
        ("en", "digits", 5, "six hundred and twelve", False),
        ("en", "digits", 6, "twenty", False),
        ("en", "digits", 6, "I don't know.", True),
        ("en", "digits", 9, "9 2 3 8 4 2 8 9 9 9 2 2 3 4 2 1 8 9 2 9 9", False),
        ("ro", "digits", 10, "zero șapte doi doi unu doi trei patru cinci șase", True),
        ("ro", "digits", 10, "zero șapte doi doi", False),
        ("ro", "digits", 6, "o sută patru douăzeci și trei", False),
        ("ro", "digits", 6, "comanda 104233", True),
        ("pl", "spelling", 0, "anna.nowak@gmail.com", True),
        ("pl", "spelling", 0, "anna nowak małpa gmail kropka com", True),
        ("pl", "spelling", 0, "anna nowak małpa gmail", False),
        ("pl", "spelling", 0, "anna małpa", False),
        ("pl", "spelling", 0, "N, O, W", False),
        ("pl", "spelling", 0, "Nowak, N O W A K", True),
        ("en", "spelling", 0, "anna at gmail dot com", True),
        ("en", "spelling", 0, "anna at gmail", False),
        ("en", "spelling", 0, "S M I T", False),
        ("en", "spelling", 0, "Smith. S-M-I-T-H.", True),
        ("ro", "spelling", 0, "ana arond gmail punct com", True),
        ("ro", "spelling", 0, "ana punct pop a rond", False),
        ("ro", "spelling", 0, "P O P", False),
        ("pl", "address", 0, "ulica Długa 5", False),
        ("pl", "address", 0, "Długa 5 mieszkania 12, 00-950 Warszawa", True),
        ("pl", "address", 0, "Długa", False),
        ("en", "address", 0, "12 Baker Street, London NW1 6XE, please", True),
        ("en", "address", 0, "flat 5", False),
        ("ro", "address", 0, "strada Lungă 12, 400123 Cluj", True),
        ("ro", "address", 0, "strada Lungă numărul 12", False),
        ("pl", "yes_no", 0, "no tak", True),
        ("pl", "yes_no", 0, "Tak, zgadza się", True),
        ("pl", "yes_no", 0, "nie, bo", False),
        ("en", "yes_no", 0, "Yes, but", False),
        ("en", "yes_no", 0, "yep", True),
        ("ro", "yes_no", 0, "da, sigur", True),
        ("ro", "yes_no", 0, "nu, dar", False),
    ],
)
def test_values(language: str, listen: Listen, digits: int, text: str, finished: bool) -> None:
    """What is asked decides what is whole."""
    judged = completeness(text, language, listen, digits=digits)
    assert judged.finished == finished, judged


@pytest.mark.parametrize(("mark", "low", "high"), [(0.95, 1.0, 1.0), (0.8, 0.4, 0.6), (0.5, 0.0, 0.0)])
def test_the_doubt_about_the_full_stop_decides_where_words_do_not(mark: float, low: float, high: float) -> None:
    """A sure full stop ends a sentence, a doubtful one does not."""
    assert low <= completeness("Moja dziewczyna świętuje.", "pl", mark=mark).score <= high
    assert completeness("Mieszkam na ulicy.", "pl", mark=0.99).unfinished
    assert completeness("Tak.", "pl", "yes_no", mark=0.1).finished
    assert completeness("Kupiłem nową szafę", "pl", mark=0.0).unfinished


@pytest.mark.parametrize(
    ("text", "language"),
    [("Dzień dobry.", "pl"), ("", "pl"), ("...", "en"), ("Hello.", "en"), ("Gdzie to jest", "pl"), ("la 12", "ro"), ("Ja...", "xx")],
)
def test_undecided(text: str, language: str) -> None:
    """Greetings, numbers and silence could go either way."""
    judged = completeness(text, language, "yes_no" if language == "xx" else "free")
    assert not judged.finished
    assert not judged.unfinished


def test_an_unknown_language_goes_by_its_punctuation() -> None:
    """No words are known; marks still are."""
    assert completeness("Ich möchte meine Schuhe zurückgeben.", "de").finished
    assert completeness("Ich möchte,", "de").unfinished


@given(
    st.text(max_size=80),
    st.sampled_from(["pl", "en", "ro", "de", ""]),
    st.sampled_from(["free", "yes_no", "digits", "spelling", "address"]),
)
def test_any_text_is_judged(text: str, language: str, listen: Listen) -> None:
    """Whatever the transcriber writes gets a score between 0 and 1 and a reason."""
    judged = completeness(text, language, listen, digits=len(text) % 12, mark=len(text) % 5 / 4)
    assert isinstance(judged, Completeness)
    assert 0 <= judged.score <= 1
    assert judged.reason
