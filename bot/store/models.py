"""The tables. One row holds a conversation's whole state; a turn commits with its messages and its touchpoint."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

JSON = dict[str, Any]
_NO_TEXT, _NO_LIST, _NO, _NONE = sql("''"), sql("'[]'::jsonb"), sql("false"), sql("0")


class Base(DeclarativeBase):
    """Type map: text is TEXT, moments carry a zone, objects and lists are JSONB."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        int: BigInteger,
    }


class Person(Base):
    """A customer or a candidate."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="customer")
    language: Mapped[str]
    time_zone: Mapped[str]
    country: Mapped[str]
    currency: Mapped[str]
    created: Mapped[datetime]
    erased: Mapped[datetime | None]


class Contact(Base):
    """A way to reach a person; ``value`` is normalised (E.164, lower-case e-mail) and belongs to one person."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    value: Mapped[str]


class Consent(Base):
    """One entry of the ledger: nothing is ever changed, the newest entry of a person counts. It outlives the person's data
    as the proof of a STOP, keyed by a hash of the contact."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    reason: Mapped[str]
    channel: Mapped[str]
    at: Mapped[datetime]


class Conversation(Base):
    """A conversation: who, where, whose turn it is, and the dialog's state."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str]
    direction: Mapped[str] = mapped_column(default="in")
    kind: Mapped[str]
    language: Mapped[str]
    owner: Mapped[str] = mapped_column(default="bot")
    status: Mapped[str] = mapped_column(default="open")
    state: Mapped[JSON]
    context: Mapped[JSON]
    seq: Mapped[int] = mapped_column(default=0)
    touchpoint_id: Mapped[int | None]
    created: Mapped[datetime]
    updated: Mapped[datetime] = mapped_column(index=True)


