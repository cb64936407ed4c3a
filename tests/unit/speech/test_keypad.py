"""Keys of the telephone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from speech.keypad import HUMAN, Keypad
from speech.types import Expectation

NUMBER = Expectation("digits", keypad="number", digits=6)


def test_a_lone_zero_asks_for_a_person_when_a_number_is_awaited() -> None:
    pad = Keypad()
    assert pad.press("0", NUMBER, 0.0) is None
    assert pad.due(1.0) is None
    assert pad.due(4.0) == ("0", HUMAN)
    assert not pad.typing


def test_a_number_may_begin_with_zero() -> None:
    pad = Keypad()
    assert [pad.press(digit, NUMBER, 0.0) for digit in "012345"][-1] == ("012345", "012345")


def test_zero_that_means_something_here_is_that() -> None:
    assert Keypad().press("0", Expectation(keys={"0": "none"}), 0.0) == ("0", "none")


@given(st.text("0123456789*#", max_size=40), st.sampled_from([NUMBER, Expectation(keys={"1": "yes"})]))
def test_no_keys_break_it_and_no_digit_is_lost(keys: str, expectation: Expectation) -> None:
    pad = Keypad()
    typed = [found for key in keys if (found := pad.press(key, expectation, 0.0)) is not None]
    rest = pad.due(100.0)
    digits = "".join(number for number, _ in [*typed, *([rest] if rest else [])])
    if expectation is NUMBER and "*" not in keys:
        assert digits == keys.replace("#", "")
    assert not pad.typing
