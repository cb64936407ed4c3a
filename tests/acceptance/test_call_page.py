"""The page /call in a real Chromium with a fake microphone, before a line in the test's hands."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from speech.audio import dbfs, from_mulaw
from speech.types import FRAME, RATE
from tests.acceptance.conftest import ARGUMENTS, CHROMIUM, LOCALES
from tests.acceptance.line import STARTED, Line, open_line
from tests.acceptance.running import until

Dial = Callable[..., Awaitable[Page]]
MICROPHONE = ["--use-fake-device-for-media-stream", "--host-resolver-rules=MAP phone.test 127.0.0.1"]
"""Chromium's own fake device beeps twice a second. No --use-fake-ui: leave is given, or not, by the test."""
TONE = (8000 * np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE)).astype(np.int16)


@pytest.fixture(scope="module")
async def caller() -> AsyncIterator[Browser]:
    """Chromium with a microphone."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"there is no chromium at {CHROMIUM}: install it, or set CHROMIUM")
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *MICROPHONE])
        yield found
        await found.close()


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """The far end."""
    async with open_line() as line:
        yield line


@pytest.fixture
async def dial(caller: Browser, line: Line) -> AsyncIterator[Dial]:
    """Opens the page in a fresh profile; a script's error fails the test."""
    contexts, errors = [], []

    async def one(language: str = "en", query: str = "", *, url: str = "", before: str = "", **options: Any) -> Page:
        context = await caller.new_context(**{"locale": LOCALES[language], "permissions": ["microphone"], **options})
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.add_init_script(before or ";")
        await page.goto(f"{url or line.url}/call?{query}")
        return page

    yield one
    for context in contexts:
        await context.close()
    assert not errors


def part(page: Page, name: str) -> Any:
    """One piece of the phone."""
    return page.get_by_test_id(f"call-{name}")


async def connected(page: Page) -> None:
    """Press the green button and wait for the call."""
    await part(page, "call").click()
    await expect(part(page, "stop")).to_be_visible()
    await expect(part(page, "mute")).to_be_visible()


async def captions(page: Page) -> list[tuple[str, str]]:
    """Who said what, as the page shows it."""
    found = await page.get_by_test_id("caption").evaluate_all("(all) => all.map((e) => [e.dataset.who, e.lastChild.textContent])")
    return [(who, text) for who, text in found]


async def test_the_notice_comes_before_the_call(dial: Dial, line: Line) -> None:
    page = await dial("pl")
    await expect(part(page, "notice")).to_contain_text("automatyczny asystent, nie człowiek")
    await expect(part(page, "notice")).to_contain_text("rozpoznaje komputer")
    assert not line.sockets
    await part(page, "ro").click()
    await expect(part(page, "notice")).to_contain_text("asistent automat")
    await expect(page.get_by_test_id("topic")).to_have_text("Subiect: asistență clienți")
    await connected(page)
    assert line.told[0] == {"event": "start", "flow": "support", "language": "ro"}
    await expect(part(page, "notice")).to_be_hidden()
    await expect(part(page, "pl")).to_be_disabled()


async def test_the_address_says_what_the_call_is_about(dial: Dial, line: Line) -> None:
    page = await dial("en", 'lang=pl&flow=preselection&person={"external_id":"P-2001"}&context={"job_id":"J-100"}')
    await connected(page)
    person, context = {"external_id": "P-2001"}, {"job_id": "J-100"}
    assert line.told[0] == {"event": "start", "flow": "preselection", "language": "pl", "person": person, "context": context}


async def test_the_microphone_comes_in_frames_of_20_ms(dial: Dial, line: Line) -> None:
    page = await dial("en")
    await connected(page)
    before = len(line.frames)
    await page.wait_for_timeout(2000)
    count = len(line.frames) - before
    assert 85 < count < 115, "50 a second"
    assert {len(frame) for frame in line.frames} == {FRAME}
    levels = [dbfs(from_mulaw(frame)) for frame in line.frames]
    assert max(levels) > -40, "the fake device beeps"

    await part(page, "mute").click()
    await expect(part(page, "mute")).to_have_text("Unmute")
    await page.wait_for_timeout(300)
    muted = len(line.frames)
    await page.wait_for_timeout(1000)
    assert len(line.frames) - muted > 40, "the frames go on"
    assert all(dbfs(from_mulaw(frame)) < -80 for frame in line.frames[muted:])
    await part(page, "mute").click()
    assert [message["on"] for message in line.heard("mute")] == [True, False]


async def test_a_mark_comes_back_when_it_was_played_and_clear_hurries_it(dial: Dial, line: Line) -> None:
    page = await dial("en")
    await connected(page)
    await line.play(TONE[: 10 * FRAME])
    await line.say("mark", name="hello")
    assert not line.heard("mark"), "200 ms of sound come first"
    await until(lambda: answered(line, 1), 3)
    await line.play(TONE[: 10 * FRAME])
    await line.say("mark", name="one")
    await line.say("mark", name="two")
    await line.say("clear")
    await until(lambda: answered(line, 3), 3)
    assert [message["name"] for message in line.heard("mark")] == ["hello", "one", "two"]


