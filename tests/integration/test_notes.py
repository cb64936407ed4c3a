"""Notes between agents: whom they name is told, and the person never sees them."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.asyncio.client import connect

from bot.escalation import notes
from bot.escalation.live import of_user
from bot.escalation.notes import Mentioned
from bot.journey.export import everything
from bot.problems import Problem
from bot.store.models import Note, User
from bot.users import accounts
from tests.house import House


async def user(house: House, role: str = "agent", **more: object) -> User:
    """Somebody new who works here."""
    login = await house.user(role, **more)
    async with house.service.database.sessions() as session:
        return await accounts.known(session, login)


async def write(house: House, conversation: str, by: User, text: str) -> Note:
    async with house.service.database.transaction() as session:
        return await notes.write(session, conversation, by, text, house.clock.now())


async def unseen(house: House, who: User) -> list[Mentioned]:
    async with house.service.database.sessions() as session:
        return await notes.unseen(session, who.login)


async def of_team(house: House, team: str) -> tuple[str, str]:
    """A conversation that waits for a team: its id and its escalation's."""
    conversation, escalation = await house.escalated()
    await house.queue.rows("UPDATE escalations SET team = %s WHERE id = %s RETURNING 1", team, escalation)
    return conversation, escalation


async def test_a_note_is_kept_and_whom_it_names_is_told_once(at_home: House) -> None:
    anna, piotr, ewa = [await user(at_home) for _ in range(3)]
    conversation, escalation = await at_home.escalated(anna.login)
    text = f"@{piotr.login.upper()} please look, and @{piotr.login}: is it ours? ({ewa.login}, mail@{ewa.login}, @nobody9) @{anna.login}"
    with at_home.service.hub.listening(of_user(piotr.login)) as events:
        made = await write(at_home, conversation, anna, text)
        event = await asyncio.wait_for(events.get(), 5)
    assert (event["type"], event["about"], event["escalation"]) == ("mention", conversation, escalation)
    found = await unseen(at_home, piotr)
    assert found == [Mentioned(made.id, conversation, escalation, anna.login, text, at_home.clock.now())]
    assert await unseen(at_home, ewa) == []
    assert await unseen(at_home, anna) == []  # who writes it knows it
    async with at_home.service.database.sessions() as session:
        assert [(n.author, n.text) for n in await notes.of(session, conversation)] == [(anna.login, text)]


async def test_what_was_seen_is_no_longer_new_in_any_tab(at_home: House) -> None:
    anna, piotr = await user(at_home), await user(at_home)
    conversation, _ = await at_home.escalated(anna.login)
    other, _ = await at_home.escalated(anna.login)
    for where in (conversation, conversation, other):
        await write(at_home, where, anna, f"@{piotr.login} one more")
    with at_home.service.hub.listening(of_user(piotr.login)) as events:
        async with at_home.service.database.transaction() as session:
            assert await notes.saw(session, piotr.login, conversation, at_home.clock.now()) == 2
        assert (await asyncio.wait_for(events.get(), 5))["type"] == "seen"
    assert [mention.conversation for mention in await unseen(at_home, piotr)] == [other]
    async with at_home.service.database.transaction() as session:
        assert await notes.saw(session, piotr.login, conversation, at_home.clock.now()) == 0


async def test_a_login_may_end_with_a_stop_and_so_may_a_sentence(at_home: House) -> None:
    anna, plain = await user(at_home), await user(at_home)
    async with at_home.service.database.transaction() as session:
        dotted = await accounts.add(session, at_home.clock.now(), f"{plain.login}.", "the test's own password", must_change=False)
    conversation, _ = await at_home.escalated(anna.login)
    await write(at_home, conversation, anna, f"ask @{plain.login}...")
    await write(at_home, conversation, anna, f"ask @{dotted.login}")
    assert [len(await unseen(at_home, who)) for who in (plain, dotted)] == [1, 1]


