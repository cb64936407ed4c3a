"""The chat in the page: what a person's browser, network, keyboard and screen do to it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import Page, expect

from tests.acceptance.chat import Chat
from tests.acceptance.conftest import Visit
from tests.acceptance.running import Running
from tests.house import address, listener, served


@pytest.fixture(autouse=True)
def _first_day(service: Running) -> None:
    service.renew()


async def test_reload_keeps_the_conversation(visit: Visit) -> None:
    chat = await visit("en")
    await chat.begin("support")
    await chat.say("i want to return the boots")
    before, buttons, kept = await chat.messages(), await chat.buttons(), await chat.conversation()
    await chat.input.fill("half a sen")

    await chat.page.reload()
    await expect(chat.log.locator(".message")).to_have_count(len(before))
    assert await chat.messages() == before
    assert await chat.buttons() == buttons
    assert (await chat.conversation())["id"] == kept["id"]
    await expect(chat.input).to_have_value("half a sen")

    await chat.say("too small")
    assert chat.state["awaiting"] == "return_wish"


async def test_a_second_tab_shows_the_same_conversation(visit: Visit) -> None:
    chat = await visit("en")
    await chat.begin("support")
    await chat.say("where is my order")
    other = await chat.page.context.new_page()
    await other.goto(chat.page.url)
    second = Chat(other)
    await other.get_by_test_id("launcher").click()
    await expect(second.log.locator(".message")).to_have_count(len(await chat.messages()))
    await second.say("thanks")
    await expect(chat.log.locator(".message")).to_have_count(len(await second.messages()))
    assert await chat.messages() == await second.messages()


async def test_offline_loses_and_doubles_nothing(visit: Visit, service: Running) -> None:
    chat = await visit("pl")
    await chat.begin("support")
    await chat.page.context.set_offline(True)
    await chat.send("chcę oddać buty")
    await chat.send("są za małe")
    await expect(chat.status).to_contain_text("Brak internetu")
    await chat.page.context.set_offline(False)
    await chat.answered(2)
    await expect(chat.status).to_be_empty()
    turns = (await service.conversation((await chat.conversation())["id"]))["turns"]
    assert [turn["text"] for turn in turns if turn["direction"] == "in"] == ["chcę oddać buty", "są za małe"]
    assert sorted(await chat.all_of(turns)) == sorted((turn["author"], turn["text"]) for turn in turns)


async def test_a_lost_answer_is_fetched_and_the_message_counts_once(visit: Visit, service: Running) -> None:
    chat = await visit("en")
    await chat.begin("reminder_payment")
    lost = 0

    async def lose(route: object) -> None:
        nonlocal lost
        lost += 1
        await route.fetch()  # type: ignore[attr-defined] # it arrives at the server, and its answer does not arrive here
        await route.abort()  # type: ignore[attr-defined]

    await chat.page.route("**/messages", lose, times=2)
    await chat.send("yes")
    await expect(chat.status).to_be_empty(timeout=20_000)
    await chat.answered(1)
    assert lost == 2
    turns = (await service.conversation((await chat.conversation())["id"]))["turns"]
    assert await chat.all_of(turns) == [(turn["author"], turn["text"]) for turn in turns]
    assert [turn["text"] for turn in turns if turn["direction"] == "in"] == ["yes"]


async def test_html_in_a_message_is_shown_as_text(visit: Visit) -> None:
    chat = await visit("en")
    await chat.begin("support")
    evil = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script> & <b>bold</b>"
    await chat.say(evil)
    assert ("person", evil) in await chat.messages()
    assert await chat.log.locator("img, script, b").count() == 0
    assert "taken" not in await chat.page.title()
    await chat.page.reload()
    await expect(chat.bubble("<b>bold</b>").first).to_be_visible()
    assert await chat.log.locator("img, script, b").count() == 0


async def active(page: Page) -> str:
    """What has the focus, in the shadow root too."""
    found: str = await page.evaluate(
        "() => { let e = document.activeElement; while (e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement;"
        " return e.dataset.testid || e.tagName; }"
    )
    return found


async def tab_to(page: Page, wanted: str, most: int = 40) -> None:
    """Press Tab until the focus is there."""
    for _ in range(most):
        if await active(page) == wanted:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not come to {wanted}; it is at {await active(page)}")


async def test_with_the_keyboard_alone(visit: Visit) -> None:
    chat = await visit("en")
    page = chat.page
    await tab_to(page, "start-reminder_payment")
    await page.keyboard.press("Enter")
    await expect(chat.log.locator(".message").first).to_be_visible()
    await expect(page.get_by_test_id("button").first).to_be_visible()
    assert await active(page) == "input"
    await page.keyboard.press("Shift+Tab")  # back over the log to the suggested replies
    for _ in range(6):
        if await active(page) == "button":
            break
        await page.keyboard.press("Shift+Tab")
    assert await active(page) == "button"
    await page.keyboard.press("Shift+Tab")
    assert await active(page) == "button"  # "Yes"
    await page.keyboard.press("Enter")
    await expect(chat.bubble("FV/2026/1204")).to_be_visible()
    assert await active(page) == "input"
    await page.keyboard.type("i'll pay")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("on monday")
    await page.keyboard.press("Enter")
    await chat.answered(2)
    assert ("person", "i'll pay\non monday") in await chat.messages()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("panel")).to_be_hidden()
    assert await active(page) == "launcher"


async def test_for_those_who_listen_to_the_page(visit: Visit) -> None:
    chat = await visit("ro")
    await chat.begin("support")
    page = chat.page
    await expect(page.get_by_role("dialog", name="Bryza")).to_be_visible()
    await expect(page.get_by_role("log", name="Conversație")).to_have_attribute("aria-live", "polite")
    await expect(page.get_by_role("textbox", name="Mesajul dumneavoastră")).to_be_visible()
    await expect(page.get_by_role("button", name="Închideți chatul").first).to_be_visible()
    assert await page.get_by_test_id("panel").get_attribute("lang") == "ro"
    nameless = (
        await page.get_by_test_id("panel")
        .get_by_role("button")
        .evaluate_all("(all) => all.filter((b) => !(b.getAttribute('aria-label') || b.textContent).trim()).length")
    )
    assert nameless == 0


async def test_on_a_narrow_screen(visit: Visit) -> None:
    chat = await visit("pl", viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    await chat.begin("support")
    page = chat.page
    box = await page.get_by_test_id("panel").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 360)
    assert box["height"] >= 600
    await chat.say("gdzie jest moja paczka, bo czekam i czekam, a jej jak nie było, tak nie ma")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    for name in ("input", "send", "close", "menu", "language"):
        found = await page.get_by_test_id(name).bounding_box()
        assert found is not None, name
        assert found["x"] >= 0, name
        assert found["x"] + found["width"] <= 360, name
        assert found["height"] >= 40, name  # a thumb hits it
    overflow = await chat.log.locator(".bubble, .buttons").evaluate_all(
        "(all) => all.filter((e) => e.scrollWidth > e.clientWidth + 1).length"
    )
    assert overflow == 0


def luminance(colour: str) -> float:
    """Relative luminance of ``rgb(…)`` (WCAG 2)."""
    parts = [float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_light_and_dark(visit: Visit, scheme: str) -> None:
    chat = await visit("en", color_scheme=scheme)
    await chat.begin("support")
    await chat.say("where is my order")
    await chat.say("i want to return the boots")
    surface = await chat.page.get_by_test_id("panel").evaluate("(e) => getComputedStyle(e).backgroundColor")
    assert (luminance(surface) < 0.2) == (scheme == "dark")
    for selector in (".mine .bubble", ".message:not(.mine) .bubble", ".buttons button", ".subtitle"):
        element = chat.page.get_by_test_id("panel").locator(selector).last
        ink, paper = await element.evaluate(
            "(e) => { const ink = getComputedStyle(e).color; let paper;"
            " do { paper = getComputedStyle(e).backgroundColor; e = e.parentElement; } while (paper === 'rgba(0, 0, 0, 0)' && e);"
            " return [ink, paper]; }"
        )
        lighter, darker = sorted((luminance(ink), luminance(paper)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (selector, ink, paper)


@pytest.fixture
async def elsewhere(service: Running) -> AsyncIterator[str]:
    """A page on another origin that has the one script tag, and a strict policy of its own."""
    app = FastAPI()
    tag = f'<script src="{service.url}/widget.js" data-flow="support" data-language="ro" data-color="#7a1fa2" async></script>'
    policy = f"default-src 'none'; script-src {service.url}; connect-src {service.url} {service.url.replace('http', 'ws')}"

    @app.get("/")
    async def page() -> HTMLResponse:
        return HTMLResponse(f"<!doctype html><title>Elsewhere</title><h1>A shop</h1>{tag}", headers={"Content-Security-Policy": policy})

    own = listener()
    async with served(app, own):
        yield address(own)


async def test_one_tag_on_another_site(visit: Visit, elsewhere: str) -> None:
    chat = await visit("ro", url=elsewhere)
    opening = await chat.open()
    assert "automat" in opening
    assert chat.state["language"] == "ro"
    heard = await chat.say("care este programul magazinelor?")
    assert "?" in heard or ":" in heard
    await chat.page.reload()
    await expect(chat.bubble("care este programul magazinelor?")).to_be_visible()
    accent = await chat.page.get_by_test_id("launcher").evaluate("(e) => getComputedStyle(e).backgroundColor")
    assert accent == "rgb(122, 31, 162)"


async def test_a_visitor_cannot_be_somebody_else(visit: Visit, service: Running) -> None:
    """A page without the company's signature names a customer in vain."""
    chat = await visit("pl")
    await chat.start(flow="support", language="pl", person={"external_id": "P-1001", "name": "Mallory"})
    found = await service.conversation((await chat.conversation())["id"])
    assert found["person"] != "P-1001"
    assert "czajnik" not in await chat.say("gdzie jest moja paczka?")
    assert chat.state["awaiting"] == "order_number"
    forged = await chat.page.evaluate(
        "async () => (await fetch('/v1/conversations', {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: JSON.stringify({flow: 'support', person: {external_id: 'P-1001', signature: 'f'.repeat(64)}})})).status"
    )
    assert forged == HTTPStatus.FORBIDDEN
