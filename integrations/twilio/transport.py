"""The HTTP client under Twilio's own: another address where one is set, no numbers in the log, errors told apart."""

from __future__ import annotations

import ipaddress
import logging
from typing import Any
from urllib.parse import urlsplit

import requests
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped,unused-ignore]
from urllib3.exceptions import MaxRetryError, NewConnectionError

from integrations.twilio.errors import SmsUnavailable


class _NoNumbers(logging.Filter):
    """urllib3 logs each address at DEBUG, and a search for messages carries the person's number in its query."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "/2010-04-01/" not in record.getMessage()


class TwilioTransport(TwilioHttpClient):  # type: ignore[misc,unused-ignore]
    """One session for all requests. ``base_url`` (``http://127.0.0.1:8090``) takes the place of Twilio's address, and
    ``timeout`` is in seconds, for connecting and for each read. Raises `SmsUnavailable` when no answer came.
    """

    def __init__(self, base_url: str = "", timeout: float = 5.0) -> None:
        super().__init__(timeout=timeout)
        self._base = base_url.rstrip("/")
        if _is_loopback(self._base):
            self.session.trust_env = False  # a proxy of the machine's cannot reach our own stand-in
        _hush_urllib3()

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """Send one request of Twilio's client and give its response."""
        try:
            return super().request(method, self._rewritten(url), *args, **kwargs)
        except requests.RequestException as error:
            # Its text holds the address with the number in it: keep the kind of error and nothing else.
            raise SmsUnavailable(type(error).__name__, unknown_outcome=not _never_left(error)) from None

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Log nothing: Twilio's own would write the address and its query, the person's number among it."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Log nothing: what came of a message is logged by its sender, in words of ours."""

    def close(self) -> None:
        """Close the kept connections."""
        self.session.close()

    def _rewritten(self, url: str) -> str:
        """Any Twilio host, so that no edge or region in the environment leads past the stand-in."""
        if not self._base:
            return url
        parts = urlsplit(url)
        return self._base + parts.path + (f"?{parts.query}" if parts.query else "")


def _never_left(error: requests.RequestException) -> bool:
    """Whether no byte of the request can have reached Twilio: the connection itself failed."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _hush_urllib3() -> None:
    logger = logging.getLogger("urllib3.connectionpool")
    if not any(isinstance(known, _NoNumbers) for known in logger.filters):
        logger.addFilter(_NoNumbers())
