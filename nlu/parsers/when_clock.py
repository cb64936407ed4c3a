"""Turns what was said of an hour ("kwadrans po trzeciej", "3pm") into times of day, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time

from nlu.parsers.when_tokens import Token


@dataclass(frozen=True, slots=True)
class Clock:
    """An hour as said. ``exact`` means that the half of the day is known; otherwise the hour is 0..12 of a dial."""

    hour: int
    minute: int
    exact: bool = False

    def same_dial(self, other: Clock) -> bool:
        """Whether both could be the same moment ("17:00, so five")."""
        return self.hour % 12 == other.hour % 12 and self.minute == other.minute


_NUMBER_KINDS = ("NUM", "HOUR")
_FACES = ("CLOCK", "DOTTED", "HM")


def from_parts(hour: int, minute: int, half: str | None = None, exact: bool = False) -> Clock | None:
    """A clock, or None when there is no such time. ``half`` is ``am``, ``pm`` or unknown."""
    if not 0 <= hour <= 24 or not 0 <= minute <= 59 or (hour == 24 and minute):
        return None
    if half and hour > 12:
        return Clock(hour % 24, minute, True) if half == "pm" else None
    if half:
        return Clock(hour % 12 + (12 if half == "pm" else 0), minute, True)
    return Clock(hour % 24, minute, exact or hour > 12 or hour == 0)


def _shifted(hour: int, delta: int, exact: bool = False) -> Clock | None:
    """``delta`` minutes away from a full hour; ten to one is 12:50 on the dial."""
    if not 0 <= hour <= 24 or abs(delta) > 59:
        return None
    exact = exact or hour > 12 or hour == 0
    total = hour * 60 + delta
    if not exact and total < 60:
        total += 720
    return from_parts(total // 60 % 24, total % 60, exact=exact)


def _half(tokens: Sequence[Token]) -> str | None:
    return next((token.value for token in tokens if token.kind == "AMPM"), None)


def _numbers(tokens: Sequence[Token]) -> list[Token]:
    return [token for token in tokens if token.kind in _NUMBER_KINDS]


def hour(tokens: Sequence[Token]) -> Clock | None:
    """Reads "at five thirty", "o siedemnastej trzydzieści", "3 pm"."""
    first, *rest = _numbers(tokens)
    value, minute = int(first.value), int(rest[0].value) if rest else 0
    if rest and rest[0].digits and len(rest[0].raw) == 1:
        return None
    if not first.digits and value == 0:
        return None
    if not rest and not first.digits and 25 <= value <= 29:
        # "la douăzeci și cinci" cannot be an hour 25, so it is 20:05
        value, minute = 20, value - 20
    return from_parts(value, minute, _half(tokens), first.digits and first.raw.startswith("0"))


def written_hour(tokens: Sequence[Token]) -> Clock | None:
    """Reads "o 17". Polish hours are ordinals: a spelled cardinal ("od jednego") is one only when it must be."""
    first = _numbers(tokens)[0]
    return hour(tokens) if first.digits or first.value >= 13 else None


def spoken(tokens: Sequence[Token]) -> Clock | None:
    """Reads "three thirty" without any "at": only spelled out and with plausible minutes."""
    first, second = _numbers(tokens)
    if first.digits or second.digits or not 1 <= first.value <= 12 or second.value not in range(10, 60, 5):
        return None
    return hour(tokens)


def face(tokens: Sequence[Token]) -> Clock | None:
    """Reads "17:30", "5.30 pm"."""
    token = next(token for token in tokens if token.kind in _FACES)
    high, low = token.value
    if token.kind == "DOTTED" and len(token.raw.split(".")[1]) < 2:
        return None
    return from_parts(high, low, _half(tokens), token.raw.startswith("0"))


def compact(tokens: Sequence[Token]) -> Clock | None:
    """Reads "at 1730"."""
    token = next(token for token in tokens if token.kind == "FOUR")
    return from_parts(token.value // 100, token.value % 100, _half(tokens), True)


def _anchor(tokens: Sequence[Token]) -> tuple[int, bool]:
    for token in reversed(tokens):
        if token.kind == "NOON":
            return 12, True
        if token.kind == "MIDNIGHT":
            return 24, True
        if token.kind in _NUMBER_KINDS:
            return int(token.value), False
    return -1, False


def _amount(tokens: Sequence[Token]) -> int:
    """The minutes that stand before the hour."""
    if any(token.kind == "QUARTER" for token in tokens):
        return 15
    numbers = _numbers(tokens)
    named = any(token.kind in ("NOON", "MIDNIGHT") for token in tokens)
    if len(numbers) < (1 if named else 2):
        return 0
    return int(numbers[0].value)


def _plausible(minutes: int, tokens: Sequence[Token]) -> bool:
    """Whether this is a clock: "four to five" is a range, as only round or named minutes count from an hour."""
    return minutes % 5 == 0 or any(token.kind == "MINW" for token in tokens)


def before(tokens: Sequence[Token]) -> Clock | None:
    """Reads "za pięć szósta", "quarter to five"."""
    value, exact = _anchor(tokens)
    minutes = _amount(tokens)
    return _shifted(value, -minutes, exact) if minutes and _plausible(minutes, tokens) else None


def past(tokens: Sequence[Token]) -> Clock | None:
    """Reads "kwadrans po trzeciej", "ten past five"."""
    value, exact = _anchor(tokens)
    minutes = _amount(tokens)
    return _shifted(value % 24, minutes, exact) if minutes and _plausible(minutes, tokens) else None


def half_past(tokens: Sequence[Token]) -> Clock | None:
    """Reads "half past two"."""
    return from_parts(int(_numbers(tokens)[-1].value), 30)


def half_to(tokens: Sequence[Token]) -> Clock | None:
    """Reads "wpół do ósmej" is 7:30; "za pięć wpół do ósmej" 7:25, "pięć po wpół do ósmej" 7:35."""
    minutes = _amount(tokens)
    signed = minutes if any(token.kind == "PAST" for token in tokens) else -minutes
    return _shifted(int(_numbers(tokens)[-1].value), -30 + signed)


def total(tokens: Sequence[Token]) -> Clock | None:
    """Reads "la trei și jumătate", "nouă fără un sfert", "la cinci și zece"."""
    first, *rest = _numbers(tokens)
    kinds = {token.kind for token in tokens}
    if not rest and not kinds & {"HALF", "QUARTER"}:
        return hour(tokens)
    if rest and rest[0].digits and len(rest[0].raw) == 1 and not kinds & {"AND", "MINUS"}:
        return None
    amount = 30 if "HALF" in kinds else 15 if "QUARTER" in kinds else int(rest[0].value)
    if "MINUS" in kinds:
        return _shifted(int(first.value), -amount, first.raw.startswith("0"))
    return from_parts(int(first.value), amount, exact=first.digits and first.raw.startswith("0"))


def total_noon(tokens: Sequence[Token]) -> Clock | None:
    """Reads "la prânz și jumătate"."""
    value, _ = _anchor(tokens)
    return from_parts(value % 24, 30 if any(token.kind == "HALF" for token in tokens) else 15, exact=True)


BUILDERS: dict[str, Callable[[Sequence[Token]], Clock | None]] = {
    "hour": hour,
    "or_hour": hour,
    "written_hour": written_hour,
    "spoken": spoken,
    "face": face,
    "compact": compact,
    "before": before,
    "past": past,
    "half_past": half_past,
    "half_to": half_to,
    "sum": total,
    "sum_noon": total_noon,
}
"""What a rule of a language calls its builder."""

_SHIFTS: dict[str, Callable[[int], int]] = {
    "morning": lambda hour: hour,
    "noon": lambda hour: hour if hour >= 10 else hour + 12,
    "afternoon": lambda hour: hour % 12 + 12,
    "evening": lambda hour: (hour + 12) % 24,
    "night": lambda hour: hour % 12 if hour < 6 or hour == 12 else hour + 12,
}


def readings(clock: Clock, part: str | None, past_talk: bool, gone: time | None) -> tuple[list[time], float]:
    """Times of day the clock can mean, best first, and how certain the best is.

    Business hours settle most dial hours: 1-6 is after noon, 9-11 in the morning. Seven and eight are truly ambiguous,
    unless ``gone`` (the time now, when the day is today) rules the morning out.
    """
    if clock.exact:
        return [time(clock.hour, clock.minute)], 0.95
    if part is not None:
        return [time(_SHIFTS[part](clock.hour), clock.minute)], 0.95
    early, late = time(clock.hour % 12, clock.minute), time(clock.hour % 12 + 12, clock.minute)
    if clock.hour == 12:
        return [late], 0.85
    if gone is not None and early <= gone < late:
        return [late], 0.8
    if clock.hour <= 6:
        return ([late, early], 0.6) if past_talk else ([late], 0.75)
    return ([early, late], 0.6) if clock.hour <= 8 else ([early], 0.8)
