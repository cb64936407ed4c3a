"""An agent on a live call: a simulated phone on one side, the socket of the desk on the other; and who is not let in."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import websockets

from bot.desk.session import COOKIE
from speech import bridge
from speech.audio import dbfs, from_mulaw, to_mulaw
from speech.types import FRAME, RATE, Samples
from tests.house import PASSWORD, House, become
from tests.integration.calling import CallingHouse, calling, connected, ended, row, turns
from tests.twilio_caller import TwilioCaller


@pytest.fixture(scope="module")
async def phone(database_url: str, data_dir: Path, _flows_read_once: None) -> AsyncIterator[CallingHouse]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bridge, "LOST_S", 0.4)
        async with calling(database_url, data_dir, patch, calls_most=3) as found:
            yield found


class Agent:
    """The desk's end of a socket: it sends a microphone's frames, and remembers what it hears and is told."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.heard: list[bytes] = []
        self.told: list[dict[str, Any]] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            async for message in self.socket:
                if isinstance(message, bytes):
                    self.heard.append(message)
                else:
                    self.told.append(json.loads(message))

    async def say(self, sound: Samples) -> None:
        """Speak, in real time, and then be silent for half a second."""
        payload = to_mulaw(np.concatenate((sound, np.zeros(RATE // 2, np.int16))))
        for start in range(0, len(payload), FRAME):
            await self.socket.send(payload[start : start + FRAME])
            await asyncio.sleep(0.018)

    async def press(self, event: str) -> None:
        await self.socket.send(json.dumps({"event": event}))

    async def state(self, wanted: str) -> None:
        """Wait until the page shows this."""
        await become(lambda: self._shows(wanted), 8)

    async def _shows(self, wanted: str) -> bool:
        states = [told["state"] for told in self.told if told["event"] == "state"]
        return bool(states) and states[-1] == wanted

    async def closed(self) -> tuple[str, int]:
        """Wait for the end: the reason that was told, and the socket's code."""
        await asyncio.wait_for(self._reading, 8)
        (end,) = [told for told in self.told if told["event"] == "ended"]
        return end["reason"], self.socket.close_code

    def loud(self) -> int:
        """Frames with a voice that were heard."""
        return sum(dbfs(from_mulaw(frame)) > -30 for frame in self.heard)


async def cookie_of(house: House, login: str) -> str:
    browser = house.visitor()
    await browser.post("/sign-in", data={"login": login, "password": PASSWORD})
    return browser.cookies[COOKIE]


@asynccontextmanager
async def at_desk(house: House, escalation: str, cookie: str, *, mode: str = "talk", origin: str = "") -> AsyncIterator[Agent]:
    """A socket of the desk."""
    url = f"{house.url.replace('http', 'ws', 1)}/desk/voice/{escalation}?mode={mode}"
    headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
    async with websockets.connect(url, additional_headers=headers, origin=origin or house.url) as socket:  # type: ignore[arg-type]
        yield Agent(socket)


@asynccontextmanager
async def waiting(phone: CallingHouse, number: int) -> AsyncIterator[tuple[TwilioCaller, str, str]]:
    """A caller who has asked for a person: the caller, the conversation and its escalation."""
    async with await connected(phone, number) as caller:
        await caller.quiet()
        await caller.press("0")
        await caller.quiet()
        conversation = (await row(phone, number))["conversation_id"]
        yield caller, conversation, (await phone.house.read(conversation))["escalation"]["id"]


async def taken(phone: CallingHouse, escalation: str, login: str) -> None:
    answer = await phone.house.http.post(f"/v1/escalations/{escalation}/take", json={"agent": login})
    assert answer.status_code == 200, answer.text


async def agent(phone: CallingHouse, escalation: str, **more: Any) -> tuple[str, str]:
    """Somebody who has taken it: the login and the browser's cookie."""
    login = await phone.house.user(**more)
    await taken(phone, escalation, login)
    return login, await cookie_of(phone.house, login)


async def spoken(phone: CallingHouse, conversation: str, direction: str) -> list[str]:
    said = (await phone.house.read(conversation))["turns"]
    return [m["text"] for m in said if m["direction"] == direction and (direction == "in" or (m.get("voice") or {}).get("spoken"))]


async def count(phone: CallingHouse, login: str, action: str) -> int:
    return len(await phone.house.queue.rows("SELECT 1 FROM audit WHERE who = %s AND action = %s", login, action))


# ---- a bridged call


async def test_an_agent_takes_the_call_and_gives_it_back(phone: CallingHouse) -> None:
    async with waiting(phone, 100) as (caller, conversation, escalation):
        login, cookie = await agent(phone, escalation, name="Anna Nowak")
        with phone.house.service.hub.listening(conversation) as events:
            async with at_desk(phone.house, escalation, cookie) as desk:
                await desk.state("talking")
                phone.mouth.said.clear()
                await caller.silence(0.2)
                pieces = len(caller.line.playback.pieces)
                await desk.say(phone.ears.sound("hello, Anna here, how can I help"))
                heard = [p for p in caller.line.playback.pieces[pieces:] if p.audible]
                assert 36 <= len(heard) <= 41, "0.8 s of a voice"
                assert not [p for p in heard if p.start - p.received > bridge.MOST_AHEAD_S + 0.05]
                loud = desk.loud()
                await caller.say(phone.ears.sound("my parcel is broken"))
                await caller.silence(1.5)
                assert desk.loud() - loud >= 38
                assert await spoken(phone, conversation, "in") == ["0", "my parcel is broken"]
                assert await become(lambda: spoken(phone, conversation, "out")) == ["hello, Anna here, how can I help"]
                assert phone.mouth.said == [], "the bot is silent, and says nobody's words again"
                answer = await phone.house.http.post(
                    f"/v1/escalations/{escalation}/return", json={"agent": login, "note": "A new one comes."}
                )
                assert answer.status_code == 200, answer.text
                assert await desk.closed() == ("owner_changed", 1000)
            await become(lambda: said(phone, "A new one comes."))
            partly = [event for event in _all(events) if event.get("type") == "partly"]
        assert {(event["who"], event["text"]) for event in partly} >= {
            ("agent", "hello, Anna here, how can I help"),
            ("caller", "my parcel is broken"),
        }
        await caller.quiet()
    words = [m for m in await turns(phone, 100) if m["author"] == "Anna Nowak"]
    assert [m["channel"] for m in words] == ["phone"]
    assert "tone" not in words[0]["voice"]
    assert await count(phone, login, "bridged") == 1
    await become(lambda: ended(phone, 100))
    assert (await row(phone, 100))["measures"]["agent_s"] > 2


async def said(phone: CallingHouse, text: str) -> bool:
    return any(text in words for words in phone.mouth.said)


def _all(events: asyncio.Queue[dict[str, Any]]) -> list[dict[str, Any]]:
    return [events.get_nowait() for _ in range(events.qsize())]


async def test_hold_and_mute_over_the_line(phone: CallingHouse) -> None:
    async with waiting(phone, 101) as (caller, conversation, escalation):
        _, cookie = await agent(phone, escalation)
        async with at_desk(phone.house, escalation, cookie) as desk:
            await desk.state("talking")
            await desk.press("mute")
            await desk.state("muted")
            await desk.say(phone.ears.sound("nobody must hear this"))
            await desk.press("unmute")
            await desk.press("hold")
            await desk.state("hold")
            await caller.silence(1.5)
            since = caller.line.now() - 0.8
            music = from_mulaw(caller.line.playback.heard(since, since + 0.7))
            assert -36 < dbfs(music) < -18
            await desk.press("resume")
            await desk.state("talking")
            await caller.silence(0.5)
            assert caller.line.playback.ends - caller.line.now() < 0.1, "no music is left"
        assert await spoken(phone, conversation, "out") == []
        assert any("wróci" in words for words in phone.mouth.said)


async def test_an_agent_whose_line_breaks_comes_back(phone: CallingHouse) -> None:
    async with waiting(phone, 102) as (caller, conversation, escalation):
        _, cookie = await agent(phone, escalation)
        phone.mouth.said.clear()
        async with at_desk(phone.house, escalation, cookie) as desk:
            await desk.state("talking")
            desk.socket.transport.abort()
        await become(lambda: said(phone, "przerwało się połączenie z konsultantem"))
        await caller.silence(1.0)
        since = caller.line.now() - 0.5
        assert dbfs(from_mulaw(caller.line.playback.heard(since, since + 0.4))) > -40, "music"
        assert (await phone.house.read(conversation))["owner"] != "bot"
        async with at_desk(phone.house, escalation, cookie) as again:
            await again.state("talking")
            await again.say(phone.ears.sound("sorry, here I am"))
            assert await become(lambda: spoken(phone, conversation, "out")) == ["sorry, here I am"]


async def test_two_tabs_of_one_agent(phone: CallingHouse) -> None:
    async with waiting(phone, 103) as (_, _, escalation):
        _, cookie = await agent(phone, escalation)
        async with at_desk(phone.house, escalation, cookie) as first:
            await first.state("talking")
            async with at_desk(phone.house, escalation, cookie) as second:
                await second.state("talking")
                assert await first.closed() == ("another_tab", 1000)


async def test_the_caller_hangs_up_with_an_agent_on_the_line(phone: CallingHouse) -> None:
    async with waiting(phone, 104) as (caller, _, escalation):
        _, cookie = await agent(phone, escalation)
        async with at_desk(phone.house, escalation, cookie) as desk:
            await desk.state("talking")
            await caller.hang_up()
            assert await desk.closed() == ("hung_up", 1000)
    await become(lambda: ended(phone, 104))
    assert (await row(phone, 104))["reason"] == "hung_up"


async def test_the_caller_hangs_up_just_before_the_agent_comes(phone: CallingHouse) -> None:
    async with waiting(phone, 105) as (caller, _, escalation):
        _, cookie = await agent(phone, escalation)
        await caller.hang_up()
        await become(lambda: ended(phone, 105))
        async with at_desk(phone.house, escalation, cookie) as desk:
            assert await desk.closed() == ("call_over", 4410)


async def test_a_supervisor_listens_after_the_caller_was_told(phone: CallingHouse) -> None:
    async with waiting(phone, 106) as (caller, conversation, escalation):
        _, cookie = await agent(phone, escalation)
        boss = await phone.house.user("supervisor")
        async with at_desk(phone.house, escalation, cookie) as desk:
            await desk.state("talking")
            async with at_desk(phone.house, escalation, await cookie_of(phone.house, boss), mode="listen") as ears:
                await ears.state("listening")
                told = (await phone.house.read(conversation))["turns"][-1]
                assert "słuchać" in told["text"]
                assert len(ears.heard) < 10, "nothing before that"
                loud = ears.loud()
                await asyncio.gather(
                    desk.say(phone.ears.sound("good morning")), caller.say(np.zeros(RATE, np.int16)),
                )  # fmt: skip
                assert ears.loud() - loud >= 35, "the agent"
                loud = ears.loud()
                await caller.say(phone.ears.sound("good morning to you"))
                await caller.silence(0.5)
                assert ears.loud() - loud >= 35, "the caller"
                await ears.socket.send(to_mulaw(phone.ears.sound("nobody hears me")))
                await desk.state("talking")
                assert desk.told[-1]["listened"] is True
        assert await count(phone, boss, "listened") == 1
        assert "nobody hears me" not in await spoken(phone, conversation, "out")


# ---- who may not


async def test_only_whose_conversation_it_is_may_talk(phone: CallingHouse) -> None:
    async with waiting(phone, 107) as (_, _, escalation):
        _, cookie = await agent(phone, escalation)
        other = await phone.house.user("supervisor")
        async with at_desk(phone.house, escalation, cookie) as desk:
            await desk.state("talking")
            async with at_desk(phone.house, escalation, await cookie_of(phone.house, other)) as second:
                assert await second.closed() == ("not_the_owner", 4409)
            assert not [told for told in desk.told if told["event"] == "ended"]
        assert await count(phone, other, "refused") == 1


async def test_only_supervisors_of_its_team_may_listen(phone: CallingHouse) -> None:
    async with waiting(phone, 108) as (_, _, escalation):
        phone.mouth.said.clear()
        await phone.house.queue.rows("UPDATE escalations SET team = 'returns' WHERE id = %s RETURNING 1", escalation)
        for role, teams, reason in (("agent", [], "role_missing"), ("supervisor", ["sales"], "another_team")):
            login = await phone.house.user(role, teams=teams)
            async with at_desk(phone.house, escalation, await cookie_of(phone.house, login), mode="listen") as ears:
                assert await ears.closed() == (reason, 4403)
                assert ears.heard == []
            assert await count(phone, login, "refused") == 1
        assert not [words for words in phone.mouth.said if "słuchać" in words], "the caller is told of nobody who does not come"


async def test_strangers_and_forged_sessions_are_refused(phone: CallingHouse) -> None:
    async with waiting(phone, 109) as (_, _, escalation):
        for cookie in ("", "x" * 43, "x" * 500):
            async with at_desk(phone.house, escalation, cookie) as desk:
                assert await desk.closed() == ("signed_out", 4401)


async def test_a_page_of_another_site_is_refused_and_audited(phone: CallingHouse) -> None:
    async with waiting(phone, 110) as (_, _, escalation):
        login, cookie = await agent(phone, escalation)
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with at_desk(phone.house, escalation, cookie, origin="https://evil.example"):
                pass
        assert refused.value.response.status_code == 403
        assert await count(phone, login, "refused") == 1


@pytest.mark.parametrize(
    ("path", "mode", "reason"),
    [("E-none", "talk", "no_such_escalation"), ("%00", "talk", "no_such_escalation"), ("E-1", "sing", "mode_unknown")],
)
async def test_what_is_no_call_is_refused(phone: CallingHouse, path: str, mode: str, reason: str) -> None:
    cookie = await cookie_of(phone.house, await phone.house.user("supervisor"))
    async with at_desk(phone.house, path, cookie, mode=mode) as desk:
        assert (await desk.closed())[0] == reason


async def test_nonsense_closes_only_its_own_socket(phone: CallingHouse) -> None:
    async with waiting(phone, 112) as (caller, _, escalation):
        _, cookie = await agent(phone, escalation)
        async with at_desk(phone.house, escalation, cookie) as desk:
            await desk.state("talking")
            for _ in range(10):  # 50 in all: one kind that was let pass would leave it open
                for nonsense in ("{", '{"event": "dance"}', b"", b"\x00" * 100_000, '{"event": "mute"}' + " " * 2000):
                    await desk.socket.send(nonsense)
            assert await desk.closed() == ("nonsense", 1008)
        assert caller.line.end == ""


async def test_a_flood_of_frames_closes_the_socket(phone: CallingHouse) -> None:
    async with waiting(phone, 111) as (caller, _, escalation):
        _, cookie = await agent(phone, escalation)
        async with at_desk(phone.house, escalation, cookie) as desk:
            await desk.state("talking")
            with contextlib.suppress(websockets.ConnectionClosed):
                for _ in range(1500):
                    await desk.socket.send(b"\xff" * FRAME)
            assert await desk.closed() == ("nonsense", 1008)
        assert caller.line.end == ""
