"""Alarms of the service level: for everybody who waits too long, once; and when an hour as a whole falls below what is promised."""

from __future__ import annotations

import math
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation import levels
from bot.escalation.live import LIVE
from bot.escalation.queue import held, noted
from bot.escalation.waiting import Waiting
from bot.events import notify
from bot.metrics import LATE, LEVEL
from bot.settings import Settings
from bot.store.models import AuditEntry
from bot.users import audit

ABOUT = "service_level"
"""What the log's entries are about that say when the alarm rang and when it was over: they are its memory, too."""
LOW, RECOVERED = "service_level_low", "service_level_recovered"
ENOUGH = 5
"""Conversations decided within an hour from which on their share tells anything."""


def is_late(one: Waiting, settings: Settings, now: datetime) -> bool:
    """Whether somebody waits for their first answer longer than they should, and no alarm has rung for them."""
    waited_s = (now - one.created).total_seconds()
    return one.late is None and one.taken is None and waited_s > levels.target_of(settings, one.channel)


async def late(session: AsyncSession, one: Waiting, now: datetime) -> bool:
    """Ring for somebody who waits too long; False where that is over, or was done."""
    escalation = await held(session, one.escalation)
    if escalation is None or escalation.status != "waiting" or escalation.late is not None:
        return False
    escalation.late = now
    noted(escalation, now, "late", audit.SERVICE)
    LATE.labels(one.channel).inc()
    await notify(session, LIVE, escalation=escalation.id, late=escalation.id)
    return True


async def level(session: AsyncSession, settings: Settings, now: datetime) -> bool:
    """Ring when the last hour's share has fallen below what is promised, and note when it has recovered. Whether something was told."""
    hour = await levels.level(session, now, settings)
    LEVEL.set(math.nan if hour.share is None else hour.share)
    low = hour.share is not None and hour.decided >= ENOUGH and hour.share < settings.service_level_share
    last = select(AuditEntry.action).where(AuditEntry.about == ABOUT).order_by(AuditEntry.id.desc()).limit(1)
    if low == (await session.scalar(last) == LOW):
        return False
    share = None if hour.share is None else round(hour.share, 3)
    audit.write(session, now, audit.SERVICE, LOW if low else RECOVERED, ABOUT, share=share, decided=hour.decided)
    await notify(session, LIVE, service_level=share, low=low)
    return True
