"""What the bot collected and tried in a conversation: the flows that were begun, what was answered in them, and how each ended.

It is read off the turns: which flow was on top after each of them, what was awaited and what was said. What is still in the dialog's state
is shown as the bot took it; what a flow that is over has forgotten, in the person's own words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import i18n
from bot.desk.i18n import _, ngettext
from bot.desk.words import SLOTS, outcome_word, plain, slot_word, text_of, value_word
from bot.store.models import Conversation, Message, Touchpoint, Turn
from dialogs.domain import Domain
from dialogs.flow import Flow, collected
from dialogs.state import DialogState

MOST_TURNS = 500
"""Turns that are looked at, the last."""
MOST_WORDS = 2
"""Messages that nothing was understood of which are quoted."""
_ASIDE = frozenset({"pattern_cancel", "pattern_offer_language", "pattern_help", "phone_silence", "phone_recording", "phone_right_person"})
"""Flows that are about the conversation itself."""
_TELLING = frozenset({"pattern_complain", "pattern_data_request", "pattern_call_back_later", "pattern_opt_out", "pattern_wrong_person"})
"""Flows of the same kind in which a person wants something of us."""
_ENDS = {"pattern_call_back_later": "callback_agreed", "pattern_opt_out": "opted_out", "pattern_wrong_person": "wrong_person"}
_AFTERWARDS = frozenset({*_ENDS.values(), "handed_over", "cancelled_by_person", "continued_in_writing"})
"""Outcomes that a contact is given by something else than the flow it was for."""
_MISSED = ("utter_not_understood", "utter_still_not_understood", "utter_ask_rephrase", "utter_rephrase_", "utter_use_buttons",
           "utter_clarify", "utter_menu", "utter_handoff_misunderstood")  # fmt: skip
"""What the bot says when it has not understood."""
_NO_ANSWERS = frozenset({"speak_to_human", "cancel", "goodbye"})
"""What ends a question without answering it."""
_CORRECTED = frozenset({"utter_corrected", "utter_correct_that"})
_PAYLOAD = re.compile(r"^/(?P<name>\w+)(?:\((?P<slot>\w+)=(?P<value>.*)\))?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """One flow that was begun, in words for people. ``slots``: what was collected (name and value). ``result``: done, open, given_up,
    handed_over or what the flow itself noted; ``outcome`` says it in words, with what went wrong. ``flow`` is its id, "" for what fitted
    no flow. ``misunderstood`` and ``corrected`` count messages."""

    flow: str
    name: str
    slots: tuple[tuple[str, str], ...]
    outcome: str
    result: str
    misunderstood: int = 0
    corrected: int = 0


async def tried(
    session: AsyncSession, conversation: Conversation, flows: Mapping[str, Flow], domain: Domain, language: str = ""
) -> tuple[Step, ...]:
    """What was begun in a conversation, in that order; ``language`` "" is that of whoever looks."""
    language = language or i18n.language()
    exchanges = await _exchanges(session, conversation)
    query = select(Touchpoint.goal, Touchpoint.outcome).where(Touchpoint.conversation_id == conversation.id).order_by(Touchpoint.id)
    touched = [(goal, outcome) for goal, outcome in (await session.execute(query)).all()]
    reading = _Reading(flows, {goal for goal, _outcome in touched})
    for exchange in exchanges:
        reading.take(exchange)
    state = DialogState.from_json(conversation.state)
    reading.stand([frame.flow for frame in state.stack])
    with i18n.speaking(language):
        return tuple(_shown(begun, reading.begun, touched, conversation, state, flows, domain, language) for begun in reading.begun)


# ---- what was stored


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One turn that the bot had: what was said to it, what it was found to mean, and where the dialog stood afterwards."""

    said: str
    display: str
    intent: str
    sure: float
    responses: tuple[str, ...]
    flow: str
    awaiting: str


async def _exchanges(session: AsyncSession, conversation: Conversation) -> Sequence[_Exchange]:
    """The bot's turns, oldest first; those in which an agent had the conversation are left out."""
    replies = func.jsonb_path_query_array(Turn.answer, cast("$.replies[*].seq", JSONPATH))
    query = (
        select(Turn.nlu["intent"], Turn.answer["state"], replies, Turn.nlu.is_not(None))
        .where(Turn.conversation_id == conversation.id)
        .order_by(Turn.id.desc())
        .limit(MOST_TURNS)
    )
    turns = (await session.execute(query)).all()[::-1]
    written = select(Message.seq, Message.text, Message.display, Message.response, Message.direction)
    messages = {row.seq: row for row in (await session.execute(written.where(Message.conversation_id == conversation.id))).all()}
    found, owner = [], "bot"
    for intent, state, numbers, heard in turns:
        before, owner = owner, str(state.get("owner") or "bot")
        if before != "bot" and owner != "bot":
            continue
        answers = [messages[seq] for seq in numbers if seq in messages]
        said = messages.get(numbers[0] - 1) if heard and numbers else None
        said = said if said is not None and said.direction == "in" else None
        found.append(
            _Exchange(
                said.text if said else "", (said.display or said.text) if said else "", str((intent or {}).get("name") or ""),
                float((intent or {}).get("confidence") or 0.0), tuple(answer.response for answer in answers),
                str(state.get("flow") or ""), str(state.get("awaiting") or ""),
            )
        )  # fmt: skip
    return found


# ---- what it tells


@dataclass(slots=True)
class _Begun:
    """A flow that was begun: ``open`` while it is on the stack, ``top`` while the bot is busy with it."""

    flow: str
    answers: dict[str, str] = field(default_factory=dict)
    misunderstood: int = 0
    corrected: int = 0
    cancelled: bool = False
    open: bool = True
    words: list[str] = field(default_factory=list)


def _wish(turn: _Exchange) -> str:
    """What the message asks for: what a button or a key names, or the intent."""
    payload = _PAYLOAD.match(turn.said)
    return payload["name"] if payload else turn.intent


class _Reading:
    """Follows the turns and notes what was begun."""

    def __init__(self, flows: Mapping[str, Flow], goals: set[str]) -> None:
        self._flows, self._goals = flows, goals
        self._callers = _callers(flows)
        self.begun: list[_Begun] = []
        self._flow = self._awaiting = ""

    def take(self, turn: _Exchange) -> None:
        """One turn: what it answered, what it began, what it ended."""
        missed = any(name.startswith(_MISSED) for name in turn.responses) and turn.intent != "help"
        current = self._current(self._flow)
        if missed:
            self._miss(current, turn)
        elif current is not None and turn.said and _wish(turn) not in _NO_ANSWERS and self._answers(current, turn):
            current.answers.pop(self._awaiting, None)  # the last answer stands where it was given
            current.answers[self._awaiting] = turn.display
        if current is not None:
            current.corrected += bool(_CORRECTED & set(turn.responses))
        if "utter_cancelled" in turn.responses:  # everything that was begun is left
            for each in self.begun:
                each.cancelled = each.cancelled or each.open
        for flow in self._started(turn):
            self._begin(flow)
        if turn.flow and turn.flow != self._flow and self._current(turn.flow) is None:
            self._begin(self._whole(turn.flow))
        if not turn.flow:
            for each in self.begun:
                each.open = False
        self._flow, self._awaiting = turn.flow, turn.awaiting

    def stand(self, stack: Sequence[str]) -> None:
        """Where the dialog stands now: what is on the stack is open, whatever else was begun is over."""
        for flow in stack:
            if self._tells(flow) and flow not in self._callers and all(each.flow != flow for each in self.begun):
                self._begin(flow)
        newest = {each.flow: each for each in self.begun}
        for each in self.begun:
            each.open = each.flow in stack and newest[each.flow] is each

    def _answers(self, current: _Begun, turn: _Exchange) -> bool:
        """Whether the message answered what the flow had asked: then something else is asked now, or an answer was corrected."""
        asked = self._awaiting in _asked_in(self._flows[current.flow], self._flows)
        return asked and (turn.awaiting != self._awaiting or bool(_CORRECTED & set(turn.responses)))

    def _miss(self, current: _Begun | None, turn: _Exchange) -> None:
        """Count a message that was not understood where it belongs; what belongs nowhere is kept in the person's words."""
        if current is None:
            current = next((each for each in self.begun if not each.flow), None)
            if current is None:
                current = _Begun("", open=False)
                self.begun.append(current)
            current.words.append(turn.display)
        current.misunderstood += 1

    def _started(self, turn: _Exchange) -> Iterable[str]:
        """The flows that this message began and that are not on top any more, or were under another one from the start."""
        wanted = _wish(turn) if _PAYLOAD.match(turn.said) else ""
        for flow in self._flows.values():
            triggered = any(trigger.intent == turn.intent and turn.sure >= trigger.threshold for trigger in flow.triggers)
            if not (triggered or wanted == flow.id or any(trigger.intent == wanted for trigger in flow.triggers)):
                continue
            on_top = turn.flow == flow.id or flow.id in self._callers.get(turn.flow, ())
            said = bool(_says(flow) & set(turn.responses))
            ended = bool(flow.goal) and flow.goal in self._goals and not turn.flow and self._flow != flow.id
            if self._tells(flow.id) and (on_top or said or ended) and self._current(flow.id) is None:
                yield flow.id

    def _begin(self, flow: str) -> None:
        if self._tells(flow) and flow not in self._callers:
            self.begun.append(_Begun(flow))

    def _current(self, flow: str) -> _Begun | None:
        """What the bot is busy with while this flow is on top: that flow, or the one that called it."""
        names = {flow, *self._callers.get(flow, ())}
        return next((each for each in reversed(self.begun) if each.open and each.flow and each.flow in names), None)

    def _whole(self, flow: str) -> str:
        """The flow itself, or, of one that is only called, the caller whose goal is on record."""
        callers = self._callers.get(flow, ())
        return next((caller for caller in callers if self._flows[caller].goal in self._goals), flow)

    def _tells(self, flow: str) -> bool:
        """Whether an agent wants to hear of it."""
        found = self._flows.get(flow)
        if found is None or flow in _ASIDE:
            return False
        if flow.startswith("pattern_"):
            return flow in _TELLING
        return bool(found.goal) or not found.opens


