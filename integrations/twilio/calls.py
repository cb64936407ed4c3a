"""Calls over Twilio: placing them at most once, ending and redirecting them.

**No call twice.** Twilio has no idempotency key for calls; the queue keeps the promise as it does for messages (see
`integrations.twilio.sms`): the intent is committed, `Caller.place` is called, the sid is committed. Where the last step
is missing, two sources tell whether the phone rang after all: the webhooks, whose addresses carry ``marker=<key>`` and
which bring the sid by themselves; and `Caller.find_placed`, which looks among the calls to that number.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from twilio.base.exceptions import (  # type: ignore[import-untyped,unused-ignore]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.rest import Client  # type: ignore[import-untyped,unused-ignore]

from integrations.twilio.errors import SmsUnavailable, without_numbers
from integrations.twilio.sms import MARKER, marked_callback
from integrations.twilio.transport import TwilioTransport
from integrations.twilio.voice import _ENDS

__all__ = ["MARKER", "CallError", "CallRejected", "CallUnavailable", "Caller", "Reason"]

Reason = Literal["invalid_number", "unroutable", "blocked", "over", "unknown_call", "address", "sender", "credentials", "rate", "other"]

DEADLINE = 5.0
"""Seconds one waits for Twilio at most."""
RING = 30
"""Seconds the phone rings before it counts as not answered; most voicemails take over at 20 to 30."""
LONGEST = 3600
"""Seconds after which Twilio ends a call by itself; the bot says goodbye long before."""

_PERMANENT: dict[Reason, frozenset[int]] = {
    "invalid_number": frozenset({21201, 21211, 21217}),
    "unroutable": frozenset({21203, 21214, 21215, 21219}),
    "blocked": frozenset({21216}),
    "over": frozenset({21220}),
    "address": frozenset({21205, 21609}),
}
# Nothing is wrong with the call: it can be placed once the limit has passed or the setting is put right.
_TRANSIENT: dict[Reason, frozenset[int]] = {
    "sender": frozenset({21210, 21212, 21213}),
    "credentials": frozenset({20003, 20005, 20403}),
    "rate": frozenset({20429}),
}
_SID = re.compile(r"CA[0-9a-fA-F]{32}")
_EVENTS = ["initiated", "ringing", "answered", "completed"]
_LOOK_AT = 50
"""Calls to one number that `find_placed` looks through, newest first."""
_SKEW = timedelta(seconds=30)
"""How far our clock and Twilio's may lie apart."""
_WORKERS = 4
_TRANSPORT_SHARE = 0.9
"""The connection gives up a little before the caller does, so that its error (did anything leave?) is heard."""

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class CallError(Exception):
    """A call that was not (or perhaps not) placed, ended or redirected.

    ``permanent``: trying the same again is useless. ``unknown_outcome``: Twilio may have done it after all.
    """

    permanent = False
    unknown_outcome = False


class CallRejected(CallError):  # noqa: N818 (the house's word for it)
    """Twilio said no: ``code`` is its error code, ``reason`` ours (stable), ``permanent`` whether to give up."""

    def __init__(self, code: int, reason: Reason, permanent: bool, detail: str = "") -> None:
        super().__init__(f"Twilio refused the call: {reason} ({code}) {without_numbers(detail)}".rstrip())
        self.code = code
        self.reason: Reason = reason
        self.permanent = permanent


class CallUnavailable(CallError):  # noqa: N818
    """Twilio could not be asked, was too slow, failed (5xx) or answered gibberish; worth another try later."""

    def __init__(self, problem: str, unknown_outcome: bool) -> None:
        super().__init__(f"Twilio is unavailable: {problem}")
        self.unknown_outcome = unknown_outcome


