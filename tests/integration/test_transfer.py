"""A live call is put through to another phone: taken, not taken, given up; and the caller who comes back. All of it over Twilio's stand-in
with real sockets; only ears and mouth are scripted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from bot.calls import transfer
from bot.calls.calls import Calls
from bot.escalation import queue
from bot.outreach import jobs
from integrations.twilio import dial
from integrations.twilio.signature import HEADER, sign
from integrations.twilio.standin_phone import LiveCall, Person
from integrations.twilio.standin_stream import Line
from tests.house import NUMBER, START, TOKEN, become
from tests.integration.calling import CallingHouse, calling, spoken

PHONE = "+48501100200"
"""Of a colleague who sits at no desk."""
BEGINS = "Już łączę."


@pytest.fixture(scope="module")
async def phone(database_url: str, data_dir: Path, _flows_read_once: None) -> AsyncIterator[CallingHouse]:
    async def scripted(calls: Calls) -> None:
        """Ears and mouth are given: nothing has to be loaded."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Calls, "start", scripted)
        patch.setattr(dial, "DECIDE", 1)
        async with calling(database_url, data_dir, patch, calls=True, calls_most=3) as found:
            yield found


@dataclass
class Caller:
    """Somebody who called, asked for a person, and is with an agent now."""

    phone: CallingHouse
    number: str
    live: LiveCall
    conversation: str
    escalation: str

    async def put_through(self, to: str = PHONE, agent: str = "ola") -> httpx.Response:
        """What the agent asks for."""
        return await self.phone.house.http.post(f"/v1/escalations/{self.escalation}/transfer", json={"agent": agent, "to": to})

    async def rows(self, query: str) -> list[dict[str, Any]]:
        """Rows about this conversation."""
        return await self.phone.house.queue.rows(query, self.conversation)

    async def call(self) -> dict[str, Any]:
        """What is kept of the call."""
        return (await self.rows("SELECT * FROM calls WHERE conversation_id = %s"))[0]

    async def transfers(self) -> list[dict[str, Any]]:
        """The transfers of the conversation, oldest first."""
        return await self.rows("SELECT * FROM deliveries WHERE conversation_id = %s AND channel = 'transfer' ORDER BY created, key")

    async def kept(self) -> dict[str, Any]:
        """The escalation's row."""
        return (await self.rows("SELECT * FROM escalations WHERE conversation_id = %s"))[0]

    async def history(self) -> list[tuple[str, str]]:
        """What became of the escalation since the call was put through, with the reasons."""
        entries = [(one["what"], one["reason"]) for one in (await self.kept())["history"]]
        return entries[[what for what, _ in entries].index("transferred") :] if ("transferred", "") in entries else []

    async def is_back(self) -> bool:
        """Whether the caller is on our line again, and has been told why."""
        if len(self.live.lines) < 2 or self.live.lines[-1].end:
            return False
        pieces = [piece for piece in self.live.lines[-1].playback.pieces if piece.audible]
        return bool(pieces) and self.live.lines[-1].now() > pieces[-1].end + 0.3

    async def over(self, status: str) -> bool:
        """Whether the last transfer has come to this."""
        found = await self.transfers()
        return bool(found) and found[-1]["status"] == status

    async def said(self) -> list[str]:
        """What the bot and the agents have said."""
        return [turn["text"] for turn in (await self.phone.house.read(self.conversation))["turns"] if turn["direction"] == "out"]


@pytest.fixture
async def call(phone: CallingHouse) -> AsyncIterator[Callable[..., Awaitable[Caller]]]:
    """Somebody calls, asks for a person, and an agent takes them; at the end everybody hangs up."""
    house, begun = phone.house, []
    house.clock.moment = START
    house.standin.phones.people.clear()

    async def called(name: str = "Ewa Maj", agent: str = "ola", *, desk: bool = False) -> Caller:
        number = house.phone()
        known = await house.http.post("/v1/conversations", json={"language": "pl", "person": {"phone": number, "name": name}})
        assert known.status_code == 201

        async def talk(line: Line) -> None:
            if len(live.lines) == 1:
                await spoken(line)
                await line.press("0")
            await line.ended()

        live = house.standin.phones.dial(number, NUMBER, Person(talk=talk))
        begun.append(live)

        async def waits() -> list[dict[str, Any]]:
            return await house.queue.rows(
                "SELECT escalations.* FROM escalations JOIN calls USING (conversation_id) WHERE call_id = %s", live.call.sid
            )

        (waiting,) = await become(waits)
        async with house.service.database.transaction() as session:
            await queue.take(session, waiting["id"], agent, house.clock.now(), at_desk=desk)
        return Caller(phone, number, live, waiting["conversation_id"], waiting["id"])

    yield called
    for live in begun:
        await live.hang_up()
        await live.ended()
    for dialed in (dialed for live in begun for dialed in live.dials):
        assert dialed.leg.over
    await become(lambda: quiet(phone))


