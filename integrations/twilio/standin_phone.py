"""How a call goes at the stand-in: it rings, our webhook is asked for TwiML, the TwiML is obeyed, the statuses are told.

Of TwiML it knows what we use: Say (kept as text), Pause, Connect/Stream, Dial/Number (see `standin_dial`), Redirect, Hangup, Reject. A
person is a `Person`: whether and by whom the phone is answered, and what is done on the line. Everything runs in the event
loop that serves the stand-in.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin
from xml.etree import ElementTree

from integrations.twilio.signature import HEADER, sign
from integrations.twilio.standin_calls import Call, Calls
from integrations.twilio.standin_dial import Dialed
from integrations.twilio.standin_stream import Line, LineClosed
from integrations.twilio.standin_webhook import WebhookFailed, post_signed

_MOST_DOCUMENTS = 20
"""TwiML documents of one call: one that redirects for ever is ended, as it is at Twilio."""


@dataclass(slots=True)
class Person:
    """How somebody takes a call. ``rings`` is in seconds; ``talk`` is run on each stream of the call and may hang up,
    or drop the line; a person without it only listens.

    Of somebody who is dialed from a call: ``keys`` is what they press when asked to, ``joined`` what they do once they were connected with
    the caller, after which they hang up."""

    outcome: Literal["in-progress", "busy", "no-answer", "failed"] = "in-progress"
    answered_by: str = "human"
    rings: float = 0.0
    talk: Callable[[Line], Awaitable[None]] | None = None
    keys: str = ""
    joined: Callable[[], Awaitable[None]] | None = None


class LiveCall:
    """One call on its way."""

    def __init__(self, call: Call, calls: Calls, auth_token: str, person: Person, speed: float, people: Mapping[str, Person]) -> None:
        self.call = call
        self.said: list[str] = []
        """What Twilio's own voice spoke (``<Say>``)."""
        self.lines: list[Line] = []
        """The streams, one for each ``<Connect>``."""
        self.dials: list[Dialed] = []
        """The receivers' legs, one for each ``<Dial>``."""
        self.errors: list[str] = []
        """What Twilio would write into its debugger."""
        self._calls, self._token, self._person, self._speed, self._people = calls, auth_token, person, speed, people
        self._next = self._inline = ""
        self._more: dict[str, str] = {}  # what the next address is told beside the usual
        self._away = asyncio.Event()  # the caller leaves what goes on
        self._gone = asyncio.Event()
        self._told = 0
        self._detection: asyncio.Task[None] | None = None
        self._task = asyncio.create_task(self._run())

    async def ended(self) -> Call:
        """Wait for the end of the call and of its last callback. Raises what the person's ``talk`` raised."""
        await self._task
        return self.call

    async def hang_up(self) -> None:
        """The call ends from the outside: the person hangs up, or the API ends it."""
        self._gone.set()
        self._away.set()
        for line in self.lines:
            await line.hang_up()

    async def redirect(self, url: str, twiml: str = "") -> None:
        """The API sends the call elsewhere: the stream stops and so does a Dial, the new address is asked for TwiML or ``twiml`` is
        obeyed."""
        self._next, self._inline = url, twiml
        self._away.set()
        for line in self.lines:
            await line.hang_up()

    @property
    def _elsewhere(self) -> bool:
        return bool(self._next or self._inline)

    async def _run(self) -> None:
        status = "completed"
        try:
            status = await self._ring()
            if status == "completed":
                status = await self._talk()
        finally:
            self._calls.move(self.call, status)
            if self._detection:
                await self._detection
            await self._tell("completed", status)

    async def _ring(self) -> str:
        """An outgoing call until somebody answers; ``completed`` when the call can go on to its end."""
        if self.call.direction == "inbound":
            self._calls.move(self.call, "ringing")
            return "completed"
        await self._tell("initiated", "initiated")
        self._calls.move(self.call, "ringing")
        await self._tell("ringing", "ringing")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._gone.wait(), self._person.rings)
        if self._gone.is_set():
            return "canceled"
        if self._person.outcome != "in-progress":
            return self._person.outcome
        await self._answer()
        return "completed"

    async def _answer(self) -> None:
        self._calls.move(self.call, "in-progress")
        await self._tell("answered", "in-progress")
        if self.call.machine_detection:
            self.call.answered_by = self._person.answered_by
        if self.call.machine_callback:
            form = {"MachineDetectionDuration": "2400", "AnsweredBy": self._person.answered_by}
            self._detection = asyncio.create_task(self._post(self.call.machine_callback, form))

    async def _talk(self) -> str:
        self._next = self._next or self.call.url
        for _ in range(_MOST_DOCUMENTS):
            if not self._elsewhere or self._gone.is_set():
                return "completed"
            url, inline, more = self._next, self._inline, self._more
            self._next, self._inline, self._more = "", "", {}
            self._away.clear()
            try:
                given = inline or await post_signed(self._token, url, {**self._voice_form(), **more})
                document = ElementTree.fromstring(given)
            except WebhookFailed as error:
                self.errors.append(f"11200 the webhook was answered with {error.status}")
                return "completed"
            except ElementTree.ParseError:
                self.errors.append("12100 the answer is not XML")
                return "completed"
            if self.call.status == "ringing":
                if len(document) and document[0].tag == "Reject":
                    return "busy" if document[0].get("reason") == "busy" else "failed"
                self._calls.move(self.call, "in-progress")
            await self._obey(document, url)
        self.errors.append("12200 too many documents")
        return "completed"

    async def _obey(self, document: ElementTree.Element, base: str) -> None:
        for verb in document:
            if self._gone.is_set() or self._elsewhere:
                return
            text = (verb.text or "").strip()
            if verb.tag == "Say":
                self.said.append(text)
            elif verb.tag == "Pause":
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._gone.wait(), float(verb.get("length", "1")) / self._speed)
            elif verb.tag == "Connect":
                await self._connect(verb)
                if not self._elsewhere and verb.get("action"):
                    self._next = urljoin(base, verb.get("action", ""))
            elif verb.tag == "Dial":
                await self._dial(verb, base)
            elif verb.tag == "Redirect":
                self._next = urljoin(base, text)
            elif verb.tag == "Hangup":
                self._gone.set()
            else:
                self.errors.append(f"12200 the stand-in cannot obey {verb.tag} here")
                self._gone.set()

    async def _connect(self, verb: ElementTree.Element) -> None:
        stream = verb.find("Stream")
        if stream is None:
            self.errors.append("12200 Connect without Stream")
            return
        url = stream.get("url", "")
        line = Line(
            url, call_sid=self.call.sid, account_sid=self.call.account_sid, speed=self._speed,
            headers={HEADER: sign(self._token, url, {})},
            parameters={one.get("name", ""): one.get("value", "") for one in stream.iter("Parameter")},
        )  # fmt: skip
        try:
            await line.open()
        except LineClosed as error:
            self.errors.append(f"31920 {error}")
            return
        self.lines.append(line)
        talk = asyncio.create_task(_talking(self._person, line))
        if self._gone.is_set():  # while it was being opened
            await line.hang_up()
        if await line.ended() == "hung up" and not self._elsewhere:
            self._gone.set()
        self.errors.extend(f"31950 {error}" for error in line.errors)
        await line.hang_up()
        talk.cancel()
        with contextlib.suppress(asyncio.CancelledError, LineClosed):
            await talk

    async def _dial(self, verb: ElementTree.Element, base: str) -> None:
        """Another phone is rung and connected. How that ended is posted to the action, which says how the call goes on; to a caller who
        has hung up it can say nothing any more."""
        number = verb.find("Number")
        action = urljoin(base, verb.get("action", "")) if verb.get("action") else ""
        if not base and not all("://" in address for address in (action, number.get("url", "") if number is not None else "") if address):
            self.errors.append("15004 an address must be absolute in a change of a live call")
            self._gone.set()
            return
        to = ((number.text if number is not None else verb.text) or "").strip()
        person = self._people.get(to) or Person()
        dialed = Dialed(self.call, verb, self._calls, self._token, person, speed=self._speed, away=self._away, base=base)
        self.dials.append(dialed)
        outcome = dialed.outcome(await dialed.run())
        self.errors += dialed.errors
        if self._gone.is_set():
            if action:
                await self._post(action, {**outcome, "CallStatus": "completed"})
        elif action and not self._elsewhere:
            self._next, self._more = action, outcome

    def _voice_form(self) -> dict[str, str]:
        form = {**self._form(), "CallStatus": self.call.status}
        if self.call.answered_by and not self.call.machine_callback:
            form["AnsweredBy"] = self.call.answered_by
        return form

    def _form(self) -> dict[str, str]:
        call = self.call
        return {
            "AccountSid": call.account_sid, "ApiVersion": "2010-04-01", "CallSid": call.sid, "From": call.from_, "To": call.to,
            "Caller": call.from_, "Called": call.to, "Direction": call.direction,
        }  # fmt: skip

    async def _tell(self, event: str, status: str) -> None:
        """A status callback, where one is wanted."""
        if not self.call.status_callback or event not in self.call.events:
            return
        form = {"CallStatus": status, "SequenceNumber": str(self._told), "CallbackSource": "call-progress-events"}
        self._told += 1
        if self.call.seconds is not None:
            form["CallDuration"] = str(self.call.seconds)
        await self._post(self.call.status_callback, form)

    async def _post(self, url: str, form: Mapping[str, str]) -> None:
        try:
            await post_signed(self._token, url, {**self._form(), **form})
        except WebhookFailed as error:
            self.errors.append(f"11200 the callback was answered with {error.status}")


