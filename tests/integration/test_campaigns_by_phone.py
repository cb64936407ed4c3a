"""Campaigns by phone: each way a call can end, consent and quiet hours, retries in virtual time, and no call twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.calls.calls import Calls
from bot.store.records import StoredRecords
from integrations.twilio.calls import CallUnavailable
from integrations.twilio.standin_calls import Call
from integrations.twilio.standin_phone import LiveCall, Person
from integrations.twilio.standin_stream import Line
from integrations.twilio.voice import CallReport
from speech.audio import to_mulaw
from tests.house import NUMBER, START, House, become
from tests.integration.calling import CallingHouse, calling, spoken
from tests.integration.test_campaigns import by_api, ended, progress, received, scheduled, start, willing

LINES = 3


@pytest.fixture(scope="module")
async def phone(database_url: str, data_dir: Path, _flows_read_once: None) -> AsyncIterator[CallingHouse]:
    async def scripted(calls: Calls) -> None:
        """Ears and mouth are given: nothing has to be loaded."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Calls, "start", scripted)
        async with calling(database_url, data_dir, patch, calls=True, calls_most=LINES) as found:
            yield found


@pytest.fixture
async def house(phone: CallingHouse) -> AsyncIterator[House]:
    """Every test begins on the same morning, with free lines, and with nothing left to do of those before."""
    house = phone.house
    house.clock.moment = START
    await become(lambda: free(phone))
    await house.queue.rows("DELETE FROM procrastinate_jobs WHERE status = 'todo' RETURNING id")
    yield house
    await house.standin.phones.settled()
    for call in house.standin.phones.calls.all():
        phone.calls.release(call.sid)  # of those whose end was told to nobody
    house.clock.moment = START


async def free(phone: CallingHouse) -> bool:
    """Whether no call is going on or expected any more."""
    return phone.calls.room() and not phone.calls._live and not phone.calls._coming


def calls_to(house: House, number: str) -> list[Call]:
    """The calls that were placed to a number, oldest first."""
    return [call for call in house.standin.phones.calls.all() if call.to == number]


async def called(house: House, number: str, count: int = 1) -> LiveCall:
    """The n-th call to a number, when it is over."""

    async def there() -> list[Call]:
        found = calls_to(house, number)
        return found if len(found) >= count else []

    live = house.standin.phones.live((await become(there))[count - 1].sid)
    await live.ended()
    return live


async def become_status(house: House, campaign: str, status: str) -> None:
    """Wait until the campaign stands so."""

    async def so() -> bool:
        return await progress(house, campaign) == {status: 1}

    try:
        await become(so)
    except AssertionError:
        raise AssertionError(await progress(house, campaign)) from None


async def watched_until(house: House, campaign: str, status: str) -> None:
    """Hurry what waits until the campaign stands so: a watch that runs just before its time puts itself off once more."""

    async def so() -> bool:
        await house.queue.hurry()
        return await progress(house, campaign) == {status: 1}

    await become(so)


async def texted(house: House, number: str) -> list[str]:
    """What was written to a number, when there is something."""
    return received(house, number)


async def touchpoints(house: House, person: str, **more: str) -> list[dict[str, Any]]:
    """The person's touchpoints by outgoing contact, oldest first."""
    found = (await house.http.get("/v1/touchpoints", params={"person": person, **more})).json()["touchpoints"]
    return sorted((one for one in found if one["direction"] == "out"), key=lambda one: (one["at"], one["id"]))


def takes(house: House, number: str, talk: Callable[[Line], Awaitable[None]] | None = None, **more: Any) -> None:
    """How a person takes our calls."""
    house.standin.phones.people[number] = Person(talk=talk, **more)


async def hang_up(line: Line) -> None:
    """Hear who it is, and hang up."""
    await spoken(line)
    await line.hang_up()


