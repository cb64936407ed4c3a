"""Whose conversations somebody may see: those of their teams, and those that are for no team in particular."""

from __future__ import annotations

from bot.store.models import User


def sees(user: User, team: str) -> bool:
    """Whether a conversation (or a task) of this team is theirs to see; who is in no team works for all of them."""
    return not team or not user.teams or team in user.teams
