"""Outgoing messages: written with the turn that causes them, sent by a worker, each exactly once as far as the provider allows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from datetime import datetime
from typing import Any, Protocol

import procrastinate
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.metrics import DELIVERIES
from bot.outreach import jobs
from bot.outreach.consequences import stop_contact
from bot.outreach.quiet import next_opening
from bot.settings import Settings
from bot.store import people
from bot.store.database import Database, driver
from bot.store.models import Conversation, Delivery, Person
from integrations.twilio.forms import SmsStatus

logger = logging.getLogger(__name__)


NO_CONSENT = "no consent"
"""Why a delivery was refused: the person has not agreed, or has said STOP."""
UNSUBSCRIBED = 21610
"""Twilio's error code for a number that said STOP to it."""


class Sender(Protocol):
    """A provider of text messages; ``integrations.twilio.sms.SmsSender`` is one."""

    async def send(self, to: str, body: str, idempotency_key: str, status_callback: str | None = None) -> Any:
        """Hand a message over; raises a rejection with ``permanent`` or something transient."""

    async def find_sent(self, to: str, since: datetime, marker: str, known: Collection[str] = ()) -> Any | None:
        """The message an earlier, interrupted try may have sent."""

    def marker(self, body: str) -> str:
        """What a message is recognised by when it is looked for."""


async def add(
    session: AsyncSession, conversation: Conversation, key: str, recipient: str, text: str, now: datetime, *, solicited: bool,
    send_at: datetime | None = None, channel: str = "sms",
) -> None:  # fmt: skip
    """Write a delivery and its job in this transaction; ``solicited`` is False for what nobody asked for.

    On the channel ``phone`` it is a call: the conversation says what is said, and ``text`` is empty.
    """
    session.add(
        Delivery(
            key=key, conversation_id=conversation.id, channel=channel, recipient=recipient, text=text, solicited=solicited,
            status="waiting", created=now,
        )
    )  # fmt: skip
    await session.flush()
    connection = await driver(session)
    if channel == "phone":
        await jobs.call.configure(connection=connection, priority=jobs.BEFORE_NEW_ONES, schedule_at=send_at).defer_async(key=key)
        await jobs.call_watch.configure(connection=connection, schedule_at=now + jobs.WATCH).defer_async(key=key)
    else:
        await jobs.deliver.configure(connection=connection, lock=conversation.id, schedule_at=send_at).defer_async(key=key)


