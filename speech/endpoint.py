"""How long a silence ends the caller's turn, by the question that was asked and by what was heard so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from speech.completeness import Completeness, completeness
from speech.types import Expectation, Listen


@dataclass(frozen=True, slots=True)
class Waits:
    """Silence in ms that ends a turn whose text is surely ``finished``, ``undecided``, surely ``unfinished``, or not known yet."""

    finished: int
    undecided: int
    unfinished: int
    unheard: int


WAITS: Mapping[Listen, Waits] = {
    "free": Waits(finished=360, undecided=800, unfinished=1400, unheard=1100),
    "yes_no": Waits(finished=250, undecided=600, unfinished=1400, unheard=900),
    "digits": Waits(finished=320, undecided=1500, unfinished=1900, unheard=1700),
    "spelling": Waits(finished=350, undecided=1600, unfinished=2000, unheard=1800),
    "address": Waits(finished=400, undecided=1500, unfinished=2000, unheard=1800),
}
"""``finished``: people answer one another within 200 ms, yes or no soonest (Stivers et al. 2009, ten languages), and the transcript
needs 32 ms of silence and some 260 ms of work before anything can be known; in free speech a pause between two clauses is often 300 ms and
more, so that is waited out. ``unfinished``: hesitations last 0.8 to 1.2 s (docs/decisions/0007-end-of-turn.md), and callers read numbers
out in groups with longer looks at the paper between them."""
LONGEST_MS = 2500
"""Silence (ms) that ends any turn: beyond it the caller takes the line for dead."""
A_PAUSE_MS = 250
"""Silence (ms) inside speech from which it is a pause; shorter ones are closures of consonants (Goldman-Eisler 1968)."""
HABIT = 1.3
"""A caller who paused before is given this much of their longer pauses again: speakers keep to their own length of pause."""
SHORT_MS = 250
"""Voiced audio (ms) below which there was hardly a word: a sentence is likely to follow what sounds finished."""


class EndOfTurn:
    """The policy. It holds nothing of a call, so that one serves them all."""

    def wait_ms(
        self,
        expectation: Expectation,
        *,
        language: str,
        text: str | None,
        speech_ms: int,
        pauses: Sequence[int],
        mark: float | None = None,
    ) -> int:
        """Silence in ms after which the turn is over.

        ``text`` is the transcript of what was said so far, None while there is none: ask again when there is. ``mark``
        is the transcriber's probability of a final full stop (see ``completeness``); ``speech_ms`` the voiced audio; ``pauses`` the
        caller's own silences within earlier and present speech, in ms.
        """
        waits = WAITS[expectation.listen]
        if text is None:
            return _patience(waits.unheard, 0.5, pauses)
        judged = completeness(text, language, expectation.listen, digits=expectation.digits, mark=mark)
        return _patience(_base(judged, waits, expectation.listen, speech_ms), judged.score, pauses)


def _base(judged: Completeness, waits: Waits, listen: Listen, speech_ms: int) -> int:
    score = judged.score
    if listen == "free" and speech_ms < SHORT_MS:
        score = min(score, 0.5)
    near, far, share = (waits.unfinished, waits.undecided, score * 2) if score < 0.5 else (waits.undecided, waits.finished, score * 2 - 1)
    return round(near + (far - near) * share)


def _patience(wait: int, score: float, pauses: Sequence[int]) -> int:
    """The wait, drawn towards the caller's own pauses the less finished the text is."""
    longer = sorted(pause for pause in pauses if pause >= A_PAUSE_MS)
    if longer:
        habit = HABIT * longer[len(longer) * 3 // 4]
        wait = max(wait, round(wait + (1 - score) * (habit - wait)))
    return min(wait, LONGEST_MS)
