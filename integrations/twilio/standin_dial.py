"""``<Dial>`` at the stand-in: the receiver's leg rings, hears the document of ``<Number url>`` on its own end, and is connected.

As Twilio does it: the leg is a call of its own (direction ``outbound-dial``, with ParentCallSid); its document may hold Say, Pause,
Gather, Redirect and Hangup, and when it ends the two are connected; DialCallStatus is "completed" for a leg that was answered even when
its document hung up, and then DialBridged is false.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

from integrations.twilio.standin_calls import Call, Calls, possible
from integrations.twilio.standin_webhook import WebhookFailed, post_signed

_RING = 30.0
"""Seconds Twilio lets a phone ring that is dialed, unless told otherwise."""
_GATHER = 5.0
"""Seconds a Gather waits for a key, unless told otherwise."""
_MOST_DOCUMENTS = 20


class Dialed:
    """One leg to a receiver. ``person`` is how they take it (a `standin_phone.Person`); ``away`` is set when the caller leaves the
    ``<Dial>`` (hung up, or sent elsewhere). ``speed`` shortens what Twilio waits for."""

    def __init__(
        self, parent: Call, verb: ElementTree.Element, calls: Calls, auth_token: str, person: Any, *, speed: float, away: asyncio.Event,
        base: str,
    ) -> None:  # fmt: skip
        number = verb.find("Number")
        to = ((number.text if number is not None else verb.text) or "").strip()
        self.said: list[str] = []
        """What the receiver heard of Twilio's voice before they were connected."""
        self.errors: list[str] = []
        """What Twilio would write into its debugger."""
        self.bridged = asyncio.Event()
        """Set once the two were connected."""
        self._url = urljoin(base, number.get("url", "")) if number is not None and number.get("url") else ""
        self._timeout = float(verb.get("timeout", _RING))
        self._calls, self._token, self._person, self._speed, self._away = calls, auth_token, person, speed, away
        from_ = verb.get("callerId") or parent.from_
        self._refused = "" if possible(to) else "13224 not a number that can be dialed"
        if from_ != parent.from_ and not calls.is_own(from_):
            self._refused = "13214 not a number that one may call from"
        self.leg = calls.add(from_, to, "outbound-dial", parent_call_sid=parent.sid)

    async def run(self) -> str:
        """Ring, talk, end: the leg's last status, which is DialCallStatus."""
        status = await self._ring()
        if status == "in-progress":
            self._calls.move(self.leg, "in-progress")
            if await self._heard() and not self._away.is_set():
                self.bridged.set()
                await self._until_away(self._person.joined)
            status = "completed"
        self._calls.move(self.leg, status)
        return status

    def outcome(self, status: str) -> dict[str, str]:
        """What the ``<Dial>``'s action is told beside the usual."""
        form = {"DialCallStatus": status, "DialBridged": str(self.bridged.is_set()).lower(), "DialCallSid": self.leg.sid}
        return form | ({} if self.leg.seconds is None else {"DialCallDuration": str(self.leg.seconds)})

    async def _ring(self) -> str:
        if self._refused:
            self.errors.append(self._refused)
            return "failed"
        self._calls.move(self.leg, "ringing")
        longest = self._timeout / self._speed
        if await self._gone_within(min(self._person.rings, longest)):
            return "canceled"
        return "no-answer" if self._person.rings > longest else str(self._person.outcome)

    async def _heard(self) -> bool:
        """The receiver hears their document; False when it, or they, hang up."""
        next_ = self._url
        form: dict[str, str] = {}
        for _ in range(_MOST_DOCUMENTS):
            if not next_:
                return True
            base, (next_, form) = next_, await self._document(next_, form)
            if next_ == "hang up":
                return False
            next_ = urljoin(base, next_) if next_ else ""
        self.errors.append("12200 too many documents")
        return False

    async def _document(self, url: str, form: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Obey one document; where to go on, with what: "" to connect, "hang up" to end."""
        try:
            document = ElementTree.fromstring(await post_signed(self._token, url, {**self._form(), **form}))
        except WebhookFailed as error:
            self.errors.append(f"11200 the webhook was answered with {error.status}")
            return "hang up", {}
        for verb in document:
            if self._away.is_set() or verb.tag == "Hangup":
                return "hang up", {}
            if verb.tag == "Say":
                self.said.append((verb.text or "").strip())
            elif verb.tag == "Pause":
                await self._gone_within(float(verb.get("length", "1")) / self._speed)
            elif verb.tag == "Redirect":
                return (verb.text or "").strip(), {}
            elif verb.tag == "Gather":
                if keys := await self._gather(verb):
                    return verb.get("action", url), {"Digits": keys}
            else:  # Twilio allows no Dial here either
                self.errors.append(f"12200 the stand-in cannot obey {verb.tag} here")
                return "hang up", {}
        return "", {}

    async def _gather(self, verb: ElementTree.Element) -> str:
        self.said += [(say.text or "").strip() for say in verb.iter("Say")]
        if not self._person.keys:
            await self._gone_within(float(verb.get("timeout", _GATHER)) / self._speed)
            return ""
        most = int(verb.get("numDigits", "1"))
        keys, self._person.keys = self._person.keys[:most], self._person.keys[most:]
        return str(keys)

    async def _until_away(self, joined: Callable[[], Awaitable[None]] | None) -> None:
        """Both talk until one hangs up: the receiver when their part is over."""
        if joined is None:
            return
        talking, leaving = asyncio.ensure_future(joined()), asyncio.create_task(self._away.wait())
        await asyncio.wait({talking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        if talking.done():
            talking.result()  # a test's assertion
            return
        talking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await talking

    async def _gone_within(self, seconds: float) -> bool:
        """Wait; whether the caller left meanwhile."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._away.wait(), seconds)
        return self._away.is_set()

    def _form(self) -> dict[str, str]:
        leg = self.leg
        return {
            "AccountSid": leg.account_sid, "ApiVersion": "2010-04-01", "CallSid": leg.sid, "ParentCallSid": leg.parent_call_sid or "",
            "From": leg.from_, "To": leg.to, "Caller": leg.from_, "Called": leg.to, "Direction": leg.direction, "CallStatus": leg.status,
        }  # fmt: skip