def says(phone: CallingHouse, *sentences: str) -> Callable[[Line], Awaitable[None]]:
    """Say these, each after the bot, then hang up."""

    async def talk(line: Line) -> None:
        said = 0.0
        for sentence in sentences:
            await spoken(line, said)
            said = await line.say(to_mulaw(phone.ears.sound(sentence)))
        await spoken(line, said)
        await line.hang_up()

    return talk


async def test_who_agreed_is_called_and_talks_in_the_conversation_of_the_campaign(phone: CallingHouse, house: House) -> None:
    person, number = await willing(house, name="Anna")
    phone.mouth.said.clear()
    takes(house, number, says(phone, "hello there"))
    campaign = await start(house, person, flow="reminder_appointment", channel="phone")
    await become_status(house, campaign, "reached")
    live = await called(house, number)
    assert live.errors == []
    opening = " ".join(phone.mouth.said)
    assert opening.startswith("Hello!  This is the automated assistant"), opening
    assert "appointment" not in opening, "nobody has said yet who they are"
    conversation = (await house.queue.rows("SELECT conversation_id FROM calls WHERE call_id = %s", live.call.sid))[0]["conversation_id"]
    found = await house.read(conversation)
    assert (found["channel"], found["kind"], found["person"]) == ("phone", "reminder_appointment", person)
    assert [turn["text"] for turn in found["turns"] if turn["direction"] == "in"] == ["hello there"]
    assert received(house, number) == []
    assert len(calls_to(house, number)) == 1
    assert await house.queue.jobs("attempt") == []


@pytest.mark.parametrize(
    ("outcome", "reason"), [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "failed")]
)  # fmt: skip
async def test_nobody_answers_it_is_tried_again_and_then_written(house: House, outcome: Any, reason: str) -> None:
    person, number = await willing(house)
    takes(house, number, outcome=outcome)
    campaign = await start(house, person, channel="phone")
    first = house.clock.now()
    await become_status(house, campaign, f"waiting/{reason}")
    assert (await scheduled(house, "attempt")) == [first + timedelta(hours=2)]
    await house.queue.hurry()  # before its time: it waits again
    assert (await scheduled(house, "attempt")) == [first + timedelta(hours=2)]
    assert len(calls_to(house, number)) == 1

    house.clock.moment = first + timedelta(hours=2)
    await house.queue.hurry()
    await called(house, number, 2)
    await become_status(house, campaign, f"waiting/{reason}")
    assert (await scheduled(house, "attempt")) == [first + timedelta(days=1, hours=2)]

    house.clock.moment = first + timedelta(days=1, hours=2)
    await house.queue.hurry()
    await called(house, number, 3)
    await become_status(house, campaign, f"texted/{reason}")
    await become(lambda: texted(house, number))
    assert len(received(house, number)) == 1
    await house.standin.inject(number, NUMBER, "hello")
    thread = (await house.http.get(f"/v1/people/{person}/thread")).json()["messages"]
    last = (await house.queue.rows("SELECT conversation_id FROM attempts WHERE campaign_id = %s", campaign))[0]["conversation_id"]
    assert thread[-1]["conversation"] == last, "the text goes on where the call left off"
    house.clock.advance(days=3)
    await house.queue.hurry()
    contacts = await touchpoints(house, person)
    assert [(one["channel"], one["outcome"]) for one in contacts] == [("phone", "no_answer")] * 3 + [("sms", "")]
    assert [one["measures"].get("tries") for one in contacts] == [1, 2, 3, None]
    assert len(calls_to(house, number)) == 3


async def test_a_retry_does_not_fall_into_the_night(house: House) -> None:
    person, number = await willing(house, "pl")
    takes(house, number, outcome="busy")
    house.clock.moment = datetime(2035, 11, 14, 18, 30, tzinfo=ZoneInfo("Europe/Warsaw"))
    campaign = await start(house, person, channel="phone")
    await become_status(house, campaign, "waiting/busy")
    assert await scheduled(house, "attempt") == [datetime(2035, 11, 15, 9, 0, tzinfo=ZoneInfo("Europe/Warsaw"))]


