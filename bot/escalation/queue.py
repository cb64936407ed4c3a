"""The queue of conversations that wait for a person: put in, taken by one agent, given back or closed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation import presence
from bot.escalation.live import LIVE as LIVE
from bot.escalation.live import of_user
from bot.escalation.routing import Routing
from bot.escalation.scope import sees
from bot.events import notify
from bot.metrics import ANSWERED, ESCALATIONS, OFFERS
from bot.mood.watch import mood_json
from bot.problems import Problem, not_found
from bot.store import conversations as store
from bot.store.models import Conversation, Escalation, Message, Person, User
from bot.users import accounts
from dialogs.state import DialogState

OPEN = ("waiting", "taken")
MOOD_COUNTS_S = 300.0
"""Seconds of waiting that the highest frustration counts as much as."""
OFFER_S = 25.0
"""Seconds that a colleague has to take a conversation that is handed on to them, unless the settings say another time."""
_KEPT = 300
"""Entries of a history that are kept, the newest: one that is offered all night long must not grow for ever."""


async def wait_for_person(
    session: AsyncSession, conversation: Conversation, state: DialogState, reason: str, now: datetime, fresh: Sequence[Message] = (),
    *, routing: Routing | None = None,
) -> Escalation:  # fmt: skip
    """Put a conversation in the queue with its summary; from here on the bot is silent. ``routing`` says whom it is for: without it,
    everybody."""
    current = await open_one(session, conversation.id)
    if current is not None:  # it waits already, or an agent has it
        return current
    conversation.owner, conversation.status = "queue", "escalated"
    await session.flush()
    flows = {frame.flow for frame in state.stack}
    team, skill = (routing or Routing()).of(conversation.kind, flows, reason, conversation.channel)
    escalation = Escalation(
        id=f"E-{secrets.token_hex(5)}", conversation_id=conversation.id, reason=reason, status="waiting", created=now,
        summary=await summary(session, conversation, state, reason, fresh), team=team, skill=skill, passed=[], joined=[], history=[],
    )  # fmt: skip
    session.add(escalation)
    ESCALATIONS.labels(reason).inc()
    await notify(session, LIVE, escalation=escalation.id)
    return escalation


async def open_one(session: AsyncSession, conversation_id: str, *, hold: bool = False) -> Escalation | None:
    """The conversation's escalation that is not over, if there is one; with ``hold`` nobody else changes it in this transaction."""
    query = select(Escalation).where(Escalation.conversation_id == conversation_id, Escalation.status.in_(OPEN))
    if hold:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: Escalation | None = await session.scalar(query)
    return found


async def summary(
    session: AsyncSession, conversation: Conversation, state: DialogState, reason: str, fresh: Sequence[Message] = ()
) -> dict[str, Any]:
    """What an agent needs to go on in the next sentence: who, what for, what is known, what was tried.

    ``fresh`` are messages of the turn in progress, which are not written yet.
    """
    person = await session.get_one(Person, conversation.person_id)
    query = select(Message).where(Message.conversation_id == conversation.id).order_by(Message.seq.desc()).limit(12)
    recent = [*list((await session.scalars(query)).all())[::-1], *fresh][-12:]
    return {
        "reason": reason,
        "person": {"id": person.id, "name": person.name, "language": conversation.language},
        "channel": conversation.channel,
        "kind": conversation.kind,
        "flow": state.stack[-1].flow if state.stack else None,
        "asked": state.awaiting.slot if state.awaiting else None,
        "known": {name: value for name, value in state.slots.items() if value not in (None, [], {})},
        "turns": state.turns,
        "mood": mood_json(state),
        "last_messages": [{"author": m.author, "text": m.display or m.text} for m in recent],
    }


async def take(
    session: AsyncSession, escalation_id: str, agent: str, now: datetime, *, at_desk: bool = False
) -> tuple[Escalation, Conversation]:  # fmt: skip
    """Give a waiting conversation to one agent, whoever it is offered to; of two, the second is told who has it.

    ``at_desk``: they sit at the desk, and lose it to the queue again when their desk is gone. Raises Problem (403, 404, 409).
    """
    escalation, conversation = await locked(session, escalation_id)
    if escalation.status == "taken" and escalation.agent != agent:
        raise Problem(409, "escalation_taken", "{who} has this conversation.", values={"who": escalation.agent})
    _still_open(escalation)
    if at_desk:
        await _allowed(session, escalation, agent)
    if escalation.status == "taken":  # the same agent once more, in another tab
        escalation.at_desk = escalation.at_desk or at_desk
        return escalation, conversation
    if escalation.offered_to == agent:
        OFFERS.labels("taken").inc()
    await _given(session, escalation, conversation, agent, now, at_desk=at_desk)
    noted(escalation, now, "taken", agent)
    return escalation, conversation


async def owned(session: AsyncSession, escalation_id: str, agent: str) -> tuple[Escalation, Conversation]:
    """The escalation and its conversation, which this agent must own."""
    escalation, conversation = await locked(session, escalation_id)
    if escalation.status != "taken" or escalation.agent != agent:
        raise Problem(409, "not_the_owner", "Take the conversation before you act in it.")
    return escalation, conversation


