"""Everything that is kept about one person, for the person (GDPR Art. 15)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.calls.store import call_json
from bot.escalation.attachments import file_json
from bot.escalation.tasks import task_json
from bot.journey.timeline import timeline
from bot.store import conversations as store
from bot.store.models import Attachment, Consent, Contact, Conversation, Message, Note, PhoneCall, Record, Task


async def everything(session: AsyncSession, given: str) -> dict[str, Any]:
    """Contacts, consents, conversations with their messages, files and what agents noted in them, tasks, touchpoints and records.

    Problem 404 when nobody is meant."""
    from bot.api.touchpoints import find_person

    person = await find_person(session, given)
    contacts = (await session.scalars(select(Contact).where(Contact.person_id == person.id))).all()
    consents = (await session.scalars(select(Consent).where(Consent.person_id == person.id).order_by(Consent.id))).all()
    said = select(Message).join(Conversation).where(Conversation.person_id == person.id).order_by(Message.at, Message.id)
    messages = (await session.scalars(said)).all()
    phoned = select(PhoneCall).join(Conversation).where(Conversation.person_id == person.id).order_by(PhoneCall.began)
    calls = (await session.scalars(phoned)).all()
    noted = select(Note).join(Conversation).where(Conversation.person_id == person.id).order_by(Note.id)
    notes = (await session.scalars(noted)).all()
    columns = (Attachment.conversation_id, Attachment.id, Attachment.name, Attachment.media_type, Attachment.size, Attachment.author)
    sent = select(*columns, Attachment.created).join(Conversation).where(Conversation.person_id == person.id)
    files = (await session.execute(sent.order_by(Attachment.created, Attachment.id))).all()
    tasks = (await session.scalars(select(Task).where(Task.person_id == person.id).order_by(Task.due, Task.id))).all()
    about = select(Record).where(Record.data.contains({"person": person.id})).order_by(Record.kind, Record.id)
    records = (await session.scalars(about)).all()
    return {
        **(await timeline(session, person)),
        "contacts": [{"kind": contact.kind, "value": contact.value} for contact in contacts],
        "consents": [
            {"state": c.state, "channel": c.channel, "reason": c.reason, "at": c.at.isoformat()} for c in consents
        ],
        "messages": [{"conversation": message.conversation_id, **store.message_json(message)} for message in messages],
        "notes": [{"conversation": n.conversation_id, "author": n.author, "text": n.text, "at": n.at.isoformat()} for n in notes],
        "attachments": [
            {
                "conversation": f.conversation_id, "author": f.author, "at": f.created.isoformat(), **file_json(f),
                "url": store.attachment_path(f.conversation_id, f.id),
            }
            for f in files
        ],
        "tasks": [task_json(task) for task in tasks],
        "calls": [call_json(call) for call in calls],
        "records": [{"kind": record.kind, "id": record.id, **record.data} for record in records],
    }  # fmt: skip
