"""What the support flows do about deliveries: state of an order, change of delivery, cancelling."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from dialogs.actions.base import ActionTurn, action
from dialogs.actions.orders import (
    WAITING,
    Order,
    day_of,
    folded,
    label,
    masked,
    order_of,
    outcome,
    shown_day,
    today,
    total,
)
from dialogs.actions.payments import payment_link

LAST_DELIVERY_DAYS = 10
"""Working days ahead that a delivery can be moved to."""
_CHANGES = {
    "address": re.compile(r"\b(adres|ulic|address|street|strad)"),
    "locker": re.compile(r"\b(paczkoma|automat|locker|easybox)"),
    "day": re.compile(r"\b(dzien|dnia|termin|date\b|day\b|zi\b|ziua)"),
}
"""What a wish to change the delivery says of itself, in all languages, without diacritics."""


# ---- order status


@action("action_order_status")
async def order_status(turn: ActionTurn) -> None:
    """Say where the order is; a late parcel is admitted, an unpaid order can be paid."""
    order = await order_of(turn)
    status, eta = str(order["status"]), day_of(order, "eta")
    late = status == "shipped" and eta is not None and eta < today(turn)
    values = {
        "carrier": order.get("carrier"),
        "tracking": order.get("tracking"),
        "total_shown": total(order, turn),
        "eta_shown": shown_day(eta, turn),
        "delivered_shown": shown_day(day_of(order, "delivered"), turn),
    }
    turn.say("utter_status_late" if late else f"utter_status_{status}", **values)
    turn.set(status_case="late" if late else "unpaid" if status == "new" else "said", pay_order=order["id"])
    if late:
        turn.effect("problem", kind="late_delivery", words=turn.slots.get("order_words") or "")
    outcome(turn, "answered")
    others = await turn.scene.records.find("order", person=turn.scene.person.id) if turn.scene.person.id else []
    open_too = [o for o in others if o["id"] != order["id"] and o["status"] in (*WAITING, "shipped")]
    if open_too and not late and status != "new":
        turn.say("utter_other_open", other_orders="; ".join(label(o, turn) for o in open_too[:3]))


@action("action_late_parcel_person")
async def late_parcel_person(turn: ActionTurn) -> None:
    """A colleague chases the carrier."""
    outcome(turn, "late_delivery_escalated")
    turn.hand_over("late_delivery")


@action("action_pay_now")
async def pay_now(turn: ActionTurn) -> None:
    """Send a payment link for an unpaid order."""
    await payment_link(turn, await order_of(turn, "pay_order"))


# ---- change of delivery


@action("action_check_change")
async def check_change(turn: ActionTurn) -> None:
    """Only what has not left the warehouse can be changed."""
    order = await order_of(turn)
    days = _delivery_days(turn)
    points = await _points(turn, order)
    turn.set(
        change_order=order["id"], change_case="open" if order["status"] in WAITING else "closed",
        delivery_days=days, delivery_first=days[0], delivery_last=days[-1], point_options=points,
    )  # fmt: skip
    if order["status"] == "shipped":
        turn.write("utter_change_shipped", carrier=order["carrier"], tracking=order["tracking"])
        outcome(turn, "too_late_shipped")
    elif order["status"] not in WAITING:
        turn.say("utter_change_closed", order_state=order["status"])
        outcome(turn, "not_possible")
    else:
        turn.say("utter_change_open", change_now=_delivery_now(order, turn))
        _wanted_already(turn, days)


def _wanted_already(turn: ActionTurn, days: list[str]) -> None:
    """What the first sentence says of the change: its kind, or a day."""
    words = folded(turn.slots.get("order_words") or "")
    kinds = [kind for kind, said in _CHANGES.items() if said.search(words)]
    wanted = turn.slots.get("new_day")
    if wanted and wanted not in days:
        turn.say("utter_day_unavailable")
        turn.set(new_day=None)
    kind = "day" if wanted else kinds[0] if len(kinds) == 1 else None
    if kind and not turn.slots.get("change_kind"):
        turn.set(change_kind=kind)
        turn.effect("answered", slot="change_kind")


@action("action_recap_change")
async def recap_change(turn: ActionTurn) -> None:
    """Put the new delivery in words."""
    order = await order_of(turn, "change_order")
    turn.set(change_label=label(order, turn), change_shown=await _new_delivery(turn))


@action("action_apply_change")
async def apply_change(turn: ActionTurn) -> None:
    """Write the new delivery, unless the parcel left in the meantime."""
    order = await order_of(turn, "change_order")
    if order["status"] not in WAITING:
        turn.write("utter_change_shipped", carrier=order["carrier"], tracking=order["tracking"] or "–")
        outcome(turn, "too_late_shipped")
        return
    kind = turn.slots["change_kind"]
    if kind == "address":
        order |= {"address": turn.slots["new_address"], "point": None}
    elif kind == "locker":
        order |= {"point": turn.slots["new_point"]}
    else:
        order |= {"eta": turn.slots["new_day"], "day_wanted": turn.slots["new_day"]}
    await turn.scene.records.put("order", order["id"], order)
    turn.say("utter_delivery_changed", email_masked=masked(order["email"]))
    outcome(turn, "delivery_changed")
    turn.effect("committed")


@action("action_keep_delivery")
async def keep_delivery(turn: ActionTurn) -> None:
    """Nothing is changed after all."""
    turn.say("utter_delivery_kept")
    outcome(turn, "unchanged")


def _delivery_days(turn: ActionTurn) -> list[str]:
    """The working days a courier can come, from the day after tomorrow on."""
    day, found = today(turn) + timedelta(days=2), list[str]()
    while len(found) < LAST_DELIVERY_DAYS:
        if day.weekday() < 5:
            found.append(day.isoformat())
        day += timedelta(days=1)
    return found


async def _points(turn: ActionTurn, order: Order) -> list[dict[str, Any]]:
    """The parcel lockers of the order's country, nearest postal codes first."""
    points = await turn.scene.records.find("point", country=order.get("country"))
    here = str(order["postal_code"])
    near = [point for point in points if str(point["postal_code"])[:1] == here[:1]] or points
    near.sort(key=lambda point: str(point["postal_code"])[:2] != here[:2])
    return [{"value": p["id"], "label": [f"{p['name']}, {p['address']}", p["id"], p["address"]]} for p in near[:4]]


