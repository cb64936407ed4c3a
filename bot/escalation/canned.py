"""Ready answers: kept for everybody or one team, found by their shortcut or words, filled in with what is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation.scope import sees
from bot.problems import Problem, not_found
from bot.settings import Settings
from bot.store.models import CannedReply, Conversation, Person, User
from bot.understanding import hear
from dialogs.domain import Domain, Slot
from dialogs.formats import clock, day, moment, money, show, when
from dialogs.state import DialogState
from nlu.parsers.fold import LOOK_AT, fold_text

LANGUAGES = ("pl", "en", "ro")
LONGEST = 2000
"""Characters of a reply."""
VARIABLES = ("person", "first_name", "agent", "company", "order", "today", "tomorrow", "time")
"""What a reply can be filled in with, in braces; ``{slot:NAME}`` is what the bot has noted under a name."""
STARTER = Path(__file__).with_name("canned.yml")
"""The replies that the demo company begins with, in each language."""
_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TEAM = re.compile(r"[\w .&+-]{1,60}")
_VARIABLE = re.compile(r"\{([^{}\s]{1,80})\}")
_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_MOMENT = re.compile(_DAY.pattern + r"T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")
_SLOT = re.compile(r"slot:[a-z0-9_]{1,60}")


def fill(text: str, variables: Mapping[str, str]) -> tuple[str, list[str]]:
    """The text with its variables filled in, and the names of those that are not known: they stand as ‹name›, for the agent to fill in."""
    missing: list[str] = []

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if found := variables.get(name, ""):
            return found
        if name not in missing:
            missing.append(name)
        return f"‹{name.removeprefix('slot:')}›"

    return _VARIABLE.sub(value, text), missing


async def variables(
    session: AsyncSession, settings: Settings, conversation: Conversation, agent: User, now: datetime, domain: Domain | None = None
) -> dict[str, str]:
    """What is known for a reply in this conversation, each as the conversation's language writes it, at the person's time. With the
    ``domain``, what was chosen from a list has its name, and not its code."""
    person = await session.get_one(Person, conversation.person_id)
    state, language = DialogState.from_json(conversation.state), conversation.language
    known = {name: value for name, value in state.slots.items() if value not in (None, "", [], {})}
    slots = {name: _shown(value, domain.slots.get(name) if domain else None, language) for name, value in known.items()}
    order = slots.get("order_id") or slots.get("order_number", "")
    found = _known(settings, person.name, order, agent, language, now.astimezone(ZoneInfo(person.time_zone)))
    return {**found, **{f"slot:{name}": value for name, value in slots.items()}}


def example(settings: Settings, agent: User, language: str, now: datetime) -> dict[str, str]:
    """The variables of a conversation that could be, to show a reply with."""
    person = {"pl": "Anna Nowak", "en": "Emma Clarke", "ro": "Maria Ionescu"}[language]
    return _known(settings, person, "104233", agent, language, now.astimezone(ZoneInfo(settings.time_zone)))


async def search(session: AsyncSession, user: User, language: str, text: str = "") -> list[CannedReply]:
    """The replies in a language that this user may use, those whose shortcut begins with the text first, then those that have its words.
    A team's own reply stands for everybody's of the same shortcut."""
    rows = await listing(session, user, language=language)
    own = {reply.shortcut for reply in rows if reply.team}
    asked, words = fold_text(text).strip(), fold_text(text).split()
    begin = [reply for reply in rows if reply.shortcut.startswith(asked)]
    within = [reply for reply in rows if reply not in begin and all(word in _folded(reply) for word in words)]
    return [reply for reply in (*begin, *within) if reply.team or reply.shortcut not in own]


async def listing(session: AsyncSession, user: User, *, language: str = "", text: str = "") -> Sequence[CannedReply]:
    """Every reply that this user may use, by shortcut; ``language`` and ``text`` (words, in any spelling) choose among them."""
    query = select(CannedReply).order_by(CannedReply.shortcut, CannedReply.language, CannedReply.team)
    if language:
        query = query.where(CannedReply.language == language)
    words = fold_text(text).split()
    rows = [reply for reply in (await session.scalars(query)).all() if sees(user, reply.team)]
    return [reply for reply in rows if all(word in _folded(reply) for word in words)]


async def add(session: AsyncSession, user: User, *, shortcut: str, language: str, team: str = "", text: str, now: datetime) -> CannedReply:
    """A new reply. Raises Problem: 422 that names what is wrong, 403 for another team, 409 where the shortcut is taken."""
    made = CannedReply(changed=now, changed_by=user.login, **_checked(user, shortcut, language, team, text))
    session.add(made)
    await _written(session, made)
    return made


async def change(
    session: AsyncSession, user: User, reply_id: int, *, shortcut: str, language: str, team: str = "", text: str, now: datetime
) -> CannedReply:
    """Write a reply anew. Raises Problem as `add` does, and 404 for what is not there or not theirs."""
    found = await _theirs(session, user, reply_id)
    for name, value in _checked(user, shortcut, language, team, text).items():
        setattr(found, name, value)
    found.changed, found.changed_by = now, user.login
    await _written(session, found)
    return found


async def remove(session: AsyncSession, user: User, reply_id: int) -> CannedReply:
    """Take a reply away; what it was is returned. 404 for what is not there or not theirs."""
    found = await _theirs(session, user, reply_id)
    await session.delete(found)
    return found


async def begin_with_starters(session: AsyncSession, now: datetime) -> int:
    """Put the starter replies where there is none at all; how many were put in."""
    if await session.scalar(select(func.count()).select_from(CannedReply)):
        return 0
    made = [
        CannedReply(shortcut=entry["shortcut"], language=language, team="", text=entry[language], changed=now, changed_by="service")
        for entry in starters()
        for language in LANGUAGES
    ]
    session.add_all(made)
    return len(made)


def starters() -> list[dict[str, str]]:
    """The starter replies: a shortcut, and a text by language."""
    found: list[dict[str, str]] = yaml.safe_load(STARTER.read_text(encoding="utf-8"))
    return found


def named_in(text: str) -> Iterable[str]:
    """The variables of a text, each once."""
    return dict.fromkeys(match[1] for match in _VARIABLE.finditer(text))


def _checked(user: User, shortcut: str, language: str, team: str, text: str) -> dict[str, Any]:
    shortcut, team, text = shortcut.strip().lower().lstrip("/"), hear(team), hear(text)
    if not _SHORTCUT.fullmatch(shortcut):
        raise _wrong("shortcut", "A shortcut has 1 to 40 small letters, digits, - or _, and begins with a letter or a digit.")
    if language not in LANGUAGES:
        raise _wrong("language", "A language is one of {languages}.", values={"languages": ", ".join(LANGUAGES)})
    if team and not _TEAM.fullmatch(team):
        raise _wrong("team", "A team has at most 60 letters, digits and spaces.")
    if not text:
        raise _wrong("text", "The reply is empty.")
    if len(text) > LONGEST:
        raise _wrong("text", "A reply has at most {most} characters; this one has {count}.", values={"most": LONGEST, "count": len(text)})
    for name in named_in(text):
        if name not in VARIABLES and not _SLOT.fullmatch(name):
            known = ", ".join(VARIABLES)
            raise _wrong(
                "text", "There is no variable {name}. There are {known}, and slot:NAME.", values={"name": f"{{{name}}}", "known": known}
            )
    if not sees(user, team):
        raise Problem(403, "another_team", "You can change the replies of your own teams only.", field="team")
    return {"shortcut": shortcut, "language": language, "team": team, "text": text}


async def _theirs(session: AsyncSession, user: User, reply_id: int) -> CannedReply:
    found = await session.get(CannedReply, reply_id, with_for_update=True)
    if found is None or not sees(user, found.team):
        raise not_found("reply")
    return found


async def _written(session: AsyncSession, reply: CannedReply) -> None:
    """Write it now: of two with the same shortcut the second is told."""
    shortcut, language = reply.shortcut, reply.language
    try:
        await session.flush()
    except IntegrityError as error:
        raise Problem(
            409, "shortcut_taken", "There is a reply /{shortcut} in this language ({language}) already.", field="shortcut",
            values={"shortcut": shortcut, "language": language},
        ) from error  # fmt: skip


def _known(settings: Settings, person: str, order: str, agent: User, language: str, at: datetime) -> dict[str, str]:
    """Everything of VARIABLES. ``at`` is now, where the person is."""
    following = at.date() + timedelta(days=1)
    return {
        "person": person, "first_name": (person.split() or [""])[0], "agent": agent.name, "company": settings.company, "order": order,
        "today": day(at.date().isoformat(), language), "tomorrow": day(following.isoformat(), language),
        "time": clock(at.strftime("%H:%M"), language),
    }  # fmt: skip


def _shown(value: Any, slot: Slot | None, language: str) -> str:
    """A noted value in the language; one whose slot names no format is shown as what it looks like."""
    if slot is not None and (slot.format or slot.options):
        return show(value, slot, language)
    if isinstance(value, dict) and {"amount", "currency"} <= value.keys():
        return money(value, language)
    if isinstance(value, dict) and value.keys() & {"date", "time", "part"}:
        return when(value, language)
    if isinstance(value, str) and _DAY.fullmatch(value):
        return day(value, language)
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return moment(value, language)
    return show(value, slot, language)


def _folded(reply: CannedReply) -> str:
    """What a reply is found by, without capitals and diacritics."""
    whole = f"{reply.shortcut} {reply.text}"
    return "".join(fold_text(whole[at : at + LOOK_AT]) for at in range(0, len(whole), LOOK_AT))


def _wrong(field: str, text: str, values: Mapping[str, object] | None = None) -> Problem:
    return Problem(422, f"{field}_wrong", text, field=field, values=values)
