"""A page of the desk without a browser: its HTML is fetched, its socket is opened as nicegui's own script does it, and what the server
sends is kept as a tree of elements. It clicks by sending what a browser would send."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import socketio
from socketio.exceptions import ConnectionError as SocketConnectionError

TOKEN = re.compile(r"zq\d{6}zq")
"""What is looked for: each text that is sent carries one of its own."""
_ELEMENTS = re.compile(r"parseElements\(String\.raw`(.*?)`\)", re.DOTALL)
_QUERY = re.compile(r"^\s*query: ({.*}),$", re.MULTILINE)
_ESCAPES = (("&#36;", "$"), ("&#96;", "`"), ("&gt;", ">"), ("&lt;", "<"), ("&amp;", "&"))
TRIES = 5
ACK_S = 3.0
"""How often a browser says what it has received, in s (nicegui.js)."""

Element = dict[str, Any]


class PageError(Exception):
    """A page that is not what was expected; the text says what."""


class Page:
    """One open page of one agent. ``seen``: when each token came, by `time.perf_counter`; ``dropped``: how often the server, or the way
    to it, let go of the socket; ``reloads``: how often the page was to be loaded anew."""

    def __init__(self, base: str, cookie: str, login: str) -> None:
        self.login, self.seen = login, dict[str, float]()
        self.elements: dict[str, Element] = {}
        self.bytes = self.updates = 0
        self._base, self._cookie = base, cookie
        self._query: dict[str, Any] = {}
        self._socket = socketio.AsyncClient(reconnection=False)
        self._next = 0
        self._acks: asyncio.Task[None] | None = None
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[float]]] = []
        self.reloads = self.dropped = 0

    async def open(self, http: aiohttp.ClientSession, path: str = "/desk") -> None:
        """Fetch the page and follow it; like a browser, load it anew where its socket is refused. Raises PageError."""
        for _ in range(TRIES):
            try:
                await self._open(http, path)
                return
            except SocketConnectionError:
                self.reloads += 1
        raise PageError(f"the socket of {path} was refused {TRIES} times")

    async def _open(self, http: aiohttp.ClientSession, path: str) -> None:
        async with http.get(f"{self._base}{path}", headers={"Cookie": self._cookie}) as answer:
            status, text = answer.status, await answer.text()
        elements, query = _ELEMENTS.search(text), _QUERY.search(text)
        if status != 200 or elements is None or query is None:
            raise PageError(f"{path} answered {status} and is no page of nicegui")
        raw = elements[1]
        for escaped, plain in _ESCAPES:
            raw = raw.replace(escaped, plain)
        self.elements = json.loads(raw)
        self._query = ast.literal_eval(query[1])
        self._next = int(self._query["next_message_id"])
        self._query |= {"document_id": str(uuid.uuid4()), "tab_id": str(uuid.uuid4()), "old_tab_id": ""}
        for event, handler in (("update", self._update), ("run_javascript", self._javascript), ("open", self._elsewhere)):
            self._socket.on(event, handler)
        for event in ("notify", "load_js_components", "download"):
            self._socket.on(event, self._noted)
        self._socket.on("disconnect", self._dropped)
        given = {name: json.dumps(value) if isinstance(value, bool) else value for name, value in self._query.items()}
        url = f"{self._base}?{urlencode(given)}"
        headers = {"Cookie": self._cookie, "Origin": self._base}
        await self._socket.connect(url, headers=headers, transports=["websocket"], socketio_path="/_nicegui_ws/socket.io")
        self._acks = asyncio.create_task(self._acknowledge())

    async def close(self) -> None:
        """Leave."""
        if self._acks is not None:
            self._acks.cancel()
        await self._socket.disconnect()

    # ---- looking

    def texts(self, element: Element) -> Iterator[str]:
        """What of an element can be read or names it."""
        yield str(element.get("text") or "")
        for value in (element.get("props") or {}).values():
            if isinstance(value, str):
                yield value

    def find(self, *marks: str, event: str = "") -> str:
        """The id of the last element that carries all these marks (test ids, labels, texts, HTML), and listens to an event; else ""."""
        for id_, element in reversed(self.elements.items()):
            if event and not any(listener["type"] == event for listener in element.get("events", ())):
                continue
            texts = list(self.texts(element))
            if all(any(mark in text for text in texts) for mark in marks):
                return id_
        return ""

    async def until(self, true: Callable[[], bool], seconds: float) -> float:
        """When the page became so (`time.perf_counter`). Raises TimeoutError."""
        if true():
            return time.perf_counter()
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        entry = (true, future)
        self._waiting.append(entry)
        try:
            async with asyncio.timeout(seconds):
                return await future
        finally:
            self._waiting.remove(entry)

    # ---- doing

    async def click(self, id_: str, *args: Any, event: str = "click") -> float:
        """Do what a browser does when somebody clicks; when it was sent."""
        listeners = [listener for listener in self.elements[id_].get("events", ()) if listener["type"] == event]
        if not listeners:
            raise PageError(f"element {id_} does not listen to {event}")
        sent = time.perf_counter()
        for listener in listeners:
            await self._socket.emit(
                "event",
                {
                    "id": int(id_), "client_id": self._query["client_id"], "listener_id": listener["listener_id"],
                    "args": [json.dumps(arg) for arg in args] or [json.dumps({})],
                },
            )  # fmt: skip
        return sent

    # ---- what comes

    def _new(self, message: Any) -> bool:
        number = message.pop("_id", None) if isinstance(message, dict) else None
        if number is None:
            return True
        if number < self._next:
            return False
        self._next = number + 1
        return True

    async def _update(self, message: dict[str, Any]) -> None:
        now = time.perf_counter()
        if not self._new(message):
            return
        self.updates += 1
        for id_, element in message.items():
            if element is None:
                self.elements.pop(id_, None)
                continue
            self.elements.pop(id_, None)  # what is new comes last
            self.elements[id_] = element
            for text in self.texts(element):
                self.bytes += len(text)
                for token in TOKEN.findall(text):
                    self.seen.setdefault(token, now)
        for true, future in tuple(self._waiting):
            if not future.done() and true():
                future.set_result(now)

    async def _javascript(self, message: dict[str, Any]) -> None:
        if self._new(message) and message.get("request_id"):
            answer = {"request_id": message["request_id"], "client_id": self._query["client_id"], "result": None}
            await self._socket.emit("javascript_response", answer)

    async def _elsewhere(self, message: dict[str, Any]) -> None:
        self._new(message)
        self.reloads += 1

    async def _dropped(self, _reason: str = "") -> None:
        self.dropped += self._acks is not None and not self._acks.cancelled()

    async def _noted(self, message: Any = None) -> None:
        self._new(message)

    async def _acknowledge(self) -> None:
        while True:
            await asyncio.sleep(ACK_S)
            await self._socket.emit("ack", {"client_id": self._query["client_id"], "next_message_id": self._next})
