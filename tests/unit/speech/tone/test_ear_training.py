"""Training the ear: examples of each kind out of clips of single speakers, weights that the ear can read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from speech.audio import write_wav
from speech.tone import ear
from speech.tone.ear import BINS, WINDOW
from speech.tone.ear_training import KINDS, OUTPUTS, Speakers, main
from speech.tone.train import ManifestError
from tests.unit.speech.tone.voices import noise, silence, syllables

CLIPS = [("low", syllables(8, 1.6, 110)), ("low", syllables(6, 1.2, 120)), ("high", syllables(9, 1.5, 230))]


@pytest.mark.parametrize("kind", sorted(set(KINDS)))
def test_an_example_is_a_window_with_its_loud_frames(kind: str) -> None:
    speakers = Speakers(CLIPS)
    for _ in range(5):
        look, loud = speakers.example(kind)
        assert look.shape == (WINDOW, BINS)
        assert loud.shape == (WINDOW,)
        assert np.isfinite(look).all()
        assert loud.sum() > 0


def test_each_output_is_made() -> None:
    assert set(OUTPUTS) < set(KINDS)


def test_the_same_seed_makes_the_same_examples() -> None:
    one, other = (Speakers(CLIPS, seed=3) for _ in range(2))
    for kind in KINDS:
        assert np.array_equal(one.example(kind)[0], other.example(kind)[0])


@pytest.mark.parametrize("clips", [[], CLIPS[:2], [*CLIPS[:1], ("silent", silence(2))], [*CLIPS[:1], ("short", noise(0.2))]])
def test_two_speakers_are_needed(clips: list[tuple[str, np.ndarray]]) -> None:
    with pytest.raises(ManifestError, match="one speaker"):
        Speakers(clips)


def test_training_gives_weights_that_the_ear_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    lines = ["path,speaker,emotion"]
    for number, (speaker, samples) in enumerate(CLIPS):
        write_wav(tmp_path / f"{number}.wav", samples)
        lines.append(f"{number}.wav,{speaker},neutral")
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    assert main([str(tmp_path / "manifest.csv"), "--out", str(tmp_path / "ear.npz"), "--epochs", "1", "--examples", "12"]) == 0
    assert "epoch 1 of 1" in capsys.readouterr().err
    monkeypatch.setattr(ear, "WEIGHTS", tmp_path / "ear.npz")
    ear._layers.cache_clear()
    try:
        assert ear._network(np.zeros((7, BINS), np.float32)).shape == (7, len(OUTPUTS))
    finally:
        ear._layers.cache_clear()


def test_a_manifest_that_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nothing.csv")]) == 1
    assert "nothing.csv" in capsys.readouterr().err
