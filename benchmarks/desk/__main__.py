"""How fast the agents' desk is, as a browser would see it: 500 live conversations, 50 open pages, on whatever machine this is.

The whole service runs as `voxtrail serve` starts it, without calls and without Rasa (`benchmarks.turns` and `benchmarks.calls` measure
those). Conversations lie in its database; the pages are opened over HTTP and socket.io by this process, as nicegui's own script does it.
Then, for a minute, somebody says something every 60 ms, somebody new asks for a person every second, and agents take who waits, by
clicking.

    python -m benchmarks.desk [--json]    # BENCH_DESK_S=60 BENCH_DESK_PAGES=50 BENCH_DESK_CONVERSATIONS=500 BENCH_DESK_EVERY_S=0.06
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import aiohttp
import psutil
import psycopg
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from socketio.exceptions import SocketIOError

from benchmarks.desk.pages import Page, PageError
from benchmarks.desk.seed import Seeded, seed
from benchmarks.load import Processes
from benchmarks.turns import our_service
from bot.desk.session import COOKIE
from bot.settings import Settings
from bot.store.database import embedded, migrate

SECONDS = float(os.environ.get("BENCH_DESK_S", "60"))
PAGES = int(os.environ.get("BENCH_DESK_PAGES", "50"))
CONVERSATIONS = int(os.environ.get("BENCH_DESK_CONVERSATIONS", "500"))
EVERY_S = float(os.environ.get("BENCH_DESK_EVERY_S", "0.06"))
NEW_EVERY_S, TAKE_EVERY_S = 1.0, 1.0
"""Between two messages, two new people who wait, and two conversations that are taken, in s."""
PATIENCE_S = 10.0
"""How long something may take to be shown before it counts as lost, in s."""
SETTLE_S = 5.0
TAKE = ("take",)
"""What the button that takes a conversation is called by, in lower case: its test id or its label."""
UNDERSTOOD = ("hello", "what can you do", "yes", "thank you", "repeat", "help")
"""What the bot understands without Rasa: else it would hand half of its conversations over while we look."""
TARGETS = {"event": 300.0, "accept": 150.0}
"""p95 in ms."""
console = Console(stderr=True)


@dataclass(slots=True)
class Measured:
    """What was found. Times in ms, memory in MB, CPU in seconds a second. ``lost``: what was not shown within `PATIENCE_S`;
    ``dropped``: sockets that were lost, and pages that had to be loaded anew."""

    pages: int
    conversations: int
    seconds: float
    cores: int
    events: list[float] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    takes: list[float] = field(default_factory=list)
    opens: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    lost: int = 0
    refused: int = 0
    dropped: int = 0
    failed: list[str] = field(default_factory=list)
    rss_before_mb: float = 0.0
    rss_pages_mb: float = 0.0
    rss_after_mb: float = 0.0
    cpu_service: float = 0.0
    cpu_database: float = 0.0
    cpu_idle: float = 0.0
    cpu_here: float = 0.0
    page_kb_s: float = 0.0

    @property
    def page_mb(self) -> float:
        """What one more page costs."""
        return (self.rss_pages_mb - self.rss_before_mb) / self.pages

    def to_json(self) -> dict[str, Any]:
        """Every figure, the times as quantiles."""
        plain = {name: value for name, value in asdict(self).items() if not isinstance(value, list)}
        times = {name: _quantiles(getattr(self, name)) for name in ("events", "arrivals", "takes", "opens", "answers")}
        return {**plain, "page_mb": round(self.page_mb, 2), **times, "failed": self.failed[:5]}


class Bench:
    """One run."""

    def __init__(self, base: str, pid: int, postmaster: int, seeded: Seeded, found: Measured) -> None:
        self._base, self._pid, self._seeded, self.found = base, pid, seeded, found
        self._service, self._database = Processes([pid]), Processes([postmaster])
        self._pages = {login: Page(base, f"{COOKIE}={token}", login) for login, token in seeded.sessions.items()}
        self._agents = {conversation: login for conversation, _, login in seeded.taken}
        self._with_bot = set(seeded.bot)
        self._waiting = [escalation for _, escalation in seeded.waiting]
        self._tokens = iter(f"zq{number:06d}zq" for number in range(10**6))
        self._pending: set[asyncio.Task[None]] = set()
        self._dice = random.Random(11)

    async def run(self, progress: Progress) -> None:
        """Open the pages, make the events, measure."""
        # aiohttp, not httpx: while requests wait, httpx spends more on its pool of connections than the service on its answers
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60), connector=aiohttp.TCPConnector(limit=32)) as http:
            self._http = http
            await self._warm_up()
            self.found.rss_before_mb = self._rss_mb()
            opening = progress.add_task("Opening pages", total=len(self._pages))
            for page in self._pages.values():
                await page.open(http)
                progress.advance(opening)
            await asyncio.sleep(SETTLE_S)
            self.found.rss_pages_mb = self._rss_mb()
            idle = self._service.seconds()
            await asyncio.sleep(SETTLE_S)
            self.found.cpu_idle = (self._service.seconds() - idle) / SETTLE_S
            await self._make_events(progress)
            self.found.rss_after_mb = self._rss_mb()
            self.found.page_kb_s = sum(page.bytes for page in self._pages.values()) / 1024 / len(self._pages) / self.found.seconds
            self.found.dropped = sum(page.dropped + page.reloads for page in self._pages.values())
            for page in self._pages.values():
                await page.close()

    async def _make_events(self, progress: Progress) -> None:
        task = progress.add_task("Events", total=SECONDS)
        before = self._cpu()
        began = time.perf_counter()
        makers = [
            asyncio.create_task(self._every(EVERY_S, self._message)),
            asyncio.create_task(self._every(NEW_EVERY_S, self._newcomer)),
            asyncio.create_task(self._every(TAKE_EVERY_S, self._take)),
        ]
        while (passed := time.perf_counter() - began) < SECONDS:
            progress.update(task, completed=passed)
            await asyncio.sleep(0.25)
        for maker in makers:
            maker.cancel()
        elapsed = time.perf_counter() - began
        used = [now - was for now, was in zip(self._cpu(), before, strict=True)]
        self.found.cpu_service, self.found.cpu_database, self.found.cpu_here = (each / elapsed for each in used)
        progress.update(task, completed=SECONDS)
        await asyncio.gather(*self._pending, return_exceptions=True)

    async def _every(self, seconds: float, what: Any) -> None:
        """Begin something at a steady rate, however long each takes."""
        due = time.perf_counter()
        while True:
            started = asyncio.create_task(self._carefully(what))
            self._pending.add(started)
            started.add_done_callback(self._pending.discard)
            due += seconds
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    async def _carefully(self, what: Any) -> None:
        try:
            await what()
        except (PageError, aiohttp.ClientError, TimeoutError, KeyError, SocketIOError) as error:
            self.found.failed.append(f"{what.__name__}: {type(error).__name__} {error}")

    # ---- events

    async def _message(self) -> None:
        """Somebody says something; where an agent has them, that agent's page must show it."""
        seeded = self._seeded
        everybody = (*seeded.bot, *(each[0] for each in seeded.waiting), *self._agents)
        conversation, token = self._dice.choice(everybody), next(self._tokens)
        words = self._dice.choice(UNDERSTOOD) if conversation in self._with_bot else f"{token} and where is it now?"
        answered = await self._say(conversation, words)
        if login := self._agents.get(conversation):
            await self._shown(self._pages[login], token, answered, self.found.events)

    async def _newcomer(self) -> None:
        """Somebody new asks for a person; where that is shown to anybody, it counts from then."""
        token = next(self._tokens)
        person = {"name": f"New {token}", "phone": f"+48602{token[2:8]}"}
        begun = await self._post("/v1/conversations", {"channel": "web", "language": "en", "flow": "support", "person": person})
        answered = await self._say(begun["id"], "human")
        deadline = answered + PATIENCE_S
        while time.perf_counter() < deadline:
            times = [page.seen[token] for page in self._pages.values() if token in page.seen]
            if times:
                self.found.arrivals.append(max(0.0, min(times) - answered) * 1000)
                break
            await asyncio.sleep(0.05)
        self._waiting.append((await self._get(f"/v1/conversations/{begun['id']}"))["escalation"]["id"])

    async def _take(self) -> None:
        """An agent opens who waits, and takes them, by clicking; measured until their page shows that they have them."""
        page = self._pages[self._dice.choice(list(self._pages))]
        rows = {escalation: row for escalation in self._waiting if (row := page.find(escalation, event="click"))}
        if not rows:  # none of them is among those that are shown
            return
        escalation, row = self._dice.choice(list(rows.items()))
        self._waiting.remove(escalation)
        clicked = await page.click(row, escalation)
        opened = await page.until(lambda: bool(_button(page)), PATIENCE_S)
        self.found.opens.append((opened - clicked) * 1000)
        clicked = await page.click(_button(page))
        taken = await page.until(lambda: _has(page, escalation) and not _button(page), PATIENCE_S)
        self.found.takes.append((taken - clicked) * 1000)

    async def _say(self, conversation: str, text: str) -> float:
        began = time.perf_counter()
        await self._post(f"/v1/conversations/{conversation}/messages", {"text": text})
        answered = time.perf_counter()
        self.found.answers.append((answered - began) * 1000)
        return answered

    async def _get(self, path: str) -> dict[str, Any]:
        return await self._ask("GET", path)

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._ask("POST", path, body)

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        async with self._http.request(method, f"{self._base}{path}", json=body, headers={"Authorization": "Bearer bench"}) as answer:
            if answer.status >= 400:
                self.found.refused += 1
                raise PageError(f"{path}: {answer.status} {(await answer.text())[:120]}")
            found: dict[str, Any] = await answer.json()
            return found

    async def _shown(self, page: Page, token: str, answered: float, times: list[float]) -> None:
        try:
            await page.until(lambda: token in page.seen, PATIENCE_S)
        except TimeoutError:
            self.found.lost += 1
            return
        times.append(max(0.0, page.seen[token] - answered) * 1000)

    # ---- around it

    async def _warm_up(self) -> None:
        """What is read or built when it is first needed is not what is measured."""
        for _ in range(20):
            await self._say(self._seeded.bot[0], "hello")
        first = next(iter(self._seeded.sessions.values()))
        page = Page(self._base, f"{COOKIE}={first}", "warm-up")
        await page.open(self._http)
        await asyncio.sleep(1)
        await page.close()
        self.found.answers.clear()

    def _cpu(self) -> tuple[float, float, float]:
        """Seconds that the service, the database and this program (without those two, which it started) have used."""
        return self._service.seconds(), self._database.seconds(), time.process_time()

    def _rss_mb(self) -> float:
        process = psutil.Process(self._pid)
        total = 0
        for each in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += each.memory_info().rss
        return total / 2**20


