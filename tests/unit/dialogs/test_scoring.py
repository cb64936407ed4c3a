"""Scoring of a candidate: a table of cases, and what must hold for every job and every answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dialogs.actions.scoring import (
    ANSWERS,
    LABELS,
    LEVELS,
    MONTH,
    NONE,
    NOW,
    OPEN,
    SHIFTS,
    UNITS,
    Score,
    asked,
    per,
    score,
    shown,
)
from nlu.types import LANGUAGES

TODAY = date(2026, 11, 18)
ROOT = Path(__file__).parents[3]
JOBS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "bot/demo/records_preselection.yml").read_text(encoding="utf-8"))["job"]
PAY = {"from": 31, "to": 36, "currency": "PLN", "unit": "hour"}


def only(key: str, answer: Any, **rule: Any) -> Score:
    return score({"pay": PAY, "criteria": [{"key": key, "weight": 50, **rule}]}, {key: answer}, TODAY)


def zloty(amount: float, unit: str) -> dict[str, str]:
    return {"amount": f"{amount:.2f}", "currency": "PLN", "unit": unit}


@pytest.mark.parametrize(
    ("key", "answer", "rule", "total", "standing"),
    [
        ("availability_date", NOW, {"within_days": 14}, 100, "met"),
        ("availability_date", "2026-12-02", {"within_days": 14}, 100, "met"),
        ("availability_date", "2026-12-09", {"within_days": 14, "at_most_days": 28}, 50, "partly"),
        ("availability_date", "2027-02-01", {"within_days": 14}, 0, "not_met"),
        ("shifts", "all", {"needed": "all"}, 100, "met"),
        ("shifts", "no_nights", {"needed": "all"}, 50, "partly"),
        ("shifts", "days", {"needed": "all"}, 0, "not_met"),
        ("shifts", "all", {"needed": "days"}, 100, "met"),
        ("weekends", True, {}, 100, "met"),
        ("licence", False, {}, 0, "not_met"),
        ("work_permit", True, {}, 100, "met"),
        ("experience", NONE, {"months": 12}, 0, "not_met"),
        ("experience", 6 * MONTH, {"months": 12}, 50, "partly"),
        ("experience", 5 * 365 * 86_400, {"months": 12}, 100, "met"),
        ("language_level", "basic", {"needed": "good"}, 50, "partly"),
        ("language_level", "fluent", {"needed": "good"}, 100, "met"),
        ("pay", zloty(36, "hour"), {}, 100, "met"),
        ("pay", zloty(40.5, "hour"), {}, 50, "partly"),
        ("pay", zloty(6048, "month"), {}, 100, "met"),
        ("pay", zloty(9000, "month"), {}, 0, "not_met"),
        ("pay", OPEN, {}, 100, "open"),
        ("commute", 40 * 60, {"minutes": 60}, 100, "met"),
        ("commute", 90 * 60, {"minutes": 60}, 50, "partly"),
        ("commute", 3 * 3600, {"minutes": 60}, 0, "not_met"),
        ("weekends", None, {}, 0, "open"),
    ],
)
def test_one_criterion(key: str, answer: Any, rule: dict[str, Any], total: int, standing: str) -> None:
    result = only(key, answer, **rule)
    assert (result.total, result.results[0].standing) == (total, standing)


def test_a_knockout_is_named_and_only_recommends() -> None:
    job = JOBS["J-100"]
    answers = {"shifts": "all", "licence": False, "availability_date": NOW, "work_permit": True, "pay": OPEN, "commute": 600}
    result = score(job, answers, TODAY)
    assert result.knockouts == ("licence",)
    assert (result.total, result.recommendation) == (75, "unlikely")
    reason = next(each.reason for each in result.results if each.key == "licence")
    assert "requirement not met" in reason["en"]
    assert "wymaganie niespełnione" in reason["pl"]
    assert "cerință neîndeplinită" in reason["ro"]


@pytest.mark.parametrize(("total", "recommendation"), [(70, "invite"), (69, "review"), (40, "review"), (39, "unlikely")])
def test_thresholds(total: int, recommendation: str) -> None:
    job = {"criteria": [{"key": "weekends", "weight": total}, {"key": "licence", "weight": 100 - total}]}
    assert score(job, {"weekends": True, "licence": False}, TODAY).recommendation == recommendation


def test_a_job_without_criteria_goes_to_a_person() -> None:
    assert score({}, {}, TODAY).total == 0
    assert score({"criteria": [{"key": "star_sign", "weight": 5}]}, {}, TODAY).results == ()


def test_what_the_interview_shows_is_what_the_domain_offers() -> None:
    slots = yaml.safe_load((ROOT / "dialogs/preselection/domain.yml").read_text(encoding="utf-8"))["slots"]
    for key in ("shifts", "language_level"):
        assert [str(option["value"]) for option in slots[key]["options"]] == list(ANSWERS[key])
    assert tuple(ANSWERS["shifts"]) == SHIFTS
    assert tuple(ANSWERS["language_level"]) == LEVELS


@pytest.mark.parametrize("job_id", sorted(JOBS))
def test_published_weights_add_up_and_every_text_is_there(job_id: str) -> None:
    job = JOBS[job_id]
    assert sum(criterion["weight"] for criterion in job["criteria"]) == 100
    assert set(asked(job)) == {criterion["key"] for criterion in job["criteria"]}
    texts = [job["title"], job["place"], *job["texts"].values(), *(criterion["requirement"] for criterion in job["criteria"])]
    assert all(text.get(language) for text in texts for language in LANGUAGES)


# ---- properties

SECONDS = st.integers(0, 60 * 365 * 86_400)
MONEY = st.builds(zloty, st.floats(1, 200_000), st.sampled_from(sorted(UNITS)))
ANSWER: dict[str, st.SearchStrategy[Any]] = {
    "availability_date": st.one_of(st.just(NOW), st.integers(0, 365).map(lambda days: (TODAY + timedelta(days=days)).isoformat())),
    "shifts": st.sampled_from(SHIFTS),
    "weekends": st.booleans(),
    "licence": st.booleans(),
    "experience": st.one_of(st.just(NONE), SECONDS),
    "language_level": st.sampled_from(LEVELS),
    "work_permit": st.booleans(),
    "pay": st.one_of(st.just(OPEN), MONEY),
    "commute": st.integers(0, 6 * 3600),
}
ANSWERED = st.fixed_dictionaries({}, optional={key: st.one_of(st.none(), strategy) for key, strategy in ANSWER.items()})
WEIGHTS = st.dictionaries(st.sampled_from(sorted(LABELS)), st.tuples(st.integers(0, 100), st.booleans()))
ADVANTAGE: dict[str, Callable[[Any], float]] = {
    "availability_date": lambda a: 0 if a == NOW else -(date.fromisoformat(a) - TODAY).days,
    "shifts": SHIFTS.index,
    "weekends": int,
    "licence": int,
    "experience": lambda a: 0 if a == NONE else a,
    "language_level": LEVELS.index,
    "work_permit": int,
    "pay": lambda a: 1.0 if a == OPEN else -per(float(a["amount"]), a["unit"], "hour"),
    "commute": lambda a: -a,
}
"""For each criterion, what makes one answer at least as good as another."""


def job_of(weights: dict[str, tuple[int, bool]]) -> dict[str, Any]:
    return {"pay": PAY, "criteria": [{"key": k, "weight": weight, "knockout": ko, "months": 12} for k, (weight, ko) in weights.items()]}


@given(WEIGHTS, ANSWERED)
def test_always_within_bounds_with_a_reason_for_every_criterion(weights: dict[str, tuple[int, bool]], answers: dict[str, Any]) -> None:
    result = score(job_of(weights), answers, TODAY)
    assert 0 <= result.total <= 100
    assert {each.key for each in result.results} == set(weights)
    assert all(each.reason[language] and 0 <= each.points <= each.weight for each in result.results for language in LANGUAGES)
    assert result.recommendation in ("invite", "review", "unlikely")
    assert all(weights[key][1] for key in result.knockouts)


@given(st.data(), st.sampled_from(sorted(LABELS)), ANSWERED)
def test_a_better_answer_never_costs_points(data: st.DataObject, key: str, answers: dict[str, Any]) -> None:
    job = job_of(dict.fromkeys(LABELS, (10, False)))
    two = sorted([data.draw(ANSWER[key]), data.draw(ANSWER[key])], key=ADVANTAGE[key])
    worse, better = (score(job, {**answers, key: answer}, TODAY).total for answer in two)
    assert worse <= better


@given(st.data(), st.sampled_from(sorted(LABELS)), st.sampled_from(LANGUAGES))
def test_every_answer_can_be_shown(data: st.DataObject, key: str, language: str) -> None:
    assert shown(key, data.draw(ANSWER[key]), language).strip()
