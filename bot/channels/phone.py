"""The phone channel: Twilio's voice webhook, and the socket that carries a call's audio both ways."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response, WebSocket
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import Svc, is_same_key, service_of
from bot.calls import store as calls
from bot.calls import transfer
from bot.calls.calls import Opening
from bot.calls.socket_line import SocketLine
from bot.channels.sms import language_of_number, signed_form
from bot.metrics import CALLS_REFUSED
from bot.outreach import deliveries
from bot.problems import Problem
from bot.service import Service
from bot.store import people
from bot.store.database import UNREACHABLE
from bot.store.models import Conversation, Person, PhoneCall
from integrations.twilio import voice
from integrations.twilio.errors import TwilioFormatError
from integrations.twilio.media_streams import (
    Dtmf,
    Framer,
    Mark,
    Media,
    MediaStreamError,
    Start,
    Stop,
    StreamState,
    clear,
    mark,
    media,
    parse,
)
from nlu.types import LANGUAGES
from speech.audio import from_mulaw, to_mulaw
from speech.ports import Audio, Key, Left, LineEvent, Played
from speech.types import Samples

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/twilio", tags=["twilio"])
START_S = 5.0
"""Seconds within which a new socket must say which call it is."""
MOST_STRANGERS = 32
"""Sockets at once that have not said it yet; more are turned away."""
ENDING_S = 3.0
"""Longest wait for a call whose stream has just closed to be written down, in s."""
MOST_RESUMES = 4
"""Streams of one call that may break before its caller hears an apology instead of silence."""
MOST_ODD = 50
"""Messages that cannot be read, or come out of turn, after which a socket is closed."""


class TwilioLine(SocketLine):
    """One call on Twilio Media Streams."""

    def __init__(self, socket: WebSocket, state: StreamState) -> None:
        super().__init__(socket)
        self._state = state
        self._sid = state.start.stream_sid if state.start else ""
        self._framer = Framer()
        self._odd = 0

    async def events(self) -> AsyncIterator[LineEvent]:
        """What the socket brings; what cannot be read is skipped with a reason in the log."""
        while (message := await self.receive()) is not None:
            try:
                event = parse(message if isinstance(message, str) else message.decode("utf-8", "replace"))
                self._state.accept(event)
            except MediaStreamError as error:
                self._odd += 1
                if self._odd <= 3:
                    logger.warning("%s (%s)", error, error.code)
                if self._odd >= MOST_ODD:
                    logger.warning("media stream: closed after %d messages that cannot be read", self._odd)
                    await self.close(1008)
                continue
            match event:
                case Media(payload=payload, inbound=True):
                    for frame in self._framer.frames(payload):
                        yield Audio(from_mulaw(frame))
                case Dtmf(digit=digit):
                    yield Key(digit)
                case Mark(name=name):
                    yield Played(name)
                case Stop():
                    self.said_goodbye = True
                    break
        yield Left(self.said_goodbye)

    async def play(self, frame: Samples) -> None:
        """Send 20 ms of audio."""
        await self.text(media(self._sid, to_mulaw(frame)))

    async def mark(self, name: str) -> None:
        """Ask to be told when everything sent so far was played."""
        await self.text(mark(self._sid, name))

    async def clear(self) -> None:
        """Stop playing at once."""
        await self.text(clear(self._sid))

    async def hang_up(self, reason: str) -> None:
        """Close the stream; Twilio then asks `voice_call` how the call goes on, which ends it unless it broke off."""
        await self.close()


@router.post("/voice")
async def voice_call(request: Request, service: Svc) -> Response:
    """A call comes in, or its stream has ended: how it goes on."""
    form = await signed_form(request, service)
    try:
        call = voice.parse_voice(form)
    except TwilioFormatError as error:
        raise Problem(422, "twilio_form_invalid", str(error)) from error
    language = language_of_number(call.person, service.settings.language)
    await service.calls.gone(call.sid, ENDING_S)
    try:
        async with service.database.transaction() as session:
            known = await calls.find(session, call.sid)
            if known is not None:
                conversation = await session.get_one(Conversation, known.conversation_id)
                return twiml(_again(service, request, known, conversation.language))
            prepared = await _prepared(session, request.query_params) if call.outbound else None
            if call.outbound and prepared is None:
                return twiml(voice.hang_up())
            if prepared is not None:
                person, known_before = await session.get_one(Person, prepared.person_id), True
            else:
                person, known_before = await _caller(session, service, call.person, language)
            language = person.language
            if not service.calls.reserve(call.sid):
                return twiml(await _busy(session, service, person, call))
            begun = prepared or await _begin(session, service, person, "support", language, detect=not known_before)
            conversation_id = begun.id
            await calls.begin(session, call.sid, conversation_id, "twilio", service.clock.now())
    except UNREACHABLE:
        logger.error("a call came while the database was away")
        CALLS_REFUSED.labels("database").inc()
        service.calls.release(call.sid)
        return twiml(voice.fault(language, service.settings.company))
    return twiml(connect(service, request, call.sid, conversation_id))


@router.websocket("/media")
async def media_stream(socket: WebSocket) -> None:
    """A call's audio. The first message must be the start of a call that we know, within a few seconds."""
    service = service_of(socket)
    strangers: Strangers = socket.app.state.strangers
    if strangers.full:
        logger.warning("media stream: too many sockets wait to be known; one more was turned away")
        CALLS_REFUSED.labels("flood").inc()
        await socket.close(1013)
        return
    await socket.accept()
    with strangers:
        state = StreamState()
        opened = await _opened(socket, service, state)
    if opened is None:
        if state.start is not None and not service.calls.has(state.start.call_sid):
            service.calls.release(state.start.call_sid)
        await SocketLine(socket).close(1008)
        return
    await service.calls.take(
        TwilioLine(socket, state), call_id=opened.call_id, conversation_id=opened.conversation_id, language=opened.language,
        channel="phone", opening=opened.opening, detect=opened.detect,
    )  # fmt: skip


