"""A real browser before a real service with a real Rasa and a real PostgreSQL; what is missing is said when tests are skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

from integrations.twilio.standin import Standin, create_standin
from nlu.server import free_port
from nlu.train import TrainingError, model_path, train
from tests.acceptance.chat import Chat
from tests.acceptance.running import ROOT, Running
from tests.house import NUMBER, SID, TOKEN, address, listener, served

RASA = Path(os.environ.get("RASA_PYTHON") or ROOT / ".venv-rasa" / "bin" / "python")
CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
LOCALES = {"pl": "pl-PL", "en": "en-GB", "ro": "ro-RO"}
Visit = Callable[..., Awaitable[Chat]]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained model: the one of DATA_DIR if it is of today's data, else a fresh one."""
    if not RASA.exists():
        pytest.skip(f"Rasa is not installed at {RASA}: run `make setup`, or set RASA_PYTHON")
    for folder in (Path(os.environ.get("DATA_DIR") or "var").resolve(), ROOT / "var"):
        if model_path(folder).exists():
            return model_path(folder)
    folder = tmp_path_factory.mktemp("trained")
    try:
        return train(folder, RASA)
    except TrainingError as error:
        pytest.fail(str(error))


@pytest.fixture(scope="session")
def embeddings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The FAQ's vectors, computed by the first service and handed on to the next ones."""
    return tmp_path_factory.mktemp("embeddings")


@pytest.fixture(scope="session")
def make(model: Path, embeddings: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Running]]:
    """Makes services, each with a data directory of its own; stops them all at the end."""
    made: list[Running] = []

    def one(port: int = 0, **environment: str) -> Running:
        folder = tmp_path_factory.mktemp("var")
        (folder / "models").mkdir()
        shutil.copyfile(model, model_path(folder))
        shutil.copytree(embeddings, folder / "embeddings", dirs_exist_ok=True)
        made.append(Running(folder, port or free_port(), {"RASA_PYTHON": str(RASA), **environment}))
        return made[-1]

    yield one
    for running in made:
        running.stop()


@pytest.fixture(scope="session")
async def twilio() -> AsyncIterator[tuple[Standin, dict[str, str], int]]:
    """The stand-in for Twilio of the shared service, the settings by which it is found, and the port it texts to."""
    own, port = listener(), free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        "TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_NUMBER": NUMBER, "TWILIO_BASE_URL": address(own),
        "VOXTRAIL_PUBLIC_URL": url,
    }  # fmt: skip
    standin = create_standin(SID, TOKEN, f"{url}/twilio/sms", pace=0.01)
    async with served(standin, own):
        yield standin, environment, port


@pytest.fixture(scope="session")
def phone(twilio: tuple[Standin, dict[str, str], int]) -> Standin:
    """People's phones: what they text, and what they are sent."""
    return twilio[0]


@pytest.fixture(scope="session")
async def service(make: Callable[..., Running], embeddings: Path, twilio: tuple[Standin, dict[str, str], int]) -> AsyncIterator[Running]:
    """The service that most tests share."""
    _, environment, port = twilio
    running = make(port, VOXTRAIL_CALLS="true", **environment)
    running.start()
    await running.ready()
    shutil.copytree(running.data_dir / "embeddings", embeddings, dirs_exist_ok=True)
    yield running
    await running.http.aclose()
    running.stop()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium without a window."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"there is no chromium at {CHROMIUM}: install it, or set CHROMIUM")
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        await found.close()


@pytest.fixture
async def visit(browser: Browser, service: Running) -> AsyncIterator[Visit]:
    """Opens the demo company's page in a fresh browser profile; a script's error on any page fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    async def one(language: str = "en", *, url: str = "", **options: Any) -> Chat:
        context = await browser.new_context(**{"locale": LOCALES[language], "viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(url or f"{service.url}/?lang={language}")
        return Chat(page)

    yield one
    for context in contexts:
        await context.close()
    assert not errors
