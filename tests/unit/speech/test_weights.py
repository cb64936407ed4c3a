"""Whisper's weights on disk: joined once and whole, a folder as it is, plain words when they cannot be had."""

from __future__ import annotations

import errno
import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from speech import weights
from speech.types import TranscriptionError

HALVES = (b"the first half, ", b"the second half")


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two small packages in place of the real ones."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder, (_, part), half in zip(folders, weights.PARTS, HALVES, strict=True):
        folder.mkdir()
        (folder / part).write_bytes(half)
    for name in weights.BESIDE:
        (folders[0] / name).write_text(name)
    monkeypatch.setattr(weights, "_packages", lambda: folders)
    monkeypatch.setattr(weights, "SHA256", hashlib.sha256(b"".join(HALVES)).hexdigest())
    return folders


def test_the_packaged_weights_are_joined_once(packaged: list[Path], tmp_path: Path) -> None:
    folder = Path(weights.whisper_folder("base", tmp_path / "data"))
    assert folder == tmp_path / "data" / "models" / "whisper-base"
    assert (folder / "model.bin").read_bytes() == b"".join(HALVES)
    assert {path.name for path in folder.iterdir()} == {"model.bin", *weights.BESIDE}
    written = (folder / "model.bin").stat().st_mtime_ns
    assert weights.whisper_folder("base", tmp_path / "data") == str(folder)
    assert (folder / "model.bin").stat().st_mtime_ns == written


def test_what_a_killed_process_left_is_swept_away(packaged: list[Path], tmp_path: Path) -> None:
    half = tmp_path / "models" / "whisper-base.half"
    half.mkdir(parents=True)
    (half / "model.bin").write_bytes(b"the fir")
    folder = Path(weights.whisper_folder("base", tmp_path))
    assert (folder / "model.bin").read_bytes() == b"".join(HALVES)
    assert not half.exists()


def test_damaged_weights_are_refused_and_not_kept(packaged: list[Path], tmp_path: Path) -> None:
    (packaged[1] / weights.PARTS[1][1]).write_bytes(b"something else")
    with pytest.raises(TranscriptionError, match="damaged"):
        weights.whisper_folder("base", tmp_path)
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["whisper-base.lock"]


def test_a_full_disk_is_said_in_plain_words(packaged: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(TranscriptionError, match="No room on the disk"):
        weights.whisper_folder("base", tmp_path)
    assert not (tmp_path / "models" / "whisper-base.half").exists()


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(TranscriptionError, match="cannot be put into"):
        weights.whisper_folder("base", tmp_path / "data")


def test_many_at_once_get_the_same_whole_weights(packaged: list[Path], tmp_path: Path) -> None:
    """Threads stand for processes: the lock belongs to the open file, of which each has its own."""
    with ThreadPoolExecutor(4) as threads:
        folders = set(threads.map(lambda _: weights.whisper_folder("base", tmp_path), range(4)))
    (folder,) = folders
    assert (Path(folder) / "model.bin").read_bytes() == b"".join(HALVES)


def test_a_folder_with_weights_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"x")
    assert weights.whisper_folder(str(tmp_path), tmp_path / "data") == str(tmp_path)
    assert not (tmp_path / "data").exists()


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TranscriptionError, match=r"model\.bin is missing"):
        weights.whisper_folder(str(tmp_path), tmp_path / "data")


def test_a_name_that_is_no_size_is_refused_with_the_sizes(tmp_path: Path) -> None:
    with pytest.raises(TranscriptionError, match=r"'huge' is neither a folder here nor a known Whisper size .*small"):
        weights.whisper_folder("huge", tmp_path)


def test_no_way_to_the_hub_is_said_in_plain_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import faster_whisper.utils
    import httpx
    from huggingface_hub.errors import LocalEntryNotFoundError

    def away(name: str, *, cache_dir: str, local_files_only: bool = False) -> str:
        raise LocalEntryNotFoundError("not here") if local_files_only else httpx.ConnectError("no route")

    monkeypatch.setattr(faster_whisper.utils, "download_model", away)
    with pytest.raises(TranscriptionError, match="no way to the model hub to fetch the Whisper weights 'small'"):
        weights.whisper_folder("small", tmp_path)


def test_fetched_weights_are_not_asked_for_again_and_half_fetched_ones_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import faster_whisper.utils

    asked = []

    def hub(name: str, *, cache_dir: str, local_files_only: bool = False) -> str:
        asked.append(local_files_only)
        folder = Path(cache_dir) / "small"
        folder.mkdir(exist_ok=True)
        if not local_files_only:
            (folder / "model.bin").write_bytes(b"x")
        return str(folder)

    monkeypatch.setattr(faster_whisper.utils, "download_model", hub)
    assert weights.whisper_folder("small", tmp_path) == str(tmp_path / "models" / "small")
    assert weights.whisper_folder("small", tmp_path) == str(tmp_path / "models" / "small")
    assert asked == [True, False, True]
