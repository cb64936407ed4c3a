"""The first admin: where there is no user yet one is made, whose password waits in a file until it has been changed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.settings import Settings
from bot.store.database import Database
from bot.users import accounts, audit

LOGIN = "admin"


def path(settings: Settings) -> Path:
    """Where the password waits, readable by us alone."""
    return settings.run_dir / "admin_password"


def password(settings: Settings) -> str:
    """The first admin's password; nothing once it has been changed."""
    try:
        return path(settings).read_text().strip()
    except FileNotFoundError:
        return ""


def forget(settings: Settings) -> None:
    """Remove the file: the first admin has another password."""
    path(settings).unlink(missing_ok=True)


async def make(database: Database, settings: Settings, now: datetime) -> None:
    """Make the first admin where there is nobody; of several services that start at once, one does. Where there are users, remove a
    password that is of no use any more."""
    async with database.transaction() as session:
        await accounts.hold_roles(session)
        if not await accounts.any_there(session):
            made = accounts.new_password()
            user = await accounts.add(session, now, LOGIN, made, "admin")
            audit.write(session, now, audit.SERVICE, "made_user", user.id, login=user.login, role=user.role)
            _write(settings, made)  # before the commit: a password that opens nothing yet is better than one nobody knows
            return
        admin = await accounts.find(session, LOGIN)
    written = password(settings)
    if written and not (admin and admin.must_change and await accounts.fits(written, admin.password_hash)):
        forget(settings)


def _write(settings: Settings, made: str) -> None:
    partial = path(settings).with_suffix(".tmp")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    partial.write_text(made)
    partial.replace(path(settings))
