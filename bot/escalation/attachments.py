"""Files in a chat: taken where their content is of a kind that does no harm, kept with the conversation, opened by links that end."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation.kinds import Kind, kind_of
from bot.problems import Problem, not_found
from bot.settings import Settings
from bot.store import conversations as store
from bot.store.models import Attachment, Conversation, Message

if TYPE_CHECKING:
    from bot.service import Service

MOST = 10
"""Files in one message."""
CONVERSATION_LIMIT = 100 * 2**20
"""Bytes of all files of one conversation."""
UNSENT = timedelta(days=1)
"""How long a file is kept for a message that is to bring it."""
PERSON = "person"
"""The author of what the person sent; an agent's files have their login."""
LINK_S = 2700
"""Seconds for which a link opens a file, at least; at most twice as long. All links of one such span are alike, so that browsers keep what
they have loaded."""
_NAME_LIMIT = 120
_CARRY = frozenset({"web", "api"})
_UNFIT = re.compile(r'[<>:"|?*]')


async def add(
    session: AsyncSession, settings: Settings, conversation_id: str, author: str, name: str, data: bytes, now: datetime
) -> Attachment:
    """Keep a file that is to be sent in a conversation; the same file again is the one that is there.

    ``author``: PERSON, or the agent's login. Raises Problem: 404 for no conversation, 409 where its channel carries no files, 413 for too
    much (a file or all of them), 415 for a kind that is not taken, 422 for nothing.
    """
    if not data:
        raise Problem(422, "attachment_empty", "The file is empty.", field="file")
    if len(data) > settings.attachment_limit:
        raise too_large(settings.attachment_limit)
    kind = await asyncio.to_thread(kind_of, data)
    if kind is None:
        raise Problem(
            415, "attachment_kind",
            "This kind of file cannot be sent. What can: images (PNG, JPEG, WebP, GIF), PDF, plain text, and office documents.",
            field="file",
        )  # fmt: skip
    conversation = await session.scalar(select(Conversation).where(Conversation.id == conversation_id).with_for_update())
    if conversation is None:
        raise not_found("conversation")
    channel = conversation.channel if author == PERSON else await store.channel_of(session, conversation)
    check_channel(conversation, channel)
    name = clean_name(name, kind)
    here = Attachment.conversation_id == conversation_id
    same = (here, Attachment.author == author, Attachment.name == name, Attachment.size == len(data))
    digest = hashlib.sha256(data).digest()
    known: Attachment | None = await session.scalar(select(Attachment).where(*same, func.sha256(Attachment.data) == digest).limit(1))
    if known is not None:  # sent again because the answer was lost
        return known
    used = int(await session.scalar(select(func.coalesce(func.sum(Attachment.size), 0)).where(here)) or 0)
    if used + len(data) > CONVERSATION_LIMIT:
        limit = CONVERSATION_LIMIT // 2**20
        raise Problem(
            413, "attachments_full", "The files of one conversation have at most {most} MiB together.", field="file", values={"most": limit}
        )
    made = Attachment(
        id=secrets.token_urlsafe(16), conversation_id=conversation_id, name=name, media_type=kind.media_type, size=len(data), data=data,
        author=author, created=now,
    )  # fmt: skip
    session.add(made)
    await session.flush()
    return made


async def forget_unsent(session: AsyncSession, now: datetime) -> int:
    """Delete the files that were kept for a message which has not come within UNSENT; returns how many there were."""
    sent = select(Message.seq).where(
        Message.conversation_id == Attachment.conversation_id,
        Message.attachments.contains(func.jsonb_build_array(func.jsonb_build_object("id", Attachment.id))),
    )
    unsent = delete(Attachment).where(Attachment.created < now - UNSENT, ~exists(sent)).returning(Attachment.id)
    return len((await session.scalars(unsent)).all())


