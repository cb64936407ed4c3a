"""Calls at the desk and on the board, in a real Chromium with a fake microphone: a simulated phone hears the agent, and the agent the
phone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nicegui import app as pages
from nicegui import ui
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.desk.session import COOKIE
from bot.desk.voice import VoiceBar
from speech.audio import dbfs, from_mulaw
from speech.types import RATE, Samples
from tests.acceptance.conftest import ARGUMENTS, CHROMIUM
from tests.acceptance.desk import clear_the_floor
from tests.house import PASSWORD, become
from tests.integration.calling import CallingHouse, calling, connected, row
from tests.twilio_caller import TwilioCaller

MICROPHONE = ["--use-fake-device-for-media-stream"]
"""Chromium's own fake device beeps twice a second. No --use-fake-ui: leave is given, or not, by the test."""
TONE = (8000 * np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE)).astype(np.int16)
EAR = """
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...more) {
  if (to === this.context.destination) {
    window.ear = this.context.createAnalyser();
    connect.call(this, window.ear);
  }
  return connect.call(this, to, ...more);
};
window.level = () => {
  if (!window.ear) return -100;
  const samples = new Float32Array(window.ear.fftSize);
  window.ear.getFloatTimeDomainData(samples);
  return 10 * Math.log10(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length + 1e-10);
};
"""
"""Measures what goes to the headphones, in dB below full scale."""
BAR = "/voice-bar/{mode}/{escalation}"
"""A page with nothing but the bar."""


@pytest.fixture(scope="module")
async def phone(database_url: str, data_dir: Path, _flows_read_once: None) -> AsyncIterator[CallingHouse]:
    @ui.page(BAR)
    def page(mode: Any, escalation: str) -> None:
        ui.button("Draw again", on_click=lambda: draw.refresh())

        @ui.refreshable
        def draw() -> None:
            VoiceBar(escalation, mode)

        draw()

    with pytest.MonkeyPatch.context() as patch:
        async with calling(database_url, data_dir, patch, calls_most=3) as found:
            yield found
    pages.remove_route(BAR)  # the pages' app is one for the process


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"there is no chromium at {CHROMIUM}: install it, or set CHROMIUM")
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *MICROPHONE])
        yield found
        await found.close()


class Opens:
    """Opens the bar in a fresh profile; a script's error fails the test."""

    def __init__(self, phone: CallingHouse, browser: Browser) -> None:
        self._phone, self._browser = phone, browser
        self.contexts: list[Any] = []
        self.errors: list[str] = []

    async def bar(self, login: str, escalation: str, mode: str = "talk", permissions: tuple[str, ...] = ("microphone",)) -> Page:
        """The bar alone."""
        return await self.page(login, f"/voice-bar/{mode}/{escalation}", permissions)

    async def page(self, login: str, path: str, permissions: tuple[str, ...] = ("microphone",)) -> Page:
        """A page of ours for somebody who is signed in."""
        house = self._phone.house
        client = house.visitor()
        await client.post("/sign-in", data={"login": login, "password": PASSWORD})
        context = await self._browser.new_context(locale="en-GB", permissions=list(permissions))
        self.contexts.append(context)
        await context.add_cookies([{"name": COOKIE, "value": client.cookies[COOKIE], "url": house.url}])
        page = await context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        await page.add_init_script(EAR)
        await page.goto(f"{house.url}{path}")
        return page


@pytest.fixture
async def opens(phone: CallingHouse, browser: Browser) -> AsyncIterator[Opens]:
    found = Opens(phone, browser)
    yield found
    for context in found.contexts:
        await context.close()
    assert not found.errors


def part(page: Page, name: str) -> Any:
    return page.get_by_test_id(f"voice-{name}")


async def waiting(phone: CallingHouse, caller: TwilioCaller, number: int, login: str = "") -> str:
    """The escalation of a caller who has asked for a person, taken by somebody."""
    await caller.quiet()
    await caller.press("0")
    await caller.quiet()
    conversation = (await row(phone, number))["conversation_id"]
    escalation = (await phone.house.read(conversation))["escalation"]["id"]
    if login:
        await phone.house.http.post(f"/v1/escalations/{escalation}/take", json={"agent": login})
    return str(escalation)


def lately(caller: TwilioCaller, seconds: float = 0.8) -> Samples:
    """What the caller has just heard."""
    return from_mulaw(caller.line.playback.heard(caller.line.now() - seconds, caller.line.now()))


async def heard(page: Page, seconds: float = 3) -> bool:
    """Whether a voice reaches the headphones within this time."""
    await page.wait_for_function("window.level() > -40", timeout=seconds * 1000, polling=50)
    return True


async def beeps(caller: TwilioCaller, seconds: float = 1.6) -> int:
    """Pieces with a sound that reach the caller in this time."""
    before = len(caller.line.playback.pieces)
    await caller.silence(seconds)
    return sum(dbfs(from_mulaw(piece.payload)) > -40 for piece in caller.line.playback.pieces[before:])


