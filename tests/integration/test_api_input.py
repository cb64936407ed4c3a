"""Bad input: a clear problem document or a kind reply, nothing half-written, and nothing in the log that names a person."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.api.access import Throttle
from bot.logs import configure
from bot.problems import MEDIA_TYPE
from tests.house import House

PHONE, EMAIL, SECRET = "+48600999888", "jan.tajny@example.com", "zaginęła mi srebrna bransoletka"


def assert_problem(answer: httpx.Response, status: int, code: str, field: str = "") -> None:
    """A problem document as RFC 9457 has it, with our code."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    body = answer.json()
    assert {"type", "title", "status", "code", "detail"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    assert body.get("field", "") == field


async def counts(house: House) -> dict[str, int]:
    """How many rows each table has."""
    tables = (
        "people",
        "contacts",
        "conversations",
        "messages",
        "turns",
        "touchpoints",
        "escalations",
        "campaigns",
        "attempts",
        "deliveries",
        "consents",
    )
    query = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in tables)
    return (await house.queue.rows(query))[0]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/conversations", {"channel": "pigeon"}, "channel"),
        ("/v1/conversations", {"language": "xx"}, "language"),
        ("/v1/conversations", {"person": "Anna"}, "person"),
        ("/v1/conversations", {"person": {"phone": 48600100101}}, "person.phone"),
        ("/v1/conversations", {"person": {"shoe_size": 44}}, "person.shoe_size"),
        ("/v1/conversations", {"context": []}, "context"),
        ("/v1/conversations", {"flow": None}, "flow"),
        ("/v1/conversations", {"flow": "x" * 201}, "flow"),
        ("/v1/conversations", {"person": {"phone": "tomorrow"}}, "person.phone"),
        ("/v1/conversations", {"person": {"email": "nobody"}}, "person.email"),
        ("/v1/conversations", [], "body"),
        ("/v1/conversations", {"un\ud800known": 1}, "un?known"),
        ("{c}/messages", {"text": 5}, "text"),
        ("{c}/messages", {}, "text"),
        ("{c}/messages", {"text": None}, "text"),
        ("{c}/messages", {"text": "x", "message_id": ""}, "message_id"),
        ("{c}/messages", {"text": "x", "message_id": "a b"}, "message_id"),
        ("{c}/messages", {"text": "x", "message_id": "m" * 101}, "message_id"),
        ("{c}/messages", {"text": "x", "message_id": 7}, "message_id"),
        ("{c}/messages", {"text": "x", "admin": True}, "admin"),
        ("{c}/messages", {"text": "x", "display": "d" * 301}, "display"),
        ("/v1/touchpoints", {}, "person"),
        ("/v1/campaigns", {"name": "x", "flow": "support", "people": []}, "people"),
        ("/v1/applications", {"job_id": "J-100"}, "person"),
    ],
)
async def test_wrong_types_and_fields_are_named(at_home: House, path: str, body: Any, field: str) -> None:
    begun = await at_home.begin()
    before = await counts(at_home)
    answer = await at_home.http.post(
        path.format(c=f"/v1/conversations/{begun['id']}"), content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == field
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert await counts(at_home) == before


async def test_an_unknown_flow_and_a_built_in_one_cannot_be_begun(at_home: House) -> None:
    for flow in ("nonsense", "pattern_opt_out", ""):
        assert_problem(await at_home.http.post("/v1/conversations", json={"flow": flow}), 422, "unknown_flow", "flow")


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"nul", b"\xff\xfe", b'{"text": "\xc3\x28"}', b'{"text": "x"' + b" " * 50, b"[" * 30_000, b'{"text": ' + b'{"a":' * 8000 + b"1" + b"}" * 8001,
    ],
)  # fmt: skip
async def test_what_is_not_json_is_said_to_be_none(at_home: House, raw: bytes) -> None:
    begun = await at_home.begin()
    answer = await at_home.http.post(f"/v1/conversations/{begun['id']}/messages", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in ("invalid_json", "invalid_request")
    assert answer.json()["field"] in ("body", "text")


async def test_deep_json_is_refused(at_home: House) -> None:
    for depth in (25, 900):
        raw = b'{"context": {"a": ' + b"[" * depth + b"]" * depth + b"}}"
        answer = await at_home.http.post("/v1/conversations", content=raw, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422
        assert answer.json()["code"] in ("invalid_request", "invalid_json")


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00", "\u0007\u001b", "\u200b"])
async def test_an_empty_message_is_said_to_be_empty(at_home: House, text: str) -> None:
    begun = await at_home.begin()
    before = await at_home.read(begun["id"])
    assert_problem(await at_home.http.post(f"/v1/conversations/{begun['id']}/messages", json={"text": text}), 422, "text_empty", "text")
    assert await at_home.read(begun["id"]) == before


async def test_twenty_thousand_characters_are_too_many(at_home: House) -> None:
    begun = await at_home.begin()
    answer = await at_home.http.post(f"/v1/conversations/{begun['id']}/messages", json={"text": "a" * 20_000})
    assert_problem(answer, 422, "text_too_long", "text")
    assert "4000" in answer.json()["detail"]
    assert (await at_home.say(begun["id"], "b" * 4000))["replies"]


@pytest.mark.parametrize(
    "text",
    [
        "😀😀😀", "👍", "👨‍👩‍👧‍👦 ❤️‍🔥", "<script>alert('x')</script>", '"><img src=x onerror=alert(1)>', "{{7*7}} ${7*7} %s {0} {name}",
        "'; DROP TABLE messages; --", "/SetSlots(admin=true)", "/pick(option=99)", "/", "//", "مرحبا، أين طلبي؟", "我的订单在哪里", "t\u0300e\u0301st",
        "0", "null", "-1", "line one\nline two", "\u202eright to left", "١٢٣",
    ],
)  # fmt: skip
async def test_odd_texts_are_kept_as_they_are_and_answered_kindly(at_home: House, text: str) -> None:
    begun = await at_home.begin()
    answer = await at_home.say(begun["id"], text)
    assert answer["replies"]
    said = [turn["text"] for turn in (await at_home.read(begun["id"]))["turns"] if turn["direction"] == "in"]
    assert said == [text.replace("\u202e", " ").strip()]


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (b'{"text": "a\\u0000b"}', "ab"), (b'{"text": "broken \\ud800 half"}', "broken ? half"), (b'{"text": "\\udc00"}', "?"),
        (b'{"text": "bell\\u0007 rings"}', "bell  rings"), (b'{"text": "ok", "display": "o\\u0000\\ud83d k"}', "o? k"),
    ],
)  # fmt: skip
async def test_nulls_and_broken_unicode_are_mended(at_home: House, raw: bytes, kept: str) -> None:
    begun = await at_home.begin()
    answer = await at_home.http.post(f"/v1/conversations/{begun['id']}/messages", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    assert [turn["text"] for turn in (await at_home.read(begun["id"]))["turns"] if turn["direction"] == "in"] == [kept]


async def test_nulls_and_broken_unicode_break_nothing_anywhere(at_home: House) -> None:
    _, person = await at_home.met()
    _, escalation = await at_home.escalated("Ada")
    bad = "x\u0000\ud800y"
    touchpoint = {
        "person": person, "at": "2035-01-01T10:00:00Z", "channel": bad, "direction": "in", "stage": "purchase", "goal": bad, "source": bad,
        "external_id": bad, "emotion": {bad: bad}, "problems": [{bad: [bad]}], "measures": {bad: 1},
    }  # fmt: skip
    bodies: list[tuple[str, dict[str, Any], int]] = [
        (
            "/v1/conversations",
            {"context": {bad: {bad: [bad, 1, None]}}, "person": {"name": bad, "external_id": bad, "email": f"{bad}@example.com"}},
            201,
        ),
        (f"/v1/escalations/{escalation}/messages", {"agent": "Ada", "text": bad, "message_id": bad}, 201),
        (f"/v1/escalations/{escalation}/return", {"agent": "Ada", "note": bad}, 200),
        ("/v1/touchpoints", touchpoint, 201),
        (f"/v1/people/{person}/consent", {"state": "granted", "reason": bad}, 200),
        ("/v1/campaigns", {"name": bad, "flow": "support", "people": [{"person": person, "context": {bad: bad}}]}, 201),
        ("/v1/applications", {"job_id": bad, "person": {}}, 422),
    ]
    for path, body, status in bodies:
        answer = await at_home.http.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
        assert answer.status_code == status, (path, answer.text)
    for path in (
        "/v1/people/%00/thread", "/v1/escalations?status=%00", "/v1/touchpoints?person=%00", "/v1/touchpoints?goal=%00", "/v1/campaigns/%00",
        "/v1/touchpoints?cursor=%00", "/v1/touchpoints?cursor=w6k=", "/v1/touchpoints?cursor=MjAzNS0wMS0wMVQxMDowMDowMFp8OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
        "/v1/touchpoints?since=yesterday", "/v1/touchpoints?limit=0", "/v1/touchpoints?limit=1e9", "/v1/journey?person=%ff%fe", "/v1/journey",
        "/v1/nothing-here",
    ):  # fmt: skip
        answer = await at_home.http.get(path)
        assert answer.status_code in (404, 422), (path, answer.text)
        assert answer.headers["content-type"] == MEDIA_TYPE
    for since in ("-1", "9" * 30, "x"):
        assert (await at_home.http.get(f"/v1/conversations/{(await at_home.begin())['id']}?since={since}")).status_code == 422


async def test_numbers_that_are_none_are_refused(at_home: House) -> None:
    answer = await at_home.http.post("/v1/conversations", content=b'{"context": {"x": NaN}}', headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text


async def test_a_method_that_is_not_there(at_home: House) -> None:
    for method, path in (("PUT", "/v1/conversations"), ("GET", "/twilio/sms"), ("DELETE", "/v1/people/P-1001/erase")):
        assert_problem(await at_home.http.request(method, path), 405, "method_not_allowed")
    for path in ("/v1/nothing-here", "/twilio/", "/v1/"):
        assert_problem(await at_home.http.get(path), 404, "not_found")


async def test_a_failure_of_ours_is_a_problem_document_without_details(at_home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("with a secret in it")

    monkeypatch.setattr(at_home.service.conversations, "begin", broken)
    before = await counts(at_home)
    answer = await at_home.http.post("/v1/conversations", json={})
    assert_problem(answer, 500, "internal_error")
    assert "secret" not in answer.text
    assert await counts(at_home) == before


async def test_large_bodies_are_refused_announced_or_not(at_home: House) -> None:
    begun = await at_home.begin()
    path, limit = f"/v1/conversations/{begun['id']}/messages", at_home.service.settings.body_limit

    async def drops() -> Any:
        for _ in range(limit // 1000 + 10):
            yield b"x" * 1000

    header = {"Content-Type": "application/json", "Authorization": at_home.http.headers["authorization"]}
    async with httpx.AsyncClient(base_url=at_home.url) as over_the_wire:
        for client in (at_home.http, over_the_wire):
            assert_problem(await client.post(path, content=b'{"text": "' + b"x" * limit + b'"}', headers=header), 413, "body_too_large")
            assert_problem(await client.post(path, content=drops(), headers=header), 413, "body_too_large")
    assert_problem(await at_home.http.post(path, content=b"{}", headers={**header, "Content-Length": "many"}), 413, "body_too_large")
    pieces = (piece for piece in (b'{"te', b'xt": "hel', b'lo"}'))

    async def fits() -> Any:
        for piece in pieces:
            yield piece

    assert (await at_home.http.post(path, content=fits(), headers=header)).status_code == 200


@pytest.fixture
def slowly(at_home: House) -> Iterator[None]:
    """Limits that no machine is too slow to reach."""
    usual = at_home.app.state.throttle
    at_home.app.state.throttle = Throttle("5/hour", "4/hour")
    yield
    at_home.app.state.throttle = usual


async def test_one_address_is_slowed_and_nobody_else(at_home: House, slowly: None) -> None:
    begun = await at_home.begin()
    path, body = f"/v1/conversations/{begun['id']}/messages", {"text": "x", "message_id": "m-1"}
    flood = at_home.client(begun["token"], "203.0.113.7")
    answers = [await flood.post(path, json=body) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert_problem(answers[-1], 429, "too_many_requests")
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 3601
    assert (await at_home.client(begun["token"], "203.0.113.8").post(path, json=body)).status_code == 200
    assert (await at_home.client(at_home.service.key, "203.0.113.7").post(path, json=body)).status_code == 200


async def test_one_address_begins_so_many_conversations_and_no_more(at_home: House, slowly: None) -> None:
    flood = at_home.client("", "203.0.113.9")
    statuses = [(await flood.post("/v1/conversations", json={"flow": "nonsense"})).status_code for _ in range(6)]
    assert statuses == [422] * 4 + [429] * 2
    assert (await flood.get("/healthz")).status_code == 200
    assert (await at_home.client("", "203.0.113.10").post("/v1/conversations", json={})).status_code == 201


@pytest.fixture
def log(at_home: House) -> Iterator[Any]:
    """The log file of this service while the test runs, at its most talkative."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure(at_home.service.settings.model_copy(update={"log_level": "DEBUG"}))
    yield at_home.service.settings.run_dir / "logs" / "voxtrail.log"
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_the_log_names_nobody_and_repeats_nothing(at_home: House, log: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    started = log.stat().st_size
    person = {"phone": PHONE, "email": EMAIL, "name": "Jan Tajny"}
    begun = await at_home.begin(language="pl", person=person)
    await at_home.say(begun["id"], f"{SECRET}, proszę dzwonić {PHONE} albo {EMAIL}")
    for body in ({"text": SECRET * 500}, {"text": 5, "extra": SECRET}, {"text": SECRET, "message_id": SECRET}):
        await at_home.http.post(f"/v1/conversations/{begun['id']}/messages", json=body)
    await at_home.http.get(f"/v1/people/{PHONE}/thread")
    await at_home.http.get(f"/v1/touchpoints?person={EMAIL}")
    await at_home.http.post("/v1/conversations", json={"person": {"phone": PHONE + "x", "email": SECRET}})

    async def broken(*_: Any, **__: Any) -> Any:
        raise ValueError(f"cannot send {SECRET} to {PHONE}")

    monkeypatch.setattr(at_home.service.conversations._runtime, "take", broken)
    await at_home.say(begun["id"], SECRET)
    monkeypatch.undo()
    await at_home.standin.inject(PHONE, "+48111222333", f"{SECRET} {EMAIL}")
    await at_home.standin.settled()
    logging.getLogger("test").warning("the person at %s, %s wrote", PHONE, EMAIL)
    written = log.read_text(encoding="utf-8")[started:]
    assert "a turn failed and was rolled back" in written
    assert "ValueError" in written
    for part in (PHONE, PHONE[3:], EMAIL, "Tajny", SECRET, "bransoletka", begun["token"]):
        assert part not in written, f"{part!r} is in the log"
    assert all(isinstance(json.loads(line), dict) for line in written.splitlines())
