"""What can go wrong with Twilio, by what the caller should do about it. No message here carries a phone number."""

from __future__ import annotations

import re
from typing import Literal

Reason = Literal[
    "unsubscribed", "invalid_number", "not_mobile", "unroutable", "empty", "too_long", "sender", "credentials",
    "rate", "other",
]  # fmt: skip

_PERMANENT: dict[Reason, frozenset[int]] = {
    "unsubscribed": frozenset({21610}),
    "invalid_number": frozenset({21211, 21217, 21265, 21604}),
    "not_mobile": frozenset({21614, 21635}),
    "unroutable": frozenset({21408, 21608, 21612}),
    "empty": frozenset({21602, 21619}),
    "too_long": frozenset({21605, 21617}),
}
# Nothing is wrong with the message: it can go out once the limit has passed or the setting is put right.
_TRANSIENT: dict[Reason, frozenset[int]] = {
    "sender": frozenset({21212, 21266, 21603, 21606, 21659, 21660, 21661}),
    "credentials": frozenset({20003, 20005, 20403, 20404}),
    "rate": frozenset({14107, 20429, 21611, 63038}),
}
_NUMBER = re.compile(r"\+?\d[\d\s().-]{5,}\d")


class TwilioFormatError(ValueError):
    """A webhook form that lacks a field or holds nonsense in it; ``field`` names it, the value is not repeated."""

    def __init__(self, field: str, problem: str = "is missing") -> None:
        super().__init__(f"Twilio form: {field} {problem}")
        self.field = field


class SmsError(Exception):
    """A message that was not (or perhaps not) sent.

    ``permanent``: trying the same message again is useless. ``unknown_outcome``: Twilio may have sent it after all;
    ask `SmsSender.find_sent` before trying again.
    """

    permanent = False
    unknown_outcome = False


class SmsRejected(SmsError):  # noqa: N818 (the house's word for it)
    """Twilio said no: ``code`` is its error code, ``reason`` ours (stable), ``permanent`` whether to give up."""

    def __init__(self, code: int, reason: Reason, permanent: bool, detail: str = "") -> None:
        super().__init__(f"Twilio refused the message: {reason} ({code}) {without_numbers(detail)}".rstrip())
        self.code = code
        self.reason: Reason = reason
        self.permanent = permanent


class SmsUnavailable(SmsError):  # noqa: N818
    """Twilio could not be asked, was too slow, failed (5xx) or answered gibberish; worth another try later."""

    def __init__(self, problem: str, unknown_outcome: bool) -> None:
        super().__init__(f"Twilio is unavailable: {problem}")
        self.unknown_outcome = unknown_outcome


def refusal(status: int, code: int, detail: str = "") -> SmsError:
    """The error for an HTTP status and Twilio's code: 5xx are `SmsUnavailable`, the rest `SmsRejected`."""
    if status >= 500:  # the gateway may fail after the message was queued
        return SmsUnavailable(f"HTTP {status}, code {code}", unknown_outcome=True)
    for table, permanent in ((_PERMANENT, True), (_TRANSIENT, False)):
        for reason, codes in table.items():
            if code in codes:
                return SmsRejected(code, reason, permanent, detail)
    if status == 429:
        return SmsRejected(code, "rate", False, detail)
    if status in {401, 403, 404}:
        return SmsRejected(code, "credentials", False, detail)
    return SmsRejected(code, "other", True, detail)


def without_numbers(text: str) -> str:
    """The text with everything that could be a phone number taken out, fit for a log."""
    return _NUMBER.sub("[number]", text)
