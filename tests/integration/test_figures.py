"""What the board tells a supervisor: who is with whom, who waits, how people feel, what the agents do and how it went; of their teams only."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.desk.figures import Figures, Talk, figures, talk
from bot.desk.trends import BACK, ENDED, LEFT, OPEN, Point, Span, trends
from bot.escalation.levels import level
from bot.problems import Problem
from bot.settings import Settings
from bot.store.database import Database
from bot.store.models import Conversation, DeskPage, Escalation, Message, Person, PhoneCall, Touchpoint, User
from tests.house import START

ZONE = ZoneInfo("Europe/Warsaw")
NOW = START + timedelta(minutes=30)
"""There the clock shows 10:30 of a Wednesday."""
SETTINGS = Settings(_env_file=None, service_level_s=60, service_level_call_s=20)


class Month:
    """A database in which nothing has happened, and what a test makes happen in it. Times are in s before now."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOW
        self._numbers = itertools.count(1)

    def ago(self, seconds: float | None) -> datetime | None:
        return None if seconds is None else self.now - timedelta(seconds=seconds)

    async def user(self, login: str, role: str = "agent", *, teams: tuple[str, ...] = (), seen: float | None = None, **more: Any) -> User:
        """Somebody who works here; ``seen``: a desk of theirs is open."""
        user = User(
            id=f"U-{login}", login=login, name=login.title(), role=role, password_hash="", must_change=False, failed=0,
            teams=list(teams), languages=["pl", "en"], skills=[], **{"active": True, "presence": "available", "presence_since": self.now, **more},
            created=self.now,
        )  # fmt: skip
        async with self.database.transaction() as session:
            session.add(user)
            if seen is not None:
                session.add(DeskPage(id=f"page-{login}", login=login, opened=self.now, seen=self.ago(seen)))
        return user

    async def conversation(
        self, *, name: str = "", channel: str = "web", language: str = "pl", mood: float | None = None, quiet: float = 5, calls: str = "",
        **more: Any,
    ) -> str:  # fmt: skip
        """A conversation with one message; ``quiet``: since when nothing is said."""
        id_ = f"C-{next(self._numbers)}"
        state = {"mood": None if mood is None else {"value": {"value": mood, "turns": 2}}}
        said = Message(
            conversation_id=id_, seq=1, direction="in", author="person", text="…", buttons=[], response="", channel=channel, at=self.now
        )  # fmt: skip
        async with self.database.transaction() as session:
            session.add(
                Person(
                    id=f"P-{id_}", name=name, language=language, time_zone=ZONE.key, country="PL", currency="PLN", created=self.now
                )
            )  # fmt: skip
            await session.flush()
            session.add(
                Conversation(
                    id=id_, token_hash=id_, person_id=f"P-{id_}", channel="web", kind="support", language=language, state=state, context={},
                    seq=1, created=self.ago(quiet), updated=self.ago(quiet), **more,
                )
            )  # fmt: skip
            await session.flush()
            session.add(said)
            if calls:
                session.add(PhoneCall(call_id=f"CA-{id_}", conversation_id=id_, line="twilio", status=calls, measures={}, began=self.now))
        return id_

    async def handed(
        self, came: float, *, taken: float | None = None, closed: float | None = None, agent: str | None = None, status: str = "",
        team: str = "", reason: str = "asked_for_person", outcome: str = "", offered: str | None = None, late: float | None = None, **more: Any,
    ) -> str:  # fmt: skip
        """A conversation that came to people: the escalation's id."""
        status = status or ("closed" if closed is not None else "taken" if taken is not None else "waiting")
        owner = agent or "queue" if closed is None else "bot"
        id_ = await self.conversation(owner=owner, status="closed" if status == "closed" else "escalated", **more)
        async with self.database.transaction() as session:
            session.add(
                Escalation(
                    id=f"E-{id_}", conversation_id=id_, reason=reason, summary={}, status=status, agent=agent, created=self.ago(came),
                    taken=self.ago(taken), closed=self.ago(closed), team=team, outcome=outcome, offered_to=offered, late=self.ago(late),
                )
            )  # fmt: skip
        return f"E-{id_}"

    async def contact(self, at: float, emotion: Any) -> None:
        """A touchpoint of somebody new."""
        id_ = await self.conversation(quiet=at, status="closed")
        async with self.database.transaction() as session:
            session.add(
                Touchpoint(
                    person_id=f"P-{id_}", conversation_id=id_, at=self.ago(at), channel="web", direction="in", stage="retention",
                    goal="contact", outcome="", emotion=emotion, problems=[], opportunities=[], measures={},
                )
            )  # fmt: skip

    async def seen(self, by: User) -> Figures:
        async with self.database.glances() as session:
            return await figures(session, by, self.now, ZONE, SETTINGS)

    async def told(self, by: User, span: Span = "day") -> list[Point]:
        async with self.database.glances() as session:
            return await trends(session, by, self.now, ZONE, span, SETTINGS)

    async def read(self, by: User, id_: str) -> Talk:
        async with self.database.glances() as session:
            return await talk(session, by, id_)