async def answered(line: Line, count: int) -> bool:
    """Whether that many marks came back."""
    return len(line.heard("mark")) >= count


async def test_captions_of_both_sides(dial: Dial, line: Line) -> None:
    page = await dial("en")
    await connected(page)
    await line.say("caption", who="bot", id="b1", text="How can I help?", final=True)
    await line.say("caption", who="caller", id="c1", text="where is", final=False)
    await expect(page.get_by_test_id("caption")).to_have_count(2)
    assert await page.get_by_test_id("caption").last.get_attribute("aria-hidden") == "true", "what may still change is not read aloud"
    await line.say("caption", who="caller", id="c1", text="Where is <b>my</b> order?", final=True)
    await line.say("caption", who="agent", id="a1", text="Hello, Anna here.", final=True)
    await expect(page.get_by_test_id("caption")).to_have_count(3)
    assert await captions(page) == [("bot", "How can I help?"), ("caller", "Where is <b>my</b> order?"), ("agent", "Hello, Anna here.")]
    assert await page.get_by_test_id("caption").nth(1).get_attribute("aria-hidden") is None
    await line.say("caption", who="caller", id="c2", text="uh", final=False)
    await line.say("caption", who="caller", id="c2", text="", final=True)
    await line.say("state", state="thinking")
    await expect(part(page, "status")).to_have_text("Checking…")
    assert len(await captions(page)) == 3, "what turned out to be no speech is taken away"


async def test_keys_by_mouse_and_by_keyboard(dial: Dial, line: Line) -> None:
    page = await dial("pl")
    await connected(page)
    await expect(part(page, "keys")).to_be_hidden()
    await part(page, "keypad").click()
    for key in ("Klawisz 6", "Klawisz 0", "Klawisz gwiazdka"):
        await page.get_by_role("button", name=key, exact=True).click()
    await page.keyboard.type("19#")
    await expect(part(page, "digits")).to_have_text("60*19#")
    await until(lambda: pressed(line, "60*19#"), 3)
    await page.keyboard.press("Control+1")
    await part(page, "stop").click()
    await page.keyboard.press("2")
    await expect(part(page, "status")).to_have_text("Rozmowa zakończona.")
    assert await pressed(line, "60*19#")


async def pressed(line: Line, keys: str) -> bool:
    """Whether exactly these keys came."""
    return "".join(message["digit"] for message in line.heard("key")) == keys


async def test_hanging_up(dial: Dial, line: Line) -> None:
    page = await dial("en")
    await connected(page)
    await page.wait_for_timeout(1100)
    await part(page, "stop").click()
    await expect(part(page, "status")).to_have_text("The call has ended.")
    await expect(part(page, "time")).to_have_text(re.compile(r"0:0[1-9]"))
    await until(lambda: stopped(line), 3)
    frames = len(line.frames)
    await page.wait_for_timeout(300)
    assert len(line.frames) == frames, "the microphone is off"
    await part(page, "call").click()
    await expect(part(page, "mute")).to_be_visible()
    assert len(line.heard("start")) == 2


async def stopped(line: Line) -> bool:
    """Whether the page said goodbye."""
    return line.told[-1] == {"event": "stop"}


async def test_what_the_loudspeaker_says_after_the_end_is_not_heard(dial: Dial, line: Line) -> None:
    page = await dial("en")
    await connected(page)
    await line.play(TONE)
    await expect(part(page, "status")).to_have_text("Assistant speaking")
    busy = "(button) => { const end = Date.now() + 1500; while (Date.now() < end); button.click(); }"
    await part(page, "stop").evaluate(busy)  # while it was busy the sound ended: that message waits behind the click
    await page.wait_for_timeout(300)
    await expect(part(page, "status")).to_have_text("The call has ended.")


async def test_the_bot_hangs_up_after_its_last_words(dial: Dial, line: Line) -> None:
    page = await dial("en")
    await connected(page)
    await line.play(TONE[: 10 * FRAME])
    await line.say("ended", reason="done", text="Thank you for calling.")
    await expect(part(page, "status")).not_to_have_text("Thank you for calling.", timeout=1)
    await expect(part(page, "status")).to_have_text("Thank you for calling.")
    await expect(part(page, "call")).to_have_text("Call again")


