"""What happens in a conversation, read from its messages: each thing once a turn, and nothing that only looks like it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.mood.happenings import FIRST, LATELY, REMEMBERED, Memory, happened, noticed, voice_turned
from dialogs.scene import Heard
from nlu.types import Intent, Understanding

REQUESTS = {"order_status", "return_item"}


def message(text: str, intent: str = "inform", confidence: float = 0.95) -> Heard:
    return Heard(text, Understanding(text, "en", Intent(intent, confidence)))


def turn(memory: Memory, heard: Heard, voice: dict[str, Any] | None = None, *, free: bool = True) -> list[str]:
    return list(happened(memory, heard, voice, REQUESTS, free=free))


def test_the_same_request_in_other_words_is_noticed() -> None:
    memory = Memory()
    assert turn(memory, message("where is my parcel", "order_status")) == []
    assert turn(memory, message("I want to send it back", "return_item")) == []
    assert turn(memory, message("has it been sent at all?", "order_status")) == ["repeated_request"]


def test_the_same_words_again_are_noticed_whatever_they_mean() -> None:
    memory = Memory()
    assert turn(memory, message("the blue one with the lid")) == []
    assert turn(memory, message("the BLUE one, with the lid!")) == ["repeated_request"]


@pytest.mark.parametrize("text", ["yes", "no thanks", "104233"])
def test_a_short_answer_given_twice_is_no_repetition(text: str) -> None:
    memory = Memory()
    turn(memory, message(text), free=False)
    assert turn(memory, message(text), free=False) == []


def test_an_unsure_intent_does_not_count() -> None:
    memory = Memory()
    turn(memory, message("parcel", "order_status"))
    assert turn(memory, message("hm the thing", "order_status", 0.4)) == []
    assert turn(memory, message("person", "speak_to_human", 0.4)) == []


@pytest.mark.parametrize(("intent", "kind"), [("correct", "corrected"), ("speak_to_human", "asked_for_person"), ("complain", "complained")])
def test_intents_that_say_it_themselves(intent: str, kind: str) -> None:
    assert turn(Memory(), message("whatever it was", intent)) == [kind]


def test_a_button_is_no_message_of_the_person() -> None:
    memory = Memory()
    turn(memory, message("/order_status", "order_status"))
    assert turn(memory, message("/order_status", "order_status")) == []
    assert memory == Memory()


def test_answers_that_get_shorter_are_noticed_only_of_people_who_wrote_more() -> None:
    memory, terse = Memory(), Memory()
    for number in range(3):
        turn(memory, message(f"well I would like to know number {number} of the things I ordered"))
        turn(terse, message(f"thing {number}"))
    assert turn(memory, message("what")) == ["shorter_answers"]
    assert turn(memory, message("yes"), free=False) == [], "a yes was asked for"
    assert turn(terse, message("what")) == []


def test_what_happened_in_between_counts_with_the_next_message_once() -> None:
    memory = Memory()
    noticed(memory, "misunderstood")
    noticed(memory, "misunderstood")
    noticed(memory, "waited_long")
    assert turn(memory, message("hello"), {"interrupted": True}) == ["misunderstood", "waited_long", "interrupted"]
    assert turn(memory, message("hello there")) == []


def test_the_memory_is_bounded_and_survives_storage() -> None:
    memory = Memory(about="VX-1")
    for number in range(3 * REMEMBERED):
        turn(memory, message(f"message number {number} " + "x" * 1000, "order_status"))
    noticed(memory, "long_silence")
    assert len(memory.texts) == len(memory.requests) == REMEMBERED
    assert all(len(text) <= 300 for text in memory.texts)
    assert Memory.from_json(memory.to_json()) == memory
    assert Memory.from_json({**memory.to_json(), "of_a_later_version": 1}) == memory
    assert Memory.from_json(None) == Memory()


@pytest.mark.parametrize(
    ("tones", "turned"),
    [
        ([0.0, 0.1, 0.0, 0.7, 0.6], True),
        ([0.0, 0.1, 0.0, 0.7, 0.1, 0.6], True),  # one of three may be a bad line
        ([0.0, 0.1, 0.9, 0.7, 0.6], True),  # and so may one of the first
        ([0.0, 0.1, 0.0, 0.9], False),  # once is nothing
        ([0.0, 0.1, 0.0, 0.9, 0.1, 0.1, 0.9], False),  # nor is now and then
        ([0.0, 0.1, 0.0, 0.9, 0.9, 0.2], False),  # it is over
        ([0.8, 0.6, 0.1, 0.9, 0.9], False),  # this person always sounds like that
        ([0.9, 0.9], False),
        ([], False),
    ],
)
def test_a_voice_that_turns_is_noticed_against_its_own_start(tones: list[float], turned: bool) -> None:
    assert voice_turned(tones) is turned
    memory, found = Memory(), []
    for number, tone in enumerate(tones):
        found = turn(memory, message(f"sentence number {number} of mine {number}"), {"tone": {"frustration": tone}})
    assert ("voice_turned" in found) is turned


def test_what_has_no_score_is_no_part_of_a_voice() -> None:
    memory = Memory()
    for tone in (0.0, None, 0.1, 0.0, 0.8, None, 0.7):
        found = turn(memory, message("where is it", "inform"), {"tone": {"frustration": tone}})
    assert "voice_turned" in found
    for _ in range(50):
        turn(memory, message("and then"), {"tone": {"frustration": 0.2}})
    assert len(memory.tones) == FIRST + LATELY
    assert Memory.from_json(memory.to_json()) == memory
