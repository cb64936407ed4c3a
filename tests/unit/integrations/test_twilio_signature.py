"""The webhook's signature, also behind proxies; nonsense is refused and never raises."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import FormData, Headers

from integrations.twilio.signature import sign, valid_signature, webhook_url

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine is shared

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = {"CallSid": "CA1234567890ABCDE", "Caller": "+12349013030", "Digits": "1234", "From": "+12349013030", "To": "+18005551212"}


def test_the_published_algorithm() -> None:
    """HMAC-SHA1 over the address and the sorted fields, base64: computed here without the library."""
    text = URL + "".join(name + FORM[name] for name in sorted(FORM))
    by_hand = base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), "sha1").digest()).decode()
    assert sign(TOKEN, URL, FORM) == by_hand
    assert valid_signature(TOKEN, URL, FORM, by_hand)


@pytest.mark.parametrize(
    ("token", "url", "form", "signature"),
    [
        ("other", URL, FORM, None), (TOKEN, URL + "&x=1", FORM, None), (TOKEN, URL.replace("https", "http"), FORM, None),
        (TOKEN, URL, FORM | {"Digits": "1"}, None), (TOKEN, URL, {}, None), (TOKEN, URL, FORM, ""), (TOKEN, URL, FORM, "x"), (TOKEN, URL, FORM, "zażółć"),
        (TOKEN, "https://host:port/", FORM, None), (TOKEN, "https://[bad/", FORM, None), (TOKEN, URL, {"a": 5}, None), (TOKEN, URL, {"a": "\ud83d"}, None),
    ],
)  # fmt: skip
def test_refused(token: str, url: str, form: dict[str, object], signature: str | None) -> None:
    assert not valid_signature(token, url, form, sign(TOKEN, URL, FORM) if signature is None else signature)


@pytest.mark.parametrize("token", ["", "  "])
def test_no_token_accepts_nobody(token: str) -> None:
    assert not valid_signature(token, URL, FORM, sign(token, URL, FORM))


def test_the_port_may_be_signed_or_not() -> None:
    with_port = URL.replace(".com", ".com:443")
    assert valid_signature(TOKEN, URL, FORM, sign(TOKEN, with_port, FORM))
    assert valid_signature(TOKEN, with_port, FORM, sign(TOKEN, URL, FORM))


def test_repeated_fields() -> None:
    form = FormData([("a", "2"), ("a", "1"), ("Body", "ąę 👍")])
    assert valid_signature(TOKEN, URL, form, sign(TOKEN, URL, form))


@pytest.mark.parametrize(
    ("headers", "public", "expected"),
    [
        ({"Host": "bot.example"}, "", "http://bot.example/twilio/sms?a=%20b"),
        ({"Host": "bot.example"}, "https://x.pl", "https://x.pl/twilio/sms?a=%20b"),
        ({"Host": "bot.example"}, "https://x.pl/prefix/", "https://x.pl/prefix/twilio/sms?a=%20b"),
        ({"Host": "inner:8000", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "x.pl"}, "", "https://x.pl/twilio/sms?a=%20b"),
        ({"Host": "inner:8000", "x-forwarded-proto": "https, http", "x-forwarded-host": "x.pl, y"}, "", "https://x.pl/twilio/sms?a=%20b"),
        ({"Host": "x.pl", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443"}, "", "https://x.pl/twilio/sms?a=%20b"),
        ({"Host": "x.pl", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "8443"}, "", "https://x.pl:8443/twilio/sms?a=%20b"),
        ({"Host": "i", "Forwarded": 'for=1.2.3.4;host="x.pl";proto=https, for=5.6.7.8'}, "", "https://x.pl/twilio/sms?a=%20b"),
        ({"Host": "i", "Forwarded": "rubbish"}, "", "http://i/twilio/sms?a=%20b"),
    ],
)  # fmt: skip
def test_webhook_url(headers: Mapping[str, str], public: str, expected: str) -> None:
    assert webhook_url("/twilio/sms", "a=%20b", headers, public_url=public) == expected
    assert webhook_url("/twilio/sms", "a=%20b", Headers(headers), public_url=public) == expected


def test_behind_a_proxy_end_to_end() -> None:
    signature = sign(TOKEN, "https://x.pl/twilio/sms", FORM)
    seen = webhook_url("/twilio/sms", "", {"Host": "127.0.0.1:8000", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "x.pl"})
    assert valid_signature(TOKEN, seen, FORM, signature)
    assert not valid_signature(TOKEN, webhook_url("/twilio/sms", "", {"Host": "127.0.0.1:8000"}), FORM, signature)


@calm
@given(st.text(), st.text(), st.dictionaries(st.text(), st.text()), st.text())
def test_never_raises(token: str, url: str, form: dict[str, str], signature: str) -> None:
    assert valid_signature(token, url, form, signature) is False


@calm
@given(st.dictionaries(st.text(), st.text(), max_size=4))
def test_any_headers_make_an_address(headers: dict[str, str]) -> None:
    assert webhook_url("/a", "", headers | {"forwarded": "".join(headers)}).endswith("/a")
