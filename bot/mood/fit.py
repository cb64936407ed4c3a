"""Fits the weights of the fusion to conversations whose true mood is known.

The smoothed log-odds of every turn, and their derivatives by every parameter, are carried forward through the turns of all
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

from bot.mood.fusion import LEAST, SURE
from bot.mood.simulator import FRUSTRATED, Simulated
from bot.mood.types import HAPPENINGS, Signals
from bot.mood.weights import Slope, Weights

Floats = NDArray[np.float64]

_THINGS = len(HAPPENINGS)
_NAMES = ("calm", "tone_middle", "tone_up", "tone_down", "words_middle", "words_up", "words_down", "keep", "most", "rise", "fall", "idle")
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
    Promise((Signals(words=0.95),), at_least=0.52),
    Promise((Signals(words=0.95),) * 2, at_least=0.77),
    Promise((Signals(tone=0.95, words=0.1),) * 4, at_least=0.77),
    Promise((Signals(tone=0.1, words=0.95),) * 3, at_least=0.77),
    Promise((Signals(words=0.1, happened=("misunderstood", "repeated_request")),) * 3, at_most=0.72),
)
"""One loud first utterance is not the second level. Strongly angry words are the first in one turn and the second in two. An angry
voice with words that tell nothing hands over in the end, and so do angry words in a calm voice; being misunderstood three times
and saying it calmly does not."""
_HELD = 2.0
"""Weight of a broken promise against the mean log loss of a turn."""


def start() -> Floats:
    """Where the fit begins: plausible by hand. Weights that cannot be negative as logarithms; shares as log-odds, ``fall`` as a share of
    ``rise`` and ``idle`` of ``fall``, so that the value always rises faster than it falls."""
    theta = np.zeros(_SIZE)
    named = {"calm": -2.0, "most": math.log(4.0), "rise": 0.4, "keep": 1.0, "fall": 0.5, "idle": 0.0}
    named |= {f"{part}_up": math.log(0.8) for part in ("tone", "words")} | {f"{part}_down": math.log(0.3) for part in ("tone", "words")}
    for name, value in named.items():
        theta[_AT[name]] = value
    theta[_HAPPENED] = math.log(0.6)
    return theta


def weights_of(theta: Floats) -> Weights:
    """The weights that the parameters stand for, to four decimals."""
    rise = _sigmoid(theta[_AT["rise"]])
    fall = rise * _sigmoid(theta[_AT["fall"]])
    idle = fall * _sigmoid(theta[_AT["idle"]])

    def slope(part: str) -> Slope:
        middle, up, down = (theta[_AT[f"{part}_{each}"]] for each in ("middle", "up", "down"))
        return Slope(_short(middle), _short(math.exp(up)), _short(math.exp(down)))

    return Weights(
        calm=_short(theta[_AT["calm"]]),
        tone=slope("tone"),
        words=slope("words"),
        happened={kind: _short(math.exp(raw)) for kind, raw in zip(HAPPENINGS, theta[_HAPPENED], strict=True)},
        keep=_short(_sigmoid(theta[_AT["keep"]])),
        most=_short(math.exp(theta[_AT["most"]])),
        rise=_short(rise),
        fall=_short(fall),
        idle=_short(idle),
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
    """The smoothed log-odds (conversations, turns) and their derivatives (conversations, turns, parameters)."""
    count, turns = table.there.shape
    level, slope = np.full(count, theta[_AT["calm"]]), np.zeros((count, _SIZE))
    slope[:, _AT["calm"]] = 1
    strain, strain_by_keep = np.zeros((count, _THINGS)), np.zeros((count, _THINGS))
    keep, each = _sigmoid(theta[_AT["keep"]]), np.exp(theta[_HAPPENED])
    shares = _shares(theta)
    levels, slopes = np.zeros((count, turns)), np.zeros((count, turns, _SIZE))
    for turn in range(turns):
        strain, strain_by_keep = keep * strain + table.happened[:, turn], strain + keep * strain_by_keep
        target, by = np.full(count, theta[_AT["calm"]]), np.zeros((count, _SIZE))
        by[:, _AT["calm"]] = 1
        _add_load(target, by, theta, strain * each, strain_by_keep @ each * keep * (1 - keep))
        _add_score(target, by, theta, "tone", table.tone[:, turn])
        _add_score(target, by, theta, "words", table.words[:, turn])
        heard = ~(np.isnan(table.tone[:, turn]) & np.isnan(table.words[:, turn]))
        noticed = heard | table.happened[:, turn].any(axis=1)
        if turn:
            least = -_logit(np.array(LEAST))
            slope[np.abs(level) > least] = 0
            level = np.clip(level, -least, least)
        which = np.where(target > level, np.where(noticed, 0, 3), np.where(heard, 1, 2))
        share, share_by = shares[0][which], shares[1][which]
        slope = (1 - share)[:, None] * slope + share[:, None] * by + (target - level)[:, None] * share_by
        level = level + share * (target - level)
        levels[:, turn], slopes[:, turn] = level, slope
    return levels, slopes


def _shares(theta: Floats) -> tuple[Floats, Floats]:
    """Of the ways up, down, down unheard, and up unnoticed (none): the shares (4), and their derivatives (4, parameters)."""
    raw = np.array([_sigmoid(theta[_AT[name]]) for name in ("rise", "fall", "idle")])
    values, by = np.append(np.cumprod(raw), 0.0), np.zeros((4, _SIZE))
    for row in range(3):
        for place, name in enumerate(("rise", "fall", "idle")[: row + 1]):
            by[row, _AT[name]] = values[row] * (1 - raw[place])
    return values, by


def _add_load(target: Floats, by: Floats, theta: Floats, loads: Floats, by_keep: Floats) -> None:
    load, most = loads.sum(axis=1), math.exp(theta[_AT["most"]])
    full = load > most
    target += np.where(full, most, load)
    by[:, _HAPPENED] = np.where(full[:, None], 0, loads)
    by[:, _AT["keep"]] = np.where(full, 0, by_keep)
    by[:, _AT["most"]] = np.where(full, most, 0)


def _add_score(target: Floats, by: Floats, theta: Floats, part: str, score: Floats) -> None:
    middle, up, down = (_AT[f"{part}_{each}"] for each in ("middle", "up", "down"))
    heard = ~np.isnan(score)
    over = np.where(heard, score - theta[middle], 0)
    gain = np.where(over > 0, math.exp(theta[up]), math.exp(theta[down]))
    target += over * gain
    by[:, middle] = np.where(heard, -gain, 0)
    by[:, up], by[:, down] = np.maximum(over, 0) * gain, np.minimum(over, 0) * gain


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
