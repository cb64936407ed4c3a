"""People: their thread over all channels, their consent, their erasure; and what brings them to us (applications, campaigns)."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import delete, func, select, update

from bot.api.access import Actor, Svc, need
from bot.api.body import Body
from bot.api.conversations import Begun, Language, PersonIn, Short, contacts_of
from bot.api.touchpoints import Word, find_person
from bot.calls import recording
from bot.outreach.campaigns import Target, numbered
from bot.outreach.consequences import stop_contact
from bot.problems import Problem, not_found
from bot.store import conversations as store
from bot.store import people
from bot.store.models import Attempt, Campaign, Contact, Conversation, Message, Person, PhoneCall, Record, Task, Touchpoint
from bot.store.records import StoredRecords
from bot.understanding import hear

_KEY = need("people")
By = Annotated[Actor, _KEY]
_people = APIRouter(tags=["people"], dependencies=[_KEY])
_outreach = APIRouter(dependencies=[need("outreach")])


class ConsentIn(Body):
    """A change of consent, for every channel."""

    state: Literal["granted", "revoked"]
    reason: Word


class ApplicationIn(Body):
    """Somebody applied for a job: the interview begins."""

    job_id: Word
    person: PersonIn
    language: Language | None = None
    channel: Literal["web", "sms", "phone"] = "web"


class TargetIn(Body):
    """One person to reach: one we know (id or contact), or a new one with a phone number."""

    person: Word
    context: dict[str, Any] = Field(default_factory=dict)


class CampaignIn(Body):
    """One flow to many people, by text message or by phone, with their consent and outside quiet hours."""

    name: Word
    flow: Short
    channel: Literal["sms", "phone"] = "sms"
    people: Annotated[list[TargetIn], Field(min_length=1, max_length=5000)]


@_people.get("/people/{person_id}/thread")
async def thread(person_id: str, service: Svc, limit: int = 200) -> dict[str, Any]:
    """Everything said with this person on every channel, oldest first."""
    async with service.database.sessions() as session:
        person = await find_person(session, person_id)
        query = select(Message).join(Conversation).where(Conversation.person_id == person.id).order_by(Message.at.desc(), Message.id.desc())
        rows = list((await session.scalars(query.limit(min(max(limit, 1), 1000)))).all())[::-1]
        return {"person": person.id, "messages": [{"conversation": row.conversation_id, **store.message_json(row)} for row in rows]}


@_people.post("/people/{person_id}/consent")
async def consent(person_id: str, body: ConsentIn, service: Svc) -> dict[str, Any]:
    """Add an entry to the person's consent ledger."""
    now = service.clock.now()
    async with service.database.transaction() as session:
        person = await find_person(session, person_id)
        if body.state == "revoked":
            await stop_contact(session, person.id, "api", body.reason, now)
        else:
            await people.record_consent(session, person.id, "granted", "api", body.reason, now)
        return {"person": person.id, "may_contact": await people.may_contact(session, person.id)}


@_people.post("/people/{person_id}/erase")
async def erase(person_id: str, service: Svc, by: By) -> dict[str, Any]:
    """Erase a person (GDPR Art. 17): conversations, messages, recordings, touchpoints, tasks, contacts, records.

    What stays is an empty person with the proof that contact was revoked, so that a campaign cannot begin anew.
    """
    now = service.clock.now()
    async with service.database.transaction() as session:
        person = await find_person(session, person_id)
        called = select(PhoneCall.call_id).join(Conversation).where(Conversation.person_id == person.id)
        call_ids = list((await session.scalars(called)).all())
        for conversation in (await session.scalars(select(Conversation).where(Conversation.person_id == person.id))).all():
            await session.delete(conversation)
        for contact in (await session.scalars(select(Contact).where(Contact.person_id == person.id))).all():
            await session.delete(contact)
        await session.execute(delete(Touchpoint).where(Touchpoint.person_id == person.id))
        await session.execute(delete(Task).where(Task.person_id == person.id))
        erased = await session.execute(delete(Record).where(Record.data.contains({"person": person.id})))
        await session.execute(update(Attempt).where(Attempt.person_id == person.id).values(context={}, status="dropped", reason="erased"))
        await stop_contact(session, person.id, "api", "erased", now)
        folder = service.settings.run_dir / "recordings"
        recordings = sum(recording.erase(folder, call_id) for call_id in call_ids)  # a file that cannot be deleted stops the erasure
        person.name, person.erased = "", now
        by.did(session, now, "erased", person.id)
        return {
            "person": person.id, "erased": now.isoformat(), "records": int(getattr(erased, "rowcount", 0)), "recordings": recordings,
        }  # fmt: skip


