"""The pages' languages: everything in the code is in every catalogue, variables are kept, and who asks for a language gets it."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from bot.desk import i18n

OTHERS = sorted(set(i18n.INTERFACES) - {"en"})


def fields(text: str) -> set[str]:
    """The variables of a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_none_is_left_over(language: str) -> None:
    kept = {message.id: message for message in i18n.read(language) if message.id}
    wanted = {message.id for message in i18n.wanted() if message.id}
    assert wanted - kept.keys() == set(), "run python -m bot.desk.i18n, and translate what is new"
    assert kept.keys() - wanted == set(), "run python -m bot.desk.i18n"
    assert [message.id for message in kept.values() if not i18n.translated(message) or message.fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_variables_of_its_text(language: str) -> None:
    for message in i18n.read(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else [message.id]
        forms = message.string if isinstance(message.string, tuple | list) else [message.string]
        for form in forms:
            assert fields(form) <= set().union(*(fields(each) for each in ids)), message.id
            if len(ids) == 1:
                assert fields(form) == fields(ids[0]), message.id
            assert not re.search(r"\s$|^\s", form), message.id


@pytest.mark.parametrize(
    ("accepts", "language"),
    [("pl-PL,pl;q=0.9,en;q=0.8", "pl"), ("de-DE,en;q=0.5", "en"), ("ro", "en"), ("", "en"), ("en-GB,pl;q=0.3", "en"), ("xx;;,,", "en")],
)
def test_the_browsers_languages_decide(accepts: str, language: str) -> None:
    assert i18n.negotiated(accepts) == language


def test_a_page_speaks_what_it_was_told() -> None:
    assert i18n._("Take") == "Take"
    with i18n.speaking("pl"):
        assert i18n._("Take") == "Przejmij"
        assert [i18n.ngettext("{count} task", "{count} tasks", count) for count in (1, 3, 5, 22)] == [
            "1 zadanie", "3 zadania", "5 zadań", "22 zadania",
        ]  # fmt: skip
    assert i18n.ngettext("{count} task", "{count} tasks", 1) == "1 task"