async def test_an_agent_talks_from_the_browser(phone: CallingHouse, opens: Opens) -> None:
    login = await phone.house.user()
    async with await connected(phone, 1) as caller:
        page = await opens.bar(login, await waiting(phone, caller, 1, login))
        await expect(part(page, "state")).to_have_text("You are not on the line.")
        await expect(part(page, "leave")).to_be_hidden()
        await part(page, "join").focus()
        await page.keyboard.press("Enter")
        await expect(part(page, "state")).to_have_text("You are talking with the caller.")
        await expect(part(page, "leave")).to_be_focused()
        assert await beeps(caller) >= 4
        await caller.say(TONE)
        assert await heard(page)

        await page.keyboard.press("m")
        await expect(part(page, "state")).to_have_text("You are muted: the caller does not hear you.")
        await expect(part(page, "mute")).to_have_attribute("aria-pressed", "true")
        await expect(page.get_by_role("button", name="Unmute")).to_be_visible()
        await caller.silence(0.4)
        assert await beeps(caller) == 0
        await part(page, "mute").click()
        await part(page, "hold").click()
        await expect(part(page, "state")).to_have_text("The caller is on hold and hears music.")
        await caller.silence(1.5)
        assert -36 < dbfs(lately(caller)) < -18
        await page.get_by_role("button", name="Resume").click()
        await expect(part(page, "state")).to_have_text("You are talking with the caller.")

        await page.get_by_role("button", name="Draw again").click()  # the desk draws anew: the call goes on
        await expect(part(page, "state")).to_have_text("You are talking with the caller.")
        assert await beeps(caller) >= 4
        await part(page, "leave").click()
        await expect(part(page, "state")).to_have_text(re.compile("You left the line"))
        await expect(part(page, "join")).to_be_focused()
        await part(page, "join").click()
        await expect(part(page, "state")).to_have_text("You are talking with the caller.")
        await caller.hang_up()
        await expect(part(page, "state")).to_have_text("The call is over.")


async def test_a_broken_socket_is_taken_up_again(phone: CallingHouse, opens: Opens) -> None:
    login = await phone.house.user()
    async with await connected(phone, 2) as caller:
        page = await opens.bar(login, await waiting(phone, caller, 2, login))
        await part(page, "join").click()
        await expect(part(page, "state")).to_have_text("You are talking with the caller.")
        await part(page, "mute").click()
        await expect(part(page, "state")).to_have_text(re.compile("You are muted"))
        (call,) = phone.calls._live.values()
        agent: Any = call.bridge._agent
        await agent._socket.close(1011)  # as when the network fails: nobody says goodbye
        await expect(part(page, "state")).to_have_text("The line broke. Reconnecting …")
        await expect(part(page, "state")).to_have_text(re.compile("You are muted"))
        await become(lambda: back(call, agent))


async def back(call: Any, before: Any) -> bool:
    return call.bridge._agent not in (None, before) and call.bridge.state == "muted"


async def test_a_supervisor_listens_without_a_microphone(phone: CallingHouse, opens: Opens) -> None:
    boss = await phone.house.user("supervisor")
    async with await connected(phone, 3) as caller:
        page = await opens.bar(boss, await waiting(phone, caller, 3), "listen", permissions=())
        await page.get_by_role("button", name="Listen in").click()
        await expect(part(page, "state")).to_have_text("You are listening. Nobody hears you.")
        assert any("słuchać" in words for words in phone.mouth.said)
        await expect(part(page, "mute")).to_be_hidden()
        await caller.say(TONE)
        assert await heard(page)
        await part(page, "leave").click()
        await expect(part(page, "state")).to_have_text("You no longer listen.")


async def test_why_somebody_cannot_join_is_said(phone: CallingHouse, opens: Opens) -> None:
    login, other = await phone.house.user(), await phone.house.user()
    async with await connected(phone, 4) as caller:
        escalation = await waiting(phone, caller, 4, login)
        page = await opens.bar(other, escalation)
        await part(page, "join").click()
        await expect(part(page, "state")).to_have_text("Take the conversation before you talk with the caller.")
        await expect(part(page, "join")).to_be_visible()
        refused = await opens.bar(login, escalation, permissions=())
        await part(refused, "join").click()
        await expect(part(refused, "state")).to_have_text("The browser does not allow the microphone.")


def said(page: Page, who: str, text: str) -> Any:
    return page.locator(f'[data-testid=message][data-from="{who}"]').filter(has_text=text)


