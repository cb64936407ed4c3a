"""The TwiML of a call that is put through to another phone, and what Twilio posts about it."""

from __future__ import annotations

import contextlib
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.twilio.dial import DialReport, offer, parse_dial, parse_key, put_through, summary, take_call
from integrations.twilio.errors import TwilioFormatError

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine is shared

SID, LEG = "CA" + "0a" * 16, "CA" + "0b" * 16
FORM = {
    "CallSid": SID, "CallStatus": "in-progress", "DialCallStatus": "completed", "DialCallSid": LEG, "DialCallDuration": "61",
    "DialBridged": "true",
}  # fmt: skip
SUMMARY, ENDED = "https://bot.example/twilio/transfer/summary?transfer=E-1&x=2", "https://bot.example/twilio/transfer/ended?transfer=E-1"


def test_the_receiver_is_rung_and_told_first() -> None:
    (dial,) = ElementTree.fromstring(put_through("+48500600700", caller_id="+48111222333", summary_url=SUMMARY, ended_url=ENDED))
    assert dial.tag == "Dial"
    assert (dial.get("action"), dial.get("callerId"), dial.get("timeout")) == (ENDED, "+48111222333", "25")
    assert dial.get("answerOnBridge") == "true"
    (number,) = dial
    assert (number.tag, number.text, number.get("url"), number.get("method")) == ("Number", "+48500600700", SUMMARY, "POST")


@pytest.mark.parametrize(("language", "locale"), [("pl", "pl-PL"), ("en", "en-GB"), ("ro", "ro-RO"), ("de", "en-GB")])
def test_a_call_is_offered_and_hung_up_on_whoever_presses_nothing(language: str, locale: str) -> None:
    gather, end = ElementTree.fromstring(offer("Ewa & Co <calls>", language, "https://bot.example/accept"))
    assert (gather.tag, end.tag) == ("Gather", "Hangup")
    assert (gather.get("numDigits"), gather.get("input"), gather.get("action")) == ("1", "dtmf", "https://bot.example/accept")
    told, press = gather
    assert (told.text, told.get("language"), press.get("language")) == ("Ewa & Co <calls>", locale, locale)
    assert press.text


def test_a_document_that_ends_connects_the_two() -> None:
    assert len(ElementTree.fromstring(take_call())) == 0


def test_what_is_known_is_said_and_nothing_else() -> None:
    told = summary(
        "en", company="Bryza", agent="Ola", name="Ewa Maj", matter="a return", facts=["order B-1", "2 pieces"], words="It broke."
    )
    assert told == (
        "Hello, this is the automated assistant of Bryza. Ola would like to put a caller through to you. The caller is Ewa Maj. "
        'It is about: a return. What we know: order B-1; 2 pieces. Their last words: "It broke".'
    )
    for language in ("pl", "en", "ro"):
        bare = summary(language, company="Bryza", agent="Ola")
        assert "{" not in bare
        assert bare.count(".") == 3, bare


def test_long_words_are_cut_between_two_of_them() -> None:
    told = summary("en", company="B", agent="O", words="word " * 100)
    assert "word …" in told
    assert len(told) < 400


def test_an_end_is_read() -> None:
    assert parse_dial(FORM) == DialReport(SID, "completed", False, LEG, 61, True)
    gone = parse_dial({"CallSid": SID, "CallStatus": "completed", "DialCallStatus": "No-Answer", "DialBridged": "false"})
    assert gone == DialReport(SID, "no-answer", True, "", None, False)
    assert parse_dial({name: FORM[name] for name in ("CallSid", "DialCallStatus")}).bridged is None


@pytest.mark.parametrize(
    ("field", "value"), [("CallSid", ""), ("CallSid", "CA1"), ("DialCallSid", "x"), ("DialCallStatus", ""), ("DialCallStatus", "x" * 40)]
)
def test_a_wrong_field_is_named(field: str, value: str) -> None:
    with pytest.raises(TwilioFormatError, match=field):
        parse_dial(FORM | {field: value})


def test_a_key_is_read() -> None:
    assert parse_key({"CallSid": LEG, "Digits": "1"}) == (LEG, "1")
    assert parse_key({"CallSid": LEG}) == (LEG, "")
    with pytest.raises(TwilioFormatError, match="CallSid"):
        parse_key({"Digits": "1"})


@calm
@given(st.dictionaries(st.sampled_from([*FORM, "Digits"]), st.text(max_size=40)), st.text(max_size=300))
def test_anything_that_is_posted_or_said(form: dict[str, str], text: str) -> None:
    with contextlib.suppress(TwilioFormatError):
        parse_dial(FORM | form)
    with contextlib.suppress(TwilioFormatError):
        parse_key(form)
    told = summary("ro", company=text, agent=text, name=text, matter=text, facts=[text], words=text)
    ElementTree.fromstring(offer(told, "ro", "https://bot.example/x"))
