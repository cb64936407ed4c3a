"""Reads lengths of time: "półtorej godziny", "two and a half years", "doi ani și jumătate"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from nlu.parsers.base import Context, Parsed
from nlu.parsers.when_en import LEXICON as ENGLISH
from nlu.parsers.when_pl import LEXICON as POLISH
from nlu.parsers.when_ro import LEXICON as ROMANIAN
from nlu.parsers.when_tokens import CODE, Lexicon, Sentence, Token, grammar, read

SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 7 * 86_400,
    "fortnight": 14 * 86_400,
    "month": 30 * 86_400,
    "year": 365 * 86_400,
}
_LEXICONS = {"pl": POLISH, "en": ENGLISH, "ro": ROMANIAN}
_LONGEST = 1000 * SECONDS["year"]


def lexicon_for(language: str) -> Lexicon | None:
    """The words of a language, given as a code such as ``pl`` or ``pl-PL``."""
    return _LEXICONS.get(language[:2].lower())


@dataclass(frozen=True, slots=True)
class Term:
    """``amount`` times ``unit``, said by tokens ``first``..``last``; ``other`` ends a range (2-3 days)."""

    amount: Fraction
    unit: str
    first: int
    last: int
    confidence: float = 0.95
    other: Fraction | None = None
    bare: bool = False


_HALF = Fraction(1, 2)
_QUARTER = Fraction(1, 4)
_Numbers = list[Fraction]
_Maker = Callable[[_Numbers], tuple[Fraction, Fraction | None]]

_ANY = "@UNIT/LUNI"
_COUNT = "(NUM/DECIMAL/DOTTED/FOUR/BIG)"
_N = "(NUM/ONE/DECIMAL/DOTTED/FOUR/BIG)"


def _first(extra: Fraction = Fraction(0)) -> _Maker:
    return lambda numbers: ((numbers[0] if numbers else Fraction(1)) + extra, None)


def _fixed(amount: Fraction) -> _Maker:
    return lambda numbers: (amount, None)


_SHAPES: tuple[tuple[re.Pattern[str], _Maker, float], ...] = tuple(
    (grammar(pattern), maker, confidence)
    for pattern, maker, confidence in (
        (f"{_COUNT} AND? HALF OF? THE? {_ANY}", _first(_HALF), 0.95),
        (f"{_COUNT} AND QUARTER OF? {_ANY}", _first(_QUARTER), 0.9),
        (f"{_N} OF? {_ANY} AND? ONE? HALF(?!OF/{_ANY}/HALFTO)", _first(_HALF), 0.95),
        (f"{_N} OF? (HOURW/YEARW) AND ONE? QUARTER(?!OF)", _first(_QUARTER), 0.95),
        (f"ONEHALF OF? {_ANY}", _fixed(Fraction(3, 2)), 0.95),
        (f"ONE? HALF OF? ONE? {_ANY}", _fixed(_HALF), 0.95),
        ("NUM/ONE QUARTER OF? ONE? HOURW", lambda numbers: (numbers[0] / 4, None), 0.95),
        ("ONE? QUARTER OF? ONE? HOURW", _fixed(_QUARTER), 0.95),
        (f"NUM (DASH|OR|OR? APPROX|TO)? NUM OF? {_ANY}", lambda n: (n[0], n[1]), 0.6),
        (f"SLASHED OF? ONE? {_ANY}", _first(), 0.9),
        (f"{_N} OF? {_ANY}", _first(), 0.95),
    )
)
_BARE_HALF = grammar("@UNIT AND HALF(?!OF/@UNIT/HALFTO)")
_BARE_QUARTER = grammar("HOURW AND QUARTER")
_BARE = grammar("@UNIT(?!NUM/FOUR/BIG/CLOCK/DOTTED/HOUR)")
_QUARTERS = grammar("NUM? QUARTER(?!PAST/TO/BEFORE/NUM/HOUR/OF)")
_GLUED = grammar("HM")
_SPELLED = grammar("HOURW NUM")
_CLOCKED = grammar("CLOCK HOURW/MINW")
_MINUTES = grammar("AND? NUM(?!@UNIT/LUNI/THING/QUARTER/AND/MONTH/NUM)")
_LINK = grammar("(COMMA? AND|COMMA)?")


def _number(token: Token) -> Fraction | None:
    if token.kind in ("NUM", "BIG", "FOUR", "ONE"):
        return Fraction(token.value)
    if token.kind == "DECIMAL":
        return Fraction(token.value)
    if token.kind == "DOTTED":
        return Fraction(token.raw)
    if token.kind == "SLASHED":
        top, bottom = token.value
        return Fraction(top, bottom) if bottom else None
    return None


def _unit(tokens: Sequence[Token]) -> str:
    for token in reversed(tokens):
        if token.kind == "LUNI":
            return "month"
        if token.kind == "SECORD":
            return "second"
        if token.value in SECONDS:
            return str(token.value)
    return "hour"


def _shape(sentence: Sentence, start: int) -> Term | None:
    best: Term | None = None
    for pattern, maker, confidence in _SHAPES:
        found = pattern.match(sentence.codes, start)
        if not found or (best and found.end() <= best.last + 1):
            continue
        tokens = sentence.tokens[start : found.end()]
        numbers = [number for token in tokens if (number := _number(token)) is not None]
        if any(token.kind == "SLASHED" for token in tokens) and not numbers:
            continue
        # the article of "half an hour" and "a quarter of an hour" is not a count
        amount, other = maker([n for t in tokens if t.kind != "ONE" and (n := _number(t)) is not None])
        if other is not None and not amount < other <= amount * 3:
            continue
        best = Term(amount, _unit(tokens), start, found.end() - 1, confidence, other)
    return best


def _bare(sentence: Sentence, start: int, lexicon: Lexicon) -> Term | None:
    """Polish has no article: "za godzinę" is one hour, and "kwadrans" is always fifteen minutes."""
    token = sentence.tokens[start]
    codes = sentence.codes
    if found := _GLUED.match(codes, start):
        hours, minutes = token.value
        return Term(Fraction(hours * 60 + minutes, 60), "hour", start, start) if minutes < 60 else None
    if found := _CLOCKED.match(codes, start):
        high, low = token.value
        return Term(Fraction(high * 60 + low, 60), sentence.tokens[start + 1].value, start, start + 1, 0.8)
    if lexicon.language == "pl" and (found := _QUARTERS.match(codes, start)):
        count = token.value if token.kind == "NUM" else 1
        return Term(Fraction(15 * count), "minute", start, found.end() - 1)
    if token.raw not in lexicon.bare_units:
        return None
    # "godzinę dwadzieścia" is 80 minutes, while the hour of day would be "godzina dwudziesta"
    if token.raw in ("godzine", "godzinke") and _SPELLED.match(codes, start) and not sentence.tokens[start + 1].digits:
        return Term(Fraction(1), "hour", start, start, 0.8)
    for pattern, amount in ((_BARE_HALF, Fraction(3, 2)), (_BARE_QUARTER, Fraction(5, 4)), (_BARE, Fraction(1))):
        if found := pattern.match(codes, start):
            bare = amount == 1
            return Term(amount, str(token.value), start, found.end() - 1, 0.7 if bare else 0.9, bare=bare)
    return None


def _trailing_minutes(sentence: Sentence, term: Term) -> Term | None:
    """Reads "godzinę dwadzieścia", "two hours thirty": a number after the hours counts minutes."""
    found = _MINUTES.match(sentence.codes, term.last + 1)
    if term.unit != "hour" or term.amount.denominator != 1 or not found:
        return None
    token = sentence.tokens[found.end() - 1]
    return Term(Fraction(token.value), "minute", term.last + 1, found.end() - 1, 0.8) if token.value < 60 else None


def terms_at(sentence: Sentence, start: int, lexicon: Lexicon) -> list[Term]:
    """The measured units that begin at token ``start``: "two hours and ten minutes" has two of them."""
    terms: list[Term] = []
    position = start
    while position < len(sentence.tokens):
        term = _shape(sentence, position) or _bare(sentence, position, lexicon)
        # units shrink from left to right: "3 dni 2 tygodnie" are two separate lengths
        if term is None or (terms and SECONDS[term.unit] >= SECONDS[terms[-1].unit]):
            break
        terms.append(term)
        if minutes := _trailing_minutes(sentence, term):
            return [*terms, minutes]
        link = _LINK.match(sentence.codes, term.last + 1)
        position = link.end() if link else term.last + 1
    return terms


def _total(terms: Sequence[Term]) -> Fraction:
    return sum((term.amount * SECONDS[term.unit] for term in terms), Fraction(0))


def _parsed(sentence: Sentence, terms: Sequence[Term]) -> Parsed | None:
    seconds = _total(terms)
    if not 0 <= seconds <= _LONGEST:
        return None
    alternatives: tuple[int, ...] = ()
    if len(terms) == 1 and terms[0].other is not None:
        alternatives = (int(terms[0].other * SECONDS[terms[0].unit]),)
    confidence = min(term.confidence for term in terms)
    start, end = sentence.tokens[terms[0].first].start, sentence.tokens[terms[-1].last].end
    return Parsed(int(seconds), confidence, start, end, alternatives)


def parse_duration(text: str, ctx: Context) -> Parsed | None:
    """A length of time in whole seconds (``int``); a month counts 30 days and a year 365.

    "2-3 dni" answers with the smaller length and has the larger one in ``alternatives``.
    """
    lexicon = lexicon_for(ctx.language)
    if lexicon is None:
        return None
    sentence = read(text, lexicon)
    lengths: list[list[Term]] = []
    start = 0
    while start < len(sentence.tokens):
        terms = terms_at(sentence, start, lexicon)
        if terms and (not terms[0].bare or len(terms) > 1 or _counts(sentence, terms[0])):
            lengths.append(terms)
        start = terms[-1].last + 1 if terms else start + 1
    best = _meant(sentence, lengths)
    return _parsed(sentence, best) if best else None


_LED = grammar("(IN/APPROX)$")
_ONLY = grammar("^(FILL/COMMA/APPROX/ON/IN/FOR)*$")
_POINTED = grammar("(WHICH/FOR/ON/FROM/TO/IN/ORDN/ORD/HOUR)$")
_EACH = frozenset({"co", "raz", "caly", "kazdy", "inny", "ktory", "jaki"})


def _counts(sentence: Sentence, term: Term) -> bool:
    """Whether a unit without a number is a length: "za godzinę", "czekam tydzień", but not "inny dzień"."""
    before, after = sentence.codes[: term.first], sentence.codes[term.last + 1 :]
    if _LED.search(before) or after.startswith(CODE["AGO"]) or (_ONLY.match(before) and _ONLY.match(after)):
        return True
    if term.unit not in ("week", "month", "year") or _POINTED.search(before):
        return False
    return not before or sentence.tokens[term.first - 1].raw not in _EACH


_DENIED = grammar("NEG (CAN/FILL/FOR/TO/IN/ON/APPROX)*$")


def _meant(sentence: Sentence, lengths: Sequence[list[Term]]) -> list[Term] | None:
    """The length that is meant: not a denied one, the last one after a correction, a counted one over a bare unit."""
    best: list[Term] | None = None
    for terms in lengths:
        before = best[-1].last + 1 if best else 0
        gap = sentence.codes[before : terms[0].first]
        if _DENIED.search(gap):
            continue
        corrected = CODE["FIX"] in gap
        if best is None or corrected or best[0].confidence < terms[0].confidence - 0.2:
            best = terms
    return best
