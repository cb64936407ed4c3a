"""Which telephone numbers a call may be put through to."""

from __future__ import annotations

from typing import Any

import pytest

from bot.calls.receiver import masked, number_of
from bot.problems import Problem
from bot.settings import Settings


def settings(**more: Any) -> Settings:
    return Settings(_env_file=None, twilio_number="+48111222333", **more)


@pytest.mark.parametrize(
    ("given", "language", "number"),
    [
        ("+48 501 100 200", "en", "+48501100200"), ("501-100-200", "pl", "+48501100200"), ("(22) 123 45 67", "pl", "+48221234567"),
        ("0721 234 567", "ro", "+40721234567"), ("+40 21 123 4567", "pl", "+40211234567"), ("020 7946 0958", "en", "+442079460958"),
        ("+48 800 123 456", "pl", "+48800123456"),
    ],
)  # fmt: skip
def test_an_ordinary_number_is_taken_in_the_companys_own_country_too(given: str, language: str, number: str) -> None:
    assert number_of(given, settings(language=language)) == number


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("112", "phone_wrong"), ("999", "phone_wrong"), ("12", "phone_wrong"), ("19115", "phone_wrong"), ("+48 19 123", "phone_wrong"),
        ("+44 7700 900123", "phone_wrong"), ("+48 11 122 23 33", "phone_wrong"), ("9" * 90, "phone_wrong"), ("", "phone_wrong"),
        ("+48 700 123 456", "phone_not_allowed"), ("+48 801 123 456", "phone_not_allowed"), ("+40 900 123 456", "phone_not_allowed"),
        ("+44 909 879 0000", "phone_not_allowed"), ("+44 7009 876543", "phone_not_allowed"), ("+1 212 555 0100", "phone_not_allowed"),
    ],
)  # fmt: skip
def test_any_other_is_refused(given: str, code: str) -> None:
    with pytest.raises(Problem) as raised:
        number_of(given, settings())
    assert (raised.value.status, raised.value.code, raised.value.field) == (422, code, "to")


def test_our_own_number_is_refused() -> None:
    with pytest.raises(Problem) as raised:
        number_of("+48221234567", Settings(_env_file=None, twilio_number="+48221234567"))
    assert (raised.value.code, "own number" in raised.value.detail) == ("phone_wrong", True)


def test_the_settings_say_which_countries() -> None:
    assert number_of("+12125550100", settings(transfer_countries="US,PL")) == "+12125550100"
    with pytest.raises(Problem) as raised:
        number_of("+40 21 123 4567", settings(transfer_countries="US,PL"))
    assert "US, PL" in raised.value.detail


def test_a_history_tells_a_number_apart_and_not_whole() -> None:
    assert masked("+48501100200") == "+48…200"
