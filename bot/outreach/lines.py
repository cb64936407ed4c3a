"""The lines for the calls that we make: whether one is free, and whether the person is not on the phone with us already."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.calls.calls import Calls
from bot.outreach.quiet import next_opening
from bot.settings import Settings
from bot.store.models import Person

RINGING = timedelta(minutes=3)
"""How long a call that nobody has answered counts as ringing; after that its callbacks are lost."""
NEXT_LINE = timedelta(seconds=30)
"""How soon a line becomes free: about as long as a phone rings that nobody answers."""
SAME_PERSON = timedelta(minutes=5)
"""How long a call waits for a person who is on the phone with us."""

_BUSY = text("""
SELECT conversation.person_id FROM calls AS call JOIN conversations AS conversation ON conversation.id = call.conversation_id
WHERE call.status = 'live' AND call.began > :talking OR call.status = 'coming' AND call.began > :ringing
UNION ALL
SELECT conversation.person_id FROM deliveries AS placed JOIN conversations AS conversation ON conversation.id = placed.conversation_id
WHERE placed.channel = 'phone' AND placed.status IN ('trying', 'sent', 'queued', 'initiated', 'ringing', 'in-progress')
  AND placed.tried > :ringing AND placed.key <> :apart
  AND NOT EXISTS (SELECT 1 FROM calls WHERE call_id = placed.provider_id)
""")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('outgoing calls'))")


class Lines:
    """Says when somebody can be called. What it found free stays so until the transaction that asked has ended."""

    def __init__(self, calls: Calls, settings: Settings) -> None:
        self._calls, self._settings = calls, settings

    @property
    def missing(self) -> str:
        """Why nobody can be called, in plain words; empty when calls can be made."""
        if not self._settings.twilio_account_sid:
            return "no provider is set up"
        if not self._settings.calls:
            return "calls are off"
        return "" if self._settings.public_url else "no public address is set up"

    async def opening(
        self, session: AsyncSession, person: Person, now: datetime, *, asked: bool = False, ahead: int = 0, apart: str = ""
    ) -> datetime:
        """``now`` when the person may be called now, else the moment to ask again.

        ``asked``: they named the time, so it may be in quiet hours. ``ahead`` is how many wait for a line before this call,
        ``apart`` the key of the call that asks.
        """
        opening = now if asked else next_opening(now, person.time_zone, self._settings.quiet_from, self._settings.quiet_until)
        if opening > now:
            return opening
        await session.execute(_ONE_AT_A_TIME)
        moments = {"ringing": now - RINGING, "talking": now - timedelta(seconds=self._settings.call_limit)}
        busy = (await session.scalars(_BUSY, {**moments, "apart": apart})).all()
        if person.id in busy:
            return now + SAME_PERSON
        if len(busy) < self._settings.calls_most and self._calls.room():
            return now
        return now + NEXT_LINE * (1 + ahead // self._settings.calls_most)
