"""Calls that we make: placed exactly once as far as the carrier allows, and what follows when nobody answers.

A call is a delivery on the channel ``phone``: written with the conversation it is for, placed by a worker, its end told by the
carrier. A try that reaches nobody closes its conversation; the next one, or the text message instead, begins a fresh one.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.calls import store as calls
from bot.calls.calls import Calls
from bot.clock import Clock
from bot.escalation.queue import close_conversation
from bot.metrics import DELIVERIES
from bot.outreach import jobs
from bot.outreach.campaigns import Campaigns, number_of
from bot.outreach.deliveries import NO_CONSENT, Deliveries
from bot.outreach.lines import Lines
from bot.outreach.quiet import next_opening
from bot.settings import Settings
from bot.store import conversations as store
from bot.store import people
from bot.store.database import Database, driver
from bot.store.models import Attempt, Conversation, Delivery, Person
from integrations.twilio.voice import CallReport

if TYPE_CHECKING:
    from integrations.twilio.calls import Caller

logger = logging.getLogger(__name__)
MACHINE = "machine"
"""Reason of a call that a voicemail took, and owner of its conversation: nobody's words are taken as an answer there."""
LOST = "lost"
"""Status of a call whose end nobody reported."""
_OVER = ("completed", "busy", "no-answer", "failed", "canceled", "refused", LOST)
SOON = timedelta(hours=2)
"""After the first call that nobody answers."""