async def test_a_dropped_line_is_taken_up_again(dial: Dial, line: Line) -> None:
    page = await dial("en")
    await connected(page)
    await part(page, "mute").click()
    line.answer = None
    await line.drop()
    await expect(part(page, "status")).to_have_text("Reconnecting…")
    await until(lambda: resumed(line), 5)
    assert line.told[-1] == {"event": "start", "token": "t-1", "resume": True}
    frames = len(line.frames)
    await line.say(**STARTED)
    await expect(part(page, "status")).to_have_text("Listening")
    await until(lambda: more(line, frames + 20), 5)
    assert [message["on"] for message in line.heard("mute")] == [True, True], "the new line is told that the caller is muted"


async def resumed(line: Line) -> bool:
    """Whether the page came back."""
    return bool(line.told[-1].get("resume"))


async def more(line: Line, count: int) -> bool:
    """Whether that many frames came."""
    return len(line.frames) > count


async def test_a_line_that_stays_down_is_given_up(dial: Dial, line: Line) -> None:
    page = await dial("en", before="")
    await page.clock.install()
    await connected(page)
    line.answer = {"event": "never"}
    await line.drop()
    await expect(part(page, "status")).to_have_text("Reconnecting…")
    await page.clock.run_for(40_000)
    await expect(part(page, "status")).to_contain_text("could not be restored")
    await expect(part(page, "chat")).to_be_visible()


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"event": "busy", "text": ""}, "Wszystkie linie są teraz zajęte"),
        ({"event": "busy", "text": "Wyślemy SMS."}, "Wyślemy SMS."),
        ({"event": "error", "code": "x", "text": ""}, "Coś poszło nie tak"),
    ],
)
async def test_the_server_refuses(dial: Dial, line: Line, answer: dict[str, Any], text: str) -> None:
    line.answer = answer
    page = await dial("pl")
    await part(page, "call").click()
    await expect(part(page, "status")).to_contain_text(text)
    await expect(part(page, "call")).to_have_text("Zadzwoń ponownie")
    await expect(part(page, "chat")).to_be_visible()


async def test_the_microphone_is_refused(dial: Dial, line: Line) -> None:
    page = await dial("en", permissions=[])
    await part(page, "call").click()
    await expect(part(page, "status")).to_contain_text("not allowed to use the microphone")
    await expect(part(page, "chat")).to_be_visible()
    assert not line.sockets
    await page.context.grant_permissions(["microphone"])
    await connected(page)


@pytest.mark.parametrize(
    ("error", "text"), [("NotFoundError", "Nie widać żadnego mikrofonu"), ("NotReadableError", "używa teraz inny program")]
)
async def test_there_is_no_microphone(dial: Dial, error: str, text: str) -> None:
    script = f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '{error}'));"
    page = await dial("pl", before=script)
    await part(page, "call").click()
    await expect(part(page, "status")).to_contain_text(text)


async def test_an_insecure_page_says_so(dial: Dial, line: Line) -> None:
    page = await dial("en", url=line.url.replace("127.0.0.1", "phone.test"), permissions=[])
    await part(page, "call").click()
    await expect(part(page, "status")).to_contain_text("https://")


async def test_nobody_answers(dial: Dial, line: Line) -> None:
    line.answer = None
    page = await dial("ro")
    await page.clock.install()
    await part(page, "call").click()
    await until(lambda: rung(line), 5)
    await page.clock.run_for(11_000)
    await expect(part(page, "status")).to_contain_text("nu a putut fi conectat")


async def rung(line: Line) -> bool:
    """Whether a call came in."""
    return bool(line.told)


async def test_an_unplugged_microphone_is_told_and_taken_back(dial: Dial, line: Line) -> None:
    script = """const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      window.streams = [];
      navigator.mediaDevices.getUserMedia = async (wish) => {
        if (window.unplugged) throw new DOMException('none', 'NotFoundError');
        window.streams.push(await real(wish));
        return window.streams.at(-1);
      };"""
    page = await dial("en", before=script)
    await connected(page)
    await page.evaluate("window.unplugged = true; window.streams[0].getTracks()[0].dispatchEvent(new Event('ended'))")
    await expect(part(page, "hint")).to_contain_text("The microphone was disconnected")
    frames = len(line.frames)
    await until(lambda: more(line, frames + 20), 5)
    await page.evaluate("window.unplugged = false; navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    await expect(part(page, "hint")).to_be_empty()


async def test_the_keyboard_alone_and_narrow_screens(dial: Dial, line: Line) -> None:
    page = await dial("pl", viewport={"width": 320, "height": 640})
    for _ in range(10):
        if await page.evaluate("document.activeElement.dataset.testid") == "call-call":
            break
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(part(page, "mute")).to_be_focused()
    await page.keyboard.type("1")
    await expect(part(page, "digits")).to_have_text("1")
    await line.say("caption", who="bot", id="b1", text="Dzień dobry. " * 40, final=True)
    assert await page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [320, 640]
    for name in ("mute", "keypad", "stop", "keys"):
        box = await part(page, name).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 640
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(part(page, "stop")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(part(page, "call")).to_be_focused()
