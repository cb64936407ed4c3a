"""Ready answers: found by shortcut or words, filled in with what is known, kept apart by language and team."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from bot.escalation import canned
from bot.problems import Problem
from bot.store.models import CannedReply, User
from bot.users import accounts
from tests.house import House


async def user(house: House, role: str = "supervisor", **more: object) -> User:
    login = await house.user(role, **more)
    async with house.service.database.sessions() as session:
        return await accounts.known(session, login)


async def add(house: House, by: User, shortcut: str, text: str, language: str = "en", team: str = "") -> CannedReply:
    async with house.service.database.transaction() as session:
        return await canned.add(session, by, shortcut=shortcut, language=language, team=team, text=text, now=house.clock.now())


async def found(house: House, by: User, text: str, language: str = "en") -> list[str]:
    async with house.service.database.sessions() as session:
        return [reply.shortcut for reply in await canned.search(session, by, language, text)]


async def code(work: object) -> tuple[int, str, str | None]:
    with pytest.raises(Problem) as refused:
        await work  # type: ignore[misc]
    return refused.value.status, refused.value.code, refused.value.field


def test_a_text_is_filled_in_and_what_is_missing_is_shown_and_named() -> None:
    known = {"person": "Anna Nowak", "order": "104233", "agent": "", "slot:order_id": "104233"}
    filled, missing = canned.fill("Hi {person}, {order} {slot:order_id} {agent} {slot:return_wish} {agent} {} { order } {{order}}", known)
    assert filled == "Hi Anna Nowak, 104233 104233 ‹agent› ‹return_wish› ‹agent› {} { order } {104233}"
    assert missing == ["agent", "slot:return_wish"]
    assert canned.fill("{person} {order}", {"person": "{order}", "order": "1"}) == ("{order} 1", [])  # a name is not a template


async def test_variables_are_written_as_the_conversations_language_writes_them(at_home: House) -> None:
    agent = await user(at_home, name="Piotr Lis")
    shown = {}
    for language in ("pl", "en", "ro"):
        conversation, person = await at_home.met(language, name="Anna Maria Nowak")
        slots = (
            '{"order_id": "104233", "refund_amount": {"amount": "149.90", "currency": "PLN"}, "delivery_date": "2035-11-20",'
            ' "slot_at": "2035-11-20T10:00:00+01:00", "empty": null}'
        )
        query = "UPDATE conversations SET state = jsonb_set(state, '{slots}', %s::jsonb), language = %s WHERE id = %s RETURNING 1"
        await at_home.queue.rows(query, slots, language, conversation)
        await at_home.queue.rows("UPDATE people SET time_zone = 'Europe/Warsaw' WHERE id = %s RETURNING 1", person)
        async with at_home.service.database.sessions() as session:
            from bot.store.models import Conversation

            row = await session.get_one(Conversation, conversation)
            domain = at_home.service.conversations.domain
            shown[language] = await canned.variables(session, at_home.service.settings, row, agent, at_home.clock.now(), domain)
    assert set(canned.VARIABLES) <= set(shown["pl"])
    assert {k: shown["pl"][k] for k in ("person", "first_name", "agent", "company", "order", "time")} == {
        "person": "Anna Maria Nowak", "first_name": "Anna", "agent": "Piotr Lis", "company": "Bryza", "order": "104233", "time": "10:00",
    }  # fmt: skip
    assert [shown[language]["today"] for language in shown] == ["środa, 14 listopada", "Wednesday, 14 November", "miercuri, 14 noiembrie"]
    assert shown["ro"]["tomorrow"] == "joi, 15 noiembrie"
    assert [shown[language]["slot:delivery_date"] for language in shown] == [
        "wtorek, 20 listopada",
        "Tuesday, 20 November",
        "marți, 20 noiembrie",
    ]
    assert shown["pl"]["slot:refund_amount"].replace("\xa0", " ") == "149,90 zł"
    assert shown["en"]["slot:slot_at"] == "Tuesday, 20 November at 10:00"
    assert "slot:empty" not in shown["pl"]


async def test_a_visitor_without_a_name_leaves_it_to_the_agent(at_home: House) -> None:
    agent = await user(at_home)
    conversation = (await at_home.begin())["id"]
    async with at_home.service.database.sessions() as session:
        from bot.store.models import Conversation

        row = await session.get_one(Conversation, conversation)
        known = await canned.variables(session, at_home.service.settings, row, agent, at_home.clock.now())
    assert canned.fill("Hello {first_name}, about {order}", known) == ("Hello ‹first_name›, about ‹order›", ["first_name", "order"])


async def test_they_are_found_by_shortcut_first_and_by_words_without_accents(at_home: House) -> None:
    boss = await user(at_home)
    await add(at_home, boss, "zz-returns", "Where to send a return", "pl")
    await add(at_home, boss, "zz-other", "Zwrot prosimy wysłać zażółconą paczką na adres zz-returns " + "x" * 500 + " koniec", "pl")
    assert await found(at_home, boss, "zz-re", "pl") == ["zz-returns", "zz-other"]
    assert await found(at_home, boss, "paczką zażółconą", "pl") == ["zz-other"]  # in any order
    assert await found(at_home, boss, "paczka zgubiona", "pl") == []
    assert await found(at_home, boss, "paczka ZAZOLCON koniec", "pl") == ["zz-other"]
    assert await found(at_home, boss, "zz-", "en") == []
    assert {"zz-returns", "zz-other"} <= set(await found(at_home, boss, "", "pl"))


async def test_a_team_has_its_own_and_does_not_see_anothers(at_home: House) -> None:
    boss, refunds, sales = await user(at_home), await user(at_home, teams=["refunds"]), await user(at_home, "agent", teams=["sales"])
    await add(at_home, boss, "yy-hi", "everybody's")
    await add(at_home, refunds, "yy-hi", "the refunds team's", team="refunds")
    await add(at_home, refunds, "yy-only", "for refunds", team="refunds")
    assert await found(at_home, sales, "yy") == ["yy-hi"]
    assert await found(at_home, refunds, "yy") == ["yy-hi", "yy-only"]
    async with at_home.service.database.sessions() as session:
        texts = [reply.text for reply in await canned.search(session, refunds, "en", "yy-hi")]
        assert texts == ["the refunds team's"]
        assert [r.team for r in await canned.listing(session, refunds, language="en", text="yy-hi")] == ["", "refunds"]
    assert await code(add(at_home, refunds, "yy-x", "x", team="sales")) == (403, "another_team", "team")


async def test_a_shortcut_is_one_in_its_language_and_team(at_home: House) -> None:
    boss = await user(at_home)
    first = await add(at_home, boss, "/XX-One ", "one")
    assert (first.shortcut, first.changed_by) == ("xx-one", boss.login)
    await add(at_home, boss, "xx-one", "jeden", "pl")
    two = await add(at_home, boss, "xx-two", "two")
    assert await code(add(at_home, boss, "xx-one", "again")) == (409, "shortcut_taken", "shortcut")

    async def change(reply: int, shortcut: str, text: str = "new") -> CannedReply:
        async with at_home.service.database.transaction() as session:
            return await canned.change(session, boss, reply, shortcut=shortcut, language="en", text=text, now=at_home.clock.now())

    assert await code(change(two.id, "xx-one")) == (409, "shortcut_taken", "shortcut")
    assert (await change(two.id, "xx-two", "anew")).text == "anew"
    assert await code(change(999_999_999, "xx-three")) == (404, "reply_not_found", None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"shortcut": ""}, "shortcut"),
        ({"shortcut": "zażółć"}, "shortcut"),
        ({"shortcut": "a b"}, "shortcut"),
        ({"shortcut": "x" * 41}, "shortcut"),
        ({"language": "de"}, "language"),
        ({"team": "<script>"}, "team"),
        ({"text": "  "}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"text": "order {ordr}"}, "text"),
        ({"text": "{slot:}"}, "text"),
    ],
)
async def test_what_is_wrong_with_a_reply_is_named(at_home: House, given: dict[str, str], field: str) -> None:
    boss = await user(at_home)
    body = {"shortcut": "ww", "language": "en", "team": "", "text": "fine {order} {slot:order_id}", **given}
    async with at_home.service.database.transaction() as session:
        assert await code(canned.add(session, boss, **body, now=at_home.clock.now())) == (422, f"{field}_wrong", field)


async def test_a_reply_is_removed_by_whose_it_is(at_home: House) -> None:
    refunds, sales = await user(at_home, teams=["refunds"]), await user(at_home, teams=["sales"])
    reply = await add(at_home, refunds, "vv", "x", team="refunds")
    async with at_home.service.database.transaction() as session:
        assert (await code(canned.remove(session, sales, reply.id)))[0] == 404
        assert (await canned.remove(session, refunds, reply.id)).shortcut == "vv"
    assert await found(at_home, refunds, "vv") == []


def test_every_starter_stands_in_every_language_with_variables_that_there_are() -> None:
    entries = canned.starters()
    assert len(entries) >= 12
    assert len({entry["shortcut"] for entry in entries}) == len(entries)
    for entry in entries:
        assert set(entry) == {"shortcut", *canned.LANGUAGES}
        for language in canned.LANGUAGES:
            assert set(canned.named_in(entry[language])) <= set(canned.VARIABLES), entry["shortcut"]
            assert len(entry[language]) <= canned.LONGEST
        assert len({entry[language] for language in canned.LANGUAGES}) == 3


async def test_the_starters_come_with_the_demo_and_only_where_there_are_none(at_home: House) -> None:
    boss = await user(at_home)
    for language in canned.LANGUAGES:
        assert {entry["shortcut"] for entry in canned.starters()} <= set(await found(at_home, boss, "", language))
    async with at_home.service.database.transaction() as session:
        assert await canned.begin_with_starters(session, at_home.clock.now()) == 0
        await session.execute(delete(CannedReply))
        await canned.add(session, boss, shortcut="own", language="en", text="x", now=at_home.clock.now())
        assert await canned.begin_with_starters(session, at_home.clock.now()) == 0
        await session.rollback()
