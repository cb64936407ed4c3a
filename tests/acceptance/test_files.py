"""Files in the chat as people send them: picked, dropped and pasted, with and without a network; and an agent's file that arrives."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FileChooser, Locator, Page, expect

from tests import files
from tests.acceptance.chat import Chat
from tests.acceptance.conftest import Visit
from tests.acceptance.desk import sign_in_first
from tests.acceptance.running import Running, until
from tests.acceptance.test_widget import active, elsewhere

__all__ = ["elsewhere"]
PICTURE = files.png(120, 80)
_DROP = """
(panel, {name, type, data}) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, {type}));
  for (const kind of KINDS) {
    const event = kind === 'paste' ? new ClipboardEvent('paste', {clipboardData: transfer, bubbles: true, cancelable: true, composed: true})
      : new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true, composed: true});
    panel.dispatchEvent(event);
  }
}
"""


async def pick(chat: Chat, *given: tuple[str, str, bytes]) -> None:
    """Choose files as the browser's own dialog does."""
    async with chat.page.expect_file_chooser() as choosing:
        await chat.page.get_by_test_id("attach").click()
    chooser = await choosing.value
    await chooser.set_files([{"name": name, "mimeType": kind, "buffer": data} for name, kind, data in given])


async def hand_over(target: Locator, kinds: str, name: str, kind: str, data: bytes) -> None:
    """Drop or paste a file."""
    script = _DROP.replace("KINDS", kinds)
    await target.evaluate(script, {"name": name, "type": kind, "data": base64.b64encode(data).decode()})


async def loaded(image: Locator) -> bool:
    """Whether the picture is really shown."""
    found: bool = await image.evaluate("(image) => image.decode().then(() => image.naturalWidth > 0, () => false)")
    return found


async def back_to(page: Page, wanted: str) -> None:
    """Press Shift+Tab until the focus is there."""
    for _ in range(4):
        await page.keyboard.press("Shift+Tab")
        if await active(page) == wanted:
            return
    raise AssertionError(f"Shift+Tab does not come to {wanted}; it is at {await active(page)}")


async def saved(page: Page, link: Locator) -> bytes:
    """What the browser keeps when the link is clicked."""
    async with page.expect_download() as downloading:
        await link.click()
    return Path(await (await downloading.value).path()).read_bytes()


async def test_a_picture_is_sent_and_seen_and_the_agents_file_arrives(visit: Visit, service: Running) -> None:
    chat = await visit("en")
    await chat.begin("support")
    page = chat.page
    await pick(chat, ("broken <b>boot<b>.png", "image/png", PICTURE))
    await expect(page.get_by_test_id("tray").get_by_role("listitem")).to_contain_text("broken <b>boot<b>.png")
    await expect(page.get_by_test_id("told")).to_contain_text("Files to send: broken")
    await chat.say("it came like this")
    picture = chat.log.locator("[data-author=person] .picture img")
    await expect(picture).to_have_count(1)
    assert await loaded(picture)
    assert await picture.get_attribute("alt") == "broken _b_boot_b_.png"
    await expect(chat.bubble("saved that with our conversation")).to_be_visible()
    await expect(page.get_by_test_id("tray").get_by_role("listitem")).to_have_count(0)
    assert await chat.log.locator("b, script").count() == 0

    conversation = (await chat.conversation())["id"]
    turn = next(t for t in (await service.conversation(conversation))["turns"] if t["direction"] == "in")
    assert (turn["text"], turn["attachments"][0]["size"]) == ("it came like this", len(PICTURE))

    await chat.say("human")
    escalation = (await service.conversation(conversation))["escalation"]["id"]
    assert (await service.http.post(f"/v1/escalations/{escalation}/take", json={"agent": "Ewa"})).status_code == 200
    for name, data in (("etykieta zwrotna.pdf", files.PDF), ("map.png", files.png(60, 40, b"\xff\x00\x00"))):
        kept = await service.http.post(f"/v1/conversations/{conversation}/attachments", params={"name": name, "agent": "Ewa"}, content=data)
        sent = await service.http.post(
            f"/v1/escalations/{escalation}/messages", json={"agent": "Ewa", "text": "", "attachments": [kept.json()["id"]]}
        )
        assert sent.status_code == 201, sent.text
    link = chat.log.get_by_role("link", name="etykieta zwrotna.pdf")
    await expect(link).to_be_visible()
    assert await saved(page, link) == files.PDF
    assert await loaded(chat.log.get_by_role("img", name="map.png"))

    await page.reload()
    await expect(chat.log.locator(".picture img")).to_have_count(2)
    assert await loaded(chat.log.locator(".picture img").first)


