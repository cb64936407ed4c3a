"""What an agent sees of a person beside the conversation: the card, what the bot collected and tried, and the paragraph's history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, text

from bot.desk.card import MOST, Agreed, Card, card
from bot.desk.tried import Step, tried
from bot.escalation.paragraph import history, paragraph
from bot.store import people
from bot.store.models import Conversation, Escalation, Record, Task, Touchpoint
from tests.house import House


async def card_of(house: House, conversation: str, language: str = "en") -> Card:
    async with house.service.database.sessions() as session:
        return await card(session, await session.get_one(Conversation, conversation), house.clock.now(), language)


async def steps(house: House, conversation: str, language: str = "en") -> tuple[Step, ...]:
    known = house.service.conversations
    async with house.service.database.sessions() as session:
        return await tried(session, await session.get_one(Conversation, conversation), known.flows, known.domain, language)


async def told(house: House, conversation: str, language: str = "en") -> str:
    """The paragraph, with what the summary itself does not hold."""
    known = house.service.conversations
    async with house.service.database.sessions() as session:
        found = await session.get_one(Conversation, conversation)
        summary = await session.scalar(select(Escalation.summary).where(Escalation.conversation_id == conversation))
        more = await history(session, found, known.flows)
    return paragraph({**(summary or {}), **more}, known.flows, language, known.domain.slots)


async def write(house: House, *rows: Any) -> None:
    async with house.service.database.transaction() as session:
        session.add_all(rows)


async def said(house: House, conversation: str, words: str, intent: str = "", **more: Any) -> dict[str, Any]:
    """One message, which means this."""
    if intent:
        house.nlu.intents[words] = intent
    return await house.say(conversation, words, **more)


# ---- the card


async def test_the_card_tells_who_it_is_where_they_are_and_what_they_agreed_to(at_home: House) -> None:
    phone = at_home.phone()
    conversation = (await at_home.begin(language="pl", person={"name": "Ewa Lis", "phone": phone, "email": "ewa@example.com"}))["id"]
    found = await card_of(at_home, conversation)
    assert found.contacts == (("phone", phone), ("email", "ewa@example.com"))
    assert (found.name, found.language, found.time_zone, found.touchpoints, found.past) == ("Ewa Lis", "pl", "Europe/Warsaw", 1, ())
    assert (f"{found.local_time:%H:%M}", found.local_time.utcoffset()) == ("10:00", timedelta(hours=1))
    assert (found.consent, found.consents) == ("nothing agreed: only answers", (Agreed("contact", "none"),))
    async with at_home.service.database.transaction() as session:
        await people.record_consent(session, found.person, "granted", "web", "asked for offers", at_home.clock.now())
        await people.record_consent(session, found.person, "revoked", "sms", "asked to stop", at_home.clock.now())
    found = await card_of(at_home, conversation, "pl")
    assert found.consents == (Agreed("contact", "revoked", at_home.clock.now(), "asked to stop", "sms"),)
    assert found.consent == "zakaz kontaktu od 14 listopada 2035 (asked to stop)"


async def test_the_companys_records_are_shown_in_words_newest_first(at_home: House) -> None:
    begun = await at_home.begin(language="pl", person={"external_id": "P-1001"})
    person = (await at_home.read(begun["id"]))["person"]
    order = {
        "items": [{"name": {"pl": "czajnik Fala", "en": "Fala kettle"}}, {"name": "x"}, {"name": "y"}],
        "total": {"amount": 149, "currency": "PLN"},
    }
    await write(
        at_home,
        Record(kind="order", id="C-1", data={"person": person, **order, "placed": "2035-11-01", "status": "shipped"}),
        Record(kind="order", id="C-2", data={"person": person, **order, "placed": "2035-11-09", "status": "mystery_state"}),
        Record(kind="order", id="C-3", data={"person": "somebody else", **order, "placed": "2035-11-09", "status": "new"}),
        Record(
            kind="ticket",
            id="C-4",
            data={"person": person, "kind": "defect", "text": "nie grzeje\n{", "at": "2035-11-10T09:30:00+00:00", "status": "open"},
        ),
        Record(
            kind="payment",
            id="C-5",
            data={"person": person, "invoice": "FV/1", "amount": "349.00", "currency": "PLN", "due": "2035-11-20", "status": "open"},
        ),
        Record(kind="application", id="C-6", data={"person": person, "job": "J-100", "status": "applied", "applied": "2035-11-01"}),
        Record(kind="interview_slot", id="C-7", data={"person": person}),
    )
    found = {each.id: each for each in (await card_of(at_home, begun["id"], "pl")).records}
    assert {"C-3", "C-7"} & set(found) == set()
    ids = list(found)
    assert ids.index("C-2") < ids.index("C-1") < ids.index("C-4")
    assert (found["C-1"].title, found["C-1"].status, found["C-1"].when, found["C-1"].money) == (
        "czajnik Fala, x + 1",
        "w drodze",
        "1 lis 2035",
        "149 zł",
    )
    assert found["C-2"].status == "mystery state"
    assert (found["C-4"].title, found["C-4"].when, found["C-4"].status) == ("Usterka: nie grzeje (", "10 lis 2035, 10:30", "w toku")
    assert (found["C-5"].title, found["C-5"].money) == ("FV/1", "349 zł")
    assert found["C-6"].title == "magazynier / magazynierka"
    assert found["C-6"].state == "applied"


async def test_of_many_records_the_newest_of_each_kind_are_shown_and_all_are_counted(at_home: House) -> None:
    conversation, person = await at_home.met()
    days = [f"2035-10-{day:02d}" for day in range(1, 13)]
    await write(at_home, *(Record(kind="return", id=f"{person}-{day}", data={"person": person, "at": day, "order": day}) for day in days))
    found = await card_of(at_home, conversation)
    assert [each.id for each in found.records] == [f"{person}-{day}" for day in days[::-1][:MOST]]
    assert found.counts == {"return": 12}


async def test_what_others_wrote_as_they_liked_does_not_break_the_card(at_home: House) -> None:
    conversation, person = await at_home.met()
    strange: list[dict[str, Any]] = [
        {"items": "none", "total": "much", "placed": 7, "status": 3}, {"items": [None, {"name": None}, {}], "total": {"amount": "x"}, "at": "soon"},
        {"items": [{"name": {}}], "total": {"amount": 1, "currency": None}, "status": None}, {"title": ["a"], "price": {}},
    ]  # fmt: skip
    kinds = ("order", "basket", "appointment", "payment", "ticket", "application")
    rows = [Record(kind=kind, id=f"{person}-{n}", data={**each, "person": person}) for kind in kinds for n, each in enumerate(strange)]
    await write(at_home, *rows)
    found = await card_of(at_home, conversation)
    assert len(found.records) == len(rows)
    assert not any("None" in shown or "{" in shown for each in found.records for shown in (each.title, each.status, each.when, each.money))


async def test_earlier_contacts_tasks_and_hand_overs_are_on_it(at_home: House) -> None:
    login = await at_home.user()
    phone = at_home.phone()
    earlier, escalation = await at_home.escalated(login, person={"phone": phone})
    closed = await at_home.http.post(f"/v1/escalations/{escalation}/close", json={"agent": login, "note": "sent a new one"})
    assert closed.status_code == 200, closed.text
    now = at_home.clock.now()
    conversation = (await at_home.begin(person={"phone": phone}))["id"]
    person = (await at_home.read(conversation))["person"]
    values = {"direction": "in", "stage": "retention", "problems": [], "opportunities": [], "measures": {}, "person_id": person}
    task = {"language": "en", "created": now, "created_by": login, "person_id": person}
    await write(
        at_home,
        *(
            Touchpoint(
                at=now - timedelta(days=n), channel="email", goal="refund_status", outcome="", emotion={"frustration": 0.4}, **values
            )
            for n in range(1, 8)
        ),
        Task(id=f"{person}-1", kind="callback", text="call {them}", due=now - timedelta(hours=1), agent=login, **task),
        Task(id=f"{person}-2", kind="promise", text="write", due=now + timedelta(hours=1), agent=None, **task),
        Task(id=f"{person}-3", kind="promise", text="done", due=now, agent=None, status="done", **task),
    )
    found = await card_of(at_home, conversation)
    assert found.touchpoints == 9
    assert len(found.past) == MOST
    assert [(past.channel, past.goal, past.outcome, past.emotion) for past in found.past[1:2]] == [
        ("e-mail", "refund", "not finished", 0.4)
    ]
    assert found.past[0].outcome == "handed over to a person"
    assert [(each.text, each.late, each.agent) for each in found.tasks] == [("call (them)", True, login), ("write", False, None)]
    assert [(each.id, each.agent, each.status, each.note, each.reason) for each in found.escalations] == [
        (escalation, login, "closed", "sent a new one", "asked_for_person")
    ]
    assert earlier != conversation


async def test_the_card_of_somebody_we_have_known_for_long_takes_no_more_queries(at_home: House) -> None:
    conversation, person = await at_home.met()
    now = at_home.clock.now()
    values = {
        "direction": "in",
        "stage": "retention",
        "problems": [],
        "opportunities": [],
        "measures": {},
        "person_id": person,
        "emotion": None,
    }
    kinds = ("order", "ticket", "return", "invoice", "appointment")
    await write(
        at_home,
        *(Touchpoint(at=now - timedelta(hours=n), channel="web", goal="question", outcome="answered", **values) for n in range(500)),
        *(
            Record(
                kind=kind, id=f"{person}-{n}", data={"person": person, "at": f"2035-01-01T10:{n:02d}", "status": "open", "text": "x" * 400}
            )
            for kind in kinds
            for n in range(40)
        ),
    )
    async with at_home.service.database.transaction() as session:
        await session.execute(text("ANALYZE records, touchpoints"))
    async with at_home.service.database.sessions() as session:
        found, asked = await session.get_one(Conversation, conversation), 0

        def count(*_: Any) -> None:
            nonlocal asked
            asked += 1

        engine = at_home.service.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", count)
        try:
            shown = await card(session, found, now, "en")
        finally:
            event.remove(engine, "before_cursor_execute", count)
    assert (shown.touchpoints, len(shown.records), shown.counts["order"]) == (501, 25, 40)
    assert asked <= 5


# ---- what was tried


async def test_what_was_begun_is_told_with_what_was_collected_and_how_it_ended(at_home: House) -> None:
    begun = await at_home.begin(language="pl", flow="support", person={"external_id": "P-1001"})
    conversation = begun["id"]
    await said(at_home, conversation, "chcę zwrócić buty", "return_item")
    await said(at_home, conversation, "blargh")
    await said(at_home, conversation, "brrrr")
    await said(at_home, conversation, "human", "speak_to_human")
    (step,) = await steps(at_home, conversation, "pl")
    assert (step.flow, step.name, step.result, step.misunderstood) == ("return_item", "zwrot", "handed_over", 2)
    assert step.outcome == "przekazane człowiekowi, bot nie zrozumiał 2 razy"
    text = await told(at_home, conversation, "pl")
    assert "chce zwrócić towar." in text, text
    assert "wiadomości niezrozumiane przez bota: 2 z 4" in text, text
    assert text.endswith("Prosi o rozmowę z człowiekiem."), text


async def test_answers_are_shown_as_they_were_given_and_corrections_are_counted(at_home: House) -> None:
    begun = await at_home.begin(language="en", flow="support", person={"external_id": "P-1004"})
    conversation = begun["id"]
    answer = await said(at_home, conversation, "something is broken", "report_problem")
    asked = []
    for _ in range(6):
        waiting = answer["state"]["awaiting"]
        asked.append(waiting)
        buttons = answer["replies"][-1].get("buttons") or []
        if waiting in ("order_choice", "problem_item") and buttons:
            answer = await said(at_home, conversation, buttons[0]["payload"], display=buttons[0]["title"])
        elif waiting == "problem_words":
            answer = await said(at_home, conversation, "it does not get warm any more")
            break
        else:
            break
    assert "problem_words" in asked, asked
    (step,) = await steps(at_home, conversation)
    assert (step.name, step.result, step.misunderstood, step.corrected) == ("fault report", "open", 0, 0)
    assert dict(step.slots)["fault"] == "it does not get warm any more"
    assert dict(step.slots)["order"].startswith("VX-")


async def test_what_is_over_keeps_the_persons_words_and_comes_before_what_follows(at_home: House) -> None:
    begun = await at_home.begin(language="en", flow="support")
    conversation = begun["id"]
    await said(at_home, conversation, "where is my order", "order_status")
    await said(at_home, conversation, "VX-104233")
    await said(at_home, conversation, "anna.nowak@example.com")
    assert [step.result for step in await steps(at_home, conversation)] == ["answered"]
    await said(at_home, conversation, "please call me", "call_back_later")
    await said(at_home, conversation, "tomorrow at ten")
    found = await steps(at_home, conversation)
    assert [step.flow for step in found] == ["order_status", "pattern_call_back_later"]
    assert dict(found[0].slots)["order"] == "VX-104233"
    assert [step.result for step in found] == ["done", "callback_agreed"]  # the contact's one outcome is that of what came last
    assert dict(found[1].slots)["time for a call back"] == "tomorrow at ten"


@pytest.mark.parametrize(("words", "intent"), [("human", "speak_to_human"), ("/speak_to_human", "")])
async def test_asking_for_a_person_answers_no_question(at_home: House, words: str, intent: str) -> None:
    conversation = (await at_home.begin(language="en", flow="support"))["id"]
    await said(at_home, conversation, "where is my order", "order_status")
    await said(at_home, conversation, words, intent)
    (step,) = await steps(at_home, conversation)
    assert (step.flow, step.result, step.slots) == ("order_status", "handed_over", ())


async def test_what_fitted_nothing_is_quoted(at_home: House) -> None:
    begun = await at_home.begin(language="en", flow="support")
    await said(at_home, begun["id"], "colourless green ideas")
    (step,) = await steps(at_home, begun["id"])
    assert (step.flow, step.name, step.misunderstood) == ("", "Not recognised as anything", 1)
    assert step.slots == (("their words", "colourless green ideas"),)
    assert step.outcome == "misunderstood 1 time"


async def test_nothing_is_told_where_nothing_was_begun_and_talk_with_an_agent_is_not_the_bots(at_home: House) -> None:
    login = await at_home.user()
    conversation, _ = await at_home.escalated(login)
    await said(at_home, conversation, "where is my order", "order_status")
    assert await steps(at_home, conversation) == ()
    assert "has not said yet what it is about" in await told(at_home, conversation)


async def test_a_flow_that_was_left_is_told_as_broken_off(at_home: House) -> None:
    begun = await at_home.begin(language="en", flow="support")
    conversation = begun["id"]
    await said(at_home, conversation, "I need an invoice please", "invoice_request")
    await said(at_home, conversation, "forget it", "cancel")
    await said(at_home, conversation, "yes")
    (step,) = await steps(at_home, conversation)
    assert (step.flow, step.result, step.outcome) == ("invoice_request", "cancelled_by_person", "broken off")


async def test_how_often_somebody_came_is_in_the_paragraph(at_home: House) -> None:
    phone = at_home.phone()
    for _ in range(2):
        await at_home.begin(person={"phone": phone, "name": "Ann Lee"})
    conversation, _ = await at_home.escalated(person={"phone": phone})
    assert await told(at_home, conversation) == (
        "Ann Lee (contact no. 3, known since 14 November 2035) has not said yet what it is about. Calm so far. They ask for a person."
    )


@pytest.mark.parametrize("language", ["en", "pl"])
async def test_script_in_a_name_or_an_answer_stays_text(at_home: House, language: str) -> None:
    name = "<img src=x onerror=alert(1)>"
    conversation, _ = await at_home.escalated(person={"name": name, "phone": at_home.phone()})
    assert (await told(at_home, conversation, language)).startswith(name)
    assert (await card_of(at_home, conversation, language)).name == name