async def quiet(phone: CallingHouse) -> bool:
    """Whether no call is going on, and nothing is left to do for one."""
    phone.calls._coming.clear()
    return not phone.calls._live and not await phone.house.queue.jobs("transfer")


# ---- somebody takes the call


async def test_a_receiver_hears_what_it_is_about_takes_the_call_and_talks(phone: CallingHouse, call: Any) -> None:
    async def joined() -> None:
        phone.house.clock.advance(seconds=90)

    phone.house.standin.phones.people[PHONE] = Person(keys="1", joined=joined)
    caller = await call()
    answer = await caller.put_through("501 100 200")
    assert answer.status_code == 202, answer.text
    await caller.live.ended()
    assert caller.live.errors == []
    (dialed,) = caller.live.dials
    told = dialed.said[0]
    assert "Bryza" in told
    assert "ola" in told
    assert "Ewa Maj" in told
    assert caller.number not in told
    assert "nacisnąć jeden" in dialed.said[1]
    assert (dialed.leg.from_, dialed.leg.to) == (NUMBER, PHONE)

    kept = await caller.kept()
    assert (kept["status"], kept["outcome"]) == ("closed", "transferred")
    assert await caller.history() == [("transferred", ""), ("transfer_accepted", ""), ("transfer_completed", ""), ("closed", "")]
    assert (kept["history"][-4]["to"], kept["history"][-2]["seconds"]) == ("+48…200", "90")
    assert PHONE[3:] not in str(kept["history"])
    row = await caller.call()
    assert (row["status"], row["reason"]) == ("ended", "transferred")
    assert (await phone.house.read(caller.conversation))["status"] == "closed"
    touchpoint = (await caller.rows("SELECT * FROM touchpoints WHERE conversation_id = %s ORDER BY id"))[-1]
    assert (touchpoint["outcome"], touchpoint["measures"]["transfer_s"]) == ("transferred", 90)
    assert touchpoint["measures"]["call_s"] > 0
    assert len(caller.live.lines) == 1  # nobody connects the caller to the bot again
    audited = await phone.house.queue.rows("SELECT action, detail FROM audit WHERE about = %s", caller.escalation)
    assert {"action": "transferred", "detail": {"agent": "ola"}} in audited


async def test_the_caller_hears_it_to_the_end_before_it_rings(phone: CallingHouse, call: Any) -> None:
    phone.house.standin.phones.people[PHONE] = Person(rings=60)
    phone.mouth.said.clear()
    caller = await call()
    await caller.put_through()
    await become(lambda: true(caller.live.dials))
    begins = next(said for said in await caller.said() if said.startswith(BEGINS))
    assert [said for said in phone.mouth.said if said.startswith(BEGINS)]
    line = caller.live.lines[0]
    assert line.end == "hung up"  # by Twilio
    last = [piece for piece in line.playback.pieces if piece.audible][-1]
    assert line.marks[-1][0] >= last.end - 0.05
    await become(lambda: written(caller))
    turns = (await phone.house.read(caller.conversation))["turns"]
    assert [turn for turn in turns if turn["text"] == begins and not (turn.get("voice") or {}).get("planned")]
    row = await caller.call()
    assert (row["status"], row["reason"]) == ("transferring", "transferred")  # the caller has hung up on nobody


async def true(found: Any) -> Any:
    return found


async def written(caller: Caller) -> bool:
    return (await caller.call())["reason"] == "transferred"


async def test_any_other_key_says_it_again(phone: CallingHouse, call: Any) -> None:
    phone.house.standin.phones.people[PHONE] = Person(keys="51")
    caller = await call()
    await caller.put_through()
    await caller.live.ended()
    (dialed,) = caller.live.dials
    assert dialed.said[:2] == dialed.said[2:]
    assert dialed.bridged.is_set()
    assert await caller.over("completed")


