"""The terminal channel: chat with the service that runs, or with one in this process."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from rich.console import Console

from bot.settings import Settings
from bot.start import StartError, train_nlu

console = Console()


async def chat(settings: Settings, language: str, flow: str, person: str, context: dict[str, Any], url: str) -> None:
    """Talk until the conversation closes, Ctrl-D or "/quit". Numbers pick the offered answers."""
    async with _client(settings, url) as http:
        begun = await _post(
            http, "/v1/conversations",
            {"channel": "terminal", "flow": flow, "language": language, "context": context,
             "person": {"external_id": person} if person else {}},
        )  # fmt: skip
        buttons = _show(begun)
        while True:
            text = await asyncio.to_thread(_ask)
            if text is None or text == "/quit":
                return
            picked = buttons[int(text) - 1] if text.isdigit() and 0 < int(text) <= len(buttons) else None
            body: dict[str, Any] = {"text": picked["payload"] if picked else text, "message_id": str(uuid.uuid4())}
            if picked:
                body["display"] = picked["title"]
            answer = await _post(http, f"/v1/conversations/{begun['id']}/messages", body)
            buttons = _show(answer)
            if answer["state"]["status"] == "closed":
                return


def _ask() -> str | None:
    try:
        return console.input("[bold cyan]> [/]").strip()
    except (EOFError, KeyboardInterrupt):
        return None


def _show(answer: dict[str, Any]) -> list[dict[str, str]]:
    buttons: list[dict[str, str]] = []
    for reply in answer.get("replies", []):
        console.print(reply["text"], markup=False, highlight=False)
        buttons += reply.get("buttons") or []
    for number, button in enumerate(buttons, start=1):
        console.print(f"  [dim]{number}.[/] {button['title']}", highlight=False)
    return buttons


async def _post(http: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await http.post(path, json=body)
    found: dict[str, Any] = answer.json()
    if answer.is_success:
        return found
    if answer.status_code == 422 and found.get("code") in ("text_empty", "text_too_long"):
        return {"replies": [{"text": found["detail"]}], "state": {"status": "open"}}
    raise StartError(str(found.get("detail", "The service answered with an error.")))


@asynccontextmanager
async def _client(settings: Settings, url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the API key: of the service at ``url``, of the one on our port, or of one begun here."""
    from bot.service import api_key

    settings.run_dir.mkdir(parents=True, exist_ok=True)
    headers = {"Authorization": f"Bearer {api_key(settings)}"}
    running = url or f"http://127.0.0.1:{settings.port}"
    if url or await _alive(running):
        async with httpx.AsyncClient(base_url=running, headers=headers, timeout=15) as http:
            yield http
        return
    from bot.app import create_app

    train_nlu(settings)
    app = create_app(settings)
    with console.status("Starting …"):
        life = app.router.lifespan_context(app)
        await life.__aenter__()
        await _ready(app)
    try:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here", headers=headers, timeout=15) as http:
            yield http
    finally:
        await life.__aexit__(None, None, None)


async def _alive(url: str) -> bool:
    try:
        async with httpx.AsyncClient(timeout=1) as http:
            return bool((await http.get(f"{url}/healthz")).json() == {"status": "ok"})
    except (httpx.HTTPError, ValueError):
        return False


async def _ready(app: Any, seconds: float = 60) -> None:
    async def all_ready() -> None:
        while not all((await app.state.service.readiness()).values()):
            await asyncio.sleep(0.2)

    try:
        await asyncio.wait_for(all_ready(), seconds)
    except TimeoutError:
        console.print("[yellow]Not everything is ready; short answers work.[/]")
