"""How many refusals are written down: enough to see what happens, never so many that the log is full of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from bot.users import audit
from tests.house import START


def test_twenty_refusals_a_minute_of_each_are_written_down() -> None:
    sparing = audit.Sparing()
    lefts = [sparing.left("anna", START) for _ in range(25)]
    assert lefts == [*range(20, 0, -1), 0, 0, 0, 0, 0]
    assert sparing.left("jan", START) == 20
    assert sparing.left("anna", START + timedelta(seconds=59)) == 0
    assert sparing.left("anna", START + timedelta(seconds=60)) == 20


def test_a_clock_that_was_set_back_silences_nobody() -> None:
    sparing = audit.Sparing(most=1)
    assert [sparing.left("anna", START), sparing.left("anna", START), sparing.left("anna", START - timedelta(hours=1))] == [1, 0, 1]


def test_of_many_strangers_only_the_last_ones_are_remembered() -> None:
    sparing = audit.Sparing(most=1, remembered=3)
    for number in range(100):
        assert sparing.left(str(number), START) == 1
    assert [sparing.left("99", START), sparing.left("0", START)] == [0, 1]
    assert len(sparing._counted) == 3


def test_what_was_wanted_is_written_so_that_it_can_be_kept() -> None:
    class Log:
        """Takes entries."""

        def __init__(self) -> None:
            self.entries: list[Any] = []

        def add(self, entry: Any) -> None:
            self.entries.append(entry)

    log = Log()
    audit.refused(cast(AsyncSession, log), START, "stranger", "foreign_origin", "/a\x00b\ud800" + "x" * 999, address="10.0.0.1", last=True)
    [entry] = log.entries
    assert (entry.action, entry.who, entry.about[:6], len(entry.about)) == ("refused", "stranger", "/a?b?x", 200)
    assert entry.detail == {"why": "foreign_origin", "more": "not written down for a minute"}