# ---- nobody takes it


@pytest.mark.parametrize(
    ("person", "reason", "words"),
    [
        (Person(outcome="busy"), "busy", "zajęty"),
        (Person(outcome="no-answer"), "no_answer", "nikt tam teraz nie odbiera"),
        (Person(outcome="failed"), "failed", "nie udało się połączyć"),
        (Person(), "not_accepted", "nikt tam teraz nie odbiera"),  # a voicemail presses no key
    ],
)
async def test_a_caller_comes_back_and_hears_why(phone: CallingHouse, call: Any, person: Person, reason: str, words: str) -> None:
    phone.house.standin.phones.people[PHONE] = person
    caller = await call()
    phone.mouth.said.clear()
    await caller.put_through()
    await become(caller.is_back)
    assert [said for said in phone.mouth.said if words in said], phone.mouth.said
    assert [(one["status"], one["reason"]) for one in await caller.transfers()] == [("failed", reason)]
    assert await caller.history() == [("transferred", ""), ("transfer_failed", reason)]
    kept = await caller.kept()
    assert (kept["status"], kept["agent"]) == ("taken", "ola")  # it stays with its agent
    assert (await caller.call())["status"] == "live"
    await phone.house.http.post(f"/v1/escalations/{caller.escalation}/messages", json={"agent": "ola", "text": "Jestem z powrotem."})

    async def heard() -> bool:
        return "Jestem z powrotem." in phone.mouth.said

    await become(heard)
    await caller.live.hang_up()
    await caller.live.ended()

    async def ended() -> bool:
        row = await caller.call()
        return (row["status"], row["reason"]) == ("ended", "hung_up")

    await become(ended)


async def test_it_can_be_tried_again_and_then_succeeds(phone: CallingHouse, call: Any) -> None:
    people = phone.house.standin.phones.people
    people[PHONE] = Person(outcome="busy")
    caller = await call()
    await caller.put_through()
    await become(caller.is_back)
    people[PHONE] = Person(keys="1")
    assert (await caller.put_through()).status_code == 202
    await caller.live.ended()
    assert sorted(one["status"] for one in await caller.transfers()) == ["completed", "failed"]
    assert len(caller.live.dials) == 2
    assert (await caller.kept())["outcome"] == "transferred"


async def test_where_the_agents_desk_is_gone_the_conversation_waits_again(phone: CallingHouse, call: Any) -> None:
    phone.house.standin.phones.people[PHONE] = Person(outcome="busy")
    login = await phone.house.user()
    caller = await call(agent=login, desk=True)
    since = (await caller.kept())["created"]
    await caller.put_through(agent=login)
    await become(caller.is_back)
    kept = await caller.kept()
    assert (kept["status"], kept["agent"], kept["created"]) == ("waiting", None, since)
    assert (await caller.history())[-1] == ("returned_to_queue", "busy")
    assert (await phone.house.read(caller.conversation))["owner"] == "queue"


async def test_a_call_that_its_agent_has_closed_meanwhile_goes_on_with_the_bot(phone: CallingHouse, call: Any) -> None:
    phone.house.standin.phones.people[PHONE] = Person(rings=1.5, outcome="no-answer")
    caller = await call()
    await caller.put_through()
    await become(lambda: true(caller.live.dials))
    closed = await phone.house.http.post(f"/v1/escalations/{caller.escalation}/close", json={"agent": "ola"})
    assert closed.status_code == 200
    await become(caller.is_back)
    found = await phone.house.read(caller.conversation)
    assert (found["owner"], found["status"]) == ("bot", "open")


# ---- the caller leaves


@pytest.mark.parametrize(("person", "leg"), [(Person(rings=60), "canceled"), (Person(keys="9" * 50), "completed")])
async def test_a_caller_hangs_up_before_anybody_takes_the_call(phone: CallingHouse, call: Any, person: Person, leg: str) -> None:
    phone.house.standin.phones.people[PHONE] = person
    caller = await call()
    await caller.put_through()
    await become(lambda: true(caller.live.dials and (leg == "canceled" or caller.live.dials[0].said)))
    await caller.live.hang_up()
    await caller.live.ended()
    assert caller.live.dials[0].leg.status == leg
    assert not caller.live.dials[0].bridged.is_set()
    await become(lambda: caller.over("failed"))
    assert await caller.history() == [("transferred", ""), ("transfer_failed", "caller_left")]
    row = await caller.call()
    assert (row["status"], row["reason"]) == ("ended", "hung_up")
    assert (await caller.kept())["status"] == "taken"  # whoever was left may call back


