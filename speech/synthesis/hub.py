"""Piper voices by name, fetched once from Piper's own hub."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from pathlib import Path

from speech.types import SynthesisError

LIMIT_S = 900
"""Longest download, in seconds: a voice has 60 MB."""
_FETCH = """
import pathlib, socket, sys
from piper.download_voices import download_voice
socket.setdefaulttimeout(20)
download_voice(sys.argv[1], pathlib.Path(sys.argv[2]))
"""


async def download(python: Path, voice: str, folder: Path, limit: float = LIMIT_S) -> None:
    """Put NAME.onnx and NAME.onnx.json into ``folder``, whole or not at all, by piper's own downloader run with ``python``.

    Raises SynthesisError: no hub, no such voice, no disk.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            await _fetch(python, voice, Path(scratch), limit)
            # The model last: it is what is looked for.
            for name in (f"{voice}.onnx.json", f"{voice}.onnx"):
                os.replace(Path(scratch) / name, folder / name)
    except OSError as error:
        raise SynthesisError(f"the voice {voice} cannot be downloaded: {error}") from error


async def _fetch(python: Path, voice: str, folder: Path, limit: float) -> None:
    process = await asyncio.create_subprocess_exec(
        *(str(python), "-I", "-c", _FETCH, voice, str(folder)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(limit):
            _, messages = await process.communicate()
    except TimeoutError:
        raise SynthesisError(f"the voice {voice} cannot be downloaded: it takes more than {limit:.0f} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        reason = messages.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise SynthesisError(f"the voice {voice} cannot be downloaded: {reason}")
