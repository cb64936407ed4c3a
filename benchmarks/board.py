"""What the supervisor's board costs the database: ``python -m benchmarks.board``.

A database is filled as after a busy month (500 open conversations, 20 000 that are over, 10 000 of them handed to people, 120 000
messages, 50 agents), and what a board reads is read a hundred times: what is now (at most once a second), and what was (every 15 s).
The figures go to docs/board.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import shutil
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from rich.console import Console
from rich.table import Table
from sqlalchemy import event

from bot.desk.figures import figures
from bot.desk.trends import SPANS, trends
from bot.escalation.answering import OUTCOMES
from bot.settings import Settings
from bot.store.database import Database, embedded, migrate
from bot.store.models import User
from bot.users import accounts

ZONE = ZoneInfo("Europe/Warsaw")
ROUNDS = 100
SAID = 6
"""Messages of each conversation."""
REASONS = (
    ("asked_for_person", 34), ("not_understood", 17), ("complaint", 14), ("late_delivery", 12), ("frustration", 9), ("refund_check", 6),
    ("order_not_found", 4), ("cannot_pay", 3), ("abuse", 1),
)  # fmt: skip
CHANNELS = (("web", 60), ("sms", 12), ("phone", 28))
LANGUAGES = (("pl", 70), ("en", 20), ("ro", 10))
FIRST = ("Anna", "Piotr", "Maria", "Jan", "Ewa", "Tomasz", "Zofia", "Marek", "Ola", "Kamil", "Ioana", "Andrei", "Emma", "Oliver")
LAST = ("Nowak", "Kowalska", "Wójcik", "Maj", "Lis", "Zając", "Dudek", "Popescu", "Marin", "Smith", "Brown", "Wilk", "Bąk", "Sowa")


class Filling:
    """Writes people, conversations, messages, touchpoints, escalations and agents, as a month would have left them."""

    def __init__(self, connection: psycopg.Connection[Any], now: datetime, seed: int = 7) -> None:
        self._connection, self._now, self._random = connection, now, random.Random(seed)
        self._touchpoints = 0

    def users(self, agents: int, teams: tuple[str, ...] = ()) -> list[str]:
        """Agents with open desks, most of them available; their logins."""
        chance, now = self._random, self._now
        names = [f"{first} {last}" for last in LAST for first in FIRST][: agents * 3 : 3]
        logins = [f"agent{number}" for number in range(agents)]
        presences = ["available", "available", "available", "busy", "wrap_up", "away"]
        self._copy(
            "users",
            [
                {
                    "id": f"U-{login}", "login": login, "name": name, "role": "agent", "password_hash": "", "must_change": False,
                    "active": True, "failed": 0, "teams": json.dumps([chance.choice(teams)] if teams else []), "skills": "[]",
                    "languages": json.dumps(["pl", "en"]), "presence": chance.choice(presences),
                    "presence_since": now - timedelta(seconds=chance.randint(20, 5000)), "created": now - timedelta(days=90),
                }
                for login, name in zip(logins, names, strict=True)
            ],
        )  # fmt: skip
        here = [login for login in logins if chance.random() < 0.8]
        self._copy("desk_pages", [{"id": f"page-{login}", "login": login, "opened": now, "seen": now} for login in here])
        return logins

    def month(self, logins: list[str], *, days: int, closed: int, handed: int) -> None:
        """Conversations that are over."""
        moments = sorted(self._moments(days, closed), reverse=True)
        escalated = set(self._random.sample(range(closed), handed))
        self._conversations(
            (
                (f"old-{index}", at, "closed", self._past(at, logins) if index in escalated else None)
                for index, at in enumerate(moments)
            )
        )  # fmt: skip

    def live(self, logins: list[str], *, bot: int, waiting: int, taken: int) -> None:
        """Conversations that go on."""
        chance, now = self._random, self._now
        rows: list[tuple[str, datetime, str, dict[str, Any] | None]] = [
            (f"bot-{index}", now - timedelta(seconds=chance.randint(5, 800)), "open", None) for index in range(bot)
        ]
        for index in range(waiting):
            at = now - timedelta(seconds=int(chance.expovariate(1 / 70)) + 5)
            late = at + timedelta(seconds=60) if now - at > timedelta(seconds=60) else None
            offered = chance.choice(logins) if chance.random() < 0.6 else None
            rows.append((f"wait-{index}", at, "escalated", {"status": "waiting", "late": late, "offered_to": offered}))
        for index in range(taken):
            at = now - timedelta(seconds=chance.randint(60, 1500))
            took = at + timedelta(seconds=chance.randint(5, 55))
            rows.append((f"with-{index}", at, "escalated", {"status": "taken", "taken": took, "agent": chance.choice(logins)}))
        self._conversations(rows)

    def _moments(self, days: int, count: int) -> Iterator[datetime]:
        """Moments of the past, as busy as the hours and days of the week are."""
        chance = self._random
        while count:
            at = self._now - timedelta(seconds=chance.random() * days * 86_400 + 1200)
            local = at.astimezone(ZONE)
            busy = math.exp(-((local.hour + local.minute / 60 - 12.5) ** 2) / 18) * (0.35 if local.weekday() >= 5 else 1.0)
            if chance.random() < max(busy, 0.02):
                count -= 1
                yield at

    def _past(self, at: datetime, logins: list[str]) -> dict[str, Any]:
        chance, local = self._random, at.astimezone(ZONE)
        rush = 1 + 1.6 * math.exp(-((local.hour - 12) ** 2) / 8)
        wait = min(chance.lognormvariate(math.log(9 * rush), 0.7), 900)
        if wait > 60 and chance.random() < 0.35:
            return {"status": "closed", "closed": at + timedelta(seconds=wait)}
        took = at + timedelta(seconds=wait)
        ended = took + timedelta(seconds=chance.lognormvariate(math.log(240), 0.6))
        back = chance.random() < 0.3
        outcome = "" if back else chance.choices(list(OUTCOMES), [60, 10, 14, 6, 8, 2][: len(OUTCOMES)])[0]
        return {
            "status": "returned" if back else "closed", "taken": took, "closed": ended, "agent": chance.choice(logins), "outcome": outcome,
        }  # fmt: skip

    def _conversations(self, rows: Iterable[tuple[str, datetime, str, dict[str, Any] | None]]) -> None:
        """Write each conversation (id, begin, status, what became of it with people) with all that belongs to it."""
        chance = self._random
        tables: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("people", "conversations", "touchpoints", "messages", "escalations")
        }
        for id_, at, status, escalation in rows:
            channel, language, person = _drawn(chance, CHANNELS), _drawn(chance, LANGUAGES), f"P-{id_}"
            mood = round(min(1.0, chance.betavariate(1.5, 6 if escalation is None else 3)), 3)
            owner = "bot" if escalation is None or status == "closed" else escalation.get("agent") or "queue"
            self._touchpoints += 1
            point = self._touchpoints + 1_000_000
            tables["people"].append(
                {
                    "id": person, "name": f"{chance.choice(FIRST)} {chance.choice(LAST)}", "kind": "customer", "language": language,
                    "time_zone": ZONE.key, "country": "PL", "currency": "PLN", "created": at,
                }
            )  # fmt: skip
            state = {
                "language": language, "slots": {f"slot_{number}": "x" * 20 for number in range(10)}, "stack": [{"flow": "support"}],
                "mood": {"value": {"value": mood, "turns": 3, "peak": mood, "counts": {}}, "memory": {"said": ["…"] * 5}},
            }  # fmt: skip
            tables["conversations"].append(
                {
                    "id": id_, "token_hash": id_, "person_id": person, "channel": channel, "direction": "in", "kind": "support",
                    "language": language, "owner": owner, "status": status, "state": json.dumps(state), "context": "{}", "seq": SAID,
                    "touchpoint_id": point, "created": at,
                    "updated": at if status == "closed" else self._now - timedelta(seconds=chance.randint(1, 600)),
                }
            )  # fmt: skip
            emotion = {"frustration": mood, "level": 0, "peak": min(1.0, mood * 1.3), "curve": [mood] * 3, "reasons": [], "done": []}
            tables["touchpoints"].append(
                {
                    "id": point, "person_id": person, "conversation_id": id_, "at": at, "channel": channel, "direction": "in",
                    "stage": "retention", "goal": "contact", "outcome": "", "emotion": json.dumps(emotion), "problems": "[]",
                    "opportunities": "[]", "measures": "{}", "source": "voxtrail",
                }
            )  # fmt: skip
            tables["messages"] += [
                {
                    "conversation_id": id_, "seq": seq, "direction": "in" if seq % 2 else "out", "author": "person" if seq % 2 else "bot",
                    "text": "Gdzie jest moja paczka?" if seq % 2 else "Już sprawdzam. Paczka jest w drodze.", "buttons": "[]",
                    "response": "", "channel": channel, "at": at + timedelta(seconds=seq * 9),
                }
                for seq in range(1, SAID + 1)
            ]  # fmt: skip
            if escalation is not None:
                summary = {"known": {f"slot_{number}": "x" * 20 for number in range(10)}, "last_messages": [{"text": "y" * 60}] * 8}
                tables["escalations"].append(
                    {
                        "id": f"E-{id_}", "conversation_id": id_, "reason": _drawn(chance, REASONS), "summary": json.dumps(summary),
                        "note": "", "created": at, "status": "waiting", "agent": None, "taken": None, "closed": None, "late": None,
                        "outcome": "", "offered_to": None, **escalation,
                    }
                )  # fmt: skip
        for name, filled in tables.items():
            self._copy(name, filled)

    def _copy(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        if not rows:
            return
        with self._connection.cursor().copy(f"COPY {table} ({', '.join(rows[0])}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))


def _drawn(chance: random.Random, weighted: tuple[tuple[str, int], ...]) -> str:
    return chance.choices([name for name, _ in weighted], [weight for _, weight in weighted])[0]


async def measure(url: str, now: datetime, boss: str, rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Milliseconds that the database took for each of the board's reads, by what is read; one connection, nothing beside."""
    database, took = Database(url, 2), dict[str, list[float]]()
    spent, settings = 0.0, Settings()

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def began(connection: Any, *_: Any) -> None:
        connection.info["began"] = time.perf_counter()

    @event.listens_for(database.engine.sync_engine, "after_cursor_execute")
    def ended(connection: Any, *_: Any) -> None:
        nonlocal spent
        spent += time.perf_counter() - connection.info["began"]

    async with database.sessions() as session:
        user: User = await accounts.known(session, boss)
        for _ in range(rounds):
            spent = 0.0
            await figures(session, user, now, ZONE, settings)
            took.setdefault("now", []).append(spent * 1000)
            for span in SPANS:
                spent = 0.0
                await trends(session, user, now, ZONE, span, settings)
                took.setdefault(f"what was: {span}", []).append(spent * 1000)
    await database.close()
    return took


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description="What the supervisor's board costs the database.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    work, now = Settings().run_dir / "bench-board", datetime.now(UTC)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    url = embedded(work)
    migrate(url)
    with psycopg.connect(url) as connection:
        filling = Filling(connection, now)
        logins = filling.users(50)
        filling.month(logins, days=30, closed=20_000, handed=9_700)
        filling.live(logins, bot=200, waiting=60, taken=240)
        connection.execute("UPDATE users SET role = 'supervisor' WHERE login = 'agent0'")
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
    took = asyncio.run(measure(url, now, "agent0", arguments.rounds))
    table = Table("read", "p50 ms", "p95 ms", "most ms")
    for name, times in took.items():
        table.add_row(name, *(f"{value:.1f}" for value in (statistics.median(times), statistics.quantiles(times, n=20)[18], max(times))))
    Console().print(table)


if __name__ == "__main__":
    main()
