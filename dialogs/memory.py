"""The in-memory twin of the company's records: for tests, `voxtrail flows --check` and the flow simulator."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from dialogs.scene import Answer


class MemoryRecords:
    """`dialogs.scene.Records` in a dictionary; passes the same contract tests as the database's."""

    def __init__(self, records: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None) -> None:
        self._records = {kind: {k: dict(v) for k, v in of.items()} for kind, of in copy.deepcopy(dict(records or {})).items()}

    async def get(self, kind: str, record_id: str) -> dict[str, Any] | None:
        """One record, or None."""
        found = self._records.get(kind, {}).get(record_id)
        return {**copy.deepcopy(found), "id": record_id} if found is not None else None

    async def find(self, kind: str, **equals: Any) -> list[dict[str, Any]]:
        """The records whose fields equal these values, by id."""
        return [
            {**copy.deepcopy(record), "id": record_id}
            for record_id, record in sorted(self._records.get(kind, {}).items())
            if all(record.get(name) == value for name, value in equals.items())
        ]

    async def put(self, kind: str, record_id: str, data: Mapping[str, Any]) -> None:
        """Write a record."""
        self._records.setdefault(kind, {})[record_id] = {k: v for k, v in copy.deepcopy(dict(data)).items() if k != "id"}

    async def new_id(self, kind: str, prefix: str) -> str:
        """The next free number after 1000."""
        numbers = [int(i.rpartition("-")[2]) for i in self._records.get(kind, {}) if i.startswith(f"{prefix}-")]
        return f"{prefix}-{max(numbers, default=1000) + 1}"


class MemoryKnowledge:
    """`dialogs.scene.Knowledge` that answers from a fixed list when a title is asked word for word."""

    def __init__(self, answers: list[Answer] | None = None) -> None:
        self._answers = answers or []

    async def search(self, question: str, language: str) -> list[Answer]:
        """The answers whose title is the question, else none."""
        return [answer for answer in self._answers if answer.title.lower() == question.strip().lower()]
