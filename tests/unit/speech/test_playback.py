"""Playing ahead, stopping at once, knowing what was heard; in virtual time."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.playback import AHEAD_S, Piece, Playback
from speech.types import FRAME, RATE, Samples
from tests.virtual import now, run


class Speaker:
    """The caller's side: plays what comes, returns marks when what was before them was played."""

    def __init__(self) -> None:
        self.playback: Playback
        self.sent: list[tuple[float, Samples]] = []
        self.until = 0.0
        self.clears: list[float] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def play(self, frame: Samples) -> None:
        self.sent.append((now(), frame))
        self.until = max(self.until, now()) + len(frame) / RATE

    async def mark(self, name: str) -> None:
        task = asyncio.create_task(self._return(name, self.until - now()))
        self._tasks.add(task)

    async def clear(self) -> None:
        self.clears.append(now())
        self.until = now()

    async def _return(self, name: str, after: float) -> None:
        await asyncio.sleep(max(0.0, after))
        self.playback.marked(name)


def sound(ms: int) -> Samples:
    return (np.arange(ms * RATE // 1000) % 1000 + 1).astype(np.int16)


def with_playback(test: Any) -> None:
    async def job() -> None:
        speaker = Speaker()
        speaker.playback = playback = Playback(speaker, now)
        running = asyncio.create_task(playback.run())
        try:
            await test(speaker, playback)
        finally:
            running.cancel()

    run(job())


def test_audio_is_sent_a_little_ahead_and_without_gaps() -> None:
    async def test(speaker: Speaker, playback: Playback) -> None:
        began = now()
        playback.add(Piece("one", sound(1000), 1))
        playback.add(Piece("two", sound(1000), 2))
        await asyncio.sleep(3)
        for index, (at, _) in enumerate(speaker.sent):
            ahead = began + index * 0.02 - at
            assert -0.001 <= ahead <= AHEAD_S + 0.021
        assert len(speaker.sent) == 100
        assert [(p.text, p.heard, p.confirmed) for p in playback.finished()] == [("one", "one", True), ("two", "two", True)]
        assert not playback.busy

    with_playback(test)


def test_a_pause_stops_at_the_word_and_resuming_goes_on_from_there() -> None:
    async def test(speaker: Speaker, playback: Playback) -> None:
        playback.add(Piece("one two three four five", sound(2000), 1))
        await asyncio.sleep(1.0)
        await playback.pause()
        assert len(speaker.clears) == 1
        sent = len(speaker.sent)
        await asyncio.sleep(2)
        assert len(speaker.sent) == sent, "nothing is sent while it pauses"
        playback.resume()
        await asyncio.sleep(3)
        again = np.concatenate([frame for _, frame in speaker.sent[sent:]])
        assert 900 <= len(again) / 8 <= 2000, "from about where it stopped"
        assert playback.finished()[0].heard == "one two three four five"

    with_playback(test)


def test_what_was_given_up_is_known_by_whole_words() -> None:
    async def test(speaker: Speaker, playback: Playback) -> None:
        playback.add(Piece("one two three four five", sound(2000), 1))
        playback.add(Piece("never", sound(500), 2))
        await asyncio.sleep(1.0)
        await playback.pause()
        playback.drop()
        first, second = playback.finished()
        assert first.heard == "one two"
        assert not first.confirmed
        assert second.heard == ""

    with_playback(test)


def test_a_firm_piece_outlives_a_drop() -> None:
    async def test(speaker: Speaker, playback: Playback) -> None:
        playback.add(Piece("law", sound(500), 1, firm=True))
        playback.add(Piece("rest", sound(500), 2))
        await asyncio.sleep(0.1)
        assert playback.firm
        playback.drop()
        await asyncio.sleep(2)
        assert {p.text: p.heard for p in playback.finished()} == {"law": "law", "rest": ""}

    with_playback(test)


def test_a_call_that_ends_reports_what_the_clock_says() -> None:
    async def test(speaker: Speaker, playback: Playback) -> None:
        playback.add(Piece("one two three four", sound(1000), 1))
        await asyncio.sleep(0.5)
        (piece,) = playback.left()
        assert piece.heard == "one two"

    with_playback(test)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["add", "wait", "pause", "resume", "drop"]), st.integers(1, 60)), max_size=25))
def test_whatever_happens_every_piece_ends_once(steps: list[tuple[str, int]]) -> None:
    async def test(speaker: Speaker, playback: Playback) -> None:
        added, over = 0, []
        for what, amount in steps:
            if what == "add":
                added += 1
                playback.add(Piece(f"piece {added} of many", sound(amount * 20), added))
            elif what == "wait":
                await asyncio.sleep(amount / 50)
            elif what == "pause":
                await playback.pause()
            elif what == "resume":
                playback.resume()
            else:
                await playback.pause()
                playback.drop()
            over += playback.finished()
        playback.resume()
        await asyncio.sleep(added * 2 + 3)
        over += playback.finished()
        assert sorted(piece.seq for piece in over) == list(range(1, added + 1))
        assert all(len(frame) == FRAME for _, frame in speaker.sent)
        for piece in over:
            assert piece.text.startswith(piece.heard)
            assert piece.confirmed == (piece.cut is None)

    with_playback(test)
