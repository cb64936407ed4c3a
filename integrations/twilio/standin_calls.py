"""The stand-in's memory of calls: in Twilio's shapes, with the checks Twilio makes. How a call goes is in `standin_phone`."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import phonenumbers

from integrations.twilio.standin_messages import API, Refusal

PARAMETERS = frozenset(
    (
        *("To", "From", "Method", "FallbackUrl", "FallbackMethod", "StatusCallback", "StatusCallbackEvent"),
        *("StatusCallbackMethod", "SendDigits", "Timeout", "Record", "RecordingChannels", "RecordingStatusCallback"),
        *("RecordingStatusCallbackMethod", "SipAuthUsername", "SipAuthPassword", "MachineDetection", "CallToken"),
        *("MachineDetectionTimeout", "RecordingStatusCallbackEvent", "Trim", "CallerId", "TimeLimit", "CallReason"),
        *("MachineDetectionSpeechThreshold", "MachineDetectionSpeechEndThreshold", "MachineDetectionSilenceTimeout"),
        *("AsyncAmd", "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod", "Byoc", "RecordingTrack"),
        *("ClientNotificationUrl", "Url", "Twiml", "ApplicationSid"),
    )
)
"""What Twilio takes in a new call. Twilio ignores other names; the stand-in refuses them, to catch our typos."""
CHANGES = frozenset(
    ("Url", "Method", "Status", "FallbackUrl", "FallbackMethod", "StatusCallback", "StatusCallbackMethod", "Twiml", "TimeLimit")
)
"""What Twilio takes in a change of a live call."""
LONGEST_TWIML = 4000
"""Characters of TwiML that Twilio takes in a request."""
EVENTS = ("initiated", "ringing", "answered", "completed")
ENDS = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})

# The numbers that Twilio's own test credentials answer with an error.
_MAGIC_TO = {"+15005550001": 21217, "+15005550002": 21214, "+15005550003": 21215, "+15005550004": 21216}
_MAGIC_FROM = {"+15005550001": 21212}


@dataclass(slots=True)
class Call:
    """One call, either way. Times are UTC, whole seconds as Twilio gives them."""

    sid: str
    account_sid: str
    from_: str
    to: str
    direction: str
    created: datetime
    updated: datetime
    status: str = "queued"
    started: datetime | None = None
    ended: datetime | None = None
    answered_by: str | None = None
    url: str = ""
    status_callback: str = ""
    events: tuple[str, ...] = ("completed",)
    machine_detection: str = ""
    machine_callback: str = ""
    """Where the detection runs beside the call: who hears its result."""
    parent_call_sid: str | None = None
    """The call whose ``<Dial>`` made this one."""
    history: list[str] = field(default_factory=list)
    """Every status it had, in order."""

    @property
    def uri(self) -> str:
        """Its address, relative to the API's host."""
        return f"{API}/Accounts/{self.account_sid}/Calls/{self.sid}.json"

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.status in ENDS

    @property
    def seconds(self) -> int | None:
        """How long it lasted, once it is over and was answered."""
        return round((self.ended - self.started).total_seconds()) if self.started and self.ended else None

    def document(self) -> dict[str, Any]:
        """Twilio's JSON shape; numbers are strings there."""
        below = self.uri.removesuffix(".json")
        names = (
            *("notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions"),
            *("user_defined_message_subscriptions", "user_defined_messages"),
        )
        paths = {name: f"{below}/{''.join(part.title() for part in name.split('_'))}.json" for name in names}
        return {
            "account_sid": self.account_sid,
            "answered_by": self.answered_by,
            "api_version": "2010-04-01",
            "caller_name": None,
            "date_created": format_datetime(self.created),
            "date_updated": format_datetime(self.updated),
            "direction": self.direction,
            "duration": None if self.seconds is None else str(self.seconds),
            "end_time": format_datetime(self.ended) if self.ended else None,
            "forwarded_from": None,
            "from": self.from_,
            "from_formatted": self.from_,
            "group_sid": None,
            "parent_call_sid": self.parent_call_sid,
            "phone_number_sid": "PN" + "0" * 32,
            "price": None,
            "price_unit": "USD",
            "queue_time": "0",
            "sid": self.sid,
            "start_time": format_datetime(self.started) if self.started else None,
            "status": self.status,
            "subresource_uris": paths,
            "to": self.to,
            "to_formatted": self.to,
            "trunk_sid": None,
            "uri": self.uri,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What a request does to a live call: one of ``status``, ``url`` and ``twiml`` is set."""

    call: Call
    status: str = ""
    url: str = ""
    twiml: str = ""


class Calls:
    """All calls of one account, safe to use from several threads. ``clock`` gives the time with its zone.

    ``own`` are the numbers one may call from; empty: any.
    """

    def __init__(
        self, account_sid: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC), own: Sequence[str] = ()
    ) -> None:  # fmt: skip
        self.account_sid = account_sid
        self._own, self._clock = frozenset(own), clock
        self._all: list[Call] = []
        self._lock = threading.RLock()

    def all(self) -> list[Call]:
        """Oldest first."""
        with self._lock:
            return list(self._all)

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._all.clear()

    def create(self, form: Mapping[str, Sequence[str]]) -> Call:
        """A call ordered over the API; `Refusal` as Twilio would."""
        one = {name: values[-1] for name, values in form.items() if values}
        _check_names(form, PARAMETERS)
        to, from_ = one.get("To", "").strip(), one.get("From", "").strip()
        self._check_sender(from_)
        _check_recipient(to)
        if "Twiml" in one or "ApplicationSid" in one:
            raise Refusal(20001, detail="the stand-in takes only Url")
        _check_address(one.get("Url", ""))
        for name in ("StatusCallback", "AsyncAmdStatusCallback"):
            if one.get(name):
                _check_address(one[name], 21609)
        events = tuple(form.get("StatusCallbackEvent", ())) or ("completed",)
        if not set(events) <= set(EVENTS):
            raise Refusal(20001, detail="StatusCallbackEvent")
        _check_seconds(one, "Timeout", 600)
        _check_seconds(one, "TimeLimit", 14400)
        if one.get("MachineDetection", "Enable") not in {"Enable", "DetectMessageEnd"}:
            raise Refusal(20001, detail="MachineDetection")
        beside = one.get("AsyncAmd") == "true"
        return self.add(
            from_, to, "outbound-api", url=one["Url"], status_callback=one.get("StatusCallback", ""), events=events,
            machine_detection=one.get("MachineDetection", ""),
            machine_callback=one.get("AsyncAmdStatusCallback", "") if beside else "",
        )  # fmt: skip

    def change(self, sid: str, form: Mapping[str, Sequence[str]]) -> Change:
        """Check a change of a live call: its new status, the new address or the TwiML itself; `Refusal` as Twilio would."""
        one = {name: values[-1] for name, values in form.items() if values}
        call = self.get(sid)
        _check_names(form, CHANGES)
        change = Change(call, one.get("Status", ""), one.get("Url", ""), one.get("Twiml", ""))
        elsewhere = change.url or change.twiml
        if change.status not in {"", "completed", "canceled"} or not (change.status or elsewhere):
            raise Refusal(20001, detail="Status")
        if change.url and change.twiml:
            raise Refusal(20001, detail="Url and Twiml exclude one another")
        if len(change.twiml) > LONGEST_TWIML:
            raise Refusal(20001, detail="Twiml")
        if call.over or (elsewhere and call.status != "in-progress") or (change.status == "canceled" and call.status == "in-progress"):
            raise Refusal(21220)
        if change.url:
            _check_address(change.url)
        return change

    def add(self, from_: str, to: str, direction: str, **more: Any) -> Call:
        """Keep a call without any check."""
        now = self._now()
        call = Call("CA" + secrets.token_hex(16), self.account_sid, from_, to, direction, now, now, history=["queued"], **more)
        with self._lock:
            self._all.append(call)
        return call

    def move(self, call: Call, status: str) -> None:
        """Give a call its next status."""
        with self._lock:
            call.status, call.updated = status, self._now()
            call.history.append(status)
            if status == "in-progress":
                call.started = call.updated
            elif status in ENDS:
                call.ended = call.updated

    def get(self, sid: str) -> Call:
        """One call; `Refusal` 20404 when there is none."""
        for call in self.all():
            if call.sid == sid:
                return call
        raise Refusal(20404, 404)

    def page(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Twilio's list, newest first, filtered by To, From, Status and ParentCallSid: the first page and no other."""
        size = query.get("PageSize", "50")
        if not size.isdigit() or not 1 <= int(size) <= 1000:
            raise Refusal(20001, detail="PageSize")
        wanted = {"to": query.get("To"), "from": query.get("From"), "status": query.get("Status")}
        wanted["parent_call_sid"] = query.get("ParentCallSid")
        documents = (call.document() for call in reversed(self.all()))
        found = [one for one in documents if all(value in (None, one[name]) for name, value in wanted.items())][: int(size)]
        uri = f"{API}/Accounts/{self.account_sid}/Calls.json?{urlencode({**query, 'Page': 0})}"
        return {
            "calls": found, "end": max(0, len(found) - 1), "first_page_uri": uri, "next_page_uri": None, "page": 0,
            "page_size": int(size), "previous_page_uri": None, "start": 0, "uri": uri,
        }  # fmt: skip

    def is_own(self, number: str) -> bool:
        """Whether one may call from this number."""
        return not self._own or number in self._own

    def _check_sender(self, from_: str) -> None:
        if not from_:
            raise Refusal(21213)
        if from_ in _MAGIC_FROM or not possible(from_):
            raise Refusal(_MAGIC_FROM.get(from_, 21212))
        if not self.is_own(from_):
            raise Refusal(21210)

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC).replace(microsecond=0)


def _check_names(form: Mapping[str, Sequence[str]], known: frozenset[str]) -> None:
    unknown = sorted(set(form) - known)
    if unknown:
        raise Refusal(20001, detail=f"unknown {unknown[0]}")


def _check_recipient(to: str) -> None:
    if not to:
        raise Refusal(21201)
    if to in _MAGIC_TO:
        raise Refusal(_MAGIC_TO[to])
    if not to.startswith(("client:", "sip:")) and not possible(to):
        raise Refusal(21211, detail=to)  # Twilio repeats the number in its text, and so must we: nobody may log it


def possible(number: str) -> bool:
    """Whether this is a number in E.164 that may exist."""
    try:
        return bool(re.fullmatch(r"\+\d+", number)) and phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _check_address(url: str, code: int = 21205) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "_" in parts.hostname:
        raise Refusal(code)


def _check_seconds(one: Mapping[str, str], name: str, most: int) -> None:
    value = one.get(name, "1")
    if not value.isdigit() or not 0 < int(value) <= most:
        raise Refusal(20001, detail=name)
