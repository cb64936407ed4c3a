"""What agents write for each other in a conversation, and whom they name in it (@login). The person never sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation.live import of_user
from bot.escalation.scope import sees
from bot.events import notify
from bot.problems import Problem, not_found
from bot.store.models import Conversation, Escalation, Mention, Note, User
from bot.understanding import hear

LONGEST = 2000
"""Characters of a note."""
MOST_MENTIONS = 20
"""People whom one note can name: a note is not a mailing list."""
_NAMED = re.compile(r"(?<![\w@.+-])@([a-z0-9][a-z0-9._@+-]{1,99})", re.IGNORECASE)
_PUNCTUATION = "._@+-"


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A note that names somebody who has not seen it. ``escalation``: the conversation's newest, or nothing where it never had one."""

    note: int
    conversation: str
    escalation: str
    author: str
    text: str
    at: datetime


async def write(session: AsyncSession, conversation_id: str, user: User, text: str, now: datetime) -> Note:
    """Write a note, and tell whom it names: active users who may see the conversation's team; any other name is only text.

    Raises Problem: 404 for a conversation that is not there or not theirs to see, 422 for no text or more than LONGEST characters.
    """
    text = hear(text)
    if not text:
        raise Problem(422, "text_empty", "The note is empty.", field="text")
    if len(text) > LONGEST:
        raise Problem(
            422,
            "text_too_long",
            "A note has at most {most} characters; this one has {count}.",
            field="text",
            values={"most": LONGEST, "count": len(text)},
        )
    if not conversation_id.isprintable() or await session.get(Conversation, conversation_id) is None:
        raise not_found("conversation")
    escalation = await _newest(session, conversation_id)
    team = escalation.team if escalation else ""
    if not sees(user, team):
        raise not_found("conversation")
    note = Note(conversation_id=conversation_id, author=user.login, text=text, at=now)
    session.add(note)
    await session.flush()
    for named in await _named(session, text, team):
        if named.login != user.login:
            session.add(Mention(note_id=note.id, login=named.login))
            more = {"escalation": escalation.id} if escalation else {}
            await notify(session, of_user(named.login), type="mention", about=conversation_id, **more)
    await notify(session, conversation_id, type="note", note=note.id)
    return note


async def of(session: AsyncSession, conversation_id: str) -> Sequence[Note]:
    """The notes of a conversation, oldest first."""
    return (await session.scalars(select(Note).where(Note.conversation_id == conversation_id).order_by(Note.id))).all()


async def unseen(session: AsyncSession, login: str) -> list[Mentioned]:
    """The notes that name this user and that they have not seen, oldest first; without those of teams that are no longer theirs."""
    user = await session.scalar(select(User).where(User.login == login))
    if user is None:
        return []
    query = select(Note).join(Mention).where(Mention.login == login, Mention.seen.is_(None)).order_by(Note.id)
    found = (await session.scalars(query)).all()
    if not found:
        return []
    about = select(Escalation).where(Escalation.conversation_id.in_({note.conversation_id for note in found}))
    newest = {each.conversation_id: each for each in (await session.scalars(about.order_by(Escalation.created))).all()}
    mentions = []
    for note in found:
        escalation = newest.get(note.conversation_id)
        if sees(user, escalation.team if escalation else ""):
            mentions.append(Mentioned(note.id, note.conversation_id, escalation.id if escalation else "", note.author, note.text, note.at))
    return mentions


async def saw(session: AsyncSession, login: str, conversation_id: str, now: datetime) -> int:
    """The user has looked at the conversation's notes: how many of them named the user and were new. Their other tabs are told."""
    here = select(Note.id).where(Note.conversation_id == conversation_id)
    seeing = update(Mention).where(Mention.login == login, Mention.seen.is_(None), Mention.note_id.in_(here)).values(seen=now)
    count = int(getattr(await session.execute(seeing), "rowcount", 0))
    if count:
        await notify(session, of_user(login), type="seen", about=conversation_id)
    return count


async def _newest(session: AsyncSession, conversation_id: str) -> Escalation | None:
    query = select(Escalation).where(Escalation.conversation_id == conversation_id).order_by(Escalation.created.desc(), Escalation.id)
    found: Escalation | None = await session.scalar(query.limit(1))
    return found


async def _named(session: AsyncSession, text: str, team: str) -> list[User]:
    """Whom a text names. A login may end with a full stop, and so may a sentence: the whole name counts first."""
    wanted: list[tuple[str, str]] = []
    for match in _NAMED.finditer(text):
        whole = match[1].lower()
        wanted.append((whole, whole.rstrip(_PUNCTUATION)))
    wanted = list(dict.fromkeys(wanted))[:MOST_MENTIONS]
    logins = {login for pair in wanted for login in pair}
    if not logins:
        return []
    users = (await session.scalars(select(User).where(User.login.in_(logins), User.active))).all()
    known = {user.login: user for user in users if sees(user, team)}
    named = [known.get(whole) or known.get(trimmed) for whole, trimmed in wanted]
    return list({user.login: user for user in named if user is not None}.values())
