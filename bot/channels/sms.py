"""The SMS channel: Twilio's webhooks in, TwiML out. One person is one thread: a text goes on with the open conversation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import Svc
from bot.calls import store as calls
from bot.calls import transfer
from bot.escalation.queue import close_conversation
from bot.outreach.consequences import stop_contact
from bot.problems import Problem
from bot.service import Service
from bot.store import conversations as store
from bot.store import people
from bot.store.models import Conversation, Person
from bot.turn import Said
from bot.understanding import hear
from integrations.twilio.errors import TwilioFormatError
from integrations.twilio.forms import InboundSms, parse_inbound, parse_status
from integrations.twilio.keywords import Keyword, keyword
from integrations.twilio.segments import split, to_gsm
from integrations.twilio.signature import valid_signature, webhook_url
from integrations.twilio.sms import MARKER, twiml_reply
from integrations.twilio.voice import is_call, parse_report

router = APIRouter(prefix="/twilio", tags=["twilio"])
GOES_ON = timedelta(hours=24)
"""How long after its last message a conversation goes on with a text, whatever its channel."""
_LANGUAGE_OF_PREFIX = {"+48": "pl", "+40": "ro", "+373": "ro", "+44": "en", "+1": "en", "+353": "en"}
_HELP = {
    "pl": "Tu automatyczny asystent {company}. Proszę po prostu napisać, w czym pomóc. STOP kończy kontakt, START go przywraca.",
    "en": "This is the automated assistant of {company}. Just write what you need. STOP ends contact, START resumes it.",
    "ro": "Sunt asistentul automat {company}. Scrieți pur și simplu ce aveți nevoie. STOP oprește mesajele, START le reia.",
}
_STOPPED = {
    "pl": "{company}: nie będziemy już pisać ani dzwonić. START przywraca kontakt.",
    "en": "{company}: we will not text or call you again. Reply START to resume.",
    "ro": "{company}: nu vă mai scriem și nu vă mai sunăm. START reia contactul.",
}
_STARTED = {
    "pl": "{company}: znów możemy się kontaktować. STOP kończy to w każdej chwili.",
    "en": "{company}: we may contact you again. Reply STOP to end at any time.",
    "ro": "{company}: vă putem contacta din nou. STOP oprește oricând.",
}


_BY_CARRIER: dict[str, Keyword] = {"STOP": "stop", "START": "start", "HELP": "help"}
"""What Twilio's own filter takes a text for; it has answered the person by then."""


@router.post("/sms")
async def inbound(request: Request, service: Svc) -> Response:
    """A text from a person. Twilio's retries get the same answer: the message's SID is its message_id."""
    sms = _read(await signed_form(request, service))
    async with service.database.transaction() as session:
        person = await _person(session, service, sms)
        language, person_id = person.language, person.id
    carrier = _BY_CARRIER.get(sms.opt_out_type)
    word = carrier or keyword(sms.body)
    if word is not None:
        text = await _keyword(service, person_id, language, word, sms, answered=carrier is not None)
        return _twiml([text] if text else [])
    conversation_id, language = await _conversation(service, person_id, _message_id(sms))
    text = hear(sms.body)[: service.settings.message_limit] or "…"
    answer = await service.conversations.turn(conversation_id, language, Said(text, _message_id(sms), channel="sms"))
    opening = await _opening(service, conversation_id, _message_id(sms))
    replies = [reply["text"] for reply in answer["replies"]]
    return _twiml(_parts([*opening, *replies], service.settings.sms_most_parts, answer["state"]["language"]))


@router.post("/status")
async def status(request: Request, service: Svc) -> Response:
    """What became of a message we sent, or of a call; a message's address carries our own key of it."""
    form = await signed_form(request, service)
    if is_call(form):
        return await call_status(form, service, request.query_params.get(MARKER, ""))
    try:
        report = parse_status(form)
    except TwilioFormatError as error:
        raise Problem(422, "twilio_form_invalid", str(error)) from error
    await service.deliveries.status(request.query_params.get(MARKER, ""), report)
    return Response(status_code=204)


async def call_status(form: dict[str, str], service: Service, key: str) -> Response:
    """How a call is going. One whose stream never opened, or broke, ends here; one that we placed (``key``) has its outcome."""
    try:
        report = parse_report(form)
    except TwilioFormatError as error:
        raise Problem(422, "twilio_form_invalid", str(error)) from error
    if report.over:
        async with service.database.transaction() as session:
            await transfer.call_over(session, report.sid, service.clock.now())
            await calls.over(session, report.sid, report.status, report.seconds, service.clock.now(), here=service.calls.has(report.sid))
    await service.phoning.report(key, report)
    return Response(status_code=204)


