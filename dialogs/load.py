"""Reads flows and domains from YAML. Whatever is wrong is said with file, line and reason.

A conversation kind is a folder with ``flows.yml`` and ``domain.yml`` (more files may follow the same endings).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import yaml

from dialogs.domain import (
    DEFAULT_LANGUAGE,
    Button,
    Domain,
    IntentMapping,
    Listen,
    Option,
    Response,
    Slot,
    Variant,
)
from dialogs.expressions import ExpressionError, parse
from dialogs.flow import END, Branch, Flow, Rejection, Step, StepKind, Trigger

STEP_KINDS: tuple[StepKind, ...] = ("collect", "action", "set_slots", "link", "call", "noop")


class FlowError(ValueError):
    """A flow or domain file is wrong: carries file, line (1-based) and reason."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file, self.line, self.reason = file, line, reason


class _Mapping(dict[str, Any]):
    """A YAML mapping that knows the line it begins on."""

    line: int = 0


class _Loader(yaml.SafeLoader):
    """YAML with lines, without duplicate keys, and with only true/false as booleans (``no`` is a word here)."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> _Mapping:
    found = _Mapping()
    found.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        key = str(loader.construct_object(key_node, deep=True))
        if key in found:
            raise yaml.MarkedYAMLError(problem=f"{key!r} stands here twice", problem_mark=key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where we are in a file, so that errors can say so."""

    file: str
    line: int

    def at(self, value: object) -> _Place:
        return _Place(self.file, getattr(value, "line", self.line))

    def error(self, reason: str) -> FlowError:
        return FlowError(self.file, self.line, reason)


def load_folders(folders: list[Path]) -> tuple[Domain, dict[str, Flow]]:
    """Every flow and the one domain of these folders; raises `FlowError` on the first mistake."""
    slots: dict[str, Slot] = {}
    responses: dict[str, Response] = {}
    flows: dict[str, Flow] = {}
    for folder in folders:
        for path in sorted(folder.glob("*domain.yml")):
            _merge(slots, _slots(path), "slot")
            _merge(responses, _responses(path), "response")
        for path in sorted(folder.glob("*flows.yml")):
            _merge(flows, _flows(path), "flow")
    return Domain(slots, responses), flows


def _merge(into: dict[str, Any], more: Mapping[str, Any], noun: str) -> None:
    for name, item in more.items():
        if name in into:
            raise FlowError(item.file, item.line, f"the {noun} {name!r} is already in {into[name].file}:{into[name].line}")
        into[name] = item


