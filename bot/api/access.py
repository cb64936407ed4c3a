"""Who may call: the API key and other systems' keys, a conversation's own token, and how often."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request, params
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
from bot.users import audit
from bot.users.keys import ENVIRONMENT, OPENS, SCOPES, Holder, Keyring

_bearer = HTTPBearer(auto_error=False, description="The API key, a key with the scope that is needed, or a conversation's own token.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def service_of(connection: HTTPConnection) -> Service:
    """The service that this app belongs to."""
    service: Service = connection.app.state.service
    return service


def _service(request: Request) -> Service:
    return service_of(request)


Svc = Annotated[Service, Depends(_service)]


def is_same_key(service: Service, given: str) -> bool:
    """Whether this is the API key; constant time."""
    return bool(given) and hmac.compare_digest(given.encode(), service.key.encode())


_ENVIRONMENT = Holder(ENVIRONMENT, frozenset(SCOPES))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts with a key: ``key:NAME`` (``key:API_KEY`` for the environment's own), and from which address."""

    who: str
    address: str

    def did(self, session: AsyncSession, now: datetime, action: str, about: str, **detail: Any) -> None:
        """Note in the audit what was done (a verb) to what (an id), with the transaction that does it."""
        audit.write(session, now, self.who, action, about, address=self.address, **detail)


async def _holder(connection: HTTPConnection, credentials: HTTPAuthorizationCredentials | None, scope: str) -> Holder | None:
    """Who holds the key that was shown; None for what is none. Raises Problem (403) for a key without the scope."""
    if credentials is None:
        return None
    service, state = service_of(connection), connection.app.state
    if is_same_key(service, credentials.credentials):
        return _ENVIRONMENT
    if not hasattr(state, "keyring"):
        state.keyring = Keyring(service.database, service.clock)
    keyring: Keyring = state.keyring
    holder = await keyring.holder(credentials.credentials)
    if holder is not None and scope not in holder.scopes:
        refused = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
        raise Problem(403, "scope_missing", f"This key lacks the scope {scope!r}: it may not {OPENS[scope]}.", headers=refused)
    return holder


def need(scope: str) -> params.Depends:
    """A dependency that says who acts, and refuses callers without a key (401) or with one that lacks the scope (403)."""

    async def check(request: Request, credentials: Credentials) -> Actor:
        holder = await _holder(request, credentials, scope)
        if holder is None:
            raise Problem(401, "api_key_needed", "Send the API key as 'Authorization: Bearer …'.", headers={"WWW-Authenticate": "Bearer"})
        return Actor(f"key:{holder.name}", address_of(request))

    return params.Depends(check)


async def who_asks(connection: HTTPConnection, credentials: HTTPAuthorizationCredentials | None) -> str:
    """Who is behind the credentials of a call that a conversation's own token opens, for the audit: a key, or the person."""
    holder = await _holder(connection, credentials, "conversations")
    return f"key:{holder.name}" if holder is not None else "person"


async def is_trusted(connection: HTTPConnection, credentials: Credentials) -> bool:
    """Whether the caller's key opens every conversation. A conversation's own token costs no query here; 403 for another scope's key."""
    return await _holder(connection, credentials, "conversations") is not None


Trusted = Annotated[bool, Depends(is_trusted)]


def signature(service: Service, external_id: str) -> str:
    """What proves to us that a company's own page vouches for a person: HMAC-SHA256 of the id under the API key."""
    return hmac.new(service.key.encode(), external_id.encode(), hashlib.sha256).hexdigest()


def vouched(service: Service, external_id: str, given: str | None) -> bool:
    """Whether the signature fits the person."""
    return bool(given) and hmac.compare_digest(signature(service, external_id), given or "")


async def opened(
    session: AsyncSession, conversation_id: str, credentials: HTTPAuthorizationCredentials | None, *, trusted: bool
) -> Conversation:
    """The conversation, for whom we trust or for its own token; to everybody else it does not exist."""
    conversation = await session.get(Conversation, conversation_id) if conversation_id.isprintable() else None
    if credentials is None:
        detail = "Send the conversation's token as 'Authorization: Bearer …'."
        raise Problem(401, "token_needed", detail, headers={"WWW-Authenticate": "Bearer"})
    if conversation is None or not (trusted or store.token_fits(conversation, credentials.credentials)):
        raise not_found("conversation")
    return conversation


class Doors:
    """Which token opens which conversation, and the language spoken there: remembered, so that most messages need no query before
    their turn. The turn itself reads the truth; here a language that changed elsewhere only delays a hint to the NLU."""

    def __init__(self, most: int = 10_000) -> None:
        self._known: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._most = most

    async def language(
        self, service: Service, conversation_id: str, credentials: HTTPAuthorizationCredentials | None, *, trusted: bool
    ) -> str:
        """The language of a conversation that these credentials open; refuses as `opened` does."""
        known = self._known.get(conversation_id)
        if known is not None and credentials is not None:
            fits = trusted or hmac.compare_digest(known[0], store.token_hash(credentials.credentials))
            if fits:
                self._known.move_to_end(conversation_id)
                return known[1]
        async with service.database.glances() as session:
            conversation = await opened(session, conversation_id, credentials, trusted=trusted)
        self._remember(conversation_id, conversation.token_hash, conversation.language)
        return conversation.language

    def spoken(self, conversation_id: str, language: str) -> None:
        """The language a turn ended in."""
        known = self._known.get(conversation_id)
        if known is not None and known[1] != language:
            self._remember(conversation_id, known[0], language)

    def _remember(self, conversation_id: str, token_hash: str, language: str) -> None:
        self._known[conversation_id] = (token_hash, language)
        if len(self._known) > self._most:
            self._known.popitem(last=False)


class Throttle:
    """Moving-window limits per address, for callers without a key."""

    def __init__(self, messages: str, starts: str, files: str = "30/minute") -> None:
        self._messages, self._starts, self._files = parse(messages), parse(starts), parse(files)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def message(self, address: str) -> None:
        """Count a request; refuse it with 429 when there are too many."""
        await self._hit(self._messages, "message", address)

    async def start(self, address: str) -> None:
        """Count a new conversation; refuse it with 429 when there are too many."""
        await self._hit(self._starts, "start", address)

    async def file(self, address: str) -> None:
        """Count a file; refuse it with 429 when there are too many."""
        await self._hit(self._files, "file", address)

    async def _hit(self, item: RateLimitItem, what: str, address: str) -> None:
        if await self._limiter.hit(item, what, address):
            return
        window = await self._limiter.get_window_stats(item, what, address)
        wait = max(1, round(window.reset_time - time.time() + 0.5))
        raise Problem(
            429, "too_many_requests", f"Too many requests from this address; try again in {wait} s.", headers={"Retry-After": str(wait)}
        )


def address_of(connection: HTTPConnection) -> str:
    """The caller's address (uvicorn resolves trusted proxies)."""
    return connection.client.host if connection.client else "unknown"
