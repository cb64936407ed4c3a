"""Text messages: signatures, one answer a message, the words that must always work, and one thread a person."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from integrations.twilio.segments import segments
from integrations.twilio.signature import HEADER, sign
from integrations.twilio.sms import MARKER
from integrations.twilio.standin import WebhookFailed
from tests.house import NUMBER, TOKEN, House, become
from tests.integration.test_escalations import delivered

SMS = {"AccountSid": "AC" + "5" * 32, "To": NUMBER, "Body": "hello", "NumMedia": "0"}


def sid(number: int) -> str:
    """A message's SID."""
    return f"SM{number:032x}"


async def post(
    house: House, path: str = "/twilio/sms", *, signature: str | None = None, token: str = TOKEN, **fields: str
) -> httpx.Response:
    """A webhook of Twilio's: signed, unless a signature is given."""
    url = house.url + path
    header = sign(token, url, fields) if signature is None else signature
    return await house.visitor().post(path, data=fields, headers={HEADER: header} if header else {})


def texts(twiml: str) -> list[str]:
    """The messages of an answer."""
    return ["".join(message.itertext()) for message in ElementTree.fromstring(twiml).iter("Message")]


async def thread(house: House, phone: str) -> list[dict[str, Any]]:
    """Everything said with the person of a number."""
    return (await house.http.get(f"/v1/people/{phone}/thread")).json()["messages"]


async def ledger(house: House, phone: str) -> list[str]:
    """The states of a person's consent, oldest first."""
    query = "SELECT state FROM consents JOIN contacts USING (person_id) WHERE value = %s ORDER BY consents.id"
    return [row["state"] for row in await house.queue.rows(query, phone)]


# ---- who sent it


async def test_a_signed_text_is_answered_in_twiml(at_home: House) -> None:
    answer = await post(at_home, **SMS, From=at_home.phone(), MessageSid=sid(1))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert texts(answer.text)


@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/status"])
async def test_an_unsigned_or_forged_text_is_refused(at_home: House, path: str) -> None:
    fields = {**SMS, "From": at_home.phone(), "MessageSid": sid(2), "MessageStatus": "sent"}
    other = sign(TOKEN, at_home.url + path, {**fields, "Body": "another"})
    elsewhere = sign(TOKEN, "https://example.com" + path, fields)
    for signature in ("", "forged", other, elsewhere, sign("not the token", at_home.url + path, fields)):
        answer = await post(at_home, path, signature=signature, **fields)
        assert (answer.status_code, answer.json()["code"]) == (403, "signature_wrong")
    assert await at_home.queue.rows("SELECT 1 FROM contacts WHERE value = %s", fields["From"]) == []


@pytest.mark.parametrize(("missing", "more"), [("From", {}), ("MessageSid", {}), ("Body", {}), ("", {"MessageSid": "nonsense"})])
async def test_a_form_that_is_not_twilios_is_refused(at_home: House, missing: str, more: dict[str, str]) -> None:
    fields = {**SMS, "From": at_home.phone(), "MessageSid": sid(3), **more}
    answer = await post(at_home, **{name: value for name, value in fields.items() if name != missing})
    assert (answer.status_code, answer.json()["code"]) == (422, "twilio_form_invalid")


# ---- once


@pytest.mark.parametrize("body", ["hello", "bye", "STOP", "START", "HELP", "human", "<b>&\x00 \ud83d"])
async def test_a_retry_gets_the_same_answer_and_nothing_happens_twice(at_home: House, body: str) -> None:
    phone = at_home.phone()
    body = body.encode("utf-8", "replace").decode()
    fields = {**SMS, "Body": body, "From": phone, "MessageSid": sid(int(phone[1:]))}
    first = await post(at_home, **fields)
    before, consents = await thread(at_home, phone), await ledger(at_home, phone)
    again = [await post(at_home, **fields) for _ in range(2)]
    assert first.status_code == 200
    assert [answer.text for answer in again] == [first.text] * 2
    assert await thread(at_home, phone) == before
    assert await ledger(at_home, phone) == consents
    assert sum(message["direction"] == "in" for message in before) == 1


