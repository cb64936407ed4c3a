"""Postal codes of Poland (``00-001``), the United Kingdom (``SW1A 1AA``) and Romania (six digits), by the country."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, product

from nlu.parsers.base import Context, Parsed
from nlu.parsers.digits import DigitReader, Run, readings, split_at_pauses
from nlu.parsers.fillers import fillers_of, units_of
from nlu.parsers.fold import Folded, fold, language_of, rest_of, sureness, word_set
from nlu.parsers.letters import LETTERS, RADIO
from nlu.parsers.money_words import MONEY_WORDS, NO_MONEY_WORDS

_CERTAIN, _SPOKEN, _TAKEN_APART, _SEVERAL = 0.97, 0.9, 0.75, 0.6
_PL = re.compile(r"(?<![\d-])(\d{2}) ?- ?(\d{3})(?![\d-]|[.,]\d)")
_GB = r"[a-pr-uwyz](?:\d[\da-hjkps-uw]?|[a-hk-y]\d[\dabehmnprvwxy]?)"
_GB_INWARD = r"\d[abd-hjlnp-uw-z]{2}"
_GB_WRITTEN = re.compile(rf"(?<![a-z0-9])({_GB}) ?-?({_GB_INWARD})(?![a-z0-9])")
_GB_JOINED = re.compile(rf"({_GB})({_GB_INWARD})")
_GB_AREAS = word_set(
    "ab al b ba bb bd bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy e ec eh en "
    "ex fk fy g gl gu gy ha hd hg hp hr hs hu hx ig im ip iv je ka kt kw ky l la ld le ll ln ls lu m me mk "
    "ml n ne ng nn np nr nw ol ox pa pe ph pl po pr rg rh rm s sa se sg sk sl sm sn so sp sr ss st sw sy ta "
    "td tf tn tq tr ts tw ub w wa wc wd wf wn wr ws wv yo ze"
)
"""The letters a British code can begin with; a spelled word glued to a code ("a M1...") makes none of them."""
_RO = re.compile(r"(?:0[1-9]|[1-8]\d|9[0-2])\d{4}")
_DASHES = word_set("kropka myslnik kreska minus pauza lacznik i dash hyphen space liniuta cratima punct spatiu si and")
_MOST_READINGS = 64


def _polish(digits: str) -> str | None:
    return f"{digits[:2]}-{digits[2:]}" if len(digits) == 5 and digits != "00000" else None


def _romanian(digits: str) -> str | None:
    return digits if _RO.fullmatch(digits) else None


def _british(text: str) -> str | None:
    match = _GB_JOINED.fullmatch(text)
    if match is None or re.split(r"\d", match.group(1))[0] not in _GB_AREAS:
        return None
    return f"{match.group(1)} {match.group(2)}".upper()


def _is_measured(reader: DigitReader, run: Run, language: str) -> bool:
    """True for a sum, a measure, or digits that go on with letters or a colon."""
    money = MONEY_WORDS.get(language, NO_MONEY_WORDS)
    first, last = run[0].first, run[-1].last
    after, before = reader.reader.text_at(last), reader.reader.text_at(first - 1)
    if after in money.units or after in money.minors or after in units_of(language) or before in money.units:
        return True
    if reader.letters_before(first) or reader.follows_colon(first):
        return True
    goes_on = last < len(reader.tokens) and reader.tokens[last].start == run[-1].end and after[0].isalpha()
    return after in ("%", ":", "/") or before == "+" or goes_on


def _from_digits(folded: Folded, language: str, shape: Callable[[str], str | None]) -> Parsed | None:
    """The code dictated or written as digits only."""
    reader = DigitReader(folded, language, _DASHES)
    for run in reader.runs():
        for part in dict.fromkeys([run, *split_at_pauses(run)]):
            codes = list(dict.fromkeys(code for r in readings(part) if (code := shape(r))))
            if not codes or _is_measured(reader, part, language):
                continue
            direct = shape("".join(piece.options[0] for piece in part)) == codes[0]
            codes = codes[:1] if direct else codes
            rest = rest_of(reader.tokens, part[0].start, part[-1].end, fillers_of(language))
            confidence = sureness(_SPOKEN, rest) if direct else _TAKEN_APART
            start, end = folded.span(part[0].start, part[-1].end)
            return Parsed(codes[0], _SEVERAL if len(codes) > 1 else confidence, start, end, tuple(codes[1:4]))
    return None


def _parse_polish(folded: Folded, language: str) -> Parsed | None:
    codes = [m for m in _PL.finditer(folded.text) if _polish(m.group(1) + m.group(2))]
    if not codes:
        return _from_digits(folded, language, _polish)
    values = list(dict.fromkeys(f"{m.group(1)}-{m.group(2)}" for m in codes))
    start, end = folded.span(codes[0].start(), codes[0].end())
    return Parsed(values[0], _SEVERAL if len(values) > 1 else _CERTAIN, start, end, tuple(values[1:4]))


def _parse_romanian(folded: Folded, language: str) -> Parsed | None:
    return _from_digits(folded, language, _romanian)


def _parse_british(folded: Folded, language: str) -> Parsed | None:
    matches = ((_british(m.group(1) + m.group(2)), m.start(), m.end()) for m in _GB_WRITTEN.finditer(folded.text))
    written = [(code, start, end) for code, start, end in matches if code]
    found = written or list(_spelled_codes(folded, language))
    if not found:
        return None
    values = list(dict.fromkeys(code for code, _, _ in found))
    start, end = folded.span(found[0][1], found[0][2])
    confidence = _CERTAIN if written else 0.85
    return Parsed(values[0], confidence if len(values) == 1 else _SEVERAL, start, end, tuple(values[1:4]))


def _characters(reader: DigitReader, index: int, language: str) -> tuple[tuple[str, ...], int] | None:
    """What a token spells inside a code: "s", "sierra", "oh" (letter or zero), "double a", "twenty-two"."""
    text, following = reader.tokens[index].text, reader.reader.text_at(index + 1)
    if text == "double" and following == "u":
        return ("w",), index + 2
    if text == "double" and len(following) == 1 and following.isalpha():
        return (following * 2,), index + 2
    if text in ("o", "oh"):
        return ("o", "0"), index + 1
    piece = reader.piece(index)
    if piece is not None:
        return piece.options[:1], piece.last
    letter = RADIO.get(text) or LETTERS.get(language, {}).get(text)
    if letter or (len(text) <= 4 and text.isascii() and text.isalpha()):
        return (letter or text,) if not letter or len(text) > 2 else (letter, text), index + 1
    return None


def _spelled_codes(folded: Folded, language: str) -> Iterator[tuple[str, int, int]]:
    """Codes said letter by letter; every run of spelled characters may end with one."""
    reader = DigitReader(folded, language)
    run: list[tuple[tuple[str, ...], int, int]] = []
    index = 0
    while index <= len(reader.tokens):
        read = _characters(reader, index, language) if index < len(reader.tokens) else None
        if read is not None:
            run.append((read[0], reader.tokens[index].start, reader.tokens[read[1] - 1].end))
            index = read[1]
            continue
        if index == len(reader.tokens) or reader.tokens[index].text not in (",", "-", "."):
            found = _code_in(run)
            if found:
                yield found
            run = []
        index += 1


def _code_in(run: list[tuple[tuple[str, ...], int, int]]) -> tuple[str, int, int] | None:
    """The code in a run of spelled characters: words may stand before it ("is") and after it ("ok")."""
    for end in range(len(run), max(0, len(run) - 4), -1):
        for start in range(max(0, end - 8), end):
            options = (options for options, _, _ in run[start:end])
            for reading in islice(product(*options), _MOST_READINGS):
                code = _british("".join(reading))
                if code:
                    return code, run[start][1], run[end - 1][2]
    return None


_BY_COUNTRY: Mapping[str, Callable[[Folded, str], Parsed | None]] = {
    "PL": _parse_polish,
    "GB": _parse_british,
    "RO": _parse_romanian,
}


def parse_postal_code(text: str, context: Context) -> Parsed | None:
    """A postal code in the country's own shape: ``"00-001"`` (PL), ``"SW1A 1AA"`` (GB), ``"010011"`` (RO)."""
    reader = _BY_COUNTRY.get(context.country.upper())
    return reader(fold(text), language_of(context.language)) if reader else None
