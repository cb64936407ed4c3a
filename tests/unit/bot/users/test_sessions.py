"""A login that nobody has is checked as one that somebody has."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from bot.users.sessions import _NOBODY


def test_nobodys_hash_takes_as_long_as_anybodys() -> None:
    hasher = PasswordHasher()
    assert extract_parameters(_NOBODY) == extract_parameters(hasher.hash("a password of somebody"))
    with pytest.raises(VerifyMismatchError):  # and not an error before it was looked at
        hasher.verify(_NOBODY, "a password of somebody")
