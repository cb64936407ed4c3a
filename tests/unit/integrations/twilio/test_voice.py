"""The voice webhooks read, or refused with the field's name; and the TwiML that answers them."""

from __future__ import annotations

import contextlib
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.twilio.errors import TwilioFormatError
from integrations.twilio.voice import (
    CallReport,
    InboundCall,
    busy,
    connect_stream,
    fault,
    goodbye,
    hang_up,
    is_call,
    parse_report,
    parse_voice,
    refuse,
)

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine is shared

SID = "CA" + "0a" * 16
FORM = {
    "CallSid": SID,
    "AccountSid": "AC" + "1" * 32,
    "From": "+48500600700",
    "To": "+48111222333",
    "CallStatus": "ringing",
    "ApiVersion": "2010-04-01",
    "Direction": "inbound",
    "FromCountry": "PL",
    "CallerName": "Jan Kowalski",
}
REPORT = {"CallSid": SID, "CallStatus": "completed", "CallDuration": "61", "Direction": "outbound-api"}
URL, RESUME = "wss://bot.example/twilio/media", "https://bot.example/twilio/voice?resume=1&x=2"


def test_inbound_call() -> None:
    call = parse_voice(FORM)
    expected = InboundCall(SID, "+48500600700", "+48111222333", account_sid="AC" + "1" * 32, caller_name="Jan Kowalski", from_country="PL")
    assert call == expected
    assert not call.outbound
    assert call.person == "+48500600700"


def test_a_call_of_ours() -> None:
    call = parse_voice(FORM | {"Direction": "outbound-api", "CallStatus": "in-progress", "AnsweredBy": "human"})
    assert call.outbound
    assert call.person == "+48111222333"
    assert (call.status, call.answered_by) == ("in-progress", "human")


@pytest.mark.parametrize("number", ["", "anonymous", "Restricted", "+266696687", "+86282452253"])
def test_a_withheld_number_is_nobody(number: str) -> None:
    assert parse_voice(FORM | {"From": number}).person == ""


@pytest.mark.parametrize("field", ["CallSid", "From", "To"])
def test_missing_field_is_named(field: str) -> None:
    with pytest.raises(TwilioFormatError, match=field) as raised:
        parse_voice({name: value for name, value in FORM.items() if name != field})
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [("CallSid", "CA1"), ("CallSid", SID + "/../x"), ("To", " "), ("To", "9" * 300), ("From", "9" * 300), ("CallStatus", "x" * 40)],
)
def test_wrong_field_is_named_and_not_repeated(field: str, value: str) -> None:
    with pytest.raises(TwilioFormatError, match=field) as raised:
        parse_voice(FORM | {field: value})
    assert not value.strip() or value not in str(raised.value)


def test_the_repr_names_nobody() -> None:
    assert "500600700" not in repr(parse_voice(FORM))
    assert "Kowalski" not in repr(parse_voice(FORM))


def test_report() -> None:
    report = parse_report(REPORT)
    assert report == CallReport(SID, "completed", 61)
    assert report.over
    assert report.reached
    assert not report.machine


@pytest.mark.parametrize(
    ("form", "report"),
    [
        ({"CallStatus": "busy", "SipResponseCode": "486"}, CallReport(SID, "busy", sip_code=486)),
        ({"CallStatus": "failed", "ErrorCode": "13224"}, CallReport(SID, "failed", error_code=13224)),
        ({"CallStatus": "answered"}, CallReport(SID, "in-progress")),
        ({"AnsweredBy": "machine_end_beep", "MachineDetectionDuration": "2400"}, CallReport(SID, answered_by="machine_end_beep")),
        ({"CallStatus": "completed", "CallDuration": "x"}, CallReport(SID, "completed")),
        ({"CallStatus": "new-word"}, CallReport(SID, "new-word")),
    ],
)
def test_reports(form: dict[str, str], report: CallReport) -> None:
    assert parse_report({"CallSid": SID, **form}) == report


def test_a_report_of_nothing_is_refused() -> None:
    with pytest.raises(TwilioFormatError, match="CallStatus"):
        parse_report({"CallSid": SID})
    with pytest.raises(TwilioFormatError, match="CallSid"):
        parse_report({"CallStatus": "completed"})


