"""STOP, said on one channel, holds on every channel."""

from __future__ import annotations

from integrations.twilio.standin import Standin
from tests.acceptance.conftest import Visit
from tests.acceptance.running import Running, until
from tests.house import NUMBER

ANNA, EMILY = ("P-1001", "+48600100101"), ("P-1004", "+447700900104")


async def campaign(service: Running, person: str) -> tuple[str, str]:
    """Begin a campaign of payment reminders to one person; how the attempt ended."""
    body = {"name": "reminders", "flow": "reminder_payment", "people": [{"person": person}]}
    answer = await service.http.post("/v1/campaigns", json=body)
    assert answer.status_code == 201, answer.text

    async def done() -> list[tuple[str, str]]:
        return service.rows("SELECT status, reason FROM attempts WHERE campaign_id = %s AND status <> 'waiting'", answer.json()["id"])

    [(status, reason)] = await until(done, 30)
    return status, reason


def unasked(phone: Standin, number: str) -> list[str]:
    """What was sent to a number without an answer being due."""
    return [message.body for message in phone.sent(number) if message.direction == "outbound-api"]


async def test_stop_by_sms_holds_on_every_channel(visit: Visit, service: Running, phone: Standin) -> None:
    person, number = ANNA
    chat = await visit("pl")
    await chat.begin("support")
    assert "START" in await phone.inject(number, NUMBER, "Stop")

    [(state, channel)] = service.rows("SELECT state, channel FROM consents WHERE person_id = %s ORDER BY id DESC LIMIT 1", person)
    assert (state, channel) == ("revoked", "sms")
    assert await campaign(service, person) == ("dropped", "no_consent")
    assert unasked(phone, number) == []

    assert "VX-104233" in await chat.say("gdzie jest moja paczka?")  # what she asks herself is answered
    assert unasked(phone, number) == []

    await phone.inject(number, NUMBER, "START")
    assert await campaign(service, person) == ("sent", "")

    async def sent() -> list[str]:
        return unasked(phone, number)

    assert "Bryza" in (await until(sent))[0]


async def test_stop_in_the_web_chat_holds_for_text_messages(visit: Visit, service: Running, phone: Standin) -> None:
    person, number = EMILY
    chat = await visit("en")
    await chat.begin("reminder_basket")
    heard = await chat.say("please stop texting me, i dont want any more messages")
    assert heard
    assert chat.state["status"] == "closed"
    try:
        assert await campaign(service, person) == ("dropped", "no_consent")
        assert phone.sent(number) == []
        assert (await service.touchpoints(person, "basket"))[0]["outcome"] == "opted_out"
    finally:
        again = await service.http.post(f"/v1/people/{person}/consent", json={"state": "granted", "reason": "the test is over"})
    assert again.status_code == 200


async def test_a_stop_that_twilio_did_not_sign_counts_for_nothing(service: Running) -> None:
    form = {"MessageSid": "SM" + "0" * 32, "From": "+48600100102", "To": NUMBER, "Body": "STOP"}
    answer = await service.http.post("/twilio/sms", data=form)
    assert answer.status_code == 403
    assert service.rows("SELECT count(*) FROM consents WHERE person_id = 'P-1002' AND state = 'revoked'") == [(0,)]
