"""People: one thread, one ledger, everything that is kept, and its erasure; and candidates who applied."""

from __future__ import annotations

from typing import Any

from bot.journey.export import everything
from tests.house import NUMBER, House
from tests.integration.test_campaigns import ended
from tests.integration.test_escalations import delivered


async def traces(house: House, *words: str) -> list[str]:
    """The tables (of ours and of the queue) in which one of the words still stands."""
    tables = [row["name"] for row in await house.queue.rows("SELECT relname AS name FROM pg_stat_user_tables ORDER BY 1")]
    return [
        table
        for table in tables
        for word in words
        if await house.queue.rows(f"SELECT 1 FROM {table} AS t WHERE t::text LIKE %s", f"%{word}%")
    ]


async def test_one_thread_over_all_channels(at_home: House) -> None:
    phone = at_home.phone()
    first, person = await at_home.met(phone=phone)
    await at_home.say(first, "bye")
    at_home.clock.advance(hours=30)
    second = await at_home.begin(channel="api", person={"phone": phone})
    await at_home.say(second["id"], "hello")
    await at_home.standin.inject(phone, NUMBER, "thanks")
    for name in (person, phone):
        thread = (await at_home.http.get(f"/v1/people/{name}/thread")).json()
        assert thread["person"] == person
        said = [(m["text"], m["channel"]) for m in thread["messages"] if m["direction"] == "in"]
        assert said == [("bye", "web"), ("hello", "api"), ("thanks", "sms")]
    newest = (await at_home.http.get(f"/v1/people/{person}/thread?limit=1")).json()["messages"]
    assert newest == thread["messages"][-1:]


async def test_consent_is_one_ledger(at_home: House) -> None:
    _, person = await at_home.met()
    for state, may in (("granted", True), ("revoked", False), ("granted", True)):
        answer = await at_home.http.post(f"/v1/people/{person}/consent", json={"state": state, "reason": "by letter"})
        assert answer.json() == {"person": person, "may_contact": may}
    kept = await at_home.queue.rows("SELECT state, channel, reason FROM consents WHERE person_id = %s ORDER BY id", person)
    assert [row["state"] for row in kept] == ["granted", "revoked", "granted"]
    for body in ({"state": "maybe", "reason": "x"}, {"state": "granted"}, {"state": "granted", "reason": ""}):
        assert (await at_home.http.post(f"/v1/people/{person}/consent", json=body)).status_code == 422
    assert (await at_home.http.post("/v1/people/nobody/consent", json={"state": "granted", "reason": "x"})).status_code == 404


async def lived(house: House) -> tuple[str, str, str]:
    """A person with something in every table: id, phone, and a word of theirs."""
    phone = house.phone()
    word = f"Brzęczyszczykiewicz{phone[1:]}"
    conversation, person = await house.met("pl", phone=phone, name=f"Jan {word}", email=f"{word}@example.com")
    await house.say(conversation, f"tu {word}", message_id="m-1")
    await house.http.post(f"/v1/people/{person}/consent", json={"state": "granted", "reason": "test"})
    await house.http.post("/v1/campaigns", json={"name": "c", "flow": "support", "people": [{"person": person, "context": {"who": word}}]})
    body = {
        "person": person,
        "at": "2035-01-01T10:00:00Z",
        "channel": "shop",
        "direction": "in",
        "stage": "purchase",
        "goal": word,
        "source": "crm",
    }
    await house.http.post("/v1/touchpoints", json=body)
    await house.queue.rows(
        "INSERT INTO records (kind, id, data) VALUES ('order', %s, %s) RETURNING id",
        f"O-{phone}",
        f'{{"person": "{person}", "name": "{word}"}}',
    )
    await house.say(conversation, "human")
    return person, phone, word


async def test_export_holds_everything(at_home: House) -> None:
    person, phone, word = await lived(at_home)
    async with at_home.service.database.sessions() as session:
        kept = await everything(session, phone)
    assert kept["person"]["id"] == person
    assert {contact["kind"] for contact in kept["contacts"]} == {"phone", "email"}
    assert [consent["state"] for consent in kept["consents"]] == ["granted"]
    assert f"tu {word}" in [message["text"] for message in kept["messages"]]
    assert [record["name"] for record in kept["records"]] == [word]
    assert word in {touchpoint["goal"] for touchpoint in kept["touchpoints"]}


async def test_erasing_leaves_nothing_but_the_stop(at_home: House) -> None:
    person, phone, _ = await lived(at_home)
    conversation = (await at_home.http.get(f"/v1/people/{person}/thread")).json()["messages"][0]["conversation"]
    answer = await at_home.http.post(f"/v1/people/{phone}/erase", json={})
    assert answer.status_code == 200, answer.text
    assert answer.json()["person"] == person
    assert answer.json()["records"] == 1
    assert await traces(at_home, phone, phone[1:]) == []
    assert (await at_home.http.get(f"/v1/conversations/{conversation}")).status_code == 404
    assert (await at_home.http.post(f"/v1/conversations/{conversation}/messages", json={"text": "x"})).status_code == 404
    assert (await at_home.http.get(f"/v1/people/{phone}/thread")).status_code == 404
    assert (await at_home.http.get(f"/v1/people/{person}/thread")).json()["messages"] == []
    assert (await at_home.http.get(f"/v1/touchpoints?person={person}")).json()["touchpoints"] == []
    again = await at_home.http.post(f"/v1/people/{person}/erase", json={})
    assert (again.status_code, again.json()["records"]) == (200, 0)
    assert (await at_home.http.post("/v1/people/nobody/erase", json={})).status_code == 404


