"""Actions of the surveys: keep the mark and the reason, offer a person, take a refusal kindly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from dialogs.actions.base import ActionTurn, action

TIES = ("conversation_id", "touchpoint_id", "order_id", "appointment_id")
"""What the caller of the API may say the survey is about."""
LOW = {"csat": 2, "nps": 6, "ces": 3}
"""The highest mark of each scale that says somebody was let down."""


def _save(kind: str) -> Callable[[ActionTurn], Awaitable[None]]:
    """An action that keeps the answer of one kind of survey (csat, nps, ces)."""

    async def save(turn: ActionTurn) -> None:
        mark, reason = int(turn.slots[kind]), str(turn.slots.get("survey_reason") or "")
        about = {name: turn.scene.context[name] for name in TIES if turn.scene.context.get(name)}
        number = await turn.scene.records.new_id("survey", "S")
        survey = {"kind": kind, "value": mark, "reason": reason, "person": turn.scene.person.id, "language": turn.language}
        await turn.scene.records.put("survey", number, {**survey, "at": turn.scene.now.isoformat(), "about": about})
        turn.effect("measure", name=kind, value=mark)
        turn.effect("outcome", outcome="survey_answered")
        if mark <= LOW[kind]:
            turn.effect("problem", kind="low_rating", words=reason)
        turn.effect("committed")
        turn.say("utter_survey_thanks")

    return save


for _kind in ("csat", "nps", "ces"):
    action(f"action_save_{_kind}")(_save(_kind))


@action("action_survey_handoff")
async def survey_handoff(turn: ActionTurn) -> None:
    """Somebody who was let down wants to talk to a person."""
    turn.hand_over("low_rating")


@action("action_survey_declined")
async def survey_declined(turn: ActionTurn) -> None:
    """No survey: thank and go."""
    turn.effect("outcome", outcome="survey_declined")
    turn.say("utter_survey_declined")
    turn.effect("close")
