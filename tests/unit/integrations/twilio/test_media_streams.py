"""Media Streams messages read, refused with a stable code, put in order, and written."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.twilio.media_streams import (
    MAX_MESSAGE,
    MAX_PAYLOAD,
    Connected,
    Dtmf,
    Event,
    Framer,
    Mark,
    Media,
    MediaStreamError,
    Start,
    Stop,
    StreamState,
    Unknown,
    clear,
    mark,
    media,
    parse,
)

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine is shared

STREAM, CALL, ACCOUNT = "MZ" + "1" * 32, "CA" + "2" * 32, "AC" + "3" * 32
# The examples of Twilio's documentation.
CONNECTED = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
START = {
    "event": "start",
    "sequenceNumber": "1",
    "start": {
        "accountSid": ACCOUNT,
        "streamSid": STREAM,
        "callSid": CALL,
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": "abc", "language": "pl"},
    },
    "streamSid": STREAM,
}
MEDIA = {
    "event": "media",
    "sequenceNumber": "3",
    "media": {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": base64.b64encode(b"\xff" * 160).decode()},
    "streamSid": STREAM,
}
MARK = {"event": "mark", "sequenceNumber": "4", "streamSid": STREAM, "mark": {"name": "clause 7"}}
DTMF = {"event": "dtmf", "streamSid": STREAM, "sequenceNumber": "5", "dtmf": {"track": "inbound_track", "digit": "#"}}
STOP = {"event": "stop", "sequenceNumber": "6", "streamSid": STREAM, "stop": {"accountSid": ACCOUNT, "callSid": CALL}}
EXAMPLES = [CONNECTED, START, MEDIA, MARK, DTMF, STOP]


def changed(message: dict[str, Any], path: str, value: Any) -> str:
    """The message with one value replaced, or taken out where the value is ``...``."""
    copy = json.loads(json.dumps(message))
    place, names = copy, path.split(".")
    for name in names[:-1]:
        place = place[name]
    if value is ...:
        del place[names[-1]]
    else:
        place[names[-1]] = value
    return json.dumps(copy)


def refused(text: str) -> str:
    with pytest.raises(MediaStreamError) as raised:
        parse(text)
    return raised.value.code


def test_the_documented_messages() -> None:
    found = [parse(json.dumps(message)) for message in EXAMPLES]
    assert found == [
        Connected("Call", "1.0.0"),
        Start(STREAM, CALL, ACCOUNT, parameters={"token": "abc", "language": "pl"}, sequence=1),
        Media(b"\xff" * 160, 1, 5, "inbound", STREAM, 3),
        Mark("clause 7", STREAM, 4),
        Dtmf("#", STREAM, 5),
        Stop(STREAM, CALL, ACCOUNT, 6),
    ]


def test_numbers_as_numbers_and_what_may_be_missing() -> None:
    assert parse(changed(START, "start.mediaFormat.sampleRate", "8000")) == parse(json.dumps(START))
    assert parse(changed(START, "start.customParameters", ...)) == Start(STREAM, CALL, ACCOUNT, sequence=1)
    assert parse(changed(START, "start.streamSid", ...)) == parse(json.dumps(START))
    assert parse('{"event":"media","media":{"payload":""}}') == Media(b"")
    assert parse('{"event":"stop"}') == Stop()
    assert parse('{"event":"connected"}') == Connected("", "")


def test_an_unknown_event_is_no_error() -> None:
    assert parse('{"event":"transcript","x":[]}') == Unknown("transcript")


def test_our_own_voice_is_told_apart() -> None:
    heard = [parse(changed(MEDIA, "media.track", track)) for track in ("inbound", "inbound_track", "outbound")]
    assert [isinstance(event, Media) and event.inbound for event in heard] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_json"),
        ("{", "not_json"),
        ("[" * 5000, "not_json"),
        ('{"event":"media","media":{"chunk":' + "9" * 5000 + "}}", "not_json"),
        ("[]", "not_object"),
        ("null", "not_object"),
        ("{}", "field_missing"),
        ('{"event":5}', "field_wrong"),
        ('{"event":"' + "x" * 65 + '"}', "field_wrong"),
        ('{"event":"' + "x" * MAX_MESSAGE + '"}', "too_long"),
        (changed(START, "start", ...), "field_missing"),
        (changed(START, "start", []), "field_wrong"),
        (changed(START, "start.callSid", ...), "field_missing"),
        (changed(START, "start.callSid", ""), "field_wrong"),
        (changed(START, "start.streamSid", 'MZ","event":"clear'), "field_wrong"),
        (changed(START, "start.streamSid", None), "field_wrong"),
        (changed(START, "start.mediaFormat", ...), "field_missing"),
        (changed(START, "start.mediaFormat.encoding", "audio/l16"), "format_unsupported"),
        (changed(START, "start.mediaFormat.sampleRate", 16000), "format_unsupported"),
        (changed(START, "start.mediaFormat.sampleRate", True), "field_wrong"),
        (changed(START, "start.mediaFormat.channels", 2), "format_unsupported"),
        (changed(START, "start.tracks", "inbound"), "field_wrong"),
        (changed(START, "start.tracks", [1]), "field_wrong"),
        (changed(START, "start.customParameters", {"a": 1}), "field_wrong"),
        (changed(START, "sequenceNumber", "-1"), "field_wrong"),
        (changed(MEDIA, "media", ...), "field_missing"),
        (changed(MEDIA, "media.payload", ...), "field_missing"),
        (changed(MEDIA, "media.payload", 7), "field_wrong"),
        (changed(MEDIA, "media.payload", "*" * 8), "payload_not_base64"),
        (changed(MEDIA, "media.payload", "żółw"), "payload_not_base64"),
        (changed(MEDIA, "media.payload", "AAA"), "payload_not_base64"),
        (changed(MEDIA, "media.payload", "A" * (MAX_PAYLOAD // 3 * 4 + 8)), "payload_too_long"),
        (changed(MEDIA, "media.chunk", 1.5), "field_wrong"),
        (changed(MEDIA, "media.timestamp", "１"), "field_wrong"),
        (changed(MARK, "mark.name", ...), "field_missing"),
        (changed(DTMF, "dtmf.digit", "12"), "field_wrong"),
        (changed(STOP, "stop", 1), "field_wrong"),
    ],
)
def test_refusals(text: str, code: str) -> None:
    assert refused(text) == code


def test_the_largest_payload_is_taken() -> None:
    found = parse(changed(MEDIA, "media.payload", base64.b64encode(b"\x00" * MAX_PAYLOAD).decode()))
    assert isinstance(found, Media)
    assert len(found.payload) == MAX_PAYLOAD
    assert refused(changed(MEDIA, "media.payload", base64.b64encode(b"\x00" * (MAX_PAYLOAD + 1)).decode())) == "payload_too_long"


def test_no_refusal_repeats_what_was_said() -> None:
    with pytest.raises(MediaStreamError) as raised:
        parse(changed(DTMF, "dtmf.digit", "4111111111111111"))
    assert "4111" not in str(raised.value)
    assert "abc" not in repr(parse(json.dumps(START)))


def test_parameters_hold_nothing_a_database_refuses() -> None:
    found = parse(changed(START, "start.customParameters", {"a": "x\x00y\ud800"}))
    assert isinstance(found, Start)
    assert found.parameters == {"a": "xy\ufffd"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@calm
@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    with contextlib.suppress(MediaStreamError):
        parse(text)


@calm
@given(st.data())
def test_any_damage_to_a_message(data: st.DataObject) -> None:
    message: dict[str, Any] = json.loads(json.dumps(data.draw(st.sampled_from(EXAMPLES))))
    inner = [name for name, value in message.items() if isinstance(value, dict)]
    place = data.draw(st.sampled_from([message, *(message[name] for name in inner)]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(json_values)
    state = StreamState()
    state.accept(Start(STREAM, CALL))
    with contextlib.suppress(MediaStreamError):
        state.accept(parse(json.dumps(message)))


@calm
@given(st.binary(max_size=MAX_PAYLOAD), st.text(max_size=40))
def test_what_we_send_is_json_and_reads_back(payload: bytes, name: str) -> None:
    sent = json.loads(media(STREAM, payload))
    assert sent == {"event": "media", "streamSid": STREAM, "media": {"payload": base64.b64encode(payload).decode()}}
    assert parse(media(STREAM, payload)) == Media(payload, stream_sid=STREAM)
    assert json.loads(mark(STREAM, name)) == {"event": "mark", "streamSid": STREAM, "mark": {"name": name}}
    assert json.loads(clear(STREAM)) == {"event": "clear", "streamSid": STREAM}


def order(*events: Event) -> str:
    """The code of the first refusal, or an empty text."""
    state = StreamState()
    try:
        for event in events:
            state.accept(event)
    except MediaStreamError as error:
        return error.code
    return ""


def test_the_order_of_events() -> None:
    connected, start, piece = Connected("Call", "1.0.0"), Start(STREAM, CALL), Media(b"x", stream_sid=STREAM)
    assert order(connected, start, piece, Unknown("x"), Mark("m", STREAM), Dtmf("1"), Stop(STREAM)) == ""
    assert order(start, piece) == ""
    assert order(connected, piece) == "before_start"
    assert order(Stop(STREAM)) == "before_start"
    assert order(start, start) == "second_start"
    assert order(start, connected) == "second_start"
    assert order(start, Stop(STREAM), piece) == "after_stop"
    assert order(start, Stop(STREAM), Unknown("x")) == "after_stop"
    assert order(start, Media(b"x", stream_sid="MZother")) == "foreign_stream"


def test_the_state_knows_its_call() -> None:
    state = StreamState()
    assert state.start is None
    state.accept(Connected("Call", "1.0.0"))
    state.accept(Start(STREAM, CALL))
    assert state.start == Start(STREAM, CALL)
    state.accept(Stop(STREAM))
    assert state.stopped


@calm
@given(st.lists(st.binary(max_size=500), max_size=12))
def test_frames_keep_every_byte_in_order(payloads: list[bytes]) -> None:
    framer = Framer()
    frames = [frame for payload in payloads for frame in framer.frames(payload)]
    whole = b"".join(payloads)
    assert all(len(frame) == 160 for frame in frames)
    assert b"".join(frames) == whole[: len(whole) // 160 * 160]
