"""What a flow is once it is loaded: steps, branches and triggers, immutable and checked.

The written form is Rasa's CALM flow format (https://rasa.com/docs/reference/primitives/flows/); ``load.py`` reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

END = "END"
"""The step name that ends a flow."""

StepKind = Literal["collect", "action", "set_slots", "link", "call", "noop"]


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a step goes next: ``then`` (a step id or END) when ``condition`` holds; None is else."""

    condition: str | None
    then: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A value is refused, with ``utter``, while ``condition`` holds."""

    condition: str
    utter: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``target`` is the slot, action, response or flow that it names."""

    id: str
    kind: StepKind
    target: str
    next: tuple[Branch, ...]
    line: int
    utter: str = ""
    ask_before_filling: bool = False
    reset_after_flow_ends: bool = True
    rejections: tuple[Rejection, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trigger:
    """An intent that starts the flow when NLU is at least this sure (0..1)."""

    intent: str
    threshold: float


@dataclass(frozen=True, slots=True)
class Flow:
    """A conversation's piece with one purpose.

    ``goal`` and ``stage`` name the touchpoint it leaves (empty: it leaves none); ``condition`` guards when it may start;
    ``resumes`` says whether the interrupted flow is announced again after this one; ``opens`` whether a conversation may begin with it;
    ``mood`` whether the mood of the person may be judged while it runs.
    """

    id: str
    names: Mapping[str, str]
    description: str
    steps: Mapping[str, Step]
    triggers: tuple[Trigger, ...]
    file: str
    line: int
    condition: str | None = None
    goal: str = ""
    stage: str = ""
    resumes: bool = True
    opens: bool = False
    mood: bool = True

    @property
    def first(self) -> str:
        """The id of the first step."""
        return next(iter(self.steps))

    @property
    def collects(self) -> tuple[str, ...]:
        """The slots this flow asks for, in order."""
        return tuple(step.target for step in self.steps.values() if step.kind == "collect")


def collected(flow: Flow, flows: Mapping[str, Flow]) -> tuple[str, ...]:
    """The slots that a flow asks for, those of the flows it calls included."""
    found: dict[str, None] = dict.fromkeys(flow.collects)
    seen, waiting = {flow.id}, [flow]
    while waiting:
        for step in waiting.pop().steps.values():
            if step.kind == "call" and step.target in flows and step.target not in seen:
                seen.add(step.target)
                waiting.append(flows[step.target])
                found.update(dict.fromkeys(flows[step.target].collects))
    return tuple(found)
