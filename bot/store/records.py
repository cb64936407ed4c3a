"""The company's records in PostgreSQL: `dialogs.scene.Records` within the turn's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, cast, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.models import Record


class StoredRecords:
    """Records as documents; the in-memory twin is `dialogs.memory.MemoryRecords`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, kind: str, record_id: str) -> dict[str, Any] | None:
        """One record, locked until the transaction ends."""
        query = select(Record.data).where(Record.kind == kind, Record.id == record_id).with_for_update()
        data = await self._session.scalar(query)
        return {**data, "id": record_id} if data is not None else None

    async def find(self, kind: str, **equals: Any) -> list[dict[str, Any]]:
        """The records whose fields equal these values, by id."""
        query = select(Record.id, Record.data).where(Record.kind == kind, Record.data.contains(equals)).order_by(Record.id)
        rows = (await self._session.execute(query)).all()
        return [{**data, "id": record_id} for record_id, data in rows if all(data.get(k) == v for k, v in equals.items())]

    async def put(self, kind: str, record_id: str, data: Mapping[str, Any]) -> None:
        """Write a record."""
        body = {name: value for name, value in data.items() if name != "id"}
        row = insert(Record).values(kind=kind, id=record_id, data=body)
        await self._session.execute(row.on_conflict_do_update(index_elements=["kind", "id"], set_={"data": body}))

    async def new_id(self, kind: str, prefix: str) -> str:
        """The next free number after 1000; two transactions never get the same one."""
        await self._session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"{kind}/{prefix}"})
        number = func.max(cast(func.substring(Record.id, r"(\d+)$"), BigInteger))
        newest = await self._session.scalar(select(number).where(Record.kind == kind, Record.id.like(f"{prefix}-%")))
        return f"{prefix}-{max(newest or 0, 1000) + 1}"