@pytest.fixture
async def month(database_url: str) -> AsyncIterator[Month]:
    """Nothing has happened yet."""
    database = Database(database_url, 4)
    async with database.transaction() as session:
        await session.execute(text("TRUNCATE people, users, desk_pages CASCADE"))
    yield Month(database)
    await database.close()


@pytest.fixture
async def boss(month: Month) -> User:
    """A supervisor of everybody."""
    return await month.user("boss", "supervisor")


def names(talks: list[Talk]) -> list[str]:
    return [each.name for each in talks]


async def test_live_conversations_are_with_the_bot_waiting_or_with_an_agent(month: Month, boss: User) -> None:
    await month.conversation(name="Anna", channel="sms", language="ro")
    await month.conversation(name="gone quiet", quiet=16 * 60)
    await month.conversation(name="over", status="closed")
    await month.handed(90, name="Ewa", channel="phone", offered="ola", late=30)
    await month.handed(200, name="Piotr")
    await month.handed(300, taken=280, agent="ola", name="Jan")
    await month.handed(400, taken=380, closed=5, agent="ola", name="done")
    found = await month.seen(boss)
    assert dict(found.count("owner")) == {"waiting": 2, "bot": 1, "agent": 1}
    assert dict(found.count("channel")) == {"web": 2, "phone": 1, "sms": 1}  # of the last message
    assert found.count("language") == [("pl", 3), ("ro", 1)]
    assert names(found.waiting) == ["Piotr", "Ewa"]
    assert [(each.late, each.offered_to) for each in found.waiting] == [(False, None), (True, "ola")]
    assert names(found.late) == ["Ewa"]
    assert [(each.name, each.agent, each.owner) for each in found.with_agents] == [("Jan", "ola", "agent")]


async def test_moods_count_where_they_are_known_and_the_worst_come_first(month: Month, boss: User) -> None:
    for name, mood in (("calm", 0.1), ("worst", 0.9), ("bad", 0.6), ("at the edge", 0.5), ("candidate", None)):
        await month.conversation(name=name, mood=mood)
    found = await month.seen(boss)
    assert len(found.judged) == 4
    assert names(found.upset) == ["worst", "bad"]


