"""An agent on a call, and others who listen in; in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest

from speech.audio import dbfs
from speech.bridge import CUSHION_S, LANE_S, MOST_AHEAD_S, Lane
from speech.music import tune
from speech.ports import Answer, Spoken
from speech.scribe import Scribe
from speech.types import FRAME, RATE, Samples
from tests.unit.speech.room import LOUD, LoudnessVad, Room, say
from tests.virtual import now, run

FRAME_S = FRAME / RATE


class Desk:
    """Somebody of ours: what they hear and are told, with the moments."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, Samples]] = []
        self.told: list[dict[str, Any]] = []
        self.ended = ""

    def hear(self, samples: Samples) -> None:
        self.heard.append((now(), samples))

    def tell(self, event: str, **detail: Any) -> None:
        self.told.append({"event": event, **detail})

    def end(self, reason: str) -> None:
        self.ended = self.ended or reason

    @property
    def states(self) -> list[str]:
        return [told["state"] for told in self.told]

    def numbers(self) -> set[int]:
        """The sentences that were heard, by the amplitude of their audio."""
        return {int(value) for _, samples in self.heard for value in np.unique(samples) if value}


class Studio(Room):
    """A call with people on it; remembers what the caller hears, by the line's own clock."""

    def __init__(self, *answers: Answer, **options: Any) -> None:
        super().__init__(*answers, **options)
        self.line: list[tuple[float, float, Samples]] = []  # sent, played, samples
        self.written: list[tuple[str, dict[str, Any]]] = []
        self.asked_at: dict[str, float] = {}
        self.jobs: list[asyncio.Task[Any]] = []
        self.late_s = 0.0

    async def play(self, frame: Samples) -> None:
        await super().play(frame)
        self.line.append((now(), self._until - len(frame) / RATE, frame))

    async def mark(self, name: str) -> None:
        self._marks.append((self._until + self.late_s, name))

    def then(self, work: Callable[[], Awaitable[Any]]) -> Studio:
        """Something happens beside the call, at this point of the script."""
        self.do(lambda: self.jobs.append(asyncio.create_task(work())) or [])  # type: ignore[arg-type, func-returns-value]
        return self

    async def answer(self, spoken: Spoken) -> Answer:
        if self.bridge.engaged and not self.answers:  # as a conversation does that a person has
            self.spoken.append(spoken)
            return Answer((), hold=True)
        return await super().answer(spoken)

    async def join(self, desk: Desk, login: str = "anna", since: int = 10) -> bool:
        scribe = Scribe(
            LoudnessVad(), self.ears, self.wait, language=lambda: "en", allowed=("en",),
            partly=lambda text: self.partial.append(("agent", text, True)), said=lambda text, voice: self.written.append((text, voice)),
            observe=lambda part, seconds: None, now=now,
        )  # fmt: skip
        return await self.bridge.join(desk, scribe, login, since)

    @property
    def bridge(self) -> Any:
        return self.call_.bridge

    def sentence(self, text: str) -> int:
        """The amplitude that is heard as this text."""
        self.ears.sentences.append(text)
        return LOUD + len(self.ears.sentences) - 1

    async def speak(self, desk: Desk, amplitude: int, seconds: float, every: float = FRAME_S) -> None:
        """The agent's microphone for a while."""
        for _ in range(round(seconds * 50)):
            await self.bridge.speak(desk, np.full(FRAME, amplitude, np.int16))
            await asyncio.sleep(every)

    def reached(self, amplitude: int, after: float = 0.0) -> float:
        """How long the caller heard this amplitude, in s."""
        return sum(len(frame) for sent, _, frame in self.line if sent - self._began >= after and frame[0] == amplitude) / RATE

    def loud(self, first: float, last: float) -> list[Samples]:
        """What was sent to the caller in a stretch of the call, without the silence."""
        return [frame for sent, _, frame in self.line if first <= sent - self._began < last and np.any(frame)]


