"""Yes and no."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.parsers.yes_no import parse_yes_no
from tests.unit.nlu.parsers.parser_cases import LANGUAGES, QUICK, check, context, hostile_test, random_text_test, table


def _rows(language: str, yes: str, no: str, neither: str) -> list[object]:
    cells = (("yes", yes), ("no", no), ("-", neither))
    return [
        case for cell, block in cells for case in table(language, "\n".join(f"{line} => {cell}" for line in block.strip().splitlines()))
    ]


PL = _rows(
    "pl",
    """tak
    Tak.
    TAK!!!
    taaaak
    noooo jasne
    tak tak tak
    no
    no tak
    no jasne
    no pewnie
    no dobra
    no raczej
    zgadza się
    zgadza sie
    owszem
    pewnie
    pewnie, że tak
    jasne że tak
    jasne, że tak
    oczywiście
    oczywiscie
    raczej tak
    w sumie to tak
    chyba tak
    wydaje mi się, że tak
    myślę, że tak
    jak najbardziej
    dokładnie
    potwierdzam
    poproszę
    tak, poproszę
    chętnie
    dobrze
    ok
    okej
    mhm
    nie ma problemu
    jasne, nie ma sprawy
    nie no, jasne
    czemu nie
    a czemu nie
    eee no tak
    nie, znaczy tak
    nie wiem, chyba tak
    tak, chciałbym umówić wizytę
    tak chciałbym umówić wizytę
    tak, nie działa mi telefon
    zgadzam się na nagrywanie
    tak?""",
    """nie
    Nie.
    nie nie nie
    nieeee
    no to nie
    nie, nie, nie
    no nie
    raczej nie
    chyba nie
    absolutnie nie
    na pewno nie
    oczywiście, że nie
    jasne że nie
    skądże
    skadze znowu
    gdzie tam
    w żadnym wypadku
    nigdy w życiu
    nie, nie zgadzam się
    nie zgadzam się
    nie zgadzam się na nagrywanie
    nie zgadza się
    nie, dziękuję
    dziękuję, nie
    nie, dobrze
    niestety nie
    jeszcze nie
    nie chcę
    nie chcę zmieniać terminu
    nie mam
    nie mogę
    nie trzeba
    nie potrzebuję
    nie sądzę
    nie bardzo
    myślę, że nie
    niekoniecznie
    to nieprawda
    nie, telefon mi nie działa
    tak, znaczy nie
    bynajmniej""",
    """nie wiem
    a nie wiem
    no nie wiem
    może
    być może
    to zależy
    tak nie
    tak i nie
    tak, nie
    nie, tak
    tak czy nie
    nie pamiętam
    nie rozumiem
    obojętnie
    trudno powiedzieć
    no i co
    dobra robota
    chcę umówić wizytę
    mam problem
    nie ma problemu z logowaniem
    nie działa mi telefon od wczoraj
    powiedział mi wczoraj, że paczka nie dotarła
    paczka nie dotarła do mnie w zeszłym tygodniu
    nigdy nie dostałem tej paczki od was
    tak, ale nie dzisiaj
    dziękuję
    dzień dobry
    Warszawa
    602130017""",
)
EN = _rows(
    "en",
    """yes
    Yes.
    yes yes yes
    yeah
    yep
    yup
    sure
    sure thing
    of course
    absolutely
    definitely
    exactly
    that's right
    thats right
    correct
    yes please
    yes, please
    oh yes
    um, yes
    I guess
    I guess so
    I think so
    I suppose so
    probably
    no problem
    no problem at all
    sure, no problem
    no worries
    why not
    it's not a problem
    ok
    okay
    alright
    sounds good
    sounds good to me
    go ahead
    uh-huh
    mhm
    I do
    it is
    please
    I agree to that
    yes I would like to book a table
    yes, my phone is not working
    no, I mean yes
    I'm not sure, but yes""",
    """no
    No.
    no no no
    nope
    nah
    no thanks
    no, thank you
    no way
    not really
    not at all
    not yet
    never
    I don't think so
    I dont think so
    of course not
    absolutely not
    definitely not
    probably not
    I don't
    I'm not
    no, I don't
    no I don't want that
    that's not right
    that's wrong
    it isn't
    it's not
    I doubt it
    uh-uh
    no, that's fine
    no, please
    oh no
    not now
    sadly, no
    no my name is John
    yes, I mean no
    no chance
    incorrect
    not particularly""",
    """I don't know
    dunno
    no idea
    I'm not sure
    maybe
    perhaps
    it depends
    yes and no
    yes no
    yeah no
    yes, no
    no, yes
    either
    whatever
    hard to say
    I don't understand
    I can't remember
    no one answered my call
    no signal
    no way to contact you since Monday
    I have a problem with my phone
    my phone is not working
    I would not say that it was the fault of the courier
    good morning
    right now my screen is black
    thank you
    London
    07911123456
    nothing works on this page""",
)
RO = _rows(
    "ro",
    """da
    Da.
    da da da
    da, sigur
    da sigur
    sigur
    sigur că da
    sigur ca da
    desigur
    bineînțeles
    bineinteles
    bineînțeles că da
    exact
    corect
    așa e
    asa este
    mhm
    ba da
    cum să nu
    cum sa nu
    de ce nu
    nu-i problemă
    nu e nicio problemă
    nicio problemă
    fără probleme
    de acord
    sunt de acord
    sunt de acord cu înregistrarea
    bine
    ok
    în regulă
    vă rog
    da, vă rog
    cu plăcere
    cred că da
    probabil că da
    mai degrabă da
    firește
    evident
    păi da
    confirm
    da, aș vrea o programare
    da aș vrea o programare
    da, nu funcționează internetul
    nu, adică da
    nu știu, cred că da""",
    """nu
    Nu.
    nu nu nu
    nu prea
    nu chiar
    deloc
    nici vorbă
    nici vorba
    nici gând
    nici pe departe
    niciodată
    în niciun caz
    nu, mulțumesc
    nu multumesc
    mulțumesc, nu
    ba nu
    sigur că nu
    bineînțeles că nu
    absolut deloc
    cred că nu
    nu cred
    mai degrabă nu
    mă îndoiesc
    nu vreau
    nu vreau să schimb
    nu doresc
    nu sunt de acord
    nu e corect
    nu am
    n-am nevoie
    nu e nevoie
    din păcate nu
    încă nu
    nu acum
    nu pot
    nu, e bine
    da de unde
    nu, nu vreau
    da, adică nu
    nu e adevărat""",
    """nu știu
    nu stiu
    habar n-am
    n-am idee
    poate
    depinde
    da și nu
    da nu
    nu da
    da, nu
    nu, da
    da sau nu
    nu sunt sigur
    nu sunt sigură
    nu-mi amintesc
    nu înțeleg
    mi-e indiferent
    greu de spus
    mă mai gândesc
    am o problemă
    nu funcționează internetul de ieri seară
    mi-a spus că nu a ajuns coletul la el
    coletul nu a ajuns săptămâna trecută
    dă-mi un telefon
    bună ziua
    mulțumesc
    București
    0722123456
    nu e nicio problemă cu parola""",
)