class Strangers:
    """Counts the sockets that have not said which call they are."""

    def __init__(self, most: int = MOST_STRANGERS) -> None:
        self._most, self._count = most, 0

    @property
    def full(self) -> bool:
        """Whether no more are let in."""
        return self._count >= self._most

    def __enter__(self) -> None:
        self._count += 1

    def __exit__(self, *_: object) -> None:
        self._count -= 1


@dataclass(frozen=True, slots=True)
class _Opened:
    """A call whose socket has shown its pass."""

    call_id: str
    conversation_id: str
    language: str
    opening: Opening
    detect: bool


async def _opened(socket: WebSocket, service: Service, state: StreamState) -> _Opened | None:
    """The call of a new socket; None, with a reason in the log, for one that shows no right to be one."""
    line = SocketLine(socket)
    try:
        async with asyncio.timeout(START_S):
            while state.start is None:
                message = await line.receive()
                if message is None:
                    return None
                state.accept(parse(message if isinstance(message, str) else ""))
        return await _known(service, state.start)
    except TimeoutError:
        _refused("late", "no start came")
    except MediaStreamError as error:
        _refused("format", str(error))
    except (Problem, *UNREACHABLE) as error:
        _refused("unknown", f"{type(error).__name__}: the call cannot be found")
    return None


async def _known(service: Service, start: Start) -> _Opened | None:
    given = start.parameters
    conversation_id, shown = given.get("conversation", ""), given.get("pass", "")
    if is_same_key(service, given.get("key", "")):
        return await _own(service, start)
    if not service.calls.admits(start.call_sid, conversation_id, shown):
        _refused("forged", "a stream for a call that we do not know")
        return None
    if not service.calls.reserve(start.call_sid):
        _refused("busy", "no line is free")
        return None
    async with service.database.transaction() as session:
        call = await calls.begin(session, start.call_sid, conversation_id, "twilio", service.clock.now())
        conversation = await session.get(Conversation, conversation_id)
        if conversation is None:
            _refused("unknown", "the conversation was erased")
            return None
        opening = transfer.opening(call)
        if call.status != calls.TRANSFERRING:  # else its line broke just before it goes elsewhere
            await calls.opened(session, call)
        detect = opening == "new" and bool(conversation.context.get("detect"))
        return _Opened(start.call_sid, conversation_id, conversation.language, opening, detect)


