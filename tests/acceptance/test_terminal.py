"""The command line: a conversation in the terminal, and sentences understood for other programs."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import sys
from pathlib import Path

import pytest

from tests.acceptance.running import ROOT, Running


async def voxtrail(service: Running, *arguments: str, said: str = "") -> tuple[int, str, str]:
    """Run a command with something on its standard input; exit status, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, cwd=ROOT, env=service.environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(said.encode()), 120)
    return process.returncode or 0, out.decode(), err.decode()


async def test_a_conversation_over_a_pipe(service: Running) -> None:
    service.renew()
    said = "unde e coletul meu\nvreau sa returnez bocancii\nimi sunt mici\nbanii inapoi\nda\nmultumesc, asta e tot\n"
    status, out, err = await voxtrail(service, "talk", "--lang", "ro", "--person", "P-1005", said=said)
    assert status == 0, err
    assert "VX-104237" in out
    assert "Este corect?" in out or "R-1001" in out
    assert service.records("return", order="VX-104190")
    assert "Traceback" not in err


async def test_a_conversation_at_a_terminal(service: Running) -> None:
    service.renew()
    controller, terminal = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "talk", "--lang", "ro", "--flow", "survey", "--person", "P-1005", cwd=ROOT,
        env={**service.environment, "TERM": "dumb", "COLUMNS": "200"}, stdin=terminal, stdout=terminal, stderr=terminal,
    )  # fmt: skip
    os.close(terminal)
    screen = ""

    async def shows(text: str) -> None:
        nonlocal screen
        async with asyncio.timeout(60):
            while text not in screen:
                screen += (await asyncio.to_thread(os.read, controller, 4096)).decode(errors="replace")

    try:
        await shows("> ")
        os.write(controller, b"5\n")  # the fifth button
        await shows("\n> ")
        screen = ""
        os.write(controller, "răspuns rapid\n".encode())
        await shows("La revedere")
        assert await asyncio.wait_for(process.wait(), 20) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        os.close(controller)
    [found] = (await service.touchpoints("P-1005", "survey"))[:1]
    assert found["measures"]["csat"] == 5
    assert found["channel"] == "terminal"


@pytest.fixture
def own_folder(service: Running, tmp_path: Path) -> Path:
    """A data directory that has only the model."""
    (tmp_path / "models").symlink_to(service.data_dir / "models")
    return tmp_path


async def test_understand_prints_json_lines_only(service: Running, own_folder: Path) -> None:
    sentences = "gdzie jest moja paczka\nchcę zwrócić buty\n\nznasz przepis na pierogi?\n"
    service_environment, service.environment = service.environment, {**service.environment, "DATA_DIR": str(own_folder)}
    try:
        status, out, err = await voxtrail(service, "understand", "-", "--lang", "pl", "--json", said=sentences)
    finally:
        service.environment = service_environment
    assert status == 0, err
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["text"] for line in lines] == sentences.splitlines()
    assert [line["intent"] for line in lines] == ["order_status", "return_item", "nlu_fallback", "nlu_fallback"]
    assert all(set(line) == {"text", "intent", "confidence", "entities", "language"} for line in lines)
    assert all(0 <= line["confidence"] <= 1 and line["language"] == "pl" for line in lines)
