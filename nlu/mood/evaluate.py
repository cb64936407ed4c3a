"""How well the mood of words is judged, on texts that nothing was trained on or chosen by."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from nlu.mood.examples import DATA, Text, read_texts
from nlu.mood.judge import Score, scorer
from nlu.mood.types import WordsMood
from nlu.types import LANGUAGES

HELD_OUT = DATA / "heldout"
THRESHOLD = 0.5
"""From this probability on a text counts as frustrated (or abusive). Fixed: probabilities are calibrated on the training texts."""


@dataclass(frozen=True, slots=True)
class LanguageFigures:
    """One language (or "all"). Rates are 0..1; frustrated includes abusive, as in ``WordsMood``.

    ``mistaken``: by kind of text, the share that is judged wrongly: for calm kinds that is false alarms, for others what was missed.
    """

    language: str
    texts: int
    f1: float
    precision: float
    recall: float
    false_alarms: float
    abuse_f1: float
    mistaken: dict[str, float]


def evaluate_mood(as_json: bool, model: str = "") -> None:
    """Judge the held-out texts with the packaged head, or a ``transformers`` model, and print Markdown tables, or a JSON line a language.

    Raises:
        MoodDataError, WeightsError, ModelError: texts, weights or a model that cannot be read.
    """
    figures = measure(scorer(model), read_texts(HELD_OUT))
    if as_json:
        for each in figures:
            print(json.dumps(asdict(each), ensure_ascii=False))
    else:
        print(table(figures))


def measure(judge: Score, texts: Sequence[Text]) -> list[LanguageFigures]:
    """Figures of every language in the texts, and of all together."""
    judged = [(each, judge(each.text, each.language)) for each in texts]
    languages = [language for language in LANGUAGES if any(each.language == language for each in texts)]
    return [_figures(name, [pair for pair in judged if name in (pair[0].language, "all")]) for name in (*languages, "all")]


def table(figures: Sequence[LanguageFigures]) -> str:
    """Two tables in Markdown: the figures, and the mistakes by kind of text."""
    lines = [
        "| language | texts | F1 | precision | recall | false alarms | abuse F1 |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {each.language} | {each.texts} | {each.f1:.3f} | {each.precision:.3f} | {each.recall:.3f} "
            f"| {each.false_alarms:.1%} | {each.abuse_f1:.3f} |"
            for each in figures
        ),
        "",
        "Judged wrongly, by kind of text (false alarms for the calm kinds, missed for the others):",
        "",
        "| kind | " + " | ".join(each.language for each in figures) + " |",
        "|---|" + "---:|" * len(figures),
    ]
    kinds = dict.fromkeys(kind for each in figures for kind in each.mistaken)
    for kind in kinds:
        shares = (f"{each.mistaken[kind]:.0%}" if kind in each.mistaken else "" for each in figures)
        lines.append(f"| {kind} | " + " | ".join(shares) + " |")
    return "\n".join(lines)


def _figures(language: str, judged: Sequence[tuple[Text, WordsMood]]) -> LanguageFigures:
    frustrated = [(text.label != "calm", (mood.frustration or 0.0) >= THRESHOLD) for text, mood in judged]
    abusive = [(text.label == "abusive", mood.abuse >= THRESHOLD) for text, mood in judged]
    kinds = Counter(text.kind for text, _ in judged)
    wrong = Counter(text.kind for (text, _), (is_so, said_so) in zip(judged, frustrated, strict=True) if is_so != said_so)
    precision, recall, f1 = _scores(frustrated)
    calm = [said_so for is_so, said_so in frustrated if not is_so]
    return LanguageFigures(
        language,
        len(judged),
        round(f1, 4),
        round(precision, 4),
        round(recall, 4),
        round(sum(calm) / max(len(calm), 1), 4),
        round(_scores(abusive)[2], 4),
        {kind: round(wrong[kind] / often, 4) for kind, often in kinds.items()},
    )


def _scores(pairs: Sequence[tuple[bool, bool]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of pairs of what is so and what was said."""
    both = sum(is_so and said_so for is_so, said_so in pairs)
    said, are = sum(said_so for _, said_so in pairs), sum(is_so for is_so, _ in pairs)
    return both / max(said, 1), both / max(are, 1), 2 * both / max(said + are, 1)
