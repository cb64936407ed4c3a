"""What a receiver should know before they speak with a caller whom they have never heard of: said in the company's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.models import Conversation, Message, Person, User
from dialogs.state import DialogState
from dialogs.wording import Wording
from integrations.twilio import dial

if TYPE_CHECKING:
    from bot.service import Service

MOST_FACTS = 4
_FACT = "utter_fact_"
"""Responses that say one slot each (`dialogs/phone`), the most telling first."""


async def spoken(session: AsyncSession, service: Service, conversation: Conversation, agent: str) -> str:
    """Who passes the call on, who calls, what about, what is known, and what they said last where they speak the receiver's language.

    Nothing by which the caller could be reached is in it: a voicemail may be listening.
    """
    language = service.settings.language
    person = await session.get_one(Person, conversation.person_id)
    name = await session.scalar(select(User.name).where(User.login == agent))
    state = DialogState.from_json(conversation.state)
    return dial.summary(
        language, company=service.settings.company, agent=name or agent, name=person.name, matter=_matter(service, conversation, state),
        facts=_facts(service, state, language), words=await _last_words(session, conversation) if conversation.language == language else "",
    )  # fmt: skip


def _matter(service: Service, conversation: Conversation, state: DialogState) -> str:
    """The flow that the conversation is in, by the name that people know it by; else what it began with."""
    flows = service.conversations.flows
    current = [frame.flow for frame in reversed(state.stack) if frame.flow in flows and flows[frame.flow].goal]
    flow = flows.get(current[0] if current else conversation.kind)
    return str(flow.names.get(service.settings.language) or flow.names["en"]) if flow is not None else ""


def _facts(service: Service, state: DialogState, language: str) -> list[str]:
    domain = service.conversations.domain
    wording, told = Wording(domain), DialogState(language, slots=state.slots)
    names = [name for name in domain.responses if name.startswith(_FACT)]
    known = [name for name in names if state.slots.get(name.removeprefix(_FACT)) not in (None, "", [], {})]
    return [wording.written(name, told) for name in known[:MOST_FACTS]]


async def _last_words(session: AsyncSession, conversation: Conversation) -> str:
    query = select(Message.text).where(Message.conversation_id == conversation.id, Message.direction == "in")
    return await session.scalar(query.order_by(Message.seq.desc()).limit(1)) or ""
