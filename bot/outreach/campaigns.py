"""Campaigns: one flow to many people, each asked at most once, with consent and outside quiet hours."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.conversation import Conversations
from bot.escalation.queue import wait_for_person
from bot.outreach import deliveries, jobs
from bot.outreach.lines import Lines
from bot.outreach.quiet import next_opening
from bot.settings import Settings
from bot.store import conversations as store
from bot.store import people
from bot.store.database import Database, driver
from bot.store.models import Attempt, Campaign, Conversation, Delivery, Person
from dialogs.state import DialogState


@dataclass(frozen=True, slots=True)
class Target:
    """One person of a campaign, and what the flow should know (``appointment_id`` …)."""

    person_id: str
    context: dict[str, Any] = field(default_factory=dict)


class Campaigns:
    """Starts campaigns and carries out their attempts."""

    def __init__(self, database: Database, conversations: Conversations, lines: Lines, clock: Clock, settings: Settings) -> None:
        self._database, self._conversations, self._lines = database, conversations, lines
        self._clock, self._settings = clock, settings

    async def start(self, session: AsyncSession, name: str, flow: str, channel: str, targets: Sequence[Target]) -> Campaign:
        """Write a campaign with all its attempts and their jobs, or nothing."""
        now = self._clock.now()
        campaign = Campaign(id=f"C-{secrets.token_hex(5)}", name=name, flow=flow, channel=channel, status="running", created=now)
        session.add(campaign)
        await session.flush()
        for target in targets:
            attempt = Attempt(
                campaign_id=campaign.id, person_id=target.person_id, status="waiting", context=target.context, at=now
            )  # fmt: skip
            session.add(attempt)
            await session.flush()
            await jobs.attempt.configure(connection=await driver(session)).defer_async(attempt_id=attempt.id)
        return campaign

    async def attempt(self, attempt_id: int) -> None:
        """Reach one person, or note why not."""
        async with self._database.transaction() as session:
            attempt = await session.get(Attempt, attempt_id, with_for_update=True)
            if attempt is None or attempt.status != "waiting":
                return
            campaign = await session.get_one(Campaign, attempt.campaign_id)
            person = await session.get_one(Person, attempt.person_id)
            now = self._clock.now()
            phone = await people.contact(session, person.id, "phone")
            by_call = campaign.channel == "phone"
            if not await people.may_contact(session, person.id):
                attempt.status, attempt.reason = "dropped", "no_consent"
            elif phone is None:
                attempt.status, attempt.reason = "dropped", "no_phone"
            elif by_call and self._lines.missing:
                attempt.status, attempt.reason = "refused", self._lines.missing
            elif (opening := await self._opening(session, attempt, person, now, by_call=by_call)) > now:
                task = jobs.attempt.configure(connection=await driver(session), schedule_at=opening)
                await task.defer_async(attempt_id=attempt.id)
            else:
                key, context = f"attempt-{attempt.id}", dict(attempt.context)
                if by_call:
                    key = numbered(key, 1 + await _calls_of(session, key))
                begun, _, _ = await self.reach_out(session, person, phone, campaign.channel, campaign.flow, context, key)
                attempt.status, attempt.reason = "calling" if by_call else "sent", ""
                attempt.conversation_id, attempt.at = begun.id, now

    async def contact_again(self, conversation_id: str, tries: int = 0, *, asked: bool = False) -> None:
        """Keep the promise to be in touch: by phone after a call, by text where there is consent and a number, else through a
        person. ``tries`` calls were not answered so far; ``asked``: the person named the time."""
        async with self._database.transaction() as session:
            if await session.get(Conversation, conversation_id) is None:
                return  # erased meanwhile
            held = await store.lock(session, conversation_id)
            conversation, person, now = held.conversation, held.person, self._clock.now()
            phone = await people.contact(session, person.id, "phone")
            if await people.opted_out(session, person.id):
                return
            by_call = conversation.channel == "phone" and not self._lines.missing
            by_text = conversation.channel == "sms" and await people.may_contact(session, person.id)
            if phone is None or not (by_call or by_text):
                state = DialogState.from_json(conversation.state)
                await wait_for_person(session, conversation, state, "callback_due", now, routing=self._conversations.routing)
                return
            key = f"again-{conversation.id}"
            key = numbered(key, tries + 1) if by_call else key
            if await session.get(Delivery, key) is not None:  # "later", said twice, is one promise
                return
            if by_call and (opening := await self._lines.opening(session, person, now, asked=asked)) > now:
                task = jobs.contact_again.configure(connection=await driver(session), schedule_at=opening)
                await task.defer_async(conversation_id=conversation_id, tries=tries, asked=asked)
                return
            context = {name: value for name, value in conversation.context.items() if name != "detect"}  # the language is known by now
            channel = "phone" if by_call else "sms"
            await self.reach_out(session, person, phone, channel, conversation.kind, context, key, solicited=by_call)

    async def reach_out(
        self, session: AsyncSession, person: Person, phone: str, channel: str, flow: str, context: dict[str, Any], key: str, *,
        language: str = "", solicited: bool = False,
    ) -> tuple[Conversation, str, dict[str, Any]]:  # fmt: skip
        """Begin a conversation ourselves, with what carries its first words: a text message, or a call. As `Conversations.begin`."""
        first = ""
        if channel == "phone":  # who answers is asked before anything is said of the matter; the reminders ask by themselves
            first = "phone_right_person" if not flow.startswith("reminder") else "phone_recording" if self._settings.recording else ""
        conversation, token, answer = await self._conversations.begin(
            session, person, channel=channel, flow=flow, language=language or person.language, context=context, direction="out",
            first=first,
        )  # fmt: skip
        text = "\n".join(reply["text"] for reply in answer["replies"]) if channel == "sms" else ""
        now = self._clock.now()
        await deliveries.add(session, conversation, key, phone, text, now, solicited=solicited, channel=channel)
        return conversation, token, answer

    async def _opening(self, session: AsyncSession, attempt: Attempt, person: Person, now: datetime, *, by_call: bool) -> datetime:
        if attempt.at > now:  # a job that ran before its time
            return attempt.at
        if by_call:
            return await self._lines.opening(session, person, now, ahead=await _ahead(session, attempt))
        return next_opening(now, person.time_zone, self._settings.quiet_from, self._settings.quiet_until)


def numbered(key: str, tries: int) -> str:
    """The key of the n-th call of one attempt; the first has the number 1."""
    return f"{key}~{tries}"


def number_of(key: str) -> int:
    """Which call of its attempt a key names."""
    return int(key.rpartition("~")[2])


async def _calls_of(session: AsyncSession, key: str) -> int:
    """How many calls an attempt has made."""
    query = select(func.count()).where(Delivery.key.startswith(numbered(key, 0)[:-1], autoescape=True))
    return await session.scalar(query) or 0


async def _ahead(session: AsyncSession, attempt: Attempt) -> int:
    """How many attempts wait for a line before this one."""
    query = select(func.count()).select_from(Attempt).join(Campaign)
    return await session.scalar(query.where(Campaign.channel == "phone", Attempt.status == "waiting", Attempt.id < attempt.id)) or 0
