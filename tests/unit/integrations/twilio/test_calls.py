"""Outgoing calls: the real Twilio client against the stand-in, over HTTP, and what its refusals mean."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from integrations.twilio.calls import Caller, CallRejected, CallUnavailable, _refusal
from integrations.twilio.standin import Standin, create_standin
from integrations.twilio.standin_calls import Calls
from integrations.twilio.standin_phone import Person
from integrations.twilio.standin_stream import Line
from tests.house import NUMBER, SID, TOKEN, listener, served
from tests.toy_bot import ToyBot, toy_bot

ANNA, JAN = "+48500600700", "+48500600701"


@dataclass
class Scene:
    """A service, a Twilio, and a caller between them."""

    bot: ToyBot
    standin: Standin
    caller: Caller
    twilio: str

    async def place(self, to: str = ANNA, key: str = "k1", **more: bool) -> str:
        return await self.caller.place(to, f"{self.bot.url}/twilio/voice?flow=reminder", f"{self.bot.url}/twilio/status", key, **more)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    standin = create_standin(SID, TOKEN)
    standin.phones.calls = Calls(SID, own=[NUMBER])
    standin.phones.speed = 10.0
    with listener() as own:
        async with toy_bot() as bot, served(standin, own) as url:
            caller = Caller(SID, TOKEN, from_=NUMBER, base_url=url)
            yield Scene(bot, standin, caller, url)
            caller.close()
            for live in standin.phones.calls.all():
                await standin.phones.live(live.sid).hang_up()
            await standin.phones.settled()


async def hang_up_at_once(line: Line) -> None:
    await line.hang_up()


async def test_a_call_is_answered_and_told_of(scene: Scene) -> None:
    scene.standin.phones.people[ANNA] = Person(talk=hang_up_at_once)
    sid = await scene.place()
    live = scene.standin.phones.live(sid)
    await live.ended()
    call = scene.bot.calls[0]
    assert (call.sid, call.outbound, call.person, call.status, call.answered_by) == (sid, True, ANNA, "in-progress", "")
    assert [report.status for report in scene.bot.reports if report.status] == ["initiated", "ringing", "in-progress", "completed"]
    assert [report.answered_by for report in scene.bot.reports if report.answered_by] == ["human"]
    assert {report.sid for report in scene.bot.reports} == {sid}
    assert scene.bot.markers == {"k1"}
    assert scene.bot.starts[0].call_sid == sid
    assert (scene.bot.forged, live.errors) == (0, [])


async def test_a_machine_is_reported_beside_the_call(scene: Scene) -> None:
    scene.standin.phones.people[ANNA] = Person(answered_by="machine_start", talk=hang_up_at_once)
    await scene.standin.phones.live(await scene.place()).ended()
    assert any(report.machine for report in scene.bot.reports)


async def test_without_detection_nobody_asks_who_answered(scene: Scene) -> None:
    scene.standin.phones.people[ANNA] = Person(answered_by="machine_start", talk=hang_up_at_once)
    await scene.standin.phones.live(await scene.place(machine_detection=False)).ended()
    assert not any(report.answered_by for report in scene.bot.reports)


@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed"])
async def test_nobody_answers(scene: Scene, outcome: str) -> None:
    scene.standin.phones.people[ANNA] = Person(outcome=outcome)  # type: ignore[arg-type]
    await scene.standin.phones.live(await scene.place()).ended()
    assert scene.bot.calls == []
    assert scene.bot.reports[-1].status == outcome
    assert not scene.bot.reports[-1].reached


async def test_hanging_up(scene: Scene) -> None:
    sid = await scene.place()
    live = scene.standin.phones.live(sid)
    while not live.lines:
        await asyncio.sleep(0.01)
    await scene.caller.hang_up(sid)
    assert (await live.ended()).status == "completed"
    assert live.lines[0].end == "hung up"
    await scene.caller.hang_up(sid)  # it is over: no error


async def test_hanging_up_while_it_rings(scene: Scene) -> None:
    scene.standin.phones.people[ANNA] = Person(rings=3600)
    sid = await scene.place()
    await scene.caller.hang_up(sid)
    assert (await scene.standin.phones.live(sid).ended()).status == "canceled"
    assert scene.bot.calls == []


async def test_redirecting(scene: Scene) -> None:
    sid = await scene.place()
    live = scene.standin.phones.live(sid)
    while not live.lines:
        await asyncio.sleep(0.01)
    scene.bot.twiml = lambda call: "<Response><Say>An agent will take over.</Say></Response>"
    await scene.caller.redirect(sid, f"{scene.bot.url}/twilio/voice?agent=1")
    await live.ended()
    assert live.said == ["An agent will take over."]
    with pytest.raises(CallRejected) as raised:
        await scene.caller.redirect(sid, f"{scene.bot.url}/twilio/voice")
    assert (raised.value.reason, raised.value.permanent) == ("over", True)


async def test_a_call_nobody_knows(scene: Scene) -> None:
    for attempt in (scene.caller.hang_up("CA" + "0" * 32), scene.caller.redirect("CA" + "0" * 32, "https://x.example/")):
        with pytest.raises(CallRejected) as raised:
            await attempt
        assert raised.value.reason == "unknown_call"
    for attempt in (scene.caller.hang_up("CA/../Messages"), scene.caller.redirect("", "https://x.example/")):
        with pytest.raises(ValueError, match="sid"):
            await attempt


@pytest.mark.parametrize(
    ("to", "reason"),
    [("", "invalid_number"), ("+485006007001234", "invalid_number"), ("+15005550001", "invalid_number"), ("+15005550002", "unroutable"),
     ("+15005550003", "unroutable"), ("+15005550004", "blocked")],
)  # fmt: skip
async def test_numbers_twilio_refuses(scene: Scene, to: str, reason: str) -> None:
    with pytest.raises(CallRejected) as raised:
        await scene.place(to)
    assert (raised.value.reason, raised.value.permanent, raised.value.unknown_outcome) == (reason, True, False)
    assert not to or to not in str(raised.value)


async def test_settings_twilio_refuses(scene: Scene) -> None:
    for number, token, reason in (("+48111222444", TOKEN, "sender"), (NUMBER, "another token", "credentials")):
        caller = Caller(SID, token, from_=number, base_url=scene.twilio)
        with pytest.raises(CallRejected) as raised:
            await caller.place(ANNA, scene.bot.url, scene.bot.url, "k")
        assert (raised.value.reason, raised.value.permanent) == (reason, False)
        caller.close()


async def test_no_call_twice(scene: Scene) -> None:
    before = datetime.now(UTC)
    scene.standin.fail_next(1, 503, after=True)
    with pytest.raises(CallUnavailable) as raised:
        await scene.place()
    assert raised.value.unknown_outcome
    found = await scene.caller.find_placed(ANNA, before)
    assert found == scene.standin.phones.calls.all()[0].sid
    assert await scene.caller.find_placed(JAN, before) is None
    assert await scene.caller.find_placed(ANNA, before, known={found}) is None
    assert await scene.caller.find_placed(ANNA, before + timedelta(hours=1)) is None
    with pytest.raises(ValueError, match="time zone"):
        await scene.caller.find_placed(ANNA, datetime(2026, 1, 1))


async def test_a_slow_twilio(scene: Scene) -> None:
    caller = Caller(SID, TOKEN, from_=NUMBER, base_url=scene.twilio, deadline=0.2)
    scene.standin.fail_next(1, 503, hang=1.0)
    with pytest.raises(CallUnavailable) as raised:
        await caller.place(ANNA, scene.bot.url, scene.bot.url, "k")
    assert raised.value.unknown_outcome
    caller.close()


async def test_no_twilio() -> None:
    with listener() as nobody:
        caller = Caller(SID, TOKEN, from_=NUMBER, base_url=f"http://127.0.0.1:{nobody.getsockname()[1]}")
        with pytest.raises(CallUnavailable) as raised:
            await caller.place(ANNA, "https://x.example/", "https://x.example/", "k")
        assert not raised.value.unknown_outcome
        caller.close()


async def test_a_number_reaches_no_log(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await scene.place()
        await scene.caller.find_placed(ANNA, datetime.now(UTC))
    ours = [record.getMessage() for record in caplog.records if record.name != "uvicorn.access"]  # that is the stand-in's
    assert ours
    assert not any("500600700" in line for line in ours)


async def test_what_is_needed() -> None:
    with pytest.raises(ValueError, match="SID"):
        Caller("", TOKEN, from_=NUMBER)
    with pytest.raises(ValueError, match="number"):
        Caller(SID, TOKEN, from_="")
    caller = Caller(SID, TOKEN, from_=NUMBER)
    with pytest.raises(ValueError, match="idempotency"):
        await caller.place(ANNA, "https://x.example/", "https://x.example/", "")
    caller.close()


@pytest.mark.parametrize(
    ("status", "code", "reason", "permanent"),
    [
        (400, 21219, "unroutable", True), (400, 21220, "over", True), (400, 21205, "address", True), (400, 21212, "sender", False),
        (429, 20429, "rate", False), (429, 0, "rate", False), (404, 20404, "unknown_call", True), (403, 99999, "credentials", False),
        (400, 12345, "other", True),
    ],
)  # fmt: skip
def test_refusals(status: int, code: int, reason: str, permanent: bool) -> None:
    error = _refusal(status, code, "the number +48 500-600-700 is wrong")
    assert isinstance(error, CallRejected)
    assert (error.code, error.reason, error.permanent, error.unknown_outcome) == (code, reason, permanent, False)
    assert "500" not in str(error).replace(str(code), "")
