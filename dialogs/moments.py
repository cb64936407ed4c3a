"""Moments in a sentence: which one somebody means, how long a wait is, when somebody is there again. In words, by language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from dialogs.formats import moment as shown
from nlu.parsers.fold import word_list

LATER = timedelta(hours=3)
"""When "later" is all that was said."""
WORTH_SAYING_S = 30.0
"""An expected wait, in s, from which it is said how long it is."""
_PART_HOURS = {"morning": time(9, 30), "noon": time(12), "afternoon": time(15), "evening": time(18), "night": time(19)}
_MINUTES: dict[int, dict[str, str]] = {
    1: {"pl": "około minuty", "en": "about a minute", "ro": "cam un minut"},
    2: {"pl": "około dwóch minut", "en": "about two minutes", "ro": "cam două minute"},
    3: {"pl": "około trzech minut", "en": "about three minutes", "ro": "cam trei minute"},
    4: {"pl": "około czterech minut", "en": "about four minutes", "ro": "cam patru minute"},
    5: {"pl": "około pięciu minut", "en": "about five minutes", "ro": "cam cinci minute"},
    10: {"pl": "około dziesięciu minut", "en": "about ten minutes", "ro": "cam zece minute"},
    15: {"pl": "około kwadransa", "en": "about a quarter of an hour", "ro": "cam un sfert de oră"},
    20: {"pl": "około dwudziestu minut", "en": "about twenty minutes", "ro": "cam douăzeci de minute"},
    30: {"pl": "około pół godziny", "en": "about half an hour", "ro": "cam o jumătate de oră"},
    45: {"pl": "około trzech kwadransów", "en": "about three quarters of an hour", "ro": "cam trei sferturi de oră"},
    60: {"pl": "około godziny", "en": "about an hour", "ro": "cam o oră"},
}
_LONGER = {"pl": "ponad godzinę", "en": "more than an hour", "ro": "peste o oră"}
_SHORTER = {"pl": "mniej niż minutę", "en": "less than a minute", "ro": "mai puțin de un minut"}
_LEEWAY = 1.2
"""A wait may be this much longer than the words for it say."""
_DAYS: dict[str, tuple[str, ...]] = {
    "pl": ("w poniedziałek", "we wtorek", "w środę", "w czwartek", "w piątek", "w sobotę", "w niedzielę"),
    "en": ("on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday"),
    "ro": ("luni", "marți", "miercuri", "joi", "vineri", "sâmbătă", "duminică"),
}
_NEAR = {"pl": ("dziś", "jutro"), "en": ("today", "tomorrow"), "ro": ("astăzi", "mâine")}
_HOURS = {
    "pl": word_list(
        "północy pierwszej drugiej trzeciej czwartej piątej szóstej siódmej ósmej dziewiątej dziesiątej jedenastej dwunastej trzynastej"
        " czternastej piętnastej szesnastej siedemnastej osiemnastej dziewiętnastej dwudziestej"
    ),
    "en": word_list("midnight one two three four five six seven eight nine ten eleven noon"),
    "ro": word_list(
        "zero unu două trei patru cinci șase șapte opt nouă zece unsprezece douăsprezece treisprezece paisprezece cincisprezece șaisprezece"
        " șaptesprezece optsprezece nouăsprezece douăzeci"
    ),
}
_AT = {"pl": "o", "en": "at", "ro": "la ora"}


def callback_moment(when: Mapping[str, Any], now: datetime) -> datetime:
    """The moment that "tomorrow", "in the evening" or "later" means; never in the past. ``now`` is local and aware."""
    if not any(when.get(part) for part in ("date", "time", "part")):
        return now + LATER
    day = date.fromisoformat(when["date"]) if when.get("date") else now.date()
    hour = time.fromisoformat(when["time"]) if when.get("time") else _PART_HOURS.get(when.get("part") or "", time(10))
    moment = datetime.combine(day, hour, now.tzinfo)
    if moment > now:
        return moment
    return moment + timedelta(days=1) if not when.get("date") else now + LATER


def about(seconds: float, language: str) -> str:
    """How long a wait is, roughly: ``about three minutes``. In Polish what follows "trzeba poczekać"."""
    if seconds < 45:
        return _SHORTER[language]
    minutes = seconds / 60
    fitting = next((step for step in _MINUTES if minutes <= step * _LEEWAY), None)
    return _MINUTES[fitting][language] if fitting else _LONGER[language]


def opening(at: datetime, now: datetime, language: str) -> str:
    """When somebody is there again: ``on Monday at eight``. Both moments are aware and in the listener's time zone."""
    ahead = (at.date() - now.date()).days
    if ahead >= 7:
        return shown(at.isoformat(), language)
    day = _NEAR[language][ahead] if ahead < 2 else _DAYS[language][at.weekday()]
    return f"{day} {_hour(at, language)}"


def _hour(at: datetime, language: str) -> str:
    words = _HOURS[language]
    if at.minute or at.hour >= len(words):
        return f"{_AT[language]} {at.hour}:{at:%M}"
    return f"{_AT[language]} {words[at.hour]}"
