"""Actions: what flows do besides talking. Each is registered under the name that flows use."""

from __future__ import annotations

from dialogs.actions import appointments, baskets, dues, interviews, patterns, phone, preselection, reminders, support, survey
from dialogs.actions.base import ACTIONS, Action, ActionTurn, action

__all__ = [
    "ACTIONS", "Action", "ActionTurn", "action", "appointments", "baskets", "dues", "interviews", "patterns", "phone", "preselection",
    "reminders", "support", "survey",
]  # fmt: skip
