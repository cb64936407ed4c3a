"""One turn in progress: carries out commands and walks flows until the conversation waits for the person again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dialogs import commands as c
from dialogs.actions.base import ActionTurn
from dialogs.domain import Slot
from dialogs.expressions import evaluate
from dialogs.flow import END, Flow, Step, collected
from dialogs.formats import show
from dialogs.interpret import SUPPORTED, names
from dialogs.offers import Buttons, language_buttons, listed, pick_buttons, slot_buttons, spoken_options
from dialogs.scene import Effect, Heard, Reply, Scene
from dialogs.state import Awaiting, DialogState, Frame
from nlu.types import Intent

if TYPE_CHECKING:
    from dialogs.runtime import Runtime

DISCLOSURE = "utter_disclosure"
"""The response that says what speaks."""
MOST_STEPS = 200
"""Steps one turn may take before the runtime calls it a loop and hands over."""
KIND_ATTEMPTS = 3
"""Failed understandings in a row after which a person is asked in."""
STRAINED_ATTEMPTS = 2
"""The same for somebody who is losing patience."""
FAQ_SURE = 0.92
"""Cosine similarity from which an unasked-for answer from the knowledge base is given (see docs/decisions/0004)."""
FAQ_EXACT = 0.97
"""Cosine similarity from which a question is one of the knowledge base's own, in nearly the same words."""


@dataclass(slots=True)
class Decision:
    """What the bot says and what must happen besides; ``understood`` is False when the message fitted nothing;
    ``reaction`` is the flow that answered the person's mood, if one did."""

    replies: list[Reply] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    understood: bool = True
    reaction: str = ""


class FlowLoopError(RuntimeError):
    """A flow went round without ever waiting for the person."""


