"""The real Twilio client against the stand-in, over HTTP; and the stand-in against Twilio's own description."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response

from integrations.twilio.signature import HEADER, valid_signature, webhook_url
from integrations.twilio.sms import (
    MARKER,
    SmsRejected,
    SmsSender,
    SmsUnavailable,
    body_marker,
    parse_inbound,
    parse_status,
    twiml_reply,
)
from integrations.twilio.standin import Standin, WebhookFailed, create_standin
from integrations.twilio.standin_messages import PARAMETERS

SID, TOKEN = "AC" + "0123456789abcdef" * 2, "the stand-in's token"
US, ANNA, JAN = "+48111222333", "+48500600700", "+48500600701"
API = f"/2010-04-01/Accounts/{SID}/Messages"
SPEC = Path(__file__).parents[3] / "shared" / "specs" / "twilio_api_v2010.json"


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The application on a free port, in a thread; its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


class Service:
    """What our service does with webhooks: checks the signature, reads the form, answers with TwiML."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.statuses: list[tuple[str, str, int | None, str]] = []
        self.answers: Callable[[str], list[str]] = lambda text: [f"echo: {text}"]
        self.app = FastAPI(openapi_url=None)
        self.app.post("/twilio/sms")(self.sms)
        self.app.post("/twilio/status")(self.status)

    async def sms(self, request: Request) -> Response:
        form = await self._form(request)
        if form is None:
            return Response(status_code=403)
        message = parse_inbound(form)
        self.texts.append(message.body)
        return Response(twiml_reply(self.answers(message.body)), media_type="text/xml")

    async def status(self, request: Request) -> Response:
        form = await self._form(request)
        if form is None:
            return Response(status_code=403)
        status = parse_status(form)
        self.statuses.append((status.sid, status.status, status.error_code, request.query_params.get(MARKER, "")))
        return Response(status_code=204)

    async def _form(self, request: Request) -> dict[str, str] | None:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        url = webhook_url(request.url.path, request.url.query, request.headers)
        return form if valid_signature(TOKEN, url, form, request.headers.get(HEADER, "")) else None


@pytest.fixture(scope="module")
def service() -> Service:
    return Service()


@pytest.fixture(scope="module")
def service_url(service: Service) -> Iterator[str]:
    with serving(service.app) as url:
        yield url


@pytest.fixture(scope="module")
def started(service_url: str) -> Iterator[tuple[Standin, str]]:
    standin = create_standin(SID, TOKEN, service_url + "/twilio/sms", pace=0.01)
    with serving(standin) as url:
        yield standin, url


@pytest.fixture
async def standin(started: tuple[Standin, str], service: Service) -> AsyncIterator[Standin]:
    standin = started[0]
    yield standin
    await standin.settled()
    standin.messages.clear()
    standin.undeliverable.clear()
    standin.fail_next(0)
    service.texts.clear()
    service.statuses.clear()


@pytest.fixture
def sender(started: tuple[Standin, str]) -> Iterator[SmsSender]:
    sender = SmsSender(SID, TOKEN, from_=US, base_url=started[1])
    yield sender
    sender.close()


@pytest.fixture
async def http(started: tuple[Standin, str]) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=started[1], auth=(SID, TOKEN), trust_env=False) as client:
        yield client


async def test_send(sender: SmsSender, standin: Standin) -> None:
    sent = await sender.send(ANNA, "Zażółć gęślą jaźń 👍 " * 5, "k1")
    assert re.fullmatch("SM[0-9a-f]{32}", sent.sid)
    assert (sent.status, sent.segments) == ("queued", 2)
    await standin.settled()
    (message,) = standin.sent(ANNA)
    assert (message.sid, message.from_, message.body, message.history) == (
        sent.sid,
        US,
        "Zażółć gęślą jaźń 👍 " * 5,
        ["queued", "sent", "delivered"],
    )


async def test_status_callbacks_are_signed_and_carry_the_key(
    sender: SmsSender, standin: Standin, service: Service, service_url: str
) -> None:
    sent = await sender.send(ANNA, "hi", "the key/1", service_url + "/twilio/status?a=1")
    await standin.settled()
    assert service.statuses == [(sent.sid, status, None, "the key/1") for status in ("queued", "sent", "delivered")]


async def test_undelivered(sender: SmsSender, standin: Standin, service: Service, service_url: str) -> None:
    standin.undeliverable[ANNA] = 30003
    sent = await sender.send(ANNA, "hi", "k", service_url + "/twilio/status")
    await standin.settled()
    assert service.statuses[-1] == (sent.sid, "undelivered", 30003, "k")