async def _own(service: Service, start: Start) -> _Opened | None:
    """A stream that shows the API key begins a call by itself (another carrier, a test): ``flow``, ``language``, ``phone``."""
    given = start.parameters
    flow, language = given.get("flow", "support"), given.get("language", "")
    definition = service.conversations.flows.get(flow)
    if definition is None or not definition.opens or (language and language not in LANGUAGES):
        _refused("unknown", "no such flow or language")
        return None
    if not service.calls.reserve(start.call_sid):
        _refused("busy", "no line is free")
        return None
    number = people.normal_phone(given["phone"]) if given.get("phone") else None
    async with service.database.transaction() as session:
        person, known_before = await _caller(session, service, number or "", language or service.settings.language)
        known = await calls.find(session, start.call_sid)
        conversation = await session.get(Conversation, known.conversation_id) if known else None
        if conversation is None:
            detect = not language and not known_before
            conversation = await _begin(session, service, person, flow, language or person.language, detect=detect)
        call = await calls.begin(session, start.call_sid, conversation.id, "twilio", service.clock.now())
        await calls.opened(session, call)
        detect = known is None and bool(conversation.context.get("detect"))
        return _Opened(start.call_sid, conversation.id, conversation.language, "resumed" if known else "new", detect)


def _refused(reason: str, why: str) -> None:
    CALLS_REFUSED.labels(reason).inc()
    logger.warning("a media stream was refused: %s", why)


async def _caller(session: AsyncSession, service: Service, number: str, language: str) -> tuple[Person, bool]:
    """The person with this number, and whether we knew them; somebody new when it is withheld or unknown."""
    phone = people.normal_phone(number) if number.startswith("+") else None
    contacts = {"phone": phone} if phone else {}
    known = bool(contacts) and await people.find(session, contacts) is not None
    return await people.meet(session, service.clock.now(), language, contacts=contacts), known


async def _prepared(session: AsyncSession, query: Mapping[str, str]) -> Conversation | None:
    """The conversation that we called about; None when the person was erased or has said STOP since then."""
    prepared: Conversation | None = await session.get(Conversation, query.get("conversation", ""))
    return None if prepared is None or await people.opted_out(session, prepared.person_id) else prepared


async def _begin(
    session: AsyncSession, service: Service, person: Person, flow: str, language: str, *, detect: bool
) -> Conversation:  # fmt: skip
    conversation, _, _ = await service.conversations.begin(
        session, person, channel="phone", flow=flow, language=language, first="phone_recording" if service.settings.recording else "",
        context={"detect": detect},
    )  # fmt: skip
    return conversation


async def _busy(session: AsyncSession, service: Service, person: Person, call: voice.InboundCall) -> str:
    """All lines are taken: say so, and offer to go on by text when the caller can be texted. Whom we called is called again."""
    CALLS_REFUSED.labels("busy" if service.calls.ready else "not_ready").inc()
    if call.outbound:
        return voice.busy(person.language, service.settings.company, sms=False)
    number = call.person
    phone = people.normal_phone(number) if number.startswith("+") else None
    may_text = phone is not None and bool(service.settings.twilio_account_sid) and not await people.opted_out(session, person.id)
    if may_text and phone is not None:
        now = service.clock.now()
        conversation, _, _ = await service.conversations.begin(
            session, person, channel="sms", flow="sms", language=person.language, context={}, direction="out"
        )
        text = service.conversations.phrase("utter_sms_instead", person.language)
        await deliveries.add(session, conversation, f"busy-{conversation.id}", phone, text, now, solicited=True)
    return voice.busy(person.language, service.settings.company, sms=may_text)


def _again(service: Service, request: Request, call: PhoneCall, language: str) -> str:
    """The stream of a call has ended while the caller is still there: over, mute, or broken."""
    company = service.settings.company
    if call.status == "ended":  # a goodbye was said, unless nothing could be
        return voice.fault(language, company) if call.reason in ("mute", "error") else voice.hang_up()
    tried = request.query_params.get("resume", "0")
    tries = int(tried) if tried.isdigit() else MOST_RESUMES
    if tries >= MOST_RESUMES or not service.calls.reserve(call.call_id):
        return voice.fault(language, company)
    return connect(service, request, call.call_id, call.conversation_id, tries + 1)


def connect(service: Service, request: Request, call_id: str, conversation_id: str, resume: int = 1) -> str:
    """The TwiML that connects a call to our socket."""
    base = service.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    parameters = {"conversation": conversation_id, "pass": service.calls.pass_for(call_id, conversation_id)}
    stream = f"{base.replace('http', 'ws', 1)}/twilio/media"
    return voice.connect_stream(stream, parameters, f"{base}/twilio/voice?resume={resume}")


def twiml(body: str) -> Response:
    """TwiML as an answer."""
    return Response(body, media_type="text/xml; charset=utf-8")
