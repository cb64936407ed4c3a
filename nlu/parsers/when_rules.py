"""Finds the pieces of "when" in a sentence: days, hours and parts of the day, each with what it can mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from nlu.parsers import when_days as days
from nlu.parsers.duration import SECONDS, lexicon_for, terms_at
from nlu.parsers.when_clock import BUILDERS, Clock
from nlu.parsers.when_days import Builder, Moment
from nlu.parsers.when_tokens import Lexicon, Sentence, Token, grammar, sentence


@dataclass(frozen=True, slots=True)
class Piece:
    """What tokens ``first``..``last`` say. ``days`` set to an empty tuple means an impossible day was named."""

    first: int
    last: int
    confidence: float
    days: tuple[date, ...] | None = None
    clock: Clock | None = None
    part: str | None = None
    dead: bool = False
    follows: bool = False


_OF = "(OF/THE/ON)*"
_YEAR = "(COMMA? OF? FOUR YEARW?|COMMA? THOUSAND AND? (NUM/ORD)? YEARW?)?"
_ABSOLUTE = (
    (days.day_month, f"(ON/DAYW/DATEW)? THE? @DAY OF? THE? MONTH {_YEAR}"),
    (days.day_month, "THE? @DAY OF? THE? MONTH COMMA? NUM NUM"),
    (days.numeric, "(DMY/YMD) YEARW?"),
    (days.numeric, "SLASHED(?!@UNIT)"),
    (days.numeric, "DOTTED (FOUR YEARW?)?"),
)
_SHARED: tuple[tuple[Builder, str], ...] = (
    *_ABSOLUTE,
    *((builder, f"@WD @GLUE* {pattern}") for builder, pattern in _ABSOLUTE),
    *((builder, f"{pattern} @GLUE* @WD") for builder, pattern in _ABSOLUTE if "?!" not in pattern),
    (days.two_ordinals, "NUM NUM FOUR YEARW?"),
    (days.day_only, "@WD @GLUE* ORD/SECORD(?!MONTH)"),
    (days.weekday_number, "@WD COMMA? NUM(?!@UNIT/MONTH/HALF/MINUS/AND/AMPM/OCLOCK/NUM)"),
    (days.day_of_which_month, "(ON/THE)* @DAY OF? THE? WHICH MONTHW"),
    (days.day_of_which_month, "(ON/THE)* @DAY OF? THE? MONTHW WHICH"),
    (days.day_of_which_month, "(MONTHW WHICH|WHICH MONTHW) COMMA? (ON/THE)* @DAY(?!MONTH)"),
    (days.day_of_the_month, "(ON/THE)* @DAY OF? THE MONTHW(?!WHICH)"),
    (days.holiday, "HOLIDAY"),
    (days.relative_day, "RELDAY"),
    (days.relative_day, "RELDAY @GLUE* @WD"),
    (days.weekday, "(WHICH/EDGE)? WHICH? (WEEKDAY/LUNI)"),
    (days.weekday, "@WD WHICH(?!WEEKW/MONTHW/YEARW)"),
    (days.weekday_of_week, f"WHICH WEEKW @GLUE* {_OF} @WD"),
    (days.weekday_of_week, f"WEEKW WHICH @GLUE* {_OF} @WD"),
    (days.weekday_of_week, "@WD (OF/ON/THE/COMMA/IN)* (WHICH WEEKW|WEEKW WHICH)"),
    (days.week, "WHICH WEEKW"),
    (days.week, "WEEKW WHICH"),
    (days.weekend, "WHICH* WEEKEND(?!OF/THE/MONTH/WHICH)"),
    (days.weekend, "WEEKEND WHICH"),
    (days.edge, f"EDGE {_OF} WHICH? (MONTHW/WEEKW/YEARW) WHICH?"),
    (days.edge, f"EDGE {_OF} MONTH FOUR?"),
    (days.nth_weekday, f"(THE/ON)? (@DAY/HOUR/WHICH/EDGE) @WD {_OF} (WHICH? MONTHW WHICH?|MONTH)"),
    (days.away, "IN DUR"),
    (days.away, "IN DUR OF RELDAY"),
    (days.away, "OF RELDAY IN DUR"),
    (days.away, "DUR AGO"),
    (days.away, "NOW DUR"),
    (days.away, "DUR FROM (NOW/RELDAY/WEEKDAY)"),
    (days.week_on, "ONE? DUR (ON? WEEKDAY|RELDAY)"),
    (days.weekday_in_weeks, "IN DUR (ON/COMMA)* @WD"),
    (days.weekday_in_weeks, "@WD ON* IN DUR"),
)
_CLOCKS = (
    ("face", "(@LEAD)* HOURW? CLOCK HOURW? AMPM?", 0.95),
    ("face", "(AT/APPROX/FROM/BOUND/PAST/BEFORE/TO/BETWEEN)+ HOURW? (DOTTED/HM)(?!DOTTED/THING)", 0.9),
    ("face", "HOURW (DOTTED/HM)", 0.9),
    ("face", "DOTTED AMPM", 0.95),
    ("face", "DOTTED(?=PART)", 0.9),
    ("face", "DOTTED(?!X/@UNIT/THING)", 0.75),
    ("compact", "(AT/APPROX)+ HOURW? FOUR (HOURW|AMPM)?(?!X/@UNIT/THING)", 0.7),
    ("compact", "FOUR HOURW", 0.8),
    ("hour", "(AT/APPROX/FROM/BOUND) NUM HOURW(?!NUM)", 0.8),
    ("or_hour", "(?<=OR)NUM(?!@UNIT/LUNI/THING/X/NUM/MONTH/DASH/HALF/OR/AMPM/OCLOCK)", 0.6),
    ("hour", "(?<=RELDAY/PART/TONIGHT)NUM(?!@UNIT/LUNI/THING/X/NUM/MONTH/DASH/HALF/OR)", 0.65),
    ("hour", "(?<=WEEKDAY)NUM(?!@UNIT/LUNI/THING/X/NUM/MONTH/DASH/HALF/OR)", 0.55),
)
_NAMED_DAYS: dict[str, Builder] = {
    "day_only": days.day_only,
    "day_month": days.day_month,
    "two_ordinals": days.two_ordinals,
    "week_on": days.week_on,
}


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    day: Builder | None
    clock: Callable[[Sequence[Token]], Clock | None] | None
    confidence: float
    follows: bool = False


@lru_cache(maxsize=8)
def _rules(language: str) -> tuple[_Rule, ...]:
    lexicon = lexicon_for(language)
    own = lexicon.rules if lexicon else ()
    rules = [_Rule(grammar(pattern), builder, None, 1.0) for builder, pattern in _SHARED]
    for name, pattern, confidence in (*_CLOCKS, *own):
        rules.append(_Rule(grammar(pattern), _NAMED_DAYS.get(name), BUILDERS.get(name), confidence, name == "or_hour"))
    if language == "en":
        rules.append(_Rule(grammar("@WD WEEKW"), days.week_on, None, 1.0))
        rules.append(_Rule(grammar("WEEKW ON WEEKDAY"), days.week_on, None, 1.0))
    return tuple(rules)


_IN_HOURS = grammar("IN DUR|DUR FROM NOW")
_HOURS_AGO = grammar("DUR AGO|NOW DUR")
_PARTS = grammar("PART")
_THIS_PART = grammar("WHICH PART|PART WHICH")
_NOONS = grammar("(@LEAD)* (NOON/MIDNIGHT)")
_TONIGHT = grammar("TONIGHT")
_USED = grammar("IN|NOW")
_USES = grammar("AGO|FROM (NOW/RELDAY/WEEKDAY)|ON? WEEKDAY|RELDAY")
_TO_HOUR = grammar("HOUR")


def gather_lengths(source: Sentence, lexicon: Lexicon) -> Sentence:
    """Joins the words of "in *two weeks*" and "*3 days* ago" into one token; other lengths are left alone."""
    tokens = list(source.tokens)
    out: list[Token] = []
    index = 0
    while index < len(tokens):
        terms = terms_at(source, index, lexicon)
        end = terms[-1].last + 1 if terms else index
        led = bool(index and _USED.match(source.codes, index - 1)) and not _TO_HOUR.match(source.codes, end)
        weekly = bool(terms) and (terms[-1].unit in ("week", "fortnight") or lexicon.language != "en")
        closed = terms and _USES.match(source.codes, end) and (weekly or source.tokens[end].kind in ("AGO", "FROM"))
        # "ora 3 luni" and "za 5 minut szósta" are hours; only English has "a week on Tuesday"
        if closed and lexicon.language != "en" and source.tokens[end].kind != "AGO":
            closed = False
        if terms and (led or closed):
            raw = " ".join(token.raw for token in tokens[index:end])
            out.append(Token("DUR", terms, tokens[index].start, tokens[end - 1].end, raw))
            index = end
        else:
            out.append(tokens[index])
            index += 1
    return sentence(source.text, out)


def _minutes_away(found: re.Match[str], source: Sentence, moment: Moment, sign: int) -> Piece | None:
    """Reads "za godzinę": a length with hours or minutes gives the day and the time."""
    token = next(token for token in source.tokens[found.start() : found.end()] if token.kind == "DUR")
    terms = days.length(token)
    if all(SECONDS[term.unit] >= SECONDS["day"] for term in terms):
        return None
    seconds = sum(term.amount * SECONDS[term.unit] for term in terms)
    then = moment.ctx.now + timedelta(seconds=int(seconds) * sign)
    clock = Clock(then.hour, then.minute, True)
    return Piece(found.start(), found.end() - 1, 0.93, (then.date(),), clock)


def _special(source: Sentence, moment: Moment) -> list[Piece]:
    pieces: list[Piece] = []
    today = moment.today
    for pattern, sign in ((_IN_HOURS, 1), (_HOURS_AGO, -1)):
        away_pieces = (_minutes_away(found, source, moment, sign) for found in pattern.finditer(source.codes))
        pieces += [piece for piece in away_pieces if piece]
    for found in _PARTS.finditer(source.codes):
        part = source.tokens[found.start()].value
        pieces.append(Piece(found.start(), found.start(), 0.85, part=part))
    for found in _THIS_PART.finditer(source.codes):
        one, two = source.tokens[found.start()], source.tokens[found.start() + 1]
        which, part = (one.value, two.value) if one.kind == "WHICH" else (two.value, one.value)
        if which <= 0:
            day = today + timedelta(days=which)
            pieces.append(Piece(found.start(), found.end() - 1, 0.93, (day,), part=part))
    for found in _TONIGHT.finditer(source.codes):
        offset, part = source.tokens[found.start()].value
        pieces.append(Piece(found.start(), found.start(), 0.95, (today + timedelta(days=offset),), part=part))
    for found in _NOONS.finditer(source.codes):
        noon = source.tokens[found.end() - 1].kind == "NOON"
        clock, part = (Clock(12, 0, True), "noon") if noon else (Clock(0, 0, True), "night")
        pieces.append(Piece(found.start(), found.end() - 1, 0.9, clock=clock, part=part))
    return pieces


_LOOSE = {"APPROX": 0.75, "FROM": 0.65, "TO": 0.65, "PAST": 0.65, "BEFORE": 0.65, "BOUND": 0.65, "BETWEEN": 0.6}


def _built(rule: _Rule, found: re.Match[str], source: Sentence, moment: Moment) -> Piece | None:
    first, last = found.start(), found.end() - 1
    tokens = source.tokens[first : last + 1]
    following = source.tokens[last + 1] if last + 1 < len(source.tokens) else None
    confidence = rule.confidence
    if rule.day is not None:
        around = replace(moment, following=following.kind, next_word=following.raw) if following else moment
        found_days = rule.day(tokens, around)
        if found_days is None:
            return None
        unique = tuple(dict.fromkeys(found_days.days))
        return Piece(first, last, min(confidence, found_days.confidence), unique, dead=not unique)
    if rule.clock is None:
        return None
    clock = rule.clock(tokens)
    if clock is None:
        return Piece(first, last, 0.0, dead=True) if _is_face(tokens) else None
    # "after five", "od siedemnastej" bound the time rather than name it
    if tokens[0].kind in _LOOSE and not (len(tokens) > 1 and tokens[0].kind != "APPROX" and tokens[1].kind == "AT"):
        confidence = min(confidence, _LOOSE[tokens[0].kind])
    return Piece(first, last, confidence, clock=clock, follows=rule.follows)


def _is_face(tokens: Sequence[Token]) -> bool:
    """Whether a clock was named that does not exist ("25:70"): no part of it may be read as something else."""
    return any(token.kind in ("CLOCK", "HOUR") or (token.kind == "NUM" and token.value > 24) for token in tokens)


def find_pieces(source: Sentence, moment: Moment) -> list[Piece]:
    """The days, times and parts of day of a sentence from left to right; of overlapping ones the longest is kept."""
    found: list[tuple[int, int, Piece]] = []
    for rank, rule in enumerate(_rules(moment.lexicon.language)):
        for match in rule.pattern.finditer(source.codes):
            piece = _built(rule, match, source, moment)
            if piece:
                found.append((piece.first - piece.last, rank, piece))
    found += [(piece.first - piece.last, len(found) + 1, piece) for piece in _special(source, moment)]
    taken: set[int] = set()
    kept: list[Piece] = []
    for _, _, piece in sorted(found, key=lambda entry: entry[:2]):
        span = range(piece.first, piece.last + 1)
        if taken.isdisjoint(span):
            taken.update(span)
            kept.append(piece)
    return _settled(sorted(kept, key=lambda piece: piece.first))


def _settled(pieces: Sequence[Piece]) -> list[Piece]:
    """Without the bare numbers that follow no hour: "at 10 or 11" has two hours, "Monday or 3" has none."""
    settled: list[Piece] = []
    for piece in pieces:
        before = settled[-1] if settled else None
        if not piece.follows or (before and before.clock and before.last == piece.first - 2):
            settled.append(piece)
    return settled
