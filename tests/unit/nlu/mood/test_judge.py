"""The judge of words: never raises, never holds a message up, says why there is no score."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from nlu.mood.judge import WAITING, WordsJudge, scorer
from nlu.mood.types import WordsMood


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("\u200b", "empty"),
        ("/order_status", "payload"),
        ('/inform{"order": "A-10"}', "payload"),
        ("/greet ", "payload"),
    ],
)
async def test_what_holds_no_words_has_no_score(text: str, why: str) -> None:
    judge = WordsJudge(load=lambda _model: lambda text, language: WordsMood(0.9))
    assert await judge.judge(text, "en") == WordsMood(None, 0.0, why)  # type: ignore[arg-type]
    assert (await judge.judge("/ is a slash", "en")).frustration == 0.9
    judge.close()


async def test_what_is_late_is_unavailable_and_does_not_hold_up_the_next() -> None:
    slow = threading.Event()

    def score(text: str, language: str) -> WordsMood:
        if text == "slow":
            slow.wait(20)
        return WordsMood(0.25)

    judge = WordsJudge(deadline=0.1, load=lambda _model: score)
    await judge.ready()
    begun = time.monotonic()
    assert (await judge.judge("slow", "en")).unscored == "unavailable"
    assert time.monotonic() - begun < 15, "nobody waits for what is late"
    slow.set()
    await asyncio.sleep(0.05)
    assert (await judge.judge("quick", "en")).frustration == 0.25
    judge.close()


async def test_too_many_at_once_are_turned_away_at_once() -> None:
    held = threading.Event()

    def score(text: str, language: str) -> WordsMood:
        held.wait(5)
        return WordsMood(0.5)

    judge = WordsJudge(deadline=5, load=lambda _model: score)
    await judge.ready()
    waiting = [asyncio.create_task(judge.judge("hello", "en")) for _ in range(WAITING)]
    await asyncio.sleep(0)
    assert (await judge.judge("one more", "en")).unscored == "unavailable"
    held.set()
    assert {found.frustration for found in await asyncio.gather(*waiting)} == {0.5}
    judge.close()


async def test_a_broken_scorer_is_unavailable(caplog: pytest.LogCaptureFixture) -> None:
    def score(text: str, language: str) -> WordsMood:
        raise RuntimeError("no more memory")

    judge = WordsJudge(load=lambda _model: score)
    assert (await judge.judge("my name is Anna", "en")).unscored == "unavailable"
    assert (await judge.judge("hello", "en")).unscored == "unavailable"
    said = [record.message for record in caplog.records]
    assert said == ["The mood in words cannot be judged: RuntimeError: no more memory"], "once, and nothing of what was written"
    judge.close()
    assert (await judge.judge("hello", "en")).unscored == "unavailable"


async def test_the_packaged_head_tells_anger_from_calm() -> None:
    judge = WordsJudge(deadline=10)
    await judge.ready()
    pairs = {
        "pl": (
            "dzwonię już czwarty raz i dalej nikt nic nie wie, mam tego serdecznie dość!!!",
            "dzień dobry, chciałabym zmienić adres dostawy",
        ),
        "en": (
            "this is the FOURTH time I call about this, are you people even listening?!",
            "could you tell me when my order arrives please",
        ),
        "ro": (
            "e a patra oară când sun și iar îmi spuneți aceeași tâmpenie, m-am săturat!!!",
            "bună ziua, aș vrea să schimb adresa de livrare",
        ),
    }
    for language, (angry, calm) in pairs.items():
        cross, content = await judge.judge(angry, language), await judge.judge(calm, language)
        assert cross.frustration is not None
        assert content.frustration is not None
        assert cross.frustration > 0.7, (language, cross)
        assert content.frustration < 0.2, (language, content)
    assert (await judge.judge("ty głupi automacie, spadaj", "pl")).abuse > 0.5
    judge.close()


@pytest.mark.parametrize("text", ["x" * 20_000, "😡" * 300, "a\x00b", "\ud800 broken", "!!!", "1234"])
def test_odd_texts_are_judged_too(text: str) -> None:
    found = scorer()(text, "xx")
    assert found.frustration is not None
    assert 0 <= found.frustration <= 1
    assert 0 <= found.abuse <= 1
