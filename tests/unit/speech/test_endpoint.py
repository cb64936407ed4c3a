"""The end-of-turn policy: what is asked, what was heard and the caller's habit decide how long a silence ends the turn."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.endpoint import LONGEST_MS, WAITS, EndOfTurn
from speech.types import Expectation, Listen


def _wait(
    text: str | None,
    listen: Listen = "free",
    *,
    digits: int = 0,
    pauses: Sequence[int] = (),
    mark: float | None = None,
    language: str = "pl",
) -> int:
    return EndOfTurn().wait_ms(
        Expectation(listen=listen, digits=digits), language=language, text=text, speech_ms=1500, pauses=pauses, mark=mark
    )


def test_a_finished_sentence_is_answered_soon() -> None:
    """450 ms at most, of which 350 are needed to know the text."""
    assert _wait("Gdzie jest moja paczka?", mark=0.95) <= 450


def test_yes_and_no_end_fastest() -> None:
    """One short word is enough."""
    assert _wait("Tak.", "yes_no") <= 300
    assert _wait("nope", "yes_no", language="en") <= 300
    assert _wait("nie, dziękuję", "yes_no") <= 300
    assert _wait("da", "yes_no", language="ro") < _wait("da", language="ro")


def test_an_open_sentence_outlasts_a_hesitation() -> None:
    """Hesitations last 0.8 to 1.2 s, and are heard about 0.1 s longer than they are."""
    for listen in ("free", "yes_no", "digits", "spelling", "address"):
        assert _wait("Chciałabym zwrócić", listen) >= 1400
    assert _wait("Moja dziewczyna świętuje.", mark=0.3) >= 1400


def test_doubt_waits_in_between() -> None:
    """Neither as short as for a finished sentence nor as long as for an open one."""
    assert 700 <= _wait("Dzień dobry.") <= 1100
    assert 700 <= _wait("Moja dziewczyna świętuje.", mark=0.8) <= 1000


def test_all_digits_end_fast_and_some_wait() -> None:
    """A number is over when all of it is there."""
    assert _wait("600 700 800", "digits", digits=9) <= 400
    assert _wait("600 700", "digits", digits=9) >= 1500
    assert _wait("600 700 800", "digits") >= 1400
    assert _wait("anna@gmail.com", "spelling") <= 450
    assert _wait("N O W", "spelling") >= 1500


def test_a_caller_who_pauses_long_is_given_longer() -> None:
    """The less finished the text, the more; nothing for what is surely finished."""
    quick, slow = [260, 300], [900, 1300, 1400]
    assert _wait("Mój numer to", pauses=slow) > _wait("Mój numer to", pauses=quick) == _wait("Mój numer to")
    assert _wait("Dzień dobry.", pauses=slow) > _wait("Dzień dobry.")
    assert _wait("Tak.", "yes_no", pauses=slow) == _wait("Tak.", "yes_no")


def test_what_is_not_known_yet_is_asked_again_before_the_longest_wait() -> None:
    """Without a text the turn does not wait as for an open sentence."""
    for listen, waits in WAITS.items():
        assert waits.finished < _wait(None, listen) < waits.unfinished


def test_a_very_short_sound_is_not_taken_for_a_whole_sentence() -> None:
    """ "Ja." may be the first word of many; "tak" to a yes-or-no question is an answer."""
    policy = EndOfTurn()
    short = policy.wait_ms(Expectation(), language="pl", text="Jasne.", speech_ms=130, pauses=())
    answer = policy.wait_ms(Expectation(listen="yes_no"), language="pl", text="Tak.", speech_ms=130, pauses=())
    mark_of_five = policy.wait_ms(Expectation(listen="digits", digits=1), language="pl", text="Pięć.", speech_ms=200, pauses=())
    assert short >= 700
    assert mark_of_five <= 400
    assert answer <= 300


@given(
    st.none() | st.text(max_size=60),
    st.sampled_from(["free", "yes_no", "digits", "spelling", "address"]),
    st.lists(st.integers(0, 60_000), max_size=8),
    st.none() | st.floats(0, 1),
)
def test_no_wait_is_longer_than_the_longest(text: str | None, listen: Listen, pauses: list[int], mark: float | None) -> None:
    """However a caller spoke before, the line is never dead for longer."""
    waited = _wait(text, listen, pauses=pauses, mark=mark)
    assert min(waits.finished for waits in WAITS.values()) <= waited <= LONGEST_MS


@pytest.mark.parametrize("listen", ["free", "yes_no", "digits", "spelling", "address"])
def test_waits_grow_with_what_is_missing(listen: Listen) -> None:
    """Finished, undecided, unfinished: each waits longer."""
    waits = WAITS[listen]
    assert waits.finished < waits.undecided < waits.unfinished <= LONGEST_MS
