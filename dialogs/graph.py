"""Flows as Mermaid diagrams."""

from __future__ import annotations

from collections.abc import Mapping

from dialogs.flow import END, Flow, Step

_SHAPES = {"collect": '(["{}"])', "action": '["{}"]', "set_slots": '["{}"]', "link": '[["{}"]]', "call": '[["{}"]]', "noop": '{{"{}"}}'}


def mermaid(flows: Mapping[str, Flow]) -> str:
    """One flowchart with a subgraph a flow."""
    lines = ["flowchart TD"]
    for flow in flows.values():
        lines += _flow(flow)
    return "\n".join(lines)


def _flow(flow: Flow) -> list[str]:
    lines = [f'  subgraph {flow.id}["{_safe(flow.names["en"])}"]']
    lines += [f"    {_node(flow, step.id)}{_SHAPES[step.kind].format(_safe(_label(step)))}" for step in flow.steps.values()]
    lines.append(f"    {_node(flow, END)}((end))")
    for step in flow.steps.values():
        for branch in step.next:
            arrow = f'-- "{_safe(branch.condition)}" -->' if branch.condition else ("-- else -->" if len(step.next) > 1 else "-->")
            lines.append(f"    {_node(flow, step.id)} {arrow} {_node(flow, branch.then)}")
    return [*lines, "  end"]


def _node(flow: Flow, step: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in f"{flow.id}__{step}")


def _label(step: Step) -> str:
    words = {"collect": "ask ", "link": "go to ", "call": "do ", "set_slots": "set ", "noop": "?"}
    return words.get(step.kind, "") + (step.target or ", ".join(step.values))


def _safe(text: str) -> str:
    return text.replace('"', "'").replace("<", "‹").replace(">", "›")