def _callers(flows: Mapping[str, Flow]) -> dict[str, tuple[str, ...]]:
    """Flows that only others call, with those that do."""
    found: dict[str, list[str]] = {}
    for flow in flows.values():
        for step in flow.steps.values():
            if step.kind == "call" and not flows[step.target].triggers and not flows[step.target].goal:
                found.setdefault(step.target, []).append(flow.id)
    return {flow: tuple(callers) for flow, callers in found.items()}


def _says(flow: Flow) -> set[str]:
    """The responses that a flow names."""
    steps = flow.steps.values()
    return {step.utter for step in steps if step.utter} | {step.target for step in steps if step.target.startswith("utter_")}


def _asked_in(flow: Flow, flows: Mapping[str, Flow]) -> tuple[str, ...]:
    return collected(flow, flows)


# ---- in words


def _shown(
    begun: _Begun, every: Sequence[_Begun], touched: Sequence[tuple[str, str]], conversation: Conversation, state: DialogState,
    flows: Mapping[str, Flow], domain: Domain, language: str,
) -> Step:  # fmt: skip
    if not begun.flow:
        said = tuple((_("their words"), text_of(words)) for words in begun.words[-MOST_WORDS:])
        return Step("", _("Not recognised as anything"), said, _note("", begun), "", begun.misunderstood)
    flow = flows[begun.flow]
    same = [each for each in every if each.flow and flows[each.flow].goal == flow.goal]
    noted = [outcome for goal, outcome in touched if goal == flow.goal and flow.goal]
    result = _result(begun, noted[min(same.index(begun), len(noted) - 1)] if noted else "", conversation)
    latest = [each for each in every if each.flow == begun.flow][-1] is begun
    slots = _slots(begun, flow, state if latest and begun.open else None, flows, domain, language)
    name = text_of(flow.names.get(language) or flow.names.get("en") or plain(flow.id))
    return Step(flow.id, name, slots, _note(result, begun), result, begun.misunderstood, begun.corrected)


def _result(begun: _Begun, noted: str, conversation: Conversation) -> str:
    """How it ended: as the flow noted it, unless that note is about what came after it in the same contact."""
    if begun.cancelled:
        return "cancelled_by_person"
    if begun.open:
        return "open" if conversation.owner == "bot" else "handed_over"
    if begun.flow in _ENDS:
        return _ENDS[begun.flow]
    return noted if noted and noted not in _AFTERWARDS else "done"


def _slots(
    begun: _Begun, flow: Flow, state: DialogState | None, flows: Mapping[str, Flow], domain: Domain, language: str
) -> tuple[tuple[str, str], ...]:
    """What was collected, in the order in which it was told; what the bot still knows comes as it understood it."""
    asked = _asked_in(flow, flows)
    found: dict[str, str] = {}
    known = state.slots if state is not None else {}
    if any("order_id" in step.values for step in flow.steps.values()) and known.get("order_id"):
        found[slot_word("order_id")] = value_word(known["order_id"], None, language)
    for name in dict.fromkeys([*begun.answers, *(slot for slot in asked if known.get(slot) is not None)]):
        slot = domain.slots.get(name)
        if slot is None or (slot.parser == "yes_no" and name not in SLOTS):
            continue
        value = value_word(known.get(name), slot, language, known) or _in_words(begun.answers.get(name, ""), slot, language)
        if value:
            found.setdefault(slot_word(name), value)
    return tuple(found.items())


def _in_words(said: str, slot: Any, language: str) -> str:
    """What somebody said; of a button, the value that it stands for."""
    payload = _PAYLOAD.match(said)
    if not payload:
        return text_of(said)
    raw = payload["value"] or payload["name"]
    try:
        return value_word(json.loads(raw), slot, language)
    except ValueError:
        return value_word(raw, slot, language)


def _note(result: str, begun: _Begun) -> str:
    """How it ended, and what went wrong on the way."""
    notes = [outcome_word(result)] if result else []
    if begun.misunderstood:
        notes.append(ngettext("misunderstood {count} time", "misunderstood {count} times", begun.misunderstood))
    if begun.corrected:
        notes.append(ngettext("corrected {count} time", "corrected {count} times", begun.corrected))
    return ", ".join(notes)