async def test_a_supervisor_of_a_team_sees_what_is_their_teams_or_nobodys(month: Month, boss: User) -> None:
    returns = await month.user("ret", "supervisor", teams=("returns",))
    theirs, others = await month.handed(90, team="returns", name="theirs"), await month.handed(90, team="sales", name="others")
    anybodys = await month.handed(90, name="anybody's")
    await month.handed(300, taken=290, closed=200, agent="ola", team="sales", status="returned", reason="complaint")
    async with month.database.transaction() as session:  # the bot goes on with it: it stays another team's
        await session.execute(text("UPDATE conversations SET owner = 'bot', status = 'open' WHERE id = 'C-4'"))
    await month.conversation(name="only the bot's")
    assert sorted(names(list((await month.seen(returns)).talks))) == ["anybody's", "only the bot's", "theirs"]
    assert len((await month.seen(boss)).talks) == 5
    assert [reason for reason, _, _ in (await month.seen(returns)).reasons] == ["asked_for_person"]
    assert sum(point.came for point in await month.told(returns)) == 2
    assert sum(point.came for point in await month.told(boss)) == 4
    for seen in (theirs, anybodys):
        assert (await month.read(returns, seen)).escalation == seen
    for hidden in (others, others.removeprefix("E-"), "C-4"):
        with pytest.raises(Problem) as refused:
            await month.read(returns, hidden)
        assert (refused.value.status, refused.value.code) == (403, "another_team")
        assert (await month.read(boss, hidden)).conversation == hidden.removeprefix("E-")


async def test_a_conversation_is_opened_by_its_own_id_or_its_escalations_while_it_is_live(month: Month, boss: User) -> None:
    escalation = await month.handed(30, taken=20, agent="ola", calls="live")
    for id_ in (escalation, escalation.removeprefix("E-")):
        found = await month.read(boss, id_)
        assert (found.escalation, found.agent, found.on_call) == (escalation, "ola", True)
    over = await month.handed(30, taken=20, closed=10, agent="ola")
    for unknown in (over, "E-nothing", "", "\x00", "C-1' OR 1=1"):
        with pytest.raises(Problem) as gone:
            await month.read(boss, unknown)
        assert gone.value.status == 404


async def test_agents_are_shown_with_what_they_do(month: Month, boss: User) -> None:
    await month.user("ola", seen=10, teams=("returns",))
    await month.user("kim", seen=60, presence="busy")
    await month.user("left", active=False)
    await month.user("chef", "admin")
    await month.handed(900, taken=890, agent="ola")
    for took, ended in ((800, 700), (600, 300), (500, 480)):
        await month.handed(1000, taken=took, closed=ended, agent="ola")
    await month.handed(86_400, taken=86_300, closed=86_000, agent="ola")  # yesterday
    found = {each.login: each for each in (await month.seen(boss)).agents}
    assert set(found) == {"ola", "kim"}  # who supervises only is no agent
    ola, kim = found["ola"], found["kim"]
    assert (ola.here, ola.presence, ola.talks, ola.handled, ola.median_s) == (True, "available", 1, 3, 100)
    assert (kim.here, kim.presence, kim.talks, kim.handled, kim.median_s) == (False, "busy", 0, 0, None)
    sales = await month.user("sal", "supervisor", teams=("sales",), seen=1)
    assert [each.login for each in (await month.seen(sales)).agents] == ["kim", "sal"]  # who has a desk open works there, too


async def test_the_service_level_is_that_of_the_queue(month: Month, boss: User) -> None:
    await month.handed(1000, taken=940, agent="ola")  # after 60 s: just in time
    await month.handed(1000, taken=939, agent="ola")
    await month.handed(1000, taken=970, agent="ola", channel="web")
    await month.handed(1000, closed=950)  # left before it was late: counts neither way
    await month.handed(1000, closed=100)
    await month.handed(61)  # still waits, and too long
    await month.handed(59)
    await month.handed(2 * 3600, taken=2 * 3600 - 5, agent="ola")
    found = await month.seen(boss)
    assert (found.hour.share, found.hour.decided) == (2 / 5, 5)
    assert (found.today.share, found.today.decided) == (3 / 6, 6)
    for hours, served in ((1.0, found.hour), (10.5, found.today)):
        async with month.database.glances() as session:
            same = await level(session, month.now, SETTINGS, hours=hours)
        assert (same.share, same.decided) == (served.share, served.decided)


