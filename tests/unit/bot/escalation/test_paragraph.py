"""The paragraph that an agent reads first: whole sentences in both languages, never empty, never too long, whatever is in the summary."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk import i18n
from bot.escalation import paragraph as module
from bot.escalation.paragraph import LONGEST, paragraph
from dialogs.runtime import Runtime
from tests.talk import ROOT, runtime


@cache
def loaded() -> Runtime:
    return runtime()


def told(summary: dict[str, Any], language: str = "en") -> str:
    return paragraph(summary, loaded().flows, language, loaded().domain.slots)


ANNA = {
    "person": {"id": "P-1001", "name": "Anna Nowak", "language": "pl"},
    "contact": 4, "since": "2025-03-03", "about": "order_status", "before": ["return_item"],
    "reason": "late_delivery", "kind": "support", "flow": "order_status", "asked": "order_proof", "turns": 5, "misunderstood": 2,
    "known": {"order_id": "VX-104233", "order_number": "VX-104233", "order_proof": "00-623", "new_day": "2026-11-20", "order_auto": True},
    "mood": {"frustration": 0.62, "reasons": ["w słowach widać zdenerwowanie"]},
    "mood_reasons": [{"kind": "words"}, {"kind": "misunderstood", "value": 2}],
}  # fmt: skip


def test_it_tells_who_what_for_what_is_known_the_mood_and_why_a_person_is_needed() -> None:
    assert told(ANNA) == (
        "Anna Nowak (contact no. 4, known since 3 March 2025) asks about the status of an order. Known so far: order VX-104233, "
        "new day of delivery (Friday, 20 November); not answered yet: postcode or e-mail. Losing patience (62%): words show "
        "frustration, not understood by the bot (twice). The parcel is late, and they want a person to look into it."
    )


def test_it_is_native_polish_and_tells_no_gender() -> None:
    assert told(ANNA, "pl") == (
        "Anna Nowak (4. kontakt, w bazie od 3 marca 2025) pyta o stan zamówienia. Ustalono: zamówienie VX-104233, nowy dzień dostawy "
        "(piątek, 20 listopada); bez odpowiedzi zostało pytanie: kod pocztowy lub e-mail. Kończy się cierpliwość (62%): w słowach "
        "widać zdenerwowanie, bot nie rozumie (2 razy). Paczka się spóźnia; chce, żeby ktoś to sprawdził."
    )


def test_of_a_person_without_a_name_who_has_said_nothing_yet_it_says_that() -> None:
    summary = {
        "person": {"name": ""},
        "kind": "support",
        "flow": "pattern_human",
        "reason": "asked_for_person",
        "mood": {"frustration": 0.1},
    }
    assert told(summary) == "An unknown visitor has not said yet what it is about. Calm so far. They ask for a person."
    assert told(summary, "pl") == "Nieznana osoba: nie wiadomo jeszcze, o co chodzi. Nastrój spokojny. Prosi o rozmowę z człowiekiem."


def test_nothing_is_said_of_a_candidates_mood() -> None:
    summary = {"person": {"name": "Kate Brown"}, "contact": 1, "since": "2026-11-01", "flow": "preselection", "mood": {"frustration": None}}
    assert told(summary) == "Kate Brown (first contact) takes part in an interview for a job."


def test_what_was_before_is_told_where_there_is_room() -> None:
    summary = {"person": {"name": "Jan"}, "about": "invoice_request", "before": ["return_item", "order_status"], "reason": "tax_number"}
    assert (
        told(summary)
        == "Jan asks for an invoice. Earlier in this conversation: return, order status. The tax number could not be confirmed."
    )
    assert "Earlier" not in told({**ANNA, "before": ["return_item"]})


def test_a_reason_is_not_said_twice() -> None:
    summary = {
        "person": {"name": "Jan"}, "about": "return_item", "reason": "asked_for_person", "mood": {"frustration": 0.8},
        "mood_reasons": [{"kind": "asked_for_person", "value": 3}, {"kind": "abuse"}],
    }  # fmt: skip
    assert told(summary) == "Jan wants to return something. Very upset (80%): insults the bot. They ask for a person."


def test_what_the_bot_missed_is_counted_once() -> None:
    counted = "Messages the bot did not understand: 2 of 5."
    assert counted in told({"person": {}, "turns": 5, "misunderstood": 2})
    calm = told({"person": {}, "turns": 5, "misunderstood": 2, "mood": {"frustration": 0.0}})
    assert "Calm so far; messages the bot did not understand: 2 of 5." in calm
    assert "2 of 5" not in told(ANNA)  # it is among the reasons


def test_values_are_shown_as_people_write_them() -> None:
    known = {
        "payment_amount": {"amount": "349.00", "currency": "PLN"}, "payment_due": "2026-11-20", "problem_words": "nie grzeje {x}",
        "return_reason": "defective", "free_slots": [{"value": 1}], "orders_verified": ["VX-1"],
    }  # fmt: skip
    assert "kwota (349 zł), termin płatności (piątek, 20 listopada), powód zwrotu (wada albo uszkodzenie)" in told(
        {"person": {}, "known": {k: v for k, v in known.items() if k != "problem_words"}}, "pl"
    ).replace("\u00a0", " ")
    assert "usterka (nie grzeje (x))" in told({"person": {}, "known": {"problem_words": known["problem_words"]}}, "pl")


def test_a_flow_of_an_authors_own_is_called_by_its_name() -> None:
    from dataclasses import replace

    flows = {"gift_card": replace(loaded().flows["order_status"], id="gift_card", names={"en": "gift card", "pl": "karta podarunkowa"})}
    summary = {"person": {"name": "Jan"}, "about": "gift_card", "reason": "gift_card_lost"}
    assert paragraph(summary, flows, "en") == "Jan contacts us about: gift card. Reason for handing over: gift card lost."
    assert paragraph(summary, flows, "pl") == "Jan kontaktuje się z nami w sprawie: karta podarunkowa. Powód przekazania: gift card lost."


def test_every_flow_it_names_exists_and_every_sentence_is_translated() -> None:
    assert set(module._PURPOSES) <= set(loaded().flows)
    polish = i18n.catalogue("pl")
    sentences = [*module._PURPOSES.values(), *module._REASONS.values(), *filter(None, module._MOODS.values())]
    assert [text for text in sentences if polish.gettext(text) == text] == []
    assert [text for text in sentences if set(re.findall(r"{\w+}", text)) != set(re.findall(r"{\w+}", polish.gettext(text)))] == []


def test_every_reason_for_which_the_flows_hand_over_has_its_sentence() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in [*(ROOT / "dialogs").rglob("*.py"), ROOT / "bot/calls/dialog.py"])
    found = set(re.findall(r'hand_over\("(\w+)"\)|"handoff", (?:{"reason": |reason=)"(\w+)"', code))
    reasons = {first or second for first, second in found}
    assert len(reasons) > 15
    assert reasons - set(module._REASONS) == set()


def test_script_in_a_name_stays_text() -> None:
    name = "<script>alert('{0}')</script>\n\u202eX"
    assert told({"person": {"name": name}}).startswith("<script>alert('(0)')</script> X has not said")  # the page escapes it


WILD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=200)
    | st.sampled_from(["2026-02-31", "2026-11-20"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["en", "amount", "currency", "date", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(
    name=st.text(max_size=300),
    known=st.dictionaries(st.sampled_from([*module.SLOTS, "unheard_of"]), WILD, max_size=8),
    about=st.sampled_from(["", "order_status", "pattern_human", "preselection", "nothing", "sms"]),
    before=st.lists(st.sampled_from(["order_status", "return_item", "gone"]), max_size=5),
    frustration=st.none() | st.floats(0, 1),
    reasons=st.lists(
        st.fixed_dictionaries({"kind": st.sampled_from(["tone", "words", "tempo", "misunderstood", "new_kind"]), "value": st.just(2)})
    ),
    reason=st.sampled_from(["", "asked_for_person", "some {odd} reason"]),
    asked=st.sampled_from([None, "order_number", "wants_person", "gone"]),
    contact=st.none() | st.integers(1, 10**6),
    counts=st.tuples(st.integers(0, 500), st.integers(0, 500)),
    language=st.sampled_from(["en", "pl"]),
)
def test_it_is_never_empty_never_too_long_and_never_shows_the_machine(
    name: str, known: dict[str, Any], about: str, before: list[str], frustration: float | None, reasons: list[Any], reason: str,
    asked: str | None, contact: int | None, counts: tuple[int, int], language: str,
) -> None:  # fmt: skip
    summary = {
        "person": {"name": name}, "known": known, "about": about, "before": before, "mood": {"frustration": frustration}, "mood_reasons": reasons,
        "reason": reason, "asked": asked, "contact": contact, "since": "2025-03-03", "turns": counts[0], "misunderstood": counts[1],
    }  # fmt: skip
    text = told(summary, language)
    assert 10 < len(text) <= LONGEST
    assert not {"{", "}", "\n"} & set(text)
    assert "None" not in text or "None" in name + repr(known).replace(": None", "")


@pytest.mark.parametrize("language", ["en", "pl"])
def test_a_long_one_loses_the_least_important(language: str) -> None:
    known = {"problem_words": "a" * 70, "exchange_for": "b" * 70, "new_address": "c " * 35}
    text = told({**ANNA, "known": known, "person": {"name": "x" * 100}}, language)
    assert len(text) <= 420
    assert text.startswith("x" * 50)
    assert text.endswith(told({"person": {}, "reason": "late_delivery"}, language).partition(". " if language == "en" else "chodzi. ")[2])
