"""Quality: no score with a reason where there is not one caller's voice; real voices over telephone lines pass.

The whole table, on all clips: ``python -m benchmarks.tone_quality``.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from benchmarks.tone_quality import Clip, at_peak, clips, in_turns, lines, together
from benchmarks.tone_sounds import KEYS_HZ, MUSIC, NOISES
from speech.audio import dbfs, from_mulaw, resample, to_mulaw
from speech.tone import quality
from speech.tone.quality import check
from speech.tone.types import LONGEST_S
from speech.types import RATE, Samples
from speech.vad import CHUNK
from tests.unit.speech.tone.voices import TELEPHONE, at_level, noise, silence, vowel

DATA = Path("/work/shared/data")
REASONS = {"", "short", "long", "silence", "noise", "music", "clipped", "broken", "rate", "two_voices"}


@pytest.fixture(scope="module")
def found() -> list[Clip]:
    """One clip in 7 of all corpora."""
    if not DATA.exists():
        pytest.skip(f"{DATA} is not here")
    return clips(DATA, 7)


@pytest.fixture(scope="module")
def clip(found: list[Clip]) -> Samples:
    return next(each.samples for each in found if each.corpus == "speech/pl")


def why(samples: np.ndarray[Any, Any], rate: int = RATE) -> str:
    return check(samples, rate)[0]


def telephone(samples: Samples) -> Samples:
    return TELEPHONE.heard(samples, np.random.default_rng(1))


@pytest.mark.parametrize("line", list(lines(np.random.default_rng())))
def test_98_of_100_real_voices_pass_on_any_line(found: list[Clip], line: str) -> None:
    heard = lines(np.random.default_rng(1))[line]
    refused = [(each.path, reason) for each in found if (reason := why(heard(each.samples)))]
    assert len(refused) <= 0.02 * len(found), refused


def test_the_speech_that_passes_is_the_audio_without_its_silences(clip: Samples) -> None:
    clip = telephone(clip)
    reason, alone = check(clip, RATE)
    padded = np.concatenate([silence(2), clip, silence(3), clip, silence(2)])
    also, speech = check(padded, RATE)
    assert reason == also == ""
    assert speech.dtype == np.int16
    assert len(speech) == pytest.approx(2 * len(alone), abs=RATE / 2)
    assert dbfs(speech) == pytest.approx(dbfs(clip), abs=2)


def test_speech_loses_nothing_between_its_words(clip: Samples) -> None:
    clip = telephone(clip)
    _, speech = check(clip, RATE)
    assert len(speech) > 0.8 * len(clip)
    assert speech.tobytes() in clip.tobytes()


@pytest.mark.parametrize("level", [-45, -30, -18])
def test_what_is_speech_does_not_depend_on_the_level(clip: Samples, level: float) -> None:
    said, expected = at_level(clip.astype(np.float64), level), check(clip, RATE)[1]
    assert len(check(said, RATE)[1]) == pytest.approx(len(expected), abs=3 * CHUNK)


def test_floats_are_heard_as_the_same_audio(clip: Samples) -> None:
    reason, speech = check(clip.astype(np.float32) / 32767, RATE)
    assert reason == ""
    assert np.abs(speech.astype(int) - check(clip, RATE)[1]).max() <= 1


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0, np.int16),
        np.zeros((2, RATE), np.int16),
        np.zeros((RATE, 1), np.float32),
        np.array(5, np.int16),
        np.full(RATE, np.nan, np.float32),
        np.where(np.arange(2 * RATE) == 77, np.inf, 0.1),
        np.full(2 * RATE, 1234, np.int16),
        np.zeros(RATE, np.complex64),
        np.zeros(RATE, np.uint8),
        np.array(["a"] * RATE),
        np.array([None] * RATE),
    ],
    ids=["empty", "two channels", "a column", "a number", "nan", "inf", "constant", "complex", "bytes", "text", "objects"],
)
def test_what_is_no_audio_is_broken(samples: np.ndarray[Any, Any]) -> None:
    reason, speech = check(samples, RATE)
    assert reason == "broken"
    assert len(speech) == 0


def test_one_broken_sample_breaks_speech(clip: Samples) -> None:
    samples = clip.astype(np.float32) / 32768
    samples[len(samples) // 2] = np.nan
    assert why(samples) == "broken"


@pytest.mark.parametrize("rate", [0, -8000, 7999, 11025, 16000, 44100])
def test_another_rate_is_refused(clip: Samples, rate: int) -> None:
    assert why(clip, rate) == "rate"


@pytest.mark.parametrize("seconds", [0.02, 1, 5])
def test_silence_is_refused(seconds: float) -> None:
    assert why(silence(seconds)) == "silence"
    assert why(at_level(np.random.default_rng(1).normal(size=round(seconds * RATE)), -65)) == "silence"


def test_a_minute_is_too_long(clip: Samples) -> None:
    assert why(np.resize(clip, 60 * RATE)) == "long"
    assert why(np.resize(clip, round(LONGEST_S * RATE))) == ""


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.6])
def test_a_word_is_too_short(clip: Samples, seconds: float) -> None:
    word = telephone(clip)[: round(seconds * RATE)]
    assert why(word) == "short"
    assert why(np.concatenate([silence(1), word, silence(2)])) in ("short", "noise")


@pytest.mark.parametrize("name", NOISES)
@pytest.mark.parametrize("level", [-40, -12])
def test_noise_is_refused(name: str, level: float) -> None:
    random = np.random.default_rng(3)
    for _ in range(5):
        assert why(telephone(at_level(NOISES[name](4, random), level))) in (("noise", "music") if name == "siren" else ("noise",))


@pytest.mark.parametrize("key", KEYS_HZ)
def test_a_key_held_down_is_noise(key: str) -> None:
    time = np.arange(2 * RATE) / RATE
    assert why(at_level(sum((np.sin(2 * np.pi * hz * time) for hz in KEYS_HZ[key]), np.zeros(len(time))), -15)) == "noise"


@pytest.mark.parametrize("name", MUSIC)
def test_music_is_refused(name: str) -> None:
    random = np.random.default_rng(4)
    for _ in range(8):
        assert why(telephone(at_level(MUSIC[name](4, random), -20))) in (
            ("noise", "music") if name in ("drums", "organ chords") else ("music",)
        )


def test_a_held_vowel_of_no_person_is_refused() -> None:
    assert why(vowel(150, 3)) in ("noise", "music")


def test_speech_drowned_in_noise_is_refused(clip: Samples) -> None:
    said = at_level(clip.astype(np.float64), -25)
    assert why((said + noise(len(said) / RATE, -25)[: len(said)]).astype(np.int16)) == "noise"


@pytest.mark.parametrize("over", [15, 25])
def test_speech_too_loud_for_the_line_is_clipped(found: list[Clip], over: float) -> None:
    for each in found[::5]:
        assert why(from_mulaw(to_mulaw(at_peak(each.samples, over)))) == "clipped"


def test_speech_that_was_cut_off_and_turned_down_is_clipped(clip: Samples) -> None:
    assert why((at_peak(clip, 20) * 0.2).astype(np.int16)) == "clipped"


@pytest.mark.parametrize("peak", [-3, -0.1])
def test_loud_speech_is_not_clipped(found: list[Clip], peak: float) -> None:
    assert not [each.path for each in found if why(from_mulaw(to_mulaw(at_peak(each.samples, peak)))) == "clipped"]


def refused(found: list[Clip], changed: Callable[[Samples], Samples]) -> float:
    return float(np.mean([bool(why(changed(each.samples))) for each in found[::3]]))


def test_audio_at_half_its_speed_is_refused_nine_times_in_ten(found: list[Clip]) -> None:
    assert refused(found, lambda samples: resample(samples, RATE, 2 * RATE)) > 0.9


def test_audio_at_double_its_speed_is_refused_four_times_in_five(found: list[Clip]) -> None:
    assert refused(found, lambda samples: resample(np.concatenate([samples, samples]), 2 * RATE, RATE)) > 0.8


def test_two_voices_at_once_are_refused_two_times_in_three(found: list[Clip]) -> None:
    random, heard = np.random.default_rng(5), []
    for one in found[::2]:
        others = [other for other in found if other.corpus == one.corpus and other.speaker != one.speaker]
        if others:
            other = others[int(random.integers(len(others)))]
            pair = (at_level(each.samples.astype(np.float64), -23) for each in (one, other))
            heard.append(why(telephone(together(*pair))))
    assert len(heard) > 50
    assert heard.count("two_voices") > 2 / 3 * len(heard)


def test_one_person_calm_and_then_angry_is_one_voice(found: list[Clip]) -> None:
    clips_of = {}
    for each in found:
        clips_of.setdefault(each.speaker, []).append(each)
    turns = [in_turns(one.samples, other.samples) for each in clips_of.values() for one, other in pairwise(each)]
    reasons = [why(telephone(turn)) for turn in turns]
    assert len(reasons) > 30
    assert reasons.count("two_voices") <= 0.02 * len(reasons)


@given(arrays(st.sampled_from([np.int16, np.float32, np.float64, np.int32, np.uint8]), array_shapes(max_dims=2, max_side=9000)))
@settings(max_examples=60, deadline=None)
def test_any_array_has_a_reason_or_speech(samples: np.ndarray[Any, Any]) -> None:
    reason, speech = check(samples, RATE)
    assert reason in REASONS
    assert speech.dtype == np.int16
    assert speech.ndim == 1
    assert (len(speech) > 0) == (reason == "")


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.floats(-60, 0))
@settings(max_examples=25, deadline=None)
def test_bursts_of_any_loudness_never_pass(seed: int, bursts: int, level: float) -> None:
    random = np.random.default_rng(seed)
    sound = random.normal(size=3 * RATE) * np.repeat(random.random(bursts) < 0.5, -(-3 * RATE // bursts))[: 3 * RATE]
    assert why((sound * 32768 * 10 ** (level / 20)).clip(-32768, 32767).astype(np.int16)) != ""


def test_the_cheap_reasons_are_found_without_the_networks(monkeypatch: pytest.MonkeyPatch, clip: Samples) -> None:
    monkeypatch.setattr(quality, "probabilities", lambda samples: pytest.fail("the network was asked"))
    assert why(silence(2)) == "silence"
    assert why(np.resize(clip, 60 * RATE)) == "long"
    assert why(clip[: RATE // 4]) == "short"
    assert why(from_mulaw(to_mulaw(at_peak(clip, 20)))) == "clipped"
    assert why(clip, 16000) == "rate"
