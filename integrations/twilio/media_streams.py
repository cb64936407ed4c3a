"""Twilio Media Streams' wire format: what the socket brings (`parse`), in which order (`StreamState`), and what we send
back (`media`, `mark`, `clear`). No I/O; nothing beyond this file and the stand-in knows the format.

Twilio writes numbers as strings ("1"); both spellings are taken. What we do not need may be missing, what is there must
have its type. No error repeats a value: it may be the caller's.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from integrations.twilio.forms import clean
from speech.types import FRAME, RATE

MAX_MESSAGE = 64 * 1024
"""Characters of one message; a longer one is refused unread. Twilio's own have about 400."""
MAX_PAYLOAD = 20 * FRAME
"""Bytes of audio in one message (0.4 s); Twilio sends 160."""
ENCODING = "audio/x-mulaw"

ErrorCode = Literal[
    "too_long", "not_json", "not_object", "field_missing", "field_wrong", "format_unsupported",
    "payload_not_base64", "payload_too_long", "before_start", "second_start", "after_stop", "foreign_stream",
]  # fmt: skip

_SID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_DIGIT = re.compile(r"[0-9*#A-D]")
_BASE64_LIMIT = (MAX_PAYLOAD + 2) // 3 * 4
_MISSING: Any = object()


class MediaStreamError(Exception):
    """A message that is not Media Streams', or comes out of turn. ``code`` is stable, ``reason`` fit for a log."""

    def __init__(self, reason: str, code: ErrorCode) -> None:
        super().__init__(f"media stream: {reason}")
        self.reason = reason
        self.code: ErrorCode = code


@dataclass(frozen=True, slots=True)
class Connected:
    """The socket is open; nothing is known about the call yet."""

    protocol: str
    version: str


@dataclass(frozen=True, slots=True)
class Start:
    """Which call this is. ``parameters`` are the ``<Parameter>``s of our own TwiML."""

    stream_sid: str
    call_sid: str
    account_sid: str = ""
    encoding: str = ENCODING
    sample_rate: int = RATE
    channels: int = 1
    tracks: tuple[str, ...] = ("inbound",)
    parameters: dict[str, str] = field(default_factory=dict, repr=False)
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Media:
    """A piece of the call's audio, mu-law, usually 160 bytes. ``timestamp_ms`` counts from the stream's start."""

    payload: bytes = field(repr=False)
    chunk: int = 0
    timestamp_ms: int = 0
    track: str = "inbound"
    stream_sid: str = ""
    sequence: int = 0

    @property
    def inbound(self) -> bool:
        """Whether the person speaks here; the other track is our own voice, to be ignored."""
        return self.track == "inbound"


