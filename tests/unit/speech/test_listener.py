"""When somebody speaks, and the audio of what they say."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from speech.listener import PRE_ROLL_MS, Listener
from speech.types import FRAME, RATE
from tests.unit.speech.room import LOUD, LoudnessVad


def feed(listener: Listener, ms: int, *, loud: bool) -> None:
    for _ in range(ms // 20):
        listener.feed(np.full(FRAME, 2 * LOUD if loud else 0, np.int16))


def test_a_short_word_is_an_utterance_with_its_pre_roll() -> None:
    listener = Listener(LoudnessVad())
    feed(listener, 1000, loud=False)
    feed(listener, 160, loud=True)
    assert listener.speaking
    assert listener.speech_ms >= 96
    feed(listener, 200, loud=False)
    assert 150 <= listener.silence_ms <= 240
    audio = listener.take()
    loud = np.flatnonzero(audio)
    assert len(loud) == 160 * RATE // 1000, "the whole word is there"
    assert loud[0] >= (PRE_ROLL_MS - 200) * RATE // 1000, "and what came before it"
    assert not listener.speaking


def test_a_click_is_no_utterance() -> None:
    listener = Listener(LoudnessVad())
    feed(listener, 400, loud=False)
    listener.feed(np.concatenate((np.full(80, 2 * LOUD, np.int16), np.zeros(80, np.int16))))
    feed(listener, 400, loud=False)
    assert not listener.speaking


def test_inner_pauses_are_kept_and_the_version_tells_that_speech_went_on() -> None:
    listener = Listener(LoudnessVad())
    feed(listener, 400, loud=True)
    feed(listener, 600, loud=False)
    version = listener.version
    feed(listener, 400, loud=True)
    assert listener.version > version
    assert len(listener.pauses) == 1
    assert 540 <= listener.pauses[0] <= 660
    listener.drop()
    assert listener.pauses == []


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 40)), max_size=12), st.sampled_from([FRAME, 80, 333, 1000]))
def test_no_audio_of_an_utterance_is_lost_however_it_is_cut(parts: list[tuple[bool, int]], size: int) -> None:
    sound = np.concatenate([np.full(n * FRAME, 2 * LOUD if loud else 0, np.int16) for loud, n in parts] or [np.zeros(0, np.int16)])
    listener = Listener(LoudnessVad())
    for start in range(0, len(sound), size):
        listener.feed(sound[start : start + size])
    if listener.speaking:
        assert np.count_nonzero(listener.utterance()) > 0
        assert listener.speech_ms >= 64
    assert listener.silence_ms <= listener.heard_ms


def test_sound_in_large_pieces_keeps_a_short_pre_roll() -> None:
    listener = Listener(LoudnessVad())
    for _ in range(30):
        listener.feed(np.zeros(3200, np.int16))
    assert len(listener.utterance()) <= 0.9 * RATE


class Trailing(LoudnessVad):
    """Still hears a voice three chunks (96 ms) after it ended, as Silero does on a line that is silent between words."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 0

    def probability(self, samples: np.ndarray[Any, Any]) -> float:
        self.left = 3 if super().probability(samples) > 0.5 else self.left - 1
        return 0.9 if self.left >= 0 else 0.0


def test_where_the_line_falls_silent_silence_is_not_taken_for_a_voice_that_trails_off() -> None:
    listener = Listener(Trailing())
    feed(listener, 1024, loud=False)
    feed(listener, 1024, loud=True)
    feed(listener, 320, loud=False)
    assert listener.silence_ms >= 288


def test_in_noise_the_voice_detector_alone_decides() -> None:
    listener, noise = Listener(Trailing()), np.full(FRAME, LOUD // 2, np.int16)
    for _ in range(48):
        listener.feed(noise)
    feed(listener, 1024, loud=True)
    for _ in range(16):
        listener.feed(noise)
    assert listener.speaking
    assert 192 <= listener.silence_ms <= 256