async def test_dropped_pasted_and_taken_away_again(visit: Visit, service: Running) -> None:
    chat = await visit("pl")
    await chat.begin("support")
    page, panel = chat.page, chat.page.get_by_test_id("panel")
    await hand_over(panel, "['dragenter']", "a.txt", "text/plain", b"a")
    await expect(page.get_by_test_id("drop")).to_be_visible()
    await expect(page.get_by_test_id("drop")).to_have_text("Upuść pliki tutaj")
    await hand_over(panel, "['dragover', 'drop']", "dropped.txt", "text/plain", "łódź".encode())
    await expect(page.get_by_test_id("drop")).to_be_hidden()
    await hand_over(chat.input, "['paste']", "pasted.png", "image/png", PICTURE)
    await pick(chat, ("unwanted.pdf", "application/pdf", files.PDF))
    await expect(page.get_by_test_id("tray").get_by_role("listitem")).to_have_count(3)
    await page.get_by_role("button", name="Usuń plik: unwanted.pdf").click()
    await expect(page.get_by_test_id("tray").get_by_role("listitem")).to_have_count(2)
    await page.get_by_test_id("send").click()  # without a word
    await chat.answered(1)
    turn = next(t for t in (await service.conversation((await chat.conversation())["id"]))["turns"] if t["direction"] == "in")
    assert (turn["text"], [file["name"] for file in turn["attachments"]]) == ("", ["dropped.txt", "pasted.png"])
    await expect(chat.bubble("zapisałem to w naszej rozmowie")).to_be_visible()
    counted = service.rows("SELECT count(*) FROM attachments WHERE name = 'unwanted.pdf'")
    assert counted == [(0,)]  # what was taken away never left the browser


async def test_with_the_keyboard_alone_and_for_those_who_listen(visit: Visit) -> None:
    chat = await visit("ro")
    await chat.begin("support")
    page = chat.page
    await expect(page.get_by_role("button", name="Adăugați fișiere")).to_be_visible()
    choosers: list[FileChooser] = []
    page.on(
        "filechooser", lambda chooser: choosers.append(chooser)
    )  # before the keys, which are faster than the browser learns that it is listened to
    await back_to(page, "attach")
    await page.keyboard.press("Enter")

    async def opened() -> FileChooser | None:
        return choosers[0] if choosers else None

    chooser = await until(opened)
    assert chooser is not None
    await chooser.set_files([{"name": name, "mimeType": "text/plain", "buffer": b"x"} for name in ("unu.txt", "doi.txt")])
    assert await active(page) == "input"
    await expect(page.get_by_role("list", name="Fișiere de trimis").get_by_role("listitem")).to_have_count(2)
    await back_to(page, "BUTTON")  # the second file's
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("told")).to_have_text("Fișiere de trimis: unu.txt")
    await page.keyboard.press("Enter")  # the focus went to the file that is left
    await expect(page.get_by_test_id("tray").get_by_role("listitem")).to_have_count(0)
    assert await active(page) == "attach"