async def test_a_caller_hangs_up_while_they_talk(phone: CallingHouse, call: Any) -> None:
    async def joined() -> None:
        phone.house.clock.advance(seconds=30)
        await asyncio.sleep(60)

    phone.house.standin.phones.people[PHONE] = Person(keys="1", joined=joined)
    caller = await call()
    await caller.put_through()
    await become(lambda: caller.over("accepted"))
    await become(lambda: true(caller.live.dials[0].bridged.is_set()))
    await asyncio.sleep(0.1)
    await caller.live.hang_up()
    await caller.live.ended()
    assert (await caller.kept())["outcome"] == "transferred"
    touchpoint = (await caller.rows("SELECT * FROM touchpoints WHERE conversation_id = %s ORDER BY id"))[-1]
    assert touchpoint["measures"]["transfer_s"] == 30


@pytest.mark.parametrize(("status", "result"), [("dialing", "failed"), ("accepted", "completed")])
async def test_the_status_of_the_call_alone_tells_the_end_too(phone: CallingHouse, call: Any, status: str, result: str) -> None:
    phone.house.standin.phones.people[PHONE] = Person(rings=60)
    caller = await call()
    await caller.put_through()
    await become(lambda: caller.over("dialing"))
    await caller.rows(f"UPDATE deliveries SET status = '{status}' WHERE channel = 'transfer' AND conversation_id = %s RETURNING key")
    form = {"CallSid": caller.live.call.sid, "CallStatus": "completed", "CallDuration": "60", "Direction": "inbound"}
    assert (await post(phone, "/twilio/status", form)).status_code == 204
    assert await caller.over(result)
    await caller.live.hang_up()
    await caller.live.ended()  # and now the Dial's action comes as well
    assert [what for what, _ in await caller.history()].count(f"transfer_{result}") == 1
    row = await caller.call()
    assert (row["status"], row["reason"]) == ("ended", {"failed": "hung_up", "completed": "transferred"}[result])


async def test_a_caller_who_hangs_up_before_it_rings_is_not_dialed_for(phone: CallingHouse, call: Any) -> None:
    caller = await call()
    key, seq = await asked(caller)
    await caller.live.hang_up()
    await caller.live.ended()

    async def gone() -> bool:
        return (await caller.call())["status"] == "ended"

    await become(gone)
    await transfer.begin(phone.house.service, key, seq)
    assert caller.live.dials == []
    assert (await caller.history())[-1] == ("transfer_failed", "caller_left")


# ---- once, whatever happens


async def asked(caller: Caller) -> tuple[str, int]:
    """A transfer whose job is in the test's hands: its key, and the number of the words that are said before."""
    house = caller.phone.house
    async with house.service.database.transaction() as session:
        await transfer.to_number(session, house.service, caller.escalation, "ola", PHONE, house.clock.now())
        await session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'transfer' AND status = 'todo'"))
    (delivery,) = await caller.transfers()
    said = (await caller.rows("SELECT seq FROM messages WHERE conversation_id = %s ORDER BY seq DESC"))[0]
    return delivery["key"], said["seq"]


async def test_a_worker_that_dies_after_the_carrier_was_told_tells_it_once(phone: CallingHouse, call: Any) -> None:
    phone.house.standin.phones.people[PHONE] = Person(rings=60)
    caller = await call()
    key, seq = await asked(caller)
    await transfer.begin(phone.house.service, key, seq)
    await become(lambda: true(caller.live.dials))
    await caller.rows("UPDATE deliveries SET status = 'trying' WHERE channel = 'transfer' AND conversation_id = %s RETURNING key")
    await transfer.begin(phone.house.service, key, seq)  # what the next worker does
    assert await caller.over("dialing")
    await transfer.begin(phone.house.service, key, seq)
    await asyncio.sleep(0.3)
    assert len(caller.live.dials) == 1
    assert not caller.live.dials[0].leg.over


