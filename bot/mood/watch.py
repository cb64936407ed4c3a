"""Watches over the mood of one conversation after another: whose may be judged, what is known of it, and what goes on the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.metrics import MOOD, MOOD_LEVELS
from bot.mood.fusion import judge
from bot.mood.happenings import Memory, happened, noticed
from bot.mood.reasons import in_words
from bot.mood.types import Happening, Judged, Mood, Reason, Signals, Thresholds
from bot.settings import Settings
from bot.store.models import Conversation, Person, Touchpoint
from dialogs.flow import Flow
from dialogs.scene import Feeling, Heard
from dialogs.state import DialogState

CANDIDATE = "candidate"
"""The kind of person whose mood is never judged, whatever the settings say (EU AI Act, Art. 5(1)(f))."""
HYSTERESIS = 0.15
"""How far (0..1) below its beginning a level ends, where the settings name the levels."""
MOST_IN_CURVE = 200
"""Turns a touchpoint's curve shows; of a longer one the last."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What was made of one message: the judgement, and the flow's thresholds have done their work in it."""

    judged: Judged
    signals: Signals
    abuse: int

    @property
    def feeling(self) -> Feeling:
        """What the dialog is told."""
        return Feeling(self.judged.level, self.judged.rose, self.abuse if self.judged.abusive else 0)

    def to_json(self) -> dict[str, Any]:
        """What is kept with the message."""
        return {
            "frustration": round(self.judged.frustration, 3), "level": self.judged.level, "abusive": self.judged.abusive,
            "parts": {name: round(value, 3) for name, value in self.judged.parts.items()},
            "reasons": [reason.to_json() for reason in self.judged.reasons], "happened": list(self.signals.happened),
        }  # fmt: skip


class MoodWatch:
    """Judges each message of a customer. It keeps nothing: what is known of a mood lies in the conversation's state."""

    def __init__(self, flows: Mapping[str, Flow], settings: Settings) -> None:
        self._flows, self._settings = flows, settings
        self.tone_ready = False
        """Whether there is something that judges a voice."""
        self._requests = frozenset(trigger.intent for flow in flows.values() if flow.goal for trigger in flow.triggers)

    # ---- whose mood

    def allowed(self, conversation: Conversation, person: Person, state: DialogState) -> bool:
        """Whether this person's mood may be judged now: a customer's, in flows that do not forbid it, when the service does it at all."""
        return self._settings.mood and self.customer(conversation, person, state)

    def customer(self, conversation: Conversation, person: Person, state: DialogState) -> bool:
        """Whether the person is a customer in this conversation: no candidate, in no flow that forbids to judge a mood."""
        if person.kind == CANDIDATE:
            return False
        running = {conversation.kind, *(frame.flow for frame in state.stack)}
        return all(self._flows[flow].mood for flow in running if flow in self._flows)

    def tone_allowed(self, conversation: Conversation, person: Person, state: DialogState) -> bool:
        """Whether the sound of their voice may count, too."""
        return self.tone_ready and self._settings.tone and self.allowed(conversation, person, state)

    # ---- a turn

    def notice(
        self, conversation: Conversation, person: Person, state: DialogState, heard: Heard, voice: Mapping[str, Any] | None, *, free: bool
    ) -> Noticed | None:  # fmt: skip
        """Judge a message before it is answered; None where nobody's mood is judged. ``voice``: the message's measures on a call."""
        if not self.allowed(conversation, person, state):
            state.mood = None  # nothing is kept of a candidate
            return None
        mood, memory = _kept(state)
        words = heard.understanding.words
        tone = (voice or {}).get("tone") or {}
        signals = Signals(
            tone=tone.get("frustration"),
            words=words.frustration if words else None,
            abuse=words.abuse if words else 0.0,
            happened=tuple(happened(memory, heard, voice, self._requests, free=free)),
            changes=tuple((change["what"], change["by"]) for change in tone.get("changes", ())),
        )
        judged = judge(mood, signals, self._thresholds(conversation))
        _keep(state, mood, memory)
        state.mood = {**(state.mood or {}), "reasons": [reason.to_json() for reason in judged.reasons]}
        MOOD.observe(judged.frustration)
        if judged.rose:
            MOOD_LEVELS.labels(str(judged.level)).inc()
        return Noticed(judged, signals, mood.abuse)

    def later(self, state: DialogState, *kinds: Happening) -> None:
        """Remember for the next message what happened after this one: not understood, silence, a long wait."""
        if state.mood is not None and kinds:
            mood, memory = _kept(state)
            for kind in kinds:
                noticed(memory, kind)
            _keep(state, mood, memory)

    def new_matter(self, state: DialogState) -> str:
        """The order that the conversation has come to be about, the first time this is asked; else ''."""
        about = str(state.slots.get("order_id") or "")
        if state.mood is None or not about:
            return ""
        mood, memory = _kept(state)
        if memory.about == about:
            return ""
        memory.about = about
        _keep(state, mood, memory)
        return about

    @staticmethod
    def calm(state: DialogState) -> None:
        """A person has looked after it: what was is over."""
        state.mood = None

    def _thresholds(self, conversation: Conversation) -> Thresholds:
        levels = self._settings.mood_levels
        found = levels.get(conversation.kind) or levels.get("")
        return Thresholds(found.first, found.second, min(HYSTERESIS, found.first / 2)) if found else Thresholds()


# ---- on the record


def mood_json(state: DialogState) -> dict[str, Any]:
    """The mood as the API shows it: frustration (null while nothing was judged) and the reasons in the conversation's language."""
    if state.mood is None:
        return {"frustration": None, "reasons": []}
    mood, _ = _kept(state)
    reasons = [in_words(Reason.from_json(reason), state.language) for reason in state.mood.get("reasons", [])]
    return {"frustration": round(mood.value, 3) if mood.turns else None, "reasons": reasons}


def record(touchpoint: Touchpoint, judged: Judged, done: str) -> None:
    """Put a message's mood on its touchpoint: the curve, the peak with its reasons, and what was done about it (a flow's name)."""
    before = touchpoint.emotion or {"curve": [], "peak": -1.0, "reasons": [], "done": []}
    value = round(judged.frustration, 3)
    peak = value > before["peak"]
    touchpoint.emotion = {
        "frustration": value, "level": judged.level, "peak": max(value, before["peak"]),
        "curve": [*before["curve"], value][-MOST_IN_CURVE:],
        "reasons": [reason.to_json() for reason in judged.reasons] if peak else before["reasons"],
        "done": [*before["done"], *([{"turn": len(before["curve"]), "flow": done}] if done else [])],
    }  # fmt: skip


def _kept(state: DialogState) -> tuple[Mood, Memory]:
    kept = state.mood or {}
    return Mood.from_json(kept.get("value")), Memory.from_json(kept.get("memory"))


def _keep(state: DialogState, mood: Mood, memory: Memory) -> None:
    state.mood = {**(state.mood or {}), "value": mood.to_json(), "memory": memory.to_json()}