async def test_a_late_retry_of_stop_does_not_undo_a_start(at_home: House) -> None:
    phone = at_home.phone()
    stop = {**SMS, "Body": "STOP", "From": phone, "MessageSid": sid(40)}
    await post(at_home, **stop)
    await post(at_home, **{**stop, "Body": "START", "MessageSid": sid(41)})
    await post(at_home, **stop)
    assert await ledger(at_home, phone) == ["revoked", "granted"]


async def test_a_retry_at_the_same_time_is_one_turn(at_home: House) -> None:
    phone = at_home.phone()
    fields = {**SMS, "From": phone, "MessageSid": sid(50)}
    answers = await asyncio.gather(*(post(at_home, **fields) for _ in range(5)))
    assert {answer.text for answer in answers} == {answers[0].text}
    assert sum(message["direction"] == "in" for message in await thread(at_home, phone)) == 1


async def test_two_texts_at_once_from_a_new_number_are_one_conversation(at_home: House) -> None:
    phone = at_home.phone()
    await asyncio.gather(
        *(
            post(at_home, **{**SMS, "Body": body}, From=phone, MessageSid=sid(60 + n))
            for n, body in enumerate(("hello", "thanks", "help me"))
        )
    )
    messages = await thread(at_home, phone)
    assert len({message["conversation"] for message in messages}) == 1
    assert sorted(message["text"] for message in messages if message["direction"] == "in") == ["hello", "help me", "thanks"]
    assert len(await at_home.queue.rows("SELECT 1 FROM contacts WHERE value = %s", phone)) == 1


# ---- STOP, START, HELP


@pytest.mark.parametrize(
    ("prefix", "stop", "start", "about"),
    [
        ("+48", "Stop!", "wznów", "pomoc"), ("+48", "proszę mnie wypisać", "START", "POMOC"), ("+44", "unsubscribe", "unstop", "help"),
        ("+40", "Dezabonare", "reluați", "ajutor"), ("+40", "nu-mi mai scrieți", "start", "informații"), ("+48", "dezabonare", "subscribe", "help"),
    ],
)  # fmt: skip
async def test_stop_start_and_help_work_in_every_language(at_home: House, prefix: str, stop: str, start: str, about: str) -> None:
    phone = at_home.phone().replace("+48600", {"+48": "+48600", "+44": "+447700", "+40": "+40712"}[prefix])
    company = at_home.service.settings.company
    language = {"+48": "kontakt", "+44": "contact", "+40": "mesaje"}[prefix]
    for body, states in ((about, []), (stop, ["revoked"]), (start, ["revoked", "granted"])):
        said = texts(await at_home.standin.inject(phone, NUMBER, body))
        assert len(said) == 1
        assert company in said[0]
        assert await ledger(at_home, phone) == states
    assert language in texts(await at_home.standin.inject(phone, NUMBER, about))[0]
    assert [m["text"] for m in await thread(at_home, phone) if m["direction"] == "in"] == [about, stop, start, about]


async def test_a_sentence_with_stop_in_it_is_no_stop(at_home: House) -> None:
    phone = at_home.phone()
    await at_home.standin.inject(phone, NUMBER, "at which stop do I get off")
    assert await ledger(at_home, phone) == []


async def test_stop_closes_the_conversation_and_stands_on_the_journey(at_home: House) -> None:
    phone = at_home.phone()
    await at_home.standin.inject(phone, NUMBER, "hello")
    await at_home.standin.inject(phone, NUMBER, "STOP")
    conversation = (await thread(at_home, phone))[-1]["conversation"]
    assert (await at_home.read(conversation))["status"] == "closed"
    journey = (await at_home.http.get("/v1/journey", params={"person": phone})).json()
    assert journey["outcomes"] == {"opted_out": 1}


@pytest.mark.parametrize(("kind", "states"), [("STOP", ["revoked"]), ("START", ["granted"]), ("HELP", [])])
async def test_what_twilios_own_filter_answered_is_noted_and_not_answered_again(at_home: House, kind: str, states: list[str]) -> None:
    phone = at_home.phone()
    answer = await post(at_home, **{**SMS, "Body": "ANULUJ"}, From=phone, MessageSid=sid(70), OptOutType=kind)
    assert texts(answer.text) == []
    assert await ledger(at_home, phone) == states
    assert [(m["direction"], m["text"]) for m in await thread(at_home, phone)] == [("in", "ANULUJ")]


