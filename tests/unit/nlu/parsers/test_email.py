"""E-mail addresses, written and spelled."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.parsers.email import parse_email
from tests.unit.nlu.parsers.parser_cases import LANGUAGES, QUICK, check, context, hostile_test, random_text_test, table

PL = table(
    "pl",
    """
    jan.kowalski@gmail.com => jan.kowalski@gmail.com
    Jan.Kowalski@GMAIL.COM => jan.kowalski@gmail.com
    jan@wp.pl. => jan@wp.pl
    jan+sklep@wp.pl => jan+sklep@wp.pl
    jan_nowak-2@sub.firma.com.pl => jan_nowak-2@sub.firma.com.pl
    mój adres to jan@wp.pl, dziękuję => jan@wp.pl
    <jan@wp.pl> => jan@wp.pl
    mail:jan@wp.pl => jan@wp.pl
    jan @ gmail.com => jan@gmail.com
    józef@wp.pl => jozef@wp.pl
    jan@wp.pl albo jan@o2.pl => jan@wp.pl | jan@o2.pl
    jan kropka kowalski małpa gmail kropka com => jan.kowalski@gmail.com
    jan kropka kowalski malpa gmail kropka com => jan.kowalski@gmail.com
    Jan kropka Kowalski małpa Gmail kropka com. => jan.kowalski@gmail.com
    mój email to jan kropka kowalski małpa wp kropka pl => jan.kowalski@wp.pl
    mój e-mail to anna małpa onet kropka eu dziękuję => anna@onet.eu
    e mail anna kropka nowak małpa wp kropka pl proszę => anna.nowak@wp.pl
    to będzie jan kropka nowak małpa wp kropka pl => jan.nowak@wp.pl
    adres mailowy: kontakt małpa firma kropka com kropka pl => kontakt@firma.com.pl
    jan małpa gmail.com => jan@gmail.com
    jan.kowalski małpa gmail.com => jan.kowalski@gmail.com
    jan kropka kowalski@gmail.com => jan.kowalski@gmail.com
    jan podkreślnik nowak małpa wp kropka pl => jan_nowak@wp.pl
    jan podłoga nowak małpa wp kropka pl => jan_nowak@wp.pl
    jan dolna kreska nowak małpa wp kropka pl => jan_nowak@wp.pl
    jan myślnik nowak małpa wp kropka pl => jan-nowak@wp.pl
    jan kreska nowak małpa wp kropka pl => jan-nowak@wp.pl
    jan minus nowak małpa wp kropka pl => jan-nowak@wp.pl
    jan plus sklep małpa wp kropka pl => jan+sklep@wp.pl
    anna kreska nowak małpa wirtualna minus polska kropka pl => anna-nowak@wirtualna-polska.pl
    jan osiemdziesiąt pięć małpa wp kropka pl => jan85@wp.pl
    jan dwa tysiące pięć małpa wp kropka pl => jan2005@wp.pl
    jan jeden dwa trzy małpa wp kropka pl => jan123@wp.pl
    jan 85 małpa wp kropka pl => jan85@wp.pl
    jan małpa o dwa kropka pl => jan@o2.pl
    j a n małpa w p kropka p l => jan@wp.pl
    j, a, n małpa wp kropka pl => jan@wp.pl
    jot a en małpa wp kropka pl => jan@wp.pl
    j jak jan, a jak adam małpa wp kropka pl => ja@wp.pl
    jan at gmail dot com => jan@gmail.com
    jan małpka dżimejl kropka com => jan@gmail.com
    jan kowalski małpa wp kropka pl => jankowalski@wp.pl | jan.kowalski@wp.pl
    jan kropka kowalski małpa gmail => -
    jan kropka kowalski => -
    małpa gmail kropka com => -
    jan małpa kropka com => -
    jan małpa gmail kropka => -
    jan@gmail => -
    @gmail.com => -
    jan@@wp.pl => -
    jan@wp.pl@wp.pl => -
    jan..nowak@wp.pl => -
    lubię małpy w zoo. => -
    nie mam maila => -
    kropka => -
    jan@wp.1 => -
    """,
)
EN = table(
    "en",
    """
    john.smith@gmail.com => john.smith@gmail.com
    John.Smith@Gmail.Com => john.smith@gmail.com
    john@example.co.uk => john@example.co.uk
    john@example.com! => john@example.com
    (john@example.com) => john@example.com
    my email is john@example.com, thanks => john@example.com
    o'neil@example.com => o'neil@example.com
    'john@example.com' => john@example.com
    a#b@example.com => -
    я@example.com => -
    john@example.com or j@x.org => john@example.com | j@x.org
    john dot smith at gmail dot com => john.smith@gmail.com
    John dot Smith at Gmail dot com. => john.smith@gmail.com
    my email is john dot smith at gmail dot com => john.smith@gmail.com
    my email address is john dot smith at gmail dot com please => john.smith@gmail.com
    it's john at yahoo dot co dot uk thanks => john@yahoo.co.uk
    you can reach me at john dot smith at gmail dot com => john.smith@gmail.com
    john underscore smith at yahoo dot com => john_smith@yahoo.com
    john under score smith at yahoo dot com => john_smith@yahoo.com
    john dash smith at yahoo dot com => john-smith@yahoo.com
    john hyphen smith at yahoo dot com => john-smith@yahoo.com
    john plus shop at yahoo dot com => john+shop@yahoo.com
    john point smith at yahoo dot com => john.smith@yahoo.com
    john at mail dash server dot com => john@mail-server.com
    john at sign gmail dot com => john@gmail.com
    john at gmail.com => john@gmail.com
    john.smith at gmail.com => john.smith@gmail.com
    john @ gmail . com => -
    bob eighty five at outlook dot com => bob85@outlook.com
    bob nineteen eighty five at outlook dot com => bob1985@outlook.com
    bob two thousand and five at outlook dot com => bob2005@outlook.com
    bob one two three at outlook dot com => bob123@outlook.com
    bob 99 at outlook dot com => bob99@outlook.com
    jane double two at gmail dot com => jane22@gmail.com
    agent double oh seven at gmail dot com => agent007@gmail.com
    j o h n at g mail dot com => john@gmail.com
    j o h n at g m a i l dot com => john@gmail.com
    j, o, h, n at gmail dot com => john@gmail.com
    b as in bravo o b at me dot com => bob@me.com
    jay oh ee at gmail dot com => joe@gmail.com
    info at shop dot store => info@shop.store
    john smith at gmail dot com => johnsmith@gmail.com | john.smith@gmail.com
    john at gmail => -
    john dot smith => -
    at gmail dot com => -
    john at dot com => -
    john at gmail dot => -
    john@gmail => -
    @gmail.com => -
    john@@gmail.com => -
    a@b.com@c.com => -
    john..smith@gmail.com => -
    look at example dot com => -
    meet me at home => -
    I don't have an email => -
    dot => -
    """,
)
RO = table(
    "ro",
    """
    ion.popescu@yahoo.ro => ion.popescu@yahoo.ro
    Ion.Popescu@YAHOO.RO => ion.popescu@yahoo.ro
    ion@firma.com.ro => ion@firma.com.ro
    ion@yahoo.ro. => ion@yahoo.ro
    adresa mea este ion@yahoo.ro, mulțumesc => ion@yahoo.ro
    ștefan@yahoo.ro => stefan@yahoo.ro
    ion@yahoo.ro sau ion@gmail.com => ion@yahoo.ro | ion@gmail.com
    ion punct popescu arond yahoo punct ro => ion.popescu@yahoo.ro
    Ion punct Popescu arond Yahoo punct ro. => ion.popescu@yahoo.ro
    ion punct popescu a rond yahoo punct ro => ion.popescu@yahoo.ro
    ion punct popescu coadă de maimuță yahoo punct ro => ion.popescu@yahoo.ro
    ion punct popescu coada de maimuta yahoo punct ro => ion.popescu@yahoo.ro
    ion at yahoo punct ro => ion@yahoo.ro
    ion arond yahoo.ro => ion@yahoo.ro
    ion.popescu arond yahoo.ro => ion.popescu@yahoo.ro
    ion @ yahoo.ro => ion@yahoo.ro
    adresa mea este ion arond gmail punct com => ion@gmail.com
    adresa mea de email este ion punct pop arond gmail punct com => ion.pop@gmail.com
    emailul meu e maria arond gmail punct com mulțumesc => maria@gmail.com
    e-mail: maria arond gmail punct com => maria@gmail.com
    maria arond gmail punct com vă rog => maria@gmail.com
    maria underscore ionescu arond gmail punct com => maria_ionescu@gmail.com
    maria liniuță jos ionescu arond gmail punct com => maria_ionescu@gmail.com
    maria liniuță de jos ionescu arond gmail punct com => maria_ionescu@gmail.com
    maria liniuță ionescu arond gmail punct com => maria-ionescu@gmail.com
    maria cratimă ionescu arond gmail punct com => maria-ionescu@gmail.com
    maria minus ionescu arond gmail punct com => maria-ionescu@gmail.com
    maria plus magazin arond gmail punct com => maria+magazin@gmail.com
    maria arond firma liniuță mea punct ro => maria@firma-mea.ro
    maria nouăzeci și doi arond yahoo punct ro => maria92@yahoo.ro
    maria unu doi trei arond yahoo punct ro => maria123@yahoo.ro
    maria două mii cinci arond yahoo punct ro => maria2005@yahoo.ro
    maria 92 arond yahoo punct ro => maria92@yahoo.ro
    maria dublu doi arond yahoo punct ro => maria22@yahoo.ro
    i o n arond yahoo punct ro => ion@yahoo.ro
    i, o, n arond yahoo punct ro => ion@yahoo.ro
    i de la ion, o de la oana arond yahoo punct ro => io@yahoo.ro
    ion arond iahu punct com => ion@yahoo.com
    contact arond magazin punct shop => contact@magazin.shop
    ion popescu arond yahoo punct ro => ionpopescu@yahoo.ro | ion.popescu@yahoo.ro
    ion arond yahoo => -
    ion punct popescu => -
    arond yahoo punct ro => -
    ion arond punct ro => -
    ion arond yahoo punct => -
    ion@yahoo => -
    @yahoo.ro => -
    ion@@yahoo.ro => -
    ion@yahoo.ro@gmail.com => -
    ion..pop@yahoo.ro => -
    nu am email => -
    punct => -
    am văzut o maimuță => -
    """,
)


@pytest.mark.parametrize(("language", "text", "expected"), PL + EN + RO)
def test_reads_addresses(language: str, text: str, expected: str) -> None:
    check(parse_email(text, context(language)), text, expected)


def test_written_is_surest_then_spoken_then_glued() -> None:
    texts = ("jan@wp.pl", "jan kropka nowak małpa wp kropka pl", "jan nowak małpa wp kropka pl")
    written, spoken, glued = (parse_email(text, context("pl")) for text in texts)
    assert written is not None
    assert spoken is not None
    assert glued is not None
    assert written.confidence > spoken.confidence >= 0.9 > glued.confidence


def test_span_covers_the_address_only() -> None:
    text = "mój email to jan kropka nowak małpa wp kropka pl, dziękuję"
    parsed = parse_email(text, context("pl"))
    assert parsed is not None
    assert text[parsed.start : parsed.end] == "jan kropka nowak małpa wp kropka pl"


_NAMES = st.from_regex(r"[bcdfghkmp][aeiou][bcdfgkmnpt][aeiou]x", fullmatch=True)
_SIGNS = {"pl": ("kropka", "małpa", "podkreślnik"), "en": ("dot", "at", "underscore"), "ro": ("punct", "arond", "underscore")}


@QUICK
@given(st.sampled_from(LANGUAGES), _NAMES, _NAMES, st.sampled_from(["gmail com", "wp pl", "yahoo co uk"]))
def test_round_trip_of_spoken_addresses(language: str, first: str, last: str, domain: str) -> None:
    dot, at, underscore = _SIGNS[language]
    spoken = f"{first} {underscore} {last} {at} {f' {dot} '.join(domain.split())}"
    parsed = parse_email(spoken, context(language))
    assert parsed is not None
    assert parsed.value == f"{first}_{last}@{domain.replace(' ', '.')}"


@QUICK
@given(st.sampled_from(LANGUAGES), st.emails())
def test_an_address_read_is_an_address(language: str, text: str) -> None:
    parsed = parse_email(text, context(language))
    if parsed is not None:
        assert re.fullmatch(r"[a-z0-9][a-z0-9._%+'-]*@([a-z0-9-]+\.)+[a-z]{2,24}", parsed.value)


@QUICK
@given(st.sampled_from(LANGUAGES), st.text("bcdfghjklmnpqrsvwxyz ,.-_", max_size=60))
def test_never_invents_an_address(language: str, text: str) -> None:
    assert parse_email(text, context(language)) is None


test_survives_hostile_text = hostile_test(parse_email)
test_survives_any_text = random_text_test(
    parse_email, "jan kropka małpa wp pl at dot underscore podkreślnik myślnik plus punct arond a rond coadă de maimuță jot a e jak o oh _"
)
