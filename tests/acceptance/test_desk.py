"""`/desk`: a customer asks for a person in the widget; two agents see it at once; one takes it, answers, and gives it back to the bot."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.acceptance.chat import Chat
from tests.acceptance.conftest import Visit
from tests.acceptance.desk import clear_the_floor, sign_in_first
from tests.acceptance.running import Running


@pytest.fixture(autouse=True)
async def _clear_floor(service: Running) -> None:
    await clear_the_floor(service.http)


async def agent(visit: Visit, service: Running, role: str = "agent") -> tuple[Page, str]:
    """The desk of somebody new, and their login."""
    page = (await visit("en", url=f"{service.url}/desk")).page
    login = await sign_in_first(page, service, role)
    await expect(page.get_by_test_id("waiting")).to_be_visible()
    return page, login


async def waiting_for_a_person(visit: Visit, words: str) -> Chat:
    """A customer whom the bot has handed over; ``words`` tells them from others in the list."""
    chat = await visit("en")
    await chat.start(flow="support")
    await chat.say(words)
    await chat.say("I want to talk to a human")
    return chat


def entry(page: Page, text: str) -> Locator:
    """A conversation in the lists."""
    return page.get_by_test_id("entry").filter(has_text=text)


def said(page: Page, who: str, text: str) -> Locator:
    """A message in the transcript."""
    return page.locator(f'[data-testid=message][data-from="{who}"]').filter(has_text=text)


async def test_a_customer_is_helped_by_one_of_two_agents(visit: Visit, service: Running) -> None:
    (first, anna), (second, _) = await agent(visit, service), await agent(visit, service)
    chat = await waiting_for_a_person(visit, "what are your opening hours")
    await chat.send("my name is <b>Kowalski</b>")
    for desk in (first, second):
        await entry(desk, "<b>Kowalski</b>").click()  # it came by itself, and the text is a text
        await expect(said(desk, "person", "I want to talk to a human")).to_be_visible()
    await first.get_by_role("button", name="Take").click()
    await expect(first.get_by_label("Reply", exact=True)).to_be_visible()
    await expect(second.get_by_text(f"{anna} has this conversation.")).to_be_visible()  # the second is told, and has no reply box
    await expect(second.get_by_label("Reply", exact=True)).to_have_count(0)

    await first.get_by_label("Reply", exact=True).fill("Good morning, this is Anna.\nHow can I help?")
    await first.get_by_label("Reply", exact=True).press("Enter")
    await expect(chat.log.locator(f'[data-author="{anna.title()}"]')).to_contain_text("How can I help?")
    await expect(first.get_by_label("Reply", exact=True)).to_have_value("")
    await first.get_by_label("Reply", exact=True).fill("one moment, I am looking")
    await chat.send("where is my parcel, please?")
    await expect(said(first, "person", "where is my parcel, please?")).to_be_visible()
    await expect(first.get_by_label("Reply", exact=True)).to_have_value("one moment, I am looking")  # what is being written stays
    await first.get_by_label("Reply", exact=True).press("Shift+Enter")
    await expect(said(first, "agent", "one moment")).to_have_count(0)

    await first.get_by_role("button", name="Give back").click()
    await first.get_by_label("Note", exact=True).fill("A new parcel leaves tomorrow.")
    await first.get_by_role("button", name="Give back").last.click()
    await expect(chat.log.locator("[data-author=bot]").filter(has_text="A new parcel leaves tomorrow.")).to_be_visible()
    await expect(first.get_by_text("This conversation is over.")).to_be_visible()
    await expect(entry(first, "where is my parcel")).to_have_count(0)
    done = service.rows("SELECT action FROM audit WHERE who = %s ORDER BY id", anna)
    assert next(action for (action,) in done if action in ("took", "returned", "saw_conversation")) == "saw_conversation"
    assert {"took", "returned"} <= {action for (action,) in done}


async def test_a_supervisor_sees_what_is_with_whom_and_keys_do_the_work(visit: Visit, service: Running) -> None:
    (desk, login), (boss, _) = await agent(visit, service), await agent(visit, service, "supervisor")
    chat = await waiting_for_a_person(visit, "do you ship to Norway at all")
    await expect(entry(desk, "human")).to_have_count(1)
    await desk.locator("body").press("j")
    await expect(desk.get_by_role("button", name="Take")).to_be_visible()
    await desk.locator("body").press("t")
    await expect(desk.get_by_label("Reply", exact=True)).to_be_focused()
    await expect(boss.get_by_test_id("with others")).to_have_text("With others 1")
    await entry(boss, "human").click()
    await expect(boss.get_by_text(f"with {login}")).to_be_visible()
    await expect(boss.get_by_label("Reply", exact=True)).to_have_count(0)
    await desk.get_by_role("button", name="Close").click()
    await desk.get_by_label("Note", exact=True).fill("Told about shipping.")
    await desk.get_by_role("button", name="Close", exact=True).last.click()
    await expect(boss.get_by_text("This conversation is over.")).to_be_visible()
    assert (await service.conversation((await chat.conversation())["id"]))["status"] == "closed"


async def test_a_session_that_ended_sends_nothing(visit: Visit, service: Running) -> None:
    desk, login = await agent(visit, service)
    chat = await waiting_for_a_person(visit, "who are you anyway")
    await entry(desk, "human").click()
    await desk.get_by_role("button", name="Take").click()
    await desk.get_by_label("Reply", exact=True).fill("this must not arrive")
    service.rows("DELETE FROM user_sessions USING users WHERE users.id = user_sessions.user_id AND login = %s RETURNING 1", login)
    await desk.get_by_label("Reply", exact=True).press("Enter")
    await desk.wait_for_url("**/sign-in**")
    await expect(chat.log).not_to_contain_text("this must not arrive")
