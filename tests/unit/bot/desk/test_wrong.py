"""What was wrong, as pages say it: in English exactly, in other languages with the same names and numbers in it."""

from __future__ import annotations

from bot.desk import i18n
from bot.desk.wrong import in_words
from bot.problems import Problem, not_found


def said(problem: Problem, language: str = "pl") -> str:
    with i18n.speaking(language):
        return in_words(problem)


def test_in_its_own_words_with_what_is_given_apart() -> None:
    taken = Problem(409, "escalation_taken", "{who} has this conversation.", values={"who": "ola"})
    assert (taken.detail, said(taken, "en"), said(taken)) == (
        "ola has this conversation.", "ola has this conversation.", "Tę rozmowę prowadzi ola.",
    )  # fmt: skip


def test_braces_of_people_are_nobodys_variables() -> None:
    wrong = Problem(422, "attachment_unknown", "There is no file {file} to send here.", values={"file": "'{who} {0}'"})
    assert said(wrong) == "Nie ma tu pliku '{who} {0}' do wysłania."
    assert said(Problem(400, "odd", "no {variable} of ours"), "en") == "no {variable} of ours"


def test_what_comes_from_further_inside_is_said_by_its_code() -> None:
    assert said(not_found("task")) == "Tego zadania już nie ma."
    assert said(not_found("task"), "en") == "There is no such task."
    assert said(Problem(422, "slot_invalid", "'x' is no value for order_id.")).startswith("Jednej z wartości")


def test_what_nobody_has_translated_is_said_as_it_is() -> None:
    assert said(Problem(400, "brand_new", "This is new.")) == "This is new."
