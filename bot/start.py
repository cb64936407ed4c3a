"""Starting things, and saying plainly why they cannot start."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.service import Service
    from bot.store.database import Database
    from nlu.client import NluClient

console = Console(stderr=True)
LEAST_FREE = 200 * 2**20
"""Bytes of free disk that a start needs."""


class StartError(Exception):
    """Something is in the way; the text is one plain sentence that says what to do."""


def check_machine(settings: Settings) -> None:
    """Find what would stop the service: DATA_DIR, the disk, the port. Raises `StartError`."""
    folder = settings.run_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StartError(f"The disk under {folder} is full: free some space, or set DATA_DIR to another disk.") from error
        raise StartError(f"DATA_DIR {folder} cannot be written ({error.strerror}): set DATA_DIR to a folder of your own.") from error
    if shutil.disk_usage(folder).free < LEAST_FREE:
        raise StartError(f"The disk under {folder} has less than 200 MB left: free some space, or set DATA_DIR to another disk.")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe_socket:
        probe_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe_socket.bind((settings.host, settings.port))
        except OSError as error:
            raise StartError(f"Port {settings.port} is taken: stop what uses it, or start with PORT={settings.port + 1}.") from error


def serve(settings: Settings) -> None:
    """Run the service until Ctrl-C, then stop every child."""
    import uvicorn

    from bot.app import create_app
    from bot.logs import configure
    from bot.service import Service
    from bot.store.database import DatabaseError
    from dialogs.load import FlowError

    check_machine(settings)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stopped by a supervisor is stopped by Ctrl-C: children included
    if settings.nlu_replicas:
        train_nlu(settings)
    configure(settings)
    try:
        with console.status("Starting the database …"):
            service = Service(settings)
    except (DatabaseError, FlowError) as error:
        raise StartError(str(error)) from error
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, service=service), host=settings.host, port=settings.port, log_config=None, access_log=False,
            timeout_graceful_shutdown=5, ws_max_size=65536, ws_per_message_deflate=False, lifespan="on", proxy_headers=True,
        )
    )  # fmt: skip

    async def run() -> None:
        shown = asyncio.create_task(_announce(settings, service, server))
        await server.serve()
        shown.cancel()

    with suppress(KeyboardInterrupt):
        asyncio.run(run())
    if not server.started:
        raise StartError(f"The service did not start; its log is {settings.run_dir / 'logs' / 'voxtrail.log'}.")
    console.print("Stopped.")


async def _announce(settings: Settings, service: Service, server: Any) -> None:
    """Show progress until everything is ready, then where to look."""
    with console.status("Starting …") as status:
        while not server.started:
            await asyncio.sleep(0.1)
        while True:
            missing = [name for name, ready in (await service.readiness()).items() if not ready]
            if not missing:
                break
            status.update(f"Starting: waiting for {', '.join(missing)} …")
            await asyncio.sleep(0.25)
    gc.collect()
    gc.freeze()  # flows, pages, models stay: to look through them for garbage again and again stopped everything for 55 ms at a time
    show_pages(settings, service.key)


def show_pages(settings: Settings, key: str) -> None:
    """Print the pages, how to sign in for the first time, the key, and how to stop."""
    from bot.users import first

    console.print()
    console.print("[bold green]Voxtrail is ready.[/]")
    for path, what in (
        ("/", "demo shop with the chat widget"),
        ("/call", "the phone, in the browser"),
        ("/desk", "agents: who waits for a person"),
        ("/board", "supervisors: what goes on, in charts"),
        ("/journey", "people's timelines"),
        ("/users", "who works here, and keys"),
        ("/docs", "the API"),
    ):
        console.print(f"  {settings.base_url}{path:<10} {what}", highlight=False)
    if password := first.password(settings):
        kept = f"{first.LOGIN} with the password {password} (to be changed then; it is also in {first.path(settings)})"
        console.print(f"  Sign in     {kept}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"  API key     {key}", highlight=False, soft_wrap=True)
    console.print("  Talk here   voxtrail talk --lang pl (with .venv/bin before it)", highlight=False)
    console.print("Press Ctrl-C to stop.")


def train_nlu(settings: Settings, *, force: bool = False) -> Path:
    """Train the NLU model if needed, with progress; raises `StartError` when it cannot be."""
    from nlu.train import TrainingError, model_path, show_progress, train

    path = model_path(settings.run_dir)
    if path.exists() and not force:
        return path
    if not settings.rasa_python.exists():
        if settings.nlu_replicas == 0:
            return path
        console.print(f"[yellow]Rasa is not installed at {settings.rasa_python}: only short answers will be understood. Run `make run`.[/]")
        return path
    try:
        with show_progress() as progress:
            return train(settings.run_dir, settings.rasa_python, force, progress)
    except TrainingError as error:
        raise StartError(str(error)) from error


@asynccontextmanager
async def nlu_running(settings: Settings, *, quiet: bool = False) -> AsyncIterator[NluClient]:
    """A Rasa server of our own for as long as the block runs; gives a client with generous patience."""
    from nlu.client import NluClient
    from nlu.server import RasaServers, ServerError

    model = train_nlu(settings)
    servers = RasaServers(model, settings.rasa_python, settings.run_dir, 1)
    try:
        await servers.start()
        with console.status("Starting the NLU server …") if not quiet else _Nothing():
            if not await servers.wait_ready(120):
                raise StartError(f"The NLU server does not start; its log is under {settings.run_dir / 'logs'}.")
        async with NluClient(servers.endpoints, deadline=10) as client:
            yield client
    except ServerError as error:
        raise StartError(str(error)) from error
    finally:
        await servers.stop()


class _Nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def evaluate_mood(settings: Settings, *, as_json: bool) -> None:
    """Print how well the mood in words is judged by what is configured; raises `StartError` when it cannot be."""
    from nlu.mood import evaluate
    from nlu.mood.types import MoodError

    try:
        evaluate.evaluate_mood(as_json, settings.mood_model)
    except MoodError as error:
        raise StartError(str(error)) from error


async def evaluate_nlu(settings: Settings, *, as_json: bool) -> None:
    """Print the table of the NLU's test split."""
    from rich.progress import Progress

    from nlu.evaluate import evaluate

    async with nlu_running(settings, quiet=as_json) as client:
        with Progress(console=console, disable=as_json) as progress:
            task = progress.add_task("Parsing the test split")
            found = await evaluate(client, progress=lambda done, total: progress.update(task, completed=done, total=total))
    if as_json:
        print(found.to_json())
    else:
        found.render()


