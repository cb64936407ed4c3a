"""The service put together: database, NLU servers, dialogs, queue. Built once a process, handed to the web app and the jobs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from typing import TYPE_CHECKING, Any

from bot import demo
from bot.calls.calls import Calls
from bot.clock import Clock, SystemClock
from bot.conversation import Conversations
from bot.desk.live import Live
from bot.escalation import routing as routes
from bot.escalation.watch import Watch
from bot.events import Hub
from bot.knowledge import FaqKnowledge
from bot.metrics import NLU_READY
from bot.outreach.campaigns import Campaigns
from bot.outreach.deliveries import Deliveries, Sender, run_worker
from bot.outreach.lines import Lines
from bot.outreach.phoning import Phoning
from bot.settings import ROOT, Settings
from bot.store.database import Database, embedded, keep_alive, migrate
from bot.users import first
from dialogs.actions import ACTIONS
from dialogs.load import load_folders
from dialogs.runtime import Runtime
from nlu.client import NluClient
from nlu.mood.judge import WordsJudge
from nlu.server import RasaServers, ServerError
from nlu.train import model_path

if TYPE_CHECKING:
    from integrations.twilio.calls import Caller

logger = logging.getLogger(__name__)
KINDS = ("patterns", "phone", "support", "reminder", "preselection", "survey")
"""The folders of flows that are loaded."""


def load_runtime() -> Runtime:
    """The flows of every kind with their actions; raises FlowError with file and line."""
    domain, flows = load_folders([ROOT / "dialogs" / kind for kind in KINDS])
    return Runtime(domain, flows, ACTIONS)


def api_key(settings: Settings) -> str:
    """The key of the settings, or the one in ``DATA_DIR/api_key``, made on first use and readable by us alone."""
    given = settings.api_key.get_secret_value()
    if given:
        return given
    path = settings.run_dir / "api_key"
    if not path.exists():
        partial = path.with_suffix(".tmp")
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_urlsafe(24))
        partial.replace(path)
    return path.read_text().strip()


def sms_sender(settings: Settings) -> Sender | None:
    """Twilio, when an account is set."""
    if not settings.twilio_account_sid:
        return None
    from integrations.twilio.sms import SmsSender

    token = settings.twilio_auth_token.get_secret_value()
    return SmsSender(settings.twilio_account_sid, token, from_=settings.twilio_number, base_url=settings.twilio_base_url)


def caller(settings: Settings) -> Caller | None:
    """Who places our calls, when an account is set."""
    if not settings.twilio_account_sid:
        return None
    from integrations.twilio.calls import Caller

    token = settings.twilio_auth_token.get_secret_value()
    return Caller(settings.twilio_account_sid, token, from_=settings.twilio_number, base_url=settings.twilio_base_url)


class Service:
    """Everything that runs in one process."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings, self.clock = settings, clock or SystemClock()
        settings.run_dir.mkdir(parents=True, exist_ok=True)
        self.key = api_key(settings)
        self.url = settings.database_url or embedded(settings.run_dir)
        migrate(self.url)
        self.database = Database(self.url, settings.database_pool)
        self.hub = Hub(self.url)
        self.knowledge = FaqKnowledge(settings.run_dir)
        self.servers = RasaServers(model_path(settings.run_dir), settings.rasa_python, settings.run_dir, settings.nlu_replicas)
        self.nlu = NluClient(self.servers.endpoints, deadline=settings.nlu_deadline)
        self.words = WordsJudge(settings.mood_model, settings.nlu_deadline) if settings.mood else None
        runtime = load_runtime()
        routing = routes.load(settings.routing, runtime.flows)
        self.conversations = Conversations(self.database, runtime, self.nlu, self.knowledge, self.clock, settings, self.words, routing)
        self.calls = Calls(self.conversations, self.database, self.hub, self.clock, settings, self.key)
        self.lines = Lines(self.calls, settings)
        self.caller = caller(settings)
        self.campaigns = Campaigns(self.database, self.conversations, self.lines, self.clock, settings)
        self.deliveries = Deliveries(self.database, sms_sender(settings), self.clock, settings)
        self.phoning = Phoning(self.database, self.caller, self.lines, self.calls, self.campaigns, self.clock, settings)
        self.desk = Live(self.database, self.hub)
        self.watch = Watch(self.database, self.conversations, self.clock, settings, self.hub)
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[Any]] = []

    async def start(self) -> None:
        """Start everything; what is slow (the NLU server, the embeddings) becomes ready behind."""
        if self.settings.demo:
            await demo.load(self.database, self.clock.now())
        await first.make(self.database, self.settings, self.clock.now())
        await self.hub.start()
        if self.settings.nlu_replicas:
            try:
                await self.servers.start()
            except ServerError as error:
                logger.error("%s Until then only short answers are understood.", error)
        self._tasks = [
            asyncio.create_task(self.knowledge.load(self.database), name="knowledge"),
            asyncio.create_task(run_worker(self.url, self, self._stop), name="queue"),
            asyncio.create_task(self._watch_nlu(), name="watch-nlu"),
            asyncio.create_task(self.calls.start(), name="speech"),
            asyncio.create_task(self.watch.run(), name="watch-queue"),
        ]
        if not self.settings.database_url:
            self._tasks.append(asyncio.create_task(keep_alive(self.settings.run_dir, self.database), name="watch-database"))

    async def stop(self) -> None:
        """Stop everything, children included; never raises."""
        self._stop.set()
        await self.desk.stop()
        await self.calls.stop()
        for task in self._tasks:
            if task.get_name() != "queue":
                task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.servers.stop()
        await self.nlu.aclose()
        if self.words is not None:
            self.words.close()
        await self.hub.stop()
        await self.database.close()

    async def readiness(self) -> dict[str, bool]:
        """What is ready: database, NLU, the knowledge base, and speech unless calls are off."""
        return {
            "database": await self.database.alive(),
            "nlu": self.servers.ready or not self.settings.nlu_replicas,
            "knowledge": bool(self._tasks) and self._tasks[0].done() and not self._tasks[0].exception(),
            **({"speech": self.calls.ready} if self.settings.calls else {}),
        }

    async def _watch_nlu(self) -> None:
        while True:
            NLU_READY.set(sum(replica.state == "ready" for replica in self.servers.replicas))
            await asyncio.sleep(2)