def test_both_hear_each_other_at_once_and_the_bot_is_silent() -> None:
    room, anna = Studio(greeting=say("A very long greeting that goes on and on for ever and ever.")), Desk()
    number = room.sentence("Good morning, this is Anna.")
    room.listen(1).then(lambda: room.join(anna)).listen(0.1).then(lambda: room.speak(anna, number, 1.0))
    room.listen(0.5).say("Where is my order?").listen(3)
    run(room.call(stay=False))
    assert room.at("clear") == pytest.approx(1.0, abs=0.05), "the bot stops in mid-word"
    (text, whole), *_ = room.heard_of[1]
    assert not whole
    assert len(text) < 30
    assert room.reached(number) == pytest.approx(1.0, abs=0.03)
    waits = [played - sent for sent, played, frame in room.line if frame[0] == number]
    assert max(waits) <= CUSHION_S + FRAME_S
    assert LOUD + 1 in anna.numbers(), "what the caller says"
    arrivals = [at for at, samples in anna.heard if samples[0] == LOUD + 1]
    assert np.diff(arrivals).max() == pytest.approx(FRAME_S)
    assert room.turns == ["Where is my order?"], "the caller's turns are taken as ever"
    assert room.written == [("Good morning, this is Anna.", room.written[0][1])]
    assert room.written[0][1]["spoken"] is True
    assert "tone" not in room.written[0][1]
    assert ("agent", "Good morning, this is Anna.", True) in room.partial
    assert ("caller", "Where is my order?", True) in room.partial
    assert anna.ended == "hung_up"
    assert room.bridge.talked_s > 4


def test_what_the_bot_meant_to_say_before_is_not_said_and_what_comes_later_ends_the_bridge() -> None:
    room, anna = Studio(say("It is on its way.", first=9), say("The agent has given you back.", first=11)), Desk()
    room.listen(1).say("Where is it?").listen(0.5).then(lambda: room.join(anna, since=9)).listen(3).say("And now?").listen(3)
    room.think_s.append(1.5)
    run(room.call(stay=False))
    assert room.turns == ["Where is it?", "And now?"]
    assert "It is on its way." not in room.said()
    assert "[bridge]" not in room.said(), "nothing is said over a person"
    assert anna.ended == "owner_changed"
    assert room.heard_of[11] == [("The agent has given you back.", True)]


def test_nobody_is_asked_whether_they_are_there_while_an_agent_talks_with_them() -> None:
    room, anna = Studio(limit_s=20.0), Desk()
    room.listen(1).then(lambda: room.join(anna)).listen(40)
    run(room.call(stay=False))
    assert room.silences == []
    assert room.reason == "hung_up", "and the longest time of a bot's call does not end a person's"


def test_muted_the_caller_hears_nothing_and_nothing_is_written() -> None:
    room, anna = Studio(), Desk()
    aside, said = room.sentence("Does anybody know this?"), room.sentence("I am back.")

    async def talk() -> None:
        await room.join(anna)
        await room.bridge.mute(anna, on=True)
        await room.speak(anna, aside, 1.0)
        await room.bridge.mute(anna, on=False)
        await room.speak(anna, said, 1.0)
        await room.speak(anna, 0, 1.0)

    room.listen(1).then(talk).say("Hello?").listen(4)
    run(room.call(stay=False))
    assert room.reached(aside) == 0
    assert room.reached(said) == pytest.approx(1.0, abs=0.03)
    assert [text for text, _ in room.written] == ["I am back."]
    assert anna.states == ["talking", "muted", "talking"]
    assert LOUD + 2 in anna.numbers(), "the muted agent hears the caller"


def test_on_hold_neither_hears_the_other_and_the_caller_hears_music_and_a_word() -> None:
    room, anna = Studio(), Desk()
    aside, said = room.sentence("Let me ask."), room.sentence("Thank you for waiting.")

    async def talk() -> None:
        await room.join(anna)
        await room.bridge.hold(anna, on=True)
        await room.speak(anna, aside, 25.0)
        await room.bridge.hold(anna, on=False)
        await room.speak(anna, said, 1.0)

    room.listen(2).then(talk).listen(1).say("Anybody?").listen(26)
    run(room.call(stay=False))
    assert room.reached(aside) == 0
    assert anna.numbers() == set()
    assert room.said().count("[agent_hold]") == 2, "at once, and after 20 s"
    music = np.concatenate(room.loud(8, 18))
    assert dbfs(music) == pytest.approx(-26, abs=2)
    assert room.reached(said) == pytest.approx(1.0, abs=0.03)
    assert anna.states == ["talking", "hold", "talking"]
    end = 2 + 25
    assert {int(frame[0]) for frame in room.loud(end + 0.05, end + 0.9)} == {said}, "the music stops with the hold"
    assert room.turns == ["Anybody?"], "the caller is heard on hold, too"