async def signed_form(request: Request, service: Service) -> dict[str, str]:
    """The form, if Twilio signed it; without a token nobody is let in."""
    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    url = webhook_url(
        request.scope.get("raw_path", b"").decode() or request.url.path, request.url.query, request.headers,
        public_url=service.settings.public_url, scheme=request.url.scheme,
    )  # fmt: skip
    token = service.settings.twilio_auth_token.get_secret_value()
    if not valid_signature(token, url, fields, request.headers.get("x-twilio-signature", "")):
        raise Problem(403, "signature_wrong", "This request was not signed by Twilio for this address.")
    return fields


def _read(fields: dict[str, str]) -> InboundSms:
    try:
        return parse_inbound(fields)
    except TwilioFormatError as error:
        raise Problem(422, "twilio_form_invalid", str(error)) from error


async def _person(session: AsyncSession, service: Service, sms: InboundSms) -> Person:
    language = language_of_number(sms.from_, service.settings.language)
    return await people.meet(session, service.clock.now(), language, contacts={"phone": sms.from_})


def language_of_number(number: str, otherwise: str) -> str:
    """The language most people with a number of this country speak, of those we speak."""
    return next((language for prefix, language in _LANGUAGE_OF_PREFIX.items() if number.startswith(prefix)), otherwise)


def _message_id(sms: InboundSms) -> str:
    return f"sms-{sms.sid}"


async def _conversation(service: Service, person_id: str, message_id: str) -> tuple[str, str]:
    """The conversation that has this message already, or the person's that goes on, or a new one with its opening words."""
    async with service.database.transaction() as session:
        person = await session.get_one(Person, person_id, with_for_update=True)  # two texts at once begin one conversation
        since = service.clock.now() - GOES_ON
        query = select(Conversation).where(
            Conversation.person_id == person_id, Conversation.updated >= since, Conversation.status != "closed"
        )
        current = await store.holding(session, person_id, message_id)
        current = current or await session.scalar(query.order_by(Conversation.updated.desc()).limit(1))
        if current is not None:
            return current.id, current.language
        conversation, _, _ = await service.conversations.begin(
            session, person, channel="sms", flow="sms", language=person.language, context={}
        )
        return conversation.id, conversation.language


async def _opening(service: Service, conversation_id: str, message_id: str) -> list[str]:
    """What the bot said before the person's first text: it has not been sent yet, and goes with the answer to that text."""
    async with service.database.sessions() as session:
        conversation = await session.get(Conversation, conversation_id)
        if conversation is None or conversation.channel != "sms" or conversation.direction == "out":
            return []
        messages = await store.messages_since(session, conversation_id, 0, 10)
    first = next((index for index, message in enumerate(messages) if message.direction == "in"), len(messages))
    is_first = first < len(messages) and messages[first].message_id == message_id
    return [message.text for message in messages[:first]] if is_first else []


async def _keyword(service: Service, person_id: str, language: str, word: Keyword, sms: InboundSms, *, answered: bool) -> str:
    """STOP, START and HELP: what the law and the carriers ask for, before any dialog. ``answered``: the carrier said it already."""
    text = "" if answered else {"stop": _STOPPED, "start": _STARTED, "help": _HELP}[word][language].format(company=service.settings.company)
    now = service.clock.now()
    async with service.database.transaction() as session:
        person = await session.get_one(Person, person_id, with_for_update=True)
        if await store.holding(session, person_id, _message_id(sms)):
            return text
        latest = select(Conversation.id).where(Conversation.person_id == person_id).order_by(Conversation.updated.desc()).limit(1)
        conversation_id = await session.scalar(latest)
        if conversation_id is None:
            begun, _ = await store.create(session, person, now, channel="sms", kind="sms", language=language, context={})
            conversation_id = begun.id
        held = await store.lock(session, conversation_id)
        current, touchpoint = held.conversation, held.touchpoint
        for direction, author, said in (("in", "person", hear(sms.body)), ("out", "bot", text)):
            if said:
                message_id = _message_id(sms) if direction == "in" else None
                store.add_message(
                    session, current, now, direction=direction, author=author, text=said, channel="sms", message_id=message_id
                )
        if word == "stop":
            await close_conversation(session, current, "STOP", now)
            touchpoint.outcome = "opted_out"
            await stop_contact(session, person_id, "sms", "STOP", now)
        elif word == "start":
            await people.record_consent(session, person_id, "granted", "sms", "START", now)
        current.updated = now
        await store.changed(session, current)
    return text


def _parts(texts: list[str], most: int, language: str) -> list[str]:
    """The answer as text messages: plain quotes where that halves the price, long ones cut at sentences."""
    return split(to_gsm("\n".join(texts), language), most)


def _twiml(parts: list[Any]) -> Response:
    return Response(twiml_reply(parts), media_type="text/xml; charset=utf-8")
