"""`/board`: a supervisor sees a customer wait, without a reload, reads along, gives them to an agent, and joins; other teams' are not theirs."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.acceptance.chat import Chat
from tests.acceptance.conftest import Visit
from tests.acceptance.desk import clear_the_floor, sign_in_first
from tests.acceptance.running import Running
from tests.acceptance.test_desk import entry, said


@pytest.fixture(autouse=True)
async def _clear_floor(service: Running) -> None:
    await clear_the_floor(service.http)


async def board(visit: Visit, service: Running) -> tuple[Page, str]:
    """The board of a new supervisor, and their login."""
    page = (await visit("en", url=f"{service.url}/board")).page
    login = await sign_in_first(page, service, "supervisor")
    await expect(page.get_by_test_id("tile-live")).to_contain_text(re.compile(r"\d"))
    return page, login


async def at_the_desk(visit: Visit, service: Running) -> tuple[Page, str]:
    """The desk of a new agent who is busy: nobody is offered to them, but a supervisor may give them somebody."""
    page = (await visit("en", url=f"{service.url}/desk")).page
    login = await sign_in_first(page, service)
    await expect(page.get_by_test_id("waiting")).to_be_visible()
    service.rows("UPDATE users SET presence = 'busy' WHERE login = %s", login)
    return page, login


async def customer(visit: Visit, service: Running, name: str) -> Chat:
    """A customer with a name who talks with the bot."""
    chat = await visit("en")
    await chat.start(flow="support")
    await chat.say("what are your opening hours")
    conversation = (await chat.conversation())["id"]
    service.rows("UPDATE people SET name = %s WHERE id = (SELECT person_id FROM conversations WHERE id = %s)", name, conversation)
    return chat


def row(page: Page, name: str) -> Locator:
    """A conversation in the board's lists."""
    return page.get_by_role("group", name="Conversations", exact=True).get_by_role("row").filter(has_text=name)


def drawer(page: Page) -> Locator:
    """The conversation that is open on the board."""
    return page.get_by_test_id("drawer")


async def test_a_supervisor_gives_somebody_who_waits_to_an_agent_and_joins(visit: Visit, service: Running) -> None:
    (boss, login), (desk, agent) = await board(visit, service), await at_the_desk(visit, service)
    chat = await customer(visit, service, "Ewa <b>Maj</b>")
    await chat.say("I want to talk to a human")
    await expect(row(boss, "Ewa <b>Maj</b>")).to_contain_text("Asked for a person")  # it came by itself, and the name is a text

    await row(boss, "Ewa <b>Maj</b>").get_by_role("button").focus()
    await boss.keyboard.press("Enter")
    await expect(said(boss, "person", "I want to talk to a human")).to_be_visible()
    await chat.send("is anybody there?")
    await expect(said(boss, "person", "is anybody there?")).to_be_visible()

    await drawer(boss).get_by_role("button", name="Reassign").click()
    await boss.get_by_role("radio", name=re.compile(f"^{agent.title()} · Busy · 0 conversations now")).click()
    await boss.get_by_test_id("reassign").get_by_role("button", name="Reassign").click()
    await expect(drawer(boss)).to_contain_text(f"with {agent.title()}")
    await entry(desk, "is anybody there?").click()  # it is with the agent by itself
    await desk.get_by_label("Reply", exact=True).fill("Good morning, how can I help?")
    await desk.get_by_label("Reply", exact=True).press("Enter")
    await expect(chat.log).to_contain_text("Good morning, how can I help?")
    await expect(said(boss, "agent", "Good morning, how can I help?")).to_be_visible()

    await drawer(boss).get_by_role("button", name="Join").click()
    await boss.wait_for_url("**/desk?open=*")
    await expect(boss.get_by_label("Reply", exact=True)).to_be_visible()
    done = {action for (action,) in service.rows("SELECT action FROM audit WHERE who = %s", login)}
    assert {"saw_conversation", "reassigned", "joined"} <= done


