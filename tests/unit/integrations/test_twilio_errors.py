"""What Twilio's refusals mean for a queue, and what of them may be logged; the fingerprint and the callback's marker."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import requests

from integrations.twilio.errors import SmsRejected, SmsUnavailable, refusal, without_numbers
from integrations.twilio.sms import SmsSender, body_marker, marked_callback
from integrations.twilio.transport import TwilioTransport, _never_left


@pytest.mark.parametrize(
    ("status", "code", "reason", "permanent"),
    [
        (400, 21610, "unsubscribed", True), (400, 21211, "invalid_number", True), (400, 21614, "not_mobile", True), (400, 21612, "unroutable", True),
        (400, 21602, "empty", True), (400, 21617, "too_long", True), (400, 21606, "sender", False), (401, 20003, "credentials", False),
        (403, 99999, "credentials", False), (429, 20429, "rate", False), (429, 0, "rate", False), (400, 21611, "rate", False), (400, 12345, "other", True),
    ],
)  # fmt: skip
def test_refusals(status: int, code: int, reason: str, permanent: bool) -> None:
    error = refusal(status, code, "the number +48 500-600-700 is wrong")
    assert isinstance(error, SmsRejected)
    assert (error.code, error.reason, error.permanent, error.unknown_outcome) == (code, reason, permanent, False)
    assert "500" not in str(error).replace(str(code), "")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_gateway_error_leaves_the_outcome_open(status: int) -> None:
    error = refusal(status, 20500)
    assert isinstance(error, SmsUnavailable)
    assert error.unknown_outcome
    assert not error.permanent


def test_without_numbers() -> None:
    assert without_numbers("To +48500600700, (022) 123-45-67 and code 21211") == "To [number], ([number] and code 21211"


def test_marker_survives_what_twilio_does() -> None:
    marker = body_marker("It’s here – “now”…  bye")
    assert marker == body_marker('Sent from your Twilio trial account - It\'s here - "now"... bye ')
    assert marker != body_marker("It's here")
    assert body_marker("zażółć") != body_marker("zazolc")
    assert len(body_marker("\ud83d\x00")) == 32


def test_marked_callback() -> None:
    assert marked_callback("https://x.pl/twilio/status", "a/b c") == "https://x.pl/twilio/status?marker=a%2Fb+c"
    assert marked_callback("https://x.pl/s?a=1&marker=old", "new") == "https://x.pl/s?a=1&marker=new"


@pytest.mark.parametrize(("arguments", "options"), [(("", "t"), {"from_": "x"}), (("AC", ""), {"from_": "x"}), (("AC", "t"), {})])
def test_a_sender_needs_its_settings(arguments: tuple[str, str], options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Twilio needs"):
        SmsSender(*arguments, **options)


def test_another_address_takes_every_twilio_host() -> None:
    transport = TwilioTransport("http://127.0.0.1:1/")
    assert transport._rewritten("https://api.dublin.ie1.twilio.com/2010-04-01/x.json?To=1") == "http://127.0.0.1:1/2010-04-01/x.json?To=1"
    assert TwilioTransport()._rewritten("https://api.twilio.com/x") == "https://api.twilio.com/x"
    transport.close()


def test_only_a_failed_connection_is_certain() -> None:
    assert _never_left(requests.ConnectTimeout())
    assert not _never_left(requests.ReadTimeout())
    assert not _never_left(requests.ConnectionError("aborted"))


def test_numbers_stay_out_of_urllib3s_log(caplog: pytest.LogCaptureFixture) -> None:
    TwilioTransport().close()
    logger = logging.getLogger("urllib3.connectionpool")
    with caplog.at_level(logging.DEBUG, logger=logger.name):
        logger.debug('%s "GET %s"', "http://x", "/2010-04-01/Accounts/AC/Messages.json?To=%2B48500600700")
        logger.debug("something else")
    assert caplog.messages == ["something else"]
