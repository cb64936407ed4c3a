"""Everything that is kept about one person, for the person (GDPR Art. 15)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.calls.store import call_json
from bot.journey.timeline import timeline
from bot.store import conversations as store
from bot.store.models import Consent, Contact, Conversation, Message, PhoneCall, Record


async def everything(session: AsyncSession, given: str) -> dict[str, Any]:
    """Contacts, consents, conversations with their messages, touchpoints and records; Problem 404 when nobody is meant."""
    from bot.api.touchpoints import find_person

    person = await find_person(session, given)
    contacts = (await session.scalars(select(Contact).where(Contact.person_id == person.id))).all()
    consents = (await session.scalars(select(Consent).where(Consent.person_id == person.id).order_by(Consent.id))).all()
    said = select(Message).join(Conversation).where(Conversation.person_id == person.id).order_by(Message.at, Message.id)
    messages = (await session.scalars(said)).all()
    phoned = select(PhoneCall).join(Conversation).where(Conversation.person_id == person.id).order_by(PhoneCall.began)
    calls = (await session.scalars(phoned)).all()
    about = select(Record).where(Record.data.contains({"person": person.id})).order_by(Record.kind, Record.id)
    records = (await session.scalars(about)).all()
    return {
        **(await timeline(session, person)),
        "contacts": [{"kind": contact.kind, "value": contact.value} for contact in contacts],
        "consents": [
            {"state": c.state, "channel": c.channel, "reason": c.reason, "at": c.at.isoformat()} for c in consents
        ],
        "messages": [{"conversation": message.conversation_id, **store.message_json(message)} for message in messages],
        "calls": [call_json(call) for call in calls],
        "records": [{"kind": record.kind, "id": record.id, **record.data} for record in records],
    }  # fmt: skip
