"""The person's card: how they are reached, what they agreed to, what of the company's records is theirs, and what was before."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from sqlalchemy import Text, and_, case, cast, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import i18n
from bot.desk.board_words import channel_words, task_words
from bot.desk.i18n import _
from bot.desk.words import KINDS, goal_word, outcome_word, plain, state_word, text_of, ticket_word
from bot.mood.types import Mood
from bot.store.models import Consent, Contact, Conversation, Escalation, Person, Record, Task, Touchpoint
from dialogs.actions.base import text_in
from dialogs.formats import money

MOST = 5
"""Records of one kind, touchpoints, tasks and escalations that are shown, the newest."""
_WHEN = ("at", "placed", "applied", "ordered", "due", "date")
"""Where records of different kinds say when they are from, or for when they are."""
_LOCALES = {"en": "en_GB", "pl": "pl_PL"}


@dataclass(frozen=True, slots=True)
class Agreed:
    """Where the person stands on something they may agree to: ``kind`` contact or recording, ``state`` granted, revoked or none (never
    asked); ``since`` when, ``reason`` why, as the ledger says."""

    kind: str
    state: str
    since: datetime | None = None
    reason: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Owned:
    """One of the company's records that is the person's. ``state`` is its code; the rest are words for people, empty where unknown."""

    kind: str
    id: str
    title: str
    status: str
    when: str
    money: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier contact, in words for people. ``emotion``: frustration 0..1 at its end, or None."""

    at: datetime
    channel: str
    goal: str
    outcome: str
    emotion: float | None


@dataclass(frozen=True, slots=True)
class Promised:
    """A task that is not done yet; ``late``: its time is over."""

    id: str
    kind: str
    text: str
    due: datetime
    agent: str | None
    late: bool


