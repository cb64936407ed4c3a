"""`/desk`: what agents do besides answering: offers, notes with names, ready answers, files, handing on, giving back, closing; in Polish, too."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.acceptance.chat import Chat
from tests.acceptance.conftest import Visit
from tests.acceptance.desk import PASSWORD, clear_the_floor, sign_in
from tests.acceptance.running import Running, until
from tests.acceptance.test_desk import agent, entry, said, waiting_for_a_person

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763606060000000040001f61738550000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
async def _clear_floor(service: Running) -> None:
    await clear_the_floor(service.http)


@pytest_asyncio.fixture
async def own(make: Callable[..., Running]) -> AsyncIterator[Running]:
    """A service of its own: who is at their desk here decides who is offered what."""
    running = make(VOXTRAIL_NLU_REPLICAS="0", VOXTRAIL_OFFER_S="5", VOXTRAIL_WAIT_OFFER_S="600")
    running.start()
    await running.ready()
    yield running
    await running.http.aclose()
    running.stop()


async def say_of_oneself(page: Page, presence: str) -> None:
    """Choose a presence."""
    await page.get_by_test_id("presence").click()
    await page.get_by_role("option", name=presence).click()


async def customer(visit: Visit, running: Running, words: str) -> str:
    """Somebody in the chat of this service who asks for a person; the conversation's id."""
    begun = (await running.http.post("/v1/conversations", json={"language": "en", "flow": "support", "channel": "web"})).json()
    for text in (words, "human"):
        await running.http.post(f"/v1/conversations/{begun['id']}/messages", json={"text": text})
    return str(begun["id"])


async def taken(desk: Page, visit: Visit, words: str) -> Chat:
    """A customer with whom the agent now talks; ``words`` are what they said last."""
    chat = await waiting_for_a_person(visit, words)
    await chat.send(words)
    await entry(desk, words).click()
    await desk.get_by_role("button", name="Take").click()
    await expect(desk.get_by_label("Reply", exact=True)).to_be_visible()
    return chat


async def test_an_offer_goes_to_who_is_available_and_on_to_the_next(visit: Visit, own: Running) -> None:
    (first, anna), (second, _) = await agent(visit, own), await agent(visit, own)
    await say_of_oneself(first, "Available")
    await customer(visit, own, "I have a question about boots")
    offer = first.get_by_test_id("offer")
    await expect(offer).to_be_visible()
    await expect(second.get_by_test_id("offer")).to_have_count(0)  # who is away is asked nothing
    await say_of_oneself(second, "Available")
    await offer.get_by_role("button", name="Pass").click()
    await expect(second.get_by_test_id("offer")).to_be_visible()
    await expect(offer).to_have_count(0)
    await second.get_by_test_id("offer").get_by_role("button", name="Accept").click()
    await expect(second.get_by_label("Reply", exact=True)).to_be_visible()
    await expect(entry(first, "human")).to_have_count(0)
    assert own.rows("SELECT history FROM escalations")[0][0][-1]["what"] == "taken"
    assert [step["what"] for step in own.rows("SELECT history FROM escalations")[0][0] if step["who"] == anna] == ["offered", "declined"]


async def test_notes_are_for_colleagues_and_a_name_in_them_tells_somebody(visit: Visit, service: Running) -> None:
    (desk, _), (other, bogdan) = await agent(visit, service), await agent(visit, service, "supervisor")
    chat = await taken(desk, visit, "how long is the guarantee")
    await desk.get_by_role("button", name="Note", exact=True).click()
    await desk.get_by_label("Note", exact=True).fill(f"@{bogdan} is it two years for <i>soles</i>?")
    await desk.get_by_label("Note", exact=True).press("Enter")
    await expect(said(desk, "note", "is it two years for <i>soles</i>?")).to_be_visible()
    await other.get_by_test_id("mention").get_by_role("button", name="Open").click()
    await expect(said(other, "note", "is it two years")).to_be_visible()
    await expect(other.get_by_test_id("mention")).to_have_count(0)
    await expect(chat.log).not_to_contain_text("is it two years")


