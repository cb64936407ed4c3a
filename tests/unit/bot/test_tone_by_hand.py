"""`voxtrail tone`: one line a file, in order, paths beside the manifest, and broken files do not stop it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bot.calls.tone_by_hand import read_manifest, tone_by_hand
from bot.start import StartError
from speech.tone.encoder import weights_file
from speech.tone.types import ToneError

EMOTION = Path("/work/shared/data/emotion/emodb")
CLIPS = ("03a01Nc", "03a05Nd", "03b02Na", "03a01Wa")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Three calm clips, what is missing, what is no audio, an angry clip; another caller who is only angry."""
    try:
        weights_file()
    except ToneError as error:
        pytest.skip(str(error))
    if not EMOTION.exists():
        pytest.skip(f"{EMOTION} is not here")
    (tmp_path / "clips").mkdir()
    for name in CLIPS:
        shutil.copy(EMOTION / f"{name}.flac", tmp_path / "clips" / f"{name}.flac")
    (tmp_path / "clips" / "broken.flac").write_text("no audio")
    lines = ["path,caller", *(f"clips/{name}.flac,Ala" for name in CLIPS[:3]), "clips/none.flac,Ala", "clips/broken.flac,Ala"]
    lines += [f"clips/{CLIPS[3]}.flac,Ala", f"{tmp_path}/clips/{CLIPS[3]}.flac,Jan"]
    file = tmp_path / "manifest.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_each_file_is_a_line_of_json(manifest: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tone_by_hand(manifest, as_json=True)
    told = capsys.readouterr()
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert [set(line) for line in lines] == [{"path", "caller", "frustration", "unscored", "changes"}] * 7
    assert [line["path"] for line in lines[:3]] == [f"clips/{name}.flac" for name in CLIPS[:3]]
    calm, missing, broken, angry, other = lines[:3], *lines[3:]
    assert all(0 <= line["frustration"] < 0.5 for line in calm)
    assert calm[0]["changes"] == []
    for line in (missing, broken):
        assert (line["frustration"], line["unscored"]) == (None, "broken")
    assert angry["frustration"] > 0.5
    assert angry["changes"]
    assert other["caller"] == "Jan"
    assert other["changes"] == []
    assert "none.flac" in told.err
    assert "broken.flac" in told.err


def test_people_see_a_score_and_what_changed(manifest: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tone_by_hand(manifest, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 7
    assert "no score: broken" in lines[3]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("path,who\na.wav,b", "no column caller"),
        ("", "no column path, caller"),
        ("path,caller\na.wav,\n", "line 2: there must be a path and a caller"),
        ("path,caller\na.wav\n", "line 2: there must be a path and a caller"),
    ],
)
def test_a_manifest_that_is_none_is_told(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "manifest.csv").write_text(text, encoding="utf-8")
    with pytest.raises(StartError, match=why):
        read_manifest(tmp_path / "manifest.csv")


def test_a_manifest_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="cannot be read"):
        read_manifest(tmp_path / "none.csv")
