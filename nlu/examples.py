"""Training and test sentences: read from Rasa's ``nlu.yml`` format with file and line, and checked before training.

Rasa accepts broken data silently (an intent misspelt in one language becomes a new class), so we read the files
ourselves first and say where the mistake is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

OUT_OF_SCOPE = "out_of_scope"
"""The training class of sentences that no intent covers; reported as ``nlu_fallback``."""

INTENTS: frozenset[str] = frozenset(
    {
        "greet",
        "goodbye",
        "thank",
        "affirm",
        "deny",
        "help",
        "repeat",
        "wait",
        "cancel",
        "correct",
        "change_language",
        "are_you_a_bot",
        "speak_to_human",
        "complain",
        "opt_out",
        "data_request",
        "call_back_later",
        "wrong_person",
        "order_status",
        "cancel_order",
        "change_delivery",
        "return_item",
        "refund_status",
        "invoice_request",
        "payment_problem",
        "report_problem",
        "opening_hours",
        "product_question",
        "reschedule",
        "cancel_appointment",
        "running_late",
        "already_paid",
        "cannot_pay",
        "promise_to_pay",
        "interested",
        "not_interested",
        "ask_salary",
        "ask_location",
        "ask_company",
        "ask_contract",
        "out_of_scope",
    }
)
"""Every intent that the data may name; ``nlu/data/README.md`` says what each means."""

_ITEM = re.compile(r"\s*-\s+(.*\S)\s*$")
_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence with what it means and where it stands (``line`` counts from 1)."""

    text: str
    intent: str
    language: str
    file: Path
    line: int


class DataError(Exception):
    """The sentences are broken; ``problems`` holds one ``file:line: reason`` each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        shown = problems[:20] + ([f"… and {len(problems) - 20} more"] if len(problems) > 20 else [])
        super().__init__("The NLU sentences have mistakes:\n" + "\n".join(shown))


def read_file(file: Path, language: str) -> list[Example]:
    """Read one ``nlu.yml`` file.

    Raises:
        DataError: the file is not valid YAML or not in Rasa's format; names the line.
    """
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(error, "problem", None) or "not UTF-8 text"
        raise DataError([f"{file}:{line}: not valid YAML ({reason})"]) from error
    return list(_blocks(root, file, language))


def read_folder(folder: Path) -> list[Example]:
    """Read every ``<folder>/<language>/*.yml``, in a stable order; an absent folder has no sentences."""
    return [example for file in data_files(folder) for example in read_file(file, file.relative_to(folder).parts[0])]


def data_files(folder: Path) -> list[Path]:
    """The sentence files of a folder, sorted: ``<language>/<group>.yml``."""
    return sorted(file for suffix in ("yml", "yaml") for file in folder.glob(f"*/*.{suffix}"))


def validate(folder: Path) -> list[Example]:
    """Read and check the training data.

    Raises:
        DataError: unknown intents, empty intents, a sentence under two intents of one language, or no data at all.
    """
    examples: list[Example] = []
    problems: list[str] = []
    for file in data_files(folder):
        try:
            examples += read_file(file, file.relative_to(folder).parts[0])
        except DataError as error:
            problems += error.problems
    problems += [*_unknown(examples), *_duplicates(examples)]
    if not examples and not problems:
        problems.append(f"{folder}: no sentences found (expected <language>/<group>.yml)")
    if not problems and len({example.intent for example in examples}) < 2:
        problems.append(f"{examples[0].file}:{examples[0].line}: at least two intents are needed to learn a difference")
    if problems:
        raise DataError(problems)
    return examples


def _blocks(root: yaml.Node | None, file: Path, language: str) -> Iterator[Example]:
    """Walk the YAML tree by nodes, since only nodes know their lines."""
    blocks = _field(root, "nlu")
    if not isinstance(blocks, yaml.SequenceNode):
        raise DataError([f"{file}:1: expected a list under 'nlu:'"])
    for block in blocks.value:
        name, body = _field(block, "intent"), _field(block, "examples")
        line = block.start_mark.line + 1
        if not isinstance(name, yaml.ScalarNode) or not name.value.strip():
            raise DataError([f"{file}:{line}: expected 'intent: NAME'"])
        if not isinstance(body, yaml.ScalarNode) or body.style not in ("|", ">"):
            raise DataError([f"{file}:{line}: intent '{name.value}' needs 'examples: |' with one '- sentence' a line"])
        found = list(_sentences(body, name.value.strip(), file, language))
        if not found:
            raise DataError([f"{file}:{line}: intent '{name.value}' has no sentences"])
        yield from found


def _sentences(body: yaml.ScalarNode, intent: str, file: Path, language: str) -> Iterator[Example]:
    first = body.start_mark.line + 2  # the block starts on the line after its "|", and lines count from 1
    for offset, raw in enumerate(body.value.splitlines()):
        if not raw.strip() or raw.lstrip().startswith("#"):
            continue
        item = _ITEM.match(raw)
        if item is None:
            raise DataError([f"{file}:{first + offset}: expected '- sentence'"])
        yield Example(item.group(1), intent, language, file, first + offset)


def _field(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if getattr(key, "value", None) == name), None)


def _unknown(examples: list[Example]) -> Iterator[str]:
    seen: set[tuple[Path, str]] = set()
    for example in examples:
        if example.intent not in INTENTS and (example.file, example.intent) not in seen:
            seen.add((example.file, example.intent))
            yield f"{example.file}:{example.line}: unknown intent '{example.intent}'"


def _duplicates(examples: list[Example]) -> Iterator[str]:
    """Across languages a sentence may differ in meaning ("no" is a Polish yes), within one it may not."""
    first: dict[tuple[str, str], Example] = {}
    for example in examples:
        known = first.setdefault((example.language, plain(example.text)), example)
        if known.intent != example.intent:
            yield (
                f"{example.file}:{example.line}: '{example.text}' is '{example.intent}' here "
                f"but '{known.intent}' at {known.file}:{known.line}"
            )


def plain(text: str) -> str:
    """The sentence as compared for equality: case, punctuation and spacing aside; emoji-only text stays itself."""
    return _NOISE.sub(" ", text.casefold()).strip() or text.strip()
