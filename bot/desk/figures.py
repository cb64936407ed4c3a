"""What a supervisor wants to know now: who is in conversation with whom, who waits, how people feel, what the agents do, and why
conversations come to them. Each supervisor sees the conversations of their teams and those of no team."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Float, case, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation.levels import in_time
from bot.escalation.presence import LIVE_FOR
from bot.escalation.queue import OPEN
from bot.escalation.scope import sees
from bot.problems import Problem, not_found
from bot.settings import Settings
from bot.store.models import Conversation, DeskPage, Escalation, Message, Person, PhoneCall, User

UPSET = 0.5
"""Frustration (0..1) above which somebody counts as upset."""
GOES_ON = timedelta(minutes=15)
"""A conversation with the bot counts as live for this long after its last message: a chat has no other end."""
WORST = 5
"""How many of the most frustrated are shown."""
Owner = Literal["bot", "waiting", "agent"]


@dataclass(frozen=True, slots=True)
class Talk:
    """One live conversation. ``since``: when it was handed over; with the bot, when it began. ``mood``: frustration 0..1, None while
    nothing was judged. ``late``: the alarm of the service level rang for it. ``on_call``: a call is in progress."""

    conversation: str
    escalation: str | None
    owner: Owner
    agent: str | None
    name: str
    language: str
    channel: str
    reason: str
    team: str
    since: datetime
    mood: float | None
    offered_to: str | None = None
    late: bool = False
    on_call: bool = False


@dataclass(frozen=True, slots=True)
class AtWork:
    """One agent. ``here``: a desk is open in a browser. ``talks``: conversations now. ``handled``, ``median_s``: conversations ended
    today, and the median time from taking to ending, in s."""

    login: str
    name: str
    presence: str
    since: datetime
    here: bool
    languages: tuple[str, ...]
    teams: tuple[str, ...]
    talks: int
    handled: int
    median_s: float | None


@dataclass(frozen=True, slots=True)
class Served:
    """How many of those who asked for a person in some time were answered in it: ``share`` (0..1) of those ``decided``, as in
    `bot.escalation.levels.Level`; None while there are none."""

    share: float | None = None
    decided: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it. ``reasons``: how many were handed over for what, as (reason, today, in 7 days), the most first."""

    talks: tuple[Talk, ...] = ()
    agents: tuple[AtWork, ...] = ()
    reasons: tuple[tuple[str, int, int], ...] = ()
    today: Served = Served()
    hour: Served = Served()

    @property
    def waiting(self) -> list[Talk]:
        """Those who wait for a person, the longest first."""
        return sorted((talk for talk in self.talks if talk.owner == "waiting"), key=lambda talk: talk.since)

    @property
    def with_agents(self) -> list[Talk]:
        """Those whom an agent has, the most frustrated first, then the longest."""
        return sorted((talk for talk in self.talks if talk.owner == "agent"), key=lambda talk: (-(talk.mood or 0), talk.since))

    @property
    def late(self) -> list[Talk]:
        """Those who have waited too long."""
        return [talk for talk in self.waiting if talk.late]

    @property
    def judged(self) -> list[Talk]:
        """Those whose mood is known."""
        return [talk for talk in self.talks if talk.mood is not None]

    @property
    def upset(self) -> list[Talk]:
        """Those who are upset, the most frustrated first."""
        return sorted((talk for talk in self.judged if (talk.mood or 0) > UPSET), key=lambda talk: -(talk.mood or 0))

    def count(self, what: Literal["owner", "channel", "language"]) -> list[tuple[str, int]]:
        """Live conversations by one of their sides, the most first."""
        return Counter(str(getattr(talk, what)) for talk in self.talks).most_common()


async def figures(session: AsyncSession, user: User, now: datetime, zone: ZoneInfo, settings: Settings) -> Figures:
    """What this supervisor sees now; days begin in this time zone."""
    today = midnight(now, zone)
    talks = [*await _handed_over(session, user), *await _with_bot(session, user, now)]
    busy = Counter(talk.agent for talk in talks if talk.owner == "agent")
    agents = await _agents(session, user, now, today, busy)
    reasons = await _reasons(session, user, today)
    day, hour = await _served(session, user, now, (today, now - timedelta(hours=1)), settings)
    return Figures(tuple(talks), tuple(agents), tuple(reasons), day, hour)


async def talk(session: AsyncSession, user: User, id_: str) -> Talk:
    """One live conversation by its own id or its escalation's. Raises Problem: 404 for what is over or never was, 403 (another_team) for
    what belongs to another team."""
    if not id_.isprintable():
        raise not_found("conversation")
    query = select(Escalation.conversation_id).where(Escalation.id == id_)
    conversation_id = await session.scalar(query) or id_
    teams = (await session.scalars(select(Escalation.team).where(Escalation.conversation_id == conversation_id))).all()
    if not all(sees(user, team) for team in teams):
        raise Problem(403, "another_team", "This conversation is another team's.")
    found = await _talks(session, Conversation.id == conversation_id, Conversation.status != "closed")
    if not found:
        raise not_found("conversation")
    return found[0]


def midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """When today began there."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def of_my_teams(user: User) -> ColumnElement[bool]:
    """`bot.escalation.scope.sees`, for the escalations of a query."""
    return or_(Escalation.team == "", Escalation.team.in_(user.teams)) if user.teams else true()


def no_other_team(user: User, conversation: Any) -> ColumnElement[bool]:
    """Whether a conversation (a column with its id) was never handed to another team."""
    if not user.teams:
        return true()
    others = Escalation.__table__.alias("others")
    return ~exists().where(others.c.conversation_id == conversation, others.c.team != "", others.c.team.not_in(user.teams))


async def _handed_over(session: AsyncSession, user: User) -> list[Talk]:
    return await _talks(session, Escalation.id.is_not(None), of_my_teams(user))


async def _with_bot(session: AsyncSession, user: User, now: datetime) -> list[Talk]:
    return await _talks(
        session, Conversation.updated >= now - GOES_ON, Conversation.owner == "bot", Conversation.status == "open",
        no_other_team(user, Conversation.id),
    )  # fmt: skip


async def _talks(session: AsyncSession, *where: ColumnElement[bool]) -> list[Talk]:
    mood = Conversation.state["mood"]["value"]
    judged = case((func.jsonb_typeof(mood["value"]) == "number", mood["value"].as_string().cast(Float)))
    on_call = exists().where(PhoneCall.conversation_id == Conversation.id, PhoneCall.status == "live")
    query = (
        select(
            Conversation.id, Conversation.owner, Conversation.language, func.coalesce(Message.channel, Conversation.channel),
            Conversation.created, Person.name, judged, func.coalesce(mood["turns"].as_string(), "0"), on_call,
            Escalation.id, Escalation.status, Escalation.agent, Escalation.reason, Escalation.team, Escalation.created,
            Escalation.offered_to, Escalation.late,
        )
        .join(Person, Person.id == Conversation.person_id)
        .outerjoin(Escalation, (Escalation.conversation_id == Conversation.id) & Escalation.status.in_(OPEN))
        .outerjoin(Message, (Message.conversation_id == Conversation.id) & (Message.seq == Conversation.seq))
        .where(*where)
    )  # fmt: skip
    found = []
    for (
        id_, _, language, channel, began, name, frustration, turns, calling, escalation, status, agent, reason, team, handed, offered, late,
    ) in await session.execute(query):  # fmt: skip
        owner: Owner = "bot" if escalation is None else "waiting" if status == "waiting" else "agent"
        found.append(
            Talk(
                id_, escalation, owner, agent, name, language, channel, reason or "", team or "", handed or began,
                frustration if turns != "0" else None, offered if owner == "waiting" else None,
                owner == "waiting" and late is not None, calling,
            )
        )  # fmt: skip
    return found


async def _agents(session: AsyncSession, user: User, now: datetime, today: datetime, busy: Mapping[str | None, int]) -> list[AtWork]:
    """Those who work with these conversations: agents, and whoever else has a desk open, has conversations, or had some today."""
    users: Sequence[User] = (await session.scalars(select(User).where(User.active).order_by(User.name))).all()
    here = set(await session.scalars(select(DeskPage.login).where(DeskPage.seen > now - LIVE_FOR)))
    handling = func.extract("epoch", Escalation.closed - Escalation.taken)
    query = (
        select(Escalation.agent, func.count(), func.percentile_cont(0.5).within_group(handling.cast(Float)))
        .where(Escalation.closed >= today, Escalation.agent.is_not(None), of_my_teams(user))
        .group_by(Escalation.agent)
    )
    handled = {login: (count, median) for login, count, median in await session.execute(query)}
    return [
        AtWork(
            each.login, each.name, each.presence, each.presence_since, each.login in here, tuple(each.languages),
            tuple(each.teams), busy.get(each.login, 0),
            *handled.get(each.login, (0, None)),
        )
        for each in users
        if works_with(user, each.teams) and (each.role == "agent" or each.login in here or each.login in busy or each.login in handled)
    ]  # fmt: skip


def works_with(user: User, teams: Iterable[str]) -> bool:
    """Whether somebody of these teams works on conversations that this supervisor sees."""
    return not user.teams or not teams or bool(set(teams) & set(user.teams))


async def _reasons(session: AsyncSession, user: User, today: datetime) -> list[tuple[str, int, int]]:
    query = (
        select(Escalation.reason, func.count().filter(Escalation.created >= today), func.count())
        .where(Escalation.created >= today - timedelta(days=6), of_my_teams(user))
        .group_by(Escalation.reason)
        .order_by(func.count().desc(), Escalation.reason)
    )
    return [(reason, day, week) for reason, day, week in await session.execute(query)]


async def _served(session: AsyncSession, user: User, now: datetime, since: Sequence[datetime], settings: Settings) -> list[Served]:
    """The service level since each of these moments."""
    timely, late = in_time(now, settings)
    counts = [func.count().filter(what, Escalation.created > begin) for begin in since for what in (timely, late)]
    query = (
        select(*counts)
        .select_from(Escalation)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .where(Escalation.created > min(since), of_my_teams(user))
    )
    found = list((await session.execute(query)).one())
    pairs = zip(found[::2], found[1::2], strict=True)
    return [Served(good / (good + bad) if good + bad else None, good + bad) for good, bad in pairs]
