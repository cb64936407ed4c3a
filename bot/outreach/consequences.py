"""What a dialog's effects mean for reaching the person again: STOP, a wrong number, a call back later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.outreach import jobs
from bot.store import people
from bot.store.database import driver
from bot.store.models import Attempt, Conversation, Person
from dialogs.scene import Effect

_PART_HOURS = {"morning": time(9, 30), "noon": time(12), "afternoon": time(15), "evening": time(18), "night": time(19)}
LATER = timedelta(hours=3)
"""When "later" is all that was said."""


async def carry_out(session: AsyncSession, conversation: Conversation, person: Person, effect: Effect, now: datetime) -> None:
    """Write what an effect means for further contact; effects that mean nothing here are left alone."""
    if effect.kind == "opt_out":
        await stop_contact(session, person.id, conversation.channel, "asked to stop", now)
    elif effect.kind == "opt_in":
        await people.record_consent(session, person.id, "granted", conversation.channel, "asked to be contacted again", now)
    elif effect.kind == "wrong_person":
        await stop_contact(session, person.id, conversation.channel, "wrong person", now)
    elif effect.kind == "callback":
        moment = callback_moment(effect.data["when"], now.astimezone(ZoneInfo(person.time_zone)))
        task = jobs.contact_again.configure(connection=await driver(session), schedule_at=moment)
        await task.defer_async(conversation_id=conversation.id, asked=bool(effect.data["when"].get("time")))


async def stop_contact(session: AsyncSession, person_id: str, channel: str, reason: str, now: datetime) -> None:
    """Record the STOP and drop every attempt that has not left yet."""
    await people.record_consent(session, person_id, "revoked", channel, reason, now)
    waiting = update(Attempt).where(Attempt.person_id == person_id, Attempt.status == "waiting")
    await session.execute(waiting.values(status="dropped", reason="opted_out"))


def callback_moment(when: Mapping[str, Any], now: datetime) -> datetime:
    """The moment that "tomorrow", "in the evening" or "later" means; never in the past. ``now`` is local and aware."""
    if not any(when.get(part) for part in ("date", "time", "part")):
        return now + LATER
    day = date.fromisoformat(when["date"]) if when.get("date") else now.date()
    hour = time.fromisoformat(when["time"]) if when.get("time") else _PART_HOURS.get(when.get("part") or "", time(10))
    moment = datetime.combine(day, hour, now.tzinfo)
    if moment > now:
        return moment
    return moment + timedelta(days=1) if not when.get("date") else now + LATER
