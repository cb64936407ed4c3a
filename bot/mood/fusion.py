"""One number for the mood out of voice, words and what happened.

Each part adds its log-odds of frustration to those of a calm person (naive Bayes with weights: a part that is missing adds nothing).
The sum is smoothed over the turns, faster up than down, and two thresholds with hysteresis make levels of it.
"""

from __future__ import annotations

import math

from bot.mood.types import Judged, Level, Mood, Reason, Signals, Thresholds
from bot.mood.weights import Slope, Weights, committed

ABUSIVE = 0.5
"""From this probability on the bot counts as insulted: the words model's abuse is calibrated."""
SURE = 0.99
"""Scores beyond this (and below 1 - SURE) tell no more: no single score can be trusted further."""
SPEAKS = 0.5
"""Log-odds from which on a part speaks for frustration by itself: the level rises at most one step a turn for each that does."""
_MOST_REASONS = 4
_NOTICEABLE = 0.1
"""Log-odds below which nothing is given as a reason."""
LEAST = 0.001
"""The smoothed value never starts a turn below this: a person who was calm for long must not take longer to be noticed."""
_FORGOTTEN = 0.01
"""Strain below which a happening is dropped from what is kept: it would add less than 0.02 log-odds."""


def judge(mood: Mood, signals: Signals, thresholds: Thresholds, weights: Weights | None = None) -> Judged:
    """Judge one turn of a customer, and keep in ``mood`` what the next turn needs. Never raises for bad numbers: a NaN is a missing
    part, a score outside 0..1 is the nearer end. ``weights``: the committed ones, unless others are tried."""
    weights = weights or committed()
    tone, words = _evidence(signals.tone, weights.tone), _evidence(signals.words, weights.words)
    new: dict[str, float] = {kind: weights.happened[kind] for kind in signals.happened if kind in weights.happened}
    _wear(mood, new, weights.keep)
    load = _load(mood, weights)
    heard = tone is not None or words is not None
    value = _smooth(mood, weights.calm + (tone or 0.0) + (words or 0.0) + load, weights, heard=heard, noticed=heard or bool(new))
    abusive = math.isfinite(signals.abuse) and signals.abuse >= ABUSIVE
    speaking = sum(part is not None and part >= SPEAKS for part in (tone, words, sum(new.values())))
    before = mood.level
    mood.level = level = _level(value, before, speaking, thresholds)
    mood.value, mood.peak, mood.turns, mood.abuse = value, max(mood.peak, value), mood.turns + 1, mood.abuse + abusive
    parts = {"tone": tone, "words": words, "happenings": load if mood.strain else None}
    return Judged(
        frustration=value,
        level=level,
        rose=level > before,
        abusive=abusive,
        parts={name: _chance(weights.calm + part) for name, part in parts.items() if part is not None},
        reasons=_reasons(mood, signals, tone or 0.0, words or 0.0, weights, abusive=abusive),
    )


def _evidence(score: float | None, slope: Slope) -> float | None:
    if score is None or math.isnan(score):
        return None
    odds = _odds(min(max(score, 1 - SURE), SURE)) - slope.middle
    return odds * (slope.up if odds > 0 else slope.down)


def _wear(mood: Mood, new: dict[str, float], keep: float) -> None:
    """Let what happened before weigh less, and add what happened now."""
    strain = {kind: left * keep for kind, left in mood.strain.items()}
    for kind in new:
        strain[kind] = strain.get(kind, 0.0) + 1
        mood.counts[kind] = mood.counts.get(kind, 0) + 1
    mood.strain = {kind: left for kind, left in strain.items() if left >= _FORGOTTEN}


def _load(mood: Mood, weights: Weights) -> float:
    return min(sum(weights.happened.get(kind, 0.0) * left for kind, left in mood.strain.items()), weights.most)


def _smooth(mood: Mood, odds: float, weights: Weights, *, heard: bool, noticed: bool) -> float:
    before = _odds(min(max(mood.value, LEAST), 1 - LEAST)) if mood.turns else weights.calm
    up, down = weights.rise if noticed else 0.0, weights.fall if heard else weights.idle
    share = up if odds > before else down
    return _chance(before + share * (odds - before))


def _level(value: float, before: Level, speaking: int, thresholds: Thresholds) -> Level:
    """One part alone takes the level up one step a turn, so one loud or angry utterance never hands over by itself; nothing takes it up
    in a turn in which nothing speaks for frustration."""
    reached = 2 if value >= thresholds.second else 1 if value >= thresholds.first else 0
    if reached > before:
        level = min(reached, before + speaking)
    else:
        held = 2 if value >= thresholds.second - thresholds.hysteresis else 1 if value >= thresholds.first - thresholds.hysteresis else 0
        level = min(before, held)
    return 2 if level >= 2 else 1 if level == 1 else 0


def _reasons(mood: Mood, signals: Signals, tone: float, words: float, weights: Weights, *, abusive: bool) -> tuple[Reason, ...]:
    found = [(tone, Reason("tone")), (words, Reason("words"))]
    # A change explains the tone: the largest counts half of it, the next a quarter, so that other parts are not crowded out.
    audible = [(what, by) for what, by in signals.changes if math.isfinite(by)]
    found += [(tone / 2**place, Reason(what, by)) for place, (what, by) in enumerate(audible, start=1)]
    for kind, left in mood.strain.items():
        found.append((weights.happened.get(kind, 0.0) * left, Reason(kind, float(mood.counts.get(kind, 1)))))
    found = sorted((each for each in found if each[0] >= _NOTICEABLE), key=lambda each: -each[0])
    reasons = [Reason("abuse")] if abusive else []
    reasons += [reason for _, reason in found]
    if not reasons and mood.level:
        reasons = [Reason("before")]
    return tuple(reasons[:_MOST_REASONS])


def _odds(chance: float) -> float:
    return math.log(chance / (1 - chance))


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
