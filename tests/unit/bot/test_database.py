"""What killed processes leave in the data directory of the embedded PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bot.store.database import _forget_the_dead


@pytest.fixture
def zombie() -> Iterator[int]:
    """A process that has ended and that its parent has not buried."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    deadline = time.monotonic() + 20
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    yield process.pid
    process.wait()


def written(folder: Path, server: int) -> tuple[Path, Path]:
    """PostgreSQL's two lock files in this form."""
    pid, lock = folder / "postmaster.pid", folder / ".s.PGSQL.5432.lock"
    pid.write_text(f"{server}\n{folder}\n1763727600\n5432\n{folder}\n\n 1 2\nready\n")
    lock.write_text(str(server))
    return pid, lock


def test_a_dead_server_is_no_server(tmp_path: Path, zombie: int) -> None:
    files = written(tmp_path, zombie)
    _forget_the_dead(tmp_path)
    assert not any(file.exists() for file in files)


def test_a_living_server_is_left_alone(tmp_path: Path) -> None:
    files = written(tmp_path, os.getpid())
    _forget_the_dead(tmp_path)
    assert all(file.exists() for file in files)


def test_only_the_living_are_users(tmp_path: Path) -> None:
    users = tmp_path / ".handle_pids.json"
    users.write_text(json.dumps([os.getpid(), 2**22 + 1]))
    _forget_the_dead(tmp_path)
    assert json.loads(users.read_text()) == [os.getpid()]


@pytest.mark.parametrize("text", ["", "nonsense", "12", "-1\n\n\n\n\n"])
def test_nonsense_is_left_to_postgresql(tmp_path: Path, text: str) -> None:
    (tmp_path / "postmaster.pid").write_text(text)
    (tmp_path / ".handle_pids.json").write_text(text)
    _forget_the_dead(tmp_path)
    _forget_the_dead(tmp_path / "nothing")
    assert (tmp_path / "postmaster.pid").read_text() == text
