"""Whom a conversation is offered to, for any agents and anybody who waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.escalation.agents import Agent, fitting
from bot.escalation.offers import AGAIN_AFTER, choose
from bot.escalation.scope import sees
from bot.escalation.waiting import Waiting, estimate
from bot.settings import Settings
from bot.store.models import User
from bot.users.accounts import PRESENCES

NOW = datetime(2035, 11, 14, 9, 0, tzinfo=UTC)
SETTINGS = Settings(_env_file=None)
_TEAMS, _SKILLS, _LANGUAGES = ("care", "sales"), ("billing", "returns"), ("pl", "en", "ro")


def some(words: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), unique=True)


@st.composite
def agents(draw: st.DrawFn) -> list[Agent]:
    return [
        Agent(
            User(
                login=f"agent{number}", teams=draw(some(_TEAMS)), languages=draw(some(_LANGUAGES)), skills=draw(some(_SKILLS)),
                presence=draw(st.sampled_from([each for each in PRESENCES if each != "away"])),
            ),
            draw(st.integers(0, 6)), draw(st.booleans()), draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 6)))
    ]  # fmt: skip


@st.composite
def asking(draw: st.DrawFn) -> Waiting:
    ago = st.integers(0, 600).map(lambda seconds: NOW - timedelta(seconds=seconds))
    return Waiting(
        "E-1", "C-1", draw(st.sampled_from(_LANGUAGES)), "web", draw(st.sampled_from(("", *_TEAMS))), draw(st.sampled_from(("", *_SKILLS))),
        draw(ago), 0.0, tuple(draw(some(tuple(f"agent{number}" for number in range(6))))), None, draw(st.none() | ago),
    )  # fmt: skip


LAST = st.dictionaries(
    st.sampled_from([f"agent{number}" for number in range(6)]), st.integers(0, 900).map(lambda s: NOW - timedelta(seconds=s))
)


@given(agents(), asking(), LAST)
def test_who_is_asked_fits_and_has_room(agents: list[Agent], one: Waiting, last: dict[str, datetime]) -> None:
    chosen = choose(one, agents, last, SETTINGS, NOW)
    if chosen is None:
        return
    user = chosen.user
    assert user.presence == "available"
    assert not chosen.calling
    assert not chosen.offered
    assert chosen.conversations < SETTINGS.desk_most
    assert one.language in user.languages
    assert sees(user, one.team)
    skilled = any(one.skill in each.user.skills and one.language in each.user.languages and sees(each.user, one.team) for each in agents)
    assert not one.skill or one.skill in user.skills or not skilled or NOW - one.created >= timedelta(seconds=SETTINGS.offer_widen)
    again = one.offered_until is not None and one.offered_until + AGAIN_AFTER <= NOW
    assert user.login not in one.passed or again


@given(agents(), asking(), LAST)
def test_nobody_who_could_be_asked_has_fewer_or_waits_longer(agents: list[Agent], one: Waiting, last: dict[str, datetime]) -> None:
    chosen = choose(one, agents, last, SETTINGS, NOW)
    able = [a for a in fitting(agents, one, SETTINGS, NOW) if a.slots(SETTINGS.desk_most) and not a.offered]
    fresh = [a for a in able if a.user.login not in one.passed]
    if chosen is None:
        assert not fresh
        return
    never = datetime.min.replace(tzinfo=UTC)
    for other in fresh:
        mine, theirs = ((a.conversations, last.get(a.user.login, never)) for a in (chosen, other))
        assert mine <= theirs


@given(agents(), asking(), LAST, st.randoms())
def test_the_order_of_the_agents_decides_nothing(agents: list[Agent], one: Waiting, last: dict[str, datetime], random: object) -> None:
    mixed = list(agents)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert choose(one, agents, last, SETTINGS, NOW) == choose(one, mixed, last, SETTINGS, NOW)


@given(agents(), st.integers(0, 50))
def test_who_is_further_back_never_waits_less(agents: list[Agent], ahead: int) -> None:
    mine, behind = (estimate(place, agents, SETTINGS.desk_most, 300.0) for place in (ahead, ahead + 1))
    assert (mine is None) == (behind is None) == (not agents)
    if mine is not None and behind is not None:
        assert 0.0 <= mine <= behind


def test_the_wait_is_the_room_there_is_and_then_the_rate_at_which_conversations_end() -> None:
    busy, idle = Agent(User(login="a", presence="available"), conversations=4), Agent(User(login="b", presence="available"))
    assert estimate(0, [], 4, 300.0) is None
    assert [estimate(ahead, [idle], 4, 300.0) for ahead in (0, 3, 4, 7)] == [0.0, 0.0, 75.0, 300.0]
    assert estimate(0, [busy], 4, 300.0) == 75.0
    assert estimate(0, [Agent(busy.user, 1, calling=True)], 4, 300.0) == 300.0
    assert estimate(1, [busy, idle], 4, 300.0) == 0.0
