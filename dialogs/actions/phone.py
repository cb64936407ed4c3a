"""Actions of a call: going on in writing."""

from __future__ import annotations

from dialogs.actions.base import ActionTurn, action


@action("action_continue_in_writing")
async def continue_in_writing(turn: ActionTurn) -> None:
    """End the call, not the conversation: it goes on by text message, or in the chat of whoever called from the page."""
    by_sms = bool(turn.scene.context.get("has_phone"))
    turn.say("utter_continue_by_sms" if by_sms else "utter_continue_in_chat")
    turn.effect("outcome", outcome="continued_in_writing")
    if by_sms:
        turn.effect("text", response="utter_sms_goes_on", values={})
    turn.effect("end_call")