class Deliveries:
    """Sends what is waiting. What differs for calls is a method of its own: see `bot.outreach.phoning`."""

    channel = "sms"
    again = jobs.deliver
    """The job that sends one delivery."""

    def __init__(self, database: Database, sender: Sender | None, clock: Clock, settings: Settings) -> None:
        self._database, self._sender, self._clock, self._settings = database, sender, clock, settings

    async def send(self, key: str) -> None:
        """Send one delivery, unless the person said STOP meanwhile; a transient failure raises, so that the job is tried again."""
        prepared = await self._prepare(key)
        if prepared is None:
            return
        delivery, tried_before = prepared
        try:
            provider_id = await self._hand_over(delivery, tried_before)
        except Exception as error:
            if not getattr(error, "permanent", False):
                raise
            await self._settle(key, "refused", reason=str(getattr(error, "code", "")))
            if getattr(error, "reason", "") == "unsubscribed":
                await self._stop(key)
            return
        await self._settle(key, "sent", provider_id=provider_id)

    async def status(self, key: str, report: SmsStatus) -> None:
        """What the provider reports of a message later; it may know of it before we know that it took it."""
        async with self._database.transaction() as session:
            delivery = await self._reported(session, key, report.sid)
            if delivery is None or not report.follows(delivery.status):
                return
            delivery.status = report.status
            delivery.reason = str(report.error_code or "")
        if report.failed or report.status == "delivered":
            DELIVERIES.labels("sms", report.status).inc()
        if report.error_code == UNSUBSCRIBED:
            await self._stop(delivery.key)

    async def give_up(self, key: str) -> None:
        """The last try has failed as well."""
        await self._settle(key, "failed", reason="gave up")

    async def _hand_over(self, delivery: Delivery, tried_before: datetime | None) -> str:
        """Give it to the provider, unless an earlier try did; the provider's id of it."""
        assert self._sender is not None
        recipient, text = delivery.recipient, delivery.text
        sent = None
        if tried_before:
            sent = await self._sender.find_sent(recipient, tried_before, self._sender.marker(text), await self._known(recipient))
        sent = sent or await self._sender.send(recipient, text, delivery.key, self._callback())
        return str(sent.sid)

    async def _reported(self, session: AsyncSession, key: str, provider_id: str) -> Delivery | None:
        """The delivery that a report speaks of, locked."""
        delivery = await session.scalar(select(Delivery).where(Delivery.provider_id == provider_id).with_for_update())
        if delivery is None and key:
            delivery = await session.get(Delivery, key, with_for_update=True)
        if delivery is None or delivery.channel != self.channel or delivery.provider_id not in (None, provider_id):
            return None
        delivery.provider_id = provider_id
        return delivery

    async def _stop(self, key: str) -> None:
        """The carrier says that this person wants no messages: the ledger must know."""
        async with self._database.transaction() as session:
            query = select(Conversation.person_id).join(Delivery).where(Delivery.key == key)
            person_id = await session.scalar(query)
            if person_id is not None and not await people.opted_out(session, person_id):
                await stop_contact(session, person_id, "sms", "unsubscribed at the carrier", self._clock.now())

    async def _prepare(self, key: str) -> tuple[Delivery, datetime | None] | None:
        """Note that it is being tried; None when it must not, or need not, be sent now."""
        now = self._clock.now()
        async with self._database.transaction() as session:
            delivery = await session.get(Delivery, key, with_for_update=True)
            if delivery is None or delivery.status not in ("waiting", "trying"):
                return None
            conversation = await session.get_one(Conversation, delivery.conversation_id)
            person = await session.get_one(Person, conversation.person_id)
            if self._missing:
                await self._refuse(session, delivery, self._missing)
                return None
            if await self._held(session, delivery, person, now):
                return None
            tried_before, delivery.tried, delivery.status = delivery.tried, now, "trying"
            return delivery, tried_before

    async def _held(self, session: AsyncSession, delivery: Delivery, person: Person, now: datetime) -> bool:
        allowed = not await people.opted_out(session, person.id) if delivery.solicited else await people.may_contact(session, person.id)
        if not allowed:
            await self._refuse(session, delivery, NO_CONSENT)
            return True
        opening = await self._opening(session, delivery, person, now)
        if opening <= now:
            return False
        task = self.again.configure(connection=await driver(session), schedule_at=opening)
        await task.defer_async(key=delivery.key)
        return True

    @property
    def _missing(self) -> str:
        """Why nothing can be sent at all; empty when it can."""
        return "" if self._sender else "no provider is set up"

    async def _opening(self, session: AsyncSession, delivery: Delivery, person: Person, now: datetime) -> datetime:
        """When it may leave: ``now``, or the moment to try again."""
        opening = next_opening(now, person.time_zone, self._settings.quiet_from, self._settings.quiet_until)
        return now if delivery.solicited else opening

    async def _refuse(self, session: AsyncSession, delivery: Delivery, reason: str) -> None:
        delivery.status, delivery.reason = "refused", reason
        DELIVERIES.labels(self.channel, "refused").inc()
        await self._unsent(session, delivery)

    async def _unsent(self, session: AsyncSession, delivery: Delivery) -> None:
        """A delivery was refused or given up; of a message nothing follows."""

    async def _known(self, recipient: str) -> list[str]:
        """The provider's ids of messages to this number that are accounted for."""
        query = select(Delivery.provider_id).where(Delivery.recipient == recipient, Delivery.provider_id.is_not(None))
        async with self._database.sessions() as session:
            return [sid for sid in (await session.scalars(query)).all() if sid]

    async def _settle(self, key: str, status: str, *, provider_id: str | None = None, reason: str = "") -> None:
        """Note how a try ended, unless a callback overtook us and knows more; an erased person has no delivery any more."""
        async with self._database.transaction() as session:
            delivery = await session.get(Delivery, key, with_for_update=True)
            if delivery is None:
                return
            delivery.provider_id = delivery.provider_id or provider_id
            if delivery.status in ("waiting", "trying"):
                delivery.status, delivery.reason = status, reason
                if status != "sent":
                    await self._unsent(session, delivery)
        DELIVERIES.labels(self.channel, status).inc()

    def _callback(self) -> str | None:
        """Where the provider reports to; it is given the key as well."""
        base = self._settings.public_url.rstrip("/")
        return f"{base}/twilio/status" if base else None


async def run_worker(url: str, service: Any, stop: asyncio.Event) -> None:
    """Work the queue until ``stop`` is set; a lost database is waited for."""
    while not stop.is_set():
        connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=4)
        try:
            # In place, not a copy: periodic jobs belong to the app that they were registered with.
            with jobs.queue.replace_connector(connector) as app:
                async with app.open_async():
                    await _work(app, service, stop)
        except (procrastinate.exceptions.ProcrastinateException, OSError) as error:
            logger.warning("the queue is away (%s); trying again", type(error).__name__)
        if not stop.is_set():
            await asyncio.sleep(2)


async def _work(app: procrastinate.App, service: Any, stop: asyncio.Event) -> None:
    worker = asyncio.create_task(
        app.run_worker_async(
            install_signal_handlers=False, concurrency=4, additional_context={"service": service}, fetch_job_polling_interval=5,
            delete_jobs="successful", shutdown_graceful_timeout=5,
        )
    )  # fmt: skip
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({worker, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    worker.cancel()
    await asyncio.gather(worker, waiting, return_exceptions=True)
