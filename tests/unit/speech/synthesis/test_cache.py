"""Keeping spoken sentences."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from speech.synthesis.cache import STRAY_S, Cache
from speech.types import Samples


def sound(number: int, size: int = 1000) -> Samples:
    return np.full(size, number, np.int16)


def test_what_is_not_kept_stays_off_the_disk(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "voices", 1 << 20)
    cache.put("a", sound(1))
    found = cache.get("a")
    assert found is not None
    assert np.array_equal(found, sound(1))
    assert not (tmp_path / "voices").exists()
    assert Cache(tmp_path / "voices", 1 << 20).get("a") is None


def test_what_is_kept_outlives_the_process(tmp_path: Path) -> None:
    Cache(tmp_path, 1 << 20).put("a", sound(7), keep=True)
    again = Cache(tmp_path, 1 << 20)
    assert again.kept("a")
    assert again.recent("a") is None
    found = again.get("a")
    assert found is not None
    assert np.array_equal(found, sound(7))
    assert again.recent("a") is not None


def test_shared_samples_cannot_be_written(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1 << 20)
    cache.put("a", sound(1))
    found = cache.recent("a")
    assert found is not None
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 5


def test_memory_drops_the_least_recently_used(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1 << 20, memory=5000)
    cache.put("a", sound(1))
    cache.put("b", sound(2))
    assert cache.recent("a") is not None
    cache.put("c", sound(3))
    assert cache.recent("b") is None
    assert cache.recent("a") is not None
    cache.put("a", sound(4))
    cache.put("huge", sound(5, 100_000))
    assert cache.recent("huge") is None


def test_disk_drops_the_least_recently_used(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 5000, memory=0)
    for number, key in enumerate("ab"):
        cache.put(key, sound(number), keep=True)
        os.utime(tmp_path / f"{key}.pcm", (1000 + number, 1000 + number))
    assert cache.get("a") is not None  # used now
    cache.put("c", sound(3), keep=True)
    assert [cache.kept(key) for key in "abc"] == [True, False, True]


@pytest.mark.parametrize("data", [b"", b"VXV1", b"VXV1\0\0\0\0odd", b"XXXX\0\0\0\0", b"VXV1\0\0\0\1\1\2\3\4"])
def test_a_broken_file_is_none_and_made_anew(tmp_path: Path, data: bytes) -> None:
    cache = Cache(tmp_path, 1 << 20)
    (tmp_path / "a.pcm").write_bytes(data)
    assert cache.get("a") is None
    assert not cache.kept("a")
    cache.put("a", sound(1), keep=True)
    assert Cache(tmp_path, 1 << 20).get("a") is not None


def test_stray_parts_are_swept(tmp_path: Path) -> None:
    old, young = tmp_path / "old.part", tmp_path / "young.part"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    past = old.stat().st_mtime - STRAY_S - 10
    os.utime(old, (past, past))
    Cache(tmp_path, 1 << 20).put("a", sound(1), keep=True)
    assert not old.exists()
    assert young.exists()


def test_a_disk_that_cannot_be_written_is_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = Cache(tmp_path / "file" / "voices", 1 << 20)
    cache.put("a", sound(1), keep=True)
    assert cache.get("a") is not None
    assert "cannot be kept" in caplog.text


def test_two_share_a_folder(tmp_path: Path) -> None:
    caches = [Cache(tmp_path, 20_000, memory=0) for _ in range(4)]

    def work(number: int) -> None:
        for turn in range(100):
            key = f"k{turn % 15}"
            found = caches[number].get(key)
            assert found is None or (found == turn % 15).all()
            caches[number].put(key, sound(turn % 15), keep=True)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert sum(file.stat().st_size for file in tmp_path.glob("*.pcm")) <= 25_000
    assert not list(tmp_path.glob("*.part"))