async def test_a_ready_answer_is_filled_in_and_a_file_goes_both_ways(visit: Visit, service: Running, tmp_path: Path) -> None:
    desk, _ = await agent(visit, service, "supervisor")
    chat = await taken(desk, visit, "my boots came damaged")
    box = desk.get_by_label("Reply", exact=True)
    await box.press_sequentially("/")
    ready = desk.locator(".offer").first
    await ready.click()
    await expect(box).not_to_have_value(re.compile("^/"))
    await expect(box).not_to_have_value(re.compile(r"[{}]"))
    await box.fill("Here is the label.")
    label = tmp_path / "label.png"
    label.write_bytes(PIXEL)
    async with desk.expect_file_chooser() as choosing:
        await desk.get_by_role("button", name="Attach a file").click()
    await (await choosing.value).set_files(label)
    await expect(desk.get_by_text("label.png")).to_be_visible()
    await box.press("Enter")
    await expect(chat.log.locator("img")).to_have_count(1)
    await expect(said(desk, "agent", "Here is the label.").locator("img")).to_have_count(1)
    page = tmp_path / "page.png"
    page.write_text("<script>alert(1)</script>")
    async with desk.expect_file_chooser() as choosing:
        await desk.get_by_role("button", name="Attach a file").click()
    await (await choosing.value).set_files(page)
    await expect(desk.get_by_role("alert").last).to_be_visible()  # what it is decides, not what it is called


async def test_a_conversation_is_handed_on_to_a_colleague_with_a_word(visit: Visit, service: Running) -> None:
    (first, _), (second, bogdan) = await agent(visit, service), await agent(visit, service)
    await say_of_oneself(second, "Available")
    await taken(first, visit, "do you repair zips")
    await first.get_by_role("button", name="Hand on").click()
    await first.get_by_label("Colleague").click()
    await first.get_by_role("option", name=bogdan.title()).click()
    await first.get_by_label("What should they know?").fill("She is in a hurry.")
    await first.get_by_role("button", name="Hand on").last.click()
    await second.get_by_test_id("offer").get_by_role("button", name="Accept").click()
    await expect(second.get_by_text("She is in a hurry.")).to_be_visible()
    await expect(second.get_by_label("Reply", exact=True)).to_be_visible()
    await expect(first.get_by_label("Reply", exact=True)).to_have_count(0)


async def test_what_was_agreed_is_known_to_the_bot_and_a_promise_is_a_task(visit: Visit, service: Running) -> None:
    desk, login = await agent(visit, service)
    chat = await taken(desk, visit, "when will somebody call me")
    await desk.get_by_role("button", name="Give back").click()
    await desk.get_by_label("Note", exact=True).fill("I'll call you tomorrow at ten.")
    await expect(desk.get_by_text("Remind me")).to_be_visible()
    await desk.wait_for_timeout(1500)  # what is beside the conversation is read again, and the buttons drawn: what is being written stays
    await expect(desk.get_by_label("Note", exact=True)).to_have_value("I'll call you tomorrow at ten.")
    await desk.get_by_role("button", name="Give back").last.click()
    await expect(chat.log.locator("[data-author=bot]").filter(has_text="tomorrow at ten")).to_be_visible()
    await expect(desk.get_by_test_id("task").filter(has_text="call you")).to_be_visible()
    kept = service.rows("SELECT kind, status, due > now() FROM tasks WHERE agent = %s", login)
    assert kept == [("callback", "open", True)]


async def test_closing_says_how_it_ended(visit: Visit, service: Running) -> None:
    desk, _ = await agent(visit, service)
    await taken(desk, visit, "thanks, that was all really")
    await desk.get_by_role("button", name="Close").click()
    await desk.get_by_label("Outcome").click()
    await desk.get_by_role("option", name="Not solved").click()
    await desk.get_by_label("Tags").fill("soles")
    await desk.get_by_label("Tags").press("Enter")
    await desk.get_by_role("button", name="Close").last.click()
    await expect(desk.get_by_text("This conversation is over.")).to_be_visible()

    async def written() -> bool:
        return service.rows("SELECT outcome, tags FROM escalations ORDER BY closed DESC NULLS LAST LIMIT 1") == [("not_solved", ["soles"])]

    await until(written)


async def test_two_tabs_of_one_agent_agree(visit: Visit, service: Running) -> None:
    desk, login = await agent(visit, service)
    tab = (await visit("en", url=f"{service.url}/desk")).page
    await sign_in(tab, login, PASSWORD)
    await taken(desk, visit, "where can I park")
    await entry(tab, "where can I park").click()
    await expect(tab.get_by_label("Reply", exact=True)).to_be_visible()
    await tab.get_by_label("Reply", exact=True).fill("Behind the shop.")
    await tab.get_by_label("Reply", exact=True).press("Enter")
    await expect(said(desk, "agent", "Behind the shop.")).to_be_visible()
    await expect(said(tab, "agent", "Behind the shop.")).to_be_visible()