def _delivery_now(order: Order, turn: ActionTurn) -> str:
    where = str(order["point"] or order["address"])
    eta = day_of(order, "eta")
    return f"{where}; {shown_day(eta, turn)}" if eta else where


async def _new_delivery(turn: ActionTurn) -> str:
    kind = turn.slots["change_kind"]
    if kind == "address":
        return str(turn.slots["new_address"])
    if kind == "day":
        return shown_day(date.fromisoformat(turn.slots["new_day"]), turn)
    point = await turn.scene.records.get("point", turn.slots["new_point"]) or {}
    return f"{point.get('name')}, {point.get('address')}"


# ---- cancelling


@action("action_check_cancel")
async def check_cancel(turn: ActionTurn) -> None:
    """What has left can only come back as a return."""
    order = await order_of(turn)
    status = order["status"]
    case = "open" if status in WAITING else "sent" if status in ("shipped", "delivered") else "closed"
    turn.set(cancel_case=case, cancel_order_id=order["id"], cancel_words=turn.slots.get("order_words"))
    turn.set(cancel_label=label(order, turn), cancel_total=total(order, turn))
    if case == "closed":
        turn.say("utter_already_cancelled")
        outcome(turn, "already_cancelled")


@action("action_cancel_order")
async def cancel_order(turn: ActionTurn) -> None:
    """Cancel, and order the refund of what was paid."""
    order = await order_of(turn, "cancel_order_id")
    if order["status"] not in WAITING:  # it left, or somebody else cancelled it, while the question stood
        turn.say("utter_cancel_too_late", order_state=order["status"])
        outcome(turn, "not_possible")
        return
    paid = order["status"] != "new"
    await turn.scene.records.put("order", order["id"], {**order, "status": "cancelled"})
    turn.say("utter_order_cancelled", order_number=order["id"])
    if paid:
        number = await turn.scene.records.new_id("refund", "F")
        refund = {"order": order["id"], "person": order["person"], "amount": order["total"], "status": "ordered"}
        dates = {"ordered": today(turn).isoformat(), "sent": None, "to": "same"}
        await turn.scene.records.put("refund", number, {**refund, **dates})
        turn.say("utter_cancel_refund", refund_number=number, total_shown=total(order, turn))
    turn.effect("problem", kind="order_cancelled", words=turn.slots.get("cancel_words") or "")
    outcome(turn, "order_cancelled")
    turn.effect("committed")


@action("action_keep_order")
async def keep_order(turn: ActionTurn) -> None:
    """The order stands after all."""
    turn.say("utter_order_kept")
    outcome(turn, "order_kept")


@action("action_hint_cancelled")
async def hint_cancelled(turn: ActionTurn) -> None:
    """The flow that follows is about the same order."""
    turn.set(order_hint=turn.slots["cancel_order_id"])
