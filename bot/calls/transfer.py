"""A live call is put through to another phone: asked for by its agent, begun exactly once, followed to its end.

A transfer is a delivery on the channel ``transfer``: ``recipient`` is the number, ``text`` the summary that the receiver hears first, and
``provider_id`` the carrier's id of the receiver's leg. It is written with the history of the escalation and with the job that begins it.
Its ``status`` goes from ``waiting`` (the bot tells the caller) over ``trying`` (the carrier is told), ``dialing``, ``heard`` (somebody
answered and hears the summary) and ``accepted`` (they took the call) to ``completed`` or ``failed``; ``reason`` says why it failed.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.calls import briefing
from bot.calls import store as calls
from bot.calls.calls import Opening
from bot.calls.receiver import masked, number_of
from bot.escalation import presence, queue
from bot.escalation.live import LIVE
from bot.events import notify
from bot.metrics import TRANSFERS
from bot.outreach import jobs
from bot.problems import Problem
from bot.store import conversations as store
from bot.store import people
from bot.store.database import driver
from bot.store.models import Conversation, Delivery, Escalation, Message, PhoneCall, Touchpoint
from integrations.twilio import dial
from integrations.twilio.dial import DialReport

if TYPE_CHECKING:
    from bot.service import Service

logger = logging.getLogger(__name__)
Reason = Literal["busy", "no_answer", "failed", "not_accepted", "caller_left"]
"""Why nobody was reached. ``not_accepted``: somebody, or a voicemail, answered and pressed no key."""
CHANNEL = "transfer"
UNDER_WAY = ("waiting", "trying", "dialing", "heard", "accepted")
SAYING_S = 15.0
"""Longest wait for the caller to have heard that they are being put through, in s."""
SAYING_ELSEWHERE_S = 4.0
"""How long that is taken to last where another process has the call, in s."""
STALE = timedelta(minutes=5)
"""A transfer that could not be begun for so long (no worker was there) is given up: the caller has been told of it long ago."""
_OPENINGS: dict[str, Opening] = {"busy": "busy", "no_answer": "no_answer", "not_accepted": "no_answer", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Back:
    """The caller's line opens again: which call and conversation, and in which language."""

    call_id: str
    conversation_id: str
    language: str


@dataclass(slots=True)
class _Held:
    """A transfer with what it changes, for one transaction."""

    delivery: Delivery
    conversation: Conversation
    escalation: Escalation
    call: PhoneCall


async def to_number(session: AsyncSession, service: Service, escalation_id: str, agent: str, number: str, now: datetime) -> None:
    """Put the call of an escalation that is this agent's through to a telephone number; nothing of it happens before the commit.

    Raises Problem: 404 and 409 as `queue.owned`; 409 ``not_a_phone_call``, ``no_call``, ``transfer_under_way``, ``transfer_impossible``;
    422 as `receiver.number_of`.
    """
    recipient = number_of(number, service.settings)
    escalation, conversation = await queue.owned(session, escalation_id, agent)
    if await _under_way(session, conversation.id) is not None:
        raise Problem(409, "transfer_under_way", "This call is being put through already.")
    call = await _call(session, conversation.id)
    if call is None or call.line != "twilio" or not call.call_id.startswith("CA"):
        raise Problem(409, "not_a_phone_call", "Only a telephone call can be put through to a number. This conversation is none.")
    if call.status != "live":
        raise Problem(409, "no_call", "Nobody is on the line any more.")
    if service.lines.missing:
        raise Problem(409, "transfer_impossible", "Calls cannot be put through: {why}.", values={"why": service.lines.missing})
    if recipient == await people.contact(session, conversation.person_id, "phone"):
        raise Problem(422, "phone_wrong", "This is the caller's own number.", field="to")
    key = f"{escalation.id}-{secrets.token_hex(4)}"
    spoken = await briefing.spoken(session, service, conversation, agent)
    session.add(
        Delivery(
            key=key, conversation_id=conversation.id, channel=CHANNEL, recipient=recipient, text=spoken, solicited=True, status="waiting",
            created=now,
        )
    )  # fmt: skip
    queue.noted(escalation, now, "transferred", agent, to=masked(recipient))
    message = _say(session, service, conversation, "utter_transfer_begins", now)
    await session.flush()
    await store.changed(session, conversation)
    await notify(session, LIVE, escalation=escalation.id)
    connection = await driver(session)
    await jobs.transfer.configure(connection=connection, priority=jobs.BEFORE_NEW_ONES).defer_async(key=key, seq=message.seq)
    await jobs.transfer_watch.configure(connection=connection, schedule_at=now + jobs.WATCH).defer_async(key=key)


