"""Prosody: what is measured is what was said, whatever the line; what changed is what a person would notice."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from speech.audio import read_audio, resample
from speech.tone.prosody import START, Manner, measure
from speech.tone.types import Change, Prosody
from speech.types import RATE, Samples
from tests.unit.speech.tone.voices import TELEPHONE, at_level, noise, semitones, silence, syllables, vowel

SPEECH = Path("/work/shared/data/speech")
CALM = Prosody(pitch_hz=120.0, range_st=4.0, level_dbfs=-25.0, tempo=5.0, pauses=0.1)


def prosody(**changed: float | None) -> Prosody:
    return Prosody(**{"pitch_hz": 120.0, "range_st": 4.0, "level_dbfs": -25.0, "tempo": 5.0, "pauses": 0.1, **changed})  # type: ignore[arg-type]


def manner(*learnt: Prosody) -> Manner:
    one = Manner()
    for each in learnt:
        one.learn(each)
    return one


@pytest.fixture(scope="module")
def clip() -> Samples:
    file = SPEECH / "pl" / "KD0_neutral_1.flac"
    if not file.exists():
        pytest.skip(f"{file} is not here")
    return read_audio(file)


@pytest.mark.parametrize("hz", [90, 150, 250, 400])
def test_the_pitch_is_the_median_and_the_range_what_lies_around_it(hz: float) -> None:
    steady = measure(vowel(hz, 1))
    assert steady.pitch_hz == pytest.approx(hz, rel=0.01)
    assert steady.range_st is not None
    assert steady.range_st < 0.3
    sweep = measure(vowel(np.geomspace(hz / 1.2, hz * 1.2, RATE), 1))
    assert sweep.range_st == pytest.approx(0.8 * semitones(1.44, 1), rel=0.15)


@pytest.mark.parametrize("level", [-40, -25, -12])
def test_loudness_is_that_of_the_speech_and_not_of_the_pauses(level: float) -> None:
    said = vowel(150, 1, level)
    assert measure(said).level_dbfs == pytest.approx(level, abs=0.5)
    paused = np.concatenate([said, silence(2), said])
    assert measure(paused).level_dbfs == pytest.approx(level, abs=0.8)  # with the edges


@pytest.mark.parametrize("tempo", [3, 4, 5, 6, 7])
def test_tempo_counts_syllables(tempo: int) -> None:
    found = measure(TELEPHONE.heard(syllables(2 * tempo, 2), np.random.default_rng(1))).tempo
    assert found == pytest.approx(tempo, rel=0.12)


def test_tempo_is_of_the_speech_and_not_of_the_pauses() -> None:
    said = syllables(10, 2)
    assert measure(np.concatenate([said, silence(3), said])).tempo == pytest.approx(5, rel=0.12)


def test_pauses_are_long_silences_inside() -> None:
    said = vowel(150, 1)
    inside = measure(np.concatenate([silence(1), said, silence(1), said, silence(2)]))
    assert inside.pauses == pytest.approx(1 / 3, abs=0.04)
    assert measure(np.concatenate([said, silence(0.15), said])).pauses == 0


def test_pauses_are_heard_under_noise_at_15_db() -> None:
    said = np.concatenate([vowel(150, 1, -20), silence(1), vowel(150, 1, -20)])
    assert measure((said + noise(3, -36)).astype(np.int16)).pauses == pytest.approx(1 / 3, abs=0.05)


@pytest.mark.parametrize("samples", [silence(1), silence(0), silence(0.01)])
def test_where_nothing_is_said_nothing_is_measured(samples: Samples) -> None:
    assert measure(samples) == Prosody(None, None, -math.inf, None, 0.0)


def test_a_hiss_has_no_pitch() -> None:
    assert measure(noise(2)).pitch_hz is None


def test_too_little_voice_has_no_pitch() -> None:
    assert measure(vowel(150, 0.2)).pitch_hz is None


@given(arrays(np.int16, st.integers(0, 6000)))
@settings(max_examples=60, deadline=None)
def test_any_audio_has_sound_measures(samples: Samples) -> None:
    found = measure(samples)
    assert found.level_dbfs <= 0.1
    assert 0 <= found.pauses <= 1
    assert (found.pitch_hz is None) == (found.range_st is None)
    assert found.tempo is None or 0 < found.tempo < 35


@given(st.floats(-26, 8))
@settings(max_examples=15, deadline=None)
def test_the_gain_of_the_line_changes_the_level_alone(clip: Samples, gain: float) -> None:
    clip = at_level(clip.astype(np.float64), -26)
    before, after = measure(clip), measure((clip * 10 ** (gain / 20)).clip(-32768, 32767).astype(np.int16))
    assert after.level_dbfs - before.level_dbfs == pytest.approx(gain, abs=0.3)
    assert before.pitch_hz is not None
    assert after.pitch_hz == pytest.approx(before.pitch_hz, rel=0.03)
    assert before.tempo is not None
    assert after.tempo == pytest.approx(before.tempo, rel=0.12)
    assert after.pauses == pytest.approx(before.pauses, abs=0.03)


def vowels(text: str) -> int:
    """Syllables of a Polish text: its vowels, an i before another being none."""
    return len(re.findall("[aąeęioóuy]", re.sub("i(?=[aąeęoóu])", "", text.lower())))


def test_of_polish_sentences_on_a_telephone_line_as_many_syllables_are_heard_as_are_said_within_a_tenth() -> None:
    manifest = SPEECH / "manifest.tsv"
    if not manifest.exists():
        pytest.skip(f"{manifest} is not here")
    with manifest.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["language"] == "pl"]
    heard, said = [], []
    for row in rows[::3]:
        samples = TELEPHONE.heard(read_audio(SPEECH / row["path"]), np.random.default_rng(1))
        found = measure(samples)
        spoken_s = (len(samples) / RATE - 0.1) * (1 - found.pauses)  # the clips are trimmed
        heard.append((found.tempo or 0) * spoken_s)
        said.append(vowels(row["text"]))
    assert sum(heard) == pytest.approx(sum(said), rel=0.1)
    assert np.corrcoef(heard, said)[0, 1] > 0.85


def test_without_a_start_nothing_has_changed() -> None:
    assert Manner().changes(CALM) == ()


def test_the_same_again_is_no_change() -> None:
    assert manner(CALM).changes(CALM) == ()


@pytest.mark.parametrize(
    ("now", "change"),
    [
        ({"pitch_hz": 120 * 2 ** (2 / 12)}, Change("pitch", pytest.approx(2))),
        ({"pitch_hz": 120 / 2 ** (2 / 12)}, Change("pitch", pytest.approx(-2))),
        ({"level_dbfs": -21}, Change("loudness", pytest.approx(4))),
        ({"tempo": 6}, Change("tempo", pytest.approx(1.2))),
        ({"tempo": 4}, Change("tempo", pytest.approx(0.8))),
        ({"pauses": 0.3}, Change("pauses", pytest.approx(0.2))),
    ],
)
def test_what_a_person_notices_is_a_change(now: dict[str, float], change: Change) -> None:
    assert manner(CALM).changes(prosody(**now)) == (change,)


@pytest.mark.parametrize("now", [{"pitch_hz": 130.0}, {"level_dbfs": -27.9}, {"tempo": 5.7}, {"tempo": 4.3}, {"pauses": 0.19}])
def test_what_a_person_does_not_notice_is_none(now: dict[str, float]) -> None:
    assert manner(CALM).changes(prosody(**now)) == ()


def test_the_most_noticeable_change_comes_first() -> None:
    found = manner(CALM).changes(prosody(pitch_hz=240.0, level_dbfs=-20.0, tempo=7.0, pauses=0.0))
    assert [each.what for each in found] == ["pitch", "tempo", "loudness", "pauses"]


def test_the_start_is_the_median_of_the_first_utterances_alone() -> None:
    one = manner(prosody(pitch_hz=100.0), prosody(pitch_hz=120.0), prosody(pitch_hz=300.0), *[prosody(pitch_hz=300.0)] * 5)
    assert START == 3
    assert one.changes(prosody(pitch_hz=120.0)) == ()


def test_an_utterance_in_which_nothing_was_said_counts_for_nothing() -> None:
    nothing = measure(silence(1))
    one = manner(nothing, nothing, nothing)
    assert one.changes(CALM) == ()
    one.learn(CALM)
    assert one.changes(nothing) == ()
    assert one.changes(prosody(tempo=10.0)) == (Change("tempo", 2.0),)


def test_what_could_not_be_measured_is_no_change() -> None:
    unknown = prosody(pitch_hz=None, range_st=None, tempo=None)
    assert manner(CALM).changes(unknown) == ()
    assert manner(unknown).changes(CALM) == ()


def test_a_person_who_is_played_faster_is_heard_to_speak_faster_and_higher(clip: Samples) -> None:
    faster = resample(clip, round(RATE * 1.3), RATE)
    changes = {each.what: each.by for each in manner(measure(clip)).changes(measure(faster))}
    assert changes["pitch"] == pytest.approx(semitones(1.3, 1), abs=0.7)
    assert changes["tempo"] == pytest.approx(1.3, abs=0.15)
    assert "loudness" not in changes