@pytest.mark.parametrize(
    ("name", "kind", "data", "words"),
    [
        ("huge.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"x" * (10 * 2**20), "The file is too large. The limit is 10 MB."),
        ("empty.png", "image/png", b"", "This file is empty."),
    ],
)
async def test_what_cannot_be_sent_is_said_before_it_is_sent(visit: Visit, name: str, kind: str, data: bytes, words: str) -> None:
    chat = await visit("en")
    await chat.begin("support")
    requests: list[str] = []
    chat.page.on("request", lambda request: requests.append(request.url))
    await pick(chat, (name, kind, data))
    await expect(chat.status).to_have_text(words)
    await expect(chat.page.get_by_test_id("tray").get_by_role("listitem")).to_have_count(0)
    assert not [url for url in requests if "attachments" in url]


async def test_more_than_ten_files_are_too_many(visit: Visit) -> None:
    chat = await visit("en")
    await chat.begin("support")
    await pick(chat, *((f"{n}.txt", "text/plain", b"x") for n in range(12)))
    await expect(chat.status).to_have_text("One message takes 10 files at most.")
    await expect(chat.page.get_by_test_id("tray").get_by_role("listitem")).to_have_count(10)


async def test_a_page_that_is_called_a_picture_is_refused_and_the_chat_goes_on(visit: Visit, service: Running) -> None:
    chat = await visit("en")
    await chat.begin("support")
    await pick(chat, ("photo.png", "image/png", files.HTML))
    await chat.page.get_by_test_id("send").click()
    await expect(chat.log.locator(".rejected .delivery")).to_contain_text("not sent. This kind of file cannot be sent.")
    await chat.say("thanks anyway")
    turns = (await service.conversation((await chat.conversation())["id"]))["turns"]
    assert [turn["text"] for turn in turns if turn["direction"] == "in"] == ["thanks anyway"]
    assert "taken" not in await chat.page.title()


async def test_offline_and_after_a_reload_the_file_is_still_sent_once(visit: Visit, service: Running) -> None:
    chat = await visit("en")
    await chat.begin("support")
    page = chat.page
    await page.route("**/attachments?**", lambda route: route.abort())
    await pick(chat, ("proof.png", "image/png", PICTURE))
    await chat.send("here it is")
    await expect(chat.status).to_contain_text("not sent, retrying")
    await expect(chat.log.locator(".unsent .file")).to_contain_text("proof.png")
    await page.unroute("**/attachments?**")
    await page.reload()
    await expect(chat.log.locator("[data-author=person] .picture img")).to_have_count(1, timeout=30_000)
    conversation = (await chat.conversation())["id"]
    sent = [turn for turn in (await service.conversation(conversation))["turns"] if turn["direction"] == "in"]
    assert [(turn["text"], len(turn["attachments"])) for turn in sent] == [("here it is", 1)]
    assert service.rows("SELECT count(*) FROM attachments WHERE conversation_id = %s", conversation) == [(1,)]


async def test_a_lost_answer_to_an_upload_makes_no_second_file(visit: Visit, service: Running) -> None:
    chat = await visit("en")
    await chat.begin("support")

    async def lose(route: Any) -> None:
        await route.fetch()
        await route.abort()

    await chat.page.route("**/attachments?**", lose, times=1)
    await pick(chat, ("proof.png", "image/png", PICTURE))
    await chat.send("look")
    await chat.answered(1)
    conversation = (await chat.conversation())["id"]
    assert service.rows("SELECT count(*) FROM attachments WHERE conversation_id = %s", conversation) == [(1,)]


async def test_on_a_site_that_forbids_pictures_the_file_is_a_link(visit: Visit, elsewhere: str) -> None:
    chat = await visit("ro", url=elsewhere)
    await chat.open()
    await pick(chat, ("poza.png", "image/png", PICTURE))
    await chat.page.get_by_test_id("send").click()
    link = chat.log.locator("[data-author=person] a.file")
    await expect(link).to_contain_text("poza.png")
    await expect(link.locator("img")).to_have_count(0)


async def test_on_a_narrow_screen_everything_fits(visit: Visit) -> None:
    chat = await visit("en", viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    await chat.begin("support")
    page = chat.page
    await pick(
        chat,
        ("a very long name of a picture that somebody took on a long holiday by the sea.png", "image/png", PICTURE),
        ("b.pdf", "application/pdf", files.PDF),
    )
    for name in ("attach", "input", "send"):
        found = await page.get_by_test_id(name).bounding_box()
        assert found is not None, name
        assert found["x"] >= 0, name
        assert found["x"] + found["width"] <= 360, name
        assert found["height"] >= 40, name
    await page.get_by_test_id("send").click()
    await chat.answered(1)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    overflow = await chat.log.locator(".bubble, .file").evaluate_all("(all) => all.filter((e) => e.scrollWidth > e.clientWidth + 1).length")
    assert overflow == 0


@pytest.fixture
async def supervisor(visit: Visit, service: Running) -> Page:
    """The page of ready answers, with a supervisor before it."""
    page = (await visit("en", url=f"{service.url}/replies")).page
    await sign_in_first(page, service, "supervisor")
    await expect(page.get_by_text("Agents find them in the desk")).to_be_visible()
    return page


async def test_a_supervisor_keeps_the_ready_answers(supervisor: Page, service: Running) -> None:
    page, rows = supervisor, supervisor.get_by_test_id("reply")
    await expect(rows.first).to_be_visible()
    await page.get_by_role("button", name="New answer").click()
    await page.get_by_label("Shortcut").fill("zz-evil")
    await page.get_by_label("Text").fill("<img src=x onerror=\"document.title='taken'\"> {ordr}")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("There is no variable {ordr}")).to_be_visible()
    await page.get_by_label("Text").fill("<b>Hi</b> {first_name}, order {order}, {slot:return_wish}")
    await expect(page.get_by_test_id("preview")).to_have_text("<b>Hi</b> Anna, order 104233, ‹return_wish›")
    await expect(page.get_by_text("The agent fills in what is not known: slot:return_wish")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_test_id("preview")).to_have_count(0)
    await page.get_by_label("Search").fill("zz-evil")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("<b>Hi</b> {first_name}")
    await page.get_by_label("Change /zz-evil").click()
    await page.get_by_label("Text").fill("Changed")
    await page.get_by_role("button", name="Save").click()
    await expect(rows).to_contain_text("Changed")
    await page.get_by_label("Delete /zz-evil").click()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(rows).to_have_count(0)
    actions = [row[0] for row in service.rows("SELECT action FROM audit WHERE about = 'zz-evil pl' ORDER BY id")]
    assert actions == ["made_reply", "changed_reply", "removed_reply"]
    assert "taken" not in await page.title()


async def test_they_are_found_by_language_and_words(supervisor: Page) -> None:
    page, rows = supervisor, supervisor.get_by_test_id("reply")
    await expect(rows.first).to_be_visible()
    every = await rows.count()
    await page.get_by_role("combobox", name="Language").click()
    await page.get_by_role("option", name="Romanian").click()
    await expect(rows.filter(has_text="Polish")).to_have_count(0)
    assert 0 < await rows.count() < every
    await page.get_by_label("Search").fill("fotografie")
    await expect(rows).to_have_count(1)
    await page.get_by_label("Search").fill("nothing like this")
    await expect(page.get_by_text("There are none.")).to_be_visible()