def may_write(escalation: Escalation, login: str) -> bool:
    """Whether they may say something to the person: it is with them, or they have joined."""
    return escalation.status == "taken" and (escalation.agent == login or login in escalation.joined)


async def put_back(session: AsyncSession, escalation_id: str, reason: str, now: datetime) -> tuple[Escalation, Conversation]:
    """From its agent back into the queue, with the place it had. Raises Problem (409) where it is with nobody.

    The person is not told here; `bot.escalation.lost.return_to_queue` does both.
    """
    escalation, conversation = await locked(session, escalation_id)
    if escalation.status != "taken":
        raise Problem(409, "not_taken", "Nobody has this conversation.")
    agent = escalation.agent or ""
    await _free(session, escalation, conversation)
    escalation.passed = [] if reason == "connection_lost" else [agent]  # who is back knows it best; who gave it up has said no
    noted(escalation, now, "returned_to_queue", agent, reason)
    await notify(session, of_user(agent), escalation=escalation.id, returned=reason)
    return escalation, conversation


async def transfer(
    session: AsyncSession, escalation_id: str, agent: str, to_login: str, note: str, now: datetime, *, within_s: float = OFFER_S
) -> Escalation:
    """Hand a conversation of one's own on: for ``within_s`` it is offered to that colleague only, then to everybody.

    Raises Problem: 404 for an unknown colleague, 409 for one who is away or may not see it.
    """
    escalation, conversation = await owned(session, escalation_id, agent)
    to = await _colleague(session, escalation, to_login, now)
    if to.login == agent:
        raise Problem(409, "colleague_same", "You have this conversation already.", field="to")
    await _free(session, escalation, conversation)
    escalation.passed = [agent]
    escalation.offered_to, escalation.offered_until = to.login, now + timedelta(seconds=within_s)
    noted(escalation, now, "transferred", agent, note, to=to.login)
    await notify(session, of_user(to.login), escalation=escalation.id, offered_by=agent)
    return escalation


async def reassign(session: AsyncSession, escalation_id: str, to_login: str, by: User, now: datetime) -> Escalation:
    """A supervisor gives a conversation to somebody, who has it from now on; whoever had it is told.

    Raises Problem: 403 for who is no supervisor, 404 and 409 as `transfer`.
    """
    _supervises(by)
    escalation, conversation = await locked(session, escalation_id)
    _still_open(escalation)
    to, former = await _colleague(session, escalation, to_login, now), escalation.agent
    if to.login == former:
        return escalation
    await _given(session, escalation, conversation, to.login, now, at_desk=True)
    noted(escalation, now, "reassigned", by.login, f"from {former}" if former else "", to=to.login)
    for login in {to.login, former or to.login}:
        await notify(session, of_user(login), escalation=escalation.id, reassigned_to=to.login, by=by.login)
    return escalation


async def join(session: AsyncSession, escalation_id: str, user: User, now: datetime) -> Escalation:
    """A supervisor writes in a colleague's conversation from now on, too. Raises Problem (403, 404, 409)."""
    _supervises(user)
    escalation, conversation = await locked(session, escalation_id)
    if escalation.status != "taken":
        raise Problem(409, "not_taken", "Nobody has this conversation: take it instead.")
    if escalation.agent != user.login and user.login not in escalation.joined:
        escalation.joined = [*escalation.joined, user.login]
        noted(escalation, now, "joined", user.login)
        await _changed(session, escalation, conversation)
    return escalation


async def leave_joined(session: AsyncSession, escalation_id: str, user: User, now: datetime) -> Escalation:
    """They write in it no more; nothing happens where they did not."""
    escalation, conversation = await locked(session, escalation_id)
    if user.login in escalation.joined:
        escalation.joined = [login for login in escalation.joined if login != user.login]
        noted(escalation, now, "left", user.login)
        await _changed(session, escalation, conversation)
    return escalation


async def returned(session: AsyncSession, escalation: Escalation, note: str, now: datetime) -> None:
    """The wait for a person is over and the bot goes on; ``note``: what was agreed."""
    await _over(session, escalation, "returned", note, now)


async def left(
    session: AsyncSession, escalation: Escalation, conversation: Conversation, why: str, now: datetime, *, outcome: str = ""
) -> None:
    """Somebody waits for a person no more, and the bot has the conversation again. ``why``: for the history."""
    escalation.status, escalation.outcome, escalation.closed = "closed", outcome, now
    escalation.offered_to = escalation.offered_until = escalation.lost = None
    conversation.owner = "bot"
    noted(escalation, now, "closed", "bot", why)
    await notify(session, LIVE, escalation=escalation.id)


async def close_conversation(session: AsyncSession, conversation: Conversation, note: str, now: datetime) -> None:
    """End a conversation, and with it the wait for a person, if there was one. An agent whose conversation at the desk it was has a
    moment to wrap up (how long, the watch knows)."""
    escalation = await open_one(session, conversation.id, hold=True)
    if escalation is not None:
        agent = escalation.agent if escalation.status == "taken" and escalation.at_desk else None
        await _over(session, escalation, "closed", note, now)
        if agent:
            await presence.wrap_up(session, agent, now)
    conversation.owner, conversation.status = "bot", "closed"
    conversation.state = {**conversation.state, "stack": [], "awaiting": None, "closed": True}


