"""What the reminders of appointments, dues and baskets share: whose record it is, and what the sentence just heard says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dialogs.actions.base import ActionTurn, action
from nlu.parsers.base import Context

_NOW = re.compile(r"\bteraz\b|\bnow\b|\bacum\b", re.IGNORECASE)
_SKIP = re.compile(r"^\W*(pomi[nń]\w*|dalej|skip\w*|pass|rather not|trec\w* peste|sar\w*( peste)?|nu vreau.*|none)\W*$", re.IGNORECASE)


@action("action_reminder_name")
async def reminder_name(turn: ActionTurn) -> None:
    """The first name to ask for; a person without a name is asked for otherwise."""
    words = turn.scene.person.name.split()
    turn.set(reminder_name=words[0] if words else None)


@action("action_read_refusal")
async def read_refusal(turn: ActionTurn) -> None:
    """ "Not now" is no "that's not me": who has no time is called later, not struck off."""
    turn.set(bad_moment=meant(turn) == "call_back_later" or bool(_NOW.search(turn.heard.text)))


async def open_record(turn: ActionTurn, kind: str, states: Sequence[str], order: str) -> dict[str, Any] | None:
    """The record that the caller named, or the person's next one in one of these states; another person's is never told."""
    person, named = turn.scene.person.id, turn.scene.context.get(f"{kind}_id")
    if named:
        record = await turn.scene.records.get(kind, str(named))
        found = [record] if record and record.get("person") == person else []
    else:
        found = await turn.scene.records.find(kind, person=person) if person else []
    fitting = [record for record in found if record.get("status") in states]
    return min(fitting, key=lambda record: str(record.get(order, "")), default=None)


def value_said(turn: ActionTurn, kind: str, *, prefer: str = "future", least: float = 0.8) -> Any:
    """A value in the sentence just heard, when it is clear."""
    context = Context(turn.language, turn.scene.now, turn.scene.person.country, turn.scene.person.currency, prefer=prefer)
    found = turn.scene.parse(kind, turn.heard.text, context) if turn.heard.text else None
    return found.value if found and found.confidence >= least else None


def meant(turn: ActionTurn) -> str:
    """The intent of the sentence just heard, when it is clear; else empty."""
    intent = turn.heard.understanding.intent
    return intent.name if intent.confidence >= 0.6 else ""


def skips(turn: ActionTurn, answer: str) -> bool:
    """Whether an optional question was declined."""
    context = Context(turn.language, turn.scene.now)
    plain_no = turn.scene.parse("yes_no", answer, context) if len(answer.split()) <= 3 else None
    return bool(_SKIP.match(answer)) or (plain_no is not None and plain_no.value is False)
