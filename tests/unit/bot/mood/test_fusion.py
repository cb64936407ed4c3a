"""The fusion: what must hold whatever is noticed, and what a flow's author may rely on."""

from __future__ import annotations

import copy
import json
import math
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mood.fusion import judge
from bot.mood.types import HAPPENINGS, Happening, Judged, Mood, Reason, Signals, Thresholds
from bot.mood.weights import Weights, committed

DEFAULT = Thresholds()
scores = st.floats(0, 1)
happened = st.lists(st.sampled_from(HAPPENINGS), unique=True, max_size=4).map(tuple)
signals = st.builds(Signals, tone=st.none() | scores, words=st.none() | scores, abuse=scores, happened=happened)
histories = st.lists(signals, max_size=8)
thresholds = st.tuples(st.floats(0.05, 1), st.floats(0.05, 1), st.floats(0, 0.99)).map(
    lambda each: Thresholds(min(each[:2]), max(each[:2]), min(each[:2]) * each[2])
)
wild = st.builds(
    Signals,
    tone=st.none() | st.floats(),
    words=st.none() | st.floats(),
    abuse=st.floats(),
    happened=st.lists(st.sampled_from([*HAPPENINGS, "something_new"]), max_size=6).map(tuple),
    changes=st.lists(st.tuples(st.sampled_from(["tempo", "loudness", "pitch", "pauses"]), st.floats()), max_size=5).map(tuple),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def after(history: list[Signals], limits: Thresholds = DEFAULT) -> Mood:
    """The mood after these turns."""
    mood = Mood()
    for each in history:
        judge(mood, each, limits)
    return mood


def last(*history: Signals, limits: Thresholds = DEFAULT) -> Judged:
    """What is concluded of the last of these turns."""
    return judge(after(list(history[:-1]), limits), history[-1], limits)


@given(st.lists(wild, min_size=1, max_size=12), thresholds)
def test_no_input_leads_out_of_0_to_1(history: list[Signals], limits: Thresholds) -> None:
    mood = Mood()
    for each in history:
        judged = judge(mood, each, limits)
        for number in (judged.frustration, mood.value, mood.peak, *judged.parts.values()):
            assert 0 <= number <= 1
        assert len(judged.reasons) <= 4
        assert judged.reasons or not judged.level
        assert all(reason.value is None or math.isfinite(reason.value) for reason in judged.reasons)
        json.dumps(mood.to_json(), allow_nan=False)


@given(histories, signals, scores, scores, st.sampled_from(["tone", "words"]))
def test_a_higher_score_is_never_less_frustration(history: list[Signals], turn: Signals, one: float, other: float, part: str) -> None:
    def judged(score: float) -> Judged:
        values: dict[str, Any] = {"tone": turn.tone, "words": turn.words, part: score}
        return judge(after(history), Signals(**values, happened=turn.happened), DEFAULT)

    low, high = judged(min(one, other)), judged(max(one, other))
    assert low.frustration <= high.frustration
    assert low.level <= high.level
    assert low.parts[part] <= high.parts[part]


@given(histories, signals, st.sampled_from(HAPPENINGS))
def test_nothing_that_happens_lowers_frustration(history: list[Signals], turn: Signals, more: Happening) -> None:
    without = judge(after(history), turn, DEFAULT)
    with_it = judge(after(history), Signals(turn.tone, turn.words, happened=(*turn.happened, more)), DEFAULT)
    assert with_it.frustration >= without.frustration
    assert with_it.level >= without.level


@given(histories)
def test_the_mood_survives_a_database(history: list[Signals]) -> None:
    mood = after(history)
    stored = Mood.from_json(json.loads(json.dumps(mood.to_json())))
    assert stored == mood
    assert judge(stored, Signals(words=0.7), DEFAULT) == judge(mood, Signals(words=0.7), DEFAULT)


@given(st.dictionaries(st.sampled_from(["value", "level", "turns", "peak", "abuse", "counts", "recalled", "new"]), json_values))
def test_what_another_version_stored_is_no_trouble(stored: dict[str, Any]) -> None:
    mood = Mood.from_json(stored)
    judged = judge(mood, Signals(tone=0.5, words=0.5, happened=("complained",)), DEFAULT)
    assert 0 <= judged.frustration <= 1
    assert Mood.from_json(json.loads(json.dumps(mood.to_json(), allow_nan=False))) == mood


def test_a_mood_that_is_missing_is_a_new_one() -> None:
    assert Mood.from_json(None) == Mood() == Mood.from_json({"level": 7, "value": "much", "turns": None, "recalled": [1]})


@given(histories)
def test_without_signals_it_decays_to_calm(history: list[Signals]) -> None:
    mood = after(history)
    values = [mood.value] + [judge(mood, Signals(), DEFAULT).frustration for _ in range(60)]
    assert all(
        later <= earlier + 1e-12 for earlier, later in zip(values[bool(not history) :], values[1 + bool(not history) :], strict=False)
    )
    assert values[-1] <= judge(Mood(), Signals(), DEFAULT).frustration + 0.01
    assert mood.level == 0


def test_calm_brings_it_down_sooner_than_silence() -> None:
    angry = after([Signals(words=0.97)] * 3)
    assert angry.level == 2
    calm, silent = copy.deepcopy(angry), copy.deepcopy(angry)
    for _ in range(4):
        judge(calm, Signals(words=0.02), DEFAULT)
        judge(silent, Signals(), DEFAULT)
    assert calm.level == 0
    assert calm.value < silent.value
    assert calm.peak == angry.peak


def test_it_rises_faster_than_it_falls() -> None:
    up = [last(*[Signals(words=0.95)] * turns).frustration for turns in (1, 2)]
    down = [last(*[Signals(words=0.95)] * 3, *[Signals(words=0.05)] * turns).frustration for turns in (0, 1, 2)]
    assert up[0] - last(Signals(words=0.05)).frustration > down[0] - down[1]
    assert last(*[Signals(words=0.95)] * 3, Signals(words=0.05)).level > 0
    weights = committed()
    assert weights.tone.up > weights.tone.down > 0
    assert weights.words.up > weights.words.down > 0
    assert 1 > weights.stay > 0.5 > weights.enter > 0


@given(st.lists(signals, min_size=2, max_size=20), thresholds)
def test_levels_do_not_flap(history: list[Signals], limits: Thresholds) -> None:
    mood, bounds = Mood(), {1: limits.first, 2: limits.second}
    for each in history:
        before = mood.level
        judged = judge(mood, each, limits)
        assert judged.rose == (judged.level > before)
        for level, bound in bounds.items():
            if before < level <= judged.level:
                assert judged.frustration >= bound
            if judged.level < level <= before:
                assert judged.frustration < bound - limits.hysteresis


@given(st.lists(signals, min_size=1, max_size=12))
def test_a_level_of_1_is_never_reached(history: list[Signals]) -> None:
    assert last(*history, limits=Thresholds(1.0, 1.0)).level == 0


@pytest.mark.parametrize(
    ("first", "second", "hysteresis"),
    [(0.8, 0.5, 0.1), (0, 0.5, 0), (0.5, 1.1, 0.1), (0.3, 0.6, 0.3), (0.3, 0.6, -0.1), (math.nan, 0.5, 0.1)],
)
def test_thresholds_that_make_no_sense_are_refused(first: float, second: float, hysteresis: float) -> None:
    with pytest.raises(ValueError, match=r"does not hold|hysteresis"):
        Thresholds(first, second, hysteresis)


@given(scores, thresholds)
def test_a_loud_first_utterance_is_not_the_second_level(tone: float, limits: Thresholds) -> None:
    judged = last(Signals(tone=tone, changes=(("loudness", 12.0),)), limits=limits)
    assert judged.level <= 1
    assert judged.frustration < DEFAULT.second


@given(scores, thresholds)
def test_a_loud_utterance_is_not_the_second_level_a_turn_later_either(tone: float, limits: Thresholds) -> None:
    assert last(Signals(tone=tone), Signals(), limits=limits).level <= 1


def test_angry_words_are_the_first_level_at_once_and_the_second_in_two_turns() -> None:
    for score in (0.93, 0.99):
        assert [last(*[Signals(words=score)] * turns).level for turns in (1, 2)] == [1, 2]


def test_an_angry_voice_saying_nothing_in_particular_hands_over_in_the_end() -> None:
    assert last(*[Signals(tone=0.95, words=0.1)] * 3).level == 2
    assert last(*[Signals(tone=0.1, words=0.95)] * 3).level == 2


def test_a_calm_person_who_is_not_understood_is_not_handed_over_as_angry() -> None:
    assert last(*[Signals(tone=0.1, words=0.1, happened=("misunderstood", "repeated_request"))] * 3).level == 0


def test_all_parts_together_may_hand_over_at_once() -> None:
    judged = last(Signals(words=0.2), Signals(tone=0.97, words=0.97, happened=("complained", "asked_for_person")))
    assert (judged.level, judged.rose) == (2, True)


def test_what_happens_adds_up_and_is_forgotten() -> None:
    once, again = Signals(words=0.4, happened=("repeated_request",)), Signals(words=0.4)
    assert last(once, once, once).frustration > last(again, again, once).frustration > last(once, again, again).frustration
    assert after([once, *[again] * 20]).recalled == {}


def test_a_thing_counts_once_a_turn() -> None:
    assert last(Signals(happened=("corrected", "corrected"))) == last(Signals(happened=("corrected",)))


def test_a_missing_part_is_not_a_calm_one() -> None:
    angry = Signals(words=0.95)
    assert last(angry, Signals(tone=None, words=0.9)).frustration > last(angry, Signals(tone=0.02, words=0.9)).frustration
    assert last(Signals(tone=math.nan, words=0.9)) == last(Signals(words=0.9))


def test_parts_are_told_as_far_as_present() -> None:
    assert set(last(Signals(tone=0.8)).parts) == {"tone"}
    judged = last(Signals(words=0.9, happened=("waited_long",)))
    assert set(judged.parts) == {"words", "happenings"}
    assert judged.parts["words"] > judged.parts["happenings"]
    assert last(Signals()).parts == {}


def test_reasons_come_in_the_order_of_what_they_contribute() -> None:
    changes = (("tempo", 1.3), ("loudness", 5.0), ("pitch", 2.0))
    judged = last(Signals(tone=0.95, words=0.6, happened=("long_silence",), changes=changes))
    assert judged.reasons == (Reason("tone"), Reason("tempo", 1.3), Reason("words"), Reason("loudness", 5.0))


def test_changes_of_a_voice_that_sounds_calm_are_no_reasons() -> None:
    assert last(Signals(tone=0.05, words=0.95, changes=(("loudness", 8.0),))).reasons == (Reason("words"),)


def test_a_repeated_thing_is_told_with_its_count() -> None:
    again = Signals(words=0.9, happened=("repeated_request",))
    assert Reason("repeated_request", 3.0) in last(again, again, again).reasons


def test_a_level_that_only_lasts_says_so() -> None:
    judged = last(*[Signals(words=0.95)] * 3, Signals())
    assert judged.level == 2
    assert judged.reasons == (Reason("before"),)


def test_an_insult_is_told_and_counted_and_is_no_frustration() -> None:
    mood = Mood()
    judged = judge(mood, Signals(words=0.4, abuse=0.9), DEFAULT)
    assert (judged.abusive, mood.abuse, judged.reasons[0]) == (True, 1, Reason("abuse"))
    assert judged.frustration == last(Signals(words=0.4)).frustration
    assert not judge(mood, Signals(words=0.4, abuse=0.1), DEFAULT).abusive
    assert mood.abuse == 1


def test_other_weights_can_be_tried() -> None:
    deaf = Weights.from_json(committed().to_json() | {"tone": {"middle": 0.0, "up": 0.0, "down": 0.0}})
    assert judge(Mood(), Signals(tone=0.99), DEFAULT, deaf).frustration == judge(Mood(), Signals(tone=0.01), DEFAULT, deaf).frustration


def test_every_happening_has_a_weight_and_none_speaks_for_calm() -> None:
    assert set(committed().happened) == set(HAPPENINGS)
    assert min(committed().happened.values()) > 0


def test_a_reason_survives_a_database() -> None:
    for reason in (Reason("tone"), Reason("tempo", 1.3)):
        assert Reason.from_json(json.loads(json.dumps(reason.to_json()))) == reason
    assert Reason.from_json(cast(Any, {"kind": "tempo", "value": "fast"})) == Reason("tempo")
