"""What the desk shows to whom: who waits, in whose languages, how urgently; what is unread; and one conversation whole."""

from __future__ import annotations

import pytest

from bot.desk.inbox import Entry, Lists, Story, entries, lists, story
from bot.escalation.queue import LIVE, MOOD_COUNTS_S, urgency
from bot.problems import Problem
from bot.store.models import User
from bot.users import accounts
from tests.house import House


async def user(house: House, role: str = "agent", **more: object) -> User:
    """Somebody new who works here."""
    login = await house.user(role, **more)
    async with house.service.database.sessions() as session:
        return await accounts.known(session, login)


async def seen(house: House, by: User) -> Lists:
    async with house.service.database.sessions() as session:
        return lists(await entries(session), by, house.clock.now())


async def told(house: House, by: User, escalation: str) -> Story:
    async with house.service.database.sessions() as session:
        return await story(session, by, escalation)


def find(entries: tuple[Entry, ...], escalation: str) -> Entry | None:
    return next((entry for entry in entries if entry.escalation == escalation), None)


async def test_who_waits_is_shown_to_those_who_speak_the_language(at_home: House) -> None:
    _, escalation = await at_home.escalated(language="ro", person={"name": "Ioana Marin", "phone": at_home.phone()})
    at_home.clock.advance(seconds=90)
    found = find((await seen(at_home, await user(at_home, languages=["ro", "en"]))).waiting, escalation)
    assert found is not None
    assert (found.name, found.language, found.status, found.agent, found.last != "") == ("Ioana Marin", "ro", "waiting", None, True)
    assert found.waited_s(at_home.clock.now()) == pytest.approx(90, abs=1)
    assert find((await seen(at_home, await user(at_home, languages=["pl"]))).waiting, escalation) is None


async def test_a_conversation_is_mine_or_with_others_and_what_i_have_not_answered_is_unread(at_home: House) -> None:
    me, colleague, boss = await user(at_home), await user(at_home), await user(at_home, "supervisor")
    conversation, escalation = await at_home.escalated(me.login)
    await at_home.say(conversation, "hello?")
    await at_home.say(conversation, "anybody?")
    mine = await seen(at_home, me)
    entry = find(mine.mine, escalation)
    assert entry is not None
    assert (entry.unread, entry.last) == (3, "anybody?")  # with the one that asked for a person
    assert find(mine.waiting, escalation) is None
    answer = await at_home.http.post(f"/v1/escalations/{escalation}/messages", json={"agent": me.login, "text": "yes, I am here"})
    assert answer.status_code == 201
    entry = find((await seen(at_home, me)).mine, escalation)
    assert entry is not None
    assert entry.unread == 0
    await at_home.say(conversation, "good")
    entry = find((await seen(at_home, me)).mine, escalation)
    assert entry is not None
    assert entry.unread == 1
    others = await seen(at_home, colleague)
    assert not [e for group in (others.mine, others.waiting, others.others) for e in group if e.escalation == escalation]
    assert find((await seen(at_home, boss)).others, escalation) is not None


async def test_a_story_has_what_the_next_sentence_needs(at_home: House) -> None:
    me = await user(at_home)
    _, escalation = await at_home.escalated(person={"name": "Ewa Maj", "phone": at_home.phone()})
    found = await told(at_home, me, escalation)
    assert found.person.name == "Ewa Maj"
    assert (found.conversation.kind, found.summary["turns"], found.history) == ("support", 1, ())
    assert found.curve


async def test_a_colleagues_conversation_is_for_supervisors_only(at_home: House) -> None:
    me, colleague, boss = await user(at_home), await user(at_home), await user(at_home, "supervisor")
    _, escalation = await at_home.escalated(me.login)
    assert (await told(at_home, me, escalation)).entry.agent == me.login
    assert (await told(at_home, boss, escalation)).entry.agent == me.login
    with pytest.raises(Problem) as refused:
        await told(at_home, colleague, escalation)
    assert (refused.value.status, refused.value.code) == (403, "not_the_owner")
    await at_home.http.post(f"/v1/escalations/{escalation}/close", json={"agent": me.login, "note": ""})
    for whoever in (me, boss):
        with pytest.raises(Problem) as over:
            await told(at_home, whoever, escalation)
        assert over.value.status == 404


async def test_another_teams_conversation_is_not_shown(at_home: House) -> None:
    ours, theirs = await user(at_home, teams=["returns"]), await user(at_home, "supervisor", teams=["recruiting"])
    everybodys = await user(at_home)
    _, escalation = await at_home.escalated()
    await at_home.queue.rows("UPDATE escalations SET team = 'returns' WHERE id = %s RETURNING 1", escalation)
    for who, shown in ((ours, True), (everybodys, True), (theirs, False)):
        assert (find((await seen(at_home, who)).waiting, escalation) is not None) is shown
    with pytest.raises(Problem) as refused:
        await told(at_home, theirs, escalation)
    assert (refused.value.status, refused.value.code) == (403, "another_team")
    await at_home.queue.rows("UPDATE escalations SET offered_to = %s WHERE id = %s RETURNING 1", theirs.login, escalation)
    assert (await told(at_home, theirs, escalation)).entry.offered_to == theirs.login  # handed on by a colleague of the other team


async def test_every_change_of_the_queue_is_told(at_home: House) -> None:
    with at_home.service.hub.listening(LIVE) as events:
        _, escalation = await at_home.escalated()
        await events.get()
        for what in ("take", "return"):
            await at_home.http.post(f"/v1/escalations/{escalation}/{what}", json={"agent": "anna"})
            await events.get()
        _, escalation = await at_home.escalated("anna")
        await events.get()
        await events.get()
        await at_home.http.post(f"/v1/escalations/{escalation}/close", json={"agent": "anna"})
        await events.get()


def test_frustration_counts_as_waiting() -> None:
    assert urgency(60, None) == 60
    assert urgency(60, 1.0) == 60 + MOOD_COUNTS_S
    assert urgency(400, 0.0) > urgency(120, 0.9) > urgency(300, 0.2)
