"""How values look in a sentence, by language: dates, times, money, choices. Built on babel (CLDR)."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from dialogs.domain import Slot

_DAY = {"pl": "EEEE, d MMMM", "en": "EEEE, d MMMM", "ro": "EEEE, d MMMM"}
_AT = {"pl": "{day}, godz. {time}", "en": "{day} at {time}", "ro": "{day}, ora {time}"}
_YES_NO = {"pl": ("tak", "nie"), "en": ("yes", "no"), "ro": ("da", "nu")}
_PARTS = {
    "morning": {"pl": "rano", "en": "in the morning", "ro": "dimineața"},
    "noon": {"pl": "w południe", "en": "around noon", "ro": "la prânz"},
    "afternoon": {"pl": "po południu", "en": "in the afternoon", "ro": "după-amiaza"},
    "evening": {"pl": "wieczorem", "en": "in the evening", "ro": "seara"},
    "night": {"pl": "w nocy", "en": "at night", "ro": "noaptea"},
}


def show(value: Any, slot: Slot | None, language: str) -> str:
    """The value as a person of that language would read it; an unset value is shown as a dash."""
    if value is None or value == "":
        return "–"
    if isinstance(value, dict) and language in value:  # a text that is kept in every language
        return str(value[language])
    kind = slot.format if slot else ""
    if slot and slot.options:
        for option in slot.options:
            if option.value == value:
                return option.choice(language).labels[0]
    shown = _FORMATS[kind](value, language) if kind in _FORMATS else None
    if shown is not None:
        return shown
    if isinstance(value, bool):
        return _YES_NO[language][0 if value else 1]
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)


def day(value: str, language: str) -> str:
    """An ISO date as weekday, day and month."""
    return str(format_date(date.fromisoformat(value[:10]), _DAY[language], locale=_locale(language)))


def clock(value: str, language: str) -> str:
    """A time (``HH:MM``) in the 24-hour clock of the language's country."""
    return str(format_time(time.fromisoformat(value), "HH:mm", locale=_locale(language)))


def moment(value: str, language: str) -> str:
    """An ISO date and time, such as ``piątek, 20 listopada, godz. 10:00``."""
    at = datetime.fromisoformat(value)
    return _AT[language].format(day=day(at.date().isoformat(), language), time=clock(at.strftime("%H:%M"), language))


def money(value: Any, language: str) -> str:
    """An amount with its currency; whole amounts without decimals."""
    amount, currency = Decimal(str(value["amount"])), str(value["currency"])
    whole = amount == amount.to_integral_value()
    shown = format_currency(
        amount,
        currency,
        locale=_locale(language),
        currency_digits=False,
        decimal_quantization=False,
        format="#,##0 ¤" if whole and language != "en" else "¤#,##0" if whole else None,
    )
    apart = re.sub(r"(?<=[A-Z]{3})(?=\d)", " ", str(shown))
    return apart.replace("RON", "lei") if language == "ro" else apart


def when(value: Any, language: str) -> str:
    """A date and/or a time and/or a part of the day."""
    parts = [day(value["date"], language)] if value.get("date") else []
    if value.get("time"):
        parts.append(clock(value["time"], language))
    elif value.get("part"):
        parts.append(_PARTS[value["part"]][language])
    return ", ".join(parts)


def duration(value: Any, language: str) -> str:
    """Seconds as the two largest units that they hold, such as ``2 years 6 months``."""
    rest, parts = int(value), []
    for unit, seconds in _UNITS.items():
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(str(format_unit(count, f"duration-{unit}", "long", locale=_locale(language))))
    return " ".join(parts[:2]) or str(format_unit(0, "duration-minute", "long", locale=_locale(language)))


def _number(value: Any, language: str) -> str:
    return str(format_decimal(value, locale=_locale(language)))


def _locale(language: str) -> str:
    return {"pl": "pl_PL", "en": "en_GB", "ro": "ro_RO"}[language]


_UNITS = {"year": 365 * 86_400, "month": 30 * 86_400, "day": 86_400, "hour": 3600, "minute": 60}
_FORMATS = {
    "date": day,
    "time": clock,
    "datetime": moment,
    "money": money,
    "when": when,
    "duration": duration,
    "minutes": duration,
    "number": _number,
    "integer": _number,
}