async def load_demo(settings: Settings, *, force: bool) -> None:
    """Load the demo company into the database."""
    from bot import demo
    from bot.clock import SystemClock

    async with opened_database(settings) as database:
        loaded = await demo.load(database, SystemClock().now(), force=force)
    console.print("The demo company is loaded." if loaded else "There are records already; use --force to renew them.")


async def export_person(settings: Settings, person: str) -> dict[str, Any]:
    """Everything kept about a person."""
    from bot.journey.export import everything
    from bot.problems import Problem

    async with opened_database(settings) as database, database.sessions() as session:
        try:
            return await everything(session, person)
        except Problem as error:
            raise StartError(f"Nobody is known as {person!r}.") from error


@asynccontextmanager
async def opened_database(settings: Settings) -> AsyncIterator[Database]:
    """The database of the settings, whether or not a service runs beside; raises `StartError` when it cannot be had."""
    from bot.store.database import Database, DatabaseError, embedded, migrate

    settings.run_dir.mkdir(parents=True, exist_ok=True)
    try:
        url = settings.database_url or embedded(settings.run_dir)
        migrate(url)
    except DatabaseError as error:
        raise StartError(str(error)) from error
    database = Database(url, 4)
    try:
        yield database
    finally:
        await database.close()


logging.getLogger("alembic").setLevel(logging.WARNING)