async def begin(service: Service, key: str, seq: int) -> None:
    """Once the caller has heard (message ``seq``) that they are being put through, let the carrier ring the receiver. Done twice, it is
    begun once. Raises what is worth another try."""
    status, call_id = await _stands(service, key)
    if status == "waiting" and service.calls.has(call_id):
        await service.calls.heard(call_id, seq, SAYING_S)
    elif status == "waiting":
        await asyncio.sleep(SAYING_ELSEWHERE_S)
    going = await _set_off(service, key)
    if going is None:
        return
    delivery, tried_before, known = going
    caller, base = service.caller, service.settings.public_url.rstrip("/")
    assert caller is not None
    if tried_before is None or await caller.find_dialed(call_id, delivery.recipient, tried_before, known) is None:
        query = urlencode({"transfer": key})
        twiml = dial.put_through(
            delivery.recipient, caller_id=service.settings.twilio_number, summary_url=f"{base}/twilio/transfer/summary?{query}",
            ended_url=f"{base}/twilio/transfer/ended?{query}",
        )  # fmt: skip
        try:
            await caller.instruct(call_id, twiml)
        except Exception as error:
            if not getattr(error, "permanent", False):
                raise
            logger.warning("call %s could not be put through: %s", call_id, error)
            await give_up(service, key, "caller_left" if getattr(error, "reason", "") in ("over", "unknown_call") else "failed")
            return
    service.calls.announce(call_id)  # its place is kept while it rings: the caller may come back
    async with service.database.transaction() as session:
        held = await _held(session, key)
        if held is not None and held.delivery.status == "trying":  # else the carrier's callbacks have overtaken us
            held.delivery.status = "dialing"


async def give_up(service: Service, key: str, reason: Reason = "failed") -> None:
    """It could not be begun: the call stays where it is, and who is on the line is told."""
    async with service.database.transaction() as session:
        held = await _held(session, key)
        if held is None or held.delivery.status not in ("waiting", "trying"):
            return
        now = service.clock.now()
        await _failed(session, held, reason, now)
        if reason != "caller_left":
            if held.call.status == calls.TRANSFERRING:  # its stream may have closed in between, and may come back
                held.call.status = "broken" if held.call.reason == "transferred" else "live"
            _say(session, service, held.conversation, "utter_transfer_failed", now)
            await store.changed(session, held.conversation)


async def summary(service: Service, key: str, leg: str) -> str | None:
    """The receiver has answered: what they hear; None where there is nobody to be put through any more."""
    async with service.database.transaction() as session:
        held = await _held(session, key)
        if held is None or held.delivery.status not in ("trying", "dialing", "heard"):
            return None
        if held.delivery.status != "heard":
            held.delivery.status, held.delivery.provider_id = "heard", leg
            await _told(session, held)
        service.calls.announce(held.call.call_id)
        return held.delivery.text


async def accept(service: Service, key: str) -> bool:
    """The receiver takes the call; False where there is nobody to take any more."""
    async with service.database.transaction() as session:
        held = await _held(session, key)
        if held is None or held.delivery.status not in ("heard", "accepted"):
            return False
        if held.delivery.status == "heard":
            held.delivery.status = "accepted"
            queue.noted(held.escalation, service.clock.now(), "transfer_accepted", held.escalation.agent or "")
            await _told(session, held)
        service.calls.release(held.call.call_id)
        return True


