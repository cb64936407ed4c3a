"""``<Dial>`` at the stand-in, asked for by the real Twilio client: what is rung, heard, connected and told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import Request, Response

from integrations.twilio import dial
from integrations.twilio.calls import Caller, CallRejected
from integrations.twilio.dial import DialReport, parse_dial, parse_key
from integrations.twilio.standin import Standin, create_standin
from integrations.twilio.standin_calls import Calls
from integrations.twilio.standin_phone import LiveCall, Person
from tests.house import NUMBER, SID, TOKEN, listener, served
from tests.toy_bot import ToyBot, toy_bot

ANNA, JAN = "+48500600700", "+48500600701"


@dataclass
class Scene:
    """A service with the webhooks of a transfer, a Twilio, and Anna, who is on the line with the service."""

    bot: ToyBot
    standin: Standin
    caller: Caller
    live: LiveCall
    keys: list[str] = field(default_factory=list)
    ends: list[DialReport] = field(default_factory=list)
    offered: str = ""
    """What the receiver's document is, where it is not the usual offer."""

    async def put_through(self, to: str = JAN, **more: str) -> None:
        base = f"{self.bot.url}/twilio/transfer"
        values = {"caller_id": NUMBER, "summary_url": f"{base}/summary", "ended_url": f"{base}/ended", **more}
        await self.caller.instruct(self.live.call.sid, dial.put_through(to, **values))

    async def dialed(self) -> None:
        while not self.live.dials:
            await asyncio.sleep(0.01)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    standin = create_standin(SID, TOKEN)
    standin.phones.calls = Calls(SID, own=[NUMBER])
    standin.phones.speed = 10.0
    with listener() as own:
        async with toy_bot() as bot, served(standin, own) as url:
            standin.phones.voice_url, standin.phones.status_url = f"{bot.url}/twilio/voice", f"{bot.url}/twilio/status"
            live = standin.phones.dial(ANNA, NUMBER, Person())
            found = Scene(bot, standin, Caller(SID, TOKEN, from_=NUMBER, base_url=url), live)
            webhooks(found)
            while not live.lines:
                await asyncio.sleep(0.01)
            yield found
            found.caller.close()
            await live.hang_up()
            await live.ended()
    assert bot.forged == 0


def webhooks(scene: Scene) -> None:
    bot = scene.bot

    async def summary(request: Request) -> Response:
        await bot._form(request)
        return Response(scene.offered or dial.offer("Anna calls.", "en", f"{bot.url}/twilio/transfer/accept"), media_type="text/xml")

    async def accept(request: Request) -> Response:
        scene.keys.append(parse_key(await bot._form(request))[1])
        return Response(dial.take_call(), media_type="text/xml")

    async def ended(request: Request) -> Response:
        scene.ends.append(parse_dial(await bot._form(request)))
        return Response("<Response><Say>Goodbye.</Say></Response>", media_type="text/xml")

    for handler in (summary, accept, ended):
        bot.app.post(f"/twilio/transfer/{handler.__name__}")(handler)


async def test_a_receiver_who_takes_the_call_is_connected(scene: Scene) -> None:
    talked = asyncio.Event()

    async def joined() -> None:
        talked.set()

    scene.standin.phones.people[JAN] = Person(keys="1", joined=joined)
    await scene.put_through()
    call = await scene.live.ended()
    assert talked.is_set()
    assert scene.live.lines[0].end == "hung up"  # Twilio takes the call out of its stream
    (dialed,) = scene.live.dials
    assert dialed.said[0] == "Anna calls."
    assert dialed.leg.history == ["queued", "ringing", "in-progress", "completed"]
    assert (dialed.leg.direction, dialed.leg.from_, dialed.leg.to, dialed.leg.parent_call_sid) == ("outbound-dial", NUMBER, JAN, call.sid)
    assert scene.keys == ["1"]
    (end,) = scene.ends
    assert replace(end, seconds=0) == DialReport(call.sid, "completed", False, dialed.leg.sid, 0, True)
    assert (scene.live.said, scene.live.errors, call.status) == (["Goodbye."], [], "completed")


@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed"])
async def test_a_receiver_who_is_not_reached(scene: Scene, outcome: str) -> None:
    scene.standin.phones.people[JAN] = Person(outcome=outcome)  # type: ignore[arg-type]
    await scene.put_through()
    await scene.live.ended()
    (end,) = scene.ends
    assert (end.status, end.bridged, end.seconds, end.caller_gone) == (outcome, False, None, False)
    assert scene.live.dials[0].said == []
    assert scene.live.said == ["Goodbye."]


