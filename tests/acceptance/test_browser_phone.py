"""A call from the browser: a real Chromium whose microphone is a file, a real service that hears, decides and speaks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.settings import Settings
from speech.audio import resample, write_wav
from speech.synthesis import Voices
from speech.types import RATE, SpeechError
from tests.acceptance.chat import Chat
from tests.acceptance.conftest import ARGUMENTS, CHROMIUM
from tests.acceptance.running import Running, until

ASKED = "Where is my order?"
ORDER = "Szlak 40 backpack"
"""What the caller has ordered, as it is called by ear."""
SILENCE_S = 20
"""Silence before the question in the microphone's file, in s: longer than the greeting takes on a busy machine."""
CARD = 48000
"""Rate of the microphone, Hz."""
SLOW = 60_000
"""Longest wait on a busy machine, in ms."""
Enter = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="module")
async def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a question after a long silence, spoken by the service's own English voice."""
    python = Settings().voices_python
    if not python.exists():
        pytest.skip(f"there are no voices at {python}: run `make setup`")
    folder = tmp_path_factory.mktemp("microphone")
    voices = Voices(python, folder)
    await voices.start()
    try:
        async with asyncio.timeout(90):
            while True:
                try:
                    asked = await voices.synthesize(ASKED, "en")
                    break
                except SpeechError:  # it is still loading
                    await asyncio.sleep(0.5)
    finally:
        await voices.aclose()
    silence = np.zeros(RATE * SILENCE_S, np.int16)
    write_wav(folder / "question.wav", resample(np.concatenate([silence, asked, silence]), RATE, CARD), CARD)
    return folder / "question.wav"


@pytest.fixture(scope="module")
async def caller(microphone: Path) -> AsyncIterator[Browser]:
    """Chromium that hears the file."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"there is no chromium at {CHROMIUM}: install it, or set CHROMIUM")
    heard = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={microphone}%noloop"]
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *heard])
        yield found
        await found.close()


@pytest.fixture
async def enter(caller: Browser, service: Running) -> AsyncIterator[Enter]:
    """Opens the demo company's page once calls can be taken; a script's error fails the test."""
    service.renew()
    contexts, errors = [], []

    async def ready() -> Any:
        return (await service.http.get("/v1/calls/ready")).json()["ready"]

    async def one() -> Page:
        await until(ready, 120)
        context = await caller.new_context(locale="en-GB", permissions=["microphone"])
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(f"{service.url}/?lang=en")
        return page

    yield one
    for context in contexts:
        await context.close()
    assert not errors


async def said(service: Running, conversation: str, direction: str) -> list[str]:
    """What the transcript has of one side."""
    turns = (await service.conversation(conversation))["turns"]
    return [turn["text"] for turn in turns if turn["direction"] == direction]


async def test_a_call_from_the_page(enter: Enter, service: Running) -> None:
    page = await enter()
    await page.get_by_test_id("dial-support").click()
    await expect(page.get_by_test_id("call-notice")).to_contain_text("automated assistant")
    await page.get_by_test_id("call-call").click()
    await expect(page.get_by_test_id("call-mute")).to_be_visible(timeout=SLOW)
    caption = page.get_by_test_id("caption")
    greeting = caption.and_(page.locator("[data-who=bot]")).first
    await expect(greeting).to_contain_text("automated assistant", timeout=SLOW)
    await expect(page.get_by_test_id("call-status")).to_have_text("Assistant speaking", timeout=SLOW)

    asked = caption.and_(page.locator("[data-who=caller]:not([aria-hidden])")).first
    await expect(asked).to_contain_text(re.compile("where.* order", re.IGNORECASE), timeout=SLOW)
    told = caption.and_(page.locator("[data-who=bot]")).filter(has_text=ORDER)
    await expect(told.first).to_be_visible(timeout=SLOW)
    await expect(page.get_by_test_id("call-status")).to_have_text("Listening", timeout=SLOW)  # heard to its end: else the transcript is cut

    await page.get_by_test_id("call-mute").click()
    await expect(page.get_by_test_id("call-mute")).to_have_text("Unmute")
    await page.get_by_test_id("call-keypad").click()
    await page.get_by_role("button", name="Key 0", exact=True).click()
    await expect(caption.and_(page.locator("[data-who=caller]")).last).to_contain_text("0", timeout=SLOW)

    await page.get_by_test_id("call-stop").click()
    await expect(page.get_by_test_id("call-status")).to_have_text("The call has ended.")
    await page.get_by_test_id("call-chat").click()
    chat = Chat(page)
    await expect(chat.bubble(ORDER).first).to_be_visible(timeout=SLOW)
    kept = (await chat.conversation())["id"]
    assert re.search("where.* order", (await said(service, kept, "in"))[0], re.IGNORECASE)


async def test_a_call_in_the_chat_is_the_same_conversation(enter: Enter, service: Running) -> None:
    chat = Chat(await enter())
    await chat.begin("support")
    kept = (await chat.conversation())["id"]
    await chat.page.get_by_test_id("phone").click()
    await expect(chat.page.get_by_test_id("call-notice")).to_contain_text("automated assistant")
    await chat.page.get_by_test_id("call-call").click()
    await expect(chat.page.get_by_test_id("call-mute")).to_be_visible(timeout=SLOW)
    asked = chat.log.locator("[data-author=person] .bubble")
    await expect(asked).to_contain_text(re.compile("where.* order", re.IGNORECASE), timeout=SLOW)
    await expect(chat.bubble(ORDER).first).to_be_visible(timeout=SLOW)
    await expect(chat.page.get_by_test_id("captions")).to_be_empty(timeout=SLOW)
    await chat.send("thanks")
    await chat.answered(2)
    await chat.page.get_by_test_id("call-stop").click()
    await expect(chat.page.get_by_test_id("call-status")).to_have_text("The call has ended.")
    await chat.page.get_by_test_id("call-close").click()
    await expect(chat.page.get_by_test_id("phone")).to_be_visible()
    assert (await chat.conversation())["id"] == kept
    assert [text for author, text in await chat.messages() if author == "person"] == await said(service, kept, "in")


async def test_the_microphone_is_refused(enter: Enter) -> None:
    page = await enter()
    await page.context.clear_permissions()
    await page.get_by_test_id("dial").click()
    await page.get_by_test_id("call-call").click()
    await expect(page.get_by_test_id("call-status")).to_contain_text("not allowed to use the microphone")
    await page.get_by_test_id("call-chat").click()
    await expect(page.get_by_test_id("panel")).to_be_visible()