@dataclass(frozen=True, slots=True)
class Handed:
    """An earlier time that the person was with an agent, or waited for one (``agent`` None)."""

    id: str
    at: datetime
    reason: str
    status: str
    agent: str | None
    outcome: str
    note: str


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a person. ``local_time``: now, where they are. ``consent``: whether we may write to them first, in words.
    ``records``: at most `MOST` of a kind, of which ``counts`` says how many there are. ``touchpoints``: contacts in all, this one
    included; ``past``: the last ones before it."""

    person: str
    name: str
    kind: str
    known_since: datetime
    contacts: tuple[tuple[str, str], ...]
    language: str
    time_zone: str
    local_time: datetime
    consent: str
    consents: tuple[Agreed, ...]
    records: tuple[Owned, ...]
    counts: Mapping[str, int]
    touchpoints: int
    past: tuple[Past, ...]
    tasks: tuple[Promised, ...]
    escalations: tuple[Handed, ...]


async def card(session: AsyncSession, conversation: Conversation, now: datetime, language: str = "") -> Card:
    """The card of the person in a conversation, in words of a language ("" is that of whoever looks)."""
    language = language or i18n.language()
    with i18n.speaking(language):
        person, contacts, newest = await _person(session, conversation.person_id)
        consents = (_contact(newest), *_recording(conversation))
        zone = ZoneInfo(person.time_zone)
        records, counts = await _records(session, person.id, zone, language)
        touchpoints, past = await _past(session, conversation)
        return Card(
            person.id, person.name, person.kind, person.created, contacts, person.language, person.time_zone, now.astimezone(zone),
            _consent_words(consents[0], zone, language), consents, records, counts, touchpoints, past,
            await _tasks(session, person.id, now), await _escalations(session, conversation),
        )  # fmt: skip


# ---- the person


async def _person(session: AsyncSession, person_id: str) -> tuple[Person, tuple[tuple[str, str], ...], Consent | None]:
    contacts = (
        select(func.array_agg(aggregate_order_by(array([Contact.kind, Contact.value]), Contact.id)))
        .where(Contact.person_id == person_id)
        .scalar_subquery()
    )
    newest = select(func.max(Consent.id)).where(Consent.person_id == person_id).scalar_subquery()
    query = select(Person, contacts, Consent).outerjoin(Consent, Consent.id == newest).where(Person.id == person_id)
    person, found, consent = (await session.execute(query)).one()
    return person, tuple((kind, value) for kind, value in found or ()), consent


def _contact(newest: Consent | None) -> Agreed:
    if newest is None:
        return Agreed("contact", "none")
    return Agreed("contact", newest.state, newest.at, newest.reason, newest.channel)


def _recording(conversation: Conversation) -> tuple[Agreed, ...]:
    """What was said about being recorded in this conversation."""
    allowed = (conversation.state.get("slots") or {}).get("recording_allowed")
    return () if allowed is None else (Agreed("recording", "granted" if allowed else "revoked"),)


def _consent_words(agreed: Agreed, zone: ZoneInfo, language: str) -> str:
    if agreed.since is None:
        return _("nothing agreed: only answers")
    since = format_date(agreed.since.astimezone(zone), "long", locale=_LOCALES.get(language, language))
    text = _("agreed on {date} ({reason})") if agreed.state == "granted" else _("no contact since {date} ({reason})")
    return text.format(date=since, reason=text_of(agreed.reason))


# ---- the company's records


async def _records(
    session: AsyncSession, person_id: str, zone: ZoneInfo, language: str
) -> tuple[tuple[Owned, ...], dict[str, int]]:  # fmt: skip
    """The newest of each kind, and how many there are."""
    when = func.coalesce(*(Record.data[name].astext for name in _WHEN))
    mine = (
        select(
            Record.kind, Record.id, Record.data,
            func.row_number().over(partition_by=Record.kind, order_by=(when.desc().nulls_last(), Record.id.desc())).label("place"),
            func.count().over(partition_by=Record.kind).label("of"),
        )
        .where(Record.data.contains({"person": person_id}), Record.kind.in_(KINDS))
        .subquery()
    )  # fmt: skip
    job = select(Record.data["title"]).where(Record.kind == "job", Record.id == mine.c.data["job"].astext).scalar_subquery()
    title = case((mine.c.kind == "application", job))
    query = select(mine.c.kind, mine.c.id, mine.c.data, mine.c.of, title).where(mine.c.place <= MOST).order_by(mine.c.kind, mine.c.place)
    rows = (await session.execute(query)).all()
    rows = sorted(rows, key=lambda row: list(KINDS).index(row[0]))
    owned = tuple(_owned(kind, record_id, data, job_title, zone, language) for kind, record_id, data, _of, job_title in rows)
    return owned, {kind: of for kind, _id, _data, of, _job in rows}


def _owned(kind: str, record_id: str, data: Mapping[str, Any], job_title: Any, zone: ZoneInfo, language: str) -> Owned:
    state = str(data.get("status") or "")
    return Owned(
        kind, record_id, _title(kind, data, job_title, language), state_word(kind, state) if state else "", _when(data, zone, language),
        _money(kind, data, language), state,
    )  # fmt: skip


def _title(kind: str, data: Mapping[str, Any], job_title: Any, language: str) -> str:
    """What a person would call it."""
    match kind:
        case "order" | "basket" | "return":
            return _goods(data.get("items"), language) or plain(str(data.get("order") or ""))
        case "ticket":
            about = ticket_word(str(data.get("kind") or ""))
            return f"{about}: {text_of(str(data['text']))}" if data.get("text") else about
        case "application":
            return text_of(text_in(job_title, language)) or plain(str(data.get("job") or ""))
        case "appointment":
            return text_of(text_in(data.get("title"), language))
        case _:
            return text_of(str(data.get("order") or data.get("invoice") or data.get("payment") or ""))


def _goods(items: Any, language: str) -> str:
    """The first two things, and how many more there are."""
    if not isinstance(items, Sequence) or isinstance(items, str):
        return ""
    names = [text_of(text_in(item.get("name") or item.get("sku"), language)) for item in items if isinstance(item, Mapping)]
    return ", ".join(names[:2]) + (f" + {len(names) - 2}" if len(names) > 2 else "")


def _when(data: Mapping[str, Any], zone: ZoneInfo, language: str) -> str:
    """The day, and the time where it has one."""
    raw, locale = next((data[name] for name in _WHEN if data.get(name)), None), _LOCALES.get(language, language)
    with contextlib.suppress(ValueError, TypeError):  # somebody else's record: what is no date is not shown as one
        at = datetime.fromisoformat(str(raw))
        if "T" not in str(raw):
            return str(format_date(at, "medium", locale=locale))
        return str(format_datetime(at.astimezone(zone) if at.tzinfo else at, "d MMM y, HH:mm", locale=locale))
    return ""


def _money(kind: str, data: Mapping[str, Any], language: str) -> str:
    amount: Any = data.get("total") or data.get("amount")
    with contextlib.suppress(KeyError, TypeError, ValueError, ArithmeticError):  # as above
        if kind == "basket":
            amount = sum(Decimal(str(item["price"])) * int(item.get("quantity", 1)) for item in data["items"])
        if not isinstance(amount, Mapping):
            amount = {"amount": amount, "currency": data["currency"]}
        return money(amount, language) if isinstance(amount["currency"], str) else ""
    return ""


# ---- what was before


async def _past(session: AsyncSession, conversation: Conversation) -> tuple[int, tuple[Past, ...]]:
    """How many contacts there were, and the last before this one. A conversation about two things is one contact."""
    mine = Touchpoint.person_id == conversation.person_id
    contact = func.coalesce(Touchpoint.conversation_id, cast(Touchpoint.id, Text))
    count = select(func.count(func.distinct(contact))).where(mine).scalar_subquery()
    before = or_(Touchpoint.conversation_id.is_(None), Touchpoint.conversation_id != conversation.id)
    columns = (Touchpoint.at, Touchpoint.channel, Touchpoint.goal, Touchpoint.outcome, Touchpoint.emotion)
    query = select(count, *columns).where(mine, before).order_by(Touchpoint.at.desc(), Touchpoint.id.desc()).limit(MOST)
    rows = (await session.execute(query)).all()
    past = tuple(
        Past(at, channel_words(channel), goal_word(goal), outcome_word(outcome), _frustration(emotion))
        for _count, at, channel, goal, outcome, emotion in rows
    )
    return (rows[0][0] if rows else 1), past


def _frustration(emotion: Mapping[str, Any] | None) -> float | None:
    return Mood.from_json({"value": emotion["frustration"]}).value if emotion and "frustration" in emotion else None


async def _tasks(session: AsyncSession, person_id: str, now: datetime) -> tuple[Promised, ...]:
    query = select(Task).where(Task.person_id == person_id, Task.status == "open").order_by(Task.due, Task.id).limit(MOST)
    return tuple(
        Promised(task.id, task.kind, text_of(task_words(task.text)), task.due, task.agent, task.due < now)
        for task in (await session.scalars(query)).all()
    )


async def _escalations(session: AsyncSession, conversation: Conversation) -> tuple[Handed, ...]:
    """Those that are over, of this conversation, too."""
    query = (
        select(Escalation)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .where(and_(Conversation.person_id == conversation.person_id, Escalation.closed.is_not(None)))
        .order_by(Escalation.created.desc(), Escalation.id)
        .limit(MOST)
    )
    return tuple(
        Handed(found.id, found.created, found.reason, found.status, found.agent, plain(found.outcome), text_of(found.note, 200))
        for found in (await session.scalars(query)).all()
    )