def test_the_tune_has_no_seam() -> None:
    whole = tune().astype(float)
    steps = np.abs(np.diff(np.concatenate((whole, whole[:1]))))
    assert steps[-1] <= np.percentile(steps, 99)
    assert len(whole) % FRAME == 0
    assert np.abs(whole).max() < 32767


def test_a_burst_after_a_stalled_network_does_not_delay_what_follows() -> None:
    room, anna = Studio(), Desk()
    number, after = room.sentence("First."), room.sentence("Second.")

    async def talk() -> None:
        await room.join(anna)
        await room.speak(anna, number, 1.0)
        await asyncio.sleep(1.0)
        await room.speak(anna, number, 1.0, every=0.0)  # a second of audio that was held up
        await room.speak(anna, after, 2.0)

    room.listen(1).then(talk).listen(5)
    run(room.call(stay=False))
    waits = [played - sent for sent, played, frame in room.line if frame[0] in (number, after)]
    assert max(waits) <= MOST_AHEAD_S + 1e-6
    assert room.bridge.late_frames >= 40


def test_a_microphone_that_runs_fast_piles_nothing_up_and_pauses_make_it_good() -> None:
    room, anna = Studio(), Desk()
    number = room.sentence("I talk and talk.")

    async def talk() -> None:
        await room.join(anna)
        await room.speak(anna, number, 10.0, every=0.0185)  # 8 % fast
        await room.speak(anna, 10, 1.0)
        await room.speak(anna, number, 1.0)

    room.listen(1).then(talk).listen(14)
    run(room.call(stay=False))
    voiced = [(sent, played - sent) for sent, played, frame in room.line if frame[0] == number]
    assert max(wait for _, wait in voiced) <= MOST_AHEAD_S + 1e-6
    last = [wait for sent, wait in voiced if sent > voiced[-1][0] - 0.9]
    assert max(last) < 0.1, "the pause has made it good"


def test_a_line_that_falls_behind_is_thrown_forward() -> None:
    room, anna = Studio(), Desk()
    number = room.sentence("Hello?")

    async def talk() -> None:
        await room.join(anna)
        await room.speak(anna, number, 3.0)
        room.late_s = 0.6  # from now on the far end holds more than we know
        await room.speak(anna, number, 2.5)

    room.listen(1).then(talk).listen(7)
    run(room.call(stay=False))
    clears = [at for at, what, _ in room.log if what == "clear"]
    assert clears[1:], "besides the one at joining"
    assert clears[1] > 4


def test_a_listener_hears_both_after_the_caller_was_told() -> None:
    room, anna, boss, late = Studio(), Desk(), Desk(), Desk()
    room.held_ = True
    number = room.sentence("Good morning.")

    async def talk() -> None:
        await room.join(anna)
        await room.speak(anna, number, 12.0)

    room.listen(1).then(talk).listen(1).then(lambda: room.bridge.listen(boss)).listen(6).say("I wait.", 2).listen(1)
    room.then(lambda: room.bridge.listen(late)).say("Still.", 1).listen(1)
    run(room.call(stay=False))
    assert room.notices == 1, "once a call"
    told = room.at("bot", "Somebody listens.")
    assert told - 2 >= 4.0, "in a pause of the agent, or after a while"
    first = boss.heard[0][0] - room._began
    assert first >= told + len("Somebody listens.") * 0.05 - 0.1, "not before the caller has heard it to its end"
    assert LOUD + 1 + number in boss.numbers(), "the two together"
    assert boss.states == ["waiting", "listening"]
    assert anna.told[-1] == {"event": "state", "state": "talking", "listened": True}
    assert late.states == ["waiting", "listening"]
    assert LOUD + 2 + number in late.numbers()
    assert (boss.ended, late.ended) == ("hung_up", "hung_up")


def test_the_agents_voice_goes_on_under_the_notice() -> None:
    room, anna, boss = Studio(), Desk(), Desk()
    room.held_ = True
    number = room.sentence("And so on.")

    async def talk() -> None:
        await room.join(anna)
        await room.speak(anna, number, 9.0)

    room.listen(1).then(talk).listen(1).then(lambda: room.bridge.listen(boss)).listen(10)
    run(room.call(stay=False))
    together = room.reached(number + 500)  # the mouth's voice is 500
    assert together > 0.5
    after = [played - sent for sent, played, frame in room.line if frame[0] == number]
    assert max(after[-50:]) <= MOST_AHEAD_S + 1e-6