def _read(path: Path) -> tuple[_Mapping, _Place]:
    try:
        with path.open(encoding="utf-8") as file:
            content = yaml.load(file, _Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FlowError(str(path), line, error.problem or "not valid YAML") from error
    if not isinstance(content, _Mapping):
        raise FlowError(str(path), 1, "the file must be a mapping")
    return content, _Place(str(path), content.line)


def _known(mapping: _Mapping, keys: set[str], place: _Place, noun: str) -> None:
    for key in mapping:
        if key not in keys:
            raise place.at(mapping).error(f"{noun} does not know {key!r}; it knows {', '.join(sorted(keys))}")


def _dict(value: object, place: _Place, noun: str) -> _Mapping:
    if not isinstance(value, _Mapping):
        raise place.error(f"{noun} must be a mapping")
    return value


def _list(value: object, place: _Place, noun: str) -> list[Any]:
    if not isinstance(value, list):
        raise place.error(f"{noun} must be a list")
    return value


def _condition(source: object, place: _Place) -> str:
    text = str(source).lower() if isinstance(source, bool) else str(source)
    try:
        parse(text)
    except ExpressionError as error:
        raise place.error(str(error)) from error
    return text


# ---- flows


def _flows(path: Path) -> dict[str, Flow]:
    content, place = _read(path)
    _known(content, {"flows"}, place, "a flows file")
    flows = _dict(content.get("flows"), place, "'flows'")
    return {name: _flow(name, _dict(body, place.at(flows), f"flow {name!r}"), place) for name, body in flows.items()}


_FLOW_KEYS = {"name", "description", "if", "nlu_trigger", "steps", "metadata", "always_include_in_prompt"}


def _flow(name: str, body: _Mapping, place: _Place) -> Flow:
    here = place.at(body)
    _known(body, _FLOW_KEYS, here, "a flow")
    raw_steps = _list(body.get("steps"), here, f"'steps' of flow {name!r}")
    if not raw_steps:
        raise here.error(f"flow {name!r} has no steps")
    reader = _Steps(here)
    reader.read(raw_steps, END)
    meta = body.get("metadata") or _Mapping()
    names = {DEFAULT_LANGUAGE: str(body.get("name", name)), **_translation(meta.get("names", {}))}
    return Flow(
        id=name,
        names=names,
        description=str(body.get("description", "")),
        steps=reader.steps,
        triggers=tuple(_triggers(body.get("nlu_trigger", []), here)),
        file=here.file,
        line=here.line,
        condition=_condition(body["if"], here) if "if" in body else None,
        goal=str(meta.get("goal", "")),
        stage=str(meta.get("stage", "")),
        resumes=bool(meta.get("resumes", True)),
        opens=bool(meta.get("opens", False)),
        mood=bool(meta.get("mood", True)),
    )


def _triggers(raw: object, place: _Place) -> Iterator[Trigger]:
    for item in _list(raw, place, "'nlu_trigger'"):
        intent = item.get("intent") if isinstance(item, dict) else None
        if isinstance(intent, dict):
            yield Trigger(str(intent["name"]), float(intent.get("confidence_threshold", 0.0)))
        elif isinstance(intent, str):
            yield Trigger(intent, 0.0)
        else:
            raise place.at(item).error("each nlu_trigger names an 'intent'")


class _Steps:
    """Flattens nested steps into one table; a step without an id gets one from its kind and line."""

    def __init__(self, place: _Place) -> None:
        self.steps: dict[str, Step] = {}
        self._place = place

    def read(self, raw: list[Any], after: str) -> str:
        """Read a list of steps that goes on to ``after``; returns the id of the first."""
        ids = [self._id(item) for item in raw]
        for index, item in enumerate(raw):
            following = ids[index + 1] if index + 1 < len(ids) else after
            self._step(item, ids[index], following)
        return ids[0]

    def _id(self, item: Any) -> str:
        body = _dict(item, self._place, "a step")
        here = self._place.at(body)
        if "id" in body:
            return str(body["id"])
        kinds = [kind for kind in STEP_KINDS if kind in body]
        if len(kinds) != 1:
            raise here.error(f"a step is exactly one of {', '.join(STEP_KINDS)}")
        return f"{kinds[0]}_{body[kinds[0]]}_{here.line}" if kinds[0] != "set_slots" else f"set_slots_{here.line}"

    def _step(self, body: _Mapping, step_id: str, following: str) -> None:
        here = self._place.at(body)
        kind = cast("StepKind", next((k for k in STEP_KINDS if k in body), "noop"))
        _known(body, _STEP_KEYS | {kind}, here, f"a {kind} step")
        if step_id in self.steps or step_id == END:
            raise here.error(f"the step id {step_id!r} is taken")
        target = "" if kind in ("noop", "set_slots") else str(body[kind])
        step = Step(
            id=step_id,
            kind=kind,
            target=target,
            next=(),
            line=here.line,
            utter=str(body.get("utter", f"utter_ask_{target}" if kind == "collect" else "")),
            ask_before_filling=bool(body.get("ask_before_filling", False)),
            reset_after_flow_ends=bool(body.get("reset_after_flow_ends", True)),
            rejections=tuple(_rejections(body.get("rejections", []), here)),
            values=_pairs(body["set_slots"], here) if kind == "set_slots" else {},
        )
        self.steps[step_id] = step  # keeps the written order; branches follow below
        branches = tuple(self._next(body["next"], here, following)) if "next" in body else (Branch(None, following),)
        self.steps[step_id] = Step(**{**{f: getattr(step, f) for f in Step.__slots__}, "next": branches})

    def _next(self, raw: object, place: _Place, following: str) -> Iterator[Branch]:
        if isinstance(raw, str):
            yield Branch(None, raw)
            return
        has_else = False
        for item in _list(raw, place, "'next'"):
            here = place.at(item)
            if "if" in item:
                yield Branch(_condition(item["if"], here), self._then(item.get("then"), here, following))
            elif "else" in item:
                has_else = True
                yield Branch(None, self._then(item["else"], here, following))
            else:
                raise here.error("each branch is 'if … then …' or 'else …'")
        if not has_else:
            raise place.error("'next' with conditions needs an 'else'")

    def _then(self, raw: object, place: _Place, following: str) -> str:
        if isinstance(raw, str):
            return raw
        return self.read(_list(raw, place, "'then' / 'else'"), following)


_STEP_KEYS = {
    "id", "next", "description", "utter", "ask_before_filling", "reset_after_flow_ends", "rejections", "metadata",
}  # fmt: skip


def _rejections(raw: object, place: _Place) -> Iterator[Rejection]:
    for item in _list(raw, place, "'rejections'"):
        here = place.at(item)
        if not isinstance(item, dict) or "if" not in item or "utter" not in item:
            raise here.error("a rejection has 'if' and 'utter'")
        yield Rejection(_condition(item["if"], here), str(item["utter"]))


def _pairs(raw: object, place: _Place) -> dict[str, Any]:
    return {key: value for item in _list(raw, place, "'set_slots'") for key, value in _dict(item, place, "a slot").items()}


# ---- domain

_SLOT_KEYS = {
    "type", "mappings", "initial_value", "values", "validation", "parser", "format", "options", "options_from", "labels",
    "read_back", "dtmf", "listen", "prefer", "highest", "prefill", "persists", "influence_conversation",
}  # fmt: skip


def _slots(path: Path) -> dict[str, Slot]:
    content, place = _read(path)
    _known(content, {"version", "slots", "responses"}, place, "a domain file")
    slots = _dict(content.get("slots") or _Mapping(), place, "'slots'")
    return {name: _slot(name, _dict(body, place.at(slots), f"slot {name!r}"), place) for name, body in slots.items()}


def _slot(name: str, body: _Mapping, place: _Place) -> Slot:
    here = place.at(body)
    _known(body, _SLOT_KEYS, here, "a slot")
    if body.get("listen", "free") not in get_args(Listen):
        raise here.error(f"'listen' is one of {', '.join(get_args(Listen))}")
    parser = str(body.get("parser", ""))
    validation = body.get("validation") or _Mapping()
    return Slot(
        name=name,
        type=str(body.get("type", "any")),
        parser=parser,
        format=str(body.get("format", parser)),
        initial_value=body.get("initial_value"),
        options=tuple(_option(item, here) for item in body.get("options", [])),
        options_from=str(body.get("options_from", "")),
        mappings=tuple(
            IntentMapping(intent, item.get("value"), item.get("slot", ""))
            for item in _list(body.get("mappings", []), here, "'mappings'")
            if item.get("type") in ("from_intent", "from_slot")
            for intent in _words(item.get("intent", ""))
        ),
        rejections=tuple(_rejections(validation.get("rejections", []), here)),
        labels={language: _words(words) for language, words in body.get("labels", {}).items()},
        read_back=str(body.get("read_back", "")),
        dtmf=dict(body.get("dtmf", {})),
        listen=cast("Listen", body.get("listen", "free")),
        prefer=str(body.get("prefer", "future")),
        highest=int(body.get("highest", 10)),
        prefill=bool(body.get("prefill", False)),
        persists=bool(body.get("persists", False)),
        file=here.file,
        line=here.line,
    )


def _option(item: Any, place: _Place) -> Option:
    body = _dict(item, place, "an option")
    if "value" not in body or "labels" not in body:
        raise place.at(body).error("an option has 'value' and 'labels'")
    return Option(str(body["value"]), {language: _words(words) for language, words in body["labels"].items()})


def _words(raw: object) -> tuple[str, ...]:
    return tuple(str(item) for item in raw) if isinstance(raw, list) else (str(raw),)


def _responses(path: Path) -> dict[str, Response]:
    content, place = _read(path)
    responses = _dict(content.get("responses") or _Mapping(), place, "'responses'")
    found = {}
    for name, body in responses.items():
        variants = tuple(_variant(item, place) for item in _list(body, place.at(responses), f"response {name!r}"))
        line = getattr(body[0], "line", place.line) if body else place.line
        if not variants:
            raise place.at(responses).error(f"response {name!r} says nothing")
        firm = any((item.get("metadata") or {}).get("interruptible") is False for item in body)
        found[name] = Response(name, variants, firm, place.file, line)
    return found


def _variant(item: Any, place: _Place) -> Variant:
    body = _dict(item, place, "a response variant")
    here = place.at(body)
    _known(body, {"text", "translation", "channel", "condition", "buttons", "metadata"}, here, "a response variant")
    if "text" not in body:
        raise here.error("a response variant has 'text'")
    return Variant(
        texts={DEFAULT_LANGUAGE: str(body["text"]).strip(), **_translation(body.get("translation", {}))},
        channel=str(body.get("channel", "")),
        condition=_condition(body["condition"], here) if "condition" in body else None,
        buttons=tuple(_button(raw, here) for raw in body.get("buttons", [])),
    )


def _button(item: Any, place: _Place) -> Button:
    body = _dict(item, place, "a button")
    if "title" not in body or "payload" not in body:
        raise place.at(body).error("a button has 'title' and 'payload'")
    titles = {lang: text["title"] if isinstance(text, dict) else text for lang, text in body.get("translation", {}).items()}
    return Button({DEFAULT_LANGUAGE: str(body["title"]), **_translation(titles)}, str(body["payload"]))


def _translation(raw: Mapping[str, Any]) -> dict[str, str]:
    return {str(language): str(text).strip() for language, text in raw.items()}
