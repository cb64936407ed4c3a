"""What a login, a name, a password may be: any text is taken, or refused with a Problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from bot.problems import Problem
from bot.store.models import User
from bot.users import accounts
from bot.users.accounts import PASSWORD_AT_LEAST, PASSWORD_AT_MOST, ROLES

texts = st.text(st.characters())  # broken characters, too
logins = st.from_regex(accounts._LOGIN, fullmatch=True)


def user(**more: Any) -> User:
    """Somebody."""
    return User(**{"login": "anna", "name": "Anna", "role": "agent", "teams": ["one"], "languages": ["pl"], "skills": [], **more})


def refused(work: Callable[..., None], *given: Any, **named: Any) -> Problem | None:
    """The Problem it ends with; nothing where it succeeds."""
    try:
        work(*given, **named)
    except Problem as problem:
        return problem
    return None


class Taken:
    """A session of a database in which every login is taken."""

    async def scalar(self, _: Any) -> User:
        """Somebody."""
        return user()


@given(texts)
async def test_any_login_is_refused_or_looked_up(login: str) -> None:
    with pytest.raises(Problem) as problem:
        await accounts.add(cast(AsyncSession, Taken()), cast(Any, None), login, "")
    assert problem.value.field == "login"
    assert (problem.value.code == "login_taken") is bool(accounts._LOGIN.fullmatch(login.strip().lower()))


@pytest.mark.parametrize("login", ["bot", "Queue", " shell ", "service", "person", "machine"])
async def test_nobody_can_be_called_what_the_system_is(login: str) -> None:
    with pytest.raises(Problem, match="word of the system"):
        await accounts.add(cast(AsyncSession, Taken()), cast(Any, None), login, "")


@given(texts, texts)
def test_a_password_is_taken_or_refused(password: str, login: str) -> None:
    problem = refused(accounts.check_password, password, login)
    if problem is None:
        assert PASSWORD_AT_LEAST <= len(password) <= PASSWORD_AT_MOST
    else:
        assert (problem.status, problem.code, problem.field) == (422, "password_wrong", "password")


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("", False), ("short 123", False), ("long enough", True), ("a" * 12, False), ("abababababab", False), ("x1y2z3" * 33, True),
        ("x1y2z3" * 34, False), ("anna123456", False), ("ANNAanna1234", False), ("anna", False), ("annanna annanna", False),
        ("joanna likes cheese", True), ("zażółć gęślą", True), ("😀😁😂😃😄😀😁😂😃😄", True),
    ],
)  # fmt: skip
def test_which_passwords_are_too_easy(password: str, fine: bool) -> None:
    assert (refused(accounts.check_password, password, "anna") is None) is fine


@given(logins)
@settings(max_examples=500)
def test_a_made_password_fits_every_login(login: str) -> None:
    accounts.check_password(accounts.new_password(), login)


@given(texts)
@settings(max_examples=8, deadline=None)
async def test_no_password_is_too_strange_to_be_compared(password: str) -> None:
    assert await accounts.fits(password, await accounts.hashed(password))
    assert not await accounts.fits(password + "x", await accounts.hashed(password))
    assert not await accounts.fits(password, "no hash")


async def test_a_password_fits_however_the_keyboard_spells_it() -> None:
    assert await accounts.fits("zazo\u0301lc\u0301 hasło", await accounts.hashed("zaz\u00f3l\u0107 hasło"))


@given(texts, texts, st.lists(texts), st.lists(texts), st.lists(texts))
def test_a_description_is_taken_whole_or_not_at_all(
    name: str, role: str, teams: list[str], languages: list[str], skills: list[str]
) -> None:
    known = user()
    before = {column: getattr(known, column) for column in ("name", "role", "teams", "languages", "skills")}
    problem = refused(accounts.describe, known, name=name, role=role, teams=teams, languages=languages, skills=skills)
    if problem is None:
        assert known.role in ROLES
    else:
        assert (problem.status, problem.field in before) == (422, True)
        problem.response()  # what it says can be sent
        assert {column: getattr(known, column) for column in before} == before


@given(texts)
def test_a_name_is_taken_or_refused(name: str) -> None:
    known = user()
    problem = refused(accounts.describe, known, name=name)
    if problem is None:
        assert known.name
        assert known.name.isprintable()
        known.name.encode()
    else:
        assert (problem.code, known.name) == ("name_wrong", "Anna")


@given(st.lists(texts))
def test_teams_are_words_and_each_is_there_once(teams: list[str]) -> None:
    known = user()
    problem = refused(accounts.describe, known, teams=teams)
    if problem is None:
        assert len(set(known.teams)) == len(known.teams)
        assert all(team == team.strip() and 1 <= len(team) <= 60 and team.isprintable() for team in known.teams)
    else:
        assert problem.code == "teams_wrong"


@pytest.mark.parametrize(
    "name", ["Zażółć Gęślą-Jaźń", "O'Brien", "d’Artagnan", "J. R. R. Tolkien", "Ștefan", "Jan Nowak (HR)", "<b>", "", " ", "1st"]
)
def test_which_names_are_names(name: str) -> None:
    known = user()
    if name[:1].isalpha() and "(" not in name:
        accounts.describe(known, name=f" {name} ")
        assert known.name == name
    else:
        with pytest.raises(Problem, match="A name has"):
            accounts.describe(known, name=name)


@pytest.mark.parametrize(
    ("role", "may"), [("agent", {"agent"}), ("supervisor", {"agent", "supervisor"}), ("admin", set(ROLES)), ("", set()), ("root", set())]
)
def test_each_role_may_do_what_those_before_it_may(role: str, may: set[str]) -> None:
    assert {wanted for wanted in ROLES if accounts.may(user(role=role), wanted)} == may
