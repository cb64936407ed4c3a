"""What Twilio posts to us about text messages: an inbound message, and what became of one that we sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from integrations.twilio.errors import TwilioFormatError

_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
_STATUS = re.compile(r"[a-z_-]{1,32}")
_MOST_MEDIA = 10
_SURROGATES = re.compile(r"[\ud800-\udfff]")
# Twilio's callbacks travel separately and overtake one another.
_ORDER = {
    name: place
    for place, names in enumerate(
        (
            ("accepted", "scheduled"), ("queued",), ("sending",), ("sent",),
            ("delivered", "undelivered", "failed", "canceled", "partially_delivered"), ("read",),
        )
    )
    for name in names
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or file sent along; ``url`` needs the account's credentials."""

    url: str = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True)
class InboundSms:
    """A message that a person sent to us; its repr names nobody, so that it may stand in a log."""

    sid: str
    from_: str = field(repr=False)
    to: str = field(repr=False)
    body: str = field(repr=False)
    num_media: int = 0
    num_segments: int = 1
    account_sid: str = ""
    messaging_service_sid: str = ""
    from_country: str = ""
    """ISO 3166 code of the number, empty when Twilio does not say."""
    opt_out_type: str = ""
    """STOP, START or HELP when Twilio's Advanced Opt-Out took the message for one (and has answered it itself)."""
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class SmsStatus:
    """What became of a message we sent. ``error_code`` is Twilio's (30003 unreachable, 30005 unknown number, …)."""

    sid: str
    status: str
    error_code: int | None = None

    @property
    def failed(self) -> bool:
        """Whether the message will not arrive."""
        return self.status in {"failed", "undelivered", "canceled"}

    def follows(self, known: str) -> bool:
        """Whether this is news to one who knows the status ``known``: callbacks arrive out of order and twice."""
        return _ORDER.get(self.status, 0) > _ORDER.get(known, -1)


def parse_inbound(form: Mapping[str, str]) -> InboundSms:
    """Read the form Twilio posts for an inbound message; `TwilioFormatError` names the field that is missing or wrong.

    The body may be empty (a picture alone). Null bytes are dropped and broken Unicode replaced: no database takes them.
    """
    count = min(_count(form, "NumMedia", 0), _MOST_MEDIA)
    return InboundSms(
        sid=_sid(form, "MessageSid", "SmsMessageSid", "SmsSid"),
        from_=_address(form, "From"),
        to=_address(form, "To"),
        body=_body(form, optional=count > 0),
        num_media=count,
        num_segments=_count(form, "NumSegments", 1),
        account_sid=_text(form, "AccountSid"),
        messaging_service_sid=_text(form, "MessagingServiceSid"),
        from_country=_text(form, "FromCountry")[:2].upper(),
        opt_out_type=_text(form, "OptOutType")[:10].upper(),
        media=_media(form, count),
    )


def parse_status(form: Mapping[str, str]) -> SmsStatus:
    """Read a status callback; `TwilioFormatError` names the field that is missing or wrong.

    A status we do not know is passed on: Twilio adds some now and then.
    """
    status = (_text(form, "MessageStatus") or _text(form, "SmsStatus")).lower()
    if not status:
        raise TwilioFormatError("MessageStatus")
    if not _STATUS.fullmatch(status):
        raise TwilioFormatError("MessageStatus", "is not a status")
    code = _count(form, "ErrorCode", 0)
    return SmsStatus(_sid(form, "MessageSid", "SmsSid"), status, code or None)


def clean(text: str) -> str:
    """Text without null bytes, with lone surrogates replaced."""
    return _SURROGATES.sub("\ufffd", text.replace("\x00", ""))


def _text(form: Mapping[str, str], name: str) -> str:
    """An upload in the place of a text counts as absent."""
    value = form.get(name, "")
    return clean(value).strip() if isinstance(value, str) else ""


def _sid(form: Mapping[str, str], *names: str) -> str:
    value = next((text for text in (_text(form, name) for name in names) if text), "")
    if not value:
        raise TwilioFormatError(names[0])
    if not _SID.fullmatch(value):
        raise TwilioFormatError(names[0], "is not a Twilio SID")
    return value


def _address(form: Mapping[str, str], name: str) -> str:
    value = _text(form, name)
    if not value:
        raise TwilioFormatError(name)
    if len(value) > 256:  # the longest are channel addresses ("rcs:…"); the store has a limit too
        raise TwilioFormatError(name, "is too long")
    return value


def _body(form: Mapping[str, str], *, optional: bool) -> str:
    value = form.get("Body")
    if isinstance(value, str):
        return clean(value)
    if optional:
        return ""
    raise TwilioFormatError("Body")


def _count(form: Mapping[str, str], name: str, default: int) -> int:
    value = _text(form, name)
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else default


def _media(form: Mapping[str, str], count: int) -> tuple[Media, ...]:
    found = ((_text(form, f"MediaUrl{n}"), _text(form, f"MediaContentType{n}")) for n in range(count))
    return tuple(Media(url, kind) for url, kind in found if url)