async def test_an_erased_person_is_not_reached_by_a_campaign(at_home: House) -> None:
    person, phone, _ = await lived(at_home)
    await at_home.http.post(f"/v1/people/{person}/erase", json={})
    by_phone = await at_home.http.post("/v1/campaigns", json={"name": "c", "flow": "support", "people": [{"person": phone}]})
    assert (by_phone.status_code, by_phone.json()["field"]) == (422, "people.0.person")
    before = len(at_home.standin.sent(phone))
    started = (await at_home.http.post("/v1/campaigns", json={"name": "c", "flow": "support", "people": [{"person": person}]})).json()
    assert await ended(at_home, started["id"]) == {"dropped/no_consent": 1}
    assert len(at_home.standin.sent(phone)) == before


async def test_a_message_that_waits_while_its_person_is_erased_finds_nothing(at_home: House) -> None:
    conversation, person = await at_home.met()
    usual, calls = at_home.service.conversations.understand, []

    async def erased_meanwhile(text: str, language: str) -> Any:
        calls.append(await at_home.http.post(f"/v1/people/{person}/erase", json={}))
        return await usual(text, language)

    at_home.service.conversations.understand = erased_meanwhile  # type: ignore[method-assign]
    try:
        answer = await at_home.http.post(f"/v1/conversations/{conversation}/messages", json={"text": "hello"})
    finally:
        del at_home.service.conversations.understand
    assert (answer.status_code, answer.json()["code"]) == (404, "conversation_not_found")
    assert calls[0].status_code == 200


# ---- applications


async def apply(house: House, **body: Any) -> tuple[int, dict[str, Any]]:
    """An application: status and body."""
    answer = await house.http.post(
        "/v1/applications", json={"job_id": "J-100", "language": "en", "person": {"name": "Ola", "phone": house.phone()}, **body}
    )
    return answer.status_code, answer.json()


async def test_an_application_begins_the_interview(at_home: House) -> None:
    for language in ("pl", "en", "ro"):
        status, begun = await apply(at_home, language=language)
        assert status == 201
        assert set(begun) == {"id", "token", "replies", "state"}
        assert begun["state"]["flow"]
        found = await at_home.read(begun["id"])
        assert (found["kind"], found["language"], found["channel"]) == ("preselection", language, "web")
        journey = (await at_home.http.get("/v1/journey", params={"person": found["person"]})).json()
        assert journey["person"]["kind"] == "candidate"
        own = await at_home.visitor(begun["token"]).post(f"/v1/conversations/{begun['id']}/messages", json={"text": "hello"})
        assert own.status_code == 200


async def test_an_application_names_what_is_wrong(at_home: House) -> None:
    people = (await at_home.queue.rows("SELECT count(*) AS n FROM people"))[0]["n"]
    assert (await apply(at_home, job_id="J-0"))[1]["field"] == "job_id"
    assert (await apply(at_home, channel="sms", person={"email": "x@example.com"}))[1]["field"] == "person.phone"
    assert (await apply(at_home, person={"phone": "none"}))[1]["field"] == "person.phone"
    assert (await apply(at_home, channel="fax"))[1]["field"] == "channel"
    assert (await at_home.queue.rows("SELECT count(*) AS n FROM people"))[0]["n"] == people


async def test_a_known_person_applies_with_a_new_number(at_home: House) -> None:
    external = at_home.phone()
    _, person = await at_home.met(external_id=external)
    phone = at_home.phone()
    status, begun = await apply(at_home, channel="sms", person={"external_id": external, "phone": phone})
    assert status == 201
    assert (await at_home.read(begun["id"]))["person"] == person


async def test_applying_is_consent_but_does_not_undo_a_stop(at_home: House) -> None:
    _, person = await at_home.met(phone=(phone := at_home.phone()))
    assert (await apply(at_home, channel="sms", person={"phone": phone}))[0] == 201
    states = "SELECT state FROM consents WHERE person_id = %s ORDER BY id"
    assert [row["state"] for row in await at_home.queue.rows(states, person)] == ["granted"]
    await delivered(at_home, phone, 1)
    await at_home.standin.inject(phone, NUMBER, "STOP")
    status, body = await apply(at_home, channel="sms", person={"phone": phone})
    assert (status, body["code"]) == (409, "opted_out")
    assert (await apply(at_home, channel="web", person={"phone": phone}))[0] == 201
    assert [row["state"] for row in await at_home.queue.rows(states, person)] == ["granted", "revoked"]