def check_channel(conversation: Conversation, channel: str) -> None:
    """Raises Problem (409) where files cannot reach the person on this channel."""
    in_widget = channel == "browser" and conversation.channel in _CARRY  # a call beside the chat: both are one log
    if channel not in _CARRY and not in_widget:
        raise Problem(409, "channel_without_files", "Files can be sent in a chat only, not by text message or on a call.")


async def for_message(session: AsyncSession, conversation_id: str, ids: Sequence[str], author: str) -> list[dict[str, Any]]:
    """What a message keeps of its files, in their order. Raises Problem (422) for a file that is not this conversation's and author's."""
    if not ids:
        return []
    if len(ids) > MOST:
        raise Problem(422, "attachments_many", "A message has at most {most} files.", field="attachments", values={"most": MOST})
    query = select(Attachment.id, Attachment.name, Attachment.media_type, Attachment.size)
    query = query.where(Attachment.id.in_(ids), Attachment.conversation_id == conversation_id, Attachment.author == author)
    found = {row.id: file_json(row) for row in (await session.execute(query)).all()} if all(map(str.isprintable, ids)) else {}
    if missing := [each for each in ids if each not in found]:
        raise Problem(
            422, "attachment_unknown", "There is no file {file} to send here.", field="attachments", values={"file": repr(missing[0][:40])}
        )
    return [found[each] for each in dict.fromkeys(ids)]


async def found(session: AsyncSession, conversation_id: str, attachment_id: str) -> Attachment:
    """A file with its content; 404 where the conversation has none of this id."""
    here = (Attachment.id == attachment_id, Attachment.conversation_id == conversation_id)
    file: Attachment | None = await session.scalar(select(Attachment).where(*here)) if attachment_id.isprintable() else None
    if file is None:
        raise not_found("attachment")
    return file


def file_json(file: Any) -> dict[str, Any]:
    """What a message tells of a file (an `Attachment`, or a row of its columns)."""
    return {"id": file.id, "name": file.name, "media_type": file.media_type, "size": file.size}


def clean_name(name: str, kind: Kind) -> str:
    """The name under which a file is kept: no folders, nothing that is not printed, and an ending that fits what it is."""
    last = re.split(r"[/\\]", name.encode("utf-8", "replace").decode())[-1]
    shown = _UNFIT.sub("_", " ".join("".join(c for c in last if c.isprintable()).split())).strip(". ")
    ending = next((each for each in kind.endings if shown.lower().endswith(each)), "")
    stem = shown[: len(shown) - len(ending)] if ending else shown
    ending = shown[len(stem) :] or kind.endings[0]
    return f"{stem[: _NAME_LIMIT - len(ending)].strip() or 'file'}{ending}"


def too_large(limit: int) -> Problem:
    """What those are told who send more than ``limit`` bytes."""
    return Problem(413, "attachment_too_large", "A file has at most {most} bytes.", field="file", values={"most": limit})


def url(service: Service, conversation_id: str, attachment_id: str, now: datetime) -> str:
    """A link that opens a file by itself, such as an <img> needs, for LINK_S seconds."""
    expires = (int(now.timestamp()) // LINK_S + 2) * LINK_S
    signature = _signature(service, conversation_id, attachment_id, expires)
    return f"{store.attachment_path(conversation_id, attachment_id)}?expires={expires}&signature={signature}"


def links(service: Service) -> store.Link:
    """`url` as of now, for who shows messages."""
    now = service.clock.now()
    return lambda conversation_id, attachment_id: url(service, conversation_id, attachment_id, now)


def opens(service: Service, conversation_id: str, attachment_id: str, expires: int, signature: str, now: datetime) -> bool:
    """Whether a link is one of ours and has not ended; constant time."""
    fitting = _signature(service, conversation_id, attachment_id, expires)
    return hmac.compare_digest(fitting.encode(), signature.encode("utf-8", "replace")) and now.timestamp() < expires


def _signature(service: Service, conversation_id: str, attachment_id: str, expires: int) -> str:
    signed = f"attachment\n{conversation_id}\n{attachment_id}\n{expires}"
    return hmac.new(service.key.encode(), signed.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
