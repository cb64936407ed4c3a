"""One number for the mood out of voice, words and what happened.

A person is calm or frustrated, and may change from turn to turn; what is noticed in a turn is evidence for one or the other. The
frustration is the probability that a hidden Markov model with these two states gives after each turn (the forward algorithm, Rabiner
1989): the probability of the turn before is carried over, losing some of its certainty, and each part adds its log-odds (a part that is
missing adds nothing). Two thresholds with hysteresis make levels of it.
"""

from __future__ import annotations

import math

from bot.mood.types import Judged, Level, Mood, Reason, Signals, Thresholds
from bot.mood.weights import Slope, Weights, committed

ABUSIVE = 0.5
"""From this probability on the bot counts as insulted: the words model's abuse is calibrated."""
SURE = 0.95
"""Scores beyond this (and below 1 - SURE) tell no more: of simulated conversations 0.95 made better use than 0.99 (docs/mood.md)."""
SPEAKS = 1.0
"""Log-odds from which on a part speaks for frustration: one part alone takes the level up one step a turn, several may take it two.
Of 0.5 to 1.5 the least that kept false alarms below 1 % on simulated conversations (docs/mood.md)."""
_MOST_REASONS = 4
_NOTICEABLE = 0.1
"""Log-odds below which nothing is given as a reason."""
_RECALL = 0.7
"""What a thing that happened counts as a reason a turn later: after three turns a third."""
_FORGOTTEN = 0.05
"""What has faded to less than this is no longer kept: after eight turns."""


def judge(mood: Mood, signals: Signals, thresholds: Thresholds, weights: Weights | None = None) -> Judged:
    """Judge one turn of a customer, and keep in ``mood`` what the next turn needs. Never raises for bad numbers: a NaN is a missing
    part, a score outside 0..1 is the nearer end. ``weights``: the committed ones, unless others are tried."""
    weights = weights or committed()
    tone, words = _evidence(signals.tone, weights.tone), _evidence(signals.words, weights.words)
    new: dict[str, float] = {kind: weights.happened[kind] for kind in signals.happened if kind in weights.happened}
    load = sum(new.values()) if new else None
    _recall(mood, new)
    parts = {name: odds for name, odds in (("tone", tone), ("words", words), ("happenings", load)) if odds is not None}
    value = _forward(mood, list(parts.values()), weights)
    abusive = math.isfinite(signals.abuse) and signals.abuse >= ABUSIVE
    before = mood.level
    speaking = sum(odds >= SPEAKS for odds in parts.values())
    mood.level = level = _level(value, before, thresholds, rising=not mood.turns or value > mood.value, steps=2 if speaking > 1 else 1)
    mood.value, mood.peak, mood.turns, mood.abuse = value, max(mood.peak, value), mood.turns + 1, mood.abuse + abusive
    return Judged(
        frustration=value,
        level=level,
        rose=level > before,
        abusive=abusive,
        parts={name: _chance(weights.start + weights.still + odds) for name, odds in parts.items()},
        reasons=_reasons(mood, signals, tone or 0.0, words or 0.0, weights, abusive=abusive),
    )


def _evidence(score: float | None, slope: Slope) -> float | None:
    if score is None or math.isnan(score):
        return None
    odds = _odds(min(max(score, 1 - SURE), SURE)) - slope.middle
    return odds * (slope.up if odds > 0 else slope.down)


def _recall(mood: Mood, new: dict[str, float]) -> None:
    """Let what happened before fade as a reason, and add what happened now."""
    recalled = {kind: left * _RECALL for kind, left in mood.recalled.items()}
    for kind in new:
        recalled[kind] = recalled.get(kind, 0.0) + 1
        mood.counts[kind] = mood.counts.get(kind, 0) + 1
    mood.recalled = {kind: left for kind, left in recalled.items() if left >= _FORGOTTEN}


def _forward(mood: Mood, evidence: list[float], weights: Weights) -> float:
    carried = weights.enter + (weights.stay - weights.enter) * mood.value if mood.turns else _chance(weights.start)
    value = _chance(_odds(carried) + weights.still + sum(evidence))
    # Where nothing was noticed the model alone would let a very calm person drift back to the average one.
    return value if evidence or not mood.turns else min(value, mood.value)


def _level(value: float, before: Level, thresholds: Thresholds, *, rising: bool, steps: int) -> Level:
    """A level begins only in a turn in which the frustration rises, so one loud or angry utterance never hands over by itself."""
    if rising and (value >= thresholds.second or (value >= thresholds.first and before == 0)):
        reached = 2 if value >= thresholds.second else 1
        return 2 if min(reached, before + steps) >= 2 else 1
    if value >= thresholds.second - thresholds.hysteresis:
        return before
    return 1 if before and value >= thresholds.first - thresholds.hysteresis else 0


def _reasons(mood: Mood, signals: Signals, tone: float, words: float, weights: Weights, *, abusive: bool) -> tuple[Reason, ...]:
    found = [(tone, Reason("tone")), (words, Reason("words"))]
    # A change explains the tone: the largest counts half of it, the next a quarter, so that other parts are not crowded out.
    audible = [(what, by) for what, by in signals.changes if math.isfinite(by)]
    found += [(tone / 2**place, Reason(what, by)) for place, (what, by) in enumerate(audible, start=1)]
    for kind, left in mood.recalled.items():
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
