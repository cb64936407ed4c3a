"""Campaigns: one flow to many people, each asked at most once, with consent and outside quiet hours."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.conversation import Conversations
from bot.escalation.queue import wait_for_person
from bot.outreach import deliveries, jobs
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

    def __init__(self, database: Database, conversations: Conversations, clock: Clock, settings: Settings) -> None:
        self._database, self._conversations, self._clock, self._settings = database, conversations, clock, settings

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
            opening = next_opening(now, person.time_zone, self._settings.quiet_from, self._settings.quiet_until)
            phone = await people.contact(session, person.id, "phone")
            if not await people.may_contact(session, person.id):
                attempt.status, attempt.reason = "dropped", "no_consent"
            elif phone is None:
                attempt.status, attempt.reason = "dropped", "no_phone"
            elif opening > now:
                task = jobs.attempt.configure(connection=await driver(session), schedule_at=opening)
                await task.defer_async(attempt_id=attempt.id)
            else:
                key = f"attempt-{attempt.id}"
                conversation = await self._write_first(session, person, phone, campaign.flow, dict(attempt.context), key)
                attempt.status, attempt.conversation_id, attempt.at = "sent", conversation.id, now

    async def contact_again(self, conversation_id: str) -> None:
        """Keep the promise to be in touch: by text where there is consent and a number, else through a person."""
        async with self._database.transaction() as session:
            if await session.get(Conversation, conversation_id) is None:
                return  # erased meanwhile
            held = await store.lock(session, conversation_id)
            conversation, person = held.conversation, held.person
            phone = await people.contact(session, person.id, "phone")
            if await people.opted_out(session, person.id):
                return
            if phone and conversation.channel == "sms" and await people.may_contact(session, person.id):
                key = f"again-{conversation.id}"
                if await session.get(Delivery, key) is None:  # "later", said twice, is one promise
                    await self._write_first(session, person, phone, conversation.kind, dict(conversation.context), key)
            else:
                state = DialogState.from_json(conversation.state)
                await wait_for_person(session, conversation, state, "callback_due", self._clock.now())

    async def _write_first(
        self, session: AsyncSession, person: Person, phone: str, flow: str, context: dict[str, Any], key: str
    ) -> Conversation:
        conversation, _, answer = await self._conversations.begin(
            session, person, channel="sms", flow=flow, language=person.language, context=context, direction="out"
        )
        text = "\n".join(reply["text"] for reply in answer["replies"])
        await deliveries.add(session, conversation, key, phone, text, self._clock.now(), solicited=False)
        return conversation