async def test_a_voicemail_is_hung_up_on_and_never_taken_for_a_person(phone: CallingHouse, house: House) -> None:
    person, number = await willing(house, name="Anna")
    takes(house, number, says(phone, "no, leave a message"), answered_by="machine_start")
    campaign = await start(house, person, flow="reminder_appointment", channel="phone")
    await become_status(house, campaign, "waiting/machine")
    live = await called(house, number)
    assert live.call.history[-1] == "completed"
    assert [(one["outcome"], one["measures"]["tries"]) for one in await touchpoints(house, person)] == [("no_answer", 1)]
    assert (await house.http.post(f"/v1/people/{person}/consent", json={"state": "granted", "reason": "x"})).json()["may_contact"]
    takes(house, number, says(phone, "hello there"))
    house.clock.advance(hours=2)
    await house.queue.hurry()
    await become_status(house, campaign, "reached")
    await called(house, number, 2)
    conversations = await house.queue.rows(
        "SELECT id, owner, status FROM conversations WHERE person_id = %s AND channel = 'phone' ORDER BY created", person
    )
    assert [(row["owner"], row["status"]) for row in conversations] == [("machine", "closed"), ("bot", "open")]


async def test_who_hangs_up_at_once_is_not_called_again(house: House) -> None:
    person, number = await willing(house)
    takes(house, number, hang_up)
    campaign = await start(house, person, channel="phone")
    await become_status(house, campaign, "reached")
    await called(house, number)

    async def noted() -> bool:
        return [one["outcome"] for one in await touchpoints(house, person)] == ["hung_up"]

    await become(noted)
    house.clock.advance(days=2)
    await house.queue.hurry()
    assert await house.queue.jobs("attempt") == []
    assert len(calls_to(house, number)) == 1


async def test_without_consent_or_number_nobody_is_called(house: House) -> None:
    _, silent = await house.met(phone=(number := house.phone()))
    _, mail_only = await house.met(phone=None, email=f"m{number[1:]}@example.com")
    await house.http.post(f"/v1/people/{mail_only}/consent", json={"state": "granted", "reason": "x"})
    campaign = await start(house, silent, mail_only, channel="phone")
    assert await ended(house, campaign) == {"dropped/no_consent": 1, "dropped/no_phone": 1}
    assert calls_to(house, number) == []


async def test_at_night_a_call_waits_for_the_persons_own_morning(house: House) -> None:
    person, number = await willing(house, "ro")
    takes(house, number, hang_up)
    house.clock.moment = datetime(2035, 11, 14, 22, 30, tzinfo=ZoneInfo("Europe/Bucharest"))
    campaign = await start(house, person, channel="phone")
    (due,) = await scheduled(house, "attempt")
    assert due == datetime(2035, 11, 15, 9, 0, tzinfo=ZoneInfo("Europe/Bucharest"))
    assert calls_to(house, number) == []
    house.clock.moment = due
    await house.queue.hurry()
    await become_status(house, campaign, "reached")


async def test_a_stop_between_two_calls_ends_them(house: House) -> None:
    person, number = await willing(house)
    takes(house, number, outcome="busy")
    campaign = await start(house, person, channel="phone")
    await become_status(house, campaign, "waiting/busy")
    await by_api(house, person, number)
    house.clock.advance(days=1)
    await house.queue.hurry()
    await become_status(house, campaign, "dropped/opted_out")
    assert len(calls_to(house, number)) == 1
    assert received(house, number) == []


async def test_a_stop_catches_a_call_that_could_not_be_placed_yet(house: House) -> None:
    person, number = await willing(house)
    house.standin.fail_next(1)
    campaign = await start(house, person, channel="phone")

    async def tried() -> bool:
        return bool([job for job in await house.queue.jobs("call") if job["attempts"]])

    await become(tried)
    await by_api(house, person, number)
    await house.queue.hurry()
    await become_status(house, campaign, "dropped/no_consent")
    assert calls_to(house, number) == []


