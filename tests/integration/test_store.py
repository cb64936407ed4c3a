"""The store: its schema, its records and their in-memory twin, people and their ledger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import make_url

from bot import demo
from bot.problems import Problem
from bot.store import conversations, people
from bot.store.database import Database, migrate
from bot.store.models import Base, Person
from bot.store.records import StoredRecords
from dialogs.memory import MemoryRecords
from tests.house import START


@pytest.fixture(scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    """The module's database, without a service."""
    found = Database(database_url, 8)
    yield found
    await found.close()


def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or not str(name).startswith("procrastinate")}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    migrate(database_url)


async def test_two_services_may_migrate_at_once(database_url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(migrate, database_url) for _ in range(3)))


async def test_the_demo_is_loaded_once_and_whole(database: Database) -> None:
    loaded = await asyncio.gather(*(demo.load(database, START) for _ in range(3)))
    assert sorted(loaded) == [False, False, True]
    assert await demo.load(database, START, force=True)
    async with database.sessions() as session:
        anna = await session.get_one(Person, "P-1001")
        assert await people.contact(session, anna.id, "phone") == "+48600100101"
        assert await people.may_contact(session, anna.id)
        records = StoredRecords(session)
        for kind in ("order", "appointment", "job", "faq"):
            assert await records.find(kind), kind


# ---- records and their twin


@asynccontextmanager
async def stored(database: Database) -> AsyncIterator[StoredRecords]:
    """The database's records in one transaction that is taken back."""
    async with database.sessions() as session:
        yield StoredRecords(session)
        await session.rollback()


@pytest.fixture(params=["memory", "stored"])
async def records(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Any]:
    """Both twins in turn."""
    if request.param == "memory":
        yield MemoryRecords()
        return
    async with stored(database) as found:
        yield found


async def test_what_is_put_is_got(records: Any) -> None:
    body = {"person": "P-1", "total": 12.5, "items": [{"sku": "żółć", "n": 2}], "note": None, "open": True}
    await records.put("thing", "T-1", body)
    assert await records.get("thing", "T-1") == {**body, "id": "T-1"}
    assert await records.get("thing", "T-2") is None
    assert await records.get("other", "T-1") is None


async def test_putting_again_replaces_the_whole(records: Any) -> None:
    await records.put("thing", "T-1", {"a": 1, "b": 2})
    await records.put("thing", "T-1", {"a": 3})
    assert await records.get("thing", "T-1") == {"a": 3, "id": "T-1"}


async def test_the_id_is_no_part_of_the_body(records: Any) -> None:
    await records.put("thing", "T-1", {"a": 1})
    found = await records.get("thing", "T-1")
    await records.put("thing", "T-9", found)
    assert (await records.get("thing", "T-9"))["id"] == "T-9"
    assert await records.find("thing", id="T-1") == []


async def test_what_was_read_can_be_changed_without_changing_the_record(records: Any) -> None:
    body = {"items": [1]}
    await records.put("thing", "T-1", body)
    body["items"].append(2)
    (await records.get("thing", "T-1"))["items"].append(3)
    for found in await records.find("thing"):
        found["items"].append(4)
    assert (await records.get("thing", "T-1"))["items"] == [1]


async def test_find_compares_every_field_exactly_and_orders_by_id(records: Any) -> None:
    await records.put("thing", "T-2", {"person": "P-1", "open": True, "tags": ["a", "b"], "n": 1, "none": None})
    await records.put("thing", "T-1", {"person": "P-1", "open": False, "tags": ["a"], "n": 2})
    await records.put("thing", "T-3", {"person": "P-2", "open": True, "tags": [], "n": 1})

    async def ids(**equals: Any) -> list[str]:
        return [record["id"] for record in await records.find("thing", **equals)]

    assert await ids() == ["T-1", "T-2", "T-3"]
    assert await ids(person="P-1") == ["T-1", "T-2"]
    assert await ids(person="P-1", open=True) == ["T-2"]
    assert await ids(tags=["a"]) == ["T-1"]
    assert await ids(n=1, open=True) == ["T-2", "T-3"]
    assert await ids(person="p-1") == await ids(nothing=1) == []
    assert await records.find("nothing") == []


async def test_new_ids_count_on_from_a_thousand(records: Any) -> None:
    assert await records.new_id("thing", "X") == "X-1001"
    await records.put("thing", "X-1001", {})
    await records.put("thing", "X-1207", {})
    await records.put("thing", "Y-9000", {})
    assert await records.new_id("thing", "X") == "X-1208"
    assert await records.new_id("thing", "Y") == "Y-9001"
    assert await records.new_id("other", "X") == "X-1001"


async def test_a_record_is_taken_by_one_turn_at_a_time(database: Database) -> None:
    async with database.transaction() as session:
        await StoredRecords(session).put("slot", "S-1", {"taken": 0})

    async def take() -> bool:
        async with database.transaction() as session:
            records = StoredRecords(session)
            slot = await records.get("slot", "S-1")
            assert slot is not None
            await asyncio.sleep(0)
            await records.put("slot", "S-1", {"taken": slot["taken"] + 1})
            return slot["taken"] == 0

    assert sorted(await asyncio.gather(*(take() for _ in range(5)))) == [False] * 4 + [True]
    async with database.sessions() as session:
        assert (await StoredRecords(session).get("slot", "S-1") or {})["taken"] == 5


async def test_two_turns_never_get_the_same_new_id(database: Database) -> None:
    async def one() -> str:
        async with database.transaction() as session:
            records = StoredRecords(session)
            found = await records.new_id("ticket", "Q")
            await records.put("ticket", found, {})
            return found

    assert len(set(await asyncio.gather(*(one() for _ in range(6))))) == 6


# ---- people


async def test_the_newest_entry_of_the_ledger_counts(database: Database) -> None:
    async with database.transaction() as session:
        person = await people.create(session, START, "pl")
        assert not await people.may_contact(session, person.id)
        assert not await people.opted_out(session, person.id)
        for state, may in (("granted", True), ("revoked", False), ("granted", True)):
            await people.record_consent(session, person.id, state, "web", "said so", START)  # type: ignore[arg-type]
            assert await people.may_contact(session, person.id) is may
            assert await people.opted_out(session, person.id) is not may


@pytest.mark.parametrize(
    ("given", "country", "normal"),
    [
        ("600 100 101", "PL", "+48600100101"), ("+48600100101", "GB", "+48600100101"), ("0048 600-100-101", "PL", "+48600100101"),
        ("0712 345 678", "RO", "+40712345678"), ("07700 900104", "GB", "+447700900104"), ("12", "PL", None), ("call me", "PL", None), ("", "PL", None),
    ],
)  # fmt: skip
def test_numbers_are_kept_in_one_form(given: str, country: str, normal: str | None) -> None:
    assert people.normal_phone(given, country) == normal


async def test_a_conversation_that_is_gone_cannot_be_locked(database: Database) -> None:
    async with database.sessions() as session:
        with pytest.raises(Problem, match="no such conversation"):
            await conversations.lock(session, "nothing")


async def test_a_token_is_kept_only_as_a_hash(database: Database) -> None:
    async with database.transaction() as session:
        person = await people.create(session, START, "pl")
        conversation, token = await conversations.create(session, person, START, channel="web", kind="support", language="pl", context={})
        assert token not in conversation.token_hash
        assert conversations.token_fits(conversation, token)
        assert not conversations.token_fits(conversation, token + "x")
