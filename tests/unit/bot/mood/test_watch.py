"""Whose mood is judged, and what of it goes where."""

from __future__ import annotations

from typing import Any

import pytest

from bot.mood.watch import MOST_IN_CURVE, MoodWatch, mood_json, record
from bot.settings import MoodLevels, Settings
from bot.store.models import Conversation, Person, Touchpoint
from dialogs.flow import Flow
from dialogs.scene import Heard
from dialogs.state import DialogState, Frame
from nlu.mood.types import WordsMood
from nlu.types import Intent, Understanding

FLOWS = {name: Flow(name, {}, "", {}, (), "", 0, mood=mood) for name, mood in (("support", True), ("preselection", False))}


def watch(**settings: Any) -> MoodWatch:
    found = MoodWatch(FLOWS, Settings(**settings))
    found.tone_ready = True
    return found


def scene(kind: str = "support", person: str = "customer") -> tuple[Conversation, Person, DialogState]:
    return Conversation(kind=kind, language="en"), Person(kind=person), DialogState("en")


def heard(frustration: float | None = 0.95, abuse: float = 0.0) -> Heard:
    words = WordsMood(frustration, abuse, "" if frustration is not None else "unavailable")
    return Heard("this is a joke", Understanding("this is a joke", "en", Intent("complain", 0.9), words=words))


def test_a_customers_mood_is_judged_and_a_candidates_is_not() -> None:
    mood = watch()
    assert mood.allowed(*scene())
    assert mood.tone_allowed(*scene())
    assert not mood.allowed(*scene(person="candidate"))
    assert not mood.tone_allowed(*scene("preselection"))


def test_a_flow_that_forbids_it_does_so_wherever_it_runs() -> None:
    conversation, person, state = scene()
    state.stack = [Frame("support", "a"), Frame("preselection", "b")]
    assert not watch().allowed(conversation, person, state)


@pytest.mark.parametrize(("settings", "words", "tone"), [({"mood": False}, False, False), ({"tone": False}, True, False)])
def test_the_switches(settings: dict[str, bool], words: bool, tone: bool) -> None:
    mood = watch(**settings)
    assert mood.allowed(*scene()) is words
    assert mood.tone_allowed(*scene()) is tone


def test_tone_is_not_promised_before_something_can_judge_it() -> None:
    mood = MoodWatch(FLOWS, Settings())
    assert mood.allowed(*scene())
    assert not mood.tone_allowed(*scene())


def test_a_candidates_message_leaves_nothing() -> None:
    conversation, person, state = scene(person="candidate")
    state.mood = {"value": {"value": 0.9}}
    assert watch().notice(conversation, person, state, heard(), {"tone": {"frustration": 0.9}}, free=True) is None
    assert state.mood is None


def test_a_message_is_judged_by_voice_words_and_what_happened() -> None:
    conversation, person, state = scene()
    voice = {"tone": {"frustration": 0.9, "changes": [{"what": "loudness", "by": 6.0}]}, "interrupted": True}
    noticed = watch().notice(conversation, person, state, heard(), voice, free=True)
    assert noticed is not None
    kept = noticed.to_json()
    assert set(kept["parts"]) == {"tone", "words", "happenings"}
    assert kept["happened"] == ["complained", "interrupted"]
    assert noticed.feeling.level >= 1
    assert noticed.feeling.rose
    assert mood_json(state)["frustration"] == pytest.approx(kept["frustration"], abs=0.001)
    assert mood_json(state)["reasons"]


def test_without_voice_and_words_it_goes_on() -> None:
    conversation, person, state = scene()
    noticed = watch().notice(conversation, person, state, heard(None), None, free=True)
    assert noticed is not None
    assert set(noticed.judged.parts) == {"happenings"}


def test_insults_are_counted() -> None:
    conversation, person, state = scene()
    mood = watch()
    counts = []
    for abuse in (0.9, 0.1, 0.8):
        noticed = mood.notice(conversation, person, state, heard(0.2, abuse), None, free=True)
        assert noticed is not None
        counts.append(noticed.feeling.abuse)
    assert counts == [1, 0, 2]


def test_a_flows_levels_come_from_the_settings() -> None:
    levels = {"support": MoodLevels(first=0.99, second=1.0)}
    noticed = watch(mood_levels=levels).notice(*scene(), heard(), None, free=True)
    plain = watch().notice(*scene(), heard(), None, free=True)
    assert noticed is not None
    assert plain is not None
    assert (noticed.feeling.level, plain.feeling.level) == (0, 1)


def test_what_happens_after_a_message_counts_with_the_next() -> None:
    conversation, person, state = scene()
    mood = watch()
    mood.later(state, "misunderstood")
    assert state.mood is None, "nothing was judged yet: nothing is kept"
    mood.notice(conversation, person, state, heard(0.1), None, free=True)
    mood.later(state, "misunderstood", "waited_long")
    noticed = mood.notice(conversation, person, state, heard(0.1), None, free=True)
    assert noticed is not None
    assert set(noticed.signals.happened) >= {"misunderstood", "waited_long"}


def test_an_order_is_a_new_matter_once() -> None:
    conversation, person, state = scene()
    mood = watch()
    state.slots["order_id"] = "VX-104233"
    assert mood.new_matter(state) == ""
    mood.notice(conversation, person, state, heard(), None, free=True)
    assert [mood.new_matter(state), mood.new_matter(state)] == ["VX-104233", ""]


def test_after_a_person_helped_the_mood_begins_anew() -> None:
    conversation, person, state = scene()
    watch().notice(conversation, person, state, heard(), None, free=True)
    MoodWatch.calm(state)
    assert mood_json(state) == {"frustration": None, "reasons": []}


def test_the_touchpoint_has_the_curve_the_peak_and_what_was_done() -> None:
    conversation, person, state = scene()
    mood, touchpoint = watch(), Touchpoint(emotion=None)
    values = []
    for frustration, done in ((0.1, ""), (0.95, "pattern_strained"), (0.05, "")):
        noticed = mood.notice(conversation, person, state, heard(frustration), None, free=True)
        assert noticed is not None
        record(touchpoint, noticed.judged, done)
        values.append(round(noticed.judged.frustration, 3))
    emotion = touchpoint.emotion
    assert emotion is not None
    assert emotion["curve"] == values
    assert emotion["peak"] == max(values) == values[1]
    assert emotion["frustration"] == values[2]
    assert emotion["done"] == [{"turn": 1, "flow": "pattern_strained"}]
    assert emotion["reasons"], "those of the peak"
    for _ in range(MOST_IN_CURVE):
        record(touchpoint, noticed.judged, "")
    assert len(touchpoint.emotion["curve"]) == MOST_IN_CURVE