async def test_a_worker_that_dies_before_loses_nothing(phone: CallingHouse, call: Any) -> None:
    phone.house.standin.phones.people[PHONE] = Person(keys="1")
    caller = await call()
    key, seq = await asked(caller)
    now = phone.house.clock.now()
    await caller.rows(
        "UPDATE deliveries SET status = 'trying', tried = created WHERE channel = 'transfer' AND conversation_id = %s RETURNING key"
    )
    await caller.rows("UPDATE calls SET status = 'transferring' WHERE conversation_id = %s RETURNING call_id")
    await transfer.begin(phone.house.service, key, seq)
    await caller.live.ended()
    assert await caller.over("completed")
    assert len(caller.live.dials) == 1
    assert (await caller.transfers())[0]["tried"] == now


async def test_an_answer_of_the_carrier_that_is_lost_rings_once(phone: CallingHouse, call: Any) -> None:
    phone.house.standin.phones.people[PHONE] = Person(rings=60)
    caller = await call()
    phone.house.standin.fail_next(1, 503, after=True)
    await caller.put_through()

    async def begun() -> bool:
        await phone.house.queue.hurry()
        return await caller.over("dialing")

    await become(begun)
    await asyncio.sleep(0.3)
    assert len(caller.live.dials) == 1


async def test_a_carrier_that_stays_away_leaves_the_caller_with_the_agent(phone: CallingHouse, call: Any) -> None:
    caller = await call()
    phone.house.standin.fail_next(100, 503)
    phone.mouth.said.clear()
    await caller.put_through()

    async def given_up() -> bool:
        await phone.house.queue.hurry()
        return await caller.over("failed")

    try:
        await become(given_up, 40)
    finally:
        phone.house.standin.fail_next(0)
    assert await caller.history() == [("transferred", ""), ("transfer_failed", "failed")]
    assert caller.live.dials == []
    row = await caller.call()
    assert (row["status"], caller.live.lines[0].end) == ("live", "")

    async def heard() -> bool:
        return any("nie udało się połączyć" in said for said in phone.mouth.said)

    await become(heard)


async def test_what_could_not_be_begun_for_long_is_given_up(phone: CallingHouse, call: Any) -> None:
    caller = await call()
    key, seq = await asked(caller)
    phone.house.clock.advance(minutes=6)
    await transfer.begin(phone.house.service, key, seq)
    assert (await caller.transfers())[0]["reason"] == "failed"
    assert caller.live.dials == []
    assert (await caller.call())["status"] == "live"


async def test_an_end_that_was_told_to_nobody_is_found_out(phone: CallingHouse, call: Any) -> None:
    phone.house.standin.phones.people[PHONE] = Person(rings=60)
    caller = await call()
    await caller.put_through()
    await become(lambda: caller.over("dialing"))
    (delivery,) = await caller.transfers()
    phone.house.clock.advance(minutes=10)
    await transfer.watch(phone.house.service, delivery["key"])
    assert await caller.over("dialing")  # the call goes on
    waiting = [job["scheduled_at"] for job in await phone.house.queue.jobs("transfer_watch") if job["args"] == {"key": delivery["key"]}]
    assert max(waiting) > phone.house.clock.now()
    await caller.live.hang_up()
    await caller.live.ended()
    await caller.rows(
        "UPDATE deliveries SET status = 'dialing', reason = '' WHERE channel = 'transfer' AND conversation_id = %s RETURNING key"
    )
    await caller.rows("UPDATE calls SET status = 'transferring' WHERE conversation_id = %s RETURNING call_id")
    await transfer.watch(phone.house.service, delivery["key"])
    assert ((await caller.transfers())[0]["reason"], (await caller.call())["status"]) == ("caller_left", "ended")
    assert timedelta(minutes=10) == jobs.WATCH


# ---- who may, and where to


async def test_a_second_transfer_at_the_same_time_is_refused(phone: CallingHouse, call: Any) -> None:
    phone.house.standin.phones.people[PHONE] = Person(rings=60)
    caller = await call()
    both = await asyncio.gather(caller.put_through(), caller.put_through("+48501100201"))
    assert sorted(answer.status_code for answer in both) == [202, 409]
    refused = max(both, key=lambda answer: answer.status_code)
    assert refused.json()["code"] == "transfer_under_way"
    assert len(await caller.transfers()) == 1


