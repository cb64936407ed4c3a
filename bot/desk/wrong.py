"""What was wrong with something that somebody wanted here, in the words of the page's language."""

from __future__ import annotations

from bot.desk import i18n
from bot.desk.i18n import _, later
from bot.problems import Problem

_SAID = {
    "login_wrong": later("This cannot be a login: it has 2 to 100 letters, digits or ._@+- and begins with a letter or a digit."),
    "login_taken": later("There is a user with this login already."),
    "name_wrong": later("This cannot be a name: it has 1 to 100 letters, digits, spaces and .,'-"),
    "role_wrong": later("There is no such role."),
    "teams_wrong": later("A team's name has at most 60 letters, digits and spaces."),
    "languages_wrong": later("We do not speak one of these languages."),
    "skills_wrong": later("A skill's name has at most 60 letters, digits and spaces."),
    "password_wrong": later("This password is too short, too long, repeats itself or contains the login."),
    "last_admin": later("This is the only admin left: make another one first."),
    "user_not_found": later("There is no such user."),
    "scopes_wrong": later("A key has at least one scope."),
    "name_taken": later("There is a key with this name already."),
    "key_not_found": later("There is no such key."),
    "invite_not_found": later("There is no such invite: the link is not whole, or nobody has ever sent it."),
    "invite_used": later("This invite has been used. Sign in with the password that was chosen then."),
    "invite_withdrawn": later("This invite has been withdrawn. Ask an admin for a new one."),
    "invite_expired": later("This invite has expired. Ask an admin for a new one."),
    "escalation_not_found": later("This conversation is not with a person any more."),
    "conversation_not_found": later("This conversation is not there any more."),
    "person_not_found": later("This person is not there any more."),
    "task_not_found": later("This task is not there any more."),
    "reply_not_found": later("This reply is not there any more."),
    "attachment_not_found": later("This file is not there any more."),
    "slot_invalid": later("One of the values cannot be kept: put right what the bot knows."),
}


def in_words(problem: Problem) -> str:
    """What was wrong, in the words of its own or, where those come from further inside, of its code."""
    if i18n.language() == "en":
        return problem.detail
    said = _(problem.text)
    if said != problem.text:
        return said.format(**problem.values) if problem.values else said
    return by_code(problem.code) or problem.detail


def by_code(code: str) -> str:
    """The same where only the code has come so far; nothing for a code that we do not have."""
    return _(_SAID[code]) if code in _SAID else ""
