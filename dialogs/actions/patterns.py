"""Actions of the built-in patterns: hand over, stop contact, data request, callback, goodbye."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dialogs import agreed
from dialogs.actions.base import ActionTurn, action
from dialogs.formats import moment, when
from dialogs.moments import WORTH_SAYING_S, about, callback_moment, opening

SOON = timedelta(minutes=5)
"""When a call back that is wanted as soon as possible is due."""


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


@action("action_tell_wait")
async def tell_wait(turn: ActionTurn) -> None:
    """Say how long it takes until a person is there, or when the desk opens."""
    context = turn.scene.context
    wait, place = context.get("wait_s"), context.get("place") or 1
    if not context.get("desk_open"):
        opens = datetime.fromisoformat(context["opens"])
        turn.say("utter_wait_closed", opens_at=opening(opens, turn.scene.now, turn.language))
    elif wait is None:
        turn.say("utter_wait_nobody")
    elif wait >= WORTH_SAYING_S:
        name = "utter_wait_expected_place" if place > 1 else "utter_wait_expected"
        turn.say(name, expected_wait=about(wait, turn.language), place=place)


@action("action_instead_of_waiting")
async def instead_of_waiting(turn: ActionTurn) -> None:
    """Book what the person would rather have than wait: somebody here has it to do from now on, and the wait is over."""
    kind, now = str(turn.slots["instead_of_waiting"]), turn.scene.now
    wanted = _wanted(turn.slots["callback_time"], now) if kind == "callback" else now
    due = turn.scene.opens(wanted)
    if kind == "callback":
        response = "utter_callback_booked" if due == wanted else "utter_callback_booked_moved"
        turn.say(response, callback_at=moment(due.isoformat(), turn.language))
    else:
        response = "utter_text_booked" if kind == "text" else "utter_message_taken"
        turn.say(response, closed=due > now, opens_at=opening(due, now, turn.language))
    entry = {"kind": kind, "text": "", "due": due.isoformat()}
    turn.set(agreed=agreed.with_more(turn.slots.get(agreed.SLOT), [entry]))
    words, phone = turn.slots.get("left_message") if kind == "message" else "", turn.slots.get("callback_phone")
    turn.effect("task", task=kind, due=due.isoformat(), text=words or "", phone=phone or "")
    turn.effect("outcome", outcome={"callback": "callback_agreed", "text": "text_agreed"}.get(kind, "message_left"))
    turn.effect("cancel")
    turn.say("utter_anything_else")


def _wanted(said: dict[str, Any], now: datetime) -> datetime:
    """The moment of a call back. "Today" and "as soon as possible" alone mean soon."""
    if said.get("date") == now.date().isoformat() and not said.get("time") and not said.get("part"):
        return (now + SOON).replace(second=0, microsecond=0)
    return callback_moment(said, now)


@action("action_tell_agreed")
async def tell_agreed(turn: ActionTurn) -> None:
    """Say again what was agreed, with the dates."""
    turn.say("utter_agreed", agreed_shown=agreed.shown(turn.slots[agreed.SLOT], turn.language))
