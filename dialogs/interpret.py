"""From a message to commands: is it the answer, a correction, another wish, or something built in?

The order of the questions is the policy: a button; a request that always counts (a person, STOP); an intent the question
waits for; a correction; a plain answer; a digression; nothing understood.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dialogs.answers import EXACT, Answers, Reading, fold
from dialogs.commands import (
    ChangeLanguage,
    Clarify,
    Command,
    Correct,
    Disambiguate,
    Known,
    NotUnderstood,
    OfferLanguage,
    Prefill,
    Question,
    Reject,
    Repeat,
    SetSlot,
    StartFlow,
    Wait,
)
from dialogs.domain import Domain, IntentMapping, Slot
from dialogs.expressions import evaluate
from dialogs.flow import Flow, Step, collected
from dialogs.scene import Heard, Scene
from dialogs.state import DialogState
from nlu.parsers.base import Choice, Context
from nlu.types import FALLBACK, LANGUAGES, Intent

ALWAYS = frozenset({"speak_to_human", "opt_out"})
"""Intents that win over any question, unless the sentence plainly answers it."""
TALK = frozenset({"repeat", "wait", "cancel", "change_language", "help", "are_you_a_bot", "data_request", *ALWAYS})
"""Intents about the conversation itself; only these (and questions) interrupt a free-text answer."""
ASKING = frozenset({"ask_salary", "ask_location", "ask_company", "ask_contract", "opening_hours", "product_question"})
"""Intents that ask something: a statement that holds the answer to what we asked ("about 35 an hour") is not one."""
ASKS_SHOP, ASKS_SHOP_GOAL = "product_question", "question"
"""The intent of a question to the knowledge base, and the goal of the flow that answers it."""
COURTESIES = frozenset({"greet", "thank", "goodbye", "affirm", "deny"})
"""Intents that need no asking back which of them was meant."""
SURE = 0.6
"""The confidence (0..1) from which an intent may interrupt a question."""
SURE_IN_FREE_TEXT = 0.9
"""The same in free text, where any word may be part of the answer ("quick and to the point" is no "wait")."""
SURE_QUESTION = 0.8
BACK_OUT = "pattern_cancel"
"""The flow that asks whether to leave what was begun."""
CERTAIN = 0.95
"""How sure (0..1) an answer must be to win over a request for a person or STOP."""
SURE_OVER_VALUE = 0.9
"""The confidence (0..1) it takes when the sentence also holds an answer ("yes, I am Polish")."""
BRIEF = 4
"""Words up to which "no, thanks" answers a question for free text; a longer sentence is the text."""
SHORT = 8
"""Words up to which a sentence that fits no intent but names a language asks for that language."""
CLOSE = 0.15
"""Two intents nearer than this are asked about when the conversation is idle."""

_CUES = {
    "pl": r"na my[sś]li|chodzi(ł|l)o mi|pomyli|przej[eę]zycz|\bjednak\b|popraw|zmie[nń]|\bźle\b|\bzle\b"
    r"|nie .{1,40}\b(tylko|ale|lecz)\b|\ba nie\b|^nie,",
    "en": r"\bmeant?\b|\bactually\b|\bmistake\b|\binstead\b|correct(ion)?\b|\bchange\b|\bnot .{1,40}\bbut\b|\brather\b|^no,|\bwrong\b",
    "ro": r"am vrut s[aă]|de fapt|m[aă] refer|gre[sșş]i|schimb|corect|\bnu .{1,40}\bci\b|^nu,|mai degrab[aă]",
}
_HEDGE = re.compile(
    r"\b(zalezy|moze|chyba|nie wiem|czasem|czasami|ewentualnie"
    r"|depends?|maybe|perhaps|possibly|sometimes|not sure|dunno|i guess"
    r"|depinde|poate|uneori|nu stiu|nu prea)\b"
)
"""What is neither yes nor no, folded: the NLU would have it a yes."""
_FAREWELL = re.compile(
    r"\b(bye|goodbye|good night|see you|farewell|cheers|take care|nice day|good day|good evening|good weekend|later|talk soon"
    r"|do widzenia|do uslyszenia|do zobaczenia|zegnam\w*|dobranoc|na razie|czesc|pa|milego|dobrego|udanego|spokojnego|pozdrawiam"
    r"|la revedere|pe curand|noapte buna|pa|o zi|o seara|weekend|salut\w*|numai bine|toate cele bune)\b"
)
"""Words of farewell, folded."""
_NO = re.compile(r"^\W*(nie|no|nu)\b\W*", re.IGNORECASE)
_PAYLOAD = re.compile(r"^/(?P<name>\w+)(?:\((?P<slot>\w+)=(?P<value>.*)\))?$", re.DOTALL)


def _doubted(heard: Heard) -> Heard:
    """The message as it is taken: a long sentence without a word of farewell is none, however sure the NLU is. Of what was misheard on a
    call it may be quite sure, and a farewell hangs up."""
    found = heard.understanding
    if found.intent.name != "goodbye" or len(heard.text.split()) <= SHORT or _FAREWELL.search(fold(heard.text)):
        return heard
    others = tuple(intent for intent in found.ranking if intent.name != "goodbye")
    return replace(heard, understanding=replace(found, intent=Intent(FALLBACK, 0.0), ranking=others))


class Interpreter:
    """Reads messages against the flows and the domain."""

    def __init__(self, domain: Domain, flows: Mapping[str, Flow]) -> None:
        self._domain, self._flows = domain, flows
        self.answers = Answers(domain)

    def interpret(self, heard: Heard, state: DialogState, scene: Scene) -> list[Command]:
        """What this message asks for: at least one command."""
        payload = _PAYLOAD.match(heard.text.strip())
        if payload:
            return self._payload(payload, state, scene)
        heard = _doubted(heard)
        waiting = state.awaiting
        if waiting and waiting.kind != "collect":
            chosen = self._option(heard.text, state, scene)
            if chosen is not None:
                return [chosen]
        slot = self._asked(state)
        if slot is not None:
            return self._answer(heard, slot, state, scene)
        return self._idle(heard, state, scene)

    def prefills(self, flow: Flow, text: str, state: DialogState, scene: Scene) -> list[Command]:
        """Values of the flow's own slots that the sentence which starts it already holds."""
        found: list[Command] = []
        for name in collected(flow, self._flows):
            slot = self._domain.slots[name]
            if not slot.prefill or state.slots.get(name) is not None:
                continue
            reading = self.answers.read(slot, text, state, scene)
            sure = VAGUE if slot.parser == "when" else HOLDS_VALUE
            if reading is None or reading.confidence < sure or reading.alternatives or self._refused(slot, reading.value, state, scene):
                continue
            if self.answers.named(slot, reading.value, text, state, scene):
                found.append(Prefill(name, reading.value))
        return found

    # ---- while something is asked

    def _asked(self, state: DialogState) -> Slot | None:
        return self._domain.slots.get(state.awaiting.slot) if state.awaiting and state.awaiting.slot else None

    def _answer(self, heard: Heard, slot: Slot, state: DialogState, scene: Scene) -> list[Command]:
        intent, sure = heard.understanding.intent.name, heard.understanding.intent.confidence
        reading = self.answers.read(slot, heard.text, state, scene)
        mapped = _mapped(slot, heard)
        plain = reading is not None and reading.strong and slot.parser != "text"
        if _is_question(heard.text) and slot.parser == "choice" and slot.format != "datetime":
            plain = plain and reading is not None and reading.confidence >= EXACT
        brief = slot.parser != "text" or len(heard.text.split()) <= BRIEF
        unsettled = slot.parser == "yes_no" and reading is None and _HEDGE.search(fold(heard.text))
        if mapped and brief and not plain and not unsettled:
            return [SetSlot(slot.name, mapped.value), *self._alongside(slot, heard.text, state, scene)]
        if intent in ALWAYS and sure >= SURE and not (plain and reading is not None and reading.confidence >= CERTAIN):
            return self._wish(heard, state, scene) or [NotUnderstood()]
        if self._backs_out(heard, slot, reading):
            asked = any(frame.flow == BACK_OUT for frame in state.stack)
            return [StartFlow(BACK_OUT)] if BACK_OUT in self._flows and not asked else [NotUnderstood()]
        correction = [] if plain else self._correction(heard, slot, state, scene)
        if correction:
            return correction
        if not plain and self._interrupts(heard, slot, reading):
            wish = self._wish(heard, state, scene)
            if wish:
                return self._unless_known(wish, heard, state, scene)
        if reading is not None:
            filled = self._filled(slot, reading.value, reading.alternatives, state, scene)
            if _is_question(heard.text) and not plain and slot.type != "question" and isinstance(filled, (SetSlot, Reject, Disambiguate)):
                guessed = slot.parser == "choice" and slot.format != "datetime" and reading.confidence < NAMED
                return [Question(NotUnderstood() if guessed else filled)]
            whole = slot.parser in ("choice", "yes_no") and isinstance(filled, SetSlot)
            return [filled, *(self._alongside(slot, heard.text, state, scene) if whole else ())]
        implied = self._implied(slot, heard.text, state, scene) or self._put_right(heard, slot, state, scene)
        implied = implied or self._yes_or_no(slot, heard.text, state, scene)
        if implied:
            return implied
        if self._foreign(heard, state):
            return [OfferLanguage(heard.detected_language)]
        if not _is_question(heard.text):
            return [NotUnderstood()]
        wish = self._wish(heard, state, scene) if intent == FALLBACK else []  # a question nobody trained: a flow may take it
        return wish or [Question(NotUnderstood())]

    def _backs_out(self, heard: Heard, slot: Slot, reading: Reading | None) -> bool:
        """A plain "no, rather not" to a question that "no" does not answer: the person wants to leave it."""
        intent = heard.understanding.intent
        if slot.parser in ("yes_no", "text") or len(heard.text.split()) > 3:
            return False
        unclear = reading is None or bool(reading.alternatives)
        return intent.name == "deny" and intent.confidence >= SURE_IN_FREE_TEXT and unclear

    def _filled(self, slot: Slot, value: Any, alternatives: tuple[Any, ...], state: DialogState, scene: Scene) -> Command:
        refusal = self._refused(slot, value, state, scene)
        if refusal:
            usable = tuple(v for v in alternatives if not self._refused(slot, v, state, scene))
            return SetSlot(slot.name, usable[0]) if len(usable) == 1 else Reject(slot.name, refusal, value)
        if alternatives:
            usable = tuple(v for v in (value, *alternatives) if not self._refused(slot, v, state, scene))
            return Disambiguate(slot.name, usable) if len(usable) > 1 else SetSlot(slot.name, usable[0])
        return SetSlot(slot.name, value)

    def _refused(self, slot: Slot, value: Any, state: DialogState, scene: Scene) -> str | None:
        step = self._step_of(slot.name, state)
        return self.answers.refusal(slot, value, step.rejections if step else (), names(state, scene))

    def _step_of(self, slot: str, state: DialogState) -> Step | None:
        for frame in reversed(state.stack):
            for step in self._flows[frame.flow].steps.values():
                if step.kind == "collect" and step.target == slot:
                    return step
        return None

    def _interrupts(self, heard: Heard, slot: Slot, reading: Reading | None) -> bool:
        intent, question = heard.understanding.intent, _is_question(heard.text)
        if intent.name == FALLBACK:
            return False
        if slot.parser != "text":
            answered = reading is not None and reading.confidence >= HOLDS_VALUE and not question
            if answered and intent.name in ASKING:
                return False
            return intent.confidence >= (SURE_OVER_VALUE if answered else SURE)
        if question and intent.confidence >= SURE_QUESTION:
            return True
        return intent.name in TALK and intent.confidence >= SURE_IN_FREE_TEXT and len(heard.text.split()) <= 8

    def _alongside(self, asked: Slot, text: str, state: DialogState, scene: Scene) -> list[Command]:
        """Other values said with the answer ("no, let's move it to Friday")."""
        flow = self._flows[state.stack[-1].flow]
        return [found for found in self.prefills(flow, text, state, scene) if isinstance(found, Prefill) and found.slot != asked.name]

    def _implied(self, asked: Slot, text: str, state: DialogState, scene: Scene) -> list[Command]:
        """The answer that lies in a value for another slot: "on Friday", asked whether the time suits."""
        for mapping in asked.mappings:
            reading = self.answers.read(self._domain.slots[mapping.source], text, state, scene) if mapping.source else None
            if reading and reading.confidence >= 0.8:
                return [SetSlot(asked.name, mapping.value), *self._alongside(asked, text, state, scene)]
        return []

    def _yes_or_no(self, asked: Slot, text: str, state: DialogState, scene: Scene) -> list[Command]:
        """A plain yes or no where the slot says what they mean, though no intent was sure of it."""
        meant = {m.intent: m.value for m in asked.mappings if m.intent in ("affirm", "deny")}
        said = scene.parse("yes_no", text, Context(state.language, scene.now)) if meant and not _is_question(text) else None
        intent = "affirm" if said and said.value else "deny"
        return [SetSlot(asked.name, meant[intent])] if said and said.confidence >= HOLDS_VALUE and intent in meant else []

    # ---- corrections

    def _put_right(self, heard: Heard, asked: Slot, state: DialogState, scene: Scene) -> list[Command]:
        """Asked whether all is right, a value by itself ("5000 a month") puts an answer right."""
        step = self._step_of(asked.name, state)
        confirms = asked.parser == "yes_no" and step is not None and step.ask_before_filling
        return self._correction(heard, asked, state, scene, cued=True) if confirms and not _is_question(heard.text) else []

    def _correction(self, heard: Heard, asked: Slot, state: DialogState, scene: Scene, *, cued: bool = False) -> list[Command]:
        intent = heard.understanding.intent
        meant = intent.name == "correct" and intent.confidence >= SURE
        if not meant and not cued and not re.search(_CUES[state.language], heard.text, re.IGNORECASE):
            return []
        answered = [name for frame in reversed(state.stack) for name in reversed(frame.answered) if name != asked.name]
        named = [name for name in answered if self._names_slot(name, heard.text, state.language)]
        corrected = [
            self._corrected(slot, reading.value, asked, heard.text, state, scene)
            for slot, reading in self._other_readings(heard.text, named, answered, state, scene)
        ]
        if corrected:  # one that is refused counts only when the value fits no other answer
            return next((commands for commands in corrected if not isinstance(commands[0], Reject)), corrected[0])
        if named:
            return [Correct(named[0])]
        # "That's wrong" with nothing to put in its place: the last answer is asked again, unless the answer to the
        # question now open is what was said.
        if meant and answered and self.answers.read(asked, heard.text, state, scene) is None:
            return [Correct(answered[0])]
        return []

    def _other_readings(
        self, text: str, named: list[str], answered: list[str], state: DialogState, scene: Scene
    ) -> list[tuple[Slot, Reading]]:
        """What the text may say of earlier answers, the surest first and of these the latest answer."""
        found: list[tuple[Slot, Reading]] = []
        for name in named or answered:
            slot = self._domain.slots[name]
            if slot.parser in ("", "text") or (slot.parser == "yes_no" and not named):
                continue
            reading = self.answers.read(slot, text, state, scene)
            least = SURE_NAME if slot.parser == "choice" and not named else 0.5
            if reading and reading.value != state.slots.get(name) and reading.confidence >= least:
                found.append((slot, reading))
        return sorted(found, key=lambda pair: -pair[1].confidence)

    def _corrected(self, slot: Slot, value: Any, asked: Slot, text: str, state: DialogState, scene: Scene) -> list[Command]:
        refusal = self._refused(slot, value, state, scene)
        if refusal:
            return [Reject(slot.name, refusal, value)]
        commands: list[Command] = [Correct(slot.name, value)]
        if asked.parser not in ("", "text", "yes_no", slot.parser):
            also = self.answers.read(asked, _NO.sub("", text), state, scene)  # its "no," was for the old value
            if also and also.confidence >= STRONG_ENOUGH and not also.alternatives:
                commands.append(Prefill(asked.name, also.value))
        return commands

    def _names_slot(self, name: str, text: str, language: str) -> bool:
        low = fold(text)
        return any(fold(word) in low for word in self._domain.slots[name].labels.get(language, ()))

    # ---- wishes: built-in ones and flows

    def _idle(self, heard: Heard, state: DialogState, scene: Scene) -> list[Command]:
        ranked = [
            (flow, intent.confidence)
            for intent in (heard.understanding.intent, *heard.understanding.ranking)
            if (flow := self.flow_for(intent, state, scene)) is not None
        ]
        surest: dict[str, float] = {}
        for flow, confidence in ranked:
            surest.setdefault(flow, confidence)  # several intents may begin one flow
        ranked = list(surest.items())
        if self._foreign(heard, state):
            return [OfferLanguage(heard.detected_language)]
        if heard.understanding.intent.name == FALLBACK:
            named = self._language_named(heard.text, state, scene)
            if named in SUPPORTED and named != state.language and len(heard.text.split()) <= SHORT:
                return [ChangeLanguage(named)]
            guesses = tuple(flow for flow, sure in ranked if sure >= 0.25)[:2]
            return [Clarify(guesses)] if guesses and state.misunderstood == 0 else [NotUnderstood()]
        if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < CLOSE and not any(self._is_courtesy(flow) for flow, _ in ranked[:2]):
            return [Clarify((ranked[0][0], ranked[1][0]))]
        return self._unless_known(self._wish(heard, state, scene) or [NotUnderstood()], heard, state, scene)

    def _unless_known(self, wish: list[Command], heard: Heard, state: DialogState, scene: Scene) -> list[Command]:
        """ "How long does delivery take?" resembles "where is my parcel", but is a question of the knowledge base."""
        flow = self.flow_for(Intent(ASKS_SHOP, 1.0), state, scene) if _is_question(heard.text) else None
        answers = flow is not None and self._flows[flow].goal == ASKS_SHOP_GOAL
        other = isinstance(wish[0], StartFlow) and wish[0].flow != flow and bool(self._flows[wish[0].flow].goal)
        return [Known(flow, tuple(wish))] if flow and answers and other else wish

    def _is_courtesy(self, flow: str) -> bool:
        return any(trigger.intent in COURTESIES for trigger in self._flows[flow].triggers)

    def _wish(self, heard: Heard, state: DialogState, scene: Scene) -> list[Command]:
        intent = heard.understanding.intent.name
        if intent == "repeat":
            return [Repeat()]
        if intent == "wait":
            return [Wait()]
        if intent == "change_language":
            return [ChangeLanguage(self._language_named(heard.text, state, scene))]
        flow = self.flow_for(heard.understanding.intent, state, scene)
        if flow is None:
            return []
        return [StartFlow(flow), *self.prefills(self._flows[flow], heard.text, state, scene)]

    def flow_for(self, intent: Intent, state: DialogState, scene: Scene) -> str | None:
        """The flow that this intent starts here and now; a flow already begun is not begun again."""
        running = {frame.flow for frame in state.stack}
        surroundings = names(state, scene)
        for flow in self._flows.values():
            triggered = any(trigger.intent == intent.name and trigger.threshold <= intent.confidence for trigger in flow.triggers)
            if flow.id in running or not triggered:
                continue
            if flow.condition is None or evaluate(flow.condition, surroundings):
                return flow.id
        return None

    def _language_named(self, text: str, state: DialogState, scene: Scene) -> str | None:
        parsed = scene.parse("language", text, Context(state.language, scene.now))
        return str(parsed.value) if parsed else None

    @staticmethod
    def _foreign(heard: Heard, state: DialogState) -> bool:
        return bool(heard.detected_language) and heard.detected_language != state.language

    # ---- buttons and choices

    def _option(self, text: str, state: DialogState, scene: Scene) -> Command | None:
        """The option that was picked among those just offered, by number, position or name."""
        waiting = state.awaiting
        assert waiting is not None
        choices = tuple(Choice(str(index), (str(option["label"]),)) for index, option in enumerate(waiting.options))
        parsed = scene.parse("choice", text, Context(state.language, scene.now, choices=choices))
        if parsed is None or parsed.alternatives:
            return None
        return self._picked(waiting.options[int(parsed.value)]["value"], state)

    def _picked(self, value: Any, state: DialogState) -> Command:
        assert state.awaiting is not None
        if state.awaiting.kind == "clarify":
            return StartFlow(str(value)) if value in self._flows else NotUnderstood()
        return SetSlot(state.awaiting.slot, value)

    def _payload(self, match: re.Match[str], state: DialogState, scene: Scene) -> list[Command]:
        name, slot_name = match["name"], match["slot"]
        if name == "pick" and state.awaiting and (slot_name or "") == "option":
            options = state.awaiting.options
            index = int(match["value"]) if match["value"].isdigit() else -1
            return [self._picked(options[index]["value"], state)] if 0 <= index < len(options) else [NotUnderstood()]
        if name == "SetSlots" and slot_name:
            return [self._button_value(slot_name, match["value"], state, scene)]
        if name == "repeat":
            return [Repeat()]
        flow = name if name in self._flows else self.flow_for(Intent(name, 1.0), state, scene)
        startable = flow is not None and (self._flows[flow].triggers or self._flows[flow].goal)
        if flow is None or not startable or any(frame.flow == flow for frame in state.stack):
            return [NotUnderstood()]
        return [StartFlow(flow)]

    def _button_value(self, slot_name: str, raw: str, state: DialogState, scene: Scene) -> Command:
        """A button's value counts only for the slot that is being asked, and only if the slot may hold it."""
        slot = self._asked(state)
        if slot is None or slot.name != slot_name:
            return NotUnderstood()
        try:
            value = json.loads(raw)
        except ValueError:
            value = raw
        if self.answers.choices(slot, state):
            value = str(value) if not isinstance(value, str) else value
        return self._filled(slot, value, (), state, scene) if self.answers.valid(slot, value, state) else NotUnderstood()