# ---- the conversation


async def test_the_first_answer_says_who_is_speaking(at_home: House) -> None:
    phone = at_home.phone()
    first = texts(await at_home.standin.inject(phone, NUMBER, "hello"))
    assert "automat" in first[0]
    again = texts(await at_home.standin.inject(phone, NUMBER, "hello"))
    assert "STOP" not in again[0]
    kept = [m["text"] for m in await thread(at_home, phone) if m["direction"] == "out"]
    assert " ".join(" ".join(first + again).split()) == " ".join(" ".join(kept).split())


async def test_a_long_answer_is_split_into_messages_that_twilio_takes(at_home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    long = ("Zażółć gęślą jaźń. " * 60).strip()
    monkeypatch.setattr("bot.channels.sms._HELP", dict.fromkeys(("pl", "en", "ro"), long))
    twiml = await at_home.standin.inject(at_home.phone(), NUMBER, "POMOC")
    said = texts(twiml)
    assert " ".join(said) == long
    assert all(len(part) <= 1600 and segments(part) <= 10 for part in said)


async def test_a_long_reply_of_the_bot_is_cut_at_sentences(at_home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = at_home.service.conversations.turn
    long = " ".join(f"Zdanie numer {n} jest dość długie." for n in range(40))

    async def turn(*given: Any) -> dict[str, Any]:
        return {**await usual(*given), "replies": [{"text": long}]}

    phone = at_home.phone()
    await at_home.standin.inject(phone, NUMBER, "hello")
    monkeypatch.setattr(at_home.service.conversations, "turn", turn)
    said = texts(await at_home.standin.inject(phone, NUMBER, "opowiedz"))
    assert 1 < len(said) <= at_home.service.settings.sms_most_parts
    assert all(segments(part) <= 10 for part in said)
    assert all(re.search(r"[.…]$", part) for part in said)


@pytest.mark.parametrize("body", ["😀" * 200, "a" * 1600, "‼️", "<script>", "ł\u0000x", "   "])
async def test_odd_texts_are_answered(at_home: House, body: str) -> None:
    assert texts(await at_home.standin.inject(at_home.phone(), NUMBER, body))


async def test_a_picture_alone_is_answered(at_home: House) -> None:
    assert texts(await at_home.standin.inject(at_home.phone(), NUMBER, "", num_media=1))


async def test_what_texts_cost_stands_on_the_touchpoint(at_home: House) -> None:
    phone = at_home.phone()
    said = texts(await at_home.standin.inject(phone, NUMBER, "hello"))
    touchpoint = (await at_home.http.get("/v1/touchpoints", params={"person": phone})).json()["touchpoints"][0]
    settings = at_home.service.settings
    assert touchpoint["measures"]["cost"] >= round(2 * settings.cost_per_turn + settings.cost_per_sms * sum(map(segments, said)), 5)


async def test_the_language_follows_the_number_and_then_the_person(at_home: House) -> None:
    for prefix, language in (("+40712", "ro"), ("+447700", "en"), ("+48600", "pl"), ("+49170", "pl")):
        phone = at_home.phone().replace("+48600", prefix)
        await at_home.standin.inject(phone, NUMBER, "STOP")
        await at_home.standin.inject(phone, NUMBER, "START")
        assert (await at_home.http.get("/v1/journey", params={"person": phone})).json()["person"]["language"] == language


async def test_a_text_goes_on_with_the_conversation_on_the_web(at_home: House) -> None:
    phone = at_home.phone()
    begun = await at_home.begin(person={"phone": phone})
    await at_home.say(begun["id"], "hello")
    await at_home.standin.inject(phone, NUMBER, "thanks")
    await at_home.say(begun["id"], "and again on the web")
    messages = await thread(at_home, phone)
    assert {message["conversation"] for message in messages} == {begun["id"]}
    assert [m["channel"] for m in messages if m["direction"] == "in"] == ["web", "sms", "web"]
    assert [message["seq"] for message in messages] == list(range(1, len(messages) + 1))
    shown = (await at_home.read(begun["id"]))["turns"]
    assert [turn["text"] for turn in shown] == [message["text"] for message in messages]


async def test_a_day_later_a_text_begins_anew_in_the_same_thread(at_home: House) -> None:
    phone = at_home.phone()
    await at_home.standin.inject(phone, NUMBER, "hello")
    at_home.clock.advance(hours=25)
    await at_home.standin.inject(phone, NUMBER, "hello")
    messages = await thread(at_home, phone)
    assert len({message["conversation"] for message in messages}) == 2
    assert [message["at"] for message in messages] == sorted(message["at"] for message in messages)


async def test_a_closed_conversation_is_not_gone_on_with(at_home: House) -> None:
    phone = at_home.phone()
    await at_home.standin.inject(phone, NUMBER, "hello")
    await at_home.standin.inject(phone, NUMBER, "STOP")
    await at_home.standin.inject(phone, NUMBER, "hello")
    assert len({message["conversation"] for message in await thread(at_home, phone)}) == 2


async def test_the_database_away_is_no_answer_rather_than_a_wrong_one(at_home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    async def away(*_: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(at_home.service.conversations, "turn", away)
    with pytest.raises(WebhookFailed) as failed:
        await at_home.standin.inject(at_home.phone(), NUMBER, "hello")
    assert failed.value.status == 503


# ---- what became of it


async def sent(house: House) -> tuple[str, dict[str, Any]]:
    """A text that a campaign sent: the number and the delivery's row."""
    phone = house.phone()
    _, person = await house.met("pl", phone=phone)
    await house.http.post(f"/v1/people/{person}/consent", json={"state": "granted", "reason": "test"})
    answer = await house.http.post("/v1/campaigns", json={"name": "t", "flow": "support", "people": [{"person": person}]})
    assert answer.status_code == 201, answer.text
    await delivered_or_not(house, phone)
    return phone, await row(house, phone)


async def row(house: House, phone: str) -> dict[str, Any]:
    """The delivery to a number."""
    return (await house.queue.rows("SELECT * FROM deliveries WHERE recipient = %s", phone))[0]


async def delivered_or_not(house: House, phone: str) -> None:
    """Wait until the delivery to this number has an end."""

    async def done() -> bool:
        rows = await house.queue.rows("SELECT status FROM deliveries WHERE recipient = %s", phone)
        return bool(rows) and rows[0]["status"] in ("delivered", "undelivered", "failed", "refused")

    await become(done)
    await house.standin.settled()


async def test_callbacks_move_a_delivery_forward_only(at_home: House) -> None:
    phone, delivery = await sent(at_home)
    assert delivery["status"] == "delivered"
    for status in ("queued", "sent", "sending", "nonsense"):
        answer = await post(at_home, "/twilio/status", MessageSid=delivery["provider_id"], MessageStatus=status)
        assert answer.status_code == 204
        assert (await row(at_home, phone))["status"] == "delivered"


async def test_a_callback_finds_its_delivery_by_our_key_before_we_know_its_sid(at_home: House) -> None:
    phone, delivery = await sent(at_home)
    await at_home.queue.rows("UPDATE deliveries SET provider_id = NULL, status = 'trying' WHERE key = %s RETURNING key", delivery["key"])
    path = f"/twilio/status?{MARKER}={delivery['key']}"
    await post(at_home, path, MessageSid=sid(90), MessageStatus="queued")
    assert ((await row(at_home, phone))["provider_id"], (await row(at_home, phone))["status"]) == (sid(90), "queued")
    await at_home.service.deliveries.send(delivery["key"])  # the queue tries again: it has left, by Twilio's own word
    assert len(at_home.standin.sent(phone)) == 1
    await post(at_home, path, MessageSid=sid(91), MessageStatus="failed")  # another message under our key is not this one
    assert (await row(at_home, phone))["status"] == "queued"
    assert (await post(at_home, "/twilio/status", MessageSid=sid(99), MessageStatus="sent")).status_code == 204


async def test_a_number_that_cannot_be_reached_is_known_as_such(at_home: House) -> None:
    phone = at_home.phone()
    at_home.standin.undeliverable[phone] = 30005
    _, person = await at_home.met("pl", phone=phone)
    await at_home.http.post(f"/v1/people/{person}/consent", json={"state": "granted", "reason": "test"})
    await at_home.http.post("/v1/campaigns", json={"name": "t", "flow": "support", "people": [{"person": person}]})
    await delivered_or_not(at_home, phone)
    assert ((await row(at_home, phone))["status"], (await row(at_home, phone))["reason"]) == ("undelivered", "30005")
    assert await ledger(at_home, phone) == ["granted"]


async def test_a_stop_that_only_the_carrier_knows_of_reaches_the_ledger(at_home: House) -> None:
    phone = at_home.phone()
    _, person = await at_home.met("pl", phone=phone)
    await at_home.http.post(f"/v1/people/{person}/consent", json={"state": "granted", "reason": "test"})
    at_home.standin.fail_next(1, 400, code=21610)
    await at_home.http.post("/v1/campaigns", json={"name": "t", "flow": "support", "people": [{"person": person}]})
    await delivered_or_not(at_home, phone)
    assert ((await row(at_home, phone))["status"], (await row(at_home, phone))["reason"]) == ("refused", "21610")
    assert await ledger(at_home, phone) == ["granted", "revoked"]
    assert at_home.standin.sent(phone) == []


async def test_a_stop_in_a_callback_reaches_the_ledger(at_home: House) -> None:
    phone = at_home.phone()
    at_home.standin.undeliverable[phone] = 21610
    _, person = await at_home.met("pl", phone=phone)
    await at_home.http.post(f"/v1/people/{person}/consent", json={"state": "granted", "reason": "test"})
    await at_home.http.post("/v1/campaigns", json={"name": "t", "flow": "support", "people": [{"person": person}]})
    await delivered_or_not(at_home, phone)

    async def revoked() -> bool:
        return await ledger(at_home, phone) == ["granted", "revoked"]

    await become(revoked)


async def test_a_refusal_for_good_is_not_tried_again(at_home: House) -> None:
    phone = at_home.phone()
    _, person = await at_home.met("pl", phone=phone)
    await at_home.http.post(f"/v1/people/{person}/consent", json={"state": "granted", "reason": "test"})
    at_home.standin.fail_next(1, 400, code=21211)
    await at_home.http.post("/v1/campaigns", json={"name": "t", "flow": "support", "people": [{"person": person}]})
    await delivered_or_not(at_home, phone)
    assert (await row(at_home, phone))["status"] == "refused"
    await at_home.queue.hurry()
    assert at_home.standin.sent(phone) == []
    assert await ledger(at_home, phone) == ["granted"]


async def test_a_delivery_that_never_works_says_so_in_the_end(at_home: House) -> None:
    phone = at_home.phone()
    _, person = await at_home.met("pl", phone=phone)
    await at_home.http.post(f"/v1/people/{person}/consent", json={"state": "granted", "reason": "test"})
    at_home.standin.fail_next(1000)
    await at_home.http.post("/v1/campaigns", json={"name": "t", "flow": "support", "people": [{"person": person}]})

    async def failed() -> bool:
        await at_home.queue.hurry()
        rows = await at_home.queue.rows("SELECT status FROM deliveries WHERE recipient = %s", phone)
        return bool(rows) and rows[0]["status"] == "failed"

    await become(failed, 60)
    at_home.standin.fail_next(0)
    assert at_home.standin.sent(phone) == []


async def test_an_application_by_text_is_delivered(at_home: House) -> None:
    phone = at_home.phone()
    answer = await at_home.http.post(
        "/v1/applications", json={"job_id": "J-100", "channel": "sms", "language": "pl", "person": {"phone": phone, "name": "Ola"}}
    )
    assert answer.status_code == 201, answer.text
    await delivered(at_home, phone, 1)
    said = " ".join(message.body for message in at_home.standin.sent(phone))
    assert answer.json()["replies"][0]["text"].split(".")[0][:40] in said
