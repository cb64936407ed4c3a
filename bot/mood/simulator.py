"""Simulated conversations with customers whose true mood is known, to fit and check the fusion on.

No recordings with a known inner mood are at hand, so this is a model of what is believed, not data: what it measures is whether the
fusion makes good use of its inputs, not how frustrated real customers are. Everything believed is a number in this module.

A hidden mood (0..1) walks at random from turn to turn. Misunderstandings, waiting and having to say things again push it up; help
and a person pull it down. What is noticed of it is a score for the voice, a score for the words and things that happen, all noisy, and
each missing at times: chat has no voice, short utterances have no tone, and the understanding can be away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator

from bot.mood.happenings import voice_turned
from bot.mood.types import HAPPENINGS, Happening, Signals


@dataclass(frozen=True, slots=True)
class Beta:
    """A Beta distribution of scores (0..1)."""

    a: float
    b: float

    @classmethod
    def of(cls, scores: Sequence[float]) -> Beta:
        """The one with the mean and the variance of these scores (method of moments).

        Raises:
            ValueError: fewer than two different scores, or one outside 0..1.
        """
        values = np.clip(np.asarray(scores, float), 0.001, 0.999)
        if len(values) < 2 or not values.std() or np.min(scores) < 0 or np.max(scores) > 1:
            raise ValueError("a Beta distribution needs at least two different scores of 0..1")
        mean = float(values.mean())
        size = mean * (1 - mean) / float(values.var()) - 1
        return cls(mean * size, (1 - mean) * size)


@dataclass(frozen=True, slots=True)
class Observed:
    """How a model scores utterances that sound (or read) calm, and frustrated ones. ``spread``: standard deviation, in log-odds, of
    what the same person's scores are all off by: errors of one conversation are alike, and averaging over turns does not remove them."""

    calm: Beta
    frustrated: Beta
    spread: float


TONE = Observed(calm=Beta(1.1, 5.0), frustrated=Beta(2.6, 1.8), spread=0.6)
WORDS = Observed(calm=Beta(0.6, 5.0), frustrated=Beta(3.0, 1.2), spread=0.3)
"""Assumed, and meant to be replaced by what was measured: score the held-out examples of both classes, put ``Beta.of(scores)`` of each
class here, and run ``python -m bot.mood.calibrate --write``. With your own labelled conversations ``spread`` is the standard deviation
of each person's mean log-odds within a class; with one utterance a person it cannot be measured and stays assumed."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of person. ``share`` of all people; ``temper``: how much events push them; ``in_voice``, ``in_words``: the share of their
    frustrated turns in which it can be heard, and read; ``loud``, ``swears``: the share of calm turns that sound, or read, frustrated."""

    name: str
    share: float
    temper: float
    in_voice: float
    in_words: float
    loud: float
    swears: float


KINDS = (
    Kind("patient", 0.40, 0.7, 0.80, 0.75, 0.01, 0.01),
    Kind("short-fused", 0.20, 1.6, 0.95, 0.90, 0.03, 0.03),
    Kind("ironic", 0.10, 1.0, 0.70, 0.45, 0.02, 0.08),
    Kind("swears cheerfully", 0.10, 1.0, 0.85, 0.85, 0.03, 0.15),
    Kind("loud by nature", 0.10, 1.0, 0.90, 0.75, 0.20, 0.01),
    Kind("quiet anger", 0.10, 1.0, 0.25, 0.65, 0.01, 0.01),
)

Channel = Literal["chat", "phone"]
FRUSTRATED = 0.6
"""From this hidden mood on a person is truly frustrated: what the fusion's number is the probability of."""
ANGRY, CALM = 0.75, 0.5
"""Truly angry from, and calm while below."""

