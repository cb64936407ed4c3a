"""Webhook forms read, or refused with the field's name; and the TwiML that answers them."""

from __future__ import annotations

import contextlib
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from integrations.twilio.errors import TwilioFormatError
from integrations.twilio.forms import InboundSms, SmsStatus
from integrations.twilio.segments import split
from integrations.twilio.sms import parse_inbound, parse_status, twiml_reply

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine is shared

SID = "SM" + "0a" * 16
FORM = {
    "MessageSid": SID,
    "From": "+48500600700",
    "To": "+48111222333",
    "Body": "Cześć",
    "NumMedia": "0",
    "NumSegments": "1",
    "AccountSid": "AC" + "1" * 32,
    "FromCountry": "PL",
}


def test_inbound() -> None:
    assert parse_inbound(FORM) == InboundSms(SID, "+48500600700", "+48111222333", "Cześć", account_sid="AC" + "1" * 32, from_country="PL")


def test_older_names_of_the_sid() -> None:
    form = {name: value for name, value in FORM.items() if name != "MessageSid"} | {"SmsSid": SID}
    assert parse_inbound(form).sid == SID


@pytest.mark.parametrize("field", ["MessageSid", "From", "To", "Body"])
def test_missing_field_is_named(field: str) -> None:
    with pytest.raises(TwilioFormatError, match=field) as raised:
        parse_inbound({name: value for name, value in FORM.items() if name != field})
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [("MessageSid", "x"), ("MessageSid", SID + "\n1"), ("MessageSid", "SM'; DROP"), ("From", " "), ("To", ""), ("From", "9" * 300)],
)
def test_wrong_field_is_named_and_not_repeated(field: str, value: str) -> None:
    with pytest.raises(TwilioFormatError, match=field) as raised:
        parse_inbound(FORM | {field: value})
    assert not value.strip() or value not in str(raised.value)


def test_picture_alone() -> None:
    form = FORM | {"NumMedia": "2", "MediaUrl0": "https://x/0", "MediaContentType0": "image/png", "MediaUrl1": "https://x/1"}
    message = parse_inbound({name: value for name, value in form.items() if name != "Body"})
    assert (message.body, [m.url for m in message.media], message.media[0].content_type) == (
        "",
        ["https://x/0", "https://x/1"],
        "image/png",
    )


def test_empty_body_and_odd_counts() -> None:
    message = parse_inbound(FORM | {"Body": "", "NumMedia": "-1", "NumSegments": "many", "OptOutType": "stop"})
    assert (message.body, message.num_media, message.num_segments, message.opt_out_type) == ("", 0, 1, "STOP")
    assert parse_inbound(FORM | {"NumMedia": "999999999"}).num_media == 10


def test_broken_text_is_mended() -> None:
    assert parse_inbound(FORM | {"Body": "a\x00b\ud83d"}).body == "ab\ufffd"


def test_repr_names_nobody() -> None:
    shown = repr(parse_inbound(FORM))
    assert "500600700" not in shown
    assert "Cześć" not in shown


@calm
@given(st.dictionaries(st.sampled_from([*FORM, "SmsSid", "MediaUrl0", "OptOutType"]), st.one_of(st.text(), st.just(SID), st.just("3"))))
def test_inbound_never_raises_anything_else(form: dict[str, str]) -> None:
    try:
        message = parse_inbound(form)
    except TwilioFormatError as error:
        event(error.field)
        return
    message.body.encode()
    assert "\x00" not in message.body + message.from_ + message.to
    assert message.from_
    assert message.to


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"MessageSid": SID, "MessageStatus": "delivered"}, SmsStatus(SID, "delivered")),
        ({"SmsSid": SID, "SmsStatus": "Sent"}, SmsStatus(SID, "sent")),
        ({"MessageSid": SID, "MessageStatus": "undelivered", "ErrorCode": "30003"}, SmsStatus(SID, "undelivered", 30003)),
        ({"MessageSid": SID, "MessageStatus": "brand_new", "ErrorCode": ""}, SmsStatus(SID, "brand_new")),
        ({"MessageSid": SID, "MessageStatus": "failed", "ErrorCode": "x"}, SmsStatus(SID, "failed")),
    ],
)
def test_status(form: dict[str, str], expected: SmsStatus) -> None:
    assert parse_status(form) == expected


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"MessageStatus": "sent"}, "MessageSid"),
        ({"MessageSid": SID}, "MessageStatus"),
        ({"MessageSid": SID, "MessageStatus": "<b>"}, "MessageStatus"),
    ],
)
def test_status_refused(form: dict[str, str], field: str) -> None:
    with pytest.raises(TwilioFormatError) as raised:
        parse_status(form)
    assert raised.value.field == field


@calm
@given(st.dictionaries(st.sampled_from(["MessageSid", "MessageStatus", "ErrorCode"]), st.one_of(st.text(), st.just(SID), st.just("sent"))))
def test_status_never_raises_anything_else(form: dict[str, str]) -> None:
    with contextlib.suppress(TwilioFormatError):
        assert parse_status(form).sid == SID


def test_statuses_out_of_order() -> None:
    assert SmsStatus(SID, "delivered").follows("sent")
    assert not SmsStatus(SID, "sent").follows("delivered")
    assert not SmsStatus(SID, "delivered").follows("delivered")
    assert SmsStatus(SID, "undelivered").failed
    assert not SmsStatus(SID, "sent").failed


def test_twiml() -> None:
    twiml = twiml_reply(["Cześć <b> & „ty”", " ", "two"])
    assert [message.text for message in ElementTree.fromstring(twiml)] == ["Cześć <b> & „ty”", "two"]
    assert list(ElementTree.fromstring(twiml_reply([]))) == []


@calm
@given(st.lists(st.text(), max_size=3))
def test_twiml_is_always_xml(parts: list[str]) -> None:
    messages = [message.text or "" for message in ElementTree.fromstring(twiml_reply(parts))]
    assert all(0 < len(text) <= 1600 for text in messages)


def test_twiml_cuts_what_twilio_would_refuse() -> None:
    messages = [message.text for message in ElementTree.fromstring(twiml_reply(["zażółć " * 500]))]
    assert messages == split("zażółć " * 500, most=10)
    assert len(messages) > 5
