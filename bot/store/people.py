"""People: found by any of their contacts, and their one ledger of consents."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import phonenumbers
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.models import Consent, Contact, Person

ConsentState = Literal["granted", "revoked"]
COUNTRIES = {"pl": ("PL", "Europe/Warsaw", "PLN"), "en": ("GB", "Europe/London", "GBP"), "ro": ("RO", "Europe/Bucharest", "RON")}
"""Country, time zone and currency that go with a language when nothing better is known."""


def normal_phone(value: str, country: str = "PL") -> str | None:
    """The number in E.164, or None when it is no number."""
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if phonenumbers.is_possible_number(number) else None


async def find(session: AsyncSession, contacts: Mapping[str, str]) -> Person | None:
    """The person whom one of these contacts (kind → normalised value) belongs to."""
    for kind, value in contacts.items():
        found = await session.scalar(select(Person).join(Contact).where(Contact.kind == kind, Contact.value == value))
        if found is not None:
            return found
    return None


async def create(
    session: AsyncSession, now: datetime, language: str, name: str = "", contacts: Mapping[str, str] | None = None, person_id: str = ""
) -> Person:
    """A new person with these contacts; one that somebody has already stays theirs."""
    country, zone, currency = COUNTRIES.get(language, COUNTRIES["pl"])
    person = Person(
        id=person_id or f"V-{secrets.token_hex(6)}", name=name, language=language, time_zone=zone, country=country,
        currency=currency, created=now,
    )  # fmt: skip
    session.add(person)
    await session.flush()
    await _add_contacts(session, person.id, contacts or {})
    return person


async def meet(session: AsyncSession, now: datetime, language: str, name: str = "", contacts: Mapping[str, str] | None = None) -> Person:
    """The person whom one of the contacts belongs to, or a new one; contacts that were not known yet become theirs.

    Of two transactions that meet the same stranger at once, the later one waits and gets the earlier one's person.
    """
    person = await find(session, contacts) if contacts else None
    if person is None:
        person = await create(session, now, language, name, contacts)
        first = await find(session, contacts) if contacts else None
        if first is not None and first is not person:
            await session.delete(person)
            await session.flush()
            person = first
    await _add_contacts(session, person.id, contacts or {})
    person.name = person.name or name
    return person


async def _add_contacts(session: AsyncSession, person_id: str, contacts: Mapping[str, str]) -> None:
    for kind, value in contacts.items():
        row = insert(Contact).values(person_id=person_id, kind=kind, value=value).on_conflict_do_nothing()
        await session.execute(row)


async def contact(session: AsyncSession, person_id: str, kind: str) -> str | None:
    """One contact of a kind, or None."""
    value: str | None = await session.scalar(
        select(Contact.value).where(Contact.person_id == person_id, Contact.kind == kind).order_by(Contact.id)
    )
    return value


async def record_consent(session: AsyncSession, person_id: str, state: ConsentState, channel: str, reason: str, now: datetime) -> None:
    """Add an entry to the ledger."""
    session.add(Consent(person_id=person_id, state=state, channel=channel, reason=reason, at=now))
    await session.flush()


async def may_contact(session: AsyncSession, person_id: str) -> bool:
    """Whether we may write or call first: the newest entry of the ledger must be a grant."""
    newest = await session.scalar(select(Consent.state).where(Consent.person_id == person_id).order_by(Consent.id.desc()).limit(1))
    return newest == "granted"


async def opted_out(session: AsyncSession, person_id: str) -> bool:
    """Whether the person said STOP and has not taken it back."""
    newest = await session.scalar(select(Consent.state).where(Consent.person_id == person_id).order_by(Consent.id.desc()).limit(1))
    return newest == "revoked"
