"""The call loop when things go wrong: nobody is left in silence, nothing is lost, the goodbye is the last word."""

from __future__ import annotations

import asyncio

from speech.ports import Answer
from speech.types import Expectation, Samples
from tests.unit.speech.room import Room, say
from tests.virtual import run


def test_hold_is_over_after_a_while() -> None:
    waited: list[float] = []
    room = Room(greeting=say("Please hold.", hold=True)).listen(100)
    said = {"at": 0.0}

    async def held(w: float) -> Answer | None:
        waited.append(round(w, 1))
        if w < said["at"]:
            said["at"] = 0.0
        if w >= 60:
            return say("A colleague calls back.", over=True)
        if w - said["at"] < 20:
            return None
        said["at"] = w
        return Answer(say("Still waiting.").sentences, hold=True)

    room.held = held  # type: ignore[method-assign]
    run(room.call(stay=False))
    assert "A colleague calls back." in room.said()


def test_limit_while_caller_interrupts() -> None:
    long = say("This is a very long explanation of everything that nobody wants to hear to its end.", first=2)
    room = Room(long, limit_s=5.5).listen(2).say("Explain.").listen(1.5).say("Wait wait wait", 20.0)
    run(room.call())
    goodbye = room.at("bot", "Goodbye, limit.")
    audio_after = [at for at, w, v in room.log if w == "audio" and at >= goodbye]
    assert audio_after, "the goodbye is played"


def test_endless_voice_does_not_silence_the_bot() -> None:
    room = Room().say("radio", 60.0)
    run(room.call(stay=False))
    audio = [at for at, w, v in room.log if w == "audio"]
    assert any(at > 10 for at in audio)


def test_slow_transcription_is_bridged() -> None:
    room = Room().listen(2).say("Question").listen(9)
    room.ears.took_s = 5.0
    run(room.call(stay=False))
    assert room.at("bot", "[bridge]") - 3 <= 1.5


def test_all_clauses_of_a_firm_sentence_are_said() -> None:
    room = Room(greeting=say("This is first. ", "I am an automated assistant.", firm=True)).listen(0.4).say("Where is it?").listen(4)
    room.mouth.took_s = 0.8
    run(room.call(stay=False))
    assert room.heard_of.get(2) == [("I am an automated assistant.", True)]


def test_okay_to_the_first_sentence_does_not_answer_the_question_not_yet_made() -> None:
    asks = say("I found it today.", "Shall I cancel it?", first=2, expectation=Expectation("yes_no"))
    room = Room(asks).listen(2).say("Cancel.").listen(3.0).say("okay", 0.3).listen(6)
    room.mouth.took_s = 1.8
    run(room.call(stay=False))
    assert room.turns == ["Cancel."]


def test_an_unforeseen_error_of_the_dialog_still_has_a_goodbye() -> None:
    room = Room().listen(2)

    async def silence(times: int) -> Answer:
        raise RuntimeError("a flow went in circles")

    room.silence = silence  # type: ignore[method-assign]
    run(room.call())
    assert "goodbye" in room.said()[-1].lower()


def test_unforeseen_error_of_a_phrase() -> None:
    room = Room().listen(2).say("", 1.5).listen(5)
    ok = room.mouth.synthesize

    async def bad(text: str, language: str) -> Samples:
        if text.startswith("["):
            raise ValueError("normaliser")
        return await ok(text, language)

    room.mouth.synthesize = bad  # type: ignore[method-assign]
    run(room.call(stay=False))
    assert room.reason == "hung_up"


def test_a_turn_behind_a_slow_one_has_its_own_time() -> None:
    room = Room(say("First.", first=2), say("Second.", first=3)).listen(2).say("One").listen(1).say("Two").listen(30)
    room.think_s.extend([13.0, 3.0])
    run(room.call(stay=False))
    assert "Second." in room.said()


def test_three_unknown_keys_are_told_once() -> None:
    room = Room(greeting=say("One or two?", expectation=Expectation(keys={"1": "a"}))).listen(3).press("999").listen(8)
    run(room.call(stay=False))
    assert room.said().count("[key_unknown]") == 1


def test_slow_database_in_silence_is_bridged() -> None:
    room = Room().listen(2)

    async def silence(times: int) -> Answer:
        await asyncio.sleep(1000)

    room.silence = silence  # type: ignore[method-assign]
    room.listen(50)
    run(room.call(stay=False))
    assert len(room.said()) > 1


def test_goodbye_is_last() -> None:
    room = Room(say("A1", first=2), limit_s=4.0).listen(2).say("One").listen(20)
    room.think_s.append(4.0)
    run(room.call())
    assert "oodbye" in room.said()[-1]
