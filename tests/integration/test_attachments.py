"""Files in a chat: sent, shown and kept apart; too large, of a wrong kind or somebody else's they are refused, and the audit knows."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from procrastinate.exceptions import AlreadyEnqueued
from websockets.asyncio.client import connect

from bot.escalation import attachments
from bot.outreach import jobs
from bot.problems import Problem
from tests import files
from tests.house import House, become

MIB = 2**20


async def sent(
    house: House, conversation: str, data: bytes, name: str = "photo.png", client: httpx.AsyncClient | None = None, **query: str
) -> httpx.Response:
    """A file as the body of a request."""
    client = client or house.http
    return await client.post(
        f"/v1/conversations/{conversation}/attachments", params={"name": name, **query}, content=data,
        headers={"Content-Type": "application/octet-stream"},
    )  # fmt: skip


async def file(house: House, conversation: str, data: bytes = b"", name: str = "photo.png", **query: str) -> str:
    """A file that was taken: its id."""
    answer = await sent(house, conversation, data or files.png(), name, **query)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def visitor(house: House, **body: Any) -> tuple[str, httpx.AsyncClient]:
    """A conversation, and the browser that has its token."""
    begun = (await house.visitor().post("/v1/conversations", json={"language": "en", **body})).json()
    return begun["id"], house.visitor(begun["token"])


async def say(
    house: House, conversation: str, text: str, *ids: str, client: httpx.AsyncClient | None = None, **more: Any
) -> httpx.Response:
    body = {"text": text, "attachments": list(ids), **more}
    return await (client or house.http).post(f"/v1/conversations/{conversation}/messages", json=body)


async def count(house: House, table: str = "attachments") -> int:
    return (await house.queue.rows(f"SELECT count(*) AS n FROM {table}"))[0]["n"]


async def test_a_person_sends_a_picture_and_sees_it_in_the_conversation(at_home: House) -> None:
    conversation, browser = await visitor(at_home)
    picture = files.png(9, 7)
    answer = await sent(at_home, conversation, picture, "Zdjęcie paczki.png", browser)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert {k: found[k] for k in ("name", "media_type", "size")} == {
        "name": "Zdjęcie paczki.png",
        "media_type": "image/png",
        "size": len(picture),
    }

    said = await say(at_home, conversation, "it came broken", found["id"], client=browser)
    assert said.status_code == 200, said.text
    assert "saved that with our conversation" in said.json()["replies"][0]["text"]
    assert len(said.json()["replies"]) > 1  # and the words are answered, too

    turn = next(t for t in (await browser.get(f"/v1/conversations/{conversation}")).json()["turns"] if t["direction"] == "in")
    assert turn["text"] == "it came broken"
    shown = turn["attachments"][0]
    assert (shown["id"], shown["name"]) == (found["id"], "Zdjęcie paczki.png")

    by_link = await at_home.visitor().get(shown["url"])  # as an <img> asks: without a token
    assert (by_link.status_code, by_link.content, by_link.headers["content-type"]) == (200, picture, "image/png")
    assert by_link.headers["content-disposition"] == "inline; filename*=UTF-8''Zdj%C4%99cie%20paczki.png"
    assert by_link.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in by_link.headers["content-security-policy"]
    by_token = await browser.get(urlsplit(shown["url"]).path)
    assert by_token.content == picture


async def test_a_file_of_a_form_is_taken_too(at_home: House) -> None:
    conversation, browser = await visitor(at_home)
    answer = await browser.post(f"/v1/conversations/{conversation}/attachments", files={"file": ("umowa.pdf", files.PDF, "text/html")})
    assert answer.status_code == 201, answer.text
    assert (answer.json()["name"], answer.json()["media_type"]) == ("umowa.pdf", "application/pdf")
    got = await browser.get(answer.json()["url"])
    assert got.headers["content-disposition"].startswith("attachment;")
    without = await browser.post(f"/v1/conversations/{conversation}/attachments", files={"other": (None, "only a field")})
    assert (without.status_code, without.json()["code"]) == (422, "attachment_missing")
    broken = await browser.post(
        f"/v1/conversations/{conversation}/attachments",
        content=b"no form at all",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert broken.status_code in (400, 422)


async def test_a_file_without_words_is_noted_and_the_question_is_asked_again(at_home: House) -> None:
    conversation = (await at_home.begin(flow="support"))["id"]
    at_home.nlu.intents["where is my order"] = "order_status"
    asked = await at_home.say(conversation, "where is my order")
    assert asked["state"]["awaiting"] == "order_number"
    answer = (await say(at_home, conversation, "", await file(at_home, conversation))).json()
    assert "saved that" in answer["replies"][0]["text"]
    assert answer["replies"][-1]["text"] == asked["replies"][-1]["text"]
    assert answer["state"]["awaiting"] == "order_number"
    again = (await say(at_home, conversation, "", await file(at_home, conversation, files.PDF, "a.pdf"))).json()
    assert [r["text"] for r in again["replies"]] == [r["text"] for r in answer["replies"]]


@pytest.mark.parametrize(("language", "words"), [("pl", "zapisałem to"), ("ro", "am salvat"), ("en", "saved that")])
async def test_the_bot_says_in_every_language_that_it_has_the_file(at_home: House, language: str, words: str) -> None:
    conversation = (await at_home.begin(language=language))["id"]
    answer = (await say(at_home, conversation, "", await file(at_home, conversation))).json()
    assert words in answer["replies"][0]["text"]


async def test_nothing_at_all_is_still_an_empty_message(at_home: House) -> None:
    conversation = (await at_home.begin())["id"]
    answer = await say(at_home, conversation, "  ")
    assert (answer.status_code, answer.json()["code"]) == (422, "text_empty")


async def test_the_same_message_with_its_file_is_said_once(at_home: House) -> None:
    conversation = (await at_home.begin())["id"]
    picture = await file(at_home, conversation)
    first = (await say(at_home, conversation, "look", picture, message_id="m-1")).json()
    assert (await say(at_home, conversation, "look", picture, message_id="m-1")).json() == first
    turns = [t for t in (await at_home.read(conversation))["turns"] if t["direction"] == "in"]
    assert [(t["text"], len(t["attachments"])) for t in turns] == [("look", 1)]


async def test_the_same_file_sent_again_is_the_one_that_is_there(at_home: House) -> None:
    conversation = (await at_home.begin())["id"]
    first = await file(at_home, conversation)
    assert await file(at_home, conversation) == first
    assert await file(at_home, conversation, files.png(5, 5)) != first
    assert await file(at_home, conversation, name="other.png") != first


async def test_live_events_show_the_file(at_home: House) -> None:
    begun = await at_home.begin()
    url = f"{at_home.url.replace('http', 'ws')}/v1/conversations/{begun['id']}/events?token={begun['token']}"
    async with connect(url, proxy=None) as socket:
        picture = await file(at_home, begun["id"])
        await say(at_home, begun["id"], "", picture)
        async with asyncio.timeout(10):
            while True:
                event = json.loads(await socket.recv())
                if event["type"] == "message" and event["direction"] == "in":
                    break
    assert event["attachments"][0]["id"] == picture
    assert (await at_home.visitor().get(event["attachments"][0]["url"])).status_code == 200


# Refused


@pytest.mark.parametrize(
    ("data", "name"),
    [(files.HTML, "photo.png"), (files.SVG, "drawing.svg"), (files.EXE, "setup.exe"), (files.EXE, "invoice.pdf"), (files.MACROS, "plan.docx")],
)  # fmt: skip
async def test_what_could_do_harm_is_refused_whatever_it_is_called(at_home: House, data: bytes, name: str) -> None:
    conversation, browser = await visitor(at_home)
    before = await count(at_home)
    answer = await sent(at_home, conversation, data, name, browser)
    assert (answer.status_code, answer.json()["code"]) == (415, "attachment_kind")
    assert await count(at_home) == before
    assert await refusals(at_home, conversation) == [("person", "attachment_kind")]


async def refusals(house: House, conversation: str) -> list[tuple[str, str]]:
    query = "SELECT who, detail->>'why' AS why FROM audit WHERE action = 'refused' AND about = %s ORDER BY id"
    return [(row["who"], row["why"]) for row in await house.queue.rows(query, conversation)]


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("form", [True, False])
async def test_fifty_megabytes_are_refused_before_they_fill_memory(at_home: House, announced: bool, form: bool) -> None:
    conversation, browser = await visitor(at_home)
    piece, read = b"x" * MIB, 0
    start = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n' if form else b""

    async def fifty() -> AsyncIterator[bytes]:
        nonlocal read
        yield start
        for _ in range(50):
            read += 1
            yield piece

    headers = {"Content-Type": "multipart/form-data; boundary=b" if form else "application/octet-stream"}
    if announced:
        headers["Content-Length"] = str(50 * MIB)
    tracemalloc.start()
    answer = await browser.post(f"/v1/conversations/{conversation}/attachments?name=a.txt", content=fifty(), headers=headers)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.status_code, answer.json()["code"]) == (413, "attachment_too_large")
    assert peak < 40 * MIB
    assert read <= (1 if announced else 12)
    assert await refusals(at_home, conversation) == [("person", "attachment_too_large")]


async def test_fifty_megabytes_over_a_real_connection(at_home: House) -> None:
    begun = await at_home.begin()
    host, port = urlsplit(at_home.url).hostname, urlsplit(at_home.url).port
    for head in (f"Content-Length: {50 * MIB}", "Transfer-Encoding: chunked"):
        reader, writer = await asyncio.open_connection(host, port)
        path = f"/v1/conversations/{begun['id']}/attachments?name=a.txt"
        writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {begun['token']}\r\n{head}\r\n\r\n".encode())
        sending = asyncio.create_task(_pour(writer, chunked="chunked" in head))
        status = await asyncio.wait_for(reader.readline(), 20)
        assert b" 413 " in status
        sending.cancel()
        writer.close()
    assert await count(at_home) >= 0  # it goes on to serve


async def _pour(writer: asyncio.StreamWriter, *, chunked: bool) -> None:
    piece = b"x" * 65536
    try:
        for _ in range(800):
            writer.write(b"10000\r\n" + piece + b"\r\n" if chunked else piece)
            await writer.drain()
    except ConnectionError:  # it was told enough
        pass


async def test_the_limit_is_a_byte_exactly_and_nothing_is_no_file(at_home: House) -> None:
    conversation = (await at_home.begin())["id"]
    limit = at_home.service.settings.attachment_limit
    assert (await sent(at_home, conversation, b"a" * limit, "a.txt")).status_code == 201
    over = await sent(at_home, conversation, b"a" * (limit + 1), "a.txt")
    assert (over.status_code, over.json()["code"]) == (413, "attachment_too_large")
    nothing = await sent(at_home, conversation, b"", "a.txt")
    assert (nothing.status_code, nothing.json()["code"]) == (422, "attachment_empty")


async def test_the_widget_knows_the_servers_limit(at_home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_home.service, "settings", at_home.service.settings.model_copy(update={"attachment_limit": 777_777}))
    assert "[FILE_LIMIT, MOST_FILES] = [777777, 10]" in (await at_home.visitor().get("/widget.js")).text


async def test_other_requests_keep_their_own_limit(at_home: House) -> None:
    conversation = (await at_home.begin())["id"]
    body = json.dumps({"text": "x" * 100_000}).encode()
    answer = await at_home.http.post(
        f"/v1/conversations/{conversation}/messages", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_all_files_of_a_conversation_have_a_limit_together(at_home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "CONVERSATION_LIMIT", 1000)
    conversation, elsewhere = (await at_home.begin())["id"], (await at_home.begin())["id"]
    assert (await sent(at_home, conversation, b"a" * 600, "a.txt")).status_code == 201
    full = await sent(at_home, conversation, b"b" * 600, "b.txt")
    assert (full.status_code, full.json()["code"]) == (413, "attachments_full")
    assert (await sent(at_home, conversation, b"a" * 600, "a.txt")).status_code == 201  # it is there already
    assert (await sent(at_home, elsewhere, b"b" * 600, "b.txt")).status_code == 201
    both = [sent(at_home, elsewhere, char * 300, f"{char.decode()}.txt") for char in (b"c", b"d")]
    assert sorted(answer.status_code for answer in await asyncio.gather(*both)) == [201, 413]


async def test_a_message_has_at_most_ten_files_and_only_its_own(at_home: House) -> None:
    conversation, elsewhere = (await at_home.begin())["id"], (await at_home.begin())["id"]
    mine = [await file(at_home, conversation, f"note {n}".encode(), f"{n}.txt") for n in range(11)]
    many = await say(at_home, conversation, "all of them", *mine)
    assert (many.status_code, many.json()["field"]) == (422, "attachments")
    assert (await say(at_home, conversation, "ten", *mine[:10])).status_code == 200
    before = await count(at_home, "messages")
    agents = await file(at_home, conversation, files.PDF, "offer.pdf", agent="anna")
    for wrong in (await file(at_home, elsewhere), agents, "nonsense", "a" * 100, "\u0007"):
        refused = await say(at_home, conversation, "look", wrong)
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "attachment_unknown", "attachments")
    assert await count(at_home, "messages") == before


async def test_a_foreign_conversations_file_opens_to_nobody_else(at_home: House) -> None:
    conversation, browser = await visitor(at_home)
    other, stranger = await visitor(at_home)
    answer = (await sent(at_home, conversation, files.png(), client=browser)).json()
    path = urlsplit(answer["url"]).path
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get(path.replace(conversation, other))).status_code == 404
    assert (await at_home.visitor().get(path)).json()["code"] == "token_needed"
    assert (await sent(at_home, conversation, files.png(), client=stranger)).status_code == 404
    assert (await sent(at_home, conversation, files.png(), client=at_home.visitor())).status_code == 401
    assert (await browser.get(path)).status_code == 200
    for odd in ("%00", "x" * 300, "..%2f..%2fetc"):
        assert (await browser.get(f"/v1/conversations/{conversation}/attachments/{odd}")).status_code == 404


async def test_a_link_ends_and_cannot_be_bent(at_home: House) -> None:
    conversation, browser = await visitor(at_home)
    one = (await sent(at_home, conversation, files.png(), client=browser)).json()
    two = (await sent(at_home, conversation, files.PDF, "a.pdf", browser)).json()
    query = parse_qs(urlsplit(one["url"]).query)
    bent = [
        one["url"].replace(one["id"], two["id"]),
        one["url"].replace(f"expires={query['expires'][0]}", f"expires={int(query['expires'][0]) + 86400}"),
        one["url"][:-1] + ("0" if one["url"][-1] != "0" else "1"),
        one["url"].rpartition("&")[0] + "&signature=%C4%85",
    ]
    for url in bent:
        answer = await at_home.visitor().get(url)
        assert (answer.status_code, answer.json()["code"]) == (403, "link_ended"), url
    before = at_home.clock.moment
    try:
        at_home.clock.advance(seconds=attachments.LINK_S - 1)
        assert (await at_home.visitor().get(one["url"])).status_code == 200
        at_home.clock.advance(seconds=attachments.LINK_S + 1)
        assert (await at_home.visitor().get(one["url"])).json()["code"] == "link_ended"
        assert (await browser.get(one["url"])).status_code == 200  # the conversation's own token opens it still
    finally:
        at_home.clock.moment = before


async def test_links_of_one_hour_are_alike_so_that_browsers_keep_the_picture(at_home: House) -> None:
    service, at = at_home.service, datetime(2035, 11, 14, 9, 0, tzinfo=UTC)
    later = at.replace(minute=20)
    assert attachments.url(service, "c", "a", at) == attachments.url(service, "c", "a", later)


async def test_only_so_many_files_come_from_one_address(at_home: House) -> None:
    conversation, browser = await visitor(at_home)
    for n in range(30):
        assert (await sent(at_home, conversation, f"note {n}".encode(), f"{n}.txt", browser)).status_code == 201
    for _ in range(30):
        answer = await sent(at_home, conversation, b"one more", "more.txt", browser)
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
        assert int(answer.headers["retry-after"]) >= 1
    noted = await refusals(at_home, conversation)
    assert set(noted) == {("person", "too_many_requests")}
    assert len(noted) == 20  # and no more: the log is not filled


async def test_script_in_a_files_name_is_only_a_name(at_home: House) -> None:
    conversation, browser = await visitor(at_home)
    evil = '"><script>alert(1)</script>\r\nSet-Cookie: a=b.png'
    found = (await sent(at_home, conversation, files.png(), evil, browser)).json()
    assert not set(found["name"]) & set('<>"/\\\r\n')
    got = await browser.get(found["url"])
    assert got.status_code == 200
    assert "set-cookie" not in got.headers


# Agents, text messages, calls


async def test_an_agent_sends_a_file_and_the_person_gets_it(at_home: House) -> None:
    conversation, escalation = await at_home.escalated("anna")
    offer = await file(at_home, conversation, files.PDF, "oferta.pdf", agent="anna")
    path = f"/v1/escalations/{escalation}/messages"
    body = {"agent": "anna", "text": "", "attachments": [offer], "message_id": "a-1"}
    first = await at_home.http.post(path, json=body)
    assert first.status_code == 201, first.text
    assert (await at_home.http.post(path, json=body)).json()["seq"] == first.json()["seq"]
    turn = (await at_home.read(conversation))["turns"][-1]
    assert (turn["author"], turn["text"], turn["attachments"][0]["name"]) == ("anna", "", "oferta.pdf")
    persons = await file(at_home, conversation)
    refused = await at_home.http.post(path, json={"agent": "anna", "text": "", "attachments": [persons]})
    assert (refused.status_code, refused.json()["code"]) == (422, "attachment_unknown")
    nothing = await at_home.http.post(path, json={"agent": "anna", "text": " "})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "text_empty")


async def test_only_a_key_sends_files_for_an_agent(at_home: House) -> None:
    conversation, browser = await visitor(at_home)
    answer = await sent(at_home, conversation, files.png(), client=browser, agent="anna")
    assert (answer.status_code, answer.json()["code"]) == (403, "agent_needs_key")


async def test_what_a_person_sends_while_an_agent_has_the_conversation_is_only_kept(at_home: House) -> None:
    conversation, _ = await at_home.escalated("anna")
    answer = (await say(at_home, conversation, "", await file(at_home, conversation))).json()
    assert answer["replies"] == []
    assert (await at_home.read(conversation))["turns"][-1]["attachments"]


@pytest.mark.parametrize("channel", ["sms", "phone", "browser"])
async def test_text_messages_and_calls_carry_no_files(at_home: House, channel: str) -> None:
    conversation = (await at_home.begin(channel=channel, person={"phone": at_home.phone()}))["id"]
    answer = await sent(at_home, conversation, files.png())
    assert (answer.status_code, answer.json()["code"]) == (409, "channel_without_files")


async def test_an_agent_cannot_send_a_file_once_the_person_goes_on_by_text_message(at_home: House) -> None:
    conversation, escalation = await at_home.escalated("anna")
    offer = await file(at_home, conversation, files.PDF, "oferta.pdf", agent="anna")
    await at_home.queue.rows(
        "UPDATE messages SET channel = 'sms' WHERE conversation_id = %s AND direction = 'in' RETURNING 1", conversation
    )
    answer = await at_home.http.post(
        f"/v1/escalations/{escalation}/messages", json={"agent": "anna", "text": "here", "attachments": [offer]}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "channel_without_files")


# Erased, exported


async def test_files_are_exported_and_erased_with_the_person(at_home: House) -> None:
    conversation, person = await at_home.met()
    picture = await file(at_home, conversation)
    await say(at_home, conversation, "look", picture)
    from bot.journey.export import everything

    async with at_home.service.database.sessions() as session:
        found = await everything(session, person)
    assert [(f["id"], f["author"], f["size"]) for f in found["attachments"]] == [(picture, "person", len(files.png()))]
    assert (await at_home.http.get(found["attachments"][0]["url"])).content == files.png()
    assert any(message.get("attachments") for message in found["messages"])
    assert (await at_home.http.post(f"/v1/people/{person}/erase")).status_code == 200
    assert await at_home.queue.rows("SELECT id FROM attachments WHERE id = %s", picture) == []


async def test_a_file_that_nobody_sends_is_kept_for_a_day(at_home: House) -> None:
    conversation, browser = await visitor(at_home)
    kept, left = await file(at_home, conversation), await file(at_home, conversation, files.png(9))
    assert (await say(at_home, conversation, "look", kept, client=browser)).status_code == 200

    async def there() -> set[str]:
        return {row["id"] for row in await at_home.queue.rows("SELECT id FROM attachments WHERE conversation_id = %s", conversation)}

    for hours, expected in ((23, {kept, left}), (25, {kept})):
        async with at_home.service.database.transaction() as session:
            await attachments.forget_unsent(session, at_home.clock.now() + timedelta(hours=hours))
        assert await there() == expected


async def test_forgetting_files_is_a_job_of_the_queue(at_home: House) -> None:
    conversation, _ = await visitor(at_home)
    left = await file(at_home, conversation)
    await at_home.queue.rows("UPDATE attachments SET created = created - interval '2 days' WHERE id = %s RETURNING id", left)
    with contextlib.suppress(AlreadyEnqueued):  # it comes every hour by itself
        await jobs.forget_files.defer_async(timestamp=0)

    async def gone() -> bool:
        return not await at_home.queue.rows("SELECT 1 FROM attachments WHERE id = %s", left)

    await become(gone)


async def test_the_function_for_the_desk_names_what_is_wrong(at_home: House) -> None:
    conversation = (await at_home.begin())["id"]
    service = at_home.service
    async with service.database.transaction() as session:
        made = await attachments.add(session, service.settings, conversation, "user1", "a.png", files.png(), at_home.clock.now())
        assert attachments.file_json(made)["media_type"] == "image/png"
        with pytest.raises(Problem) as refused:
            await attachments.add(session, service.settings, "nowhere", "user1", "a.png", files.png(), at_home.clock.now())
        assert refused.value.status == 404


async def test_a_broken_off_upload_leaves_nothing(at_home: House) -> None:
    begun = await at_home.begin()
    before = await count(at_home)
    host, port = urlsplit(at_home.url).hostname, urlsplit(at_home.url).port
    _, writer = await asyncio.open_connection(host, port)
    path = f"/v1/conversations/{begun['id']}/attachments?name=a.txt"
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {begun['token']}\r\nContent-Length: 5000\r\n\r\nhalf".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    async def alive() -> bool:
        return (await at_home.http.get("/healthz")).status_code == 200

    assert await become(alive)
    assert await count(at_home) == before
