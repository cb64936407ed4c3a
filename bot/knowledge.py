"""The company's questions and answers, found by meaning: `dialogs.scene.Knowledge` over the records of kind ``faq``.

Every known wording of a question is embedded once; the vectors are kept beside the data, so that a restart does not embed them again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from bot.store.database import Database
from bot.store.models import Record
from dialogs.scene import Answer
from nlu.embeddings import Vectors, embed_questions
from nlu.types import LANGUAGES

MOST = 3
"""Answers returned for one question."""


class FaqKnowledge:
    """Searches the questions of one language by cosine similarity."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "embeddings"
        self._vectors: dict[str, Vectors] = {}
        self._owners: dict[str, list[int]] = {}
        self._answers: dict[str, list[Answer]] = {language: [] for language in LANGUAGES}

    async def load(self, database: Database) -> None:
        """Read the questions from the database and embed those that are new."""
        async with database.sessions() as session:
            rows = (await session.execute(select(Record.id, Record.data).where(Record.kind == "faq").order_by(Record.id))).all()
        await asyncio.to_thread(self._index, [(record_id, data) for record_id, data in rows])

    async def search(self, question: str, language: str) -> list[Answer]:
        """The nearest answers, best first, each once; none for an empty question."""
        if not question.strip() or not self._answers.get(language):
            return []
        asked = await asyncio.to_thread(embed_questions, [question[:500]])
        scores = self._vectors[language] @ asked[0]
        best: dict[int, float] = {}
        for row in np.argsort(-scores)[:20]:
            best.setdefault(self._owners[language][int(row)], float(scores[row]))
        found = list(best.items())[:MOST]
        return [_scored(self._answers[language][index], score) for index, score in found]

    def _index(self, rows: list[tuple[str, dict[str, Any]]]) -> None:
        for language in LANGUAGES:
            phrases: list[str] = []
            owners: list[int] = []
            answers: list[Answer] = []
            for record_id, data in rows:
                if language not in data["text"]:
                    continue
                answers.append(Answer(record_id, data["title"][language], data["text"][language], data["source"][language], 0.0))
                for phrase in (data["title"][language], *data["questions"].get(language, ())):
                    phrases.append(phrase)
                    owners.append(len(answers) - 1)
            self._answers[language], self._owners[language] = answers, owners
            self._vectors[language] = self._cached(phrases)

    def _cached(self, phrases: list[str]) -> Vectors:
        key = hashlib.sha256(json.dumps(phrases).encode()).hexdigest()[:20]
        path = self._folder / f"{key}.npy"
        try:
            kept: Vectors = np.load(path)
        except (OSError, ValueError):
            kept = embed_questions(phrases) if phrases else np.zeros((0, 384), np.float32)
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".tmp.npy")
            np.save(partial, kept)
            partial.replace(path)
        return kept


def _scored(answer: Answer, score: float) -> Answer:
    return Answer(answer.id, answer.title, answer.text, answer.source, round(score, 4))