async def test_a_worker_that_dies_after_placing_does_not_call_twice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person, number = await willing(house)
    takes(house, number, hang_up, rings=0.5)
    caller: Any = house.service.phoning._caller
    place, placed = caller.place, []

    async def and_die(*args: Any, **more: Any) -> str:
        placed.append(await place(*args, **more))
        raise TimeoutError("killed")

    async def deaf(*args: Any) -> None:
        """The callbacks found nobody: we were dead."""

    monkeypatch.setattr(caller, "place", and_die)
    monkeypatch.setattr(house.service.phoning, "report", deaf)
    campaign = await start(house, person, channel="phone")
    await called(house, number)
    monkeypatch.setattr(caller, "place", place)

    async def again() -> bool:
        await house.queue.hurry()
        rows = await house.queue.rows("SELECT provider_id FROM deliveries WHERE recipient = %s AND status = 'sent'", number)
        return [row["provider_id"] for row in rows] == placed

    await become(again)
    assert len(calls_to(house, number)) == 1
    monkeypatch.undo()
    house.clock.advance(minutes=10)
    await watched_until(house, campaign, "reached")  # nobody told how it ended: the call that was taken says it
    assert len(calls_to(house, number)) == 1


async def test_an_answer_of_the_carrier_that_is_lost_does_not_call_twice(house: House) -> None:
    person, number = await willing(house)
    takes(house, number, hang_up)
    house.standin.fail_next(1, 503, after=True)
    campaign = await start(house, person, channel="phone")
    await become_status(house, campaign, "reached")
    await called(house, number)
    await house.queue.hurry()
    assert len(calls_to(house, number)) == 1


async def test_a_call_whose_end_is_told_to_nobody_is_made_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person, number = await willing(house)
    takes(house, number, outcome="no-answer")

    async def deaf(*args: Any) -> None:
        """We were away."""

    monkeypatch.setattr(house.service.phoning, "report", deaf)
    campaign = await start(house, person, channel="phone")
    await called(house, number)
    await house.queue.hurry()
    assert await progress(house, campaign) == {"calling": 1}
    house.clock.advance(minutes=10)
    await watched_until(house, campaign, "waiting/failed")


async def test_a_number_that_cannot_be_called_is_not_tried_again(house: House) -> None:
    person, number = await willing(house)
    house.standin.fail_next(1, 400, code=21211)
    campaign = await start(house, person, channel="phone")
    await become_status(house, campaign, "texted/refused 21211")
    assert calls_to(house, number) == []


async def test_no_more_calls_at_once_than_lines(phone: CallingHouse, house: House) -> None:
    answered = asyncio.Event()
    most = 0

    async def stay(line: Line) -> None:
        nonlocal most
        most = max(most, len(phone.calls._live))
        await answered.wait()
        await line.hang_up()

    people = [await willing(house) for _ in range(LINES + 2)]
    for _, number in people:
        takes(house, number, stay)
    campaign = await start(house, *(person for person, _ in people), channel="phone")

    async def full() -> bool:
        return (await progress(house, campaign)).get("reached") == LINES

    await become(full)
    waiting = await scheduled(house, "attempt") or await scheduled(house, "call")
    assert all(due > house.clock.now() for due in waiting)
    for _ in range(3):
        await house.queue.hurry()
        await asyncio.sleep(0.1)
    placed = [call for _, number in people for call in calls_to(house, number)]
    assert len(placed) == LINES
    answered.set()
    await house.standin.phones.settled()
    await become(lambda: free(phone))

    async def all_reached() -> bool:
        house.clock.advance(minutes=1)
        await house.queue.hurry()
        return await progress(house, campaign) == {"reached": LINES + 2}

    await become(all_reached)
    assert most <= LINES