def test_nobody_listens_where_the_caller_cannot_be_told() -> None:
    room, boss = Studio(), Desk()
    room.held_ = True
    found: list[bool] = []

    async def listen() -> None:
        await room.join(Desk())
        room.mouth.broken = True
        found.append(await room.bridge.listen(boss))

    room.listen(2).then(listen).say("Hello?").listen(5)
    run(room.call(stay=False))
    assert found == [False]
    assert boss.heard == []
    assert room.reason == "hung_up", "the two talk on"


def test_a_broken_line_to_the_agent_is_told_and_taken_up_again() -> None:
    room, anna, again = Studio(), Desk(), Desk()
    number = room.sentence("Here I am again.")

    async def talk() -> None:
        await room.join(anna)
        await asyncio.sleep(1)
        await room.bridge.leave(anna, broken=True)
        await asyncio.sleep(10)
        await room.join(again)
        await room.speak(again, number, 1.0)

    room.listen(2).then(talk).listen(18)
    run(room.call(stay=False))
    assert room.at("bot", "[agent_lost]") == pytest.approx(2 + 1 + 2, abs=0.2)
    assert room.loud(3.2, 4.8) == [], "a short break is not talked about"
    assert room.loud(8, 12), "music"
    assert room.silences == []
    assert room.reached(number) == pytest.approx(1.0, abs=0.05)
    back = 2 + 11
    assert {int(frame[0]) for frame in room.loud(back + 0.05, back + 0.9)} == {number}


def test_a_second_tab_takes_over_and_the_first_is_told() -> None:
    room, first, second = Studio(), Desk(), Desk()
    number = room.sentence("It is me.")

    async def talk() -> None:
        await room.join(first)
        await room.join(second)
        await room.speak(first, number, 0.5)
        await room.bridge.leave(first, broken=False)  # its socket closes: that is no leaving of the call
        await asyncio.sleep(1)

    room.listen(1).then(talk).listen(3).say("Hello?").listen(1)
    run(room.call(stay=False))
    assert first.ended == "another_tab"
    assert room.reached(number) == 0
    assert room.said() == ["Hello there."]
    assert LOUD + 1 in second.numbers()


def test_the_bridge_ends_when_the_conversation_is_somebody_elses() -> None:
    room, anna = Studio(), Desk()

    async def talk() -> None:
        await room.join(anna)
        await room.bridge.owner("anna")
        assert anna.ended == ""
        await room.bridge.hold(anna, on=True)
        await asyncio.sleep(3)
        await room.bridge.owner("queue")

    room.listen(1).then(talk).listen(5)
    run(room.call(stay=False))
    assert anna.ended == "owner_changed"
    assert room.loud(4.1, 6) == []


def test_what_the_agent_was_saying_at_the_end_is_still_written() -> None:
    room, anna = Studio(), Desk()
    number = room.sentence("Goodbye then.")

    async def talk() -> None:
        await room.join(anna)
        await room.speak(anna, number, 0.8)

    room.listen(1).then(talk).listen(0.8)
    run(room.call(stay=False))
    assert [text for text, _ in room.written] == ["Goodbye then."]


def test_failing_ears_do_not_disturb_a_person() -> None:
    room, anna = Studio(), Desk()
    room.listen(1).then(lambda: room.join(anna)).do(lambda: setattr(room.ears, "broken", True))
    for _ in range(4):
        room.say("Hello?").listen(2)
    run(room.call(stay=False))
    assert room.said() == ["Hello there."]
    assert room.reason == "hung_up"


def test_nobody_joins_a_call_that_is_over() -> None:
    async def job() -> None:
        room, anna, boss = Studio(), Desk(), Desk()
        await room.listen(1).call(stay=False)
        assert await room.join(anna) is False
        assert await room.bridge.listen(boss) is False

    run(job())


def test_a_lane_keeps_the_newest_and_gives_silence_where_there_is_none() -> None:
    lane = Lane()
    for value in range(1, 31):
        lane.add(np.full(FRAME, value, np.int16))
    kept = int(LANE_S * 50)
    assert list(np.unique(lane.take(2 * FRAME))) == [31 - kept, 32 - kept]
    lane.take((kept - 3) * FRAME)
    assert np.count_nonzero(lane.take(4 * FRAME)) == FRAME
    assert not lane.take(10).any()
