"""Campaigns: consent, quiet hours in virtual time, STOP on any channel, and at most one attempt a person."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from procrastinate.exceptions import AlreadyEnqueued

from bot.outreach import jobs
from bot.service import Service
from tests.house import NUMBER, START, House, become
from tests.integration.test_escalations import delivered


@pytest.fixture(autouse=True)
def _morning(at_home: House) -> Iterator[None]:
    """Every test begins on the same morning, and with a Twilio that works."""
    at_home.clock.moment = START
    yield
    at_home.clock.moment = START


async def start(house: House, *people: str, flow: str = "support", **more: Any) -> str:
    """A campaign's id; it begins a minute after whatever was before."""
    house.clock.advance(minutes=1)
    body = {"name": "Autumn", "flow": flow, "people": [{"person": person} for person in people], **more}
    answer = await house.http.post("/v1/campaigns", json=body)
    assert answer.status_code == 201, answer.text
    assert set(answer.json()) == {"id", "name", "flow", "channel", "people"}
    return answer.json()["id"]


async def progress(house: House, campaign: str) -> dict[str, int]:
    """How many people by status and reason."""
    attempts = (await house.http.get(f"/v1/campaigns/{campaign}")).json()["attempts"]
    return {"/".join(filter(None, (one["status"], one["reason"]))): one["people"] for one in attempts}


async def ended(house: House, campaign: str) -> dict[str, int]:
    """The progress when no attempt waits any more."""

    async def done() -> dict[str, int]:
        found = await progress(house, campaign)
        return {} if "waiting" in found else found

    return await become(done)


async def willing(house: House, language: str = "en", **person: Any) -> tuple[str, str]:
    """A person who agreed to be contacted: id and number."""
    phone = house.phone()
    _, found = await house.met(language, phone=phone, **person)
    answer = await house.http.post(f"/v1/people/{found}/consent", json={"state": "granted", "reason": "asked for news"})
    assert answer.json()["may_contact"]
    return found, phone


async def scheduled(house: House, task: str) -> list[datetime]:
    """When the jobs of a task are due, the newest last."""

    async def there() -> list[dict[str, Any]]:
        return [job for job in await house.queue.jobs(task) if job["scheduled_at"]]

    return [job["scheduled_at"] for job in await become(there)]


def received(house: House, phone: str) -> list[str]:
    """What we sent to the number."""
    return [message.body for message in house.standin.sent(phone) if message.direction == "outbound-api"]


async def test_who_agreed_is_written_to_and_answers_in_the_same_conversation(at_home: House) -> None:
    person, phone = await willing(at_home)
    campaign = await start(at_home, person)
    assert await ended(at_home, campaign) == {"sent": 1}
    await delivered(at_home, phone, 1)
    assert len(received(at_home, phone)) == 1
    conversation = (await at_home.http.get(f"/v1/people/{person}/thread")).json()["messages"][-1]["conversation"]
    found = await at_home.read(conversation)
    assert (found["channel"], found["kind"]) == ("sms", "support")
    assert received(at_home, phone)[0].split() == " ".join(turn["text"] for turn in found["turns"]).split()
    await at_home.standin.inject(phone, NUMBER, "hello")
    assert (await at_home.http.get(f"/v1/people/{person}/thread")).json()["messages"][-1]["conversation"] == conversation
    touchpoints = (await at_home.http.get("/v1/touchpoints", params={"person": person, "channel": "sms"})).json()["touchpoints"]
    assert [touchpoint["direction"] for touchpoint in touchpoints] == ["out"]


async def test_without_consent_or_number_nothing_is_sent(at_home: House) -> None:
    _, silent = await at_home.met(phone=(phone := at_home.phone()))
    _, mail_only = await at_home.met(phone=None, email=f"m{phone[1:]}@example.com")
    await at_home.http.post(f"/v1/people/{mail_only}/consent", json={"state": "granted", "reason": "x"})
    campaign = await start(at_home, silent, mail_only)
    assert await ended(at_home, campaign) == {"dropped/no_consent": 1, "dropped/no_phone": 1}
    assert received(at_home, phone) == []


async def test_a_person_is_tried_once_however_often_they_are_named(at_home: House) -> None:
    person, phone = await willing(at_home)
    campaign = await start(at_home, person, phone, person)
    assert await ended(at_home, campaign) == {"sent": 1}
    attempt = (await at_home.queue.rows("SELECT id FROM attempts WHERE campaign_id = %s", campaign))[0]["id"]
    await asyncio.gather(*(at_home.service.campaigns.attempt(attempt) for _ in range(4)))  # the queue may run a job again
    await delivered(at_home, phone, 1)
    key = (await at_home.queue.rows("SELECT key FROM deliveries WHERE recipient = %s", phone))[0]["key"]
    await asyncio.gather(*(at_home.service.deliveries.send(key) for _ in range(4)))
    assert len(received(at_home, phone)) == 1