SURE_NAME = 0.8
"""The confidence (0..1) from which the name of an option corrects an answer that was not named."""


def _mapped(slot: Slot, heard: Heard) -> IntentMapping | None:
    """The mapping whose value the intents mean together: "affirm" at 0.4 and "interested" at 0.3 are both a yes here."""
    understood = heard.understanding
    sure = {intent.name: intent.confidence for intent in (*understood.ranking, understood.intent) if intent.name != FALLBACK}
    found = [m for m in slot.mappings if m.intent in sure]
    best = max(found, key=lambda m: _together(m, found, sure), default=None)
    return best if best and _together(best, found, sure) >= SURE else None


def _together(mapping: IntentMapping, mappings: list[IntentMapping], sure: Mapping[str, float]) -> float:
    return sum(sure[m.intent] for m in mappings if m.value == mapping.value)


def _is_question(text: str) -> bool:
    return text.rstrip().endswith("?")


NAMED = 0.9
"""The confidence (0..1) from which an option was named in full, though in a question."""
VAGUE = 0.6
"""The same for times: "tomorrow after four" is a wish and not an appointment."""
HOLDS_VALUE = 0.8
"""The confidence (0..1) from which a reading counts as an answer within a longer sentence."""
STRONG_ENOUGH = 0.8
"""The confidence (0..1) a second value in a correcting sentence needs."""


def names(state: DialogState, scene: Scene) -> dict[str, Any]:
    """What conditions can read: ``slots.*`` and ``context.*``."""
    context = {
        **scene.context,
        "language": state.language,
        "channel": scene.channel,
        "kind": scene.kind,
        "idle": not state.stack,
        "flow": state.stack[-1].flow if state.stack else None,
        "turns": state.turns,
        "known": bool(scene.person.id),
        "today": scene.now.date().isoformat(),
        "now": scene.now.isoformat(),
        "strained": scene.feeling.level > 0,
        "abuse": scene.feeling.abuse,
    }
    return {"slots": state.slots, "context": context}


SUPPORTED = frozenset(LANGUAGES)