@pytest.mark.parametrize(
    ("to", "body", "code", "reason"),
    [
        ("", "hi", 21604, "invalid_number"), ("12", "hi", 21211, "invalid_number"), ("+4812", "hi", 21211, "invalid_number"), ("Anna", "hi", 21211, "invalid_number"),
        (ANNA, "", 21602, "empty"), (ANNA, " \n", 21602, "empty"), (ANNA, "x" * 1601, 21617, "too_long"), ("+15005550009", "hi", 21614, "not_mobile"),
        ("+15005550004", "hi", 21610, "unsubscribed"),
    ],
)  # fmt: skip
async def test_rejected(sender: SmsSender, standin: Standin, to: str, body: str, code: int, reason: str) -> None:
    with pytest.raises(SmsRejected) as raised:
        await sender.send(to, body, "k")
    assert (raised.value.code, raised.value.reason, raised.value.permanent) == (code, reason, True)
    assert standin.sent() == []


async def test_1600_characters_are_taken(sender: SmsSender, standin: Standin) -> None:
    assert (await sender.send(ANNA, "x" * 1600, "k")).segments == 11


async def test_stop_blocks_at_twilio_until_start(sender: SmsSender, standin: Standin, service: Service) -> None:
    await standin.inject(ANNA, US, "STOP")
    with pytest.raises(SmsRejected) as raised:
        await sender.send(ANNA, "hi", "k")
    assert raised.value.reason == "unsubscribed"
    assert standin.sent(ANNA)[-1].status == "failed"  # the service's own answer reaches nobody either
    await sender.send(JAN, "hi", "k")
    await standin.inject(ANNA, US, "start")
    assert (await sender.send(ANNA, "hi", "k2")).status == "queued"
    assert service.texts == ["STOP", "start"]


async def test_wrong_token(started: tuple[Standin, str], standin: Standin) -> None:
    sender = SmsSender(SID, "wrong", from_=US, base_url=started[1])
    with pytest.raises(SmsRejected) as raised:
        await sender.send(ANNA, "hi", "k")
    sender.close()
    assert (raised.value.code, raised.value.reason, raised.value.permanent) == (20003, "credentials", False)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_transient(sender: SmsSender, standin: Standin, status: int) -> None:
    standin.fail_next(1, status)
    with pytest.raises((SmsRejected, SmsUnavailable)) as raised:
        await sender.send(ANNA, "hi", "k")
    assert not raised.value.permanent
    assert raised.value.unknown_outcome == (status >= 500)
    assert isinstance(raised.value, SmsRejected) == (status == 429)
    assert (await sender.send(ANNA, "hi", "k")).status == "queued"


async def test_lost_answer_is_found_and_not_sent_twice(started: tuple[Standin, str], standin: Standin) -> None:
    since, sender = datetime.now(UTC), SmsSender(SID, TOKEN, from_=US, base_url=started[1], deadline=0.5)
    before = await sender.send(ANNA, "the same text", "k0")
    assert await sender.find_sent(ANNA, since, body_marker("the same text"), known=[before.sid]) is None
    standin.fail_next(1, 500, hang=6, after=True)
    began = time.monotonic()
    with pytest.raises(SmsUnavailable) as raised:
        await sender.send(ANNA, "the same text", "k1")
    assert time.monotonic() - began < 5, "it waits no longer than its deadline"
    assert raised.value.unknown_outcome
    found = await sender.find_sent(ANNA, since, body_marker("the same text"), known=[before.sid])
    assert found is not None
    assert found.sid == standin.sent(ANNA)[1].sid
    assert await sender.find_sent(JAN, since, body_marker("the same text")) is None
    assert await sender.find_sent(ANNA, since, body_marker("another text")) is None
    assert await sender.find_sent(ANNA, since + timedelta(hours=1), body_marker("the same text")) is None
    await asyncio.sleep(1.2)
    sender.close()


async def test_find_sent_takes_the_oldest_and_no_inbound(sender: SmsSender, standin: Standin) -> None:
    since = datetime.now(UTC)
    standin.messages.add(ANNA, US, "hello", "inbound", "received")
    first = await sender.send(ANNA, "hello", "k")
    await sender.send(ANNA, "hello", "k2")
    found = await sender.find_sent(ANNA, since, body_marker("hello"))
    assert found is not None
    assert found.sid == first.sid
    with pytest.raises(ValueError, match="time zone"):
        await sender.find_sent(ANNA, datetime(2026, 1, 1), "x")


