"""A voice as numbers: what is not known is not a number, a bright voice has another tilt than a dull one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from speech.tone.encoder import FEATURES
from speech.tone.types import Prosody
from speech.tone.voice import MANNER, SAID, VOICE, voice
from speech.types import RATE, Samples

NOBODY: Any = type("", (), {"states": lambda self, mels: np.zeros(FEATURES, np.float32)})()
PROSODY = Prosody(200.0, 4.0, -20.0, 5.0, 0.1)


def buzz(falling: float, level: float = 2000.0) -> Samples:
    time = np.arange(2 * RATE) / RATE
    sound = sum(np.sin(2 * np.pi * 150 * overtone * time) / overtone**falling for overtone in range(1, 24))
    return np.asarray(level * sound / 4).astype(np.int16)


def manner(samples: Samples, prosody: Prosody = PROSODY) -> dict[str, float]:
    numbers = voice(samples, samples, prosody, NOBODY)
    assert numbers.shape == (VOICE,)
    assert numbers.dtype == np.float32
    return dict(zip(MANNER, numbers[FEATURES:].tolist(), strict=True))


def test_prosody_is_in_it() -> None:
    found = manner(buzz(1))
    assert [found[name] for name in SAID] == pytest.approx([12 * np.log2(200), 4, 5, 0.1])


def test_the_tune_is_tracked() -> None:
    found = manner(buzz(1))
    assert [found[f"pitch_{share}"] for share in (5, 50, 95)] == pytest.approx([12 * np.log2(150)] * 3, abs=0.3)
    assert found["voiced"] > 0.9
    assert found["rough"] < 0.1


def test_what_is_unknown_is_no_number() -> None:
    found = manner(buzz(1), Prosody(None, None, -20.0, None, 0.0))
    assert [name for name, value in found.items() if np.isnan(value)] == ["pitch", "range", "tempo"]


def test_a_bright_voice_has_more_of_the_upper_band() -> None:
    assert manner(buzz(0.5))["tilt"] > manner(buzz(2))["tilt"] + 6


def test_the_level_is_not_in_it() -> None:
    loud, quiet = manner(buzz(1, 4000)), manner(buzz(1, 400))
    assert list(loud.values()) == pytest.approx(list(quiet.values()), abs=0.3)