async def test_a_campaign_is_written_whole_or_not_at_all(at_home: House) -> None:
    person, phone = await willing(at_home)
    before = await at_home.queue.rows("SELECT (SELECT count(*) FROM campaigns) AS campaigns, (SELECT count(*) FROM attempts) AS attempts")
    body = {"name": "x", "flow": "support", "people": [{"person": person}, {"person": "nobody"}]}
    answer = await at_home.http.post("/v1/campaigns", json=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "unknown_person", "people.1.person")
    answer = await at_home.http.post("/v1/campaigns", json={**body, "flow": "nonsense"})
    assert (answer.status_code, answer.json()["field"]) == (422, "flow")
    assert before == await at_home.queue.rows(
        "SELECT (SELECT count(*) FROM campaigns) AS campaigns, (SELECT count(*) FROM attempts) AS attempts"
    )
    assert received(at_home, phone) == []
    assert (await at_home.http.get("/v1/campaigns/C-none")).json()["code"] == "campaign_not_found"


@pytest.mark.parametrize(("language", "zone"), [("pl", "Europe/Warsaw"), ("en", "Europe/London"), ("ro", "Europe/Bucharest")])
async def test_at_night_an_attempt_waits_for_the_persons_own_morning(at_home: House, language: str, zone: str) -> None:
    person, phone = await willing(at_home, language)
    evening = datetime(2035, 11, 14, 22, 30, tzinfo=ZoneInfo(zone))
    at_home.clock.moment = evening
    campaign = await start(at_home, person)
    due = (await scheduled(at_home, "attempt"))[-1]
    assert due == datetime(2035, 11, 15, 9, 0, tzinfo=ZoneInfo(zone))
    assert await progress(at_home, campaign) == {"waiting": 1}
    at_home.clock.moment = due - timedelta(minutes=1)
    await at_home.queue.hurry()  # the queue's clock runs ahead of the person's morning: it waits again
    assert (await scheduled(at_home, "attempt"))[-1] == due
    assert received(at_home, phone) == []
    at_home.clock.moment = due
    await at_home.queue.hurry()
    assert await ended(at_home, campaign) == {"sent": 1}
    await delivered(at_home, phone, 1)
    assert len(received(at_home, phone)) == 1


async def test_a_message_that_could_not_leave_before_the_evening_waits_for_the_morning(at_home: House) -> None:
    person, phone = await willing(at_home, "pl")
    at_home.standin.fail_next(1, 503)
    at_home.clock.moment = datetime(2035, 11, 14, 19, 58, tzinfo=ZoneInfo("Europe/Warsaw"))
    campaign = await start(at_home, person)
    assert await ended(at_home, campaign) == {"sent": 1}

    async def tried() -> bool:
        return bool([job for job in await at_home.queue.jobs("deliver") if job["attempts"]])

    await become(tried)
    at_home.clock.advance(minutes=2)
    await at_home.queue.hurry()
    morning = datetime(2035, 11, 15, 9, 0, tzinfo=ZoneInfo("Europe/Warsaw"))

    async def waits() -> bool:
        return morning in [job["scheduled_at"] for job in await at_home.queue.jobs("deliver")]

    await become(waits)
    assert received(at_home, phone) == []
    at_home.clock.moment = morning
    await at_home.queue.hurry()
    await delivered(at_home, phone, 1)
    assert len(received(at_home, phone)) == 1


async def by_chat(house: House, person: str, phone: str) -> None:
    """STOP in the web chat."""
    begun = await house.begin(person={"phone": phone})
    assert (await house.say(begun["id"], "stop contacting me"))["replies"]


async def by_text(house: House, person: str, phone: str) -> None:
    """STOP by text message."""
    await house.standin.inject(phone, NUMBER, "STOP")


async def by_api(house: House, person: str, phone: str) -> None:
    """STOP through the company's own system."""
    await house.http.post(f"/v1/people/{person}/consent", json={"state": "revoked", "reason": "by letter"})


async def by_telling_an_agent(house: House, person: str, phone: str) -> None:
    """STOP while an agent has the conversation."""
    conversation, _ = await house.escalated("Ada", person={"phone": phone})
    await house.say(conversation, "stop contacting me")


@pytest.mark.parametrize("stop", [by_chat, by_text, by_api, by_telling_an_agent])
async def test_a_stop_on_any_channel_stops_what_waits_and_what_comes(at_home: House, stop: Any) -> None:
    person, phone = await willing(at_home)
    at_home.clock.moment = datetime(2035, 11, 14, 22, 0, tzinfo=ZoneInfo("Europe/London"))
    waiting = await start(at_home, person)
    await scheduled(at_home, "attempt")
    await stop(at_home, person, phone)
    at_home.clock.moment = START + timedelta(days=1)
    await at_home.queue.hurry()
    assert await ended(at_home, waiting) == {"dropped/opted_out": 1}
    assert await ended(at_home, await start(at_home, person)) == {"dropped/no_consent": 1}
    assert received(at_home, phone) == []