async def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        sender = SmsSender(SID, TOKEN, from_=US, base_url=f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(SmsUnavailable) as raised:
            await sender.send(ANNA, "hi", "k")
        sender.close()
    assert not raised.value.unknown_outcome  # certain: nothing left this machine


async def test_an_answer_that_is_not_twilios() -> None:
    app = FastAPI(openapi_url=None)
    app.post("/{path:path}", status_code=201)(_gibberish)
    with serving(app) as url:
        sender = SmsSender(SID, TOKEN, messaging_service_sid="MG" + "0" * 32, base_url=url)
        with pytest.raises(SmsUnavailable) as raised:
            await sender.send(ANNA, "hi", "k")
        sender.close()
    assert raised.value.unknown_outcome


async def _gibberish() -> Response:
    return Response("<html>", status_code=201)


async def test_a_key_is_needed(sender: SmsSender) -> None:
    with pytest.raises(ValueError, match="idempotency"):
        await sender.send(ANNA, "hi", "")


async def test_nothing_names_a_person_in_the_log(sender: SmsSender, standin: Standin, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await sender.send(ANNA, "a secret text", "k")
        await sender.find_sent(ANNA, datetime.now(UTC), body_marker("x"))
        with pytest.raises(SmsRejected) as raised:
            await sender.send("+1500600700", "hi", "k")
    shown = caplog.text + str(raised.value) + repr(raised.value.__cause__)
    assert "handed to Twilio" in shown
    assert not re.search(r"500600700|a secret text|" + TOKEN, shown)


async def test_many_at_once(sender: SmsSender, standin: Standin) -> None:
    sent = await asyncio.gather(*(sender.send(ANNA, f"text {n}", str(n)) for n in range(12)))
    assert len({one.sid for one in sent}) == len(standin.sent(ANNA)) == 12


async def test_inject(standin: Standin, service: Service) -> None:
    service.answers = lambda text: [f"echo: {text}", "zażółć & <co>"]
    twiml = await standin.inject(ANNA, US, "Cześć + 100% & więcej 👍")
    service.answers = lambda text: [f"echo: {text}"]
    assert service.texts == ["Cześć + 100% & więcej 👍"]
    assert twiml.startswith("<?xml")
    assert [(m.body, m.direction, m.from_) for m in standin.sent(ANNA)] == [
        ("echo: Cześć + 100% & więcej 👍", "outbound-reply", US),
        ("zażółć & <co>", "outbound-reply", US),
    ]


async def test_inject_with_a_wrong_token_is_refused(standin: Standin) -> None:
    with pytest.raises(WebhookFailed) as raised:
        await create_standin(SID, "wrong", standin.webhook_url).inject(ANNA, US, "hi")
    assert raised.value.status == 403
    with pytest.raises(ValueError, match="webhook_url"):
        await create_standin(SID, TOKEN).inject(ANNA, US, "hi")


async def test_inject_where_nobody_answers() -> None:
    with pytest.raises(WebhookFailed) as raised:
        await create_standin(SID, TOKEN, "http://127.0.0.1:1/").inject(ANNA, US, "hi")
    assert raised.value.status == 0


Ask = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


@pytest.mark.parametrize(
    ("ask", "status", "code"),
    [
        (lambda c: c.get(API + ".json", auth=("x", "y")), 401, 20003),
        (lambda c: c.post(API.replace("AC0", "AC1") + ".json", data={}), 404, 20404),
        (lambda c: c.get(API + "/SM" + "0" * 32 + ".json"), 404, 20404),
        (lambda c: c.post(API + ".json", data={"To": ANNA, "Body": "x"}), 400, 21603),
        (lambda c: c.post(API + ".json", data={"To": ANNA, "Body": "x", "From": US, "StatusCalback": "x"}), 400, 20001),
        (lambda c: c.post(API + ".json", data={"To": ANNA, "Body": "x", "From": US, "StatusCallback": "/here"}), 400, 21609),
        (lambda c: c.post(API + ".json", data={"To": ANNA, "Body": "x", "MessagingServiceSid": "MGx"}), 400, 20001),
        (lambda c: c.post(API + ".json", data={"To": ANNA, "Body": "x", "From": "+15005550007"}), 400, 21606),
        (lambda c: c.get(API + ".json", params={"PageSize": "0"}), 400, 20001),
        (lambda c: c.get(API + ".json", params={"DateSent>": "yesterday"}), 400, 20001),
    ],
)  # fmt: skip
async def test_refusals_have_twilios_shape(standin: Standin, http: httpx.AsyncClient, ask: Ask, status: int, code: int) -> None:
    response = await ask(http)
    assert (response.status_code, set(response.json())) == (status, {"code", "message", "more_info", "status"})
    assert (response.json()["status"], response.json()["code"]) == (status, code)


async def test_list_filters_and_pages(sender: SmsSender, standin: Standin, http: httpx.AsyncClient) -> None:
    for n in range(3):
        await sender.send(ANNA, f"text {n}", "k")
    await sender.send(JAN, "to Jan", "k")
    await standin.settled()

    async def bodies(**query: str) -> list[str]:
        page = (await http.get(API + ".json", params={"To": ANNA} | query)).json()
        return [message["body"] for message in page["messages"]]

    now = datetime.now(UTC)
    today, tomorrow = f"{now:%Y-%m-%d}", f"{now + timedelta(days=1):%Y-%m-%d}"
    assert await bodies() == ["text 2", "text 1", "text 0"]
    assert await bodies(PageSize="2") == ["text 2", "text 1"]
    assert await bodies(PageSize="2", Page="1") == ["text 0"]
    assert await bodies(From=JAN) == []
    assert len(await bodies(**{"DateSent>": today})) == 3
    assert await bodies(**{"DateSent>": tomorrow}) == []
    assert len(await bodies(**{"DateSent<": tomorrow, "DateSent>": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"})) == 3
    assert await bodies(DateSent="2008-01-02") == []
    listed = await asyncio.to_thread(sender._client.messages.list, to=ANNA, page_size=1, date_sent_after=now - timedelta(days=1))
    assert [message.body for message in listed] == ["text 2", "text 1", "text 0"]  # Twilio's client follows our pages


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    if not SPEC.exists():
        pytest.skip(f"Twilio's API description is not at {SPEC}")
    described: dict[str, Any] = json.loads(SPEC.read_text(encoding="utf-8"))
    return described


def test_parameters_are_those_of_twilios_description(spec: dict[str, Any]) -> None:
    operation = spec["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"]
    assert set(operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["properties"]) == PARAMETERS


async def test_shapes_are_those_of_twilios_description(
    spec: dict[str, Any], standin: Standin, sender: SmsSender, http: httpx.AsyncClient
) -> None:
    described = spec["components"]["schemas"]["api.v2010.account.message"]
    created = await http.post(API + ".json", data={"To": ANNA, "From": US, "Body": "hi", "MediaUrl": "https://x.pl/a.png"})
    assert created.status_code == 201
    await standin.inject(ANNA, US, "hello")
    await standin.settled()
    page = (await http.get(API + ".json")).json()
    fetched = (await http.get(f"{API}/{created.json()['sid']}.json")).json()
    for message in [created.json(), fetched, *page["messages"]]:
        _conforms(message, described, spec)
    listed = spec["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["get"]["responses"]["200"]
    _conforms(page, listed["content"]["application/json"]["schema"], spec)


def _conforms(value: Any, schema: dict[str, Any], spec: dict[str, Any]) -> None:
    """As much of OpenAPI as these shapes use: exact fields, types, enums, patterns, null only where allowed."""
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if value is None:
        assert schema.get("nullable"), schema
        return
    kinds: dict[str, Any] = {"string": str, "integer": int, "object": dict, "array": list}
    assert isinstance(value, kinds[schema["type"]]), (value, schema)
    assert value in schema.get("enum", [value])
    assert not schema.get("pattern") or re.fullmatch(schema["pattern"], value)
    if schema.get("format") == "date-time-rfc-2822":
        assert parsedate_to_datetime(value).tzinfo is not None
    if "properties" in schema:
        assert set(value) == set(schema["properties"])
        for name, part in schema["properties"].items():
            _conforms(value[name], part, spec)
    for item in value if isinstance(value, list) else ():
        _conforms(item, schema["items"], spec)


async def test_as_a_process_of_its_own(service: Service, service_url: str, standin: Standin) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "integrations.twilio.standin",
        "--port",
        str(port),
        "--account-sid",
        SID,
        "--webhook-url",
        service_url + "/twilio/sms",
    ]
    process = subprocess.Popen(
        command, env=os.environ | {"TWILIO_AUTH_TOKEN": TOKEN}, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", auth=(SID, TOKEN), trust_env=False) as client:
            await _until_up(client)
            answer = await client.post("/standin/inject", data={"From": ANNA, "To": US, "Body": "hello"})
            assert "<Message>echo: hello</Message>" in answer.text
            assert [m["body"] for m in (await client.get("/standin/messages", params={"To": ANNA})).json()] == ["echo: hello"]
            assert (await client.post("/standin/fail", params={"status": 429})).status_code == 204
            assert (await client.get(API + ".json")).status_code == 429
            assert (await client.delete("/standin/messages")).status_code == 204
            assert (await client.get("/standin/messages", auth=("x", "y"))).status_code == 401
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=15)
    assert TOKEN not in output
    assert str(port) in output


async def _until_up(client: httpx.AsyncClient) -> None:
    for _ in range(300):
        try:
            await client.get("/standin/messages")
        except httpx.ConnectError:
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError("the stand-in did not start in 30 s")