class Phoning(Deliveries):
    """Places the calls that are waiting, and follows them to their end."""

    channel = "phone"
    again = jobs.call

    def __init__(
        self, database: Database, caller: Caller | None, lines: Lines, taken: Calls, campaigns: Campaigns, clock: Clock, settings: Settings
    ) -> None:  # fmt: skip
        super().__init__(database, None, clock, settings)
        self._caller, self._lines, self._taken, self._campaigns = caller, lines, taken, campaigns

    # ---- what the carrier tells

    async def report(self, key: str, report: CallReport) -> None:
        """What became of a call, or who answered it; reports come twice, late and out of order."""
        async with self._database.transaction() as session:
            delivery = await self._reported(session, key, report.sid)
            if delivery is None:
                return
            news = bool(report.status) and delivery.status != LOST and report.follows(delivery.status)
            if news:
                delivery.status = report.status
            if report.machine and delivery.reason != MACHINE:
                await self._machine(session, delivery)
            elif news and report.over:
                await self._ended(session, delivery)
            elif news and report.reached:
                await self._settle_attempt(session, delivery, "reached")
            elif news:
                self._taken.announce(report.sid)  # its line is kept while it rings

    async def watch(self, key: str) -> None:
        """Look after a call whose end may have been told to nobody: we were away when the carrier reported it."""
        now = self._clock.now()
        async with self._database.transaction() as session:
            delivery = await session.get(Delivery, key, with_for_update=True)
            if delivery is None or delivery.status in _OVER:
                return
            due = (delivery.tried or now) + jobs.WATCH
            if delivery.status in ("waiting", "trying") or due > now:
                task = jobs.call_watch.configure(connection=await driver(session), schedule_at=max(due, now + jobs.WATCH / 10))
                await task.defer_async(key=key)
                return
            if await calls.find(session, delivery.provider_id or "") is None:
                delivery.status = LOST
                await self._ended(session, delivery)
            else:  # answered; it may be going on
                await self._settle_attempt(session, delivery, "reached")

    async def hang_up(self, call_id: str) -> None:
        """End a call; one that is over already is no error. Raises what is worth another try."""
        assert self._caller is not None
        try:
            await self._caller.hang_up(call_id)
        except Exception as error:
            if not getattr(error, "permanent", False):
                raise
            logger.warning("call %s could not be ended: %s", call_id, error)

    # ---- placing

    @property
    def _missing(self) -> str:
        return self._lines.missing

    async def _opening(self, session: AsyncSession, delivery: Delivery, person: Person, now: datetime) -> datetime:
        return await self._lines.opening(session, person, now, asked=delivery.solicited, apart=delivery.key)

    async def _hand_over(self, delivery: Delivery, tried_before: datetime | None) -> str:
        assert self._caller is not None
        to, base = delivery.recipient, self._settings.public_url.rstrip("/")
        sid = await self._caller.find_placed(to, tried_before, await self._known(to)) if tried_before else None
        if sid is None:
            voice = f"{base}/twilio/voice?{urlencode({'conversation': delivery.conversation_id})}"
            sid = await self._caller.place(to, voice, f"{base}/twilio/status", delivery.key, self._settings.machine_detection)
            self._taken.announce(sid)
        return sid

    async def _unsent(self, session: AsyncSession, delivery: Delivery) -> None:
        if delivery.reason == NO_CONSENT:
            await self._close(session, delivery, "dropped", NO_CONSENT)
            await self._settle_attempt(session, delivery, "dropped", "no_consent")
        elif delivery.reason == self._missing:
            await self._close(session, delivery, "failed", delivery.reason)
            await self._settle_attempt(session, delivery, "refused", delivery.reason)
        else:
            await self._unanswered(session, delivery, f"refused {delivery.reason}", outcome="failed", again=False)

    # ---- how it ends

    async def _machine(self, session: AsyncSession, delivery: Delivery) -> None:
        """A voicemail or a fax: nothing more is said to it, and nothing it says counts."""
        delivery.reason = MACHINE
        held = await store.lock(session, delivery.conversation_id)
        held.conversation.owner = MACHINE if held.conversation.owner == "bot" else held.conversation.owner
        if delivery.status in _OVER:  # the verdict came after the end
            await self._ended(session, delivery)
            return
        task = jobs.hang_up.configure(connection=await driver(session), priority=jobs.BEFORE_NEW_ONES)
        await task.defer_async(call_id=delivery.provider_id)

    async def _ended(self, session: AsyncSession, delivery: Delivery) -> None:
        """The call is over: somebody was talked with, or nobody was."""
        begun = await calls.find(session, delivery.provider_id or "")
        if begun is None and delivery.provider_id:
            self._taken.release(delivery.provider_id)
        if delivery.reason == MACHINE:
            reason = MACHINE
        elif begun is not None:
            reason = ""
        else:  # "completed": it was answered while there was no line for it
            reason = {"no-answer": "no_answer", "busy": "busy", "completed": "no_line"}.get(delivery.status, "failed")
        DELIVERIES.labels(self.channel, reason or "reached").inc()
        if reason:
            await self._unanswered(session, delivery, reason)
        else:
            await self._settle_attempt(session, delivery, "reached")

    async def _unanswered(
        self, session: AsyncSession, delivery: Delivery, reason: str, outcome: str = "no_answer", *, again: bool = True
    ) -> None:  # fmt: skip
        """Nobody was reached: call again later, or, when that has been done often enough, write instead."""
        delivery.reason = reason
        conversation, person = await self._close(session, delivery, outcome, reason)
        number = number_of(delivery.key)
        if again and number <= self._settings.call_retries:
            settings = self._settings
            at = retry_at(self._clock.now(), number, person.time_zone, settings.quiet_from, settings.quiet_until)
            attempt = await self._settle_attempt(session, delivery, "waiting", reason, at)
            connection = await driver(session)
            if attempt is not None:
                await jobs.attempt.configure(connection=connection, schedule_at=at).defer_async(attempt_id=attempt.id)
            else:
                task = jobs.contact_again.configure(connection=connection, schedule_at=at)
                await task.defer_async(conversation_id=conversation.id, tries=number)
            return
        if self._settings.call_then_text and await people.may_contact(session, person.id):
            context, key = dict(conversation.context), f"instead-{conversation.id}"
            begun, _, _ = await self._campaigns.reach_out(
                session, person, delivery.recipient, "sms", conversation.kind, context, key, language=conversation.language
            )
            attempt = await self._settle_attempt(session, delivery, "texted", reason)
            if attempt is not None:
                attempt.conversation_id = begun.id
        else:
            await self._settle_attempt(session, delivery, "unreached", reason)

    async def _close(self, session: AsyncSession, delivery: Delivery, outcome: str, reason: str) -> tuple[Conversation, Person]:
        held = await store.lock(session, delivery.conversation_id)
        conversation, touchpoint = held.conversation, held.touchpoint
        touchpoint.outcome = outcome
        touchpoint.measures = {**touchpoint.measures, "tries": number_of(delivery.key)}
        frozen = conversation.owner == MACHINE
        await close_conversation(session, conversation, reason, self._clock.now())
        conversation.owner = MACHINE if frozen else conversation.owner
        await store.changed(session, conversation)
        return conversation, held.person

    async def _settle_attempt(
        self, session: AsyncSession, delivery: Delivery, status: str, reason: str = "", at: datetime | None = None
    ) -> Attempt | None:  # fmt: skip
        """Note it on the campaign's attempt that the call was for, if there is one."""
        query = select(Attempt).where(Attempt.conversation_id == delivery.conversation_id).with_for_update()
        attempt: Attempt | None = await session.scalar(query)
        if attempt is not None:
            attempt.status, attempt.reason, attempt.at = status, reason, at or self._clock.now()
        return attempt


def retry_at(now: datetime, tries: int, zone: str, quiet_from: str, quiet_until: str) -> datetime:
    """When somebody who did not answer is called again: after two hours, then a day later at the same time; never in quiet hours."""
    later = now + SOON if tries == 1 else now.astimezone(ZoneInfo(zone)) + timedelta(days=1)
    return next_opening(later, zone, quiet_from, quiet_until)
