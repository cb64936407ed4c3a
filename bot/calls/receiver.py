"""Whom a call may be put through to: telephone numbers that people answer, in the countries that are allowed."""

from __future__ import annotations

from collections.abc import Mapping

import phonenumbers
from phonenumbers import PhoneNumberType as Kind

from bot.problems import Problem
from bot.settings import Settings
from bot.store import people

ORDINARY = frozenset({Kind.FIXED_LINE, Kind.MOBILE, Kind.FIXED_LINE_OR_MOBILE, Kind.VOIP, Kind.TOLL_FREE, Kind.UAN})
"""Kinds of numbers that cost what calls cost. Premium, shared-cost and personal numbers (UK 070) bill whoever calls them."""


def number_of(given: str, settings: Settings) -> str:
    """The number in E.164, of the company's own country where it says none.

    Raises Problem (422): ``phone_wrong`` for what is no number that somebody answers (also an emergency or short number, and our own),
    ``phone_not_allowed`` for a country that is not in the settings, and for numbers that bill the caller.
    """
    home = people.COUNTRIES[settings.language][0]
    if phonenumbers.is_emergency_number(given, home):
        raise _wrong("Emergency services are not called from here: ask the person to call them.")
    phone = people.normal_phone(given, home)
    if phone is None:
        raise _wrong("This is no telephone number. Give it with its country, as +48 22 123 45 67.")
    number = phonenumbers.parse(phone)
    if not phonenumbers.is_valid_number(number):
        raise _wrong("Nobody can have this telephone number: a digit may be wrong.")
    if phone == settings.twilio_number:
        raise _wrong("This is our own number: the caller would come back to the bot.")
    country = phonenumbers.region_code_for_number(number) or ""
    if country not in settings.transfer_countries.split(","):
        raise _refused(
            "Calls are put through to numbers in {countries} only.", values={"countries": settings.transfer_countries.replace(",", ", ")}
        )
    if phonenumbers.number_type(number) not in ORDINARY:
        raise _refused("Calls are not put through to premium and shared-cost numbers.")
    return phone


def masked(phone: str) -> str:
    """A number (E.164) as it may stand in a history: enough to know it again, too little to call it."""
    return f"{phone[:3]}…{phone[-3:]}"


def _wrong(text: str) -> Problem:
    return Problem(422, "phone_wrong", text, field="to")


def _refused(text: str, values: Mapping[str, object] | None = None) -> Problem:
    return Problem(422, "phone_not_allowed", text, field="to", values=values)