async def ended(service: Service, key: str, report: DialReport) -> Back | None:
    """The carrier says how it ended. None: the call is over; else the caller is still there, and comes back to us."""
    async with service.database.transaction() as session:
        held = await _held(session, key)
        if held is None:
            return None
        delivery, now = held.delivery, service.clock.now()
        delivery.provider_id = delivery.provider_id or report.leg or None
        if delivery.status == "accepted" and report.bridged is not False and report.status in ("completed", "answered"):
            await _completed(session, held, now)
        elif delivery.status in UNDER_WAY:
            await _failed(session, held, "caller_left" if report.caller_gone else _reason(delivery.status, report.status), now)
        if delivery.status == "completed" or report.caller_gone:
            return None
        held.call.status, held.call.reason = calls.RETURNING, delivery.reason
        return Back(held.call.call_id, held.conversation.id, held.conversation.language)


async def call_over(session: AsyncSession, call_id: str, now: datetime) -> None:
    """The caller's call is over, as the carrier reports it: with whoever they were put through to, or before anybody took it."""
    call = await calls.find(session, call_id)
    delivery = await _under_way(session, call.conversation_id) if call is not None else None
    held = await _held(session, delivery.key) if delivery is not None else None
    if held is None or held.call.call_id != call_id or held.delivery.status not in UNDER_WAY:
        return
    if held.delivery.status == "accepted":
        await _completed(session, held, now)
    else:
        await _failed(session, held, "caller_left", now)


async def watch(service: Service, key: str) -> None:
    """Look after a transfer whose end may have been told to nobody: we were away when the carrier reported it."""
    status, call_id = await _stands(service, key)
    if status not in UNDER_WAY:
        return
    now = service.clock.now()
    async with service.database.sessions() as session:
        due = (await session.get_one(Delivery, key)).created + jobs.WATCH
    if due <= now and status in ("waiting", "trying"):
        await give_up(service, key)
    elif due <= now and service.caller is not None and await service.caller.is_over(call_id):
        async with service.database.transaction() as session:
            await call_over(session, call_id, now)
            await calls.over(session, call_id, "completed", None, now, here=service.calls.has(call_id))
    else:
        async with service.database.transaction() as session:
            later = max(due, now + jobs.WATCH / 10)
            await jobs.transfer_watch.configure(connection=await driver(session), schedule_at=later).defer_async(key=key)


def opening(call: PhoneCall) -> Opening:
    """With which words a call's line opens."""
    if call.status == calls.RETURNING:
        return _OPENINGS.get(call.reason, "resumed")
    return "new" if call.status == "coming" else "resumed"


async def _set_off(service: Service, key: str) -> tuple[Delivery, datetime | None, list[str]] | None:
    """Note that the carrier is being told. None where it must not, or need not, be; else also when that was tried before, and the carrier's
    ids of this conversation's earlier transfers."""
    now = service.clock.now()
    async with service.database.transaction() as session:
        held = await _held(session, key)
        if held is None or held.delivery.status not in ("waiting", "trying"):
            return None
        if held.call.status == "ended":
            await _failed(session, held, "caller_left", now)
            return None
        if held.delivery.status == "trying" or now - held.delivery.created < STALE:
            tried_before, held.delivery.tried = held.delivery.tried, held.delivery.tried or now
            held.delivery.status, held.call.status = "trying", calls.TRANSFERRING
            earlier = select(Delivery.provider_id).where(
                Delivery.conversation_id == held.conversation.id, Delivery.channel == CHANNEL, Delivery.provider_id.is_not(None)
            )
            return held.delivery, tried_before, [sid for sid in await session.scalars(earlier) if sid]
    await give_up(service, key)
    return None


