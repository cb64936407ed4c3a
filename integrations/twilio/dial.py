"""A live call put through to another phone: the TwiML of ``<Dial>``, what the receiver hears first, and how Twilio tells the end.

As Twilio documents it: the document behind ``<Number url>`` runs on the receiver's end after they answer and before the two are
connected, it may ``<Gather>`` and ``<Hangup>``, and with ``answerOnBridge`` the caller hears ringing meanwhile
(twilio.com/docs/voice/twiml/number#url, …/dial#answeronbridge). When the ``<Dial>`` is over its ``action`` is posted with
DialCallStatus, DialCallSid, DialCallDuration and DialBridged, and what that answers goes on (…/dial#action). TwiML that is given in
the change of a live call needs absolute addresses (error 15004).

Neither "completed" nor a duration says that the two have talked: a voicemail that is hung up on was "completed", too. Only the
receiver's key does, and DialBridged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse  # type: ignore[import-untyped,unused-ignore]

from integrations.twilio.errors import TwilioFormatError
from integrations.twilio.forms import _count, _sid, _text
from integrations.twilio.voice import _ENDS, _printable, _say

RING = 25
"""Seconds the receiver's phone rings."""
DECIDE = 8
"""Seconds the receiver has, after the last word, to press a key."""
LONGEST_WORDS = 200
"""Characters of the caller's own last words that are repeated to the receiver."""
TAKE = "1"
"""The key that takes the call."""

_HELLO = {
    "pl": "Dzień dobry, tu automatyczny asystent {company}. {agent} chce przekazać rozmowę telefoniczną.",
    "en": "Hello, this is the automated assistant of {company}. {agent} would like to put a caller through to you.",
    "ro": "Bună ziua, sunt asistentul automat {company}. {agent} dorește să vă transfere un apel.",
}
_CALLER = {"pl": "Dzwoni {name}.", "en": "The caller is {name}.", "ro": "Sună {name}."}
_SOMEBODY = {
    "pl": "Imienia i nazwiska dzwoniącej osoby nie znamy.",
    "en": "We do not know the caller's name.",
    "ro": "Nu cunoaștem numele persoanei care sună.",
}
_MATTER = {"pl": "Temat: {matter}.", "en": "It is about: {matter}.", "ro": "Este vorba despre: {matter}."}
_KNOWN = {"pl": "Wiemy już: {facts}.", "en": "What we know: {facts}.", "ro": "Știm deja: {facts}."}
_WORDS = {"pl": "Ostatnie słowa: „{words}”.", "en": 'Their last words: "{words}".', "ro": "Ultimele cuvinte: „{words}”."}
_PRESS = {
    "pl": "Żeby odebrać rozmowę, proszę nacisnąć jeden. Inny klawisz powtarza tę wiadomość.",
    "en": "To take the call, press one. Any other key repeats this message.",
    "ro": "Pentru a prelua apelul, apăsați tasta unu. Orice altă tastă repetă mesajul.",
}


@dataclass(frozen=True, slots=True)
class DialReport:
    """How a ``<Dial>`` ended. ``sid`` is the caller's call, ``leg`` the receiver's (empty: none was made)."""

    sid: str
    status: str
    """completed, answered, busy, no-answer, failed, canceled."""
    caller_gone: bool
    """Whether the caller has hung up: nothing that is answered is heard any more."""
    leg: str = ""
    seconds: int | None = None
    """How long the receiver's leg lasted from when they answered, the summary included."""
    bridged: bool | None = None
    """Whether the two were connected; None where Twilio does not say."""


def parse_dial(form: Mapping[str, str]) -> DialReport:
    """Read the form of a ``<Dial>``'s action; `TwilioFormatError` names the field that is missing or wrong."""
    status = _text(form, "DialCallStatus").lower()
    if not status:
        raise TwilioFormatError("DialCallStatus")
    if len(status) > 32:
        raise TwilioFormatError("DialCallStatus", "is not a status")
    seconds = _count(form, "DialCallDuration", -1)
    return DialReport(
        sid=_sid(form, "CallSid"),
        status=status,
        caller_gone=_text(form, "CallStatus").lower() in _ENDS,
        leg=_sid(form, "DialCallSid") if _text(form, "DialCallSid") else "",
        seconds=seconds if seconds >= 0 else None,
        bridged={"true": True, "false": False}.get(_text(form, "DialBridged").lower()),
    )


def parse_key(form: Mapping[str, str]) -> tuple[str, str]:
    """The receiver's leg (its sid) and the key that was pressed on it, "" for none; `TwilioFormatError` as `parse_dial`."""
    return _sid(form, "CallSid"), _text(form, "Digits")[:1]


def put_through(number: str, *, caller_id: str, summary_url: str, ended_url: str) -> str:
    """Ring ``number`` (E.164), let it hear what ``summary_url`` answers, connect; how it ended is posted to ``ended_url``.

    ``caller_id`` is the number that the receiver sees: one of ours. Both addresses are absolute.
    """
    response = VoiceResponse()
    dial = Dial(action=ended_url, method="POST", timeout=RING, caller_id=caller_id, answer_on_bridge=True)
    dial.number(number, url=summary_url, method="POST")
    response.append(dial)
    return str(response)


def offer(summary: str, language: str, accept_url: str) -> str:
    """What the receiver hears: the summary, and that the call must be taken with a key, posted to ``accept_url``. Who presses none
    (a voicemail) is hung up on."""
    response = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, timeout=DECIDE, action=accept_url, method="POST", finish_on_key="")
    _say(gather, summary, language)
    _say(gather, _PRESS.get(language, _PRESS["en"]), language)
    response.append(gather)
    response.hangup()
    return str(response)


def take_call() -> str:
    """The receiver has the call: the end of their document connects the two."""
    return str(VoiceResponse())


def summary(
    language: str, *, company: str, agent: str, name: str = "", matter: str = "", facts: Sequence[str] = (), words: str = ""
) -> str:
    """What the receiver should know before they speak with the caller: who passes the call on, who calls, what about, what is known, and
    what the caller said last (``words``, where they speak the receiver's language). For a language that we do not speak: in English."""
    spoken = language if language in _HELLO else "en"
    cut = words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS].rsplit(' ', 1)[0]} …"
    parts = [
        _HELLO[spoken].format(company=company, agent=agent),
        _CALLER[spoken].format(name=name) if name else _SOMEBODY[spoken],
        _MATTER[spoken].format(matter=matter) if matter else "",
        _KNOWN[spoken].format(facts="; ".join(facts)) if facts else "",
        _WORDS[spoken].format(words=cut.rstrip(".")) if cut else "",
    ]
    return _printable(" ".join(part for part in parts if part))
