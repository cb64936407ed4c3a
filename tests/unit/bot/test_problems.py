"""Problem documents, and bodies such as a database can keep."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.api.body import DEEPEST, Body, storable
from bot.problems import MEDIA_TYPE, Problem, not_found
from bot.understanding import hear


def test_a_problem_is_a_document() -> None:
    answer = Problem(429, "too_many_requests", "Wait.", field="x", headers={"Retry-After": "3"}).response()
    assert (answer.status_code, answer.media_type, answer.headers["retry-after"]) == (429, MEDIA_TYPE, "3")
    assert json.loads(bytes(answer.body)) == {
        "type": "https://voxtrail.dev/problems/too_many_requests", "title": "too many requests", "status": 429, "code": "too_many_requests",
        "detail": "Wait.", "field": "x",
    }  # fmt: skip


def test_what_is_not_there_is_not_described() -> None:
    problem = not_found("person")
    assert (problem.status, problem.code) == (404, "person_not_found")
    assert "field" not in json.loads(bytes(problem.response().body))


class Thing(Body):
    """A body."""

    name: str
    more: dict[str, Any] | None = None


def test_a_body_is_mended_everywhere() -> None:
    thing = Thing.model_validate({"name": "a\x00b\ud800", "more": {"k\x00": ["\udfff", {"x": 1, "y": None, "z": True}]}})
    assert (thing.name, thing.more) == ("ab?", {"k": ["?", {"x": 1, "y": None, "z": True}]})


def test_unknown_fields_and_bottomless_bodies_are_refused() -> None:
    with pytest.raises(ValidationError, match="extra"):
        Thing.model_validate({"name": "a", "other": 1})
    deep: Any = 1
    for _ in range(DEEPEST + 1):
        deep = [deep]
    with pytest.raises(ValidationError, match="levels"):
        Thing.model_validate({"name": "a", "more": {"x": deep}})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(anything)
def test_what_is_storable_stays_so(value: Any) -> None:
    try:
        kept = storable(value)
    except ValueError:
        return
    assert storable(kept) == kept
    assert b"\\u0000" not in json.dumps(kept).encode()
    json.dumps(kept, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("  hello ", "hello"), ("a\x00b", "ab"), ("a\x07b", "a b"), ("one\ntwo\tthree", "one\ntwo\tthree"), ("\ud800", "?"), ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("żółć", "żółć"), ("\x00\x01", ""), ("می‌خواهم", "می‌خواهم"), ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)  # fmt: skip
def test_a_text_is_heard_as_it_was_written(text: str, heard: str) -> None:
    assert hear(text) == heard


@given(st.text(st.characters()))
def test_what_was_heard_can_be_kept_and_heard_again(text: str) -> None:
    heard = hear(text)
    assert "\x00" not in heard
    heard.encode("utf-8")
    assert hear(heard) == heard