def _button(page: Page) -> str:
    """The button that takes the open conversation, if it is there."""
    for id_, element in page.elements.items():
        named = [str((element.get("props") or {}).get(name) or "") for name in ("data-testid", "label")] + [str(element.get("text") or "")]
        if element["tag"] in ("q-btn", "button", "nicegui-button") and any(name.lower() in TAKE for name in named):
            return id_
    return ""


def _has(page: Page, escalation: str) -> bool:
    """Whether the page shows that its agent has the open conversation: they can write to the person."""
    return bool(page.find("Reply") or page.find("reply"))


def _quantiles(times: Sequence[float]) -> dict[str, float]:
    if not times:
        return {"count": 0}
    ordered = sorted(times)
    at = {name: ordered[min(len(ordered) - 1, int(share * len(ordered)))] for name, share in (("p50", 0.5), ("p95", 0.95))}
    return {"count": len(ordered), **{name: round(value, 1) for name, value in at.items()}, "max": round(ordered[-1], 1)}


def _print(found: Measured) -> None:
    table = Table(title=f"{found.conversations} conversations, {found.pages} pages, {found.seconds:.0f} s, {found.cores} cores")
    for heading in ("", "n", "p50 ms", "p95 ms", "worst ms", "target p95"):
        table.add_column(heading, justify="left" if not heading else "right")
    for title, name, target in (
        ("message answered → on the agent's page", "events", TARGETS["event"]),
        ("new in the queue → on a page", "arrivals", TARGETS["event"]),
        ("click on Take → taken, on the page", "takes", TARGETS["accept"]),
        ("click on a conversation → open", "opens", None),
        ("message → answered (API)", "answers", None),
    ):
        q = _quantiles(getattr(found, name))
        figures = [f"{q[key]:.0f}" if key in q else "–" for key in ("p50", "p95", "max")]
        table.add_row(title, str(q["count"]), *figures, f"{target:.0f}" if target else "")
    out = Console()
    out.print(table)
    out.print(
        f"Memory of the service: {found.rss_before_mb:.0f} MB before, {found.rss_pages_mb:.0f} MB with {found.pages} pages "
        f"({found.page_mb:.2f} MB a page), {found.rss_after_mb:.0f} MB at the end."
    )
    out.print(
        f"CPU, in cores: service {found.cpu_service:.2f} (pages open and nothing happening: {found.cpu_idle:.2f}), "
        f"database {found.cpu_database:.2f}, this program {found.cpu_here:.2f}. Text to each page: {found.page_kb_s:.1f} kB/s."
    )
    if found.lost or found.refused or found.dropped or found.failed:
        missed = f"Not shown within {PATIENCE_S:.0f} s: {found.lost}; sockets lost: {found.dropped}"
        out.print(f"[yellow]{missed}; refused by the API: {found.refused}; failed: {len(found.failed)}[/]")
        for line in found.failed[:5]:
            out.print(f"  {line}", markup=False)


def main() -> None:
    """Start the service, measure, print, stop."""
    as_json = "--json" in sys.argv[1:]
    settings = Settings()
    work = settings.run_dir / "bench-desk"
    shutil.rmtree(work, ignore_errors=True)
    (work / "logs").mkdir(parents=True)
    url = embedded(work)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(b"CREATE DATABASE ours")
    ours = url.replace("/postgres?", "/ours?")
    migrate(ours)
    with console.status("Putting conversations into the database …"):
        seeded = asyncio.run(seed(ours, PAGES, CONVERSATIONS))
    postmaster = int((work / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    found = Measured(PAGES, CONVERSATIONS, SECONDS, os.cpu_count() or 1)
    environment = {"VOXTRAIL_CALLS": "false", "VOXTRAIL_NLU_REPLICAS": "0"}
    with our_service(settings, work, ours, environment) as (base, pid), Progress(console=console) as progress:
        asyncio.run(Bench(base, pid, postmaster, seeded, found).run(progress))
    if as_json:
        print(json.dumps(found.to_json()))
    else:
        _print(found)


if __name__ == "__main__":
    main()
