"""Reads the demo company from the YAML files beside this module.

``records_*.yml`` hold ``kind: {id: {field: value}}``. A value ``"@+2d 10:00"`` is a moment two days from now in Warsaw (ISO 8601
with offset), ``"@+2wd 10:00"`` two working days from now, ``"@-3d"`` the date three days ago: the demo never grows old.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

FOLDER = Path(__file__).parent
ZONE = ZoneInfo("Europe/Warsaw")
_RELATIVE = re.compile(r"^@(?P<sign>[+-])(?P<days>\d+)(?P<unit>d|wd)(?: (?P<time>\d\d:\d\d))?$")


def demo_records(now: datetime) -> dict[str, dict[str, dict[str, Any]]]:
    """Every record of the demo company as of ``now``, by kind and id."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for path in sorted(FOLDER.glob("records_*.yml")):
        for kind, records in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            found.setdefault(kind, {}).update({record_id: _dated(body, now) for record_id, body in records.items()})
    return found


def _dated(value: Any, now: datetime) -> Any:
    if isinstance(value, dict):
        return {key: _dated(item, now) for key, item in value.items()}
    if isinstance(value, list):
        return [_dated(item, now) for item in value]
    match = _RELATIVE.match(value) if isinstance(value, str) else None
    return _moment(match, now.astimezone(ZONE).date()) if match else value


def _moment(match: re.Match[str], today: date) -> str:
    step = 1 if match["sign"] == "+" else -1
    days, moved = int(match["days"]), today
    if match["unit"] == "d":
        moved += timedelta(days=step * days)
    while match["unit"] == "wd" and days:
        moved += timedelta(days=step)
        days -= moved.weekday() < 5
    if not match["time"]:
        return moved.isoformat()
    return datetime.combine(moved, time.fromisoformat(match["time"]), ZONE).isoformat()