_LENGTHS = (5, 16)
"""Turns of a conversation, the second excluded."""
_ON_THE_PHONE = 0.6
_TROUBLED = 0.4
"""Share of the conversations in which much goes wrong."""
_GOES_WRONG = {False: 0.05, True: 0.40}
"""Share of the turns in which something does, in an ordinary and in a troubled conversation."""
_HELPED = 0.3
"""Share of the other turns in which the person is helped."""
_COMES_ANGRY = 0.06
_AGAIN = 0.12
_PERSON_COMES = 0.08
"""Share of the turns of an angry person at which a person takes over."""
_PUSH, _PULL, _PERSON = (0.08, 0.28), (0.05, 0.20), (0.20, 0.50)
"""By how much trouble pushes the mood up (times temper), and help and a person pull it down."""
_WALK = 0.03
"""Standard deviation of the mood's own walk, a turn."""
_NO_TONE, _NO_WORDS, _NLU_AWAY = 0.30, 0.03, 0.04
"""Share of phone turns too short for a tone, of turns without a score for the words, of conversations without any."""
_EDGE = 0.06
"""How gradually a mood begins to show around FRUSTRATED (scale of a logistic)."""
_NOTICED = 0.75
"""Share of the things that happen that are noticed as such."""
_MISTAKEN = 0.015
"""Share of the turns in which a thing is noticed that did not happen, for each thing."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """A conversation. ``moods``: the hidden mood (0..1) in each turn; ``signals``: what is noticed of it."""

    kind: Kind
    channel: Channel
    moods: tuple[float, ...]
    signals: tuple[Signals, ...]


def simulate(count: int, seed: int, tone: Observed = TONE, words: Observed = WORDS) -> list[Simulated]:
    """So many conversations; the same ones for the same seed."""
    rng = np.random.default_rng(seed)
    shares = np.cumsum([kind.share for kind in KINDS])
    return [_conversation(rng, KINDS[int(np.searchsorted(shares, rng.random() * shares[-1]))], tone, words) for _ in range(count)]


def _conversation(rng: Generator, kind: Kind, voice: Observed, words: Observed) -> Simulated:
    channel: Channel = "phone" if rng.random() < _ON_THE_PHONE else "chat"
    troubled, again, away = rng.random() < _TROUBLED, rng.random() < _AGAIN, rng.random() < _NLU_AWAY
    off = rng.normal(0, voice.spread), rng.normal(0, words.spread)
    mood = rng.uniform(0.6, 0.95) if rng.random() < _COMES_ANGRY else rng.beta(1.5, 8) + 0.15 * again
    moods: list[float] = []
    signals: list[Signals] = []
    tones: list[float] = []
    for turn in range(int(rng.integers(*_LENGTHS))):
        events: list[Happening] = ["contact_again"] if again and not turn else []
        if turn:
            mood += rng.normal(0, _WALK)
            if rng.random() < _GOES_WRONG[troubled]:
                events += _trouble(rng)
                mood += kind.temper * rng.uniform(*_PUSH)
            elif mood > CALM and rng.random() < _PERSON_COMES:
                mood -= rng.uniform(*_PERSON)
            elif rng.random() < _HELPED:
                mood -= rng.uniform(*_PULL)
        mood = min(max(mood, 0.0), 1.0)
        moods.append(mood)
        events += _shown(rng, mood, kind, channel)
        tone = None
        if channel == "phone" and rng.random() >= _NO_TONE:
            tone = _score(rng, mood, voice, kind.in_voice, kind.loud, off[0])
            tones.append(tone)
        turned: tuple[Happening, ...] = ("voice_turned",) if tone is not None and voice_turned(tones) else ()
        signals.append(
            Signals(
                tone=tone,
                words=None if away or rng.random() < _NO_WORDS else _score(rng, mood, words, kind.in_words, kind.swears, off[1]),
                happened=(*_noticed(rng, events, channel), *turned),
            )
        )
    return Simulated(kind, channel, tuple(moods), tuple(signals))


def _trouble(rng: Generator) -> list[Happening]:
    which = rng.random()
    if which < 0.45:
        return ["misunderstood", "repeated_request"] if rng.random() < 0.5 else ["misunderstood"]
    if which < 0.65:
        return ["corrected"]
    return ["repeated_request"] if which < 0.85 else ["waited_long"]


def _shown(rng: Generator, mood: float, kind: Kind, channel: Channel) -> list[Happening]:
    """What frustration makes people do, more often the more there is of it; all of it calm people do at times, too."""
    above = max(mood - 0.4, 0.0)
    chances: dict[Happening, float] = {
        "interrupted": (0.04 + 0.5 * above * kind.in_voice) if channel == "phone" else 0.0,
        "asked_for_person": 0.08 + 0.6 * above,
        "shorter_answers": 0.06 + 0.3 * above,
        "long_silence": 0.05 + 0.1 * above,
        "complained": 0.06 + 0.8 * above * kind.in_words,
    }
    return [each for each, chance in chances.items() if rng.random() < chance]


def _noticed(rng: Generator, events: Sequence[Happening], channel: Channel) -> tuple[Happening, ...]:
    chances = rng.random(len(HAPPENINGS))
    found = (each for each, chance in zip(HAPPENINGS, chances, strict=True) if chance < (_NOTICED if each in events else _MISTAKEN))
    return tuple(each for each in found if each != "voice_turned" and (channel == "phone" or each != "interrupted"))


def _score(rng: Generator, mood: float, observed: Observed, shows: float, misleads: float, off: float) -> float:
    frustrated = rng.random() < 1 / (1 + math.exp((FRUSTRATED - mood) / _EDGE))
    seems = rng.random() < (shows if frustrated else misleads)
    beta = observed.frustrated if seems else observed.calm
    score = min(max(rng.beta(beta.a, beta.b), 1e-4), 1 - 1e-4)
    return 1 / (1 + math.exp(-(math.log(score / (1 - score)) + off)))
