"""What the support flows do about returns and refunds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from dialogs.actions.base import ActionTurn, action
from dialogs.actions.orders import (
    ALL,
    WAITING,
    Order,
    day_of,
    folded,
    item_name,
    item_options,
    label,
    masked,
    mentioned,
    order_of,
    outcome,
    said,
    shown_day,
    ticket,
    today,
    words_of,
)
from dialogs.formats import money

RETURN_DAYS, OUTLET_DAYS = 30, 14
"""Days from delivery in which things can be sent back."""
SEND_DAYS = 14
"""Days in which a registered return has to be posted."""
REFUND_DAYS = 14
"""Days in which money has to be back."""
DONE = "done"
"""The choice "that is all"."""
_WISHES = {
    "refund": re.compile(r"pieni[ae]|\bkas[ey]\b|\bmoney|refund|\bbanii?\b|ramburs"),
    "exchange": re.compile(r"wymi[ae]n|exchange|\bswap|schimb"),
}
"""What a first sentence says of the wish, in all languages, without diacritics; "zwrot" alone says neither."""
_DONE_LABELS = {"pl": ["To wszystko", "nic więcej"], "en": ["That is all", "nothing else"], "ro": ["Asta e tot", "nimic altceva"]}


# ---- return


@action("action_check_return")
async def check_return(turn: ActionTurn) -> None:
    """What of the order can still be sent back, by its state, the date of delivery and earlier returns."""
    order = await order_of(turn)
    if order["id"] != turn.slots.get("return_order"):
        turn.set(return_item_choice=None, return_quantity=None, return_more=None, return_items=None)
    turn.set(return_order=order["id"], return_label=label(order, turn), return_case="closed")
    if not turn.slots.get("return_words"):
        turn.set(return_words=turn.slots.get("order_words"))
    _wished_already(turn)
    returns = [r for r in await turn.scene.records.find("return", order=order["id"]) if r["status"] != "withdrawn"]
    gone = {item["sku"] for known in returns for item in known["items"]}
    left = [item for item in order["items"] if item["sku"] not in gone]
    in_time = [item for item in left if _in_time(order, item, turn)]
    if order["status"] in WAITING:
        turn.set(return_case="not_sent")
    elif order["status"] == "cancelled":
        turn.say("utter_return_cancelled_order")
        outcome(turn, "not_possible")
    elif not left:
        turn.say("utter_return_already", return_number=returns[-1]["id"])
        outcome(turn, "already_returned")
    elif not in_time:
        _too_late(turn, order, left)
    else:
        _offer_items(turn, in_time)


def _wished_already(turn: ActionTurn) -> None:
    words = folded(turn.slots.get("order_words") or "")
    wishes = [wish for wish, said in _WISHES.items() if said.search(words)]
    if len(wishes) == 1 and not turn.slots.get("return_wish"):
        turn.set(return_wish=wishes[0])
        turn.effect("answered", slot="return_wish")


def _too_late(turn: ActionTurn, order: Order, items: list[dict[str, Any]]) -> None:
    days = max(_days(item) for item in items)
    delivered = day_of(order, "delivered") or today(turn)
    turn.set(return_case="late")
    turn.say(
        "utter_return_late", return_days_shown=days, delivered_shown=shown_day(delivered, turn),
        deadline_shown=shown_day(delivered + timedelta(days=days), turn),
    )  # fmt: skip
    turn.effect("problem", kind="return_too_late", words=turn.slots.get("return_words") or "")
    outcome(turn, "return_too_late")


def _offer_items(turn: ActionTurn, items: list[dict[str, Any]]) -> None:
    turn.set(return_case="open", return_item_options=item_options(items))
    named = mentioned(words_of(turn), items, turn.language)
    only = items[0]["sku"] if len(items) == 1 else named[0] if len(named) == 1 else None
    if only and not turn.slots.get("return_item_choice"):
        turn.set(return_item_choice=only)
        if len(items) > 1:
            turn.effect("answered", slot="return_item_choice")


def _days(item: Mapping[str, Any]) -> int:
    return OUTLET_DAYS if item.get("sale") else RETURN_DAYS


def _in_time(order: Order, item: Mapping[str, Any], turn: ActionTurn) -> bool:
    delivered = day_of(order, "delivered")
    return delivered is None or today(turn) <= delivered + timedelta(days=_days(item))


@action("action_first_item")
async def first_item(turn: ActionTurn) -> None:
    """Start the list of things to send back; ask for more when the order has still more."""
    order = await order_of(turn, "return_order")
    chosen = turn.slots["return_item_choice"]
    before = turn.slots.get("return_items") or []
    if before and before[0]["sku"] != chosen:
        turn.set(return_quantity=None)
    open_to_return = [option["value"] for option in turn.slots["return_item_options"] if option["value"] != ALL]
    listed = [item for item in order["items"] if item["sku"] in (open_to_return if chosen == ALL else [chosen])]
    turn.set(return_items=[{"sku": i["sku"], "qty": i["qty"]} for i in listed])
    turn.set(return_quantity_max=listed[0]["qty"] if chosen != ALL else 1, return_more=None)
    _offer_more(turn, open_to_return)


@action("action_add_item")
async def add_item(turn: ActionTurn) -> None:
    """One more thing goes back."""
    order = await order_of(turn, "return_order")
    item = next(i for i in order["items"] if i["sku"] == turn.slots["return_more"])
    turn.set(return_items=[*turn.slots["return_items"], {"sku": item["sku"], "qty": item["qty"]}], return_more=None)
    _offer_more(turn, [option["value"] for option in turn.slots["return_item_options"] if option["value"] != ALL])


def _offer_more(turn: ActionTurn, open_to_return: list[str]) -> None:
    """With two things "everything" was on offer already; from three on the rest is offered one by one."""
    taken = {item["sku"] for item in turn.slots["return_items"]}
    options = turn.slots["return_item_options"]
    rest = [option for option in options if option["value"] not in (*taken, ALL)] if len(open_to_return) > 2 else []
    turn.set(return_more_options=[*rest, {"value": DONE, "labels": _DONE_LABELS}] if rest else None)


@action("action_note_reason")
async def note_reason(turn: ActionTurn) -> None:
    """Keep the words in which the reason was given."""
    if turn.slots.get("return_noted") != turn.slots["return_reason"]:
        words = said(turn) or turn.slots.get("return_words")
        turn.set(return_noted=turn.slots["return_reason"], return_words=words)


@action("action_hint_defect")
async def hint_defect(turn: ActionTurn) -> None:
    """A fault goes on as a complaint about the same thing."""
    turn.say("utter_defect_instead")
    chosen = turn.slots["return_item_choice"]
    turn.set(order_hint=turn.slots["return_order"], problem_item=None if chosen == ALL else chosen)


@action("action_hint_returned")
async def hint_returned(turn: ActionTurn) -> None:
    """The flow that follows is about the same order."""
    turn.set(order_hint=turn.slots["return_order"])


@action("action_recap_return")
async def recap_return(turn: ActionTurn) -> None:
    """Put the things that go back in words."""
    order = await order_of(turn, "return_order")
    counts = {item["sku"]: item["qty"] for item in _returned(turn)}
    shown = [
        item_name(item, turn.language) + (f" × {counts[item['sku']]}" if item["qty"] > 1 else "")
        for item in order["items"]
        if item["sku"] in counts
    ]
    turn.set(return_items_shown=", ".join(shown), return_label=label(order, turn))


def _returned(turn: ActionTurn) -> list[dict[str, Any]]:
    """The list of things with the quantity of the first, if that was asked."""
    items: list[dict[str, Any]] = [dict(item) for item in turn.slots["return_items"]]
    if turn.slots.get("return_quantity") and turn.slots["return_quantity_max"] > 1:
        items[0]["qty"] = turn.slots["return_quantity"]
    return items


@action("action_create_return")
async def create_return(turn: ActionTurn) -> None:
    """Register the return and send the label."""
    order = await order_of(turn, "return_order")
    number = await turn.scene.records.new_id("return", "R")
    deadline = today(turn) + timedelta(days=SEND_DAYS)
    wish, instead = turn.slots["return_wish"], turn.slots.get("exchange_for")
    words = turn.slots.get("return_words") or ""
    await turn.scene.records.put("return", number, {
        "order": order["id"], "person": order["person"], "items": _returned(turn), "reason": turn.slots["return_reason"],
        "words": words, "wish": wish, "exchange_for": instead if wish == "exchange" else None, "status": "registered",
        "label_to": order["email"], "at": turn.scene.now.isoformat(), "send_by": deadline.isoformat(),
    })  # fmt: skip
    turn.say(
        "utter_return_created", return_number=number, email_masked=masked(order["email"]),
        deadline_shown=shown_day(deadline, turn),
    )  # fmt: skip
    turn.say("utter_return_then_exchange" if wish == "exchange" else "utter_return_then_refund")
    turn.effect("problem", kind=f"return_{turn.slots['return_reason']}", words=words)
    if wish == "exchange":
        turn.effect("opportunity", kind="exchange_wanted", about=instead)
    outcome(turn, "return_created")
    turn.effect("committed")


@action("action_late_return_person")
async def late_return_person(turn: ActionTurn) -> None:
    """A person may make an exception."""
    turn.hand_over("return_too_late")


@action("action_drop_return")
async def drop_return(turn: ActionTurn) -> None:
    """No return after all."""
    turn.say("utter_return_dropped")
    outcome(turn, "given_up")


# ---- refund


@action("action_refund_status")
async def refund_status(turn: ActionTurn) -> None:
    """Where the money is; a refund past its time becomes an urgent ticket at once."""
    order = await order_of(turn)
    refunds = await turn.scene.records.find("refund", order=order["id"])
    returns = await turn.scene.records.find("return", order=order["id"])
    turn.set(refund_case="said")
    outcome(turn, "answered")
    if refunds:
        await _say_refund(turn, order, refunds[-1])
    elif returns:
        turn.say("utter_refund_waiting", return_number=returns[-1]["id"])
    else:
        turn.say("utter_refund_none")
        turn.set(refund_case="ask")


async def _say_refund(turn: ActionTurn, order: Order, refund: dict[str, Any]) -> None:
    due = date.fromisoformat(refund["ordered"]) + timedelta(days=REFUND_DAYS)
    values = {"refund_number": refund["id"], "refund_shown": money(refund["amount"], turn.language)}
    if refund["status"] == "sent":
        turn.say("utter_refund_sent", sent_shown=shown_day(date.fromisoformat(refund["sent"]), turn), **values)
        return
    values["deadline_shown"] = shown_day(due, turn)
    if today(turn) <= due:
        turn.say("utter_refund_ordered", **values)
        return
    words = turn.slots.get("order_words") or ""
    number = await ticket(turn, "refund_late", words, order, refund=refund["id"], urgent=True)
    turn.say("utter_refund_late", ticket_number=number, email_masked=masked(order["email"]), **values)
    turn.effect("problem", kind="refund_late", words=words)
    outcome(turn, "ticket_created")


@action("action_refund_person")
async def refund_person(turn: ActionTurn) -> None:
    """A person looks for the money."""
    turn.effect("problem", kind="refund_missing", words=turn.slots.get("order_words") or "")
    turn.hand_over("refund_check")
