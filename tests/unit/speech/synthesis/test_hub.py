"""Downloading a voice with piper's downloader, which a folder of ours stands in for."""

import os
import sys
from pathlib import Path

import pytest

from speech.synthesis.hub import download
from speech.types import SynthesisError


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A Python whose piper writes two files, or does what the voice's name orders."""
    package = tmp_path / "packages" / "piper"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "download_voices.py").write_text(
        "import time\n"
        "def download_voice(voice, folder):\n"
        "    (folder / f'{voice}.onnx').write_text('model')\n"
        "    if voice == 'unknown': raise ValueError('no such voice')\n"
        "    if voice == 'slow': time.sleep(60)\n"
        "    (folder / f'{voice}.onnx.json').write_text('{}')\n"
    )
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nshift\nPYTHONPATH={package.parent} exec {sys.executable} "$@"\n')
    script.chmod(0o755)
    return script


async def test_both_files_arrive(python: Path, tmp_path: Path) -> None:
    await download(python, "pl_PL-gosia-medium", tmp_path / "voices")
    assert sorted(os.listdir(tmp_path / "voices")) == ["pl_PL-gosia-medium.onnx", "pl_PL-gosia-medium.onnx.json"]


@pytest.mark.parametrize(("voice", "reason"), [("unknown", "no such voice"), ("slow", "more than")])
async def test_a_failure_leaves_nothing(python: Path, tmp_path: Path, voice: str, reason: str) -> None:
    with pytest.raises(SynthesisError, match=reason):
        await download(python, voice, tmp_path / "voices", limit=5 if voice == "unknown" else 0.5)
    assert os.listdir(tmp_path / "voices") == []


async def test_no_python_and_no_folder(tmp_path: Path, python: Path) -> None:
    with pytest.raises(SynthesisError):
        await download(tmp_path / "absent", "v", tmp_path / "voices")
    (tmp_path / "file").touch()
    with pytest.raises(SynthesisError):
        await download(python, "v", tmp_path / "file")
