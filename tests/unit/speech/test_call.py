"""The call loop, in virtual time."""

from __future__ import annotations

import asyncio

import pytest

from speech.ports import Answer
from speech.types import Expectation
from tests.unit.speech.room import Room, say
from tests.virtual import run


def test_a_turn_is_heard_answered_and_timed() -> None:
    room = run(Room(say("It is on its way.", first=2)).listen(2).say("Where is my order?").listen(3).call(stay=False))
    assert room.turns == ["Where is my order?"]
    assert room.said() == ["Hello there.", "It is on its way."]
    assert room.said("caller") == ["Where is my order?"]
    timing = room.timings[1]
    assert 380 <= timing["endpoint_ms"] <= 460
    assert timing["first_audio_ms"] <= timing["endpoint_ms"] + 60, "what was transcribed ahead costs nothing after the turn's end"
    assert room.reason == "hung_up"
    assert room.heard_of == {1: [("Hello there.", True)], 2: [("It is on its way.", True)]}


def test_what_was_begun_ahead_is_dropped_when_speech_goes_on() -> None:
    room = Room().listen(2).say("My number is").listen(0.3).say("six zero zero").listen(2)
    run(room.call(stay=False))
    assert room.turns == ["My number is six zero zero"], "a pause shorter than the wait is no end"


def test_a_pause_longer_than_the_wait_ends_the_turn() -> None:
    room = Room().listen(2).say("One").listen(2).say("Two").listen(2)
    run(room.call(stay=False))
    assert room.turns == ["One", "Two"]


def test_speech_over_the_bot_stops_it_and_is_the_turn() -> None:
    long = say("This is a very long explanation of everything that nobody wants to hear to its end.", first=2)
    room = Room(long, say("All right.", first=3)).listen(2).say("Explain.").listen(1.5).say("Stop, my order!").listen(3)
    run(room.call(stay=False))
    assert room.turns == ["Explain.", "Stop, my order!"]
    onset = 2 + 1 + 1.5
    assert 0 < room.at("clear") - onset < 0.2
    (heard, whole), *rest = room.heard_of[2]
    assert not whole
    assert not rest
    assert heard
    assert "This is a very long explanation of everything that nobody wants to hear to its end.".startswith(heard)
    assert len(heard) < 40, "only what was played before the interruption"
    assert room.call_.counts["interruptions"] == 1


@pytest.mark.parametrize(("pause_s", "interrupted"), [(0.8, False), (1.2, False), (2.0, True)])
def test_a_caller_who_only_paused_has_not_interrupted(pause_s: float, interrupted: bool) -> None:
    """The bot stops at once in any case; whether it was cut short counts as impatience only if the caller had been done."""
    long = say("This is a very long explanation of everything that nobody wants to hear to its end.", first=2)
    room = Room(long, say("All right.", first=3)).listen(2).say("I would like to know").listen(pause_s).say("where it is").listen(3)
    run(room.call(stay=False))
    assert room.turns == ["I would like to know", "where it is"]
    assert room.at("clear")
    assert [spoken.measures["interrupted"] for spoken in room.spoken] == [False, interrupted]


@pytest.mark.parametrize("nod", ["mhm", "yeah", ""])
def test_a_nod_or_a_cough_lets_the_bot_go_on(nod: str) -> None:
    long = say("This is a rather long explanation of how it works.", first=2)
    room = Room(long).listen(2).say("Explain.").listen(1.0).say(nod, 0.3).listen(5)
    run(room.call(stay=False))
    assert room.turns == ["Explain."]
    assert room.heard_of[2] == [("This is a rather long explanation of how it works.", True)]


def test_yes_to_the_end_of_a_question_is_the_answer() -> None:
    asks = say("Shall I cancel it?", first=2, expectation=Expectation("yes_no"))
    room = Room(asks).listen(2).say("Cancel.").listen(0.9).say("yeah", 0.3).listen(2)
    run(room.call(stay=False))
    assert room.turns == ["Cancel.", "yeah"]


def test_a_firm_sentence_is_said_to_its_end() -> None:
    room = Room(greeting=say("I am an automated assistant.", firm=True)).listen(0.5).say("Where is it?").listen(3)
    run(room.call(stay=False))
    assert not [entry for entry in room.log if entry[1] == "clear"]
    assert room.turns == ["Where is it?"]
    assert room.heard_of[1] == [("I am an automated assistant.", True)]


def test_an_answer_waits_for_a_caller_who_has_gone_on() -> None:
    room = Room(say("First.", first=2), say("Second.", first=3)).listen(2).say("One").listen(0.5).say("Two").listen(4)
    room.think_s.append(1.0)
    run(room.call(stay=False))
    assert room.turns == ["One", "Two"]
    assert "Second." in room.said()
    assert "First." not in room.said(), "nobody waits for it any more"
    assert 2 not in room.heard_of


# ---- keys


def test_a_key_is_an_answer_and_zero_a_person() -> None:
    asks = say("One or two?", expectation=Expectation(keys={"1": "/SetSlots(a=1)"}))
    room = Room(greeting=asks).listen(3).press("1").listen(1).press("0").listen(1)
    run(room.call(stay=False))
    assert room.turns == ["/SetSlots(a=1)", "/speak_to_human"]
    assert room.spoken[0].keys == "1"


def test_a_key_that_means_nothing_is_told() -> None:
    room = Room(greeting=say("One or two?", expectation=Expectation(keys={"1": "a"}))).listen(3).press("9").listen(2)
    run(room.call(stay=False))
    assert room.turns == []
    assert "[key_unknown]" in room.said()