async def _completed(session: AsyncSession, held: _Held, now: datetime) -> None:
    """The caller has talked with the receiver, and the call is over."""
    taken = [entry["at"] for entry in held.escalation.history if entry["what"] == "transfer_accepted"]
    seconds = round((now - datetime.fromisoformat(taken[-1])).total_seconds()) if taken else 0
    held.delivery.status = "completed"
    held.call.status, held.call.reason, held.call.ended = "ended", "transferred", now
    touchpoint = await session.get_one(Touchpoint, held.conversation.touchpoint_id)
    touchpoint.outcome = "transferred"
    await session.flush()
    await calls.on_touchpoint(session, held.conversation.id, {"transfer_s": seconds})
    TRANSFERS.labels("completed").inc()
    queue.noted(held.escalation, now, "transfer_completed", held.escalation.agent or "", seconds=str(seconds))
    if held.escalation.status in queue.OPEN:
        held.escalation.outcome = "transferred"
        note = f"Put through to {masked(held.delivery.recipient)}"
        await queue.close_conversation(session, held.conversation, note, now)
    await _told(session, held)


async def _failed(session: AsyncSession, held: _Held, reason: Reason, now: datetime) -> None:
    """Nobody was reached: the conversation stays with its agent if they are still there, else it waits again with the place it had."""
    held.delivery.status, held.delivery.reason = "failed", reason
    TRANSFERS.labels(reason).inc()
    agent = held.escalation.agent or ""
    queue.noted(held.escalation, now, "transfer_failed", agent, reason)
    if reason == "caller_left":
        held.call.status, held.call.ended = "ended", now
        held.call.reason = "hung_up"
    elif held.escalation.status == "taken" and held.escalation.at_desk and not await presence.is_there(session, agent, now):
        await queue.put_back(session, held.escalation.id, reason, now)
    await _told(session, held)


def _reason(status: str, dialed: str) -> Reason:
    """Why nobody took the call: how far it came, and what the carrier says of it."""
    if status in ("heard", "accepted"):
        return "not_accepted"
    return {"busy": "busy", "no-answer": "no_answer", "canceled": "no_answer"}.get(dialed, "failed")  # type: ignore[return-value]


async def _held(session: AsyncSession, key: str) -> _Held | None:
    """A transfer for this transaction: its conversation first, as everywhere. None where it, or the person, is gone."""
    conversation_id = await session.scalar(select(Delivery.conversation_id).where(Delivery.key == key, Delivery.channel == CHANNEL))
    call = await _call(session, conversation_id) if conversation_id is not None else None
    if conversation_id is None or call is None:
        return None
    conversation = (await store.lock(session, conversation_id)).conversation
    escalation = await session.get_one(Escalation, key.rpartition("-")[0], with_for_update=True, populate_existing=True)
    delivery = await session.get_one(Delivery, key, with_for_update=True, populate_existing=True)
    call = await session.get_one(PhoneCall, call.call_id, with_for_update=True, populate_existing=True)
    return _Held(delivery, conversation, escalation, call)


async def _under_way(session: AsyncSession, conversation_id: str) -> Delivery | None:
    query = select(Delivery).where(Delivery.conversation_id == conversation_id, Delivery.channel == CHANNEL, Delivery.status.in_(UNDER_WAY))
    found: Delivery | None = await session.scalar(query)
    return found


async def _call(session: AsyncSession, conversation_id: str) -> PhoneCall | None:
    """The conversation's latest call."""
    found = await calls.of_conversation(session, conversation_id)
    return found[-1] if found else None


async def _stands(service: Service, key: str) -> tuple[str, str]:
    """A transfer's status and its call's id; both empty where it is gone."""
    async with service.database.sessions() as session:
        delivery = await session.get(Delivery, key)
        call = await _call(session, delivery.conversation_id) if delivery is not None else None
        return (delivery.status, call.call_id) if delivery is not None and call is not None else ("", "")


def _say(session: AsyncSession, service: Service, conversation: Conversation, response: str, now: datetime) -> Message:
    """The bot says something into the conversation; on a live call it is spoken."""
    text = service.conversations.phrase(response, conversation.language)
    return store.add_message(session, conversation, now, direction="out", author="bot", text=text, response=response, channel="phone")


async def _told(session: AsyncSession, held: _Held) -> None:
    """The desks hear of it, when this commits."""
    await session.flush()
    await store.changed(session, held.conversation)
    await notify(session, LIVE, escalation=held.escalation.id)
