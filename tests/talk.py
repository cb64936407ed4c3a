"""A conversation in memory, for tests of flows: no database, no NLU server, the clock injected."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.demo.data import demo_records
from dialogs.actions import ACTIONS
from dialogs.load import load_folders
from dialogs.memory import MemoryKnowledge, MemoryRecords
from dialogs.runtime import Decision, Runtime
from dialogs.scene import Answer, Heard, PersonInScene, Scene
from dialogs.state import DialogState
from nlu.parsers.registry import parse
from nlu.types import FALLBACK, Intent, Understanding

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=ZoneInfo("Europe/Warsaw"))  # a Wednesday
FOLDERS = [ROOT / "dialogs" / kind for kind in ("patterns", "phone", "support", "reminder", "preselection", "survey")]


def runtime() -> Runtime:
    """All flows with all actions."""
    domain, flows = load_folders(FOLDERS)
    return Runtime(domain, flows, ACTIONS)


class Talk:
    """One person talking with the flows; `say` returns the bot's texts, the rest stays on the object."""

    def __init__(
        self, language: str, person: str = "", *, context: dict[str, Any] | None = None, now: datetime = NOW,
        channel: str = "web", answers: list[Answer] | None = None, flows: Runtime | None = None,
    ) -> None:  # fmt: skip
        self.runtime = flows or runtime()
        self.records = MemoryRecords(demo_records(now))
        self.knowledge = MemoryKnowledge(answers)
        self.state = DialogState(language)
        self.context, self.now, self.channel, self.kind = context or {}, now, channel, ""
        self.person = PersonInScene(person, "Anna Nowak" if person else "")
        self.last = Decision()
        self.effects: list[Any] = []

    @property
    def scene(self) -> Scene:
        return Scene(self.now, self.channel, self.records, self.knowledge, parse, self.person, self.kind, self.context)

    async def open(self, flow: str) -> list[str]:
        """Begin with a flow."""
        self.kind = flow
        return self._keep(await self.runtime.open(flow, self.state, self.scene))

    async def say(self, text: str, intent: str = FALLBACK, confidence: float = 0.95, source: Any = "rasa") -> list[str]:
        """One message; the intent is what a trained NLU would give it."""
        meant = Intent(intent, confidence if intent != FALLBACK else 0.3)
        understood = Understanding(text, self.state.language, meant, (meant,), source=source)
        return self._keep(await self.runtime.take(Heard(text, understood), self.state, self.scene))

    def _keep(self, decision: Decision) -> list[str]:
        self.last = decision
        self.effects += decision.effects
        return [reply.text for reply in decision.replies]

    def effect(self, kind: str) -> dict[str, Any] | None:
        """The data of the latest effect of this kind."""
        return next((dict(e.data) for e in reversed(self.effects) if e.kind == kind), None)