async def test_at_the_desk_a_call_is_taken_talked_in_and_given_back(phone: CallingHouse, opens: Opens) -> None:
    login = await phone.house.user()
    await clear_the_floor(phone.house.http)
    async with await connected(phone, 5) as caller:
        page = await opens.page(login, "/desk")
        await waiting(phone, caller, 5)
        await page.get_by_test_id("entry").first.click()
        await page.get_by_role("button", name="Take").click()
        await expect(page.get_by_label("Reply", exact=True)).to_be_visible()
        await part(page, "join").click()
        await expect(part(page, "state")).to_have_text("You are talking with the caller.")
        assert await beeps(caller) >= 4
        await caller.say(phone.ears.sound("the kettle leaks"))
        assert await heard(page)
        await expect(said(page, "person", "the kettle leaks")).to_be_visible()
        await expect(part(page, "state")).to_have_text("You are talking with the caller.")  # what is new is drawn around the bar

        await page.get_by_role("button", name="Give back").click()
        await page.get_by_label("Note", exact=True).fill("A new kettle leaves tomorrow.")
        await page.get_by_role("button", name="Give back").last.click()
        await expect(page.get_by_text("This conversation is over.")).to_be_visible()
        await become(lambda: spoken(phone, "A new kettle leaves tomorrow."))
        await caller.quiet()
        before = len(phone.mouth.said)
        await caller.say(phone.ears.sound("thank you"))
        await caller.answer()
        assert len(phone.mouth.said) > before  # it is the bot who goes on


async def test_a_caller_who_hangs_up_is_shown_as_gone_and_is_out_of_the_queue(phone: CallingHouse, opens: Opens) -> None:
    login = await phone.house.user()
    await clear_the_floor(phone.house.http)
    page = await opens.page(login, "/desk")
    async with await connected(phone, 8) as caller:
        await waiting(phone, caller, 8)
        await expect(page.get_by_test_id("entry")).to_have_count(1)
        await caller.hang_up()
        await expect(page.get_by_test_id("entry")).to_have_count(0)
    async with await connected(phone, 9) as caller:
        await waiting(phone, caller, 9, login)
        await page.get_by_test_id("entry").click()
        await expect(part(page, "join")).to_be_visible()
        await caller.hang_up()
        await expect(page.get_by_text("The caller is no longer on the line.", exact=True)).to_be_visible()
        await expect(part(page, "join")).to_have_count(0)
        await expect(page.get_by_test_id("entry").get_by_role("img", name="No longer on the line")).to_be_visible()
        await expect(page.get_by_label("Reply", exact=True)).to_have_attribute("placeholder", re.compile("as a text message"))
        await page.get_by_label("Reply", exact=True).fill("Your kettle leaves tomorrow.")
        await page.get_by_label("Reply", exact=True).press("Enter")
        await expect(said(page, "agent", "Your kettle leaves tomorrow.")).to_be_visible()


async def spoken(phone: CallingHouse, words: str) -> bool:
    return any(words in sentence for sentence in phone.mouth.said)


async def test_from_the_board_a_supervisor_listens_in_and_the_caller_is_told(phone: CallingHouse, opens: Opens) -> None:
    boss, login = await phone.house.user("supervisor"), await phone.house.user()
    await clear_the_floor(phone.house.http)
    async with await connected(phone, 6) as caller:
        escalation = await waiting(phone, caller, 6, login)
        desk = await opens.page(login, f"/desk?open={escalation}")
        await part(desk, "join").click()
        await expect(part(desk, "state")).to_have_text("You are talking with the caller.")
        board = await opens.page(boss, "/board", permissions=())
        await board.get_by_role("button", name=re.compile("With agents")).click()
        await board.get_by_role("group", name="Conversations", exact=True).get_by_role("row").get_by_role("button").first.click()
        phone.mouth.said.clear()
        await board.get_by_role("button", name="Listen in").click()
        await expect(part(board, "state")).to_have_text("You are listening. Nobody hears you.")
        await become(lambda: spoken(phone, "słuchać"))
        await caller.say(phone.ears.sound("is anybody there"))
        assert await heard(board)
        await expect(said(board, "person", "is anybody there")).to_be_visible()
        await board.get_by_role("button", name="Close").first.click()
        await become(lambda: nobody_listens(phone))


async def test_a_supervisor_who_listened_and_takes_the_call_listens_no_more(phone: CallingHouse, opens: Opens) -> None:
    boss = await phone.house.user("supervisor")
    await clear_the_floor(phone.house.http)
    async with await connected(phone, 7) as caller:
        page = await opens.page(boss, f"/desk?open={await waiting(phone, caller, 7)}")
        await part(page, "join").click()
        await expect(part(page, "state")).to_have_text("You are listening. Nobody hears you.")
        await page.get_by_role("button", name="Take").click()
        await expect(page.get_by_label("Reply", exact=True)).to_be_visible()
        await become(lambda: nobody_listens(phone))
        await expect(part(page, "join")).to_have_text("Join the call")
        await part(page, "join").click()
        await expect(part(page, "state")).to_have_text("You are talking with the caller.")
        assert await beeps(caller) >= 4


async def nobody_listens(phone: CallingHouse) -> bool:
    return not any(call.bridge._listeners for call in phone.calls._live.values())