async def test_reasons_are_counted_for_today_and_the_week(month: Month, boss: User) -> None:
    for came, reason in (
        (60, "complaint"),
        (9 * 3600, "abuse"),
        (11 * 3600, "complaint"),
        (6 * 86_400, "complaint"),
        (8 * 86_400, "abuse"),
    ):
        await month.handed(came, reason=reason, taken=came - 1, closed=came - 2, agent="ola")
    assert (await month.seen(boss)).reasons == (("complaint", 1, 3), ("abuse", 1, 1))


async def test_hours_have_who_came_and_how_it_went(month: Month, boss: User) -> None:
    at = 3600 * 2 + 60  # after eight there
    await month.handed(at, taken=at - 10, closed=at - 90, agent="ola", outcome="solved", reason="complaint")
    await month.handed(at, taken=at - 30, closed=at - 90, agent="ola", status="returned")
    await month.handed(at, taken=at - 110, closed=at - 200, agent="ola")
    await month.handed(at, closed=at - 300)
    await month.handed(at, closed=at - 20, outcome="callback")
    await month.handed(30)
    points = await month.told(boss)
    assert len(points) == 24
    assert [point.at.astimezone(ZONE).hour for point in points[-3:]] == [8, 9, 10]
    point, last = points[-3], points[-1]
    assert (point.came, point.answered, point.left) == (5, 3, 1)
    assert (point.median_s, point.p90_s) == (30, pytest.approx(94))
    assert point.in_time == 2 / 4
    assert point.reasons == {"complaint": 1, "asked_for_person": 4}
    assert point.outcomes == {"solved": 1, BACK: 1, ENDED: 1, LEFT: 1, "callback": 1}
    assert (last.came, last.answered, last.in_time, last.outcomes) == (1, 0, None, {OPEN: 1})
    assert points[5].came == 0
    assert points[5].median_s is None


async def test_days_begin_at_midnight_there(month: Month, boss: User) -> None:
    for came in (10.5 * 3600, 10.6 * 3600, 6 * 86_400, 8 * 86_400):
        await month.handed(came, taken=came - 1, closed=came - 2, agent="ola")
    week = await month.told(boss, "week")
    assert [point.came for point in week] == [1, 0, 0, 0, 0, 1, 1]
    assert {point.at.astimezone(ZONE).hour for point in week} == {0}
    assert sum(point.came for point in await month.told(boss, "month")) == 4


async def test_a_month_with_the_clocks_change_has_all_its_days_and_hours(month: Month, boss: User) -> None:
    month.now = datetime(2035, 10, 28, 12, 30, tzinfo=ZONE).astimezone(UTC)  # the clock went from three back to two
    for hours in (9.75, 10.75, 11.75):  # 2:45 for the second time, for the first time, and 1:45
        await month.handed(hours * 3600, taken=hours * 3600 - 1, closed=1, agent="ola")
    hours = await month.told(boss)
    assert [(point.at.astimezone(ZONE).hour, point.came) for point in hours if point.came] == [(1, 1), (2, 1), (2, 1)]
    days = await month.told(boss, "month")
    assert [point.came for point in days[-2:]] == [0, 3]
    assert len({point.at.astimezone(ZONE).date() for point in days}) == 30


async def test_moods_over_time_are_those_of_contacts(month: Month, boss: User) -> None:
    await month.contact(30, {"frustration": 0.2, "peak": 0.7})
    await month.contact(40, {"frustration": 0.4, "peak": 0.4})
    for nothing in (None, {}, {"frustration": "very", "peak": "high"}, {"frustration": None}, {"frustration": {"a": [1]}}):
        await month.contact(50, nothing)  # what other systems call an emotion
    last = (await month.told(boss))[-1]
    assert (last.contacts, last.frustration, last.upset) == (2, pytest.approx(0.3), 0.5)
    assert (await month.told(boss))[0].frustration is None