async def test_a_stop_catches_a_message_that_is_already_on_its_way(at_home: House) -> None:
    person, phone = await willing(at_home)
    at_home.standin.fail_next(1)
    campaign = await start(at_home, person)
    assert await ended(at_home, campaign) == {"sent": 1}

    async def tried() -> bool:
        return bool([job for job in await at_home.queue.jobs("deliver") if job["attempts"]])

    await become(tried)
    await by_api(at_home, person, phone)
    await at_home.queue.hurry()

    async def refused() -> bool:
        rows = await at_home.queue.rows("SELECT status, reason FROM deliveries WHERE recipient = %s", phone)
        return [tuple(row.values()) for row in rows] == [("refused", "no consent")]

    await become(refused)
    assert received(at_home, phone) == []


async def test_start_makes_it_possible_again(at_home: House) -> None:
    person, phone = await willing(at_home)
    await by_text(at_home, person, phone)
    await at_home.standin.inject(phone, NUMBER, "START")
    assert await ended(at_home, await start(at_home, person)) == {"sent": 1}
    await delivered(at_home, phone, 1)
    assert len(received(at_home, phone)) == 1


async def test_a_promise_to_be_in_touch_is_kept_once(at_home: House) -> None:
    person, phone = await willing(at_home)
    await at_home.http.post("/v1/campaigns", json={"name": "x", "flow": "support", "people": [{"person": person}]})
    await delivered(at_home, phone, 1)
    conversation = (await at_home.http.get(f"/v1/people/{person}/thread")).json()["messages"][-1]["conversation"]
    await at_home.service.campaigns.contact_again(conversation)
    await at_home.service.campaigns.contact_again(conversation)
    await delivered(at_home, phone, 2)
    assert len(received(at_home, phone)) == 2


async def test_a_promise_on_the_web_becomes_a_task_for_a_person(at_home: House) -> None:
    conversation, person = await at_home.met()
    await at_home.service.campaigns.contact_again(conversation)
    found = await at_home.read(conversation)
    assert (found["owner"], found["escalation"]["status"]) == ("queue", "waiting")
    await by_api(at_home, person, "")
    other, someone = await at_home.met()
    await by_api(at_home, someone, "")
    await at_home.service.campaigns.contact_again(other)
    assert (await at_home.read(other))["escalation"] is None
    await at_home.service.campaigns.contact_again("erased")


async def test_a_promise_does_not_take_a_conversation_from_its_agent(at_home: House) -> None:
    conversation, _ = await at_home.escalated("Ada")
    await at_home.service.campaigns.contact_again(conversation)
    assert (await at_home.read(conversation))["owner"] == "Ada"


async def test_a_promise_for_tomorrow_does_not_hold_up_todays_messages(at_home: House) -> None:
    person, phone = await willing(at_home)
    at_home.nlu.intents["later please"] = "call_back_later"
    await at_home.http.post("/v1/campaigns", json={"name": "x", "flow": "support", "people": [{"person": person}]})
    await delivered(at_home, phone, 1)
    for text in ("later please", "tomorrow at ten"):
        await at_home.standin.inject(phone, NUMBER, text)
    assert len(await at_home.queue.jobs("contact_again")) >= 1
    await at_home.standin.inject(phone, NUMBER, "human")
    conversation = (await at_home.http.get(f"/v1/people/{person}/thread")).json()["messages"][-1]["conversation"]
    escalation = (await at_home.read(conversation))["escalation"]["id"]
    await at_home.http.post(f"/v1/escalations/{escalation}/take", json={"agent": "Ada"})
    await at_home.http.post(f"/v1/escalations/{escalation}/messages", json={"agent": "Ada", "text": "Today"})

    async def arrived() -> bool:
        return "Today" in received(at_home, phone)

    await become(arrived)  # and nobody hurried the queue


async def test_the_work_of_a_worker_that_died_is_taken_up(at_home: House) -> None:
    person, phone = await willing(at_home)
    at_home.standin.fail_next(1)
    await start(at_home, person)

    async def tried() -> list[dict[str, Any]]:
        return [job for job in await at_home.queue.jobs("deliver") if job["attempts"]]

    job = (await become(tried))[0]
    await at_home.queue.rows("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL WHERE id = %s RETURNING id", job["id"])
    with contextlib.suppress(AlreadyEnqueued):  # it comes every minute by itself
        await jobs.take_up_stalled.defer_async(timestamp=0)
    await delivered(at_home, phone, 1)
    assert len(received(at_home, phone)) == 1


async def test_without_a_provider_a_message_says_so(at_home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.service import sms_sender

    person, phone = await willing(at_home)
    monkeypatch.setattr(
        at_home.service.deliveries, "_sender", sms_sender(at_home.service.settings.model_copy(update={"twilio_account_sid": ""}))
    )
    await start(at_home, person)

    async def refused() -> bool:
        return bool(await at_home.queue.rows("SELECT 1 FROM deliveries WHERE recipient = %s AND status = 'refused'", phone))

    await become(refused)


def test_the_standin_is_used_where_its_address_is_set(at_home: House) -> None:
    service: Service = at_home.service
    sender: Any = service.deliveries._sender
    assert sender._transport._base == service.settings.twilio_base_url