async def test_one_person_has_one_call_at_a_time(phone: CallingHouse, house: House) -> None:
    person, number = await willing(house)
    together: list[int] = []

    async def count(line: Line) -> None:
        together.append(sum(not call.over for call in calls_to(house, number)))
        await hang_up(line)

    takes(house, number, count)
    campaigns = await asyncio.gather(*(start(house, person, channel="phone") for _ in range(3)))

    async def all_reached() -> bool:
        house.clock.advance(minutes=1)
        await house.queue.hurry()
        return all([await progress(house, campaign) == {"reached": 1} for campaign in campaigns])

    await become(all_reached, 40)
    await house.standin.phones.settled()
    assert together == [1, 1, 1]


async def test_without_a_provider_an_attempt_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person, number = await willing(house)
    lines: Any = house.service.campaigns._lines
    for off, reason in (
        ({"twilio_account_sid": ""}, "no provider is set up"),
        ({"calls": False}, "calls are off"),
        ({"public_url": ""}, "no public address is set up"),
    ):
        monkeypatch.setattr(lines, "_settings", house.service.settings.model_copy(update=off))
        campaign = await start(house, person, channel="phone")
        assert await ended(house, campaign) == {f"refused/{reason}": 1}
    assert calls_to(house, number) == []


# ---- call-backs and interviews


def dials(phone: CallingHouse, number: str, *sentences: str) -> LiveCall:
    """The person calls us and says these."""
    return phone.house.standin.phones.dial(number, NUMBER, Person(talk=says(phone, *sentences)))


async def test_who_asks_on_the_phone_to_be_called_back_is_called_at_that_time(phone: CallingHouse, house: House) -> None:
    number = house.phone()
    _, person = await house.met("en", phone=number)  # no consent but their own wish
    house.nlu.intents["please call me later"] = "call_back_later"
    await dials(phone, number, "please call me later", "tomorrow at ten").ended()
    (due,) = await scheduled(house, "contact_again")
    assert due == datetime(2035, 11, 15, 10, 0, tzinfo=ZoneInfo("Europe/London"))
    takes(house, number, hang_up)
    house.clock.moment = due
    await house.queue.hurry()
    live = await called(house, number)
    assert live.call.direction == "outbound-api"
    await house.queue.hurry()
    assert len(calls_to(house, number)) == 1
    assert received(house, number) == []
    conversations = await house.queue.rows("SELECT direction FROM conversations WHERE person_id = %s AND channel = 'phone'", person)
    assert sorted(row["direction"] for row in conversations) == ["in", "out"]


async def test_later_without_a_time_is_not_in_the_night(phone: CallingHouse, house: House) -> None:
    number = house.phone()
    await house.met("en", phone=number)
    house.nlu.intents["please call me later"] = "call_back_later"
    house.clock.moment = datetime(2035, 11, 14, 18, 0, tzinfo=ZoneInfo("Europe/London"))
    await dials(phone, number, "please call me later", "today").ended()
    (due,) = await scheduled(house, "contact_again")
    house.clock.moment = max(due, datetime(2035, 11, 14, 21, 0, tzinfo=ZoneInfo("Europe/London")))
    await house.queue.hurry()
    assert await scheduled(house, "contact_again") == [datetime(2035, 11, 15, 9, 0, tzinfo=ZoneInfo("Europe/London"))]
    assert calls_to(house, number) == []


