"""Reads days and times out of speech and chat: dates, times of day, both, or whichever was said.

The grammar of the language goes first. ``dateparser`` only sees a span that looks like an absolute date the grammar
does not know ("3-Dec-2026"), because on free text it invents dates from plain numbers.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from nlu.parsers.base import Context, Parsed
from nlu.parsers.duration import lexicon_for
from nlu.parsers.when_calendar import FIRST_YEAR, LAST_YEAR
from nlu.parsers.when_choice import Choice, Outcome, choose
from nlu.parsers.when_clock import from_parts
from nlu.parsers.when_days import Moment
from nlu.parsers.when_rules import Piece, find_pieces, gather_lengths
from nlu.parsers.when_tokens import Lexicon, Sentence, clip, grammar, read

_MOST: Final = 6
_MONTH_NAMED = re.compile(
    r"(?<![\w/.-])(?:[0-9]{1,2}(?:st|nd|rd|th)?[ \-/.]{1,2}[^\W\d_]{3,12}[ \-/.,]{1,2}[0-9]{4}"
    r"|[0-9]{4}[ \-/.,]{1,2}[^\W\d_]{3,12}[ \-/.]{1,2}[0-9]{1,2})(?![\w/-])"
)
_WHOLE_NUMBER = grammar("^(FILL/COMMA)*(NUM NUM?)(FILL/COMMA/HOURW)*$")


def _sentence(text: str, lexicon: Lexicon) -> Sentence:
    return gather_lengths(read(text, lexicon), lexicon)


def _chosen(text: str, ctx: Context, asked: str) -> tuple[Choice, int, int] | None:
    """What was meant, and the characters it was read from."""
    lexicon = lexicon_for(ctx.language)
    if lexicon is None:
        return None
    source = _sentence(text, lexicon)
    moment = Moment(ctx, lexicon, asked)
    pieces = find_pieces(source, moment)
    if not any(piece.days or piece.dead for piece in pieces) and (found := _named_month(text, ctx)):
        return found
    if not pieces and asked == "time":
        pieces = _lone_number(source)
    choice = choose(source, pieces, moment) if pieces else None
    if choice is None:
        return None
    return choice, source.tokens[choice.first].start, source.tokens[choice.last].end


def _lone_number(source: Sentence) -> list[Piece]:
    """A bare "17" or "seven thirty" that is the whole answer to "at what time?"."""
    if not (found := _WHOLE_NUMBER.match(source.codes)):
        return []
    start, end = found.span(2)
    numbers = source.tokens[start:end]
    minute = int(numbers[1].value) if len(numbers) == 2 else 0
    clock = from_parts(int(numbers[0].value), minute)
    return [Piece(start, end - 1, 0.55, clock=clock)] if clock else []


def _named_month(text: str, ctx: Context) -> tuple[Choice, int, int] | None:
    """A full date with a month name that only ``dateparser`` knows, such as "3-Dec-2026" in a Polish chat."""
    found = _MONTH_NAMED.search(clip(text))
    if not found:
        return None
    day = _absolute(found[0], ctx)
    if day is None:
        return None
    return Choice((Outcome(day, None, None),), 0.9, 0.9, 0, 0), found.start(), found.end()


def _absolute(span: str, ctx: Context) -> date | None:
    """The day of the span, or None when ``dateparser`` is not sure of every part of it."""
    with warnings.catch_warnings():
        # dateparser warns about its own use of strptime, which is none of the caller's business
        warnings.simplefilter("ignore")
        # imported late: it costs 0.1 s and few conversations ever need it
        import dateparser

        found = dateparser.parse(
            span,
            languages=list(dict.fromkeys((ctx.language[:2].lower(), "en"))),
            settings={
                "STRICT_PARSING": True,
                "PARSERS": ["absolute-time"],
                "PREFER_DATES_FROM": "past" if ctx.prefer == "past" else "future",
                "DATE_ORDER": "DMY",
                "RELATIVE_BASE": ctx.now.replace(tzinfo=None),
                "RETURN_AS_TIMEZONE_AWARE": False,
                "TIMEZONE": "UTC",
            },
        )
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        return None
    written = {int(digits) for digits in re.findall("[0-9]+", span)}
    return found.date() if written == {found.day, found.year} else None


def _answer(text: str, ctx: Context, asked: str, value: Callable[[Outcome], Any]) -> Parsed | None:
    try:
        chosen = _chosen(text, ctx, asked)
        found = [value(outcome) for outcome in chosen[0].outcomes] if chosen else []
    except (ValueError, OverflowError):
        # a length such as "za 900 lat" may leave the calendar
        return None
    values: list[Any] = []
    for one in found:
        if one is not None and one not in values:
            values.append(one)
    if not chosen or not values:
        return None
    choice, start, end = chosen
    confidence = choice.confidence
    if len(values) == 1:
        # what was ambiguous was the part nobody asked for, such as the hour of "jutro o siódmej"
        kept = 0.75 if len(choice.outcomes) > 1 else 0.0
        confidence = max(confidence, choice.day_confidence if asked == "date" else kept)
    return Parsed(values[0], confidence, start, end, tuple(values[1:_MOST]))


def _when(outcome: Outcome) -> dict[str, str | None]:
    return {
        "date": outcome.day.isoformat() if outcome.day else None,
        "time": outcome.at.strftime("%H:%M") if outcome.at else None,
        "part": outcome.part,
    }


def parse_when(text: str, ctx: Context) -> Parsed | None:
    """Whatever was said of a moment: ``{"date": "YYYY-MM-DD"|None, "time": "HH:MM"|None, "part": ...|None}``.

    ``part`` is ``morning``, ``noon``, ``afternoon``, ``evening`` or ``night``; at least one of the three is set.
    """
    return _answer(text, ctx, "when", _when)


def parse_date(text: str, ctx: Context) -> Parsed | None:
    """The day as ``"YYYY-MM-DD"``; a time beside it is left out."""
    return _answer(text, ctx, "date", lambda outcome: outcome.day.isoformat() if outcome.day else None)


def parse_time(text: str, ctx: Context) -> Parsed | None:
    """The time of day as ``"HH:MM"``; a bare number that is the whole text counts as an hour, with little certainty."""
    return _answer(text, ctx, "time", lambda outcome: outcome.at.strftime("%H:%M") if outcome.at else None)


def parse_datetime(text: str, ctx: Context) -> Parsed | None:
    """Day and time as ISO 8601 with the offset of the zone of ``ctx.now``; a bare time means its next occurrence."""

    def moment(outcome: Outcome) -> str | None:
        if outcome.at is None:
            return None
        day = outcome.day or ctx.now.date()
        found = datetime.combine(day, outcome.at, ctx.now.tzinfo)
        if outcome.day is None and found <= ctx.now:
            found += timedelta(days=1)
        return found.isoformat()

    return _answer(text, ctx, "when", moment)
