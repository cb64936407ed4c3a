"""Which team and which skill a conversation is for: rules from a YAML file, the first that fits wins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import yaml

from dialogs.load import FlowError

PACKAGED = Path(__file__).with_name("routing.yml")
CHANNELS = ("web", "sms", "phone", "browser", "terminal")
_WHEN, _THEN = ("kind", "flow", "reason", "channel"), ("team", "skill")


class RoutingError(FlowError):
    """The file of rules is wrong: carries file, line and reason."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a conversation must be (an empty tuple is anything), and whom it is for then."""

    kind: tuple[str, ...] = ()
    flow: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    team: str = ""
    skill: str = ""

    def fits(self, kind: str, flows: Collection[str], reason: str, channel: str) -> bool:
        """Whether a conversation is as the rule says; ``flows`` are all that were open."""
        return (
            (not self.kind or kind in self.kind)
            and (not self.flow or not set(self.flow).isdisjoint(flows))
            and (not self.reason or reason in self.reason)
            and (not self.channel or channel in self.channel)
        )


@dataclass(frozen=True, slots=True)
class Routing:
    """The rules in their order; without any, everything is for everybody."""

    rules: tuple[Rule, ...] = ()

    def of(self, kind: str, flows: Collection[str], reason: str, channel: str) -> tuple[str, str]:
        """Team and skill; "" is anybody, and nothing in particular."""
        for rule in self.rules:
            if rule.fits(kind, flows, reason, channel):
                return rule.team, rule.skill
        return "", ""


def load(path: str, flows: Collection[str]) -> Routing:
    """The rules of a file, or the packaged ones. Raises `RoutingError` with file, line and reason; ``flows`` are those that exist."""
    file = Path(path).expanduser() if path else PACKAGED
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeError) as error:
        raise RoutingError(
            str(file), 1, f"the rules cannot be read ({type(error).__name__}); VOXTRAIL_ROUTING says where they are"
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise RoutingError(str(file), mark.line + 1 if mark else 1, error.problem or "not valid YAML") from error
    except yaml.YAMLError as error:
        raise RoutingError(str(file), 1, "not valid YAML") from error
    return Routing(tuple(_Reader(str(file), flows).rules(root)))


class _Reader:
    """Reads one file; every error names its line."""

    def __init__(self, file: str, flows: Collection[str]) -> None:
        self._file, self._flows = file, flows

    def rules(self, root: yaml.Node | None) -> list[Rule]:
        if not isinstance(root, yaml.MappingNode) or [self._key(key) for key, _ in root.value] != ["rules"]:
            raise self._error(root, "the file has “rules:” and nothing else")
        listed = root.value[0][1]
        if not isinstance(listed, yaml.SequenceNode):
            raise self._error(listed, "“rules” is a list: each rule begins with “- ”")
        return [self._rule(node) for node in listed.value]

    def _rule(self, node: yaml.Node) -> Rule:
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node, f"a rule says {', '.join(_WHEN)} → {' or '.join(_THEN)}")
        found: dict[str, tuple[str, ...]] = {}
        for key_node, value in node.value:
            key = self._key(key_node)
            if key not in (*_WHEN, *_THEN):
                raise self._error(key_node, f"a rule has no {key!r}; it has {', '.join((*_WHEN, *_THEN))}")
            if key in found:
                raise self._error(key_node, f"{key!r} stands twice in one rule")
            found[key] = self._words(key, value)
        if not found.keys() & set(_THEN):
            raise self._error(node, "the rule says for nobody: give a team, a skill or both")
        team, skill = (found.pop(name, ("",))[0] for name in _THEN)
        return Rule(**found, team=team, skill=skill)

    def _words(self, key: str, node: yaml.Node) -> tuple[str, ...]:
        several = isinstance(node, yaml.SequenceNode)
        if several and key in _THEN:
            raise self._error(node, f"a rule gives one {key}, not a list")
        words = []
        for each in node.value if several else [node]:
            if not isinstance(each, yaml.ScalarNode) or not each.value.strip():
                raise self._error(each, f"{key!r} is a word" + ("" if key in _THEN else " or a list of words"))
            word = each.value.strip()
            allowed = self._flows if key in ("kind", "flow") else CHANNELS if key == "channel" else (word,)
            if word not in allowed:
                raise self._error(each, f"there is no {'flow' if key == 'kind' else key} {word!r}")
            words.append(word)
        if not words:
            raise self._error(node, f"{key!r} is empty: leave it out where anything fits")
        return tuple(words)

    def _key(self, node: yaml.Node) -> str:
        return str(node.value) if isinstance(node, yaml.ScalarNode) else ""

    def _error(self, node: yaml.Node | None, reason: str) -> RoutingError:
        return RoutingError(self._file, node.start_mark.line + 1 if node is not None else 1, reason)
