"""Fits the weights of the fusion to conversations whose true mood is known.

The log-odds of every turn, and their derivatives by every parameter, are carried forward through the turns of all
conversations at once (the same recurrence as ``fusion.judge``, which a test compares). Levenberg-Marquardt on the log loss of
"frustration is the probability that the hidden mood is above FRUSTRATED", in numpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.mood.fusion import SURE
from bot.mood.simulator import FRUSTRATED, Simulated
from bot.mood.types import HAPPENINGS, Signals
from bot.mood.weights import Slope, Weights

Floats = NDArray[np.float64]

_THINGS = len(HAPPENINGS)
_NAMES = ("start", "enter", "stay", "still", "tone_middle", "tone_up", "tone_down", "words_middle", "words_up", "words_down")
_AT = {name: place for place, name in enumerate(_NAMES)}
_HAPPENED = slice(len(_NAMES), len(_NAMES) + _THINGS)
_SIZE = len(_NAMES) + _THINGS
_STEPS = 40
_ENOUGH = 2e-4
"""Relative gain of the loss below which the fit is done."""
_PRIOR = 1e-4
"""Weight of the squared distance to the start: keeps what the data say nothing about where it was."""


class Promise(NamedTuple):
    """What must hold from a fresh start whatever the data say: after these turns the frustration is ``at_least``, or ``at_most``."""

    signals: tuple[Signals, ...]
    at_least: float = 0.0
    at_most: float = 1.0


PROMISES = (
    Promise((Signals(tone=SURE),), at_most=0.72),
    Promise((Signals(words=0.93),), at_least=0.52),
    Promise((Signals(words=0.93),) * 2, at_least=0.77),
    Promise((Signals(tone=0.95, words=0.1),) * 3, at_least=0.77),
    Promise((Signals(tone=0.1, words=0.95),) * 3, at_least=0.77),
    Promise((Signals(words=0.1, happened=("misunderstood", "repeated_request")),) * 3, at_most=0.72),
    Promise((*[Signals(words=0.95)] * 3, Signals(words=0.1)), at_least=0.62),
    Promise((*[Signals(words=0.95)] * 3, *[Signals(words=0.1)] * 4), at_most=0.3),
)
"""One loud first utterance is not the second level. Strongly angry words are the first in one turn and the second in two. An angry
voice with words that tell nothing hands over in the end, and so do angry words in a calm voice; being misunderstood three times
and saying it calmly does not. One calm sentence does not end the second level; four bring the mood down."""
_HELD = 2.0
"""Weight of a broken promise against the mean log loss of a turn."""


def start() -> Floats:
    """Where the fit begins: plausible by hand. Weights that cannot be negative as logarithms; ``enter`` as log-odds, and ``stay`` as
    log-odds of its place between ``enter`` and 1, so that frustration always lasts longer than it takes to begin."""
    theta = np.zeros(_SIZE)
    named = {"start": -2.5, "enter": -3.0, "stay": 2.0, "still": -0.5}
    named |= {f"{part}_up": math.log(0.7) for part in ("tone", "words")} | {f"{part}_down": math.log(0.3) for part in ("tone", "words")}
    for name, value in named.items():
        theta[_AT[name]] = value
    theta[_HAPPENED] = math.log(0.6)
    return theta


def weights_of(theta: Floats) -> Weights:
    """The weights that the parameters stand for, to four decimals."""
    enter = _sigmoid(theta[_AT["enter"]])

    def slope(part: str) -> Slope:
        middle, up, down = (theta[_AT[f"{part}_{each}"]] for each in ("middle", "up", "down"))
        return Slope(_short(middle), _short(math.exp(up)), _short(math.exp(down)))

    return Weights(
        start=_short(theta[_AT["start"]]),
        enter=_short(enter),
        stay=_short(enter + (1 - enter) * _sigmoid(theta[_AT["stay"]])),
        still=_short(theta[_AT["still"]]),
        tone=slope("tone"),
        words=slope("words"),
        happened={kind: _short(math.exp(raw)) for kind, raw in zip(HAPPENINGS, theta[_HAPPENED], strict=True)},
    )


@dataclass(frozen=True, slots=True)
class Table:
    """Conversations as arrays, padded to the longest: (conversations, turns), of what happened (conversations, turns, things).

    ``tone``, ``words``: log-odds, NaN where missing. ``there``: False in the padding.
    """

    tone: Floats
    words: Floats
    happened: Floats
    there: NDArray[np.bool_]

    @classmethod
    def of(cls, conversations: Sequence[Sequence[Signals]]) -> Table:
        """The signals of these conversations."""
        shape = (len(conversations), max(map(len, conversations)))
        tone, words = np.full(shape, np.nan), np.full(shape, np.nan)
        happened, there = np.zeros((*shape, _THINGS)), np.zeros(shape, bool)
        place = {kind: number for number, kind in enumerate(HAPPENINGS)}
        for row, conversation in enumerate(conversations):
            for turn, signals in enumerate(conversation):
                there[row, turn] = True
                tone[row, turn] = np.nan if signals.tone is None else signals.tone
                words[row, turn] = np.nan if signals.words is None else signals.words
                happened[row, turn, [place[kind] for kind in signals.happened]] = 1
        return cls(_logit(tone), _logit(words), happened, there)


def odds(theta: Floats, table: Table) -> tuple[Floats, Floats]:
    """The log-odds (conversations, turns) and their derivatives (conversations, turns, parameters)."""
    count, turns = table.there.shape
    level, slope = np.full(count, theta[_AT["start"]]), np.zeros((count, _SIZE))
    slope[:, _AT["start"]] = 1
    levels, slopes = np.zeros((count, turns)), np.zeros((count, turns, _SIZE))
    each = np.exp(theta[_HAPPENED])
    for turn in range(turns):
        before, before_by = level, slope
        if turn:
            level, slope = _carried(theta, level, slope)
        slope[:, _AT["still"]] += 1
        loads = table.happened[:, turn] * each
        slope[:, _HAPPENED] += loads
        level = level + theta[_AT["still"]] + loads.sum(axis=1)
        level += _score(slope, theta, "tone", table.tone[:, turn]) + _score(slope, theta, "words", table.words[:, turn])
        if turn:
            unheard = np.isnan(table.tone[:, turn]) & np.isnan(table.words[:, turn])
            unmoved = unheard & ~table.happened[:, turn].any(axis=1) & (level > before)
            level, slope = np.where(unmoved, before, level), np.where(unmoved[:, None], before_by, slope)
        levels[:, turn], slopes[:, turn] = level, slope
    return levels, slopes


def _carried(theta: Floats, level: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """What is left of the log-odds a turn later, before anything of that turn is known."""
    enter, place = _sigmoid(theta[_AT["enter"]]), _sigmoid(theta[_AT["stay"]])
    span = (1 - enter) * place
    chance = 1 / (1 + np.exp(-level))
    carried = enter + span * chance
    spread = carried * (1 - carried)
    by = (span * chance * (1 - chance) / spread)[:, None] * slope
    by[:, _AT["enter"]] += (1 - place * chance) * enter * (1 - enter) / spread
    by[:, _AT["stay"]] += (1 - enter) * chance * place * (1 - place) / spread
    return np.log(carried / (1 - carried)), by


def _score(slope: Floats, theta: Floats, part: str, score: Floats) -> Floats:
    """What the scores add to the log-odds; their derivatives are added to ``slope``."""
    middle, up, down = (_AT[f"{part}_{each}"] for each in ("middle", "up", "down"))
    heard = ~np.isnan(score)
    over = np.where(heard, score - theta[middle], 0)
    gain = np.where(over > 0, math.exp(theta[up]), math.exp(theta[down]))
    slope[:, middle] += np.where(heard, -gain, 0)
    slope[:, up] += np.maximum(over, 0) * gain
    slope[:, down] += np.minimum(over, 0) * gain
    return np.asarray(over * gain)


class _Lesson(NamedTuple):
    """Conversations, whether the person is truly frustrated in each turn (0 or 1), and how much each turn counts (all of them: 1)."""

    table: Table
    truth: Floats
    counts: Floats


def fit(conversations: Sequence[Simulated], counts: Sequence[float]) -> Weights:
    """The weights that fit these conversations best while keeping the promises. ``counts``: how much each conversation does."""
    lesson = _lesson(conversations, counts)
    first = theta = start()
    loss, gradient, curvature = _loss(theta, first, lesson)
    damping = 1e-3
    for _ in range(_STEPS):
        tried = theta - np.linalg.solve(curvature + damping * np.diag(np.diag(curvature)), gradient)
        after = _loss(tried, first, lesson)
        if after[0] >= loss:
            damping *= 4
            if damping > 1e6:
                break
            continue
        done = loss - after[0] < _ENOUGH * loss
        theta, damping = tried, damping / 3
        loss, gradient, curvature = after
        if done:
            break
    return weights_of(theta)


def _lesson(conversations: Sequence[Simulated], counts: Sequence[float]) -> _Lesson:
    table = Table.of([each.signals for each in conversations])
    truth = np.zeros(table.there.shape)
    for row, each in enumerate(conversations):
        truth[row, : len(each.moods)] = np.array(each.moods) > FRUSTRATED
    each_counts = table.there * np.array(counts)[:, None]
    return _Lesson(table, truth, each_counts / each_counts.sum())


def _loss(theta: Floats, first: Floats, lesson: _Lesson) -> tuple[float, Floats, Floats]:
    """Mean log loss with what broken promises and the prior add, its gradient, and its Gauss-Newton curvature."""
    levels, slopes = odds(theta, lesson.table)
    there = lesson.table.there
    level, slope, true, counts = levels[there], slopes[there], lesson.truth[there], lesson.counts[there]
    chance = 1 / (1 + np.exp(-level))
    loss = float(counts @ (np.logaddexp(0, level) - true * level)) + _PRIOR * float(np.sum((theta - first) ** 2))
    gradient = slope.T @ (counts * (chance - true)) + 2 * _PRIOR * (theta - first)
    curvature = (slope * (counts * chance * (1 - chance))[:, None]).T @ slope + 2 * _PRIOR * np.eye(_SIZE)
    for promise in PROMISES:
        levels, slopes = odds(theta, Table.of([promise.signals]))
        level, slope = levels[0, -1], slopes[0, -1]
        off = level - min(max(level, _bound(promise.at_least)), _bound(promise.at_most))
        loss += _HELD * off**2
        if off:
            gradient += 2 * _HELD * off * slope
            curvature += 2 * _HELD * np.outer(slope, slope)
    return loss, gradient, curvature


def _bound(chance: float) -> float:
    return float(_logit(np.array(chance))) if 0 < chance < 1 else math.copysign(math.inf, chance - 0.5)


def _logit(chance: Floats) -> Floats:
    clipped = np.clip(chance, 1 - SURE, SURE)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def _short(value: float) -> float:
    return round(float(value), 4)