@pytest.mark.parametrize(("language", "text", "expected"), PL + EN + RO)
def test_reads_yes_and_no(language: str, text: str, expected: str) -> None:
    check(parse_yes_no(text, context(language)), text, expected, lambda value: "yes" if value else "no")


@pytest.mark.parametrize(
    ("language", "sure", "less_sure"),
    [
        ("pl", "tak", "chyba tak"),
        ("pl", "tak", "no"),
        ("pl", "nie", "raczej nie"),
        ("pl", "nie", "nie działa"),
        ("pl", "tak", "tak?"),
        ("pl", "tak", "tak chciałbym umówić wizytę u doktora"),
        ("en", "yes", "I guess"),
        ("en", "no", "I don't think so"),
        ("ro", "da", "cred că da"),
        ("ro", "nu", "nu prea"),
    ],
)
def test_hedges_and_running_sentences_are_less_sure(language: str, sure: str, less_sure: str) -> None:
    certain, doubtful = parse_yes_no(sure, context(language)), parse_yes_no(less_sure, context(language))
    assert certain is not None
    assert doubtful is not None
    assert certain.value == doubtful.value
    assert doubtful.confidence < 0.9 <= certain.confidence


def test_an_unknown_language_answers_nothing() -> None:
    assert parse_yes_no("tak", context("uk")) is None


@QUICK
@given(st.sampled_from(LANGUAGES), st.text("bcfghjlpqrvwxz ,.", max_size=60))
def test_never_invents_an_answer(language: str, text: str) -> None:
    assert parse_yes_no(text, context(language)) is None


@QUICK
@given(
    st.sampled_from([("pl", "tak", "nie"), ("en", "yes", "no"), ("ro", "da", "nu")]),
    st.sampled_from(["", ".", "!", ",", " ...", "!!"]),
    st.integers(1, 4),
)
def test_repeating_and_punctuation_change_nothing(words: tuple[str, str, str], mark: str, times: int) -> None:
    language, yes, no = words
    for word, value in ((yes, True), (no, False)):
        parsed = parse_yes_no(", ".join([word] * times) + mark, context(language))
        assert parsed is not None
        assert parsed.value is value


test_survives_hostile_text = hostile_test(parse_yes_no)
test_survives_any_text = random_text_test(
    parse_yes_no, "tak nie no jasne że chyba wiem znaczy yes not really i don't mean da nu ba sigur că știu ? ! , … telefon \" ' nu-i"
)