@pytest.mark.parametrize(
    ("to", "status", "code"),
    [("+48 19 123", 422, "phone_wrong"), ("+1 212 555 0100", 422, "phone_not_allowed"), ("nobody", 404, "user_not_found")],
)
async def test_a_number_that_is_none_or_not_allowed_is_refused(phone: CallingHouse, to: str, status: int, code: str) -> None:
    _, escalation = await phone.house.escalated("ola")
    answer = await phone.house.http.post(f"/v1/escalations/{escalation}/transfer", json={"agent": "ola", "to": to})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_the_callers_own_number_is_refused(phone: CallingHouse, call: Any) -> None:
    caller = await call()
    answer = await caller.put_through(caller.number)
    assert (answer.status_code, answer.json()["code"]) == (422, "phone_wrong")


async def test_only_its_agent_puts_a_call_through_and_only_a_telephone_call(phone: CallingHouse, call: Any) -> None:
    caller = await call()
    other = await caller.put_through(agent="jan")
    assert (other.status_code, other.json()["code"]) == (409, "not_the_owner")
    _, chat = await phone.house.escalated("ola")
    answer = await phone.house.http.post(f"/v1/escalations/{chat}/transfer", json={"agent": "ola", "to": PHONE})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_a_phone_call")
    await caller.live.hang_up()
    await caller.live.ended()

    async def gone() -> bool:
        return (await caller.call())["status"] == "ended"

    await become(gone)
    answer = await caller.put_through()
    assert (answer.status_code, answer.json()["code"]) == (409, "no_call")
    assert await caller.transfers() == []


# ---- Twilio's webhooks


async def post(phone: CallingHouse, path: str, form: dict[str, str], signature: str | None = None) -> httpx.Response:
    """A webhook, signed unless said otherwise."""
    header = sign(TOKEN, phone.house.url + path, form) if signature is None else signature
    return await phone.house.visitor().post(path, data=form, headers={HEADER: header})


@pytest.mark.parametrize("what", ["summary", "accept", "ended"])
async def test_a_forged_webhook_changes_nothing(phone: CallingHouse, call: Any, what: str) -> None:
    phone.house.standin.phones.people[PHONE] = Person(rings=60)
    caller = await call()
    await caller.put_through()
    await become(lambda: caller.over("dialing"))
    (before,) = await caller.transfers()
    form = {"CallSid": caller.live.call.sid, "Digits": "1", "DialCallStatus": "completed", "DialBridged": "true"}
    for signature in ("", "forged", sign("another token", phone.house.url, form), sign(TOKEN, f"{phone.house.url}/twilio/status", form)):
        answer = await post(phone, f"/twilio/transfer/{what}?transfer={before['key']}", form, signature)
        assert (answer.status_code, answer.json()["code"]) == (403, "signature_wrong")
    assert await caller.transfers() == [before]


@pytest.mark.parametrize("what", ["summary", "accept", "ended"])
@pytest.mark.parametrize("key", ["", "E-1-2", "%00", "x" * 300])
async def test_a_webhook_about_no_transfer_is_hung_up_on(phone: CallingHouse, what: str, key: str) -> None:
    form = {"CallSid": "CA" + "9" * 32, "Digits": "1", "DialCallStatus": "completed"}
    answer = await post(phone, f"/twilio/transfer/{what}?transfer={key}", form)
    assert answer.status_code == 200
    assert "<Hangup" in answer.text
    assert (await post(phone, f"/twilio/transfer/{what}?transfer={key}", {"Digits": "1"})).status_code == 422


async def test_a_receiver_who_answers_too_late_is_hung_up_on(phone: CallingHouse, call: Any) -> None:
    phone.house.standin.phones.people[PHONE] = Person(outcome="busy")
    caller = await call()
    await caller.put_through()
    await become(caller.is_back)
    (delivery,) = await caller.transfers()
    for what in ("summary", "accept"):
        answer = await post(phone, f"/twilio/transfer/{what}?transfer={delivery['key']}", {"CallSid": "CA" + "9" * 32, "Digits": "1"})
        assert "<Hangup" in answer.text
        assert "Ewa" not in answer.text
    assert await caller.over("failed")
