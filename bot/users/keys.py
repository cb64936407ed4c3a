"""Keys of other systems: each opens what its scopes say. A key is shown once, when it is made; kept is a hash of its secret."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.problems import Problem, not_found
from bot.store.database import Database
from bot.store.models import ApiKey

OPENS = {
    "conversations": "begin conversations for anybody, and read, answer and watch every one",
    "touchpoints": "record and read touchpoints, and read people's journeys",
    "people": "read a person's thread, change their consent and erase them",
    "escalations": "see who waits for a person, take a conversation, answer in it, give it back and close it; keep the tasks",
    "outreach": "start campaigns and see how far they are, and begin interviews with those who applied",
}
"""The scopes, and what a key with each may do."""
SCOPES = tuple(OPENS)
ENVIRONMENT = "API_KEY"
"""The name of the key in the environment, which has every scope; no other key is called so."""
REMEMBERED = timedelta(seconds=10)
"""How long a key is known without asking the database: as long may a revoked one still work."""
_NOTED = timedelta(minutes=1)
"""How exactly it is known when a key was last used."""
_KEY = re.compile(r"vt_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")


async def make(session: AsyncSession, now: datetime, name: str, scopes: Iterable[str]) -> tuple[ApiKey, str]:
    """A new key and its text ``vt_ID_SECRET``, which nobody can read again later.

    Raises Problem (422) that names what is wrong, 409 where a key of this name is in use: the audit tells keys apart by name.
    """
    name, wanted = name.strip(), set(scopes)
    if not (1 <= len(name) <= 100 and name.isprintable()):
        raise Problem(422, "name_wrong", "A key's name has 1 to 100 printable characters.", field="name")
    if name.casefold() == ENVIRONMENT.casefold():
        raise Problem(422, "name_wrong", f"{ENVIRONMENT} is the name of the environment's own key.", field="name")
    if not wanted or not wanted <= set(SCOPES):
        raise Problem(422, "scopes_wrong", f"A key has at least one scope of {', '.join(SCOPES)}.", field="scopes")
    if await session.scalar(select(ApiKey.id).where(ApiKey.name == name, ApiKey.revoked.is_(None)).limit(1)) is not None:
        raise Problem(409, "name_taken", f"There is a key {name} already.", field="name")
    key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    key = ApiKey(id=key_id, name=name, secret_hash=_hash(secret), scopes=[scope for scope in SCOPES if scope in wanted], created=now)
    session.add(key)
    await session.flush()
    return key, f"vt_{key_id}_{secret}"


async def revoke(session: AsyncSession, now: datetime, key_id: str) -> ApiKey:
    """Let nobody in with this key any more, within REMEMBERED at the latest; 404 where there is none. Once revoked it stays so."""
    found = await session.get(ApiKey, key_id) if key_id.isprintable() else None
    if found is None:
        raise not_found("key")
    found.revoked = found.revoked or now
    return found


async def every(session: AsyncSession) -> Sequence[ApiKey]:
    """All keys, revoked ones too, the oldest first."""
    return (await session.scalars(select(ApiKey).order_by(ApiKey.created, ApiKey.id))).all()


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a key: its name, and what it opens."""

    name: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Known:
    """A key as it was read at a moment."""

    holder: Holder
    secret_hash: str
    read: datetime

    def fresh(self, now: datetime) -> bool:
        return timedelta(0) <= now - self.read < REMEMBERED  # a clock that was set back makes nothing last


class Keyring:
    """Tells what a key opens; one for a process. It asks the database for a key once in REMEMBERED: a revoked key works 10 s longer
    at most. What fits no key is not remembered: it costs one query, and none when it does not look like a key of ours."""

    def __init__(self, database: Database, clock: Clock, most: int = 1000) -> None:
        self._database, self._clock, self._most = database, clock, most
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def scopes(self, key: str) -> frozenset[str]:
        """What the key opens: nothing where it is unknown, revoked or no key at all."""
        holder = await self.holder(key)
        return holder.scopes if holder is not None else frozenset()

    async def holder(self, key: str) -> Holder | None:
        """Who holds the key; None where it is unknown, revoked or no key at all."""
        shape = _KEY.fullmatch(key)
        if shape is None:
            return None
        key_id, given, now = shape[1], _hash(shape[2]), self._clock.now()
        known = self._known.get(key_id)
        if known is None or not known.fresh(now):
            return await self._read(key_id, given, now)
        return known.holder if hmac.compare_digest(known.secret_hash, given) else None

    async def _read(self, key_id: str, given: str, now: datetime) -> Holder | None:
        async with self._database.glances() as session:
            found = await session.get(ApiKey, key_id)
            if found is None or found.revoked is not None or not hmac.compare_digest(found.secret_hash, given):
                return None
            if found.used is None or now - found.used >= _NOTED:  # asked again below: another process may have noted it meanwhile
                unnoted = or_(ApiKey.used.is_(None), ApiKey.used <= now - _NOTED)
                noting = update(ApiKey).where(ApiKey.id == key_id, unnoted).values(used=now)
                await session.execute(noting, execution_options={"synchronize_session": False})
        holder = Holder(found.name, frozenset(found.scopes))
        self._known[key_id] = _Known(holder, found.secret_hash, now)
        self._known.move_to_end(key_id)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return holder


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