class Caller:
    """Places and steers calls by Twilio's own client, in threads of its own: a hanging Twilio takes no thread from anyone else.

    ``from_`` is our number (E.164). ``base_url`` (setting ``twilio_base_url``) leads to the stand-in instead of Twilio.
    ``deadline``, ``ring`` and ``longest`` are in seconds. ``ValueError`` without credentials or number.
    """

    def __init__(
        self, account_sid: str, auth_token: str, *, from_: str, base_url: str = "", deadline: float = DEADLINE,
        ring: int = RING, longest: int = LONGEST,
    ) -> None:  # fmt: skip
        if not (account_sid and auth_token):
            raise ValueError("Twilio needs an account SID and an auth token")
        if not from_:
            raise ValueError("Twilio needs a number to call from")
        self._from, self._deadline, self._ring, self._longest = from_, deadline, ring, longest
        self._transport = TwilioTransport(base_url, timeout=deadline * _TRANSPORT_SHARE)
        self._client = Client(account_sid, auth_token, http_client=self._transport)
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="twilio-calls")

    async def place(self, to: str, voice_url: str, status_url: str, key: str, machine_detection: bool = True) -> str:
        """Let a phone ring and return the call's sid.

        ``to`` is E.164. Once it is answered Twilio asks ``voice_url`` for TwiML; ``status_url`` hears of every status,
        and, with ``machine_detection``, of who answered: beside the call, so that a person never waits for it in
        silence. Both addresses get ``marker=<key>``, our opaque name of this attempt. Raises `CallRejected` (Twilio
        said no) and `CallUnavailable` (no answer in time); ``ValueError`` for an empty key.
        """
        if not key:
            raise ValueError("a call needs an idempotency key")
        status = marked_callback(status_url, key)
        fields: dict[str, Any] = {
            "to": to, "from_": self._from, "url": marked_callback(voice_url, key), "timeout": self._ring,
            "time_limit": self._longest, "status_callback": status, "status_callback_event": _EVENTS,
        }  # fmt: skip
        if machine_detection:
            fields |= {"machine_detection": "Enable", "async_amd": "true", "async_amd_status_callback": status}
        sid = await self._ask(lambda: str(self._client.calls.create(**fields).sid))
        _log.info("call %s handed to Twilio", sid)
        return sid

    async def find_placed(self, to: str, since: datetime, known: Collection[str] = ()) -> str | None:
        """The sid of the call to ``to`` that Twilio took at or after ``since``, or ``None``.

        ``since`` is the time of the attempt (with a time zone), ``known`` the sids that other attempts already own.
        With several the oldest is taken. Raises as `place` does.
        """
        if since.tzinfo is None:
            raise ValueError("since needs a time zone")
        return await self._ask(lambda: self._oldest(to, since - _SKEW, known))

    async def hang_up(self, call_sid: str) -> None:
        """End a call, also one that still rings; one that is over already is no error. Raises as `place` does."""
        sid = _checked(call_sid)
        try:
            await self._ask(lambda: self._client.calls(sid).update(status="completed"))
        except CallRejected as error:
            if error.reason != "over":
                raise

    async def redirect(self, call_sid: str, url: str) -> None:
        """Take a call out of its stream and let Twilio ask ``url`` for TwiML. Raises as `place` does; reason ``over``
        where nobody is on the line any more."""
        sid = _checked(call_sid)
        await self._ask(lambda: self._client.calls(sid).update(url=url, method="POST"))

    async def instruct(self, call_sid: str, twiml: str) -> None:
        """Take a call out of its stream and let it go on with this TwiML, whose addresses must be absolute. Raises as `redirect` does.

        Doing it twice breaks off what the first has begun: where the answer was lost, ask `find_dialed` before.
        """
        sid = _checked(call_sid)
        await self._ask(lambda: self._client.calls(sid).update(twiml=twiml))

    async def find_dialed(self, call_sid: str, to: str, since: datetime, known: Collection[str] = ()) -> str | None:
        """The sid of the leg to ``to`` (E.164) that a ``<Dial>`` of this call has made at or after ``since``, or ``None``.

        ``known`` are the sids of earlier ones. Raises as `place` does.
        """
        sid = _checked(call_sid)
        return await self._ask(lambda: self._dialed(sid, to, since - _SKEW, known))

    async def is_over(self, call_sid: str) -> bool:
        """Whether Twilio says that the call has ended, or knows none like it. Raises as `place` does."""
        sid = _checked(call_sid)
        try:
            return await self._ask(lambda: str(self._client.calls(sid).fetch().status)) in _ENDS
        except CallRejected as error:
            if error.reason != "unknown_call":
                raise
            return True

    def close(self) -> None:
        """Let the threads and connections go; requests under way are not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._transport.close()

    def _oldest(self, to: str, since: datetime, known: Collection[str]) -> str | None:
        # Not filtered by StartTime: a call that still rings has none, and it is the one we look for.
        found = None
        for call in self._client.calls.stream(to=to, from_=self._from, limit=_LOOK_AT, page_size=_LOOK_AT):
            if not isinstance(call.date_created, datetime):
                raise ValueError("a call without a date")
            if call.direction == "outbound-api" and call.sid not in known and call.date_created >= since:
                found = str(call.sid)
        return found

    def _dialed(self, parent: str, to: str, since: datetime, known: Collection[str]) -> str | None:
        for leg in self._client.calls.stream(parent_call_sid=parent, to=to, limit=_LOOK_AT, page_size=_LOOK_AT):
            if leg.sid not in known and isinstance(leg.date_created, datetime) and leg.date_created >= since:
                return str(leg.sid)
        return None

    async def _ask(self, question: Callable[[], _T]) -> _T:
        """Run a call of Twilio's client in a thread, within the deadline, and translate what it raises."""
        work = asyncio.get_running_loop().run_in_executor(self._pool, question)
        try:
            return await asyncio.wait_for(work, self._deadline)
        except TimeoutError:
            raise CallUnavailable("no answer in time", unknown_outcome=True) from None
        except SmsUnavailable as error:  # the transport's word for no answer
            raise CallUnavailable("no answer", error.unknown_outcome) from None
        # Twilio's own texts repeat the number: none of them may reach a log as a cause.
        except TwilioRestException as error:
            raise _refusal(int(error.status), int(error.code or 0), str(error.msg)) from None
        except TwilioServiceException as error:
            raise _refusal(int(error.status), int(error.code), str(error.title)) from None
        except (TwilioException, ValueError, KeyError, TypeError):
            raise CallUnavailable("an answer that is not Twilio's", unknown_outcome=True) from None


def _refusal(status: int, code: int, detail: str) -> CallError:
    if status >= 500:  # the gateway may fail after the phone rang
        return CallUnavailable(f"HTTP {status}, code {code}", unknown_outcome=True)
    for table, permanent in ((_PERMANENT, True), (_TRANSIENT, False)):
        for reason, codes in table.items():
            if code in codes:
                return CallRejected(code, reason, permanent, detail)
    if status == 429:
        return CallRejected(code, "rate", False, detail)
    if status == 404:
        return CallRejected(code, "unknown_call", True, detail)
    if status in {401, 403}:
        return CallRejected(code, "credentials", False, detail)
    return CallRejected(code, "other", True, detail)


def _checked(call_sid: str) -> str:
    """It becomes part of an address of the API."""
    if not _SID.fullmatch(call_sid):
        raise ValueError("not the sid of a call")
    return call_sid
