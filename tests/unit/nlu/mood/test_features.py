"""What the head looks at: marks of writing, cues, pieces of words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.mood.features import BUCKETS, cue_kinds, cues_in, ngrams, surface, surface_names
from nlu.types import LANGUAGES


def named(text: str, language: str = "en") -> dict[str, float]:
    return dict(zip(surface_names(), surface(text, language).tolist(), strict=True))


def test_shouting_is_named() -> None:
    loud, plain = named("WHERE IS MY ORDER?!!!"), named("Where is my order?")
    assert loud["all_capitals"] == 1
    assert loud["many_exclamations"] > 0
    assert loud["interrobang"] == 1
    assert not any(plain[mark] for mark in ("capitals", "all_capitals", "exclamations", "interrobang") if mark != "capitals")


def test_capitals_of_a_code_are_no_shouting() -> None:
    assert named("my order is VT-1042")["all_capitals"] == 0


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("pl", "dzwonię trzeci raz", "repeated"),
        ("pl", "DZWONIE TRZECI RAZ", "repeated"),
        ("en", "this is the third time I call", "repeated"),
        ("ro", "sun a treia oară", "repeated"),
        ("pl", "kurwa mać", "swear"),
        ("ro", "what the fuck", "swear"),
        ("en", "you useless thing", "insult"),
    ],
)
def test_cues_are_found_with_and_without_diacritics(language: str, text: str, kind: str) -> None:
    assert cues_in(text, language)[kind], cues_in(text, language)


def test_a_cue_is_a_whole_word() -> None:
    assert not cues_in("hello, a shellfish assembly for my classmate", "en")["swear"]


def test_praise_for_what_is_broken_is_named_together() -> None:
    ironic = named("brilliant, it is broken again")
    assert ironic["praise+problem"] == 1
    assert named("brilliant, thank you")["praise+problem"] == 0


@given(st.text(max_size=300), st.sampled_from([*LANGUAGES, "de", ""]))
def test_any_text_has_features(text: str, language: str) -> None:
    found = surface(text, language)
    assert found.shape == (len(surface_names()),)
    assert np.isfinite(found).all()
    places, weights = ngrams(text)
    assert len(places) == len(weights) == len(set(places.tolist()))
    assert ((places >= 0) & (places < BUCKETS)).all()
    assert np.isfinite(weights).all()


@given(st.sampled_from(["Dziękuję, proszę", "Mulțumesc, vă rog", "Are you SERIOUS"]))
def test_pieces_do_not_depend_on_case_or_diacritics(text: str) -> None:
    from nlu.parsers.fold import fold_text

    assert set(ngrams(text)[0].tolist()) == set(ngrams(fold_text(text).upper())[0].tolist())


def test_every_kind_of_cue_is_known_in_every_language() -> None:
    from nlu.mood.features import _cues

    for kind in cue_kinds():
        assert set(_cues()[kind]) >= set(LANGUAGES) or "any" in _cues()[kind], kind
