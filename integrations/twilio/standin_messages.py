"""The stand-in's memory: messages in Twilio's shapes, the checks Twilio makes, and its error documents."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import phonenumbers

from integrations.twilio.segments import MAX_CHARACTERS, segments

API = "/2010-04-01"

PARAMETERS = frozenset(
    (
        *("To", "StatusCallback", "ApplicationSid", "MaxPrice", "ProvideFeedback", "Attempt", "ValidityPeriod"),
        *("ForceDelivery", "ContentRetention", "AddressRetention", "SmartEncoded", "PersistentAction", "TrafficType"),
        *("ShortenUrls", "ScheduleType", "SendAt", "SendAsMms", "ContentVariables", "RiskCheck", "From"),
        *("FallbackFrom", "MessagingServiceSid", "Body", "MediaUrl", "ContentSid"),
    )
)
"""What Twilio takes in a new message. Twilio ignores other names; the stand-in refuses them, to catch our typos."""

_TEXTS: dict[int, str] = {
    20001: "Invalid parameter",
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    21201: "No 'To' number is specified",
    21205: "Url is not a valid URL",
    21210: "The source phone number provided is not yet verified for your account",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid 'From' Phone Number",
    21213: "'From' phone number required",
    21214: "'To' phone number cannot be reached",
    21215: "Account not authorized to call this number",
    21216: "Account not allowed to call this number",
    21217: "Phone number does not appear to be valid",
    21220: "Call is not in-progress. Cannot redirect.",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' number is not a valid, SMS-capable inbound phone number or short code for your account.",
    21609: "The 'StatusCallback' URL is not a valid URL.",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "The 'To' phone number is not currently reachable using the 'From' phone number via SMS.",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit.",
}
# The numbers that Twilio's own test credentials answer with an error.
_MAGIC_TO = {
    "+15005550001": 21211, "+15005550002": 21612, "+15005550003": 21408, "+15005550004": 21610, "+15005550009": 21614,
}  # fmt: skip
_MAGIC_FROM = {"+15005550007": 21606, "+15005550008": 21611}

_STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_START = frozenset({"start", "yes", "unstop"})


class Refusal(Exception):  # noqa: N818
    """What the stand-in will not do, as Twilio words it."""

    def __init__(self, code: int, status: int = 400, detail: str = "") -> None:
        super().__init__(str(code))
        self.code, self.status, self.detail = code, status, detail

    def document(self) -> dict[str, Any]:
        """Twilio's error body."""
        text = _TEXTS.get(self.code, "Error") + (f": {self.detail}" if self.detail else "")
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": text, "more_info": more, "status": self.status}


@dataclass(slots=True)
class Message:
    """One message, either way. Times are UTC, whole seconds as Twilio gives them."""

    sid: str
    account_sid: str
    from_: str | None
    to: str
    body: str
    direction: str
    status: str
    created: datetime
    updated: datetime
    sent: datetime | None = None
    error_code: int | None = None
    num_media: int = 0
    messaging_service_sid: str | None = None
    status_callback: str = ""
    history: list[str] = field(default_factory=list)
    """Every status it had, in order."""

    @property
    def uri(self) -> str:
        """Its address, relative to the API's host."""
        return f"{API}/Accounts/{self.account_sid}/Messages/{self.sid}.json"

    def document(self) -> dict[str, Any]:
        """Twilio's JSON shape; counts are strings there."""
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": format_datetime(self.created),
            "date_sent": format_datetime(self.sent) if self.sent else None,
            "date_updated": format_datetime(self.updated),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None,
            "from": self.from_,
            "messaging_service_sid": self.messaging_service_sid,
            "num_media": str(self.num_media),
            "num_segments": str(max(1, segments(self.body))),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": self.uri.removesuffix(".json") + "/Media.json"},
            "to": self.to,
            "uri": self.uri,
        }


