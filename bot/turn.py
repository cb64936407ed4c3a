"""One turn as it is taken: what was said, what is locked for it, what it adds to the transcript, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation.waiting import Wait
from bot.mood.watch import Noticed, mood_json
from bot.store import conversations as store
from bot.store.models import Conversation, Message, Person, Touchpoint
from dialogs.runtime import Decision
from dialogs.scene import Effect, Heard
from dialogs.state import DialogState
from nlu.types import Understanding


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a person: ``display`` is what they saw themselves say (a button's title).

    On a call, ``understood`` is what it was found to mean ahead of time, ``heard_in`` the language it was spoken in when it was
    listened for, and ``voice`` how it was heard (confidence, pauses …). In a chat it may bring ``attachments`` (ids), and then say nothing.
    """

    text: str
    message_id: str | None = None
    display: str | None = None
    channel: str = ""
    understood: Understanding | None = None
    heard_in: str = ""
    voice: dict[str, Any] | None = None
    attachments: tuple[str, ...] = ()


@dataclass(slots=True)
class OpenTurn:
    """A turn whose conversation is locked. ``began``: by the performance counter, in s; ``answer``: what was answered to this message
    already, if it was."""

    session: AsyncSession
    conversation: Conversation
    person: Person
    touchpoint: Touchpoint
    state: DialogState
    now: datetime
    began: float
    channel: str
    answer: dict[str, Any] | None
    has_phone: bool = False
    noticed: Noticed | None = None
    files: Sequence[dict[str, Any]] = ()


def messages(turn: OpenTurn, said: Said | None, heard: Heard | None, decision: Decision) -> list[Message]:
    """What this turn adds to the transcript: the person's message, then the bot's."""
    found = []
    if said is not None and heard is not None:
        found.append(
            store.new_message(
                turn.conversation, turn.now, direction="in", author="person", text=heard.text, channel=turn.channel,
                display=said.display, message_id=said.message_id, voice=said.voice,
                mood=turn.noticed.to_json() if turn.noticed else None, attachments=turn.files,
            )
        )  # fmt: skip
    found += [
        store.new_message(
            turn.conversation, turn.now, direction="out", author="bot", text=reply.text, buttons=reply.buttons,
            response=reply.response, channel=turn.channel,
        )
        for reply in decision.replies
    ]  # fmt: skip
    return found


def wait_context(wait: Wait, person: Person) -> dict[str, Any]:
    """A wait as the flows read it, with the opening by the person's clock."""
    opens = wait.opens.astimezone(ZoneInfo(person.time_zone)).isoformat() if wait.opens else None
    return {"wait_s": wait.seconds, "place": wait.position, "desk_open": wait.open, "opens": opens}


def with_words(effects: Iterable[Effect], heard: Heard | None) -> list[Effect]:
    """A problem carries what the person said, in their words."""
    if heard is None:
        return list(effects)
    return [Effect("problem", {"words": heard.text[:500], **effect.data}) if effect.kind == "problem" else effect for effect in effects]


def survey_due(turn: OpenTurn) -> bool:
    """A customer who had something done is asked once how it was."""
    state = turn.state
    customer = not turn.conversation.kind.startswith(("preselection", "survey"))
    return customer and state.turns >= 2 and not turn.touchpoint.measures.get("csat") and "survey" not in turn.touchpoint.goal


def reply_json(message: Message) -> dict[str, Any]:
    """A bot message as an answer shows it; ``seq`` is its number in the conversation."""
    shown: dict[str, Any] = {"text": message.text, "seq": message.seq}
    return {**shown, "buttons": message.buttons} if message.buttons else shown


def state_json(conversation: Conversation, state: DialogState) -> dict[str, Any]:
    """Where the conversation stands, as the API shows it."""
    return {
        "flow": state.stack[-1].flow if state.stack else None,
        "awaiting": state.awaiting.slot or state.awaiting.kind if state.awaiting else None,
        "owner": conversation.owner,
        "status": conversation.status,
        "language": state.language,
        "mood": mood_json(state),
    }


def nlu_json(understanding: Understanding) -> dict[str, Any]:
    """An NLU result as it is stored: without the text and its mood, which its message holds."""
    kept = asdict(understanding)
    del kept["text"], kept["words"]
    return kept
