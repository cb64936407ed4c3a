"""What surrounds one turn: the clock, the person, the channel, and the ports to the company's world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from nlu.parsers.base import Context, Parsed
from nlu.types import Understanding

Parse = Callable[[str, str, Context], Parsed | None]
"""``parse(kind, text, context)``: the value parsers, handed in from outside."""
Opens = Callable[[datetime], datetime]
"""``opens(moment)``: the moment itself while somebody is at the desk, else when somebody is there again; both aware, in one zone."""


class Records(Protocol):
    """The company's own records (orders, appointments, jobs …), each a JSON document under its kind and id.

    Everything read and written in one turn belongs to that turn's transaction.
    """

    async def get(self, kind: str, record_id: str) -> dict[str, Any] | None:
        """One record, locked until the turn ends so that two people cannot take the same thing; None if there is none."""

    async def find(self, kind: str, **equals: Any) -> list[dict[str, Any]]:
        """The records of a kind whose fields equal these values, oldest id first; each carries its ``id``."""

    async def put(self, kind: str, record_id: str, data: Mapping[str, Any]) -> None:
        """Write a record, new or changed."""

    async def new_id(self, kind: str, prefix: str) -> str:
        """An id that no record of this kind has yet, such as ``R-1007``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A passage that answers a question; ``score`` is cosine similarity (-1..1)."""

    id: str
    title: str
    text: str
    source: str
    score: float


class Knowledge(Protocol):
    """The company's questions and answers, found by meaning."""

    async def search(self, question: str, language: str) -> list[Answer]:
        """The nearest answers, best first."""


@dataclass(frozen=True, slots=True)
class PersonInScene:
    """What the dialog may know of the person it talks to."""

    id: str = ""
    name: str = ""
    country: str = "PL"
    currency: str = "PLN"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came in: the text, what it means, and the language it seems to be in when that is clear."""

    text: str
    understanding: Understanding
    detected_language: str = ""


@dataclass(frozen=True, slots=True)
class Feeling:
    """How much patience the person has left: ``level`` 0 calm, 1 losing it, 2 lost; ``rose``: with this message.

    ``abuse``: how many of their messages insulted somebody, this one being the last of them; 0 when this one does not.
    """

    level: int = 0
    rose: bool = False
    abuse: int = 0


def _always(moment: datetime) -> datetime:
    return moment


@dataclass(frozen=True, slots=True)
class Scene:
    """The surroundings of one turn. ``now`` is aware, in the person's time zone; ``context`` is what the caller of the
    API gave (``job_id``, ``appointment_id`` …); ``kind`` is the flow the conversation began with; ``opens`` tells the desk's hours."""

    now: datetime
    channel: str
    records: Records
    knowledge: Knowledge
    parse: Parse
    person: PersonInScene = PersonInScene()
    kind: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    feeling: Feeling = Feeling()
    opens: Opens = _always


@dataclass(frozen=True, slots=True)
class Reply:
    """One bot message; ``response`` is the name it has in the domain."""

    text: str
    response: str
    buttons: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that must happen outside the dialog: ``handoff``, ``opt_out``, ``close``, ``outcome`` …"""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)
