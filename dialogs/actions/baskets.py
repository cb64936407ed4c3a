"""Actions of the basket reminder: show it, answer, discount, take leave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dialogs.actions.base import ActionTurn, action, text_in
from dialogs.actions.reminders import open_record, skips
from dialogs.formats import day, money

DISCOUNT_DAYS = 7
"""Days a discount code is valid."""
SEARCH_SURE = 0.84
"""Cosine similarity from which a passage counts as the answer to a question."""
_REASONS = (
    ("price", re.compile(r"cen[aąęy]|drog|price|expensive|cost|pre[tț]|scump", re.IGNORECASE)),
    ("delivery", re.compile(r"dostaw|wysy[lł]k|przesy[lł]k|deliver|shipping|livra|transport", re.IGNORECASE)),
    ("elsewhere", re.compile(r"gdzie indziej|innym sklepie|konkurencj|elsewhere|another shop|alt[aă] parte|alt magazin", re.IGNORECASE)),
    ("later", re.compile(r"nie teraz|p[oó][zź]niej|not now|later|nu acum|t[aâ]rziu|alt[aă] dat[aă]", re.IGNORECASE)),
)  # fmt: skip


@action("action_find_basket")
async def find_basket(turn: ActionTurn) -> None:
    """Find the open basket and say what is in it."""
    found = await open_record(turn, "basket", ("open",), "at")
    if found is None or not found["items"]:
        turn.set(basket_id=None)
        turn.effect("outcome", outcome="no_record")
        return
    turn.set(basket_id=found["id"], basket_total=_money(_total(found), found["currency"]), basket_link=found["link"])
    parts = [_named(item, turn) for item in found["items"]]
    turn.say("utter_basket_is", items=", ".join(parts), count=sum(int(item["quantity"]) for item in found["items"]))


def _named(item: Mapping[str, Any], turn: ActionTurn) -> str:
    name = text_in(item["name"], turn.language)
    return name if turn.spoken and int(item["quantity"]) == 1 else f"{item['quantity']} × {name}"


def _total(basket: Mapping[str, Any]) -> Decimal:
    return sum((Decimal(str(item["price"])) * int(item["quantity"]) for item in basket["items"]), Decimal(0))


def _money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"amount": str(amount), "currency": currency}


@action("action_basket_link")
async def basket_link(turn: ActionTurn) -> None:
    """The way to the checkout."""
    turn.effect("outcome", outcome="resumed")
    turn.effect("opportunity", kind="ready_to_buy")
    turn.write("utter_basket_link")


@action("action_basket_question")
async def basket_question(turn: ActionTurn) -> None:
    """Answer a question about the things in the basket from the knowledge base, or admit that it is not known."""
    question = str(turn.slots["basket_question"])
    turn.set(question_unanswered=False)
    if skips(turn, question):
        return
    answers = await turn.scene.knowledge.search(question, turn.language)
    if answers and answers[0].score >= SEARCH_SURE:
        turn.say("utter_faq_answer", answer=answers[0].text, source=answers[0].source)
        return
    turn.set(question_unanswered=True)
    turn.effect("problem", kind="question_unanswered", words=question)
    turn.say("utter_question_unknown")


@action("action_basket_person")
async def basket_person(turn: ActionTurn) -> None:
    """A colleague answers what we do not know."""
    turn.effect("opportunity", kind="ready_to_buy")
    turn.effect("outcome", outcome="handed_over")
    turn.hand_over("basket_question")


@action("action_basket_discount")
async def basket_discount(turn: ActionTurn) -> None:
    """One code for a person, within the basket's rule; or why there is none."""
    found = await turn.record("basket", "basket_id")
    rule, total, currency = found.get("discount") or {}, _total(found), str(found["currency"])
    percent, least = int(rule.get("max_percent", 0)), Decimal(str(rule.get("min_total", 0)))
    turn.effect("problem", kind="price", words=turn.heard.text)
    if await _had_discount(turn, str(found["id"])):
        return
    if percent <= 0:
        turn.say("utter_discount_none")
        return
    if total < least:
        missing = _money(least - total, currency)
        turn.effect("opportunity", kind="discount_if_more")
        turn.say("utter_discount_too_small", min_total=money(_money(least, currency), turn.language), missing=money(missing, turn.language))
        return
    number = await turn.scene.records.new_id("discount", f"BRYZA{percent}")
    until = (turn.scene.now.date() + timedelta(days=DISCOUNT_DAYS)).isoformat()
    data = {"person": turn.scene.person.id, "basket": found["id"], "percent": percent, "until": until, "status": "open"}
    await turn.scene.records.put("discount", number, data)
    new_total = (total * (100 - percent) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    turn.effect("committed")
    turn.effect("outcome", outcome="discount_given")
    turn.effect("opportunity", kind="discount_given")
    shown = {"new_total": money(_money(new_total, currency), turn.language), "until": day(until, turn.language)}
    turn.write("utter_discount_given", percent=percent, code=number, **shown)


async def _had_discount(turn: ActionTurn, basket: str) -> bool:
    """Whether the person has had a discount; says so, and repeats a code that still works for this basket."""
    today = turn.scene.now.date().isoformat()
    had = await turn.scene.records.find("discount", person=turn.scene.person.id)
    for discount in had:
        if discount.get("basket") == basket and discount["status"] == "open" and discount["until"] >= today:
            turn.write("utter_discount_again", code=discount["id"])
            return True
    if had:
        turn.say("utter_discount_used")
    return bool(had)


@action("action_basket_left")
async def basket_left(turn: ActionTurn) -> None:
    """Given up: the reason, if one was told, is a problem to solve or a chance for later."""
    found, said = await turn.record("basket", "basket_id"), str(turn.slots.get("basket_reason") or "")
    reason = next((name for name, pattern in _REASONS if said == name or pattern.search(said)), None)
    if reason is None and said and not skips(turn, said):
        reason = "other"
    await turn.scene.records.put("basket", found["id"], {**found, "status": "declined", "reason": reason})
    if reason == "later":
        turn.effect("opportunity", kind="ask_again_later")
    elif reason:
        turn.effect("problem", kind=f"basket_{reason}", words=said)
    if reason == "price":
        turn.effect("opportunity", kind="price_offer")
    turn.effect("committed")
    turn.effect("outcome", outcome="not_interested")
    turn.say("utter_basket_left")