@pytest.mark.parametrize(("keys", "number"), [("104233", "104233"), ("1042#", "1042"), ("99*12#", "12"), ("1042", "1042")])
def test_digits_are_collected_to_the_hash_the_length_or_a_pause(keys: str, number: str) -> None:
    asks = say("Your number?", expectation=Expectation("digits", keypad="number", digits=6))
    room = Room(greeting=asks).listen(3).press(keys).listen(5)
    run(room.call(stay=False))
    assert room.turns == [number]


# ---- silence, waiting, failure


def test_silence_is_asked_about_and_ends_with_a_goodbye() -> None:
    room = run(Room().listen(2).call())
    assert room.silences == [1, 2, 3, 4]
    assert room.reason == "finished"
    gaps = [room.at("bot", f"Are you there {n}?") for n in (1, 2)]
    assert 7 <= gaps[1] - gaps[0] <= 11


def test_nobody_is_asked_whether_they_are_there_before_the_greeting() -> None:
    room = Room().listen(14)

    async def slowly() -> Answer:
        await asyncio.sleep(11)
        return say("Hello at last.")

    room.open = slowly  # type: ignore[method-assign]
    run(room.call(stay=False))
    assert room.silences == []
    assert room.said() == ["[bridge]", "[bridge_long]", "Hello at last."]


def test_a_slow_answer_is_bridged_and_told_again() -> None:
    room = Room().listen(2).say("Question").listen(9)
    room.think_s.append(6.5)
    run(room.call(stay=False))
    spoken_until = 2 + 1
    assert room.at("bot", "[bridge]") - spoken_until <= 1.35
    assert room.at("bot", "[bridge_long]") - spoken_until <= 5.2
    assert "Answer 1." in room.said()


def test_an_answer_that_never_comes_is_given_up_with_an_apology() -> None:
    room = Room().listen(2).say("Question").listen(20)
    room.think_s.append(1000)
    run(room.call(stay=False))
    assert "[technical]" in room.said()


def test_a_dialog_that_is_away_is_told_and_ends_in_a_goodbye() -> None:
    room = Room().listen(2).say("One").listen(3).say("Two").listen(3).say("Three").listen(9)
    room.away = 9
    run(room.call())
    assert room.said()[1:] == ["[technical]", "[technical]", "[goodbye]"]
    assert room.reason == "failure"


def test_ears_that_fail_lead_to_the_keypad() -> None:
    asks = say("One or two?", expectation=Expectation(keys={"1": "a"}))
    room = Room(greeting=asks).listen(2).say("One").listen(3).press("1").listen(2)
    room.ears.broken = True
    run(room.call(stay=False))
    assert "[deaf]" in room.said()
    assert room.turns == ["a"]


def test_a_mouth_that_fails_hands_the_call_to_the_lines_own_voice() -> None:
    room = Room()
    room.mouth.broken = True
    run(room.call())
    assert room.reason == "mute"


def test_a_long_sound_without_words_is_asked_about() -> None:
    room = Room().listen(2).say("", 1.5).listen(2)
    run(room.call(stay=False))
    assert room.turns == []
    assert "[unclear]" in room.said()


def test_the_longest_call_says_goodbye() -> None:
    room = run(Room(limit_s=5.0).listen(3).say("Hello", 0.5).call())
    assert room.said()[-1] == "Goodbye, limit."
    assert room.reason == "limit"
    goodbye = room.at("bot", "Goodbye, limit.")
    assert room.at("hang_up") - goodbye >= len("Goodbye, limit.") * 0.05, "the last words are heard before the line closes"


def test_what_was_said_before_hanging_up_counts() -> None:
    room = Room().listen(2).say("Yes, cancel it.")
    room.think_s.append(0.5)
    run(room.call(stay=False))
    assert room.turns == ["Yes, cancel it."]
    assert room.reason == "hung_up"


def test_an_answer_that_is_the_last_ends_the_call() -> None:
    room = Room(say("Goodbye!", first=2, over=True)).listen(2).say("Bye")
    run(room.call())
    assert room.reason == "finished"
    assert room.heard_of[2] == [("Goodbye!", True)]


def test_a_line_without_audio_is_silence() -> None:
    room = Room().listen(2).say("Question").stall(3.0).listen(1)
    run(room.call(stay=False))
    assert room.turns == ["Question"], "the turn ends although no frame came"


# ---- languages


def test_the_language_is_detected_in_the_first_words() -> None:
    room = Room(say("Dzień dobry.", first=2, language="pl"), detect=True).listen(2).say("Dzień dobry").listen(3).say("Tak").listen(2)
    room.ears.language = "pl"
    run(room.call(stay=False))
    assert [language for _, language in room.ears.asked] == ["", "pl"]


def test_another_language_in_mid_call_is_heard_in_that_language() -> None:
    room = Room().listen(2).say("Vorbiți românește?").listen(2)
    room.ears.language = "ro"
    run(room.call(stay=False))
    assert room.spoken[0].transcript is not None
    assert room.spoken[0].transcript.language == "ro"


def test_an_agents_words_are_spoken() -> None:
    room = Room().listen(3)

    def write() -> None:
        asyncio.get_running_loop().create_task(room.call_.announce(Answer(say("I am Ewa.").sentences, hold=True)))

    run(room.do(write).listen(3).call(stay=False))
    assert "I am Ewa." in room.said()
