"""Those who work here, in a real browser: made on the command line, signed in by hand."""

from __future__ import annotations

import asyncio
import itertools
import sys
from pathlib import Path

import httpx
from playwright.async_api import Page

from tests.acceptance.running import Running

ROOT = Path(__file__).parents[2]
PASSWORD = "an acceptable password"
_logins = (f"tester{number}" for number in itertools.count(1))


async def voxtrail(service: Running, *arguments: str, said: str = "") -> str:
    """A command beside the running service; what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, cwd=ROOT, env=service.environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await asyncio.wait_for(process.communicate(said.encode()), 60)
    assert process.returncode == 0, printed.decode()
    return printed.decode()


async def user(service: Running, role: str = "agent") -> str:
    """Somebody new with PASSWORD: the login."""
    login = next(_logins)
    await voxtrail(service, "users", "add", login, "--role", role, "--name", login.title(), "--password-stdin", said=f"{PASSWORD}\n")
    return login


async def sign_in(page: Page, login: str, password: str) -> None:
    """Fill in the form, whatever language it is in."""
    await page.locator("#login").fill(login)
    await page.locator("#password").fill(password)
    await page.get_by_role("button").click()


async def sign_in_first(page: Page, service: Running, role: str = "agent") -> str:
    """Sign in as somebody new of this role on the page that is open; the login is returned."""
    login = await user(service, role)
    await sign_in(page, login, PASSWORD)
    return login


async def clear_the_floor(http: httpx.AsyncClient) -> None:
    """Nobody waits any more, and nobody is with an agent: what earlier tests left is ended."""
    for status in ("waiting", "taken"):
        for found in (await http.get("/v1/escalations", params={"status": status})).json()["escalations"]:
            path, agent = f"/v1/escalations/{found['id']}", found["agent"] or "nobody"
            if status == "waiting":
                await http.post(f"{path}/take", json={"agent": agent})
            closed = await http.post(f"{path}/close", json={"agent": agent})
            assert closed.status_code == 200, closed.text
