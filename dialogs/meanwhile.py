"""While somebody waits for a person: how long that takes is said, and where it is long something else is offered.

The offer is a flow that lies over whatever was going on, which rests until the conversation comes back to the bot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogs import commands as c
from dialogs.moments import WORTH_SAYING_S, about
from dialogs.scene import Effect, Heard, Reply, Scene
from dialogs.state import DialogState
from dialogs.turn import Decision, Turn
from nlu.types import FALLBACK, Intent, Understanding

if TYPE_CHECKING:
    from dialogs.runtime import Runtime

FLOW = "pattern_nobody_free"
"""The flow that says how long it takes and offers a call back, a message or a text instead of waiting."""
CHOICE, MESSAGE = "instead_of_waiting", "left_message"
"""Its slots for what the person would rather have, and for what they leave in their own words."""
NAMED = 0.85
"""The confidence (0..1) from which something was asked for by its name."""
_PUTS_THROUGH = {"utter_handoff", "utter_handoff_misunderstood", "utter_abuse_handoff"}
_SORRY = "utter_mood_handoff"
"""What says that a person takes over now: the first are left out where nobody is there, of the other the apology stays."""
_ANSWERS = (c.SetSlot, c.Prefill, c.Reject, c.Disambiguate, c.Correct, c.Repeat, c.Wait, c.ChangeLanguage, c.NotUnderstood)
"""What is done of a message while a person is waited for; whatever else it means is for that person."""


async def begin(runtime: Runtime, said: Decision, state: DialogState, scene: Scene) -> Decision:
    """What was ``said`` has handed the conversation over: go on with how long it takes. ``scene.context`` tells that: ``wait_s`` (None
    where nobody is there), ``place`` in the queue, ``desk_open``, ``opens`` (ISO), and ``wait_offer``: whether something is offered."""
    turn = Turn(runtime, state, scene, _nothing(state.language))
    if scene.context.get("wait_s") is None or not scene.context.get("desk_open"):
        for reply in said.replies:
            if reply.response == _SORRY:
                turn.say("utter_mood_nobody")
            elif reply.response not in _PUTS_THROUGH:
                turn.decision.replies.append(reply)
    else:
        turn.decision.replies += said.replies
    turn.decision.effects, turn.decision.reaction, turn.decision.understood = list(said.effects), said.reaction, said.understood
    below = len(state.stack)
    turn.push(FLOW, "digression")
    await turn.advance(below)
    return turn.finish()


async def answer(runtime: Runtime, heard: Heard, state: DialogState, scene: Scene) -> Decision | None:
    """One message of somebody who waits. None: it is no answer to what was offered, and nothing has changed."""
    above = _place(state)
    if above is None:
        return None
    commands = _commands(runtime, heard, state, scene)
    if commands is None:
        return None
    state.turns += 1
    turn = Turn(runtime, state, scene, heard)
    for command in commands:
        await turn.carry_out(command)
    await turn.advance(above)
    decision = turn.finish()
    if any(effect.kind == "handoff" for effect in decision.effects):  # not understood for the third time: they wait on
        drop(runtime, state)
    return decision


async def held(runtime: Runtime, state: DialogState, scene: Scene, *, over: bool) -> Decision:
    """A word to a caller who waits, and the question again that was asked meanwhile. The wait is said where ``scene.context`` tells it
    (as for `begin`). ``over``: they are let go, and called back where we have a number (``context.phone_known``)."""
    turn = Turn(runtime, state, scene, _nothing(state.language))
    wait, known = scene.context.get("wait_s"), bool(scene.context.get("phone_known"))
    if over:
        turn.say("utter_call_hold_over", reachable=known)
        if known:
            turn.decision.effects.append(Effect("task", {"task": "callback", "text": "", "due": ""}))
            turn.decision.effects.append(Effect("outcome", {"outcome": "callback_agreed"}))
            drop(runtime, state)
            state.stack.clear()
            state.awaiting = None
        turn.decision.effects.append(Effect("end_call"))
        return turn.decision
    if wait is not None and wait >= WORTH_SAYING_S and scene.context.get("desk_open"):
        turn.say("utter_call_hold_wait", expected_wait=about(wait, state.language))
    else:
        turn.say("utter_call_hold")
    if is_offered(state) and state.said:
        turn.decision.replies.append(Reply(state.said[-1], ""))
    return turn.decision


def is_offered(state: DialogState) -> bool:
    """Whether something is offered to somebody who waits, and not answered yet."""
    return _place(state) is not None


def drop(runtime: Runtime, state: DialogState) -> None:
    """Offer it no longer: a person is there, or the offer was answered."""
    above = _place(state)
    if above is None:
        return
    del state.stack[above:]
    state.awaiting = None
    for name in runtime.flows[FLOW].collects:
        state.slots.pop(name, None)


def _commands(runtime: Runtime, heard: Heard, state: DialogState, scene: Scene) -> list[c.Command] | None:
    asked = state.awaiting.slot if state.awaiting else ""
    if asked == CHOICE and (chosen := _named(runtime, heard, state, scene)) is not None:
        also = runtime.interpreter.prefills(runtime.flows[FLOW], heard.text, state, scene)
        return [c.SetSlot(CHOICE, chosen), *(command for command in also if isinstance(command, c.Prefill) and command.slot != CHOICE)]
    meant = [_plain(command) for command in runtime.interpreter.interpret(heard, state, scene)]
    if all(isinstance(command, _ANSWERS) for command in meant):
        lost = asked == CHOICE and any(isinstance(command, c.NotUnderstood) for command in meant)
        return meant if not lost or heard.understanding.intent.name == "affirm" else None
    if asked == MESSAGE and not heard.text.startswith("/"):  # whatever it says, it is what they leave
        reading = runtime.interpreter.answers.read(runtime.domain.slots[MESSAGE], heard.text, state, scene)
        return [c.SetSlot(MESSAGE, reading.value)] if reading is not None else None
    return None


def _named(runtime: Runtime, heard: Heard, state: DialogState, scene: Scene) -> str | None:
    """What is wanted by its name in a sentence that asks for a person, too: "I want somebody to call me back"."""
    if heard.understanding.intent.name != "speak_to_human":
        return None
    reading = runtime.interpreter.answers.read(runtime.domain.slots[CHOICE], heard.text, state, scene)
    return str(reading.value) if reading is not None and reading.confidence >= NAMED and not reading.alternatives else None


def _plain(command: c.Command) -> c.Command:
    """A question that holds an answer is that answer: nothing is looked up for somebody who asked for a person."""
    return command.otherwise if isinstance(command, c.Question) else command


def _place(state: DialogState) -> int | None:
    return next((place for place, frame in enumerate(state.stack) if frame.flow == FLOW), None)


def _nothing(language: str) -> Heard:
    return Heard("", Understanding("", language, Intent(FALLBACK, 0.0)))
