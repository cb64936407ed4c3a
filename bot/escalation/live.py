"""Where the desk's own events are told (`bot.events.notify`)."""

from __future__ import annotations

LIVE = "queue"
"""The id under which every change of the queue, and of who is there, is told."""


def of_user(login: str) -> str:
    """The id under which one agent is told what is for them."""
    return f"user:{login}"
