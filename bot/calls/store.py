"""What the database keeps of calls: one row a call, how each message was heard and spoken, the measures on the touchpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation import queue
from bot.escalation.live import LIVE
from bot.events import notify
from bot.store.models import PhoneCall

_MEASURED = text("""
UPDATE messages SET voice = COALESCE(voice, '{}'::jsonb) || CAST(:voice AS jsonb)
WHERE conversation_id = :conversation AND message_id = :message_id AND direction = 'in'
""")
_HEARD = text("""
UPDATE messages SET text = :heard, voice = COALESCE(voice, '{}'::jsonb) || jsonb_build_object('planned', text, 'heard', 'part')
WHERE conversation_id = :conversation AND seq = :seq AND direction = 'out' AND NOT COALESCE(voice, '{}'::jsonb) ? 'planned'
""")
_ON_TOUCHPOINT = text("""
UPDATE touchpoints SET measures = measures || CAST(:measures AS jsonb)
WHERE id = (SELECT touchpoint_id FROM conversations WHERE id = :conversation)
""")
_GONE_AT_ONCE = text("""
UPDATE touchpoints SET outcome = 'hung_up' WHERE outcome = ''
AND id = (SELECT touchpoint_id FROM conversations WHERE id = :conversation AND direction = 'out' AND owner = 'bot')
AND NOT EXISTS (SELECT 1 FROM messages WHERE conversation_id = :conversation AND direction = 'in')
""")
TRANSFERRING, RETURNING = "transferring", "returning"
"""Statuses of a call that is being put through to another phone, and of one that comes back from there (`bot.calls.transfer`)."""
_TAKEN_AWAY = ("hung_up", "lost", "restart")
"""How the end of a stream looks that the carrier closes because the call goes on elsewhere."""
UNHEARD = "…"
"""What stands in the transcript for a message of which the caller heard nothing."""


async def begin(session: AsyncSession, call_id: str, conversation_id: str, line: str, now: datetime) -> PhoneCall:
    """Write that a call has come, or find the one that has this id."""
    known = await session.get(PhoneCall, call_id, with_for_update=True)
    if known is not None:
        return known
    call = PhoneCall(call_id=call_id, conversation_id=conversation_id, line=line, status="coming", measures={}, began=now)
    session.add(call)
    await session.flush()
    return call


async def opened(session: AsyncSession, call: PhoneCall) -> None:
    """Write that its line is open; the desk sees who is on it."""
    call.status = "live"
    await _told(session, call)


async def _told(session: AsyncSession, call: PhoneCall) -> None:
    """Where a person is wanted, or has the conversation, the desk hears of it."""
    await session.flush()
    escalation = await queue.open_one(session, call.conversation_id)
    if escalation is not None:
        await notify(session, LIVE, escalation=escalation.id)


async def find(session: AsyncSession, call_id: str) -> PhoneCall | None:
    """The call with this carrier's id."""
    found: PhoneCall | None = await session.get(PhoneCall, call_id)
    return found


async def ended(session: AsyncSession, call_id: str, reason: str, measures: Mapping[str, Any], now: datetime) -> str:
    """Write how a call ended, and return the reason that was written; its measures go on the touchpoint as well. A call that broke off may
    go on later, and one that is put through to another phone has only left us (``transferred``)."""
    call = await session.get(PhoneCall, call_id, with_for_update=True)
    if call is None:  # erased meanwhile
        return reason
    if reason == "replaced":  # another line has the call: its end is the call's end
        return reason
    if call.status == TRANSFERRING and reason in _TAKEN_AWAY:
        reason = "transferred"
    else:
        call.status = "broken" if reason in ("lost", "restart") else "ended"
    added = {name: call.measures[name] + measures[name] for name in ADDED if name in call.measures and name in measures}
    call.reason, call.ended, call.measures = reason, now, {**call.measures, **measures, **added}
    await session.flush()
    shown = {name: call.measures[name] for name in ON_TOUCHPOINT if name in call.measures}
    await session.execute(_ON_TOUCHPOINT, {"conversation": call.conversation_id, "measures": json.dumps(shown)})
    if reason == "hung_up":
        await session.execute(_GONE_AT_ONCE, {"conversation": call.conversation_id})
    await _told(session, call)
    return reason


async def over(session: AsyncSession, call_id: str, status: str, seconds: int | None, now: datetime, *, here: bool) -> None:
    """The carrier says that a call is over: one that broke off will not come back, one that never began was not taken.

    ``here``: it is in progress in this process, and ends by itself with its measures. A live one that is not was left by a crash.
    """
    call = await session.get(PhoneCall, call_id, with_for_update=True)
    if call is None or here:
        return
    if call.status in ("coming", "broken", "live", TRANSFERRING, RETURNING):
        if call.status == "coming":  # answered, if at all, for less time than a stream takes to open
            call.reason = status
            await session.execute(_GONE_AT_ONCE, {"conversation": call.conversation_id})
        if call.status == "live":
            call.reason = "lost"
        call.status, call.ended = "ended", call.ended or now
        await _told(session, call)
    if seconds is not None:
        call.measures = {**call.measures, "carrier_s": seconds}


ADDED = ("call_s", "turns", "interruptions", "false_interruptions", "silences", "unclear", "keys", "failures")
"""Measures that add up when a call goes on on another line."""
ON_TOUCHPOINT = ("call_s", "interruptions", "silences", "unclear", "first_audio_ms", "words_per_minute")
"""Measures of a call that its touchpoint carries."""


async def on_touchpoint(session: AsyncSession, conversation_id: str, measures: Mapping[str, Any]) -> None:
    """Add measures to the conversation's touchpoint."""
    await session.execute(_ON_TOUCHPOINT, {"conversation": conversation_id, "measures": json.dumps(dict(measures))})


async def measured(session: AsyncSession, conversation_id: str, message_id: str, voice: Mapping[str, Any]) -> None:
    """Add to a message of the caller what is known of it only later: how long its answer took."""
    await session.execute(_MEASURED, {"conversation": conversation_id, "message_id": message_id, "voice": json.dumps(dict(voice))})


async def heard(session: AsyncSession, conversation_id: str, seq: int, part: str) -> None:
    """The caller heard only a part of a message: the transcript holds that part, and beside it what was planned."""
    await session.execute(_HEARD, {"conversation": conversation_id, "seq": seq, "heard": part or UNHEARD})


async def of_conversation(session: AsyncSession, conversation_id: str) -> list[PhoneCall]:
    """The calls of a conversation, oldest first."""
    query = select(PhoneCall).where(PhoneCall.conversation_id == conversation_id).order_by(PhoneCall.began)
    return list((await session.scalars(query)).all())


def call_json(call: PhoneCall) -> dict[str, Any]:
    """A call as the API shows it."""
    return {
        "call": call.call_id, "conversation": call.conversation_id, "line": call.line, "status": call.status, "reason": call.reason,
        "began": call.began.isoformat(), "ended": call.ended.isoformat() if call.ended else None, "measures": call.measures,
        "recorded": call.recording is not None,
    }  # fmt: skip
