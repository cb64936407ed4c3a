"""Whom the company's own sign-in lets in: those whom an admin has made or invited, and others only where a setting says so."""

from __future__ import annotations

import logging

from sqlalchemy import select

from bot.problems import Problem
from bot.store.models import User
from bot.users import accounts, audit, changes, invites
from bot.users.changes import Hand
from bot.users.oidc import Identity, OidcError

logger = logging.getLogger(__name__)


class KeptOutError(OidcError):
    """Somebody whom we know and who may not come in."""

    def __init__(self, user: User) -> None:
        super().__init__("oidc_kept_out", "this user is kept out")
        self.user = user


async def come_in(hand: Hand, identity: Identity, *, create: bool) -> tuple[User, str]:
    """The user and the token of a session begun, for whoever the company says this is. ``create``: who is not known becomes an agent.

    Somebody is known by issuer and subject; the first time by a verified e-mail that is their login, or the login of an open invite.
    Raises OidcError where nobody is let in; then nothing has changed. ``hand.who`` is of no matter here: it is the user's login.
    """
    user = await hand.session.scalar(select(User).where(User.oidc == identity.subject).with_for_update())
    if user is None:
        user = await _first_time(hand, identity, create=create)
    if not user.active:
        raise _kept_out(hand, user)
    own = Hand(hand.session, hand.now, user.login, hand.address)
    if identity.role and identity.role != user.role:
        await _given_role(own, user, identity.role)
    if user.must_change:  # a password that somebody else set and knows: it is of no use here, and must not stay one
        await accounts.set_password(own.session, user, accounts.new_password(), must_change=False)
    return user, await changes.begin(own, user, by="oidc")


async def _first_time(hand: Hand, identity: Identity, *, create: bool) -> User:
    if not identity.email:
        raise OidcError("oidc_unverified", "no verified e-mail, and nobody of this subject")
    user = await accounts.find(hand.session, identity.email)
    if user is None:
        return await _new(hand, identity, create=create)
    await hand.session.refresh(user, with_for_update=True)
    if not user.active:
        raise _kept_out(hand, user)
    if user.oidc is not None and user.oidc != identity.subject:  # the address belongs to another person there by now
        raise OidcError("oidc_another", "the login belongs to another subject")
    user.oidc = identity.subject
    Hand(hand.session, hand.now, user.login, hand.address).did("linked", user.id)
    return user


async def _new(hand: Hand, identity: Identity, *, create: bool) -> User:
    own = Hand(hand.session, hand.now, identity.email, hand.address)
    invite = await invites.waiting(hand.session, hand.now, identity.email, hold=True)
    try:
        if invite is not None:
            user = await changes.join(own, invite, accounts.new_password(), by="oidc")
        elif create:
            name = _name(hand, identity)
            by_service = Hand(hand.session, hand.now, audit.SERVICE, hand.address)
            user, _ = await changes.add(by_service, identity.email, given=accounts.new_password(), name=name)
        else:
            raise OidcError("oidc_nobody", "no user and no invite has this e-mail as login")
    except Problem as problem:  # no login that we could keep, or taken in this moment
        raise OidcError("oidc_nobody", problem.detail) from problem
    user.oidc = identity.subject
    own.did("linked", user.id)
    return user


def _kept_out(hand: Hand, user: User) -> KeptOutError:
    hand.session.expunge(user)  # the transaction ends with this, and would take what is known of them along
    return KeptOutError(user)


def _name(hand: Hand, identity: Identity) -> str:
    """The name, where it can be one here."""
    try:
        return accounts.described(hand.now, identity.email, name=identity.name).name
    except Problem:
        return ""


async def _given_role(own: Hand, user: User, wanted: str) -> None:
    by_service = Hand(own.session, own.now, audit.SERVICE, own.address)
    try:
        await changes.role(by_service, user.login, wanted)
    except Problem as problem:  # the last admin stays one, whatever the company says
        logger.warning("%s stays %s: %s", user.login, user.role, problem.detail)