class Messages:
    """All messages of one account, safe to use from several threads. ``clock`` gives the time with its zone."""

    def __init__(self, account_sid: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.account_sid = account_sid
        self.unsubscribed: set[tuple[str, str]] = set()
        """Pairs (person, our number) that Twilio itself blocks since a STOP."""
        self._all: list[Message] = []
        self._clock = clock
        self._lock = threading.RLock()

    def all(self) -> list[Message]:
        """Oldest first."""
        with self._lock:
            return list(self._all)

    def clear(self) -> None:
        """Forget messages and blocks."""
        with self._lock:
            self._all.clear()
            self.unsubscribed.clear()

    def create(self, form: Mapping[str, Sequence[str]]) -> Message:
        """A message ordered over the API; `Refusal` as Twilio would."""
        one = {name: values[-1] for name, values in form.items() if values}
        to = self._checked(one, form)
        service = one.get("MessagingServiceSid") or None
        return self.add(
            to, one.get("From") or None, one.get("Body", ""), "outbound-api", "queued",
            num_media=len(form.get("MediaUrl", ())), messaging_service_sid=service,
            status_callback=one.get("StatusCallback", ""),
        )  # fmt: skip

    def reply(self, to: str, from_: str, body: str) -> Message:
        """A message from a TwiML answer; to a person who unsubscribed it fails, as it does at Twilio."""
        message = self.add(to, from_, body, "outbound-reply", "queued")
        if (to, from_) in self.unsubscribed:
            self.move(message, "failed", 21610)
        return message

    def receive(self, from_: str, to: str, body: str, num_media: int = 0) -> Message:
        """A message of a person's; Twilio's own English keywords block or unblock the pair."""
        word = body.strip().strip(".!").lower()
        with self._lock:
            if word in _STOP:
                self.unsubscribed.add((from_, to))
            elif word in _START:
                self.unsubscribed.discard((from_, to))
        return self.add(to, from_, body, "inbound", "received", num_media=num_media)

    def add(self, to: str, from_: str | None, body: str, direction: str, status: str, **more: Any) -> Message:
        """Keep a message without any check."""
        now = self._now()
        sid = ("MM" if more.get("num_media") else "SM") + secrets.token_hex(16)
        message = Message(sid, self.account_sid, from_, to, body, direction, status, now, now, history=[status], **more)
        with self._lock:
            self._all.append(message)
        return message

    def move(self, message: Message, status: str, error_code: int | None = None) -> None:
        """Give a message its next status."""
        with self._lock:
            message.status, message.error_code, message.updated = status, error_code, self._now()
            message.history.append(status)
            if status == "sent":
                message.sent = message.updated

    def get(self, sid: str) -> Message:
        """One message; `Refusal` 20404 when there is none."""
        for message in self.all():
            if message.sid == sid:
                return message
        raise Refusal(20404, 404)

    def page(self, query: Mapping[str, str]) -> dict[str, Any]:
        """One page of Twilio's list, newest first, filtered by To, From and DateSent (``<``, ``>`` inclusive)."""
        size = _number(query, "PageSize", 50, lowest=1, highest=1000)
        page = _number(query, "Page", 0, lowest=0, highest=10**6)
        days = {sign: _moment(query[f"DateSent{sign}"]) for sign in ("", "<", ">") if query.get(f"DateSent{sign}")}
        found = [message for message in reversed(self.all()) if _matches(message, query, days)]
        shown = found[page * size : (page + 1) * size]
        more = len(found) > (page + 1) * size
        return {
            "end": page * size + max(0, len(shown) - 1),
            "first_page_uri": self._page_uri(query, size, 0),
            "messages": [message.document() for message in shown],
            "next_page_uri": self._page_uri(query, size, page + 1) if more else None,
            "page": page,
            "page_size": size,
            "previous_page_uri": self._page_uri(query, size, page - 1) if page else None,
            "start": page * size,
            "uri": self._page_uri(query, size, page),
        }

    def _page_uri(self, query: Mapping[str, str], size: int, page: int) -> str:
        kept = {name: value for name, value in query.items() if name not in {"Page", "PageSize"}}
        fields = urlencode({**kept, "PageSize": size, "Page": page})
        return f"{API}/Accounts/{self.account_sid}/Messages.json?{fields}"

    def _checked(self, one: Mapping[str, str], form: Mapping[str, Sequence[str]]) -> str:
        unknown = sorted(set(form) - PARAMETERS)
        if unknown:
            raise Refusal(20001, detail=f"unknown {unknown[0]}")
        to, from_ = one.get("To", "").strip(), one.get("From", "")
        _check_sender(from_, one.get("MessagingServiceSid", ""))
        _check_recipient(to)
        _check_body(one.get("Body", ""), bool(form.get("MediaUrl") or one.get("ContentSid")))
        _check_callback(one.get("StatusCallback", ""))
        if (to, from_) in self.unsubscribed or (not from_ and any(person == to for person, _ in self.unsubscribed)):
            raise Refusal(21610)
        return to

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC).replace(microsecond=0)


def _check_recipient(to: str) -> None:
    if not to:
        raise Refusal(21604)
    if to in _MAGIC_TO:
        raise Refusal(_MAGIC_TO[to])
    try:
        known = phonenumbers.is_possible_number(phonenumbers.parse(to.removeprefix("whatsapp:")))
    except phonenumbers.NumberParseException:
        known = False
    if not known:  # Twilio repeats the number in its text, and so must we: nobody may log it
        raise Refusal(21211, detail=to)


def _check_sender(from_: str, service: str) -> None:
    if not from_ and not service:
        raise Refusal(21603)
    if service and not re.fullmatch(r"MG[0-9a-fA-F]{32}", service):
        raise Refusal(20001, detail="MessagingServiceSid")
    if from_ in _MAGIC_FROM:
        raise Refusal(_MAGIC_FROM[from_])


def _check_body(body: str, other_content: bool) -> None:
    if not body.strip() and not other_content:
        raise Refusal(21602)
    if len(body) > MAX_CHARACTERS:
        raise Refusal(21617)


def _check_callback(url: str) -> None:
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname or "_" in parts.hostname):
        raise Refusal(21609)


def _matches(message: Message, query: Mapping[str, str], days: Mapping[str, datetime | date]) -> bool:
    if query.get("To", message.to) != message.to or query.get("From", message.from_) != message.from_:
        return False
    if not days:
        return True
    if message.sent is None:
        return False
    return all(_in_order(sign, message.sent, moment) for sign, moment in days.items())


def _in_order(sign: str, sent: datetime, moment: datetime | date) -> bool:
    left, right = (sent, moment) if isinstance(moment, datetime) else (sent.date(), moment)
    before, after = left <= right, left >= right
    return before if sign == "<" else after if sign == ">" else before and after


def _moment(text: str) -> datetime | date:
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(20001, detail="DateSent") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(query: Mapping[str, str], name: str, default: int, *, lowest: int, highest: int) -> int:
    text = query.get(name, str(default))
    if not text.isdigit() or not lowest <= int(text) <= highest:
        raise Refusal(20001, detail=name)
    return int(text)
