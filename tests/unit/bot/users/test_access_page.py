"""docs/access.md says what the code does."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from bot.settings import Settings
from bot.users import accounts, audit, invites, keys, oidc, sessions

PAGE = (Path(__file__).parents[4] / "docs" / "access.md").read_text(encoding="utf-8")


def test_every_scope_is_documented_as_it_is() -> None:
    assert dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE)) == keys.OPENS


def test_the_roles_are_documented() -> None:
    assert f"| | {' | '.join(accounts.ROLES)} |" in PAGE


def test_reserved_logins_are_documented() -> None:
    assert all(f"`{login}`" in PAGE for login in accounts._RESERVED)


def test_the_numbers_are_the_real_ones() -> None:
    assert f"{accounts.PASSWORD_AT_LEAST} to {accounts.PASSWORD_AT_MOST} characters" in PAGE
    assert f"After {sessions.MOST_WRONG} wrong passwords" in PAGE
    assert f"for {sessions.LOCKED // timedelta(minutes=1)} minutes" in PAGE
    assert f"ends {sessions.LASTS // timedelta(hours=1)} hours after the sign-in, after {sessions.IDLE // timedelta(hours=1)} hours" in PAGE
    assert f"for {Settings(_env_file=None).invite_hours} hours (`VOXTRAIL_INVITE_HOURS`)" in PAGE
    assert f"After {invites._KEPT // timedelta(days=1)} days an old link" in PAGE
    assert f"take {oidc.SKEW // timedelta(seconds=1)} seconds" in PAGE
    assert f"takes {oidc.BEGUN // timedelta(minutes=1)} minutes at most" in PAGE
    assert f"{audit.MOST_REFUSALS} a minute are written down" in PAGE
    assert f"may work for {keys.REMEMBERED // timedelta(seconds=1)} seconds more" in PAGE
