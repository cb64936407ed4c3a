"""Text messages over Twilio: sending them at most once, and answering the webhook of an inbound one.

**No message twice.** Twilio has no idempotency key for messages, so the caller's durable queue keeps the promise:

1. It records the intent (number, text, ``idempotency_key``, time of the attempt) and commits; then it calls `send`.
2. It records the sid and commits. Done.
3. Where step 2 is missing (the process died, or `SmsError.unknown_outcome` is true) nobody knows whether the message
   went out. Two sources say so: the status callback, whose address carries ``marker=<idempotency_key>`` and which
   brings the sid by itself; and `SmsSender.find_sent`, which looks for the text among the messages to that number.
   Only when neither knows of it (give Twilio some seconds) the queue sends again.

Twilio shows no callback address on a stored message, so `find_sent` compares texts (`body_marker`); the sids that
other attempts already own are passed in, so that two equal texts in a row are two messages and not one.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from twilio.base.exceptions import (  # type: ignore[import-untyped,unused-ignore]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.rest import Client  # type: ignore[import-untyped,unused-ignore]
from twilio.twiml.messaging_response import MessagingResponse  # type: ignore[import-untyped,unused-ignore]

from integrations.twilio.errors import SmsError, SmsRejected, SmsUnavailable, TwilioFormatError, refusal
from integrations.twilio.forms import InboundSms, Media, SmsStatus, clean, parse_inbound, parse_status
from integrations.twilio.segments import plain, split
from integrations.twilio.transport import TwilioTransport

__all__ = [
    "MARKER", "InboundSms", "Media", "SentSms", "SmsError", "SmsRejected", "SmsSender", "SmsStatus", "SmsUnavailable",
    "TwilioFormatError", "body_marker", "marked_callback", "parse_inbound", "parse_status", "twiml_reply",
]  # fmt: skip

MARKER = "marker"
"""The query parameter of the status callback that carries our idempotency key back to us."""

DEADLINE = 5.0
"""Seconds a caller waits for Twilio at most."""

_LOOK_AT = 200
"""Messages to one number that `find_sent` looks through, newest first."""

_SKEW = timedelta(seconds=30)
"""How far our clock and Twilio's may lie apart."""

_TRIAL = "Sent from your Twilio trial account - "
_NOT_IN_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_MOST_SEGMENTS = 10
_WORKERS = 4
_TRANSPORT_SHARE = 0.9
"""The connection gives up a little before the caller does, so that its error (did anything leave?) is heard."""

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SentSms:
    """A message Twilio took. ``status`` is Twilio's word (``queued``, ``accepted``); ``segments`` is what it bills."""

    sid: str
    status: str
    segments: int


