"""Training: one model per fingerprint of all that shapes it, made by ``rasa train nlu`` in Rasa's environment."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nlu.examples import DataError, data_files, validate

PROJECT = Path(__file__).resolve().parent.parent
"""The repository: where ``config.yml`` and ``nlu/`` stand."""

KEPT_MODELS = 2
"""Trained models left on disk, the newest included: one step back is a rename away, older ones are only weight."""

FIRST_GUESS_S = 150.0
"""Expected seconds of the very first training, before any was timed here."""

_TOLD = re.compile(r"Starting to train component '(\w+)'|Embedding (sentences: \d+ of \d+)")

Progress = Callable[[str, float, float], None]
"""Called a few times a second with the step, the seconds elapsed and the seconds expected in all."""


class TrainingError(Exception):
    """Training cannot be done; the message is one plain sentence (and the mistakes found, one a line)."""


def fingerprint(project: Path = PROJECT) -> str:
    """Sixteen hex digits that change when the pipeline, the sentences, our components or Rasa's packages change."""
    digest = hashlib.sha256()
    for file in _inputs(project):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(project).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def model_path(data_dir: Path, project: Path = PROJECT) -> Path:
    """Where the model of the current data and pipeline is, or will be after training."""
    return data_dir / "models" / f"nlu-{fingerprint(project)}.tar.gz"


def rasa_environment(project: Path, scratch: Path) -> dict[str, str]:
    """Environment for Rasa's processes: no telemetry, two threads at most, our components importable.

    ``scratch`` takes the caches that Rasa and matplotlib would otherwise leave in the repository or in ``$HOME``.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("RASA_", "PYTHON"))}
    return inherited | {
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(scratch / "rasa-cache"),
        "MPLCONFIGDIR": str(scratch / "matplotlib"),
        "PYTHONPATH": str(project),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }


def train(
    data_dir: Path,
    rasa_python: Path,
    force: bool = False,
    progress: Progress | None = None,
    project: Path = PROJECT,
) -> Path:
    """Make the model of the current data and pipeline, unless it exists, and return its path.

    The model appears under its name only when it is whole, so a killed training leaves nothing that would be served.

    Raises:
        TrainingError: broken sentences (with file and line), no Rasa environment, a full disk, or Rasa itself failed.
    """
    # Rasa runs in a folder of its own. Not resolve(): the link .venv-rasa/bin/python is what makes it that environment.
    data_dir, rasa_python, project = data_dir.absolute(), rasa_python.absolute(), project.absolute()
    try:
        model = model_path(data_dir, project)
        if model.exists() and not force:
            os.utime(model)
            return model
        validate(project / "nlu" / "data")
        if not rasa_python.exists():
            raise TrainingError(f"Rasa's Python is missing at {rasa_python}: run `make run` once to create it.")
        model.parent.mkdir(parents=True, exist_ok=True)
        with _only_one(model.parent):
            if force or not model.exists():  # another process may have trained it while we waited
                _train(model, rasa_python, project, data_dir, progress)
                _prune(model)
    except DataError as error:
        raise TrainingError(str(error)) from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise TrainingError(f"The NLU model could not be trained: {error.strerror or error}{where}.") from error
    return model


@contextmanager
def show_progress() -> Iterator[Progress]:
    """A progress bar on standard error for ``train``: elapsed against expected seconds."""
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, TextColumn("of about {task.fields[expected]:.0f} s"), console=Console(stderr=True)) as bar:
        task = bar.add_task("Training", total=None, expected=FIRST_GUESS_S)

        def update(step: str, elapsed: float, expected: float) -> None:
            # A bar that stands at 100 % looks broken: it stops short until the training is really over.
            done = min(elapsed, expected * 0.97)
            bar.update(task, description=step, total=expected, completed=done, expected=expected)

        yield update


def _inputs(project: Path) -> list[Path]:
    single = [project / "config.yml", project / "nlu" / "rasa-requirements.txt"]
    components = sorted((project / "nlu" / "rasa_components").glob("**/*.py"))
    return [file for file in (*single, *components, *data_files(project / "nlu" / "data")) if file.is_file()]


def _train(model: Path, rasa_python: Path, project: Path, data_dir: Path, progress: Progress | None) -> None:
    log = data_dir / "logs" / "training.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="training-", dir=model.parent) as name:
        scratch = Path(name)
        command = [
            *(str(rasa_python), "-m", "nlu.rasa_launch", str(os.getpid()), "train", "nlu"),
            *("--config", str(project / "config.yml"), "--nlu", str(project / "nlu" / "data")),
            *("--out", str(scratch), "--fixed-model-name", "model"),
        ]
        started = time.monotonic()
        code = _run(command, project, scratch, log, model.parent, progress)
        made = scratch / "model.tar.gz"
        if code != 0 or not made.exists():
            raise TrainingError(f"Rasa could not train the model ({_reason(log)}); the whole story is in {log}.")
        os.replace(made, model)
        _timings(model.parent).write_text(json.dumps({"seconds": round(time.monotonic() - started, 1)}))


def _run(command: list[str], project: Path, scratch: Path, log: Path, models: Path, progress: Progress | None) -> int:
    expected, started = _expected(models), time.monotonic()
    # Embedding all sentences takes minutes: on all processors, and those of the last training are kept. The threads are
    # set here because scikit-learn has loaded OpenMP long before nlu/rasa_components/sentences.py could say how many.
    environment = rasa_environment(project, scratch) | {
        "VOXTRAIL_EMBEDDINGS": str(models / "embeddings.npz"),
        "OMP_NUM_THREADS": str(os.cpu_count() or 1),
        "OMP_WAIT_POLICY": "passive",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=scratch, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            while process.poll() is None:
                if progress:
                    progress(_step(log), time.monotonic() - started, expected)
                time.sleep(0.25)
        finally:
            if process.poll() is None:  # Ctrl-C, or progress() raised: no training goes on without its owner
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    return process.returncode


@contextmanager
def _only_one(models: Path) -> Iterator[None]:
    """Two trainings at once would only make both slow: the second waits and finds the model made."""
    with (models / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prune(newest: Path) -> None:
    models = sorted(newest.parent.glob("nlu-*.tar.gz"), key=lambda file: file.stat().st_mtime, reverse=True)
    others = [file for file in models if file != newest]
    for file in others[KEPT_MODELS - 1 :]:
        file.unlink(missing_ok=True)
    for abandoned in newest.parent.glob("training-*"):  # left by a killed training; ours is gone by now
        shutil.rmtree(abandoned, ignore_errors=True)


def _timings(models: Path) -> Path:
    return models / "last-training.json"


def _expected(models: Path) -> float:
    try:
        return float(json.loads(_timings(models).read_text())["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return FIRST_GUESS_S


def _step(log: Path) -> str:
    """What Rasa's log says last that means something to people: the component, or how many sentences are embedded."""
    told = _TOLD.findall(log.read_text(encoding="utf-8", errors="replace"))
    component, embedding = told[-1] if told else ("", "")
    return f"Training: {component or embedding or 'starting Rasa'}"


def _reason(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if "Error" in line or "Exception" in line]
    return (errors or lines or ["no output"])[-1][:300]
