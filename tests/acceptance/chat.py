"""The widget as a person uses it: type, click, read what is on the screen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from playwright.async_api import Locator, Page, Response, expect

_STORE = "() => JSON.parse(localStorage.getItem(Object.keys(localStorage).find((key) => key.startsWith('voxtrail:'))))"


class Chat:
    """The chat on a page; `say` and `press` give the bot's words that came on the screen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.get_by_test_id("log")
        self.input = page.get_by_test_id("input")
        self.status = page.get_by_test_id("status")
        self.state: dict[str, Any] = {}
        self.transcript: list[str] = []

    async def begin(self, card: str) -> str:
        """Start the conversation of one of the demo page's cards."""
        return await self._turn(self.page.get_by_test_id(f"start-{card}").click, "/v1/conversations")

    async def open(self) -> str:
        """Open the chat with the round button."""
        return await self._turn(self.page.get_by_test_id("launcher").click, "/v1/conversations")

    async def start(self, **options: Any) -> str:
        """Start a conversation as a site's own button would."""

        async def act() -> None:
            await self.page.evaluate("(options) => window.Voxtrail.start(options)", options)

        return await self._turn(act, "/v1/conversations")

    async def say(self, text: str) -> str:
        """Type a message and press Enter."""

        async def act() -> None:
            await self.input.fill(text)
            await self.input.press("Enter")

        return await self._turn(act, "/messages", text)

    async def press(self, title: str) -> str:
        """Click a suggested reply."""
        button = self.page.get_by_test_id("button").filter(has_text=re.compile(f"^{re.escape(title)}$")).last
        return await self._turn(button.click, "/messages", title)

    async def send(self, text: str) -> None:
        """Type a message and press Enter, and wait for nothing."""
        await self.input.fill(text)
        await self.input.press("Enter")

    async def answered(self, count: int) -> str:
        """Wait until that many of the person's messages are on the server and answered; what the bot said last."""
        person = self.log.locator("[data-author=person]")
        await expect(person).to_have_count(count, timeout=60_000)
        await expect(person.last).to_have_attribute("data-seq", re.compile(r"\d"), timeout=60_000)
        await expect(self.log.locator(".message").last).to_have_attribute("data-author", "bot", timeout=60_000)
        return "\n".join(await self.last())

    async def messages(self) -> list[tuple[str, str]]:
        """Everything in the log, as (author, text)."""
        found = await self.log.locator(".message").evaluate_all(
            "(all) => all.map((m) => [m.dataset.author, m.querySelector('.bubble').innerText])"
        )
        return [(author, text) for author, text in found]

    async def all_of(self, turns: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
        """Everything in the log, once as much is there as the server has kept."""
        await expect(self.log.locator(".message")).to_have_count(len(turns), timeout=20_000)
        return await self.messages()

    async def last(self) -> list[str]:
        """The bot's words since the person's last message."""
        found = await self.messages()
        mine = max((at for at, (author, _) in enumerate(found) if author == "person"), default=-1)
        return [text for _, text in found[mine + 1 :]]

    async def buttons(self) -> list[str]:
        """The suggested replies that are on the screen."""
        return await self.page.get_by_test_id("button").all_inner_texts()

    async def conversation(self) -> dict[str, str]:
        """Id and token of the conversation, as the widget keeps them."""
        found: dict[str, str] = await self.page.evaluate(_STORE)
        return found

    def bubble(self, text: str) -> Locator:
        """The messages that have this text."""
        return self.log.locator(".bubble").filter(has_text=text)

    async def _turn(self, act: Any, path: str, said: str = "") -> str:
        """Act, wait for the server's answer, and for the screen to show all of it."""

        def is_answer(response: Response) -> bool:
            return response.request.method == "POST" and response.url.endswith(path)

        async with self.page.expect_response(is_answer, timeout=30_000) as info:
            await act()
        response = await info.value
        answer = await response.json()
        assert response.ok, answer
        self.state = answer["state"]
        for reply in answer["replies"]:
            bubble = self.log.locator(f"[data-seq='{reply['seq']}'] .bubble")
            await expect(bubble).to_be_attached()
            assert (await bubble.inner_text()).split() == reply["text"].split()
        heard = "\n".join(await self.last())
        self.transcript += [f"> {said}", heard] if said else [heard]
        return heard