async def listing(session: AsyncSession, status: str | None) -> list[Escalation]:
    """The escalations of a status (all open ones without), the longest waiting first."""
    query = select(Escalation).where(Escalation.status.in_([status] if status else OPEN))
    return list((await session.scalars(query.order_by(Escalation.created, Escalation.id).limit(200))).all())


def urgency(waited_s: float, frustration: float | None) -> float:
    """What the queue is ordered by, in s: how long somebody has waited, and more the more frustrated they are."""
    return waited_s + MOOD_COUNTS_S * (frustration or 0.0)


def noted(escalation: Escalation, now: datetime, what: str, who: str, reason: str = "", **more: str) -> None:
    """Write into its history what became of it."""
    entry = {"at": now.isoformat(), "what": what, "who": who, "reason": reason, **more}
    escalation.history = [*escalation.history, entry][-_KEPT:]


def just(escalation: Escalation, now: datetime, what: str) -> bool:
    """Whether this is what happened to it last, at this moment."""
    last = escalation.history[-1] if escalation.history else {}
    return bool(last.get("what") == what and last.get("at") == now.isoformat())


async def held(session: AsyncSession, escalation_id: str) -> Escalation | None:
    """The escalation alone, for this transaction; None while somebody else changes it, and for one that is gone."""
    query = select(Escalation).where(Escalation.id == escalation_id).with_for_update(skip_locked=True)
    found: Escalation | None = await session.scalar(query.execution_options(populate_existing=True))
    return found


async def _given(
    session: AsyncSession, escalation: Escalation, conversation: Conversation, agent: str, now: datetime, *, at_desk: bool
) -> None:  # fmt: skip
    """It is this agent's from now on."""
    if escalation.taken is None:
        ANSWERED.labels(conversation.channel, "no" if escalation.late else "yes").inc()
    escalation.status, escalation.agent, escalation.at_desk = "taken", agent, at_desk
    escalation.taken = escalation.taken or now
    escalation.offered_to = escalation.offered_until = escalation.lost = None
    escalation.passed = []
    conversation.owner, conversation.status = agent, "escalated"
    await _changed(session, escalation, conversation)


async def _free(session: AsyncSession, escalation: Escalation, conversation: Conversation) -> None:
    """It is nobody's, and waits again."""
    escalation.status, escalation.agent, escalation.at_desk = "waiting", None, False
    escalation.offered_to = escalation.offered_until = escalation.lost = None
    escalation.joined = []
    conversation.owner = "queue"
    await _changed(session, escalation, conversation)


async def _over(session: AsyncSession, escalation: Escalation, status: str, note: str, now: datetime) -> None:
    escalation.status, escalation.note, escalation.closed = status, note, now
    escalation.offered_to = escalation.offered_until = escalation.lost = None
    noted(escalation, now, status, escalation.agent or "")
    await notify(session, LIVE, escalation=escalation.id)


async def _changed(session: AsyncSession, escalation: Escalation, conversation: Conversation) -> None:
    await store.changed(session, conversation)
    await notify(session, LIVE, escalation=escalation.id)


async def _allowed(session: AsyncSession, escalation: Escalation, login: str) -> User:
    """Who this is, if such a conversation is theirs to see."""
    user = await accounts.known(session, login)
    if not user.active:
        raise not_found("user")
    if not sees(user, escalation.team):
        raise Problem(403, "another_team", "This conversation is for the team {team}.", values={"team": escalation.team})
    return user


async def _colleague(session: AsyncSession, escalation: Escalation, login: str, now: datetime) -> User:
    """Somebody who can be given it now."""
    try:
        user = await _allowed(session, escalation, login)
    except Problem as problem:
        status = 409 if problem.status == 403 else problem.status
        raise Problem(status, problem.code, problem.text, field="to", values=problem.values) from problem
    if user.presence == "away" or not await presence.is_there(session, user.login, now):
        raise Problem(409, "colleague_away", "{who} is not at the desk.", field="to", values={"who": user.login})
    return user


def _supervises(user: User) -> None:
    if not accounts.may(user, "supervisor"):
        raise Problem(403, "role_missing", "Only supervisors may do this.")


def _still_open(escalation: Escalation) -> None:
    if escalation.status not in OPEN:
        raise Problem(409, "escalation_over", "This conversation no longer waits for a person.")


async def locked(session: AsyncSession, escalation_id: str) -> tuple[Escalation, Conversation]:
    """The escalation and its conversation, for this transaction: the conversation first, as every turn does."""
    conversation_id = await session.scalar(select(Escalation.conversation_id).where(Escalation.id == escalation_id))
    if conversation_id is None:
        raise not_found("escalation")
    conversation = (await store.lock(session, conversation_id)).conversation
    escalation = await session.get_one(Escalation, escalation_id, with_for_update=True, populate_existing=True)
    return escalation, conversation