async def test_nobody_of_another_team_and_nobody_who_left_is_told(at_home: House) -> None:
    anna, colleague, other, anybody, gone = [
        await user(at_home, teams=["refunds"]), await user(at_home, teams=["refunds", "sales"]), await user(at_home, teams=["sales"]),
        await user(at_home), await user(at_home, teams=["refunds"]),
    ]  # fmt: skip
    async with at_home.service.database.transaction() as session:
        await accounts.set_active(session, await accounts.known(session, gone.login), False)
    conversation, _ = await of_team(at_home, "refunds")
    named = " ".join(f"@{who.login}" for who in (colleague, other, anybody, gone))
    await write(at_home, conversation, anna, f"who knows this? {named}")
    assert [len(await unseen(at_home, who)) for who in (colleague, other, anybody, gone)] == [1, 0, 1, 0]
    with pytest.raises(Problem) as refused:
        await write(at_home, conversation, other, "let me in")
    assert (refused.value.status, refused.value.code) == (404, "conversation_not_found")


async def test_who_has_left_the_team_is_no_longer_told(at_home: House) -> None:
    anna, piotr = await user(at_home, teams=["refunds"]), await user(at_home, teams=["refunds"])
    conversation, _ = await of_team(at_home, "refunds")
    await write(at_home, conversation, anna, f"@{piotr.login} look")
    async with at_home.service.database.transaction() as session:
        accounts.describe(await accounts.known(session, piotr.login), teams=["sales"])
    assert await unseen(at_home, piotr) == []


@pytest.mark.parametrize(("text", "code"), [("  \x00", "text_empty"), ("x" * 2001, "text_too_long")])
async def test_a_note_says_something_and_not_too_much(at_home: House, text: str, code: str) -> None:
    anna = await user(at_home)
    conversation, _ = await at_home.escalated(anna.login)
    with pytest.raises(Problem) as refused:
        await write(at_home, conversation, anna, text)
    assert (refused.value.status, refused.value.code, refused.value.field) == (422, code, "text")
    assert (await write(at_home, conversation, anna, "x" * 2000 + "\n")).text == "x" * 2000
    assert (await write(at_home, conversation, anna, "a\u0007b\r\nc")).text == "a b \nc"
    for nowhere in ("nowhere", "no\x00where"):
        with pytest.raises(Problem) as missing:
            await write(at_home, nowhere, anna, "hello")
        assert missing.value.status == 404


async def test_the_person_never_sees_a_note(at_home: House) -> None:
    anna = await user(at_home)
    begun = await at_home.begin()
    await at_home.say(begun["id"], "human")
    secret = "this customer shouts"
    url = f"{at_home.url.replace('http', 'ws')}/v1/conversations/{begun['id']}/events?token={begun['token']}"
    async with connect(url, proxy=None) as socket:
        heard = []
        async with asyncio.timeout(5):
            while not heard or heard[-1]["type"] != "state":
                heard.append(json.loads(await socket.recv()))
        await write(at_home, begun["id"], anna, secret)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.7):
                await socket.recv()  # not even that there is one
    browser = at_home.visitor(begun["token"])
    shown = await browser.get(f"/v1/conversations/{begun['id']}")
    assert shown.status_code == 200
    assert secret not in shown.text
    assert secret not in (await browser.post(f"/v1/conversations/{begun['id']}/messages", json={"text": "hello?"})).text


async def test_notes_are_personal_data_exported_and_erased(at_home: House) -> None:
    anna = await user(at_home)
    conversation, person = await at_home.met()
    made = await write(at_home, conversation, anna, f"likes tea @{anna.login}")
    async with at_home.service.database.sessions() as session:
        found = (await everything(session, person))["notes"]
    assert [(note["author"], note["text"], note["conversation"]) for note in found] == [(anna.login, made.text, conversation)]
    await at_home.http.post(f"/v1/people/{person}/erase")
    assert await at_home.queue.rows("SELECT 1 FROM notes WHERE id = %s", made.id) == []
