"""Texts with the mood they were written in: our native ones, those of every day, and GoEmotions."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from nlu.examples import read_folder
from nlu.mood.features import cues_in
from nlu.mood.types import MoodError
from nlu.types import LANGUAGES

DATA = Path(__file__).resolve().parent.parent / "data" / "mood"
"""``<language>.tsv`` for training, ``heldout/<language>.tsv`` for the final test and nothing else."""

Label = Literal["calm", "frustrated", "abusive"]
LABELS: tuple[Label, ...] = ("calm", "frustrated", "abusive")

ANGRY = frozenset({"anger", "annoyance"})
"""GoEmotions' names (Demszky et al. 2020) that count as frustrated."""
UNSURE = frozenset({"disapproval", "disappointment", "disgust", "sadness", "confusion"})
"""Those that count as neither: as often civil as not."""
EVERYDAY = frozenset((
    "affirm", "deny", "greet", "thank", "goodbye", "help", "wait", "correct", "change_language", "call_back_later", "data_request",
    "product_question", "opening_hours", "order_status", "return_item", "refund_status", "cancel_order", "change_delivery",
    "invoice_request", "reschedule", "cancel_appointment", "running_late", "promise_to_pay", "interested", "not_interested",
    "ask_contract", "ask_company", "ask_salary", "ask_location",
))  # fmt: skip
"""Intents of the NLU's sentences that people name without being angry."""
UNCALM = ("swear", "insult", "impatience", "repeated", "leaving")
"""Cues with which even such a sentence may be."""


class MoodDataError(MoodError):
    """Texts cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text. ``kind``: the finer kind within the label ("polite_complaint", "irony" …)."""

    text: str
    language: str
    label: Label
    kind: str


def read_texts(folder: Path = DATA) -> list[Text]:
    """The native texts of every language.

    Raises:
        MoodDataError: a file is missing, or a line is no "label, kind, text" with tabs between.
    """
    texts: list[Text] = []
    for language in LANGUAGES:
        file = folder / f"{language}.tsv"
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise MoodDataError(f"The texts of {language!r} are missing: {file}.") from error
        for number, line in enumerate(lines[1:], start=2):
            label, kind, text = _fields(line, file, number)
            texts.append(Text(text, language, label, kind))
    return texts


def read_everyday(folder: Path, each: int, seed: int) -> list[Text]:
    """Calm texts of every day, ``each`` a language: what people ask and answer, from the sentences that the NLU is trained on.

    Without them a head that has learned from complaints and their calm likenesses alone takes a bare "yes" or "what are your opening
    hours" for anything. Raises ``nlu.examples.DataError``.
    """
    found = [example for example in read_folder(folder) if example.intent in EVERYDAY and "!" not in example.text]
    random.Random(seed).shuffle(found)
    texts: list[Text] = []
    for language in LANGUAGES:
        calm = (one.text for one in found if one.language == language and not any(cues_in(one.text, language)[cue] for cue in UNCALM))
        texts += [Text(text, language, "calm", "everyday") for text in islice(calm, each)]
    return texts


def read_goemotions(file: Path, each: int, seed: int) -> list[Text]:
    """A balanced sample of GoEmotions (train.tsv beside labels.txt): ``each`` comments that are angry and as many that are not.

    Raises:
        MoodDataError: no such file, or one that is not GoEmotions'.
    """
    try:
        names = (file.parent / "labels.txt").read_text(encoding="utf-8").split()
        lines = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
        marked = [(text, {names[int(number)] for number in numbers.split(",")}) for text, numbers, _ in lines]
    except (OSError, ValueError, IndexError) as error:
        raise MoodDataError(f"{file} is not GoEmotions' train.tsv with labels.txt beside it: {error}.") from error
    angry = [text for text, emotions in marked if emotions & ANGRY]
    others = [text for text, emotions in marked if not emotions & (ANGRY | UNSURE)]
    chance = random.Random(seed)
    sampled: list[Text] = []
    for texts, label in ((angry, LABELS[1]), (others, LABELS[0])):
        sampled += [Text(text, "en", label, "goemotions") for text in chance.sample(texts, min(each, len(texts)))]
    return sampled


def _fields(line: str, file: Path, number: int) -> tuple[Label, str, str]:
    fields = line.split("\t")
    for label in LABELS:
        if len(fields) == 3 and fields[0] == label and fields[1] and fields[2].strip():
            return label, fields[1], fields[2].strip()
    raise MoodDataError(f"{file}, line {number}: wanted calm, frustrated or abusive, a kind and a text, with tabs between.")