@dataclass(frozen=True, slots=True)
class Mark:
    """All audio sent before our mark of this name was played, or dropped by a `clear`."""

    name: str
    stream_sid: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Dtmf:
    """A key of the keypad: one of 0-9, *, #, A-D."""

    digit: str = field(repr=False)
    stream_sid: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    """The stream has ended: the person hung up, or Twilio was told to go on elsewhere."""

    stream_sid: str = ""
    call_sid: str = ""
    account_sid: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event that we do not know; Twilio may add some, and they are ignored."""

    event: str


Event = Connected | Start | Media | Mark | Dtmf | Stop | Unknown


def parse(text: str) -> Event:
    """One text message of the socket. Raises `MediaStreamError`, and nothing else whatever the text is."""
    if len(text) > MAX_MESSAGE:
        raise MediaStreamError(f"a message of {len(text)} characters", "too_long")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):  # too deep, or a number of thousands of digits
        raise MediaStreamError("not JSON", "not_json") from None
    if not isinstance(message, dict):
        raise MediaStreamError("not an object", "not_object")
    event = _text(message, "event", limit=64)
    reader = _READERS.get(event)
    return reader(message) if reader else Unknown(event)


def media(stream_sid: str, payload: bytes) -> str:
    """Play this mu-law audio after what is already queued. ``stream_sid`` is the one of `Start`."""
    return f'{{"event":"media","streamSid":"{stream_sid}","media":{{"payload":"{base64.b64encode(payload).decode()}"}}}}'


def mark(stream_sid: str, name: str) -> str:
    """Ask for a `Mark` once everything sent so far was played."""
    return f'{{"event":"mark","streamSid":"{stream_sid}","mark":{{"name":{json.dumps(name)}}}}}'


def clear(stream_sid: str) -> str:
    """Drop all audio that was not played yet; the marks waiting for it come back at once."""
    return f'{{"event":"clear","streamSid":"{stream_sid}"}}'


class StreamState:
    """Whether the events of one socket come in their order: connected, one start, the rest, stop, nothing."""

    def __init__(self) -> None:
        self.start: Start | None = None
        """The call, once it is known."""
        self.stopped = False

    def accept(self, event: Event) -> None:
        """Take note of an event; raises `MediaStreamError` for one that is out of turn or belongs to another stream."""
        if self.stopped:
            raise MediaStreamError("an event after stop", "after_stop")
        if isinstance(event, Unknown):
            return
        if isinstance(event, Connected | Start):
            if self.start:
                raise MediaStreamError("a second start", "second_start")
            self.start = event if isinstance(event, Start) else None
            return
        if self.start is None:
            raise MediaStreamError(f"{type(event).__name__.lower()} before start", "before_start")
        if event.stream_sid not in ("", self.start.stream_sid):
            raise MediaStreamError("an event of another stream", "foreign_stream")
        self.stopped = isinstance(event, Stop)


class Framer:
    """Regroups payloads of any size into frames of ``size`` bytes; what is left waits for the next payload."""

    def __init__(self, size: int = FRAME) -> None:
        self._size, self._rest = size, b""

    def frames(self, payload: bytes) -> list[bytes]:
        """The frames that are complete with this payload, in order."""
        if not self._rest and len(payload) == self._size:  # nearly always
            return [payload]
        data = self._rest + payload
        whole = len(data) - len(data) % self._size
        self._rest = data[whole:]
        return [data[start : start + self._size] for start in range(0, whole, self._size)]


def _connected(message: dict[str, Any]) -> Connected:
    return Connected(_text(message, "protocol", ""), _text(message, "version", ""))


def _start(message: dict[str, Any]) -> Start:
    start = _object(message, "start")
    form = _object(start, "mediaFormat")
    encoding, rate, channels = _text(form, "encoding"), _number(form, "sampleRate"), _number(form, "channels", 1)
    if (encoding, rate, channels) != (ENCODING, RATE, 1):
        raise MediaStreamError(f"not {ENCODING} at {RATE} Hz, one channel", "format_unsupported")
    tracks = start.get("tracks", ["inbound"])
    if not isinstance(tracks, list) or not all(isinstance(track, str) for track in tracks):
        raise MediaStreamError("tracks is wrong", "field_wrong")
    parameters = _object(start, "customParameters", {})
    if not all(isinstance(value, str) for value in parameters.values()):
        raise MediaStreamError("customParameters is wrong", "field_wrong")
    return Start(
        stream_sid=_sid(start, "streamSid") if "streamSid" in start else _sid(message, "streamSid"),
        call_sid=_sid(start, "callSid"), account_sid=_text(start, "accountSid", "", limit=64),
        tracks=tuple(_track(track) for track in tracks), sequence=_number(message, "sequenceNumber", 0),
        parameters={clean(name): clean(value) for name, value in parameters.items()},
    )  # fmt: skip


def _media(message: dict[str, Any]) -> Media:
    piece = _object(message, "media")
    payload = piece.get("payload", _MISSING)
    if payload is _MISSING:
        raise MediaStreamError("payload is missing", "field_missing")
    if not isinstance(payload, str):
        raise MediaStreamError("payload is wrong", "field_wrong")
    if len(payload) > _BASE64_LIMIT:
        raise MediaStreamError(f"a payload of {len(payload)} characters", "payload_too_long")
    try:
        audio = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise MediaStreamError("payload is not base64", "payload_not_base64") from None
    if len(audio) > MAX_PAYLOAD:
        raise MediaStreamError(f"a payload of {len(audio)} bytes", "payload_too_long")
    return Media(
        audio, _number(piece, "chunk", 0), _number(piece, "timestamp", 0), _track(_text(piece, "track", "inbound")), *_origin(message)
    )


def _mark(message: dict[str, Any]) -> Mark:
    return Mark(_text(_object(message, "mark"), "name"), *_origin(message))


def _dtmf(message: dict[str, Any]) -> Dtmf:
    digit = _text(_object(message, "dtmf"), "digit")
    if not _DIGIT.fullmatch(digit):
        raise MediaStreamError("digit is wrong", "field_wrong")
    return Dtmf(digit, *_origin(message))


def _stop(message: dict[str, Any]) -> Stop:
    stop = _object(message, "stop", {})
    stream_sid, sequence = _origin(message)
    return Stop(stream_sid, _text(stop, "callSid", "", limit=64), _text(stop, "accountSid", "", limit=64), sequence)


_READERS: dict[str, Callable[[dict[str, Any]], Event]] = {
    "connected": _connected, "start": _start, "media": _media, "mark": _mark, "dtmf": _dtmf, "stop": _stop,
}  # fmt: skip


def _origin(message: dict[str, Any]) -> tuple[str, int]:
    """The stream and the place in it; some carriers that speak this format leave the latter out."""
    return _text(message, "streamSid", "", limit=64), _number(message, "sequenceNumber", 0)


def _track(name: str) -> str:
    return name.removesuffix("_track")  # `dtmf` messages and TwiML say "inbound_track"


def _object(parent: dict[str, Any], name: str, default: Any = _MISSING) -> dict[str, Any]:
    value = _required(parent, name, default)
    if not isinstance(value, dict):
        raise MediaStreamError(f"{name} is wrong", "field_wrong")
    return value


def _text(parent: dict[str, Any], name: str, default: Any = _MISSING, *, limit: int = 1024) -> str:
    value = _required(parent, name, default)
    if not isinstance(value, str) or len(value) > limit:
        raise MediaStreamError(f"{name} is wrong", "field_wrong")
    return clean(value)


def _sid(parent: dict[str, Any], name: str) -> str:
    """Letters and digits only: it is written back into our messages as it is."""
    value = _text(parent, name)
    if not _SID.fullmatch(value):
        raise MediaStreamError(f"{name} is wrong", "field_wrong")
    return value


def _number(parent: dict[str, Any], name: str, default: Any = _MISSING) -> int:
    value = _required(parent, name, default)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**18:
        raise MediaStreamError(f"{name} is wrong", "field_wrong")
    return value


def _required(parent: dict[str, Any], name: str, default: Any) -> Any:
    value = parent.get(name, default)
    if value is _MISSING:
        raise MediaStreamError(f"{name} is missing", "field_missing")
    return value
