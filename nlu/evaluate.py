"""How well sentences are understood: accuracy, refusals and speed per language, measured on the test split."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from nlu.client import NluClient, fixed
from nlu.examples import OUT_OF_SCOPE, Example, read_file
from nlu.train import PROJECT
from nlu.types import FALLBACK, LANGUAGES, Understanding

TEST_DATA = PROJECT / "nlu" / "test_data"
"""The test split: ``<language>.yml`` and ``<language>_out_of_scope.txt``, one sentence a line."""


class Parses(Protocol):
    """Whatever understands sentences: ``NluClient``, or a stand-in in tests."""

    async def parse(self, text: str, language: str) -> Understanding:
        """Say what a sentence means."""
        ...


@dataclass(frozen=True, slots=True)
class LanguageResult:
    """One language's figures. Rates are 0..1, times milliseconds as seen by the caller, one sentence at a time.

    ``accuracy`` counts a refused sentence as wrong; ``refused`` is the share of in-scope sentences taken for out of
    scope, ``caught`` the share of out-of-scope sentences that were.
    """

    language: str
    sentences: int
    accuracy: float
    refused: float
    out_of_scope: int
    caught: float
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """An intent mistaken for another, how often, and up to three of the sentences."""

    expected: str
    understood: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of every language, the worst confusions first, and the intents understood worst."""

    languages: tuple[LanguageResult, ...]
    confusions: tuple[Confusion, ...]
    worst_intents: tuple[tuple[str, float], ...] = field(default=())

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def render(self) -> None:
        """Print the tables for people on standard output."""
        from rich.console import Console

        console = Console()
        for table in _tables(self):
            console.print(table)


@dataclass(frozen=True, slots=True)
class _Answer:
    example: Example
    understood: str
    seconds: float


def read_test_split(folder: Path = TEST_DATA, languages: Iterable[str] = LANGUAGES) -> list[Example]:
    """Every test sentence; those out of scope carry the intent ``out_of_scope``.

    Raises:
        DataError: a file is not in Rasa's format.
        OSError: a file is missing.
    """
    examples: list[Example] = []
    for language in languages:
        examples += read_file(folder / f"{language}.yml", language)
        file = folder / f"{language}_out_of_scope.txt"
        lines = enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        examples += [
            Example(line.strip(), OUT_OF_SCOPE, language, file, number)
            for number, line in lines
            if line.strip() and not line.startswith("#")
        ]
    return examples


async def evaluate(
    client: Parses,
    examples: Sequence[Example] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Parse the test split one sentence at a time; ``progress`` is told how many of how many are done.

    Raises:
        NluUnavailable: the server did not answer; half an evaluation would be a lie.
    """
    examples = read_test_split() if examples is None else examples
    answers: list[_Answer] = []
    for number, example in enumerate(examples, start=1):
        started = time.perf_counter()
        result = await client.parse(example.text, example.language)
        answers.append(_Answer(example, result.intent.name, time.perf_counter() - started))
        if progress:
            progress(number, len(examples))
    return summarise(answers)


async def evaluate_endpoint(url: str, progress: Callable[[int, int], None] | None = None) -> Evaluation:
    """``evaluate`` against a Rasa server that runs somewhere (base URL)."""
    async with NluClient(fixed(url), deadline=10.0) as client:
        return await evaluate(client, progress=progress)


def summarise(answers: Sequence[_Answer]) -> Evaluation:
    """Count what was understood."""
    languages = sorted({answer.example.language for answer in answers}, key=_order)
    return Evaluation(
        tuple(_language(name, [each for each in answers if each.example.language == name]) for name in languages),
        _confusions(answers),
        _worst_intents(answers),
    )


def _order(language: str) -> tuple[int, str]:
    return (LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES), language)


def _language(language: str, answers: Sequence[_Answer]) -> LanguageResult:
    inside = [answer for answer in answers if answer.example.intent != OUT_OF_SCOPE]
    outside = [answer for answer in answers if answer.example.intent == OUT_OF_SCOPE]
    times = sorted(answer.seconds * 1000 for answer in answers)
    return LanguageResult(
        language=language,
        sentences=len(inside),
        accuracy=_share(answer.understood == answer.example.intent for answer in inside),
        refused=_share(answer.understood == FALLBACK for answer in inside),
        out_of_scope=len(outside),
        caught=_share(answer.understood == FALLBACK for answer in outside),
        p50_ms=round(_quantile(times, 0.50), 2),
        p95_ms=round(_quantile(times, 0.95), 2),
    )


def _confusions(answers: Sequence[_Answer]) -> tuple[Confusion, ...]:
    wrong: dict[tuple[str, str], list[str]] = {}
    for answer in answers:
        expected = FALLBACK if answer.example.intent == OUT_OF_SCOPE else answer.example.intent
        if answer.understood != expected:
            sentence = f"[{answer.example.language}] {answer.example.text}"
            wrong.setdefault((expected, answer.understood), []).append(sentence)
    ordered = sorted(wrong.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(Confusion(*pair, len(texts), tuple(texts[:3])) for pair, texts in ordered)


def _worst_intents(answers: Sequence[_Answer]) -> tuple[tuple[str, float], ...]:
    total = Counter(answer.example.intent for answer in answers if answer.example.intent != OUT_OF_SCOPE)
    right = Counter(answer.example.intent for answer in answers if answer.understood == answer.example.intent)
    return tuple(sorted(((name, round(right[name] / total[name], 4)) for name in total), key=lambda pair: pair[1]))


def _share(hits: Iterable[bool]) -> float:
    counted = list(hits)
    return round(sum(counted) / len(counted), 4) if counted else 0.0


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def _tables(evaluation: Evaluation) -> list[object]:
    from rich.table import Table

    figures = Table(title="Understanding, on the test split")
    for heading in ("language", "sentences", "accuracy", "refused", "out of scope", "caught", "p50 ms", "p95 ms"):
        figures.add_column(heading, justify="left" if heading == "language" else "right")
    for row in evaluation.languages:
        rates = (f"{row.accuracy:.1%}", f"{row.refused:.1%}", str(row.out_of_scope), f"{row.caught:.1%}")
        figures.add_row(row.language, str(row.sentences), *rates, f"{row.p50_ms:.1f}", f"{row.p95_ms:.1f}")
    mistakes = Table(title="Worst confusions")
    for heading in ("meant", "understood", "times", "for example"):
        mistakes.add_column(heading, justify="right" if heading == "times" else "left")
    for each in evaluation.confusions[:12]:
        mistakes.add_row(each.expected, each.understood, str(each.count), each.examples[0])
    return [figures, mistakes]
