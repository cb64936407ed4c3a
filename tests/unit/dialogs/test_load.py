from __future__ import annotations

from pathlib import Path

import pytest

from dialogs.actions import ACTIONS
from dialogs.check import check_flows
from dialogs.flow import END
from dialogs.graph import mermaid
from dialogs.load import FlowError, load_folders
from tests.talk import FOLDERS

GOOD_DOMAIN = """
slots:
  colour: {type: text, parser: text}
responses:
  utter_ask_colour:
    - {text: "Which colour?", translation: {pl: "Jaki kolor?", ro: "Ce culoare?"}}
    - {text: "What colour?", translation: {pl: "Który kolor?", ro: "Care culoare?"}}
"""
GOOD_FLOW = """
flows:
  paint:
    name: paint
    metadata: {names: {pl: farba, ro: vopsea}}
    steps:
      - id: ask
        collect: colour
        next:
          - if: slots.colour is "red"
            then:
              - set_slots: [{colour: crimson}]
                next: END
          - else: ask_again
      - id: ask_again
        collect: colour
        ask_before_filling: true
"""


def _write(folder: Path, flows: str = GOOD_FLOW, domain: str = GOOD_DOMAIN) -> list[Path]:
    (folder / "flows.yml").write_text(flows, encoding="utf-8")
    (folder / "domain.yml").write_text(domain, encoding="utf-8")
    return [folder]


def test_nested_steps_become_one_table(tmp_path: Path) -> None:
    _, flows = load_folders(_write(tmp_path))
    steps = flows["paint"].steps
    assert flows["paint"].first == "ask"
    assert [branch.then for branch in steps["ask"].next] == ["set_slots_12", "ask_again"]
    assert steps["set_slots_12"].next[0].then == END
    assert steps["ask_again"].next[0].then == END


@pytest.mark.parametrize(
    ("flows", "line", "reason"),
    [
        (GOOD_FLOW.replace("collect: colour\n        next", "colect: colour\n        next"), 7, "exactly one of|does not know"),
        (GOOD_FLOW.replace('slots.colour is "red"', "slots.colour >"), 10, "cannot read the condition"),
        (GOOD_FLOW.replace("          - else: ask_again\n", ""), 7, "needs an 'else'"),
        (GOOD_FLOW.replace("id: ask_again", "id: ask"), 15, "is taken"),
        (GOOD_FLOW.replace("steps:", "stepps:"), 4, "does not know 'stepps'"),
        ("flows: []", 1, "must be a mapping"),
        ("flows:\n  paint: {name: x, steps: []}", 2, "has no steps"),
        ("flows:\n  a: {name: x\n", 3, "expected"),
    ],
)
def test_mistakes_are_named_with_file_and_line(tmp_path: Path, flows: str, line: int, reason: str) -> None:
    with pytest.raises(FlowError, match=reason) as caught:
        load_folders(_write(tmp_path, flows))
    assert caught.value.file.endswith("flows.yml")
    assert caught.value.line == line


def test_the_same_name_twice_is_refused(tmp_path: Path) -> None:
    _write(tmp_path)
    (tmp_path / "more_flows.yml").write_text(GOOD_FLOW, encoding="utf-8")
    with pytest.raises(FlowError, match="already in"):
        load_folders([tmp_path])


def test_our_flows_have_no_findings() -> None:
    domain, flows = load_folders(FOLDERS)
    assert [str(finding) for finding in check_flows(domain, flows, ACTIONS)] == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("collect: colour\n        ask_before", "collect: color\n        ask_before"), "unknown slot 'color'"),
        (("else: ask_again", "else: nowhere"), "unknown step 'nowhere'"),
        (("else: ask_again", "else: END"), "never reached"),
        (("slots.colour is", "slots.size is"), "unknown name 'slots.size'"),
        (("names: {pl: farba, ro: vopsea}", "names: {pl: farba}"), "no name in ro"),
        (
            (
                "- id: ask_again\n        collect: colour\n        ask_before_filling: true",
                "- id: ask_again\n        noop: true\n        next: ask_again",
            ),
            "circle",
        ),
        (
            (
                "- id: ask_again\n        collect: colour\n        ask_before_filling: true",
                "- id: ask_again\n        action: action_unheard_of",
            ),
            "unknown action",
        ),
        (
            ("- id: ask_again\n        collect: colour\n        ask_before_filling: true", "- id: ask_again\n        link: nobody"),
            "unknown flow",
        ),
    ],
)
def test_the_check_finds(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    assert change[0] in GOOD_FLOW
    domain, flows = load_folders(_write(tmp_path, GOOD_FLOW.replace(*change)))
    assert any(reason in str(finding) for finding in check_flows(domain, flows, ACTIONS))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ((', ro: "Ce culoare?"', ""), "missing in ro"),
        (("Jaki kolor?", "Jaki {x} kolor?"), "different values by language"),
        (('    - {text: "What colour?", translation: {pl: "Który kolor?", ro: "Care culoare?"}}\n', ""), "second wording"),
    ],
)
def test_the_check_finds_in_the_domain(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    domain, flows = load_folders(_write(tmp_path, domain=GOOD_DOMAIN.replace(*change)))
    assert any(reason in str(finding) for finding in check_flows(domain, flows, ACTIONS))


def test_the_graph_names_every_step(tmp_path: Path) -> None:
    _, flows = load_folders(_write(tmp_path))
    drawn = mermaid(flows)
    assert drawn.startswith("flowchart TD")
    assert "ask colour" in drawn
    assert "paint__END" in drawn
