"""The flow runtime: takes a message and a state, gives what to say and what must happen besides.

One call is one turn. It changes nothing but the state it is given; records go through the scene's ports, and everything
that must happen elsewhere comes back as effects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogs import agreed
from dialogs.actions.base import Action
from dialogs.commands import Prefill
from dialogs.domain import Domain
from dialogs.expectation import Expected, expected
from dialogs.filling import slot_value
from dialogs.flow import Flow
from dialogs.interpret import Interpreter
from dialogs.reaction import reaction, still_answered
from dialogs.scene import Heard, Reply, Scene
from dialogs.state import DialogState
from dialogs.turn import DISCLOSURE, Decision, FlowLoopError, Turn
from dialogs.wording import Wording
from nlu.types import FALLBACK, Intent, Understanding

__all__ = ["Decision", "FlowLoopError", "Runtime"]


class Runtime:
    """Flows, domain and actions, ready to take turns. It keeps no conversation: safe to share."""

    def __init__(self, domain: Domain, flows: Mapping[str, Flow], actions: Mapping[str, Action]) -> None:
        self.domain, self.flows, self.actions = domain, flows, actions
        self.wording = Wording(domain)
        self.interpreter = Interpreter(domain, flows)

    async def open(self, flow: str, state: DialogState, scene: Scene, first: str = "") -> Decision:
        """Begin a conversation with a flow: who is speaking is said first, then ``first``, a flow that must come before."""
        if flow not in self.flows:
            raise KeyError(flow)
        turn = Turn(self, state, scene, _silence(state.language))
        turn.disclose()
        turn.push(flow, "flow")
        if first:
            turn.push(first, "call")
        await turn.advance()
        return turn.finish()

    async def take(self, heard: Heard, state: DialogState, scene: Scene) -> Decision:
        """One message of the person; the state is changed in place."""
        state.turns += 1
        state.closed = False
        turn = Turn(self, state, scene, heard)
        turn.mention_nlu()
        commands = self.interpreter.interpret(heard, state, scene)
        if before := reaction(scene.feeling, commands, self.flows):
            turn.decision.reaction = before
            await turn.first(before)
            commands = still_answered(commands, scene.feeling, self.flows) if not turn.stopped else []
            if not commands and not turn.stopped:
                state.awaiting = None  # nothing was asked of us: our open question comes again
        for command in commands:
            await turn.carry_out(command)
        await turn.advance()
        return turn.finish()

    async def nudge(self, response: str, flow: str, state: DialogState, scene: Scene, *, again: bool) -> Decision:
        """The bot speaks by itself: a sentence, then a flow, or with ``again`` the open question once more."""
        turn = Turn(self, state, scene, _silence(state.language))
        if response == DISCLOSURE:
            turn.disclose()
        elif response:
            turn.say(response, reachable=bool(scene.context.get("phone_known")))
        if flow and flow not in {frame.flow for frame in state.stack}:
            turn.push(flow, "digression" if state.stack else "flow")
            await turn.advance()
            return turn.finish()
        if again and state.said:
            turn.decision.replies.append(Reply(state.said[-1], ""))
        return turn.decision

    def noted(self, response: str, state: DialogState, scene: Scene) -> Decision:
        """The bot says that something came which needs no understanding (a file), and puts its open question again."""
        turn = Turn(self, state, scene, _silence(state.language))
        turn.say(response)
        turn.ask_again()
        return turn.decision

    def expected(self, state: DialogState) -> Expected:
        """What the open question lets a caller answer."""
        return expected(self.domain, self.interpreter.answers, state)

    async def hand_back(
        self,
        note: str,
        state: DialogState,
        scene: Scene,
        slots: Mapping[str, Any] | None = None,
        promised: Sequence[Mapping[str, Any]] = (),
    ) -> Decision:
        """The bot goes on after a person had the conversation. ``note`` is what was agreed in their words, ``slots`` what became known,
        ``promised`` what will be done and when (as in `dialogs.agreed`). Raises `SlotError` for a value that a slot cannot hold."""
        found = {
            name: slot_value(self.domain, self.interpreter.answers, name, value, state, scene) for name, value in (slots or {}).items()
        }
        turn = Turn(self, state, scene, _silence(state.language))
        turn.say("utter_handed_back", note=note) if note else turn.say("utter_handed_back_plain")
        if promised:
            turn.say("utter_agreed_noted", agreed_shown=agreed.shown(promised, state.language))
        kept = promised or ([{"kind": "promise", "text": note, "due": None}] if note else [])
        if kept:
            state.slots[agreed.SLOT] = agreed.with_more(state.slots.get(agreed.SLOT), kept)
        state.awaiting = None
        for name, value in found.items():
            await turn.carry_out(Prefill(name, value))
        await turn.advance()
        return turn.finish()


def _silence(language: str) -> Heard:
    """Nothing was said: the bot speaks by itself."""
    return Heard("", Understanding("", language, Intent(FALLBACK, 0.0)))
