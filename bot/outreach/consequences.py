"""What a dialog's effects mean for reaching the person again: STOP, a wrong number, a call back later."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.outreach import jobs
from bot.store import people
from bot.store.database import driver
from bot.store.models import Attempt, Conversation, Person
from dialogs.moments import callback_moment
from dialogs.scene import Effect


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