class Turn:
    """One turn in progress."""

    def __init__(self, runtime: Runtime, state: DialogState, scene: Scene, heard: Heard) -> None:
        self.runtime, self.state, self.scene, self.heard = runtime, state, scene, heard
        self.decision = Decision()
        self._stopped = False
        self._aside = False  # only "take your time" or a repetition was said: what may be repeated is what came before

    # ---- saying

    def say(self, response: str, buttons: Buttons = (), **values: Any) -> None:
        """Add a reply. On a call, where no button is seen, wordings may name them as ``{options}``."""
        if buttons and self._spoken:
            values.setdefault("options", spoken_options(buttons, self.state.language))
        values.setdefault("strained", self._strained)
        fresh = tuple(reply.text for reply in self.decision.replies)
        reply = self.runtime.wording.say(response, self.state, self.scene.channel, values, fresh)
        self.decision.replies.append(Reply(reply.text, reply.response, reply.buttons or buttons))

    def ask_again(self) -> None:
        """Put the open question once more, in the same words and with its buttons; nothing where none is open."""
        if self.state.awaiting and self.state.said:
            self.decision.replies.append(Reply(self.state.said[-1], "", self._open_buttons()))

    def disclose(self) -> None:
        """Say what speaks here, and that the tone of voice counts where it does: the law wants both at once (EU AI Act, Art. 50)."""
        self.say(DISCLOSURE)
        if self.scene.context.get("tone"):
            self.say("utter_tone_notice")

    @property
    def stopped(self) -> bool:
        """Whether nothing more is said or done in this turn."""
        return self._stopped

    @property
    def _strained(self) -> bool:
        return self.scene.feeling.level > 0

    @property
    def _spoken(self) -> bool:
        return self.scene.channel == "phone"

    def mention_nlu(self) -> None:
        """Say once that understanding is limited, and forget it when the NLU server is back."""
        if self.heard.text.startswith("/"):
            return  # a button needs no understanding and tells nothing of the server
        away = self.heard.understanding.source == "parsers"
        if away and not self.state.nlu_away:
            self.say("utter_nlu_away")
        self.state.nlu_away = away

    def finish(self) -> Decision:
        """Close the turn: the bot never answers nothing."""
        if not self.decision.replies:
            self.say("utter_anything_else")
        if not self._aside:
            self.state.said = [reply.text for reply in self.decision.replies]
        return self.decision

    # ---- commands

    async def carry_out(self, command: c.Command) -> None:
        """Do what one command asks."""
        if not isinstance(command, (c.NotUnderstood, c.Reject, c.Clarify, c.Question)):
            self.state.misunderstood = 0
        match command:
            case c.SetSlot(slot, value):
                await self._answered(slot, value)
            case c.Prefill(slot, value):
                self._fill(slot, value)
            case c.Reject(slot, utter, value):
                await self._refuse(slot, utter, value)
            case c.Disambiguate(slot, values):
                self._choose(slot, values)
            case c.Correct(slot, value):
                self._correct(slot, value)
            case c.StartFlow(flow):
                self._start(flow)
            case c.Clarify(flows):
                self._clarify(flows)
            case c.ChangeLanguage(language):
                self._change_language(language)
            case c.OfferLanguage(language):
                self._offer_language(language)
            case c.Repeat():
                self._repeat()
            case c.Wait():
                self.say("utter_wait")
                self._aside = self._stopped = True
            case c.Question(otherwise):
                await self._question(otherwise)
            case c.Known(flow, otherwise):
                await self._known(flow, otherwise)
            case c.NotUnderstood():
                await self._not_understood()

    async def _answered(self, slot: str, value: Any) -> None:
        """The open question is answered: remember it and step on."""
        self._fill(slot, value)
        self.state.awaiting = None
        frame = self.state.stack[-1]
        step = self.runtime.flows[frame.flow].steps[frame.step]
        if step.kind == "collect" and step.target == slot:
            frame.step = self._following(step)

    def _fill(self, slot: str, value: Any) -> None:
        definition = self.runtime.domain.slots[slot]
        self.state.slots[slot] = value
        if self.state.stack:
            answered = self.state.stack[-1].answered
            if slot in answered:
                answered.remove(slot)
            answered.append(slot)
        if definition.read_back:
            self.say(definition.read_back)

    async def _refuse(self, slot: str, utter: str, value: Any) -> None:
        if self._give_up():
            return
        self.say(utter, **{slot: value})
        waiting = self.state.awaiting
        if waiting and slot != waiting.slot and any(slot in frame.answered for frame in self.state.stack):
            # A correction that cannot be: the old value must not be confirmed by the next "yes", so it is asked again.
            self._correct(slot, None)
            return
        if self.state.awaiting:
            self.state.awaiting.attempts += 1
            asked = self.runtime.domain.slots[self.state.awaiting.slot]
            self._with_buttons(self._buttons(asked))
        self._stopped = True

    def _choose(self, slot: str, values: tuple[Any, ...]) -> None:
        options = [{"value": v, "label": self._label(slot, v)} for v in values[:4]]
        self.state.awaiting = Awaiting("choose", slot, options)
        self.say("utter_which_one", pick_buttons(options), options=listed([o["label"] for o in options], self.state.language))
        self._stopped = True

    def _clarify(self, flows: tuple[str, ...]) -> None:
        language = self.state.language
        options = [{"value": f, "label": self.runtime.flows[f].names.get(language, f)} for f in flows]
        self.state.awaiting = Awaiting("clarify", options=options)
        self.state.misunderstood += 1
        shown = listed([o["label"] for o in options], language)
        self.say("utter_clarify", pick_buttons(options), options=shown)
        self._stopped = True

    def _correct(self, slot: str, value: Any) -> None:
        """Go back to where the slot was asked; what was answered after it stays, confirmations are asked again."""
        for depth in range(len(self.state.stack) - 1, -1, -1):
            frame = self.state.stack[depth]
            if slot not in frame.answered:
                continue
            del self.state.stack[depth + 1 :]
            flow = self.runtime.flows[frame.flow]
            asked = self._asked_by(flow, slot)
            frame.step = asked.id
            self.state.awaiting = None
            if value is None:
                frame.answered.remove(slot)
                self.state.slots[slot] = None
                self.say("utter_correct_that")
            else:
                self._fill(slot, value)
                self.say("utter_corrected", value=self._label(slot, value))
                if asked.kind == "collect":
                    frame.step = self._following(asked)
            return

    def _label(self, slot: str, value: Any) -> str:
        """A value by the name it was offered under, else as its format shows it."""
        definition = self.runtime.domain.slots[slot]
        labels = {choice.value: choice.labels[0] for choice in self.runtime.interpreter.answers.choices(definition, self.state)}
        return labels.get(str(value)) or show(value, definition, self.state.language)

    def _asked_by(self, flow: Flow, slot: str) -> Step:
        """The step of this flow that asks for the slot, itself or by calling the flow that does."""
        for step in flow.steps.values():
            if step.kind == "collect" and step.target == slot:
                return step
        flows = self.runtime.flows
        return next(s for s in flow.steps.values() if s.kind == "call" and slot in collected(flows[s.target], flows))

    def _start(self, flow: str) -> None:
        self.push(flow, "digression" if self.state.stack else "flow")

    def push(self, flow: str, kind: Any) -> None:
        """Begin a flow over whatever is running."""
        definition = self.runtime.flows[flow]
        self.state.awaiting = None
        self.state.stack.append(Frame(flow, definition.first, kind))
        if definition.goal:
            self.decision.effects.append(Effect("goal", {"goal": definition.goal, "stage": definition.stage}))

    def _change_language(self, language: str | None) -> None:
        if language in SUPPORTED and language is not None:
            if language == self.state.language:
                self.say("utter_language_already")
            else:
                self.state.language = language
                self.decision.effects.append(Effect("language", {"language": language}))
                self.say("utter_language_changed")
        else:
            self.say("utter_language_unsupported" if language else "utter_language_which", language_buttons())
            self._stopped = language is None

    def _offer_language(self, language: str) -> None:
        if language not in SUPPORTED:
            self.say("utter_language_unsupported", language_buttons())
            return
        spoken, self.state.language = self.state.language, language
        self.state.pending = {"text": self.heard.text, "from": spoken, "intent": self.heard.understanding.intent.name}
        self.push("pattern_offer_language", "digression" if self.state.stack else "flow")

    def _repeat(self) -> None:
        last = list(self.state.said)
        buttons = self._open_buttons()
        if last:
            self.say("utter_repeat", buttons, last=" ".join(last))
            self._aside = True
        else:
            self.say("utter_anything_else")
        self._stopped = True

    async def _question(self, otherwise: c.Command) -> None:
        """Answer from the knowledge base and ask again; what it does not surely know is taken as it was said."""
        if await self._known_answer():
            self.state.awaiting = None
        else:
            await self.carry_out(otherwise)

    async def _known(self, flow: str, otherwise: tuple[c.Command, ...]) -> None:
        """Begin the flow that answers questions when this is word for word one that has an answer."""
        answers = await self.scene.knowledge.search(self.heard.text, self.state.language)
        if answers and answers[0].score >= FAQ_EXACT:
            self._start(flow)
            return
        for command in otherwise:
            await self.carry_out(command)

    # ---- not understood: rephrase, then buttons, then a person

    async def _not_understood(self) -> None:
        self.decision.understood = False
        self.decision.effects.append(Effect("problem", {"kind": "not_understood"}))
        if not self.state.stack and await self._known_answer():
            self.decision.effects.pop()
            self._stopped = True
            return
        if self._give_up():
            return
        if self.state.awaiting and self.state.awaiting.kind == "collect":
            self._ask_differently(self.state.awaiting)
        elif self.state.awaiting:
            self.say("utter_use_buttons", pick_buttons(self.state.awaiting.options))
        else:
            self.say("utter_ask_rephrase" if self.state.misunderstood == 1 else "utter_menu")
        self._stopped = True

    def _give_up(self) -> bool:
        """Count a failure; at the third in a row a person is asked in."""
        self.state.misunderstood += 1
        if self.state.misunderstood < (STRAINED_ATTEMPTS if self._strained else KIND_ATTEMPTS):
            return False
        self.state.misunderstood = 0
        self.say("utter_handoff_misunderstood")
        self.decision.effects.append(Effect("handoff", {"reason": "not_understood"}))
        self._stopped = True
        return True

    def _ask_differently(self, waiting: Awaiting) -> None:
        slot = self.runtime.domain.slots[waiting.slot]
        waiting.attempts += 1
        special, example = f"utter_rephrase_{slot.name}", f"utter_example_{slot.name}"
        if not self.runtime.wording.has(example):
            example = f"utter_example_{slot.parser}"
        if self.runtime.wording.has(special) and self.state.misunderstood == 1:
            self.say(special, self._buttons(slot))
            return
        if self.state.misunderstood == 1:
            self.say("utter_not_understood")
            if self.runtime.wording.has(example):
                self.say(example, self._buttons(slot))
            else:
                self._offer(self._buttons(slot))
            return
        self.say("utter_still_not_understood")
        frame = self.state.stack[-1]
        self.say(self.runtime.flows[frame.flow].steps[frame.step].utter or example, self._buttons(slot))
        self._offer(self._buttons(slot) if self._spoken else self._way_out())

    async def _known_answer(self) -> bool:
        answers = await self.scene.knowledge.search(self.heard.text, self.state.language)
        if not answers or answers[0].score < FAQ_SURE:
            return False
        self.state.misunderstood = 0
        self.decision.understood = True
        self.say("utter_faq_answer", answer=answers[0].text, source=answers[0].source)
        return True

    # ---- walking flows

    async def first(self, flow: str) -> None:
        """Walk a flow before the message is answered; one that asks something or hands over is itself the answer."""
        waiting, above = self.state.awaiting, len(self.state.stack)
        self.push(flow, "call")
        await self.advance(above)
        if not self._stopped:
            self.state.awaiting = waiting

    async def advance(self, above: int = 0) -> None:
        """Walk the top flow until it asks, ends or hands over; with ``above``, only what lies on so many flows."""
        for _ in range(MOST_STEPS):
            if self._stopped or len(self.state.stack) <= above:
                break
            frame = self.state.stack[-1]
            if frame.step == END:
                self._end(frame)
            else:
                await self._walk(frame, self.runtime.flows[frame.flow].steps[frame.step])
        else:
            raise FlowLoopError(self.state.stack[-1].flow)

    async def _walk(self, frame: Frame, step: Step) -> None:
        if step.kind == "collect":
            self._collect(frame, step)
            return
        if step.kind == "link":
            frame.step = END
            self.state.stack.pop()
            self._reset(frame)
            self.push(step.target, frame.kind)
            return
        if step.kind == "call":
            frame.step = self._following(step)
            self.push(step.target, "call")
            return
        if step.kind == "set_slots":
            self.state.slots.update(step.values)
        elif step.kind == "action":
            await self._act(step.target)
        if self.state.stack and self.state.stack[-1] is frame:
            frame.step = self._following(step)

    def _collect(self, frame: Frame, step: Step) -> None:
        slot = self.runtime.domain.slots[step.target]
        known = self.state.slots.get(slot.name) is not None
        if known and not step.ask_before_filling:
            frame.step = self._following(step)
            return
        self.state.slots[slot.name] = None
        self.state.awaiting = Awaiting("collect", slot.name)
        self.say(step.utter, self._buttons(slot))
        self._stopped = True

    async def _act(self, name: str) -> None:
        if name.startswith("utter_"):
            self.say(name)
            return
        turn = ActionTurn(self.scene, self.state.language, self.heard, dict(self.state.slots))
        await self.runtime.actions[name](turn)
        self.state.slots.update(turn.updates)
        for response, values in turn.said:
            self.say(response, **values)
        for effect in turn.effects:
            self._take_effect(effect)

    def _take_effect(self, effect: Effect) -> None:
        """Effects on the dialog itself happen here; all others leave with the decision."""
        if effect.kind == "cancel":
            self._cancel()
        elif effect.kind == "committed":
            for frame in self.state.stack:
                frame.answered.clear()
        elif effect.kind == "answered":
            self._answer_known(str(effect.data["slot"]))
        elif effect.kind == "switch_back":
            self._switch(back=True)
        elif effect.kind == "switch":
            self._switch(back=False)
        elif effect.kind == "text":
            text = self.runtime.wording.written(effect.data["response"], self.state, effect.data["values"])
            self.decision.effects.append(Effect("text", {"text": text}))
        else:
            self.decision.effects.append(effect)
        if effect.kind == "close":
            self.state.stack.clear()
            self.state.awaiting = None
            self.state.closed = self._stopped = True
        if effect.kind in ("handoff", "end_call"):
            self._stopped = True
            self._step_over()

    def _answer_known(self, slot: str) -> None:
        """An action filled a slot that the flow asks for: the person may correct it like an answer of their own."""
        if self.state.stack and slot not in self.state.stack[-1].answered:
            self.state.stack[-1].answered.append(slot)

    def _step_over(self) -> None:
        """After a hand-over or the end of a call the flow goes on behind the step that asked for it."""
        frame = self.state.stack[-1] if self.state.stack else None
        if frame and frame.step != END:
            step = self.runtime.flows[frame.flow].steps[frame.step]
            if step.kind == "action":
                frame.step = self._following(step)

    def _cancel(self) -> None:
        for frame in self.state.stack:
            self._reset(frame)
        self.state.stack.clear()
        self.state.awaiting = None

    def _switch(self, *, back: bool) -> None:
        pending = self.state.pending or {}
        if back:
            self.state.language = pending.get("from", self.state.language)
        else:
            self.decision.effects.append(Effect("language", {"language": self.state.language}))
            flow = self.runtime.interpreter.flow_for(Intent(pending.get("intent", ""), 1.0), DialogState(self.state.language), self.scene)
            if flow and flow not in {frame.flow for frame in self.state.stack}:
                self.state.stack[-1].step = END
                self._end(self.state.stack[-1], quiet=True)
                self._start(flow)
        self.state.pending = None

    def _end(self, frame: Frame, *, quiet: bool = False) -> None:
        flow = self.runtime.flows[frame.flow]
        self.state.stack.pop()
        if frame.kind == "call" and self.state.stack:
            caller = self.state.stack[-1]
            caller.answered += [slot for slot in frame.answered if slot not in caller.answered]
            return
        self._reset(frame)
        if quiet:
            return
        if self.state.stack and frame.kind == "digression" and flow.resumes:
            below = self.runtime.flows[self.state.stack[-1].flow]
            if below.opens and not self.state.stack[-1].answered:
                return  # hardly begun: who it is may not be told yet what it is about
            self.say("utter_resume", flow_name=below.names.get(self.state.language, below.id))
        elif not self.state.stack and flow.goal:
            self.say("utter_anything_else")

    def _reset(self, frame: Frame) -> None:
        """Forget the answers that belong to this flow and to the flows it called: those end with their caller."""
        flow = self.runtime.flows[frame.flow]
        called = {step.target for step in flow.steps.values() if step.kind == "call"}
        flows = (flow, *(self.runtime.flows[target] for target in called))
        for step in (step for flow in flows for step in flow.steps.values()):
            if step.kind == "collect" and step.reset_after_flow_ends and not self.runtime.domain.slots[step.target].persists:
                self.state.slots.pop(step.target, None)

    def _following(self, step: Step) -> str:
        surroundings = names(self.state, self.scene)
        for branch in step.next:
            if branch.condition is None or evaluate(branch.condition, surroundings):
                return branch.then
        return END

    # ---- buttons

    def _buttons(self, slot: Slot) -> Buttons:
        return slot_buttons(slot, self.runtime.interpreter.answers.choices(slot, self.state), self.state.language)

    def _open_buttons(self) -> Buttons:
        waiting = self.state.awaiting
        if waiting is None:
            return ()
        return self._buttons(self.runtime.domain.slots[waiting.slot]) if waiting.kind == "collect" else pick_buttons(waiting.options)

    def _with_buttons(self, buttons: Buttons) -> None:
        """Put buttons under the last reply."""
        if self.decision.replies and buttons:
            last = self.decision.replies[-1]
            self.decision.replies[-1] = Reply(last.text, last.response, (*last.buttons, *buttons))

    def _offer(self, buttons: Buttons) -> None:
        """Put buttons under the last reply; on a call say what they are, unless that reply did."""
        if not self._spoken:
            self._with_buttons(buttons)
        elif buttons and spoken_options(buttons, self.state.language) not in self.decision.replies[-1].text:
            self.say("utter_options_spoken", buttons)

    def _way_out(self) -> Buttons:
        return self.runtime.wording.say("utter_way_out_buttons", self.state, self.scene.channel).buttons
