"""desk"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())
_MOMENT = sa.DateTime(timezone=True)
_TEXT = sa.text("''")
_LIST = sa.text("'[]'::jsonb")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=_TEXT)


def _list(name: str) -> sa.Column[object]:
    return sa.Column(name, _JSON, nullable=False, server_default=_LIST)


def _of(table: str, column: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(column, sa.Text(), sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=nullable, index=True)


def upgrade() -> None:
    for column in (
        _text("team"), _text("skill"), sa.Column("offered_to", sa.Text()), sa.Column("offered_until", _MOMENT), _list("passed"),
        sa.Column("at_desk", sa.Boolean(), nullable=False, server_default=sa.false()), sa.Column("lost", _MOMENT),
        sa.Column("late", _MOMENT), _list("tags"), _text("outcome"), _list("joined"), _list("history"),
    ):  # fmt: skip
        op.add_column("escalations", column)
    for name, columns in (("created", ["created"]), ("closed", ["closed"]), ("agent", ["agent", "taken"])):
        op.create_index(f"ix_escalations_{name}", "escalations", columns)
    op.add_column("messages", _list("attachments"))
    op.add_column("users", _text("interface"))
    op.add_column("users", sa.Column("oidc", sa.Text(), unique=True))
    op.create_table(
        "tasks",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due", _MOMENT, nullable=False, index=True),
        _of("people", "person_id"),
        _of("conversations", "conversation_id", nullable=True),
        sa.Column("agent", sa.Text()),
        _text("team"),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("rang", _MOMENT),
        sa.Column("rings", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("done", _MOMENT),
        sa.Column("done_by", sa.Text()),
        _text("result"),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        _of("conversations", "conversation_id"),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_table(
        "mentions",
        sa.Column("note_id", sa.BigInteger(), sa.ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("login", sa.Text(), primary_key=True),
        sa.Column("seen", _MOMENT),
    )
    op.create_index("ix_mentions_login", "mentions", ["login"])
    op.create_table(
        "attachments",
        sa.Column("id", sa.Text(), primary_key=True),
        _of("conversations", "conversation_id"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
    )
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("shortcut", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        _text("team"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed", _MOMENT, nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.UniqueConstraint("shortcut", "language", "team"),
    )
    op.create_table(
        "desk_pages",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("login", sa.Text(), nullable=False, index=True),
        sa.Column("opened", _MOMENT, nullable=False),
        sa.Column("seen", _MOMENT, nullable=False),
    )
    op.create_table(
        "invites",
        sa.Column("token_hash", sa.Text(), primary_key=True),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        _list("teams"),
        _list("languages"),
        _list("skills"),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires", _MOMENT, nullable=False),
        sa.Column("used", _MOMENT),
    )


def downgrade() -> None:
    for table in ("invites", "desk_pages", "canned_replies", "attachments", "mentions", "notes", "tasks"):
        op.drop_table(table)
    for column in ("interface", "oidc"):
        op.drop_column("users", column)
    op.drop_column("messages", "attachments")
    for name in ("created", "closed", "agent"):
        op.drop_index(f"ix_escalations_{name}", "escalations")
    for column in (
        "team", "skill", "offered_to", "offered_until", "passed", "at_desk", "lost", "late", "tags", "outcome", "joined", "history",
    ):  # fmt: skip
        op.drop_column("escalations", column)
