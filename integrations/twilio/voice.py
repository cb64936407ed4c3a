"""Twilio's side of a call over HTTP: the TwiML that answers its webhooks, and what the webhooks say, as types.

A call lives in ``<Connect><Stream>``. Twilio goes on with the next verb only when *our* end of the socket closes, by our
will or by a fault, so a ``<Redirect>`` stands there: the webhook behind it looks whether the conversation was over
(`hang_up`) or broke off (`connect_stream` once more, to the same conversation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from twilio.twiml.voice_response import Connect, Gather, VoiceResponse  # type: ignore[import-untyped,unused-ignore]

from integrations.twilio.errors import TwilioFormatError
from integrations.twilio.forms import _count, _sid, _text

LONGEST_PARAMETER = 500
"""Characters of a ``<Parameter>``, name and value together, that Twilio takes."""

_VOICES = {"pl": ("pl-PL", "Polly.Ola-Neural"), "en": ("en-GB", "Polly.Amy-Neural"), "ro": ("ro-RO", "Polly.Carmen")}
_BUSY = {
    "pl": "Dzień dobry, tu automatyczny asystent {company}. Wszystkie nasze linie są teraz zajęte, bardzo przepraszamy. {then}",
    "en": "Hello, this is the automated assistant of {company}. I'm sorry, all our lines are busy right now. {then}",
    "ro": "Bună ziua, sunt asistentul automat {company}. Ne pare rău, toate liniile noastre sunt ocupate acum. {then}",
}
_CALL_AGAIN = {
    "pl": "Prosimy zadzwonić ponownie za kilka minut. Do usłyszenia!",
    "en": "Please call again in a few minutes. Goodbye!",
    "ro": "Vă rugăm să sunați din nou peste câteva minute. O zi bună!",
}
_TEXT_FOLLOWS = {
    "pl": "Za chwilę wyślemy SMS-a. Wystarczy na niego odpisać, a zajmiemy się sprawą od razu. Do usłyszenia!",
    "en": "We'll send you a text message in a moment. Just reply to it and we'll help you straight away. Goodbye!",
    "ro": "Vă trimitem imediat un SMS. Este suficient să răspundeți la el și vă ajutăm pe loc. O zi bună!",
}
_FAULT = {
    "pl": "Dzień dobry, tu automatyczny asystent {company}. Mamy chwilowe kłopoty techniczne, bardzo przepraszamy. {then}",
    "en": "Hello, this is the automated assistant of {company}. I'm sorry, we are having a technical problem. {then}",
    "ro": "Bună ziua, sunt asistentul automat {company}. Ne pare rău, avem o problemă tehnică. {then}",
}
_GOODBYE = {
    "pl": "Dziękujemy za rozmowę. Do usłyszenia!",
    "en": "Thank you for calling. Goodbye!",
    "ro": "Vă mulțumim pentru apel. O zi bună!",
}

# What stands in From when the number is withheld; the digits spell RESTRICTED, BLOCKED, UNKNOWN, ANONYMOUS, UNAVAILABLE.
_WITHHELD = frozenset(
    {
        "", "anonymous", "restricted", "unknown", "unavailable", "private",
        "+7378742833", "+2562533", "+8656696", "+266696687", "+86282452253",
    }
)  # fmt: skip
_ENDS = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
_ORDER = {"queued": 0, "initiated": 1, "ringing": 2, "in-progress": 3, **dict.fromkeys(_ENDS, 4)}


@dataclass(frozen=True, slots=True)
class InboundCall:
    """A call that waits for our TwiML, of either direction; its repr names nobody, so that it may stand in a log."""

    sid: str
    from_: str = field(repr=False)
    to: str = field(repr=False)
    direction: str = "inbound"
    """``inbound``, ``outbound-api``, ``outbound-dial``."""
    status: str = "ringing"
    account_sid: str = ""
    caller_name: str = field(default="", repr=False)
    forwarded_from: str = field(default="", repr=False)
    answered_by: str = ""
    """Who took our own call, where that was waited for: see `CallReport.answered_by`."""
    from_country: str = ""
    """ISO 3166 code of the caller's number, empty when Twilio does not say."""

    @property
    def outbound(self) -> bool:
        """Whether we placed the call."""
        return self.direction.startswith("outbound")

    @property
    def person(self) -> str:
        """The other party's address (E.164, ``client:…``, ``sip:…``); empty when the caller withholds it."""
        address = self.to if self.outbound else self.from_
        return "" if address.lower() in _WITHHELD else address


@dataclass(frozen=True, slots=True)
class CallReport:
    """What became of a call. ``status`` is empty in a report of the answering machine detection alone."""

    sid: str
    status: str = ""
    """queued, initiated, ringing, in-progress, completed, busy, no-answer, failed, canceled."""
    seconds: int | None = None
    """Length of the call, once it is over."""
    answered_by: str = ""
    """human, fax, unknown, machine_start, machine_end_beep, machine_end_silence, machine_end_other; empty: not detected."""
    error_code: int | None = None
    sip_code: int | None = None
    """Why the network refused it (486 busy, 404 no such number, 603 declined)."""

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self.status in _ENDS

    @property
    def reached(self) -> bool:
        """Whether somebody or something took the call."""
        return self.status in {"in-progress", "completed"}

    @property
    def machine(self) -> bool:
        """Whether a voicemail or a fax took it, and no person."""
        return self.answered_by.startswith("machine") or self.answered_by == "fax"

    def follows(self, known: str) -> bool:
        """Whether this is news to one who knows the status ``known``: callbacks arrive out of order and twice."""
        return _ORDER.get(self.status, 0) > _ORDER.get(known, -1)