class SmsSender:
    """Sends through Twilio's own client, in threads of its own: a hanging Twilio takes no thread from anyone else.

    ``from_`` (number or sender name) or ``messaging_service_sid`` says who sends; ``ValueError`` when neither does.
    ``base_url`` (setting ``twilio_base_url``) leads to the stand-in instead of Twilio; ``deadline`` is in seconds.
    """

    def __init__(
        self, account_sid: str, auth_token: str, *, from_: str = "", messaging_service_sid: str = "",
        base_url: str = "", deadline: float = DEADLINE,
    ) -> None:  # fmt: skip
        if not (account_sid and auth_token):
            raise ValueError("Twilio needs an account SID and an auth token")
        if not (from_ or messaging_service_sid):
            raise ValueError("Twilio needs a sender: a number or a messaging service")
        named = {"from_": from_, "messaging_service_sid": messaging_service_sid}
        self._sender = {name: value for name, value in named.items() if value}
        self._transport = TwilioTransport(base_url, timeout=deadline * _TRANSPORT_SHARE)
        self._client = Client(account_sid, auth_token, http_client=self._transport)
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="twilio-sms")
        self._deadline = deadline

    async def send(self, to: str, body: str, idempotency_key: str, status_callback: str | None = None) -> SentSms:
        """Hand one message to Twilio and return what it calls it.

        ``to`` is E.164; ``body`` at most 1600 characters (cut longer ones with `segments.split`); ``idempotency_key``
        an opaque name of this message that travels in the callback's address. See the module's head for retries.
        Raises `SmsRejected` (Twilio said no) and `SmsUnavailable` (no answer in time); ``ValueError`` for an empty key.
        """
        if not idempotency_key:
            raise ValueError("a message needs an idempotency key")
        fields: dict[str, Any] = {"to": to, "body": body, **self._sender}
        if status_callback:
            fields["status_callback"] = marked_callback(status_callback, idempotency_key)
        sent = await self._ask(lambda: _sent(self._client.messages.create(**fields)))
        _log.info("sms %s handed to Twilio: %s, %d segment(s)", sent.sid, sent.status, sent.segments)
        return sent

    async def find_sent(self, to: str, since: datetime, marker: str, known: Collection[str] = ()) -> SentSms | None:
        """The message to ``to`` with this text that Twilio took at or after ``since``, or ``None``.

        ``since`` is the time of the attempt (with a time zone), ``marker`` the text's `body_marker`, ``known`` the
        sids that other attempts already own. With several the oldest is taken. Raises as `send` does.
        """
        if since.tzinfo is None:
            raise ValueError("since needs a time zone")
        return await self._ask(lambda: self._oldest(to, since - _SKEW, marker, known))

    def marker(self, body: str) -> str:
        """What `find_sent` recognises a message by."""
        return body_marker(body)

    def close(self) -> None:
        """Let the threads and connections go; requests under way are not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._transport.close()

    def _oldest(self, to: str, since: datetime, marker: str, known: Collection[str]) -> SentSms | None:
        # Not filtered by DateSent: a message still in Twilio's queue has none, and it is the one we look for.
        found: SentSms | None = None
        for message in self._client.messages.stream(to=to, limit=_LOOK_AT, page_size=_LOOK_AT):
            ours = message.direction != "inbound" and message.sid not in known
            if ours and _created(message) >= since and body_marker(message.body or "") == marker:
                found = _sent(message)
        return found

    async def _ask(self, question: Callable[[], _T]) -> _T:
        """Run a call of Twilio's client in a thread, within the deadline, and translate what it raises."""
        work = asyncio.get_running_loop().run_in_executor(self._pool, question)
        try:
            return await asyncio.wait_for(work, self._deadline)
        except TimeoutError:
            raise SmsUnavailable("no answer in time", unknown_outcome=True) from None
        # Twilio's own texts repeat the number: none of them may reach a log as a cause.
        except TwilioRestException as error:
            raise refusal(int(error.status), int(error.code or 0), str(error.msg)) from None
        except TwilioServiceException as error:
            raise refusal(int(error.status), int(error.code), str(error.title)) from None
        except (TwilioException, ValueError, KeyError, TypeError):
            raise SmsUnavailable("an answer that is not Twilio's", unknown_outcome=True) from None


def body_marker(body: str) -> str:
    """A fingerprint of a text that survives what Twilio does to it (trial prefix, plain quotes, trimmed spaces)."""
    words = plain(clean(body).removeprefix(_TRIAL)).split()
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32]


def marked_callback(status_callback: str, idempotency_key: str) -> str:
    """The callback's address with our key in its query (`MARKER`); the signature covers it, so it can be trusted."""
    parts = urlsplit(status_callback)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != MARKER]
    return urlunsplit(parts._replace(query=urlencode([*query, (MARKER, idempotency_key)])))


def twiml_reply(parts: Iterable[str]) -> str:
    """The TwiML document that answers an inbound webhook with these messages (none: no answer is sent).

    What XML cannot hold is left out, and a part over Twilio's limit becomes several messages: an invalid answer would
    leave the person without any.
    """
    response = MessagingResponse()
    for part in parts:
        for message in split(_NOT_IN_XML.sub("", part), most=_MOST_SEGMENTS):
            response.message(message)
    return str(response)


def _sent(message: Any) -> SentSms:
    return SentSms(str(message.sid), str(message.status), int(message.num_segments or 0))


def _created(message: Any) -> datetime:
    created = message.date_created
    if not isinstance(created, datetime):
        raise ValueError("a message without a date")
    return created
