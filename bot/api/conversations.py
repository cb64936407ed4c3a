"""Conversations: begin, write, read, watch live."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, WebSocket, WebSocketDisconnect
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel, Field, StringConstraints

from bot.api.access import Credentials, Doors, Svc, Trusted, address_of, is_trusted, opened, service_of, vouched
from bot.api.body import Body
from bot.escalation.attachments import MOST as MOST_FILES
from bot.escalation.attachments import links
from bot.problems import Problem
from bot.service import Service
from bot.store import conversations as store
from bot.store import people
from bot.store.models import Conversation, Person
from bot.turn import Said, state_json
from bot.understanding import hear
from dialogs.state import DialogState

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
Language = Literal["pl", "en", "ro"]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
FileId = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Seq = Annotated[int, Query(ge=0, le=2**62)]
PING_S = 25.0
"""Seconds between pings on an idle event stream."""


class PersonIn(Body):
    """Who it is. Without a key a contact or id counts only with the company's ``signature``."""

    phone: Short | None = None
    email: Short | None = None
    name: Short = ""
    external_id: Short | None = None
    signature: Short | None = Field(None, description="Hex HMAC-SHA256 of external_id under the API key, made on the company's own server.")


class Begin(Body):
    """A conversation to begin."""

    channel: Literal["web", "sms", "phone", "browser", "terminal", "api"] = "web"
    flow: Short = "support"
    language: Language | None = None
    person: PersonIn = PersonIn()
    context: dict[str, Any] = Field(default_factory=dict, description="What the flow should know: job_id, appointment_id, …")


class Button(BaseModel):
    """A ready answer: send the payload as the text."""

    title: str
    payload: str


class ReplyOut(BaseModel):
    """One message of the bot."""

    text: str
    seq: int = Field(description="Its number in the conversation.")
    buttons: list[Button] | None = None


class Mood(BaseModel):
    """How the person feels: frustration 0..1, or null while nothing has measured it."""

    frustration: float | None
    reasons: list[str]


class State(BaseModel):
    """Where the conversation stands."""

    flow: str | None
    awaiting: str | None
    owner: str
    status: str
    language: str
    mood: Mood


class Begun(BaseModel):
    """A new conversation; ``token`` opens it and is shown only here."""

    id: str
    token: str
    replies: list[ReplyOut]
    state: State


class MessageIn(Body):
    """One message. ``display`` is what the person saw themselves say (a button's title)."""

    text: str
    message_id: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")] | None = None
    display: Annotated[str, StringConstraints(max_length=300)] | None = None
    attachments: Annotated[list[FileId], Field(max_length=MOST_FILES)] = Field(
        default_factory=list, description="The ids of files that were sent before (…/attachments); with files the text may be empty."
    )


class Answered(BaseModel):
    """The answer to one message."""

    replies: list[ReplyOut]
    state: State


@router.post("", status_code=201, response_model=Begun, response_model_exclude_unset=True)
async def begin(body: Begin, request: Request, service: Svc, trusted: Trusted) -> dict[str, Any]:
    """Begin a conversation; the bot speaks first."""
    if not trusted:
        await request.app.state.throttle.start(address_of(request))
    flow = service.conversations.flows.get(body.flow)
    if flow is None or not flow.opens:
        raise Problem(422, "unknown_flow", f"There is no conversation {body.flow!r}.", field="flow")
    async with service.database.transaction() as session:
        person = await person_of(session, service, body, trusted=trusted)
        language = body.language or person.language
        conversation, token, answer = await service.conversations.begin(
            session, person, channel=body.channel, flow=body.flow, language=language, context=body.context
        )
    return {"id": conversation.id, "token": token, **answer}


@router.post("/{conversation_id}/messages", response_model=Answered, response_model_exclude_unset=True)
async def message(
    conversation_id: str, body: MessageIn, request: Request, service: Svc, credentials: Credentials, trusted: Trusted
) -> dict[str, Any]:
    """Say something. The same ``message_id`` is answered once, with the same answer."""
    if not trusted:
        await request.app.state.throttle.message(address_of(request))
    doors: Doors = request.app.state.doors
    language = await doors.language(service, conversation_id, credentials, trusted=trusted)
    limit = service.settings.message_limit
    if len(body.text) > limit:
        raise Problem(422, "text_too_long", f"A message has at most {limit} characters; this one has {len(body.text)}.", field="text")
    if not hear(body.text) and not body.attachments:
        raise Problem(422, "text_empty", "The message is empty.", field="text")
    display = hear(body.display) if body.display else None
    said = Said(body.text, body.message_id, display, attachments=tuple(body.attachments))
    answer = await service.conversations.turn(conversation_id, language, said)
    doors.spoken(conversation_id, answer["state"]["language"])
    return answer


