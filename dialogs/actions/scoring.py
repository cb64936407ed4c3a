"""Scores a candidate's answers against the criteria a job publishes. Pure functions; a person decides.

The result is a recommendation (``invite``, ``review``, ``unlikely``) with a reason for every criterion, never a rejection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from dialogs.formats import day, duration, money
from nlu.types import LANGUAGES

Recommendation = Literal["invite", "review", "unlikely"]
Standing = Literal["met", "partly", "not_met", "open"]
"""How an answer stands to a requirement; ``open`` is left to be agreed with a person."""

HOURS_A_MONTH = 168
"""Working hours of a full-time month, to compare pay by the hour with pay by the month."""
MONTH = 30 * 86_400
"""Seconds in the month of the duration parser."""
INVITE, REVIEW = 70, 40
"""Points (0..100) from which a candidate is recommended when the job names no thresholds of its own."""

NOW, NONE, OPEN = "now", "none", "open"
"""Answers without a value: from now on; no experience; pay to be agreed."""

LABELS: dict[str, dict[str, str]] = {
    "availability_date": {"pl": "dostępność", "en": "start date", "ro": "disponibilitate"},
    "shifts": {"pl": "praca zmianowa", "en": "shifts", "ro": "ture"},
    "weekends": {"pl": "praca w weekendy", "en": "weekend work", "ro": "lucru în weekend"},
    "licence": {"pl": "uprawnienia", "en": "licence", "ro": "autorizație"},
    "experience": {"pl": "doświadczenie", "en": "experience", "ro": "experiență"},
    "language_level": {"pl": "znajomość języka", "en": "language level", "ro": "nivelul de limbă"},
    "work_permit": {"pl": "prawo do pracy", "en": "right to work", "ro": "dreptul de muncă"},
    "pay": {"pl": "oczekiwane wynagrodzenie", "en": "pay expectation", "ro": "salariul dorit"},
    "commute": {"pl": "dojazd", "en": "commute", "ro": "naveta"},
}
"""Every criterion that the interview knows, in the order it asks them, with its name."""

ANSWERS: dict[str, dict[str, dict[str, str]]] = {
    "availability_date": {NOW: {"pl": "od zaraz", "en": "right away", "ro": "imediat"}},
    "experience": {NONE: {"pl": "brak", "en": "none", "ro": "fără experiență"}},
    "pay": {OPEN: {"pl": "do uzgodnienia", "en": "to be agreed", "ro": "de stabilit"}},
    "shifts": {
        "days": {"pl": "tylko rano", "en": "mornings only", "ro": "doar dimineața"},
        "no_nights": {
            "pl": "rano i po południu, bez nocy",
            "en": "mornings and afternoons, no nights",
            "ro": "dimineața și după-amiaza, fără nopți",
        },
        "all": {"pl": "wszystkie, także nocne", "en": "all of them, nights too", "ro": "toate, inclusiv noaptea"},
    },
    "language_level": {
        "none": {"pl": "brak znajomości", "en": "not at all", "ro": "deloc"},
        "basic": {"pl": "podstawowa", "en": "basic", "ro": "de bază"},
        "good": {"pl": "komunikatywna", "en": "good", "ro": "bun"},
        "fluent": {"pl": "biegła", "en": "fluent", "ro": "fluent"},
    },
}  # fmt: skip
"""Answers that are words, as they are shown."""

UNITS: dict[str, dict[str, str]] = {
    "hour": {"pl": "za godzinę", "en": "an hour", "ro": "pe oră"},
    "month": {"pl": "miesięcznie", "en": "a month", "ro": "pe lună"},
    "year": {"pl": "rocznie", "en": "a year", "ro": "pe an"},
}
_YES_NO = {True: {"pl": "tak", "en": "yes", "ro": "da"}, False: {"pl": "nie", "en": "no", "ro": "nu"}}
_STANDINGS: dict[Standing, dict[str, str]] = {
    "met": {"pl": "spełnione", "en": "met", "ro": "îndeplinit"},
    "partly": {"pl": "spełnione częściowo", "en": "partly met", "ro": "îndeplinit parțial"},
    "not_met": {"pl": "wymaganie niespełnione", "en": "requirement not met", "ro": "cerință neîndeplinită"},
    "open": {"pl": "do uzgodnienia z rekruterem", "en": "to be agreed with a recruiter", "ro": "de stabilit cu un recrutor"},
}


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One criterion: its points out of ``weight``, how the answer stands to it, and why, by language."""

    key: str
    weight: float
    points: float
    standing: Standing
    knockout: bool
    requirement: Mapping[str, str]
    reason: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """This result as the application keeps it."""
        return {
            "key": self.key, "weight": self.weight, "points": round(self.points, 2), "standing": self.standing,
            "knockout": self.knockout, "requirement": dict(self.requirement), "reason": dict(self.reason),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """All criteria together: ``total`` is 0..100, ``knockouts`` are the must-haves that are not met."""

    total: int
    results: tuple[CriterionResult, ...]
    recommendation: Recommendation

    @property
    def knockouts(self) -> tuple[str, ...]:
        """The keys of the must-haves that are not met."""
        return tuple(result.key for result in self.results if result.knockout)


def asked(job: Mapping[str, Any]) -> list[str]:
    """The keys of a job's criteria that the interview can ask about, in its order."""
    wanted = {criterion.get("key") for criterion in job.get("criteria") or []}
    return [key for key in LABELS if key in wanted]


def score(job: Mapping[str, Any], answers: Mapping[str, Any], today: date) -> Score:
    """Weigh the answers (by criterion key) against the job's published criteria."""
    by_key = {criterion.get("key"): criterion for criterion in job.get("criteria") or []}
    results = tuple(_result(by_key[key], answers.get(key), job, today) for key in asked(job))
    weights = sum(result.weight for result in results)
    total = round(100 * sum(result.points for result in results) / weights) if weights else 0
    return Score(total, results, _recommendation(total, results, job.get("thresholds") or {}))


def _recommendation(total: int, results: Sequence[CriterionResult], thresholds: Mapping[str, Any]) -> Recommendation:
    if any(result.knockout for result in results):
        return "unlikely"
    if total >= thresholds.get("invite", INVITE):
        return "invite"
    return "review" if total >= thresholds.get("review", REVIEW) else "unlikely"


def _result(criterion: Mapping[str, Any], answer: Any, job: Mapping[str, Any], today: date) -> CriterionResult:
    key, weight = str(criterion["key"]), max(0.0, float(criterion.get("weight", 0)))
    share = min(1.0, max(0.0, _SHARES[key](criterion, answer, job, today))) if answer is not None else 0.0
    standing = _standing(key, answer, share)
    requirement = {language: _requirement(criterion, language) for language in LANGUAGES}
    reason = {language: _reason(key, requirement[language], answer, standing, language) for language in LANGUAGES}
    knockout = bool(criterion.get("knockout")) and standing in ("partly", "not_met")
    return CriterionResult(key, weight, weight * share, standing, knockout, requirement, reason)


def _standing(key: str, answer: Any, share: float) -> Standing:
    if answer is None or (key == "pay" and answer == OPEN):
        return "open"
    return "met" if share >= 1 else "partly" if share > 0 else "not_met"


def _requirement(criterion: Mapping[str, Any], language: str) -> str:
    published = criterion.get("requirement") or {}
    return str(published.get(language) or published.get("en") or LABELS[str(criterion["key"])][language])


def _reason(key: str, requirement: str, answer: Any, standing: Standing, language: str) -> str:
    verdict = _STANDINGS[standing][language]
    if answer is None:
        return f"{requirement}: {verdict}"
    return f"{requirement}: {verdict} ({shown(key, answer, language)})"


def shown(key: str, answer: Any, language: str) -> str:
    """An answer as a person of that language reads it."""
    words = ANSWERS.get(key, {}).get(answer) if isinstance(answer, str) else None
    if words:
        return words[language]
    if isinstance(answer, bool):
        return _YES_NO[answer][language]
    if key == "availability_date":
        return day(str(answer), language)
    if key in ("experience", "commute"):
        return duration(answer, language)
    if key == "pay" and isinstance(answer, Mapping):
        unit = UNITS.get(str(answer.get("unit")), {}).get(language, "")
        return f"{money(answer, language)} {unit}".strip()
    return str(answer)


# ---- how much of a requirement an answer meets (0..1), one function a criterion


def _availability(criterion: Mapping[str, Any], answer: Any, job: Mapping[str, Any], today: date) -> float:
    """Full within ``within_days``, falling to nothing at ``at_most_days`` (twice as many unless named)."""
    days = 0 if answer == NOW else (date.fromisoformat(str(answer)[:10]) - today).days
    within = int(criterion.get("within_days", 14))
    return _falling(days, within, int(criterion.get("at_most_days", 2 * within)))


def _commute(criterion: Mapping[str, Any], answer: Any, job: Mapping[str, Any], today: date) -> float:
    """Full up to ``minutes``, nothing from twice as many on."""
    minutes = float(criterion.get("minutes", 60))
    return _falling(float(answer) / 60, minutes, 2 * minutes)


def _pay(criterion: Mapping[str, Any], answer: Any, job: Mapping[str, Any], today: date) -> float:
    """Full up to what the job pays at most, nothing from a quarter more on; pay to be agreed takes nothing away."""
    if answer == OPEN:
        return 1.0
    budget = job.get("pay") or {}
    most = float(criterion.get("up_to") or budget.get("to") or 0)
    if not most:
        return 1.0
    unit = str(budget.get("unit", "hour"))
    wanted = per(float(answer["amount"]), str(answer.get("unit") or unit), unit)
    return _falling(wanted, most, 1.25 * most)


def _experience(criterion: Mapping[str, Any], answer: Any, job: Mapping[str, Any], today: date) -> float:
    """The share of the ``months`` asked for."""
    months = float(criterion.get("months", 0))
    had = 0.0 if answer == NONE else float(answer) / MONTH
    return had / months if months else 1.0


def _yes(criterion: Mapping[str, Any], answer: Any, job: Mapping[str, Any], today: date) -> float:
    return 1.0 if answer is True else 0.0


def _steps(*ladder: str) -> _Share:
    """Full from the rung that is ``needed`` on, less with every rung below it, nothing on the lowest."""

    def share(criterion: Mapping[str, Any], answer: Any, job: Mapping[str, Any], today: date) -> float:
        needed = ladder.index(str(criterion.get("needed", ladder[-1])))
        reached = ladder.index(answer) if answer in ladder else 0
        return reached / needed if needed else 1.0

    return share


def _falling(value: float, full: float, nothing: float) -> float:
    if value <= full:
        return 1.0
    return 0.0 if value >= nothing else (nothing - value) / (nothing - full)


def per(amount: float, unit: str, wanted: str) -> float:
    """An amount by the hour, month or year, turned into another of these."""
    hours = {"hour": 1, "month": HOURS_A_MONTH, "year": 12 * HOURS_A_MONTH}
    return amount / hours[unit] * hours[wanted]


_Share = Callable[[Mapping[str, Any], Any, Mapping[str, Any], date], float]
SHIFTS = ("days", "no_nights", "all")
LEVELS = ("none", "basic", "good", "fluent")
_SHARES: dict[str, _Share] = {
    "availability_date": _availability,
    "shifts": _steps(*SHIFTS),
    "weekends": _yes,
    "licence": _yes,
    "experience": _experience,
    "language_level": _steps(*LEVELS),
    "work_permit": _yes,
    "pay": _pay,
    "commute": _commute,
}