async def test_without_a_provider_a_promised_call_becomes_a_task_for_a_person(
    phone: CallingHouse, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = house.phone()
    await house.met("en", phone=number)
    live = dials(phone, number, "hello there")
    await live.ended()
    conversation = (await house.queue.rows("SELECT conversation_id FROM calls WHERE call_id = %s", live.call.sid))[0]["conversation_id"]
    lines: Any = house.service.campaigns._lines
    monkeypatch.setattr(lines, "_settings", house.service.settings.model_copy(update={"twilio_account_sid": ""}))
    await house.service.campaigns.contact_again(conversation)
    found = await house.read(conversation)
    assert (found["owner"], found["escalation"]["status"]) == ("queue", "waiting")


async def applied(house: House, number: str) -> dict[str, Any]:
    """A candidate wants the interview by phone."""
    async with house.service.database.transaction() as session:
        await StoredRecords(session).put("job", "J-77", {"title": "Picker", "status": "open", "criteria": []})
    body = {"job_id": "J-77", "channel": "phone", "language": "en", "person": {"phone": number, "name": "Ewa"}}
    answer = await house.http.post("/v1/applications", json=body)
    assert answer.status_code == 201, answer.text
    assert set(answer.json()) == {"id", "token", "replies", "state"}
    return answer.json()


async def test_an_interview_begins_with_a_call(phone: CallingHouse, house: House) -> None:
    number = house.phone()
    phone.mouth.said.clear()
    takes(house, number, says(phone, "yes"))
    begun = await applied(house, number)
    assert "Picker" not in str(begun["replies"]), "not before the candidate has said who they are"
    live = await called(house, number)
    assert await house.queue.rows("SELECT 1 FROM calls WHERE call_id = %s AND conversation_id = %s", live.call.sid, begun["id"])
    assert "Picker" in " ".join(phone.mouth.said)


async def test_a_candidate_who_does_not_answer_is_called_again_and_then_texted(house: House) -> None:
    number = house.phone()
    takes(house, number, outcome="no-answer")
    begun = await applied(house, number)
    for count in (1, 2, 3):
        await called(house, number, count)
        if count < 3:
            house.clock.moment = (await scheduled(house, "contact_again"))[-1]
            await house.queue.hurry()
    await become(lambda: texted(house, number))
    assert house.clock.now() == START + timedelta(days=1, hours=2)
    assert len(calls_to(house, number)) == 3
    assert (await house.read(begun["id"]))["status"] == "closed"


# ---- reports that come late, twice and out of order


async def test_what_a_voicemail_said_before_it_was_recognised_is_no_answer(
    phone: CallingHouse, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "No" to the question who is there would mean a wrong number, and that is never called again."""
    person, number = await willing(house, name="Anna")
    report, talking = house.service.phoning.report, asyncio.Event()

    async def late(key: str, told: CallReport) -> None:
        if told.machine:
            await talking.wait()
        await report(key, told)

    async def greeting(line: Line) -> None:
        await spoken(line)
        asyncio.get_running_loop().call_later(0.3, talking.set)
        await line.say(to_mulaw(phone.ears.sound("no", 3.0)))
        await line.until(lambda: False, 10)

    monkeypatch.setattr(house.service.phoning, "report", late)
    takes(house, number, greeting, answered_by="machine_start")
    campaign = await start(house, person, flow="reminder_appointment", channel="phone")
    live = await called(house, number)
    await become(lambda: free(phone))
    await become_status(house, campaign, "waiting/machine")
    assert live.call.history[-1] == "completed"
    assert await house.queue.rows("SELECT state FROM consents WHERE person_id = %s ORDER BY id DESC LIMIT 1", person) == [
        {"state": "granted"}
    ]


@pytest.mark.parametrize("seed", range(8))
async def test_reports_in_any_order_have_one_outcome(house: House, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    person, number = await willing(house)
    sid = f"CA{chance.getrandbits(128):032x}"

    async def place(*args: Any, **more: Any) -> str:
        return sid

    monkeypatch.setattr(house.service.phoning._caller, "place", place)
    campaign = await start(house, person, channel="phone")

    async def placed() -> list[dict[str, Any]]:
        return await house.queue.rows("SELECT key FROM deliveries WHERE recipient = %s AND status = 'sent'", number)

    key = (await become(placed))[0]["key"]
    end = chance.choice(["busy", "no-answer", "completed"])
    reports = [CallReport(sid, "initiated"), CallReport(sid, "ringing"), CallReport(sid, end)]
    reports += [CallReport(sid, "in-progress"), CallReport(sid, answered_by="machine_start")] if end == "completed" else []
    told = reports + chance.choices(reports, k=4)
    chance.shuffle(told)
    await asyncio.gather(*(house.service.phoning.report(key, report) for report in told))
    reason = {"busy": "busy", "no-answer": "no_answer", "completed": "machine"}[end]
    await become_status(house, campaign, f"waiting/{reason}")
    jobs = await house.queue.jobs("attempt")
    assert 1 <= len(jobs) <= 2
    assert len({job["scheduled_at"] for job in jobs}) == 1


async def test_a_report_of_somebody_elses_call_changes_nothing(house: House) -> None:
    person, number = await willing(house)
    takes(house, number, outcome="busy")
    campaign = await start(house, person, channel="phone")
    await become_status(house, campaign, "waiting/busy")
    key = (await house.queue.rows("SELECT key FROM deliveries WHERE recipient = %s", number))[0]["key"]
    for other in (key, "attempt-0~1", ""):
        await house.service.phoning.report(other, CallReport("CA" + "9" * 32, "completed"))
    await become_status(house, campaign, "waiting/busy")


async def test_a_call_that_cannot_be_ended_is_left_alone_and_a_twilio_that_is_away_is_asked_again(house: House) -> None:
    await house.service.phoning.hang_up("CA" + "8" * 32)
    house.standin.fail_next(1)
    with pytest.raises(CallUnavailable):
        await house.service.phoning.hang_up("CA" + "8" * 32)


# ---- between the ring and the first word


async def test_a_line_that_is_lost_while_it_rings_is_no_answer_of_the_person(
    phone: CallingHouse, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, number = await willing(house)
    takes(house, number)
    monkeypatch.setattr(phone.calls, "reserve", lambda call_id: False)
    campaign = await start(house, person, channel="phone")
    live = await called(house, number)
    await become_status(house, campaign, "waiting/no_line")
    assert len(live.said) == 1, "an apology, and no text message about it"
    assert received(house, number) == []


@pytest.mark.parametrize("leave", ["erase", "STOP"])
async def test_who_left_while_it_rang_hears_nothing(house: House, leave: str) -> None:
    person, number = await willing(house)
    takes(house, number, rings=1.0)
    await start(house, person, channel="phone")

    async def rings() -> bool:
        return bool(calls_to(house, number))

    await become(rings)
    if leave == "erase":
        assert (await house.http.post(f"/v1/people/{person}/erase")).status_code == 200
    else:
        await by_api(house, person, number)
    live = await called(house, number)
    assert (live.lines, live.said) == ([], [])
    known = await house.queue.rows("SELECT person_id FROM contacts WHERE kind = 'phone' AND value = %s", number)
    assert known == ([] if leave == "erase" else [{"person_id": person}])
    house.clock.advance(days=2)
    await house.queue.hurry()
    await asyncio.sleep(0.3)
    assert len(calls_to(house, number)) == 1


async def test_who_is_on_the_phone_with_us_is_not_called_meanwhile(phone: CallingHouse, house: House) -> None:
    person, number = await willing(house)
    done = asyncio.Event()

    async def talk(line: Line) -> None:
        await spoken(line)
        await done.wait()
        await line.hang_up()

    takes(house, number, hang_up)
    inbound = house.standin.phones.dial(number, NUMBER, Person(talk=talk))

    async def live() -> bool:
        return bool(phone.calls._live)

    await become(live)
    campaign = await start(house, person, channel="phone")
    assert (await scheduled(house, "attempt"))[-1] == house.clock.now() + timedelta(minutes=5)
    done.set()
    await inbound.ended()
    await become(lambda: free(phone))
    house.clock.advance(minutes=5)
    await house.queue.hurry()
    await become_status(house, campaign, "reached")
    await called(house, number)
