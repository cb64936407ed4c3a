"""Is this webhook really Twilio's? The signature over the address that Twilio called and the form that it sent."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlparse

from twilio.request_validator import RequestValidator, add_port, remove_port  # type: ignore[import-untyped,unused-ignore]

HEADER = "X-Twilio-Signature"


def sign(auth_token: str, url: str, params: Mapping[str, Any]) -> str:
    """The signature Twilio puts into `HEADER` for a POST of this form to this address."""
    return str(RequestValidator(auth_token).compute_signature(url, params))


def valid_signature(auth_token: str, url: str, params: Mapping[str, Any], signature: str) -> bool:
    """Whether Twilio, who knows the token, sent this form to this address. Never raises; compares in constant time.

    ``url`` is the address as Twilio called it (see `webhook_url`), with its query; ``params`` the form, a plain
    mapping or one with ``getlist`` (Starlette's), empty for a GET. Without a token or a signature the answer is no:
    a service that lost its setting must not accept everybody.
    """
    if not auth_token.strip() or not signature:
        return False
    given = signature.encode("utf-8", "replace")
    try:
        expected = [sign(auth_token, address, params).encode() for address in _spellings(url)]
    except (ValueError, TypeError, AttributeError):  # a port that is no number, an upload in the form, lone surrogates
        return False
    # The library's own compare() returns early on a length that differs; this one does not tell, nor which matched.
    return sum(hmac.compare_digest(one, given) for one in expected) > 0


def webhook_url(
    path: str, query: str = "", headers: Mapping[str, str] | None = None, *, public_url: str = "", scheme: str = "http"
) -> str:  # fmt: skip
    """The address Twilio called, seen from behind a proxy: what `valid_signature` needs.

    ``path`` and ``query`` are the raw ones of the request (percent signs as sent). ``public_url`` (the setting
    PUBLIC_URL, perhaps with a path prefix) decides when it is set; otherwise the first ``Forwarded`` or
    ``X-Forwarded-Proto``/``-Host``/``-Port`` value, then ``Host`` and ``scheme``. A forged header can only make a
    genuine signature fail, since no one else can sign.
    """
    tail = "/" + path.lstrip("/") + (f"?{query}" if query else "")
    if public_url:
        return public_url.rstrip("/") + tail
    proto, host = _seen_by_caller({name.lower(): value for name, value in (headers or {}).items()})
    return f"{proto or scheme}://{host}{tail}"


def _spellings(url: str) -> list[str]:
    """Twilio signs sometimes with the standard port in the address and sometimes without."""
    parsed = urlparse(url)
    return list(dict.fromkeys((url, add_port(parsed), remove_port(parsed))))


def _seen_by_caller(headers: Mapping[str, str]) -> tuple[str, str]:
    proto, host = _forwarded(headers.get("forwarded", ""))
    proto = proto or _first(headers.get("x-forwarded-proto", ""))
    host = host or _first(headers.get("x-forwarded-host", "")) or headers.get("host", "")
    port = _first(headers.get("x-forwarded-port", ""))
    if port and ":" not in host and port not in {"80", "443"}:
        host = f"{host}:{port}"
    return proto.lower(), host


def _forwarded(value: str) -> tuple[str, str]:
    """Protocol and host of the first hop in an RFC 7239 header."""
    pairs = dict(part.strip().partition("=")[::2] for part in _first(value).split(";"))
    found = {name.lower(): text.strip('"') for name, text in pairs.items()}
    return found.get("proto", ""), found.get("host", "")


def _first(value: str) -> str:
    """Each proxy appends its own value; the first is what the outside world used."""
    return value.split(",")[0].strip()