async def test_charts_show_what_was_and_tables_the_same_numbers(visit: Visit, service: Running) -> None:
    boss, _ = await board(visit, service)
    chat = await customer(visit, service, "Jan Lis")
    await chat.say("I want to talk to a human")
    await boss.reload()
    came = boss.get_by_test_id("chart-came")
    await expect(came.locator('svg path[fill="#94a3b8"]').nth(23)).to_be_visible()  # the bar of this hour
    await expect(came.get_by_role("img", name="Handed over and answered, a chart.")).to_be_visible()
    await boss.get_by_role("switch", name="Show as tables").click()
    await boss.get_by_role("button", name="7 days").click()
    ((count,),) = service.rows("SELECT count(*) FROM escalations WHERE created > now() - interval '6 hours'")
    cells = came.get_by_role("row").last.get_by_role("cell")
    await expect(cells.nth(1)).to_have_text(str(count))  # today
    await expect(boss.get_by_test_id("reasons").get_by_role("row").filter(has_text="Asked for a person")).to_be_visible()


async def test_who_waits_too_long_rings(visit: Visit, service: Running) -> None:
    boss, _ = await board(visit, service)
    chat = await customer(visit, service, "Olga Late")
    await chat.say("I want to talk to a human")
    await expect(row(boss, "Olga Late")).to_be_visible()
    conversation = (await chat.conversation())["id"]
    service.rows("UPDATE escalations SET late = now(), created = created - interval '5 minutes' WHERE conversation_id = %s", conversation)
    service.rows("""SELECT pg_notify('voxtrail', '{"conversation": "queue"}')""")
    alarm = boss.get_by_test_id("alarm")
    await expect(alarm).to_contain_text("waited too long")
    assert await alarm.locator("xpath=ancestor::*[@aria-live]").count() == 1
    await alarm.get_by_role("button", name="Olga Late").click()
    await expect(drawer(boss)).to_contain_text("Olga Late")
    await drawer(boss).get_by_role("button", name="Take it").click()
    await boss.wait_for_url("**/desk?open=*")
    await expect(boss.get_by_label("Reply", exact=True)).to_be_visible()


@pytest.mark.parametrize("by", ["escalation", "conversation"])
async def test_another_teams_conversation_is_neither_shown_nor_opened(visit: Visit, service: Running, by: str) -> None:
    boss, login = await board(visit, service)
    chat, own = await customer(visit, service, "Not Yours"), await customer(visit, service, "Of Nobody")
    for each in (chat, own):
        await each.say("I want to talk to a human")
    conversation = (await chat.conversation())["id"]
    service.rows("UPDATE users SET teams = '[\"sales\"]' WHERE login = %s", login)
    ((escalation,),) = service.rows("UPDATE escalations SET team = 'returns' WHERE conversation_id = %s RETURNING id", conversation)
    id_ = escalation if by == "escalation" else conversation
    await boss.goto(f"{service.url}/board?open={id_}")
    await expect(boss.get_by_text("This conversation is another team's.")).to_be_visible()
    await expect(drawer(boss)).to_have_count(0)
    await expect(row(boss, "Of Nobody").first).to_be_visible()
    await expect(row(boss, "Not Yours")).to_have_count(0)
    assert service.rows("SELECT 1 FROM audit WHERE who = %s AND action = 'refused' AND about = %s", login, id_)


async def test_an_agent_has_no_board(visit: Visit, service: Running) -> None:
    page = (await visit("en", url=f"{service.url}/board")).page
    await sign_in_first(page, service)
    await expect(page.get_by_text("This page is for supervisors.")).to_be_visible()
    await page.goto(f"{service.url}/desk")
    await expect(page.get_by_role("link", name="Desk")).to_be_visible()
    await expect(page.get_by_role("link", name="Board")).to_have_count(0)
