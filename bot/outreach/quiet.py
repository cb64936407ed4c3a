"""Quiet hours: nothing is sent unasked while a person sleeps, by the person's own clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_opening(now: datetime, zone: str, quiet_from: str, quiet_until: str) -> datetime:
    """``now`` when it may be sent now, else the moment the quiet hours end (aware). Equal bounds: never quiet."""
    local = now.astimezone(ZoneInfo(zone))
    start, end = time.fromisoformat(quiet_from), time.fromisoformat(quiet_until)
    if start == end or not _quiet(local.time(), start, end):
        return now
    opening = datetime.combine(local.date(), end, local.tzinfo)
    return opening if opening > local else datetime.combine(local.date() + timedelta(days=1), end, local.tzinfo)


def _quiet(at: time, start: time, end: time) -> bool:
    return start <= at < end if start < end else at >= start or at < end