@router.get("/{conversation_id}")
async def read(conversation_id: str, service: Svc, credentials: Credentials, trusted: Trusted, since: Seq = 0) -> dict[str, Any]:
    """The whole conversation: its messages (from ``since`` on), what is known, and who has it."""
    from bot.calls.store import UNHEARD, call_json, of_conversation
    from bot.escalation.queue import open_one

    async with service.database.sessions() as session:
        conversation = await opened(session, conversation_id, credentials, trusted=trusted)
        state = DialogState.from_json(conversation.state)
        messages = await store.messages_since(session, conversation_id, since)
        if not trusted:  # on a call the bot was interrupted before it could say this
            messages = [message for message in messages if message.text != UNHEARD or not message.voice]
        escalation = await open_one(session, conversation_id)
        found: dict[str, Any] = {
            "id": conversation.id,
            "channel": conversation.channel,
            "kind": conversation.kind,
            "language": conversation.language,
            "status": conversation.status,
            "owner": conversation.owner,
            "created": conversation.created.isoformat(),
            "updated": conversation.updated.isoformat(),
            "state": state_json(conversation, state),
            "turns": [store.message_json(message, inside=trusted, link=links(service)) for message in messages],
            "escalation": {"id": escalation.id, "status": escalation.status, "agent": escalation.agent} if escalation else None,
        }
        if trusted:  # what the bot noted is for the company's systems, not for a page in a browser
            found["person"] = conversation.person_id
            found["calls"] = [call_json(call) for call in await of_conversation(session, conversation_id)]
            found["slots"] = {name: value for name, value in state.slots.items() if value is not None}
        return found


@router.websocket("/{conversation_id}/events")
async def events(socket: WebSocket, conversation_id: str, token: str = "", since: Seq = 0) -> None:
    """Live events: ``message``, ``state``, ``ping``. The token goes in ``?token=`` (browsers cannot set headers here)."""
    service = service_of(socket)
    header = socket.headers.get("authorization", "").removeprefix("Bearer ").strip()
    credentials = HTTPAuthorizationCredentials(scheme="Bearer", credentials=token or header)
    try:
        trusted = await is_trusted(socket, credentials)
        async with service.database.sessions() as session:
            await opened(session, conversation_id, credentials, trusted=trusted)
    except Problem:
        await socket.accept()  # a browser is told the code of an accepted connection only
        await socket.close(4404, "conversation not found")
        return
    await socket.accept()
    with service.hub.listening(conversation_id) as queue, contextlib.suppress(WebSocketDisconnect, RuntimeError):
        watching = asyncio.create_task(_drain(socket))
        try:
            await _stream(socket, service, conversation_id, queue, watching, since)
        finally:
            watching.cancel()


async def _stream(
    socket: WebSocket, service: Service, conversation_id: str, queue: asyncio.Queue[dict[str, Any]], gone: asyncio.Task[None], seq: int
) -> None:
    """Send what is new, then wait for the next change, until the browser is gone."""
    while not gone.done():
        async with service.database.sessions() as session:
            conversation = await session.get_one(Conversation, conversation_id)
            while missed := await store.messages_since(session, conversation_id, seq):
                for message in missed:
                    seq = message.seq
                    await socket.send_json({"type": "message", **store.message_json(message, link=links(service))})
            state = state_json(conversation, DialogState.from_json(conversation.state))
        await socket.send_json({"type": "state", "state": state})
        while not gone.done():
            waiting = asyncio.create_task(queue.get())
            done, _ = await asyncio.wait({waiting, gone}, timeout=PING_S, return_when=asyncio.FIRST_COMPLETED)
            if waiting in done:
                if waiting.result().get("type") in ("note", "partly"):  # colleagues among themselves; words on their way, for the desk
                    continue
                break
            waiting.cancel()
            if not done:
                await socket.send_json({"type": "ping"})


async def _drain(socket: WebSocket) -> None:
    """Read and drop what the browser sends; ends when it is gone."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive_text()


async def person_of(session: Any, service: Service, body: Begin, *, trusted: bool) -> Person:
    """The person meant, or a new one. A stranger cannot become somebody we know by naming their contact."""
    given, now = body.person, service.clock.now()
    language = body.language or service.settings.language
    known = trusted or (given.external_id is not None and vouched(service, given.external_id, given.signature))
    if given.signature and not known:
        raise Problem(403, "signature_wrong", "The person's signature does not fit external_id.", field="person.signature")
    contacts = {"external": hear(given.external_id)} if known and given.external_id else {}  # all that a signature vouches for
    if trusted:
        contacts = contacts_of(given, people.COUNTRIES[language][0])
    return await people.meet(session, now, language, hear(given.name), contacts)


def contacts_of(given: PersonIn, country: str) -> dict[str, str]:
    """The contacts that a request names, normalised; 422 names the one that is none."""
    contacts: dict[str, str] = {}
    if given.external_id:
        contacts["external"] = hear(given.external_id)
    if given.phone:
        number = people.normal_phone(given.phone, country)
        if number is None:
            raise Problem(422, "phone_invalid", "This is not a phone number; use the form +48600100101.", field="person.phone")
        contacts["phone"] = number
    if given.email:
        if "@" not in given.email:
            raise Problem(422, "email_invalid", "This is not an e-mail address.", field="person.email")
        contacts["email"] = given.email.lower()
    return contacts
