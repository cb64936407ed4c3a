"""Broken training data is named by file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nlu.examples import INTENTS, DataError, read_file, validate
from nlu.train import PROJECT

GOOD = """version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    # a remark

    - hi there
- intent: goodbye
  examples: |
    - bye
"""


def folder(tmp_path: Path, **files: str) -> Path:
    for name, content in files.items():
        file = tmp_path / name[:2] / f"{name[3:]}.yml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return tmp_path


def problems(path: Path) -> list[str]:
    with pytest.raises(DataError) as caught:
        validate(path)
    return [problem.removeprefix(f"{path}/") for problem in caught.value.problems]


def test_sentences_know_their_lines(tmp_path: Path) -> None:
    examples = validate(folder(tmp_path, en_social=GOOD))
    assert [(each.text, each.intent, each.language, each.line) for each in examples] == [
        ("hello", "greet", "en", 5),
        ("hi there", "greet", "en", 8),
        ("bye", "goodbye", "en", 11),
    ]


def test_unknown_intent(tmp_path: Path) -> None:
    path = folder(tmp_path, en_social=GOOD.replace("goodbye", "godbye"))
    assert problems(path) == ["en/social.yml:11: unknown intent 'godbye'"]


def test_a_sentence_under_two_intents(tmp_path: Path) -> None:
    more = "nlu:\n- intent: thank\n  examples: |\n    - thanks\n    - Hello!\n"
    path = folder(tmp_path, en_social=GOOD, en_more=more)
    assert problems(path) == ["en/social.yml:5: 'hello' is 'greet' here but 'thank' at " + f"{path}/en/more.yml:5"]


def test_the_same_word_may_differ_between_languages(tmp_path: Path) -> None:
    yes = "nlu:\n- intent: affirm\n  examples: |\n    - no\n"
    no = "nlu:\n- intent: deny\n  examples: |\n    - no\n"
    assert len(validate(folder(tmp_path, pl_answers=yes, en_answers=no))) == 2


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("nlu:\n- intent: greet\n  examples: |\n", "2: intent 'greet' has no sentences"),
        ("nlu:\n- intent: greet\n  examples: |\n    # none\n", "2: intent 'greet' has no sentences"),
        ("nlu:\n- intent: greet\n  examples: |\n    - hi\n    hello\n", "5: expected '- sentence'"),
        ("nlu:\n- examples: |\n    - hi\n", "2: expected 'intent: NAME'"),
        ("nlu: 5\n", "1: expected a list under 'nlu:'"),
        ("", "1: expected a list under 'nlu:'"),
        ("nlu:\n- intent: [\n", "3: not valid YAML"),
        ("nlu:\n- intent: greet\n  examples: |\n    - hi\n", "4: at least two intents"),
    ],
)
def test_broken_files(tmp_path: Path, content: str, problem: str) -> None:
    (found,) = problems(folder(tmp_path, en_social=content))
    assert found.startswith(f"en/social.yml:{problem}")


def test_not_utf8(tmp_path: Path) -> None:
    folder(tmp_path, en_social="")
    (tmp_path / "en" / "social.yml").write_bytes(b"nlu:\n- intent: \xff\xfe\n")
    assert problems(tmp_path) == ["en/social.yml:1: not valid YAML (not UTF-8 text)"]


def test_no_data_at_all(tmp_path: Path) -> None:
    (found,) = problems(tmp_path)
    assert "no sentences found" in found


def test_every_mistake_is_shown_at_once(tmp_path: Path) -> None:
    path = folder(tmp_path, en_social=GOOD.replace("goodbye", "godbye"), pl_social="nlu: 5\n")
    assert len(problems(path)) == 2


def test_the_documented_intents_are_the_known_ones() -> None:
    documented = re.findall(r"^\| \w+ \| (\w+) \|", (PROJECT / "nlu/data/README.md").read_text(encoding="utf-8"), re.M)
    assert set(documented) - {"intent"} == INTENTS


def test_our_own_data_is_sound() -> None:
    examples = validate(PROJECT / "nlu" / "data")
    assert {example.intent for example in examples} == INTENTS
    for language in ("pl", "en", "ro"):
        read_file(PROJECT / "nlu" / "test_data" / f"{language}.yml", language)