@_outreach.post("/applications", status_code=201, tags=["applications"], response_model=Begun, response_model_exclude_unset=True)
async def apply(body: ApplicationIn, service: Svc) -> dict[str, Any]:
    """A candidate applied: begins the interview, on the web, by text message or with a call."""
    now = service.clock.now()
    async with service.database.transaction() as session:
        records = StoredRecords(session)
        if await records.get("job", body.job_id) is None:
            raise Problem(422, "unknown_job", f"There is no job {body.job_id!r}.", field="job_id")
        language = body.language or service.settings.language
        contacts = contacts_of(body.person, people.COUNTRIES[language][0])
        known = await people.find(session, contacts)
        person = await people.meet(session, now, language, hear(body.person.name), contacts)
        if known is None:
            person.kind = "candidate"
        stopped = await people.opted_out(session, person.id)
        if not stopped:
            await people.record_consent(session, person.id, "granted", body.channel, "applied for a job", now)
        elif body.channel != "web":
            raise Problem(409, "opted_out", "This person said STOP: no text can be sent and no call made until they write START.")
        language, context = body.language or person.language, {"job_id": body.job_id}
        if body.channel == "web":
            conversation, token, answer = await service.conversations.begin(
                session, person, channel="web", flow="preselection", language=language, context=context
            )
        else:
            phone = await people.contact(session, person.id, "phone")
            if phone is None:
                raise Problem(422, "phone_missing", "An interview by phone or text message needs a phone number.", field="person.phone")
            key = f"apply-{secrets.token_hex(8)}"
            key = numbered(key, 1) if body.channel == "phone" else key
            conversation, token, answer = await service.campaigns.reach_out(
                session, person, phone, body.channel, "preselection", context, key, language=language
            )
    return {"id": conversation.id, "token": token, **answer}


@_outreach.post("/campaigns", status_code=201, tags=["campaigns"])
async def campaign(body: CampaignIn, service: Svc) -> dict[str, Any]:
    """Start a campaign: all of it is written, or nothing."""
    flow = service.conversations.flows.get(body.flow)
    if flow is None or not flow.opens:
        raise Problem(422, "unknown_flow", f"There is no conversation {body.flow!r}.", field="flow")
    async with service.database.transaction() as session:
        targets: dict[str, Target] = {}
        for index, target in enumerate(body.people):
            person = await _target(session, target.person, index)
            targets[person.id] = Target(person.id, target.context)
        started = await service.campaigns.start(session, body.name, body.flow, body.channel, list(targets.values()))
        return {"id": started.id, "name": started.name, "flow": started.flow, "channel": started.channel, "people": len(targets)}


@_outreach.get("/campaigns/{campaign_id}", tags=["campaigns"])
async def progress(campaign_id: str, service: Svc) -> dict[str, Any]:
    """How far a campaign is: attempts by status and reason."""
    async with service.database.sessions() as session:
        found = await session.get(Campaign, campaign_id)
        if found is None:
            raise not_found("campaign")
        query = select(Attempt.status, Attempt.reason, func.count()).where(Attempt.campaign_id == campaign_id)
        rows = (await session.execute(query.group_by(Attempt.status, Attempt.reason))).all()
        return {
            "id": found.id, "name": found.name, "flow": found.flow, "channel": found.channel,
            "attempts": [{"status": status, "reason": reason, "people": count} for status, reason, count in rows],
        }  # fmt: skip


async def _target(session: Any, given: str, index: int) -> Person:
    try:
        return await find_person(session, given)
    except Problem as error:
        raise Problem(422, "unknown_person", f"Nobody is known as {given!r}.", field=f"people.{index}.person") from error


router = APIRouter(prefix="/v1")
router.include_router(_people)
router.include_router(_outreach)
