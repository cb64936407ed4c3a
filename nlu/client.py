"""Asks Rasa what a sentence means, within a deadline, whatever state its servers are in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from nlu.examples import OUT_OF_SCOPE
from nlu.keywords import EXACT, understand_by_keywords
from nlu.types import FALLBACK, Entity, Intent, Understanding

MAX_LENGTH = 500
"""Characters of a message that are parsed; a longer one says its purpose in these or not at all."""

MAX_RANKING = 5
"""Intents reported beside the best one."""

DEADLINE_S = 0.8
"""Seconds a caller waits for all replicas together; the promise to callers is one second."""


class NluUnavailable(Exception):  # noqa: N818 - a state of the world, not an error of the caller
    """No replica answered in time: go on with the deterministic parsers."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server's base URL, and the monotonic second at which the last health check that passed was begun."""

    url: str
    healthy_at: float


EndpointsProvider = Callable[[], Sequence[Endpoint]]
"""Gives the servers that are believed to be healthy now; ``RasaServers.endpoints`` is one."""


Meaning = tuple[Intent, tuple[Intent, ...], tuple[Entity, ...]]
"""The intent, the ranking and the entities of one sentence."""


def fixed(*urls: str) -> EndpointsProvider:
    """Servers that nobody supervises: each is always tried again."""
    return lambda: [Endpoint(url.rstrip("/"), time.monotonic()) for url in urls]


class NluClient:
    """Parses sentences over kept connections; safe to share between tasks of one event loop.

    ``deadline`` is in seconds for one parse in all. ``threshold`` (0..1) refuses guesses below it, on top of the
    ``FallbackClassifier`` of ``config.yml``.
    """

    def __init__(self, endpoints_provider: EndpointsProvider, *, deadline: float = DEADLINE_S, threshold: float = 0.0) -> None:
        self._endpoints = endpoints_provider
        self._deadline = deadline
        self._threshold = threshold
        self._failed_at: dict[str, float] = {}
        self._busy: dict[str, int] = {}
        # Sanic drops idle connections after 5 s; we let go first. Loopback is never reached through a proxy.
        self._http = httpx.AsyncClient(timeout=deadline, limits=httpx.Limits(keepalive_expiry=3.0), trust_env=False)

    async def __aenter__(self) -> NluClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the kept connections."""
        await self._http.aclose()

    async def parse(self, text: str, language: str) -> Understanding:
        """Say what a sentence means.

        Raises:
            NluUnavailable: no healthy replica answered before the deadline.
        """
        cleaned = clean(text)
        if not cleaned.strip():
            return Understanding(text, language, Intent(FALLBACK, 1.0))
        end = time.monotonic() + self._deadline
        candidates = self._closed()
        for position, endpoint in enumerate(candidates):
            # Fair shares: a first replica that hangs must leave the second its time.
            share = (end - time.monotonic()) / (len(candidates) - position)
            answer = await self._ask(endpoint, cleaned, share)
            if answer is not None:
                intent, ranking, entities = answer
                return Understanding(text, language, _yes_or_no(text, language) or intent, ranking, entities, "rasa")
        raise NluUnavailable("no Rasa server answered in time" if candidates else "no Rasa server is ready")

    def _closed(self) -> list[Endpoint]:
        """The replicas whose circuit is closed, the least busy first."""
        usable = [each for each in self._endpoints() if each.healthy_at > self._failed_at.get(each.url, 0.0)]
        return sorted(usable, key=lambda each: self._busy.get(each.url, 0))

    async def _ask(self, endpoint: Endpoint, text: str, seconds: float) -> Meaning | None:
        self._busy[endpoint.url] = self._busy.get(endpoint.url, 0) + 1
        try:
            async with asyncio.timeout(seconds):
                return read_answer(await self._post(endpoint.url, text), self._threshold)
        except (httpx.HTTPError, TimeoutError, ValueError, TypeError, KeyError, AttributeError):  # or it talks nonsense
            self._open(endpoint.url)
            return None
        finally:
            self._busy[endpoint.url] -= 1
            if not self._busy[endpoint.url]:
                del self._busy[endpoint.url]  # ports change with every restart: forget the old ones

    async def _post(self, url: str, text: str) -> Any:
        try:
            answer = await self._http.post(f"{url}/model/parse", json={"text": text})
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            # A kept connection that the server closed at that moment says nothing about its health: once more, afresh.
            answer = await self._http.post(f"{url}/model/parse", json={"text": text})
        answer.raise_for_status()
        return answer.json()

    def _open(self, url: str) -> None:
        now = time.monotonic()
        self._failed_at = {known: at for known, at in self._failed_at.items() if now - at < 3600}
        self._failed_at[url] = now


def clean(text: str) -> str:
    """The first 500 characters without control characters and broken Unicode, which JSON and Rasa stumble over."""
    whole = text[:MAX_LENGTH].encode("utf-8", "replace").decode("utf-8")
    return "".join(char if char.isprintable() else " " for char in whole).rstrip()


def read_answer(answer: dict[str, Any], threshold: float = 0.0) -> Meaning:
    """Translate Rasa's parse result: what is out of scope or unsure becomes ``nlu_fallback``, the ranking stays.

    The confidence of ``nlu_fallback`` says how sure we are that no intent fits: one minus the best intent's.
    """
    best = answer["intent"] or {}
    ranking = tuple(
        Intent(str(guess["name"]), float(guess["confidence"]))
        for guess in answer.get("intent_ranking") or ()
        if guess["name"] not in (None, OUT_OF_SCOPE, FALLBACK)
    )[:MAX_RANKING]
    name, confidence = best.get("name"), float(best.get("confidence") or 0.0)
    if name in (None, OUT_OF_SCOPE, FALLBACK) or confidence < threshold:
        intent = Intent(FALLBACK, round(1.0 - (ranking[0].confidence if ranking else 0.0), 4))
    else:
        intent = Intent(str(name), confidence)
    return intent, ranking, tuple(_entity(found) for found in answer.get("entities") or ())


def _yes_or_no(text: str, language: str) -> Intent | None:
    """A bare yes or no by the language of the conversation: the model knows none, and "no" is a yes in Polish."""
    intent = understand_by_keywords(text, language).intent
    return intent if intent.confidence == EXACT and intent.name in ("affirm", "deny") else None


def _entity(found: dict[str, Any]) -> Entity:
    return Entity(
        name=str(found["entity"]),
        value=str(found["value"]),
        start=int(found["start"]),
        end=int(found["end"]),
        confidence=float(found.get("confidence_entity") or 1.0),
    )
