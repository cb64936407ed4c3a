"""Training: a manifest becomes the same head each time; what cannot be trained with is told in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speech.audio import write_wav
from speech.tone import train as training
from speech.tone.encoder import weights_file
from speech.tone.head import load_head
from speech.tone.train import ManifestError, Voices, everybody_of, main, read_manifest, starts, train
from speech.tone.types import ToneError
from speech.tone.voice import VOICE
from speech.types import RATE, Samples


def buzz(hz: float, overtones: int, seed: int) -> Samples:
    """Half a second with more overtones the angrier."""
    time = np.arange(RATE // 2) / RATE
    sound = sum(np.sin(2 * np.pi * hz * overtone * time) / (overtone if overtones < 10 else 1) for overtone in range(1, overtones))
    return np.asarray(600 * sound + np.random.default_rng(seed).normal(0, 30, len(time))).astype(np.int16)


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two speakers, calm and angry; the gate lets buzzes pass, since no speech is needed here."""
    try:
        weights_file()
    except ToneError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(training, "check", lambda samples, rate: ("", samples))
    monkeypatch.setattr(training, "LINES", 2)
    lines = ["path,dataset,speaker,emotion,language"]
    for speaker, hz in (("a", 120.0), ("b", 210.0)):
        for number in range(4):
            emotion = ("neutral", "anger")[number % 2]
            write_wav(tmp_path / f"{speaker}{number}.wav", buzz(hz + number, 4 if emotion == "neutral" else 15, number))
            lines.append(f"{speaker}{number}.wav,toy,{speaker},{emotion},xx")
    file = tmp_path / "manifest.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_the_same_manifest_gives_the_same_weights(manifest: Path, tmp_path: Path) -> None:
    for name in ("one.npz", "two.npz"):
        assert main([str(manifest), "--dataset", "toy", "--out", str(tmp_path / name)]) == 0
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert np.abs(load_head(tmp_path / "one.npz").weights).max() > 0


def test_only_the_dataset_that_was_asked_for_trains(manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(manifest), "--out", str(tmp_path / "head.npz")]) == 1
    assert "has no clips of emodb" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "head.npz").exists()


def test_a_broken_clip_is_named(manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (manifest.parent / "a2.wav").write_bytes(b"no audio")
    assert main([str(manifest), "--dataset", "", "--out", str(tmp_path / "head.npz")]) == 1
    assert "a2.wav" in "".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(("text", "why"), [("path,emotion\na.wav,anger", "no column speaker"), ("", "no column path, speaker, emotion")])
def test_a_manifest_without_its_columns_is_refused(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "manifest.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError, match=why):
        read_manifest(tmp_path / "manifest.csv")


def test_a_manifest_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path / "none.csv")


def some(**changed: Any) -> Voices:
    """Three speakers, two lines, four calm clips and two angry ones each."""
    rng = np.random.default_rng(5)
    speakers = np.repeat(["a", "b", "c"], 6)
    emotions = np.tile(["neutral"] * 4 + ["anger"] * 2, 3)
    numbers = rng.normal(0, 1, (2, 18, VOICE)).astype(np.float32)
    numbers[:, emotions == "anger", :300] += 1
    parts = {"numbers": numbers, "speakers": speakers, "emotions": emotions} | changed
    return Voices(**parts)


def test_a_start_is_the_mean_of_other_calm_clips_of_the_speaker_on_the_line() -> None:
    voices = some()
    everybody = everybody_of(voices)
    found = starts(voices, everybody, np.random.default_rng(1), count=9)
    for line in range(2):
        calm = voices.numbers[line, 1:4]  # of speaker a, without the first itself
        assert np.allclose(found[line, 0], (calm.sum(0) + everybody) / 4, atol=1e-5)
        assert np.allclose(found[line, 4], (voices.numbers[line, :4].sum(0) + everybody) / 5, atol=1e-5)


def test_no_start_is_everybody() -> None:
    voices = some()
    everybody = everybody_of(voices)
    assert np.allclose(starts(voices, everybody, np.random.default_rng(1), count=0), everybody)


def test_clips_without_a_voice_are_left_out() -> None:
    voices = some()
    voices.numbers[1, 0] = np.nan
    assert np.isfinite(train(voices).weights).all()


def test_anger_is_learnt_and_calibrated() -> None:
    voices = some()
    head = train(voices)
    chances = [head.frustration(voice, head.everybody) for voice in voices.numbers[0]]
    angry = voices.emotions == "anger"
    assert np.mean(np.array(chances)[angry]) > 0.7
    assert np.mean(np.array(chances)[~angry]) < 0.3


@pytest.mark.parametrize("changed", [{"emotions": np.repeat("neutral", 18)}, {"speakers": np.repeat("a", 18)}])
def test_too_little_to_train_with_is_told(changed: dict[str, Any]) -> None:
    with pytest.raises(ManifestError, match="at least two speakers"):
        train(some(**changed))
