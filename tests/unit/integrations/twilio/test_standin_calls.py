"""The stand-in's calls: Twilio's shapes and refusals, and a call as it goes over the webhooks and the socket."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from integrations.twilio.media_streams import Stop
from integrations.twilio.standin import Standin, create_standin
from integrations.twilio.standin_calls import CHANGES, PARAMETERS, Calls, Change
from integrations.twilio.standin_messages import Refusal
from integrations.twilio.standin_phone import Person
from integrations.twilio.standin_stream import Line
from integrations.twilio.voice import busy, refuse
from speech.audio import to_mulaw
from tests.house import NUMBER, SID, TOKEN, listener, served
from tests.toy_bot import ToyBot, tone, toy_bot

ANNA = "+48500600700"
SPEC = Path(__file__).parents[5] / "shared" / "specs" / "twilio_api_v2010.json"
FORM = {"To": [ANNA], "From": [NUMBER], "Url": ["https://bot.example/twilio/voice"]}


@pytest.fixture
async def bot() -> AsyncIterator[ToyBot]:
    async with toy_bot() as bot:
        yield bot


@pytest.fixture
def standin(bot: ToyBot) -> Standin:
    standin = create_standin(SID, TOKEN)
    standin.phones.voice_url, standin.phones.status_url = f"{bot.url}/twilio/voice", f"{bot.url}/twilio/status"
    standin.phones.speed = 10.0
    return standin


async def greeted(line: Line) -> None:
    """Wait until the greeting was played."""
    assert await line.until(lambda: "greeting" in [name for _, name in line.marks], 60)


async def hang_up_after_greeting(line: Line) -> None:
    await greeted(line)
    await line.hang_up()


async def test_a_call_from_ring_to_the_end(standin: Standin, bot: ToyBot) -> None:
    live = standin.phones.dial(ANNA, NUMBER, Person(talk=hang_up_after_greeting))
    call = await live.ended()
    assert call.history == ["queued", "ringing", "in-progress", "completed"]
    assert live.errors == []
    assert (bot.calls[0].sid, bot.calls[0].person, bot.calls[0].status) == (call.sid, ANNA, "ringing")
    assert (bot.starts[0].call_sid, bot.starts[0].account_sid, bot.starts[0].parameters) == (call.sid, SID, {"token": "t"})
    assert bot.marks() == ["greeting"]
    assert isinstance(bot.events[-1], Stop)
    assert [report.status for report in bot.reports] == ["completed"]
    assert bot.reports[0].seconds is not None
    assert bot.forged == 0


async def test_the_service_ends_the_call(standin: Standin, bot: ToyBot) -> None:
    async def finish(line: Line) -> None:
        await greeted(line)
        await line.press("9")

    live = standin.phones.dial(ANNA, NUMBER, Person(talk=finish))
    await live.ended()
    assert [call.status for call in bot.calls] == ["ringing", "in-progress"]
    assert len(live.lines) == 1
    assert live.lines[0].end == "closed by the service"


async def test_a_line_that_drops_is_connected_again(standin: Standin, bot: ToyBot) -> None:
    async def drop_once(line: Line) -> None:
        await greeted(line)
        await (line.drop() if len(bot.starts) == 1 else line.hang_up())

    live = standin.phones.dial(ANNA, NUMBER, Person(talk=drop_once))
    await live.ended()
    assert [line.end for line in live.lines] == ["dropped", "hung up"]
    assert [start.call_sid for start in bot.starts] == [live.call.sid, live.call.sid]


async def test_the_person_says_and_hears(standin: Standin) -> None:
    async def talk(line: Line) -> None:
        await greeted(line)
        await line.say(to_mulaw(tone(0.3)))
        assert await line.until(lambda: line.marks[-1][1] == "reply", 60)
        await line.hang_up()

    live = standin.phones.dial(ANNA, NUMBER, Person(talk=talk))
    await live.ended()
    assert live.lines[0].errors == []


async def test_what_a_person_asserts_is_heard(standin: Standin) -> None:
    async def wrong(line: Line) -> None:
        raise AssertionError("this was wrong")

    with pytest.raises(AssertionError, match="this was wrong"):
        await standin.phones.dial(ANNA, NUMBER, Person(talk=wrong)).ended()


async def test_busy_and_refused(standin: Standin, bot: ToyBot) -> None:
    bot.twiml = lambda call: busy("en", "Acme", sms=False)
    live = standin.phones.dial(ANNA, NUMBER)
    assert (await live.ended()).status == "completed"
    assert "Acme" in live.said[0]
    bot.twiml = lambda call: refuse("busy")
    assert (await standin.phones.dial(ANNA, NUMBER).ended()).status == "busy"


@pytest.mark.parametrize(
    ("twiml", "error"),
    [
        ("<Response", "12100"),
        ("<Response><Dial>1</Dial></Response>", "13224"),
        ("<Response><Enqueue>support</Enqueue></Response>", "12200"),
        ("<Response><Connect/></Response>", "12200"),
        ('<Response><Connect><Stream url="ws://127.0.0.1:1/x"/></Connect></Response>', "31920"),
        ("<Response><Redirect>/twilio/voice</Redirect></Response>", "12200 too many"),
        ("<Response><Redirect>/twilio/nowhere</Redirect></Response>", "11200"),
    ],
)
async def test_answers_that_break_the_call(standin: Standin, bot: ToyBot, twiml: str, error: str) -> None:
    bot.twiml = lambda call: twiml
    live = standin.phones.dial(ANNA, NUMBER)
    assert (await live.ended()).status == "completed"
    assert live.errors[0].startswith(error)


async def test_the_person_gives_up(standin: Standin, bot: ToyBot) -> None:
    bot.twiml = lambda call: '<Response><Say>Wait</Say><Pause length="600"/><Say>too late</Say></Response>'
    live = standin.phones.dial(ANNA, NUMBER)
    while not live.said:
        await asyncio.sleep(0)
    await live.hang_up()
    await live.ended()
    assert live.said == ["Wait"]


async def test_no_webhook_no_call() -> None:
    with pytest.raises(ValueError, match="voice_url"):
        create_standin(SID, TOKEN).phones.dial(ANNA, NUMBER)


def changed(**fields: str | list[str]) -> dict[str, list[str]]:
    return FORM | {name: [value] if isinstance(value, str) else value for name, value in fields.items()}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (changed(To=""), 21201), (changed(To="12"), 21211), (changed(To="+48x"), 21211), (changed(To="+15005550001"), 21217),
        (changed(To="+15005550002"), 21214), (changed(To="+15005550003"), 21215), (changed(To="+15005550004"), 21216),
        (changed(From=""), 21213), (changed(From="Acme"), 21212), (changed(From="+15005550001"), 21212), (changed(From="+48111222444"), 21210),
        (changed(Url="twilio/voice"), 21205), (changed(Url=""), 21205), (changed(StatusCallback="http://a_b/"), 21609),
        (changed(StatusCallbackEvent=["ringing", "talking"]), 20001), (changed(Timeout="601"), 20001), (changed(Timeout="-1"), 20001),
        (changed(MachineDetection="Yes"), 20001), (changed(Tiemout="5"), 20001), (changed(Twiml="<Response/>"), 20001),
    ],
)  # fmt: skip
def test_refusals(form: dict[str, list[str]], code: int) -> None:
    calls = Calls(SID, own=[NUMBER])
    with pytest.raises(Refusal) as raised:
        calls.create(form)
    assert raised.value.code == code
    assert raised.value.document()["message"] != "Error"
    assert calls.all() == []


def test_changes_of_a_call_and_their_refusals() -> None:
    calls = Calls(SID)
    call = calls.create(FORM)

    def refused(form: dict[str, list[str]], sid: str = call.sid) -> int:
        with pytest.raises(Refusal) as raised:
            calls.change(sid, form)
        return raised.value.code

    assert refused({"Status": ["completed"]}, "CA" + "0" * 32) == 20404
    assert refused({"Url": ["https://x.example/"]}) == 21220
    assert refused({}) == refused({"Status": ["busy"]}) == refused({"Stat": ["completed"]}) == 20001
    assert calls.change(call.sid, {"Status": ["canceled"]}) == Change(call, "canceled")
    calls.move(call, "in-progress")
    assert refused({"Status": ["canceled"]}) == 21220
    assert refused({"Url": ["nowhere"]}) == 21205
    assert calls.change(call.sid, {"Url": ["https://x.example/"]}) == Change(call, url="https://x.example/")
    assert calls.change(call.sid, {"Twiml": ["<Response/>"]}) == Change(call, twiml="<Response/>")
    assert refused({"Twiml": ["<Response/>"], "Url": ["https://x.example/"]}) == refused({"Twiml": ["x" * 4001]}) == 20001
    calls.move(call, "completed")
    assert refused({"Status": ["completed"]}) == 21220


def test_the_list() -> None:
    calls = Calls(SID)
    first, second = calls.create(FORM), calls.create(changed(To="+48500600701"))
    assert [one["sid"] for one in calls.page({})["calls"]] == [second.sid, first.sid]
    assert [one["sid"] for one in calls.page({"To": ANNA, "From": NUMBER})["calls"]] == [first.sid]
    leg = calls.add(NUMBER, ANNA, "outbound-dial", parent_call_sid=first.sid)
    assert [one["sid"] for one in calls.page({"ParentCallSid": first.sid})["calls"]] == [leg.sid]
    calls._all.remove(leg)
    assert [one["sid"] for one in calls.page({"PageSize": "1"})["calls"]] == [second.sid]
    with pytest.raises(Refusal):
        calls.page({"PageSize": "x"})
    calls.clear()
    assert calls.page({})["calls"] == []


async def test_over_http(standin: Standin) -> None:
    with listener() as own:
        async with served(standin, own) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
            path = f"/2010-04-01/Accounts/{SID}/Calls"
            assert (await http.post(f"{path}.json", data={"To": ANNA})).status_code == 401
            http.auth = httpx.BasicAuth(SID, TOKEN)
            assert (await http.post(f"{path}.json", data={"To": ANNA})).json()["code"] == 21213
            assert (await http.get(f"{path}/CA{'0' * 32}.json")).json()["code"] == 20404


def spec() -> dict[str, Any]:
    if not SPEC.exists():
        pytest.skip("Twilio's API description is not at hand")
    found: dict[str, Any] = json.loads(SPEC.read_text())
    return found


def test_the_same_parameters_as_twilio() -> None:
    paths = spec()["paths"]

    def taken(path: str) -> set[str]:
        body = paths[f"/2010-04-01/Accounts/{{AccountSid}}/{path}.json"]["post"]["requestBody"]["content"]
        return set(body["application/x-www-form-urlencoded"]["schema"]["properties"])

    assert taken("Calls") == PARAMETERS
    assert taken("Calls/{Sid}") == CHANGES


def test_the_same_document_as_twilio() -> None:
    schemas = spec()["components"]["schemas"]
    schema = schemas["api.v2010.account.call"]["properties"]
    calls = Calls(SID)
    call = calls.create(FORM)
    for status in ("ringing", "in-progress", "completed"):
        calls.move(call, status)
        document = call.document()
        assert set(document) == set(schema)
        assert document["status"] in schemas["call_enum_status"]["enum"]
        for name, value in document.items():
            rule = schema[name]
            assert value is None or isinstance(value, dict if rule.get("type") == "object" else str), name
            assert value is None or "pattern" not in rule or re.fullmatch(rule["pattern"], value), name