async def test_a_phone_that_rings_too_long_is_not_answered(scene: Scene) -> None:
    scene.standin.phones.people[JAN] = Person(rings=600)
    await scene.put_through()
    await scene.live.ended()  # 25 s, ten times as fast
    assert scene.ends[0].status == "no-answer"


async def test_a_leg_that_was_answered_is_completed_though_nobody_took_the_call(scene: Scene) -> None:
    scene.standin.phones.people[JAN] = Person()  # a voicemail presses no key
    await scene.put_through()
    await scene.live.ended()
    assert (scene.ends[0].status, scene.ends[0].bridged) == ("completed", False)
    assert scene.keys == []


async def test_a_caller_who_hangs_up_is_told_of_though_nothing_can_be_answered(scene: Scene) -> None:
    scene.standin.phones.people[JAN] = Person(rings=600)
    await scene.put_through()
    await scene.dialed()
    await scene.live.hang_up()
    call = await scene.live.ended()
    assert scene.live.dials[0].leg.status == "canceled"
    assert (scene.ends[0].status, scene.ends[0].caller_gone, scene.ends[0].bridged) == ("canceled", True, False)
    assert (scene.live.said, call.status) == ([], "completed")
    assert [report.status for report in scene.bot.reports] == ["completed"]


async def test_a_second_instruction_breaks_off_the_first(scene: Scene) -> None:
    scene.standin.phones.people[JAN] = Person(rings=600)
    await scene.put_through()
    await scene.dialed()
    await scene.caller.instruct(scene.live.call.sid, "<Response><Say>Elsewhere.</Say></Response>")
    await scene.live.ended()
    assert scene.live.dials[0].leg.status == "canceled"
    assert (scene.live.said, scene.ends) == (["Elsewhere."], [])


@pytest.mark.parametrize(
    ("to", "more", "error"),
    [("12", {}, "13224"), (JAN, {"caller_id": "+48999888777"}, "13214"), (JAN, {"ended_url": "/twilio/transfer/ended"}, "15004")],
)
async def test_what_twilio_would_not_dial(scene: Scene, to: str, more: dict[str, str], error: str) -> None:
    await scene.put_through(to, **more)
    await scene.live.ended()
    assert [found[:5] for found in scene.live.errors] == [error]
    assert [end.status for end in scene.ends] == ([] if error == "15004" else ["failed"])


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ("<Response><Dial>+48500600702</Dial></Response>", "12200"),
        ("<Response><Redirect>/twilio/nowhere</Redirect></Response>", "11200"),
        ("<Response><Redirect>/twilio/transfer/summary</Redirect></Response>", "12200"),
    ],
)
async def test_a_receivers_document_that_breaks_the_leg(scene: Scene, document: str, error: str) -> None:
    scene.offered = document
    await scene.put_through()
    await scene.live.ended()
    assert scene.live.errors[0].startswith(error)
    assert scene.ends[0].bridged is False


async def test_the_leg_is_found_again(scene: Scene) -> None:
    sid, since = scene.live.call.sid, datetime.now(UTC)
    scene.standin.phones.people[JAN] = Person(rings=600)
    assert await scene.caller.find_dialed(sid, JAN, since) is None
    await scene.put_through()
    await scene.dialed()
    leg = scene.live.dials[0].leg.sid
    assert await scene.caller.find_dialed(sid, JAN, since) == leg
    assert await scene.caller.find_dialed(sid, ANNA, since) is None
    assert await scene.caller.find_dialed("CA" + "0" * 32, JAN, since) is None
    assert await scene.caller.find_dialed(sid, JAN, since, [leg]) is None
    assert await scene.caller.find_dialed(sid, JAN, since + timedelta(hours=1)) is None
    assert await scene.caller.find_placed(JAN, since) is None  # no call of ours to them: it belongs to Anna's


async def test_whether_a_call_is_over(scene: Scene) -> None:
    sid = scene.live.call.sid
    assert await scene.caller.is_over(sid) is False
    await scene.live.hang_up()
    await scene.live.ended()
    assert await scene.caller.is_over(sid) is True
    assert await scene.caller.is_over("CA" + "0" * 32) is True
    with pytest.raises(CallRejected) as raised:
        await scene.put_through()
    assert (raised.value.reason, raised.value.permanent) == ("over", True)