@pytest.mark.parametrize(
    ("answered_by", "machine"), [("human", False), ("unknown", False), ("", False), ("fax", True), ("machine_start", True)]
)
def test_who_answered(answered_by: str, machine: bool) -> None:
    assert CallReport(SID, "in-progress", answered_by=answered_by).machine is machine


def test_reports_arrive_out_of_order() -> None:
    ringing, answered, done = (CallReport(SID, status) for status in ("ringing", "in-progress", "completed"))
    assert done.follows("in-progress")
    assert done.follows("")
    assert not answered.follows("completed")
    assert not ringing.follows("ringing")
    assert not CallReport(SID, "failed").follows("completed")


def test_calls_and_messages_are_told_apart() -> None:
    assert is_call(REPORT)
    assert not is_call({"MessageSid": "SM1", "MessageStatus": "sent"})
    assert not is_call({})


@calm
@given(st.dictionaries(st.sampled_from([*FORM, *REPORT, "AnsweredBy", "ErrorCode"]), st.text(max_size=40)))
def test_any_form(form: dict[str, str]) -> None:
    with contextlib.suppress(TwilioFormatError):
        parse_voice(FORM | form)
    with contextlib.suppress(TwilioFormatError):
        parse_report(REPORT | form)


def test_connect() -> None:
    root = ElementTree.fromstring(connect_stream(URL, {"token": 'a"&<b>', "language": "pl"}, RESUME))
    assert [verb.tag for verb in root] == ["Connect", "Redirect"]
    stream = root.find("Connect/Stream")
    assert stream is not None
    assert stream.get("url") == URL
    assert {one.get("name"): one.get("value") for one in stream} == {"token": 'a"&<b>', "language": "pl"}
    redirect = root.find("Redirect")
    assert redirect is not None
    assert (redirect.text, redirect.get("method")) == (RESUME, "POST")


def test_a_greeting_comes_first() -> None:
    root = ElementTree.fromstring(connect_stream(URL, {}, RESUME, greeting="Dzień dobry\x00!", language="pl"))
    assert [verb.tag for verb in root] == ["Say", "Connect", "Redirect"]
    assert (root[0].text, root[0].get("language"), root[0].get("voice")) == ("Dzień dobry !", "pl-PL", "Polly.Ola-Neural")


@pytest.mark.parametrize("url", ["https://bot.example/m", "wss:///m", "wss://bot.example/m?token=1", "bot.example"])
def test_an_address_twilio_would_refuse(url: str) -> None:
    with pytest.raises(ValueError, match="wss"):
        connect_stream(url, {}, RESUME)


def test_a_parameter_twilio_would_refuse() -> None:
    with pytest.raises(ValueError, match="token") as raised:
        connect_stream(URL, {"token": "x" * 496}, RESUME)
    assert "xxx" not in str(raised.value)


@pytest.mark.parametrize(("language", "locale"), [("pl", "pl-PL"), ("en", "en-GB"), ("ro", "ro-RO"), ("de", "en-GB")])
def test_last_words(language: str, locale: str) -> None:
    texts = set()
    for twiml in (busy(language, "A & B", sms=True), busy(language, "A & B", sms=False), fault(language, "A & B"), goodbye(language)):
        root = ElementTree.fromstring(twiml)
        assert [verb.tag for verb in root] == ["Say", "Hangup"]
        assert root[0].get("language") == locale
        assert root[0].text
        assert "{" not in root[0].text
        assert "A & B" in root[0].text or twiml == goodbye(language)
        texts.add(root[0].text)
    assert len(texts) == 4


def test_a_text_is_announced_only_where_it_comes() -> None:
    assert "SMS" in busy("pl", "X", sms=True)
    assert "SMS" not in busy("pl", "X", sms=False)


def test_ends() -> None:
    assert [verb.tag for verb in ElementTree.fromstring(hang_up())] == ["Hangup"]
    assert ElementTree.fromstring(refuse("busy"))[0].attrib == {"reason": "busy"}
    assert ElementTree.fromstring(refuse())[0].attrib == {"reason": "rejected"}


@calm
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_makes_valid_xml(company: str, value: str) -> None:
    ElementTree.fromstring(busy("ro", company, sms=False))
    ElementTree.fromstring(connect_stream(URL, {"a": value}, RESUME, greeting=company))