class Phones:
    """All calls of the account and the people at the other ends.

    ``voice_url`` and ``status_url`` are where our number's inbound calls lead; ``speed`` is the lines' (see `Line`).
    """

    def __init__(self, calls: Calls, auth_token: str) -> None:
        self.calls = calls
        self.people: dict[str, Person] = {}
        """Who answers at a number; at any other somebody who says nothing."""
        self.voice_url, self.status_url, self.speed = "", "", 1.0
        self._token = auth_token
        self._live: dict[str, LiveCall] = {}
        self._errands: set[asyncio.Task[None]] = set()

    def dial(self, from_: str, to: str, person: Person | None = None) -> LiveCall:
        """A person calls us."""
        if not self.voice_url:
            raise ValueError("the stand-in has no voice_url to ask")
        call = self.calls.add(from_, to, "inbound", url=self.voice_url, status_callback=self.status_url)
        return self._begin(call, person or Person())

    def order(self, form: Mapping[str, Sequence[str]]) -> Call:
        """What the API's POST does: keep the call and let it ring."""
        call = self.calls.create(form)
        self._begin(call, self.people.get(call.to, Person()))
        return call

    def change(self, sid: str, form: Mapping[str, Sequence[str]]) -> Call:
        """What the API's POST to a call does: end it or send it elsewhere."""
        change = self.calls.change(sid, form)
        live = self._live[sid]
        errand = asyncio.create_task(live.hang_up() if change.status else live.redirect(change.url, change.twiml))
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)
        return change.call

    def live(self, sid: str) -> LiveCall:
        """A call, over or not."""
        return self._live[sid]

    async def settled(self) -> None:
        """Wait until every call is over and every callback was posted."""
        for live in list(self._live.values()):
            await live.ended()

    def _begin(self, call: Call, person: Person) -> LiveCall:
        live = self._live[call.sid] = LiveCall(call, self.calls, self._token, person, self.speed, self.people)
        return live


async def _talking(person: Person, line: Line) -> None:
    if not person.talk:
        return
    try:
        await person.talk(line)
    except Exception:  # a test's assertion: it must end the call to be heard
        await line.hang_up()
        raise