async def test_the_desk_speaks_polish(visit: Visit, service: Running, tmp_path: Path) -> None:
    page, _ = await agent(visit, service)
    await page.get_by_role("button", name="Polski").click()
    await expect(page.get_by_test_id("waiting")).to_contain_text("Czeka")
    await page.reload()
    await expect(page.get_by_test_id("mine")).to_contain_text("Moje")
    chat = await waiting_for_a_person(visit, "what are your opening hours")
    await entry(page, "human").click()
    about = page.get_by_role("region", name="O kliencie")
    await expect(about).to_contain_text("Język")
    await chat.send("this is taking too long, honestly")
    await expect(said(page, "person", "this is taking too long")).to_be_visible()
    await page.wait_for_timeout(1500)  # what is beside the conversation is read again
    for words in ("nothing agreed", "Not recognised", "handed over"):
        await expect(about).not_to_contain_text(words)
    await expect(page.get_by_test_id("summary")).not_to_contain_text("unknown visitor")
    await page.get_by_role("button", name="Przejmij").click()
    script = tmp_path / "page.png"
    script.write_text("<script>alert(1)</script>")
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="Dołącz plik").click()
    await (await choosing.value).set_files(script)
    await expect(page.get_by_role("alert").last).to_contain_text("Takiego pliku nie można wysłać")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_test_id("mine")).to_contain_text("Mine")


async def test_a_restart_loses_nothing_and_pages_come_back_by_themselves(visit: Visit, own: Running) -> None:
    desk, _ = await agent(visit, own)
    conversation = await customer(visit, own, "before the restart")
    await entry(desk, "human").click()
    await desk.get_by_role("button", name="Take").click()
    await expect(desk.get_by_label("Reply", exact=True)).to_be_visible()
    own.kill()
    own.start()
    await own.ready()
    await own.http.post(f"/v1/conversations/{conversation}/messages", json={"text": "after the restart"})
    await expect(entry(desk, "after the restart")).to_be_visible(timeout=30_000)
    await entry(desk, "after the restart").click()
    await desk.get_by_label("Reply", exact=True).fill("still here")
    await desk.get_by_label("Reply", exact=True).press("Enter")
    await expect(said(desk, "agent", "still here")).to_be_visible()
    assert own.rows("SELECT status, lost IS NULL FROM escalations") == [("taken", True)]


async def test_the_transcript_stays_at_its_end_unless_somebody_reads_further_up(visit: Visit, service: Running) -> None:
    desk, _ = await agent(visit, service)
    chat = await taken(desk, visit, "hello again")
    for number in range(12):
        await chat.send(f"{number}. my boots have a hole in the left sole and another one in the right sole")
    await chat.send("how long is the guarantee")  # to which there are answers, which take room below
    await expect(desk.locator(".offer").first).to_be_visible()
    await expect(said(desk, "person", "how long is the guarantee")).to_be_in_viewport(ratio=0.9)
    first = said(desk, "person", "hello again").first
    await first.scroll_into_view_if_needed()
    await chat.send("are you still there?")
    await expect(said(desk, "person", "are you still there?")).to_be_attached()
    await expect(first).to_be_in_viewport()
    await expect(said(desk, "person", "are you still there?")).not_to_be_in_viewport()
    box = desk.get_by_label("Reply", exact=True)
    await box.fill("Two years.")
    await box.press("Enter")
    await expect(said(desk, "agent", "Two years.")).to_be_in_viewport(ratio=0.9)


async def test_a_supervisor_joins_a_colleague_and_leaves_again(visit: Visit, service: Running) -> None:
    (desk, login), (boss, name) = await agent(visit, service), await agent(visit, service, "supervisor")
    chat = await taken(desk, visit, "is this true")
    await entry(boss, "is this true").click()
    box = boss.get_by_label("Reply", exact=True)
    await expect(boss.get_by_role("button", name="Leave it")).to_have_count(0)
    await expect(box).to_have_count(0)
    await boss.get_by_role("button", name="Join", exact=True).click()
    await box.fill("I can help, too.")
    await box.press("Enter")
    await expect(chat.log).to_contain_text("I can help, too.")
    await boss.get_by_role("button", name="Leave it").click()
    await expect(box).to_have_count(0)
    await expect(boss.get_by_role("button", name="Join", exact=True)).to_be_visible()
    ((status, whose, joined),) = service.rows("SELECT status, agent, joined FROM escalations WHERE agent = %s", login)
    assert (status, whose, joined) == ("taken", login, [])
    assert [action for (action,) in service.rows("SELECT action FROM audit WHERE who = %s ORDER BY id", name)][-2:] == ["joined", "left"]
