"""What the bot does about a person's mood, beside what they said: which flow answers the mood itself, and before which wishes it gives way.

The flows are ordinary ones (``dialogs/patterns/flows.yml``): their steps are an author's to change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dialogs import commands as c
from dialogs.flow import Flow
from dialogs.scene import Feeling

STRAINED, FRUSTRATED, ABUSE = "pattern_strained", "pattern_frustrated", "pattern_abuse"
"""The flows for somebody who loses patience, for somebody who has lost it, and for insults."""
SETTLING = frozenset({"speak_to_human", "opt_out", "wrong_person", "call_back_later", "goodbye"})
"""Intents whose flow ends the strain by itself."""
SOOTHING = frozenset({"complain"})
"""Intents whose flow says sorry and offers a person by itself."""


def reaction(feeling: Feeling, commands: Sequence[c.Command], flows: Mapping[str, Flow]) -> str:
    """The flow that comes before the answer to the message, or ''."""
    intents = {
        trigger.intent
        for command in commands
        if isinstance(command, c.StartFlow) and command.flow in flows
        for trigger in flows[command.flow].triggers
    }
    if intents & SETTLING:
        return ""
    if feeling.rose and feeling.level == 2:
        wanted = FRUSTRATED  # nobody who has lost patience is asked to mind their words first
    elif feeling.abuse:
        wanted = ABUSE
    else:
        wanted = STRAINED if feeling.rose and not intents & SOOTHING else ""
    return wanted if wanted in flows else ""


def still_answered(commands: Sequence[c.Command], feeling: Feeling, flows: Mapping[str, Flow]) -> list[c.Command]:
    """What is left to do of a message after its mood was answered: an insult asks for nothing by itself."""
    if not feeling.abuse:
        return list(commands)
    complaints = {flow.id for flow in flows.values() if any(trigger.intent in SOOTHING for trigger in flow.triggers)}
    empty = (c.NotUnderstood, c.Clarify, c.Question)
    return [x for x in commands if not isinstance(x, empty) and not (isinstance(x, c.StartFlow) and x.flow in complaints)]
