"""Finds what is wrong with flows before a person does: untranslated, unreachable, unknown, endless."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from dialogs.domain import Domain, Response, Slot
from dialogs.expressions import names_in
from dialogs.flow import END, Flow, Step
from nlu.types import LANGUAGES

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_CONTEXT_ROOT = ("slots", "context")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


def check_flows(domain: Domain, flows: Mapping[str, Flow], actions: Container[str]) -> list[Finding]:
    """Everything wrong with these flows; empty when they may go live."""
    found: list[Finding] = []
    for response in domain.responses.values():
        found += _languages(response)
    for slot in domain.slots.values():
        found += _slot(slot, domain)
    for flow in flows.values():
        found += _names(flow)
        for step in flow.steps.values():
            found += _step(flow, step, domain, flows, actions)
        found += _reach(flow)
    return found


def _languages(response: Response) -> Iterator[Finding]:
    for number, variant in enumerate(response.variants, start=1):
        missing = [language for language in LANGUAGES if not variant.texts.get(language)]
        if missing:
            yield Finding(response.file, response.line, f"{response.name}, wording {number}, is missing in {', '.join(missing)}")
        holes = {language: set(_PLACEHOLDER.findall(text)) for language, text in variant.texts.items()}
        if len({frozenset(names) for names in holes.values()}) > 1:
            yield Finding(response.file, response.line, f"{response.name}, wording {number}, fills in different values by language")
        for button in variant.buttons:
            if any(not button.titles.get(language) for language in LANGUAGES):
                yield Finding(response.file, response.line, f"{response.name} has a button without a title in every language")


def _slot(slot: Slot, domain: Domain) -> Iterator[Finding]:
    for option in slot.options:
        missing = [language for language in LANGUAGES if not option.labels.get(language)]
        if missing:
            yield Finding(slot.file, slot.line, f"option {option.value!r} of {slot.name} has no name in {', '.join(missing)}")
    for rejection in slot.rejections:
        if rejection.utter not in domain.responses:
            yield Finding(slot.file, slot.line, f"{slot.name} is refused with {rejection.utter!r}, which says nothing")
    for language in slot.labels:
        if language not in LANGUAGES:
            yield Finding(slot.file, slot.line, f"{slot.name} has labels in an unknown language {language!r}")


def _names(flow: Flow) -> Iterator[Finding]:
    missing = [language for language in LANGUAGES if not flow.names.get(language)]
    if missing:
        yield Finding(flow.file, flow.line, f"flow {flow.id} has no name in {', '.join(missing)}")


def _step(flow: Flow, step: Step, domain: Domain, flows: Mapping[str, Flow], actions: Container[str]) -> Iterator[Finding]:
    def wrong(reason: str) -> Finding:
        return Finding(flow.file, step.line, f"{flow.id}: {reason}")

    if step.kind == "collect":
        if step.target not in domain.slots:
            yield wrong(f"collects the unknown slot {step.target!r}")
        elif not domain.slots[step.target].parser and not domain.slots[step.target].mappings:
            yield wrong(f"asks for {step.target!r}, which no parser reads")
        if step.utter not in domain.responses:
            yield wrong(f"asks with {step.utter!r}, which says nothing")
        elif len(domain.responses[step.utter].variants) < 2:
            yield wrong(f"{step.utter!r} needs a second wording: it may be asked twice")
    elif step.kind == "action":
        known = step.target in domain.responses if step.target.startswith("utter_") else step.target in actions
        if not known:
            yield wrong(f"does the unknown action {step.target!r}")
    elif step.kind in ("link", "call") and step.target not in flows:
        yield wrong(f"goes to the unknown flow {step.target!r}")
    for name in step.values:
        if name not in domain.slots:
            yield wrong(f"sets the unknown slot {name!r}")
    for rejection in step.rejections:
        if rejection.utter not in domain.responses:
            yield wrong(f"refuses with {rejection.utter!r}, which says nothing")
    for branch in step.next:
        if branch.then != END and branch.then not in flow.steps:
            yield wrong(f"goes on to the unknown step {branch.then!r}")
        for name in names_in(branch.condition) if branch.condition else ():
            root, _, rest = name.partition(".")
            if root not in _CONTEXT_ROOT or (root == "slots" and rest.partition(".")[0] not in domain.slots):
                yield wrong(f"a condition reads the unknown name {name!r}")


def _reach(flow: Flow) -> Iterator[Finding]:
    """Every step can be reached, from every step the end can be reached, and no circle goes round without asking."""
    following = {step.id: {branch.then for branch in step.next} for step in flow.steps.values()}
    reached = _closure({flow.first}, following)
    for step in flow.steps.values():
        if step.id not in reached:
            yield Finding(flow.file, step.line, f"{flow.id}: the step {step.id!r} is never reached")
        elif step.kind != "link" and END not in _closure({step.id}, following):
            yield Finding(flow.file, step.line, f"{flow.id}: there is no way out behind {step.id!r}")
    silent = {s.id: following[s.id] for s in flow.steps.values() if s.kind != "collect"}
    for step_id in silent:
        if step_id in _closure(silent[step_id], silent):
            yield Finding(flow.file, flow.steps[step_id].line, f"{flow.id}: {step_id!r} goes in a circle that never asks")


def _closure(start: set[str], following: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = set(start), list(start)
    while waiting:
        for name in following.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen
