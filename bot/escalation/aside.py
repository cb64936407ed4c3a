"""An agent asks the bot something while a customer waits: the bot answers the agent alone, and it is as if nobody had asked."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation.scope import sees
from bot.problems import Problem, not_found
from bot.store.models import Conversation, Escalation, User
from dialogs.runtime import Runtime
from dialogs.scene import Heard, Scene
from dialogs.state import DialogState

CHANNEL = "web"
"""The agent reads the answer, whatever the customer is on."""
LONGEST = 500
"""Characters of a question."""


async def language(session: AsyncSession, conversation_id: str, text: str, user: User) -> str:
    """The language in which this question is understood and answered: the customer's. Raises Problem: 422 for a text that is none, 404
    for no such conversation, 403 for another team's."""
    if not 0 < len(text) <= LONGEST:
        raise Problem(422, "text_wrong", "Ask in 1 to {most} characters.", field="text", values={"most": LONGEST})
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        raise not_found("conversation")
    latest = select(Escalation.team).where(Escalation.conversation_id == conversation_id).order_by(Escalation.created.desc())
    if not sees(user, await session.scalar(latest.limit(1)) or ""):
        raise Problem(403, "another_team", "This conversation belongs to another team.")
    return conversation.language


AWAY = "utter_nlu_away"
"""What it says besides while it understands less than usual."""


async def answer(runtime: Runtime, heard: Heard, state: DialogState, scene: Scene) -> list[str]:
    """What the bot says to it, with what it knows so far; nothing where it has not understood.

    The state itself stays as it is: nothing is open in the copy, so that the question is not taken for the customer's answer. Effects are
    dropped.
    """
    copy = DialogState.from_json({"language": state.language, "slots": dict(state.slots), "turns": state.turns})
    decision = await runtime.take(heard, copy, scene)
    return [reply.text for reply in decision.replies if reply.response != AWAY] if decision.understood else []