class Turn(Base):
    """One exchange: what came in, what NLU made of it, and the answer, kept so that a repeat gets the same one."""

    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("conversation_id", "message_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[str | None]
    nlu: Mapped[JSON | None]
    answer: Mapped[JSON]
    ms: Mapped[float]
    at: Mapped[datetime]


class Message(Base):
    """One message in either direction; ``seq`` counts within its conversation.

    ``voice`` is how it was heard or spoken on a call: confidence, timings in ms, pauses; of the bot's, what was planned when the
    caller did not hear all of it. ``mood`` is what was made of a customer's message (`bot.mood.watch`). ``attachments`` is a list of
    ``{id, name, media_type, size}``.
    """

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("conversation_id", "seq"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    direction: Mapped[str]
    author: Mapped[str]
    text: Mapped[str]
    display: Mapped[str | None]
    buttons: Mapped[list[Any]]
    response: Mapped[str]
    message_id: Mapped[str | None]
    channel: Mapped[str]
    voice: Mapped[JSON | None]
    mood: Mapped[JSON | None]
    attachments: Mapped[list[Any]] = mapped_column(default=list, server_default=_NO_LIST)
    at: Mapped[datetime]


class PhoneCall(Base):
    """One call: the line it came on, the conversation it belongs to, and how it went. ``call_id`` is the carrier's."""

    __tablename__ = "calls"
    __table_args__ = (Index("calls_open", "status", postgresql_where=sql("status <> 'ended'")),)

    call_id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    line: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    measures: Mapped[JSON]
    recording: Mapped[str | None]
    began: Mapped[datetime]
    ended: Mapped[datetime | None]


class Touchpoint(Base):
    """One contact on a person's journey."""

    __tablename__ = "touchpoints"
    __table_args__ = (Index("touchpoints_at", "at", "id"), UniqueConstraint("source", "external_id"))

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    channel: Mapped[str]
    direction: Mapped[str]
    stage: Mapped[str]
    goal: Mapped[str]
    outcome: Mapped[str]
    emotion: Mapped[JSON | None]
    problems: Mapped[list[Any]]
    opportunities: Mapped[list[Any]]
    measures: Mapped[JSON]
    source: Mapped[str] = mapped_column(default="voxtrail")
    external_id: Mapped[str | None]


class Escalation(Base):
    """A conversation that waits for, or is with, a person.

    ``status``: waiting, taken, returned (to the bot) or closed. ``team`` and ``skill``: who it is for ("" is anybody). ``offered_to`` is
    the login that it is offered to until ``offered_until``; ``passed`` are those who let their offer pass. ``at_desk``: its agent sits at
    the desk, and ``lost`` is since when their last page is gone. ``late``: when the alarm of the service level rang. ``joined``:
    supervisors who write in it, too. ``history``: what became of it, a list of ``{at, what, who, reason}``.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        Index("ix_escalations_created", "created"),
        Index("ix_escalations_closed", "closed"),
        Index("ix_escalations_agent", "agent", "taken"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str]
    summary: Mapped[JSON]
    status: Mapped[str] = mapped_column(index=True)
    agent: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime]
    taken: Mapped[datetime | None]
    closed: Mapped[datetime | None]
    team: Mapped[str] = mapped_column(default="", server_default=_NO_TEXT)
    skill: Mapped[str] = mapped_column(default="", server_default=_NO_TEXT)
    offered_to: Mapped[str | None]
    offered_until: Mapped[datetime | None]
    passed: Mapped[list[Any]] = mapped_column(default=list, server_default=_NO_LIST)
    at_desk: Mapped[bool] = mapped_column(default=False, server_default=_NO)
    lost: Mapped[datetime | None]
    late: Mapped[datetime | None]
    tags: Mapped[list[Any]] = mapped_column(default=list, server_default=_NO_LIST)
    outcome: Mapped[str] = mapped_column(default="", server_default=_NO_TEXT)
    joined: Mapped[list[Any]] = mapped_column(default=list, server_default=_NO_LIST)
    history: Mapped[list[Any]] = mapped_column(default=list, server_default=_NO_LIST)


class Task(Base):
    """Something that a person was promised or has asked for, to be done by somebody here at a time: it rings until it is done.

    ``kind``: callback, text (they want to be written to), message (they left one) or promise (an agent's word). ``agent``: whose it is, or
    nobody's yet. ``rang``: when it last rang, ``rings`` how often.
    """

    __tablename__ = "tasks"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(default="open")
    text: Mapped[str]
    due: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    agent: Mapped[str | None]
    team: Mapped[str] = mapped_column(default="", server_default=_NO_TEXT)
    language: Mapped[str]
    created: Mapped[datetime]
    created_by: Mapped[str]
    rang: Mapped[datetime | None]
    rings: Mapped[int] = mapped_column(default=0, server_default=_NONE)
    done: Mapped[datetime | None]
    done_by: Mapped[str | None]
    result: Mapped[str] = mapped_column(default="", server_default=_NO_TEXT)


class Note(Base):
    """What agents write for each other in a conversation; the person never sees it. ``author`` is a login."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    author: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]


class Mention(Base):
    """Somebody is named in a note (@login), and may not have seen it yet."""

    __tablename__ = "mentions"

    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True)
    login: Mapped[str] = mapped_column(primary_key=True, index=True)
    seen: Mapped[datetime | None]


class Attachment(Base):
    """A file that was sent in a chat. ``author``: person, or the agent's login."""

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    data: Mapped[bytes]
    author: Mapped[str]
    created: Mapped[datetime]


class CannedReply(Base):
    """A ready answer with variables; ``team`` "" is for everybody."""

    __tablename__ = "canned_replies"
    __table_args__ = (UniqueConstraint("shortcut", "language", "team"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    shortcut: Mapped[str]
    language: Mapped[str]
    team: Mapped[str] = mapped_column(default="", server_default=_NO_TEXT)
    text: Mapped[str]
    changed: Mapped[datetime]
    changed_by: Mapped[str]


class DeskPage(Base):
    """A desk that is open in a browser: renewed while it is, so that an agent whose browser, network or server is gone is noticed."""

    __tablename__ = "desk_pages"

    id: Mapped[str] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(index=True)
    opened: Mapped[datetime]
    seen: Mapped[datetime]


class Record(Base):
    """One of the company's own records (order, appointment, job …) as a document."""

    __tablename__ = "records"
    __table_args__ = (Index("records_data", "data", postgresql_using="gin", postgresql_ops={"data": "jsonb_path_ops"}),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[JSON]


class Campaign(Base):
    """An outreach: one flow to many people by one channel."""

    __tablename__ = "campaigns"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    flow: Mapped[str]
    channel: Mapped[str]
    status: Mapped[str]
    created: Mapped[datetime]


class Attempt(Base):
    """One try to reach one person in a campaign; sent at most once."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("campaign_id", "person_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    conversation_id: Mapped[str | None]
    status: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    context: Mapped[JSON]
    at: Mapped[datetime]


class Delivery(Base):
    """A message that must leave the house exactly once: intent before, provider's id after."""

    __tablename__ = "deliveries"

    key: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str]
    recipient: Mapped[str]
    text: Mapped[str]
    solicited: Mapped[bool]
    status: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    provider_id: Mapped[str | None] = mapped_column(index=True)
    tried: Mapped[datetime | None]
    created: Mapped[datetime]


class User(Base):
    """Somebody who works here and signs in. ``login`` is lower case; ``presence`` is what an agent says of themselves.

    ``teams``, ``languages``, ``skills`` are lists of names: whose conversations they see, and what they can be given. ``failed`` counts
    wrong passwords since the last right one; ``must_change``: the password was set by somebody else. ``interface``: the language of their
    pages ("": the browser's). ``oidc``: who they are at the company's own sign-in (issuer and subject).
    """

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    must_change: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    failed: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    teams: Mapped[list[Any]]
    languages: Mapped[list[Any]]
    skills: Mapped[list[Any]]
    presence: Mapped[str] = mapped_column(default="away")
    presence_since: Mapped[datetime]
    interface: Mapped[str] = mapped_column(default="", server_default=_NO_TEXT)
    oidc: Mapped[str | None] = mapped_column(unique=True)
    created: Mapped[datetime]


class Invite(Base):
    """A link with which somebody who will work here chooses a password; only its hash is kept, and it works once."""

    __tablename__ = "invites"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    login: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    teams: Mapped[list[Any]] = mapped_column(default=list, server_default=_NO_LIST)
    languages: Mapped[list[Any]] = mapped_column(default=list, server_default=_NO_LIST)
    skills: Mapped[list[Any]] = mapped_column(default=list, server_default=_NO_LIST)
    created: Mapped[datetime]
    created_by: Mapped[str]
    expires: Mapped[datetime]
    used: Mapped[datetime | None]


class UserSession(Base):
    """A browser that somebody is signed in with; ``id`` is a hash of what the browser holds."""

    __tablename__ = "user_sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    address: Mapped[str]
    created: Mapped[datetime]
    seen: Mapped[datetime]
    ends: Mapped[datetime]


class ApiKey(Base):
    """A key of another system, for some scopes; only its hash is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    secret_hash: Mapped[str]
    scopes: Mapped[list[Any]]
    created: Mapped[datetime]
    used: Mapped[datetime | None]
    revoked: Mapped[datetime | None]


class AuditEntry(Base):
    """Who saw or did what; never changed. ``who`` is a login, ``key:NAME``, ``shell`` (the command line) or ``service``."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(index=True)
    action: Mapped[str]
    about: Mapped[str] = mapped_column(index=True)
    detail: Mapped[JSON]
    address: Mapped[str]
