"""Actions of the built-in patterns: hand over, stop contact, data request, callback, goodbye."""

from __future__ import annotations

from dialogs.actions.base import ActionTurn, action
from dialogs.formats import when


@action("action_handoff")
async def handoff(turn: ActionTurn) -> None:
    """Ask for a person; the conversation waits in the queue with its summary."""
    turn.hand_over("asked_for_person")


@action("action_note_complaint")
async def note_complaint(turn: ActionTurn) -> None:
    """Put the complaint on the touchpoint, in the person's own words."""
    turn.effect("problem", kind="complaint", words=turn.heard.text)
    turn.say("utter_complaint_heard")


@action("action_handoff_complaint")
async def handoff_complaint(turn: ActionTurn) -> None:
    """Hand over because of a complaint."""
    turn.hand_over("complaint")


@action("action_handoff_frustration")
async def handoff_frustration(turn: ActionTurn) -> None:
    """Hand over because the person has lost patience; the queue gets the reasons."""
    turn.effect("handoff", reason="frustration")


@action("action_handoff_abuse")
async def handoff_abuse(turn: ActionTurn) -> None:
    """Hand over because of repeated insults."""
    turn.effect("problem", kind="abuse")
    turn.effect("handoff", reason="abuse")


@action("action_opt_out")
async def opt_out(turn: ActionTurn) -> None:
    """Stop every contact on every channel, at once."""
    turn.effect("opt_out")
    turn.effect("outcome", outcome="opted_out")
    turn.say("utter_opted_out")
    turn.effect("close")


@action("action_data_request")
async def data_request(turn: ActionTurn) -> None:
    """Register a request under GDPR Art. 15 or 17 for a person to answer."""
    number = await turn.scene.records.new_id("ticket", "D")
    kind = "data_" + str(turn.slots["data_request_kind"])
    ticket = {"kind": kind, "person": turn.scene.person.id, "text": turn.heard.text, "at": turn.scene.now.isoformat(), "status": "open"}
    await turn.scene.records.put("ticket", number, ticket)
    turn.say("utter_data_request_taken", ticket_number=number)
    turn.effect("committed")


@action("action_cancel_flows")
async def cancel_flows(turn: ActionTurn) -> None:
    """Leave everything that was begun."""
    turn.say("utter_cancelled")
    turn.effect("outcome", outcome="cancelled_by_person")
    turn.effect("cancel")
    turn.say("utter_anything_else")


@action("action_switch_language")
async def switch_language(turn: ActionTurn) -> None:
    """Keep the language that was just offered, and go on with what the person had said in it."""
    turn.effect("switch")


@action("action_keep_language")
async def keep_language(turn: ActionTurn) -> None:
    """Go back to the language spoken before the offer."""
    turn.effect("switch_back")


@action("action_schedule_callback")
async def schedule_callback(turn: ActionTurn) -> None:
    """Remember when the person wants to be contacted, and end politely."""
    time = turn.slots["callback_time"]
    named = any(time.get(part) for part in ("date", "time", "part"))
    turn.effect("callback", when=time)
    turn.effect("outcome", outcome="callback_agreed")
    if named:
        turn.say("utter_callback_noted", callback_shown=when(time, turn.language))
    else:
        turn.say("utter_callback_noted_any")
    turn.effect("close")


@action("action_wrong_person")
async def wrong_person(turn: ActionTurn) -> None:
    """The contact reaches somebody else: say sorry and never use it for this person again."""
    turn.effect("wrong_person")
    turn.effect("outcome", outcome="wrong_person")
    turn.say("utter_wrong_person")
    turn.effect("close")


@action("action_goodbye")
async def goodbye(turn: ActionTurn) -> None:
    """Say goodbye and close."""
    turn.say("utter_goodbye")
    turn.effect("close")
