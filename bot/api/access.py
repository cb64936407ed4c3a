"""Who may call: the API key, a conversation's own token, and how often."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Annotated

from fastapi import Depends, Request, WebSocket
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from bot.problems import Problem, not_found
from bot.service import Service
from bot.store import conversations as store
from bot.store.models import Conversation

_bearer = HTTPBearer(auto_error=False, description="The API key, or a conversation's own token.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def service_of(connection: HTTPConnection) -> Service:
    """The service that this app belongs to."""
    service: Service = connection.app.state.service
    return service


def _service(request: Request) -> Service:
    return service_of(request)


Svc = Annotated[Service, Depends(_service)]


def is_key(service: Service, credentials: HTTPAuthorizationCredentials | None) -> bool:
    """Whether the caller holds the API key."""
    return credentials is not None and hmac.compare_digest(credentials.credentials.encode(), service.key.encode())


def need_key(service: Svc, credentials: Credentials) -> None:
    """Refuse callers without the API key."""
    if not is_key(service, credentials):
        raise Problem(401, "api_key_needed", "Send the API key as 'Authorization: Bearer …'.", headers={"WWW-Authenticate": "Bearer"})


NeedKey = Depends(need_key)


def signature(service: Service, external_id: str) -> str:
    """What proves to us that a company's own page vouches for a person: HMAC-SHA256 of the id under the API key."""
    return hmac.new(service.key.encode(), external_id.encode(), hashlib.sha256).hexdigest()


def vouched(service: Service, external_id: str, given: str | None) -> bool:
    """Whether the signature fits the person."""
    return bool(given) and hmac.compare_digest(signature(service, external_id), given or "")


async def opened(
    session: AsyncSession, service: Service, conversation_id: str, credentials: HTTPAuthorizationCredentials | None
) -> Conversation:
    """The conversation, for the key or for its own token; to everybody else it does not exist."""
    conversation = await session.get(Conversation, conversation_id) if conversation_id.isprintable() else None
    if credentials is None:
        detail = "Send the conversation's token as 'Authorization: Bearer …'."
        raise Problem(401, "token_needed", detail, headers={"WWW-Authenticate": "Bearer"})
    if conversation is None or not (is_key(service, credentials) or store.token_fits(conversation, credentials.credentials)):
        raise not_found("conversation")
    return conversation


class Throttle:
    """Moving-window limits per address, for callers without the API key."""

    def __init__(self, messages: str, starts: str) -> None:
        self._messages, self._starts = parse(messages), parse(starts)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def message(self, address: str) -> None:
        """Count a request; refuse it with 429 when there are too many."""
        await self._hit(self._messages, "message", address)

    async def start(self, address: str) -> None:
        """Count a new conversation; refuse it with 429 when there are too many."""
        await self._hit(self._starts, "start", address)

    async def _hit(self, item: RateLimitItem, what: str, address: str) -> None:
        if await self._limiter.hit(item, what, address):
            return
        window = await self._limiter.get_window_stats(item, what, address)
        wait = max(1, round(window.reset_time - time.time() + 0.5))
        raise Problem(
            429, "too_many_requests", f"Too many requests from this address; try again in {wait} s.", headers={"Retry-After": str(wait)}
        )


def address_of(connection: Request | WebSocket) -> str:
    """The caller's address (uvicorn resolves trusted proxies)."""
    return connection.client.host if connection.client else "unknown"
