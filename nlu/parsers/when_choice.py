"""Decides which of the days and hours in a sentence is meant: "nie w czwartek, tylko w piątek" means Friday."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from nlu.parsers.when_clock import Clock, readings
from nlu.parsers.when_days import Moment
from nlu.parsers.when_rules import Piece
from nlu.parsers.when_tokens import Sentence, grammar


@dataclass(frozen=True, slots=True)
class Outcome:
    """One full reading: a day, a time or a part of the day, at least one of them."""

    day: date | None
    at: time | None
    part: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """The readings of what is meant, best first, for tokens ``first``..``last``."""

    outcomes: tuple[Outcome, ...]
    confidence: float
    day_confidence: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Group:
    """Pieces that speak of one and the same moment."""

    first: int
    last: int
    confidence: float
    days: tuple[date, ...] | None = None
    clock: Clock | None = None
    part: str | None = None
    day_confidence: float = 0.0
    dead: bool = False
    denied: bool = False
    corrected: bool = False


_SPLIT = grammar("OR|NEG|FIX|CANT|DASH")
_RANGE = grammar("^(COMMA)?(TO|BOUND|AND|AND? AT|DASH)$")
_DENIED_BEFORE = grammar("(NEG|CANT) (CAN|FILL|ON|AT|FOR|THE|IN|TO|FROM|APPROX|OF)*$")
_DENIED_AFTER = grammar("^(FILL|THE|X)? FILL? (NEG FILL? CAN|CANT|NEG (COMMA|$))")
_MORE = "\0"
_FIXED = grammar("FIX|CANT|NEG COMMA")


def _joined(group: _Group, piece: Piece, gap: str) -> _Group | None:
    """The group with the piece added, or None when the piece speaks of another moment."""
    if _SPLIT.search(gap) or (piece.clock and group.clock and _RANGE.match(gap)):
        return None
    days, clock, part = group.days, group.clock, group.part
    if piece.dead or group.dead:
        return None
    if piece.days is not None:
        if days is not None:
            # "jutro, czyli w czwartek": both name the same day
            common = tuple(day for day in days if day in piece.days)
            if not common:
                return None
            days = common
        else:
            days = piece.days
    if piece.clock is not None:
        if clock is not None:
            if not clock.same_dial(piece.clock):
                return None
            clock = clock if clock.exact else piece.clock
        else:
            clock = piece.clock
    if piece.part is not None:
        if part is not None and part != piece.part and not (piece.clock or group.clock):
            return None
        part = part or piece.part
    confidence = min(group.confidence, piece.confidence)
    certain = max(group.day_confidence, piece.confidence if piece.days else 0.0)
    return _Group(group.first, piece.last, confidence, days, clock, part, certain)


def _groups(source: Sentence, pieces: Sequence[Piece]) -> list[_Group]:
    groups: list[_Group] = []
    for piece in pieces:
        gap = source.codes[groups[-1].last + 1 : piece.first] if groups else ""
        joined = _joined(groups[-1], piece, gap) if groups else None
        if joined:
            groups[-1] = joined
            continue
        days, certain = piece.days or None, piece.confidence if piece.days else 0.0
        first, last, clock, part = piece.first, piece.last, piece.clock, piece.part
        groups.append(_Group(first, last, piece.confidence, days, clock, part, certain, piece.dead))
    return groups


def _marked(source: Sentence, groups: Sequence[_Group]) -> list[_Group]:
    """The groups with what the words between them say: which are denied and which are corrections."""
    marked: list[_Group] = []
    used = 0
    for index, group in enumerate(groups):
        before = source.codes[max(used, groups[index - 1].last + 1 if index else 0) : group.first]
        stop = groups[index + 1].first if index + 1 < len(groups) else len(source.codes)
        # only the end of the sentence may end the denial: "piątek zamiast czwartku" does not deny Friday
        rest = source.codes[group.last + 1 : stop] + ("" if stop == len(source.codes) else _MORE)
        after = _DENIED_AFTER.match(rest)
        # "w czwartek nie mogę, w piątek": the words that deny Thursday must not deny Friday as well
        used = group.last + 1 + after.end() if after else 0
        denied = bool(after or _DENIED_BEFORE.search(before))
        corrected = bool(index and _FIXED.search(before) and not _DENIED_BEFORE.search(before))
        marked.append(replace(group, denied=denied, corrected=corrected))
    return marked


def _candidates(groups: Sequence[_Group]) -> list[_Group]:
    meant = [group for group in groups if not group.denied]
    last_fix = max((index for index, group in enumerate(meant) if group.corrected), default=0)
    return meant[last_fix:]


def _completed(group: _Group, groups: Sequence[_Group]) -> _Group:
    """Fills what was said once for several: "w piątek o dziewiątej albo o dziesiątej" is Friday both times."""
    others = [other for other in groups if other is not group and not other.dead]
    others.sort(key=lambda other: (other.denied, abs(other.first - group.first)))
    for other in others:
        filled = group
        if group.days is None and other.days is not None:
            filled = replace(filled, days=other.days, day_confidence=other.day_confidence)
        if group.clock is None and other.clock is not None:
            filled = replace(filled, clock=other.clock, part=group.part or other.part)
        elif group.clock is None and group.part is None and other.part is not None:
            filled = replace(filled, part=other.part)
        if filled is not group:
            low, high = min(group.first, other.first), max(group.last, other.last)
            group = replace(filled, first=low, last=high, confidence=min(group.confidence, other.confidence))
    return group


def _outcomes(group: _Group, moment: Moment) -> tuple[list[Outcome], float]:
    now = moment.ctx.now
    if group.clock is None:
        return [Outcome(day, None, group.part) for day in group.days or (None,)], group.confidence
    found: list[Outcome] = []
    confidence = group.confidence
    for day in group.days or (None,):
        today = day == now.date() and len(group.days or ()) == 1
        gone = now.time() if today and not moment.past else None
        times, certain = readings(group.clock, group.part, moment.past, gone)
        if not found:
            confidence = min(confidence, certain)
        found += [Outcome(day, at, group.part) for at in times]
    if group.days and len(group.days) > 1 and not moment.past:
        # "w środę o dziewiątej" said on a Wednesday at ten can only be the next one
        ahead = [one for one in found if one.day != now.date() or one.at is None or one.at > now.time()]
        if ahead and len(ahead) < len(found):
            return ahead, max(confidence, 0.85) if len(ahead) == 1 else confidence
    return found, confidence


def choose(source: Sentence, pieces: Sequence[Piece], moment: Moment) -> Choice | None:
    """What is meant among the pieces, or None when nothing is, everything is denied or the day does not exist."""
    groups = _marked(source, _groups(source, pieces))
    meant = [group for group in _candidates(groups) if not group.dead]
    if not meant:
        return None
    outcomes: list[Outcome] = []
    confidence, day_confidence = 1.0, 0.0
    first, last = meant[0].first, meant[0].last
    for index, group in enumerate(meant[:4]):
        full = _completed(group, groups)
        found, certain = _outcomes(full, moment)
        outcomes += found
        if index == 0:
            confidence, day_confidence, first, last = certain, full.day_confidence, full.first, full.last
    unique = tuple(dict.fromkeys(outcomes))
    if len(unique) > 1:
        confidence = min(confidence, 0.6)
    return Choice(unique, max(confidence, 0.5), day_confidence, first, last)