def parse_voice(form: Mapping[str, str]) -> InboundCall:
    """Read the form of the voice webhook; `TwilioFormatError` names the field that is missing or wrong.

    A caller who withholds the number may leave ``From`` empty.
    """
    if "From" not in form:
        raise TwilioFormatError("From")
    to = _address(form, "To")
    if not to:
        raise TwilioFormatError("To")
    return InboundCall(
        sid=_sid(form, "CallSid"),
        from_=_address(form, "From"),
        to=to,
        direction=_text(form, "Direction")[:32] or "inbound",
        status=_status(form) or "ringing",
        account_sid=_text(form, "AccountSid")[:64],
        caller_name=_text(form, "CallerName")[:256],
        forwarded_from=_address(form, "ForwardedFrom"),
        answered_by=_answered_by(form),
        from_country=_text(form, "FromCountry")[:2].upper(),
    )


def parse_report(form: Mapping[str, str]) -> CallReport:
    """Read a status callback or an answering machine report; `TwilioFormatError` names the field that is missing or wrong.

    A status we do not know is passed on: Twilio adds some now and then.
    """
    status, answered_by = _status(form), _answered_by(form)
    if not (status or answered_by):
        raise TwilioFormatError("CallStatus")
    seconds = _count(form, "CallDuration", -1)
    return CallReport(
        sid=_sid(form, "CallSid"),
        status=status,
        seconds=seconds if seconds >= 0 else None,
        answered_by=answered_by,
        error_code=_count(form, "ErrorCode", 0) or None,
        sip_code=_count(form, "SipResponseCode", 0) or None,
    )


def is_call(form: Mapping[str, str]) -> bool:
    """Whether a status callback speaks of a call and not of a message."""
    return bool(_text(form, "CallSid")) and not (_text(form, "MessageSid") or _text(form, "SmsSid"))


def connect_stream(
    url: str, parameters: Mapping[str, str], resume_url: str, *, greeting: str = "", language: str = "en"
) -> str:  # fmt: skip
    """Connect the call to our socket; when the socket closes while the call lives, Twilio posts to ``resume_url``.

    ``url`` is ``wss://`` (Twilio refuses a query there: what must arrive goes into ``parameters``). A ``greeting`` is
    spoken by Twilio before. Raises ``ValueError`` for what Twilio would refuse in the middle of the call.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"wss", "ws"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("a stream needs a wss:// address without a query")
    response = VoiceResponse()
    if greeting:
        _say(response, greeting, language)
    connect = Connect()
    stream = connect.stream(url=url)
    for name, value in parameters.items():
        if len(name) + len(value) > LONGEST_PARAMETER:
            raise ValueError(f"the stream parameter {name} is too long for Twilio")
        stream.parameter(name=name, value=_printable(value))
    response.append(connect)
    response.redirect(resume_url, method="POST")
    return str(response)


def busy(language: str, company: str, *, sms: bool) -> str:
    """Too many calls: a polite word, and whether a text message follows, then the end of the call."""
    return _last_words(_BUSY, language, company, (_TEXT_FOLLOWS if sms else _CALL_AGAIN))


def fault(language: str, company: str, *, sms: bool = False) -> str:
    """Something of ours is broken: an apology instead of silence, then the end of the call."""
    return _last_words(_FAULT, language, company, (_TEXT_FOLLOWS if sms else _CALL_AGAIN))


def goodbye(language: str) -> str:
    """A farewell, then the end of the call."""
    return _last_words(_GOODBYE, language, "", {})


def hang_up() -> str:
    """The end of the call: everything was said."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def refuse(reason: Literal["rejected", "busy"] = "rejected") -> str:
    """Do not take the call at all (nobody is billed); only a call that still rings can be refused."""
    response = VoiceResponse()
    response.reject(reason=reason)
    return str(response)


def _last_words(texts: Mapping[str, str], language: str, company: str, then: Mapping[str, str]) -> str:
    response = VoiceResponse()
    spoken = language if language in texts else "en"
    _say(response, texts[spoken].format(company=company, then=then.get(spoken, "")), spoken)
    response.hangup()
    return str(response)


def _say(response: VoiceResponse | Gather, text: str, language: str) -> None:
    locale, voice = _VOICES.get(language, _VOICES["en"])
    response.say(_printable(text), language=locale, voice=voice)


def _printable(text: str) -> str:
    """What XML cannot hold would make the whole answer invalid and end the call with Twilio's own error message."""
    return "".join(char if char.isprintable() else " " for char in text)


def _status(form: Mapping[str, str]) -> str:
    status = _text(form, "CallStatus").lower()
    if len(status) > 32:
        raise TwilioFormatError("CallStatus", "is not a status")
    return "in-progress" if status == "answered" else status  # the event's name, where a proxy puts it there


def _answered_by(form: Mapping[str, str]) -> str:
    return _text(form, "AnsweredBy").lower()[:32]


def _address(form: Mapping[str, str], name: str) -> str:
    value = _text(form, name)
    if len(value) > 256:
        raise TwilioFormatError(name, "is too long")
    return value
