"""What the support flows do about money: invoices and payments."""

from __future__ import annotations

import re
from datetime import timedelta

from dialogs.actions.base import ActionTurn, action
from dialogs.actions.orders import Order, day_of, label, masked, order_of, outcome, said, ticket, today, total

TRANSFER_DAYS = 3
"""Days that a bank transfer may take before it is looked for."""
MOST_TAX_FAILURES = 3
"""Wrong tax numbers after which a person takes over."""
OWN_EMAIL = {"pl": "ten sam co w zamówieniu", "en": "the one from the order", "ro": "cea din comandă"}
"""How a call names the address that the order was placed with."""
PAYMENT_PAGE = "https://bryza.example/pay/"


# ---- invoice


@action("action_check_invoice")
async def check_invoice(turn: ActionTurn) -> None:
    """An invoice that exists is copied; a cancelled order has none."""
    order = await order_of(turn)
    turn.set(invoice_order=order["id"], invoice_label=label(order, turn), invoice_case="new")
    issued = await turn.scene.records.find("invoice", order=order["id"])
    if order["status"] == "cancelled":
        turn.say("utter_invoice_closed")
        turn.set(invoice_case="closed")
        outcome(turn, "not_possible")
    elif issued:
        turn.set(invoice_case="issued", invoice_number=issued[-1]["id"])


@action("action_copy_invoice")
async def copy_invoice(turn: ActionTurn) -> None:
    """Send the invoice once more."""
    invoice = await turn.scene.records.get("invoice", turn.slots["invoice_number"]) or {}
    await turn.scene.records.put("invoice", turn.slots["invoice_number"], {**invoice, "copy_at": turn.scene.now.isoformat()})
    turn.say("utter_invoice_copied", email_masked=masked(str(invoice["email"])))
    outcome(turn, "invoice_sent")
    turn.effect("committed")


@action("action_check_tax_id")
async def check_tax_id(turn: ActionTurn) -> None:
    """Check the number's length and check digit; without a number the invoice is a private one."""
    raw = str(turn.slots["tax_id"])
    digits = re.sub(r"\D", "", raw)
    if raw == "none":
        turn.say("utter_tax_private")
        turn.set(invoice_kind="private", tax_case="private")
    elif valid_tax_id(digits):
        country = re.match(r"\s*(PL|RO|GB)\s*\d", raw.upper())
        turn.set(tax_case="fine", tax_id=(country[1] if country else "") + digits, tax_failures=0)
    else:
        failures = int(turn.slots.get("tax_failures") or 0) + 1
        turn.set(tax_case="wrong", tax_id=None, tax_failures=failures % MOST_TAX_FAILURES)
        turn.say("utter_tax_id_wrong")
        if failures == MOST_TAX_FAILURES:
            turn.hand_over("tax_number")


def valid_tax_id(digits: str) -> bool:
    """Whether the digits are a Polish NIP, a Romanian CUI or a British VAT number, by their check digits."""

    if not digits.strip("0"):
        return False

    def weighed(weights: tuple[int, ...]) -> int:
        return sum(int(d) * w for d, w in zip(digits, weights, strict=False))

    if len(digits) == 10 and weighed((6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(digits[9]):
        return True
    if len(digits) == 9:
        total = weighed((8, 7, 6, 5, 4, 3, 2)) + int(digits[7:])
        if total % 97 == 0 or (total + 55) % 97 == 0:
            return True
    if not 5 <= len(digits) <= 10:
        return False
    padded = digits[:-1].zfill(9)
    return sum(int(d) * w for d, w in zip(padded, (7, 5, 3, 2, 1, 7, 5, 3, 2), strict=True)) * 10 % 11 % 10 == int(digits[-1])


@action("action_offer_invoice_email")
async def offer_invoice_email(turn: ActionTurn) -> None:
    """The order's own address is used unless the person gives another."""
    order = await order_of(turn, "invoice_order")
    if not turn.slots.get("invoice_email") and not turn.slots.get("invoice_email_asked"):
        turn.set(invoice_email=order["email"])
        turn.effect("answered", slot="invoice_email")


@action("action_recap_invoice")
async def recap_invoice(turn: ActionTurn) -> None:
    """The order's address stays masked; one that the person gave is shown."""
    order = await order_of(turn, "invoice_order")
    email = str(turn.slots["invoice_email"])
    own = OWN_EMAIL if turn.spoken else masked(email)  # a masked address cannot be said
    turn.set(invoice_email_shown=own if email == order["email"] else email)


@action("action_request_invoice")
async def request_invoice(turn: ActionTurn) -> None:
    """Order the invoice."""
    number = await turn.scene.records.new_id("invoice", "FV")
    order = await order_of(turn, "invoice_order")
    company = turn.slots["invoice_kind"] == "company"
    await turn.scene.records.put("invoice", number, {
        "order": order["id"], "person": order["person"], "kind": turn.slots["invoice_kind"], "email": turn.slots["invoice_email"],
        "tax_id": turn.slots.get("tax_id") if company else None, "name": turn.slots.get("invoice_name") if company else None,
        "status": "requested", "at": turn.scene.now.isoformat(),
    })  # fmt: skip
    turn.say("utter_invoice_ordered", invoice_new=number)
    outcome(turn, "invoice_requested")
    turn.effect("committed")


@action("action_drop_invoice")
async def drop_invoice(turn: ActionTurn) -> None:
    """No invoice after all."""
    turn.say("utter_invoice_dropped")
    outcome(turn, "given_up")


# ---- payment


@action("action_note_payment")
async def note_payment(turn: ActionTurn) -> None:
    """Keep the sentence that the trouble began with."""
    turn.set(payment_note=said(turn))


@action("action_payment_help")
async def payment_help(turn: ActionTurn) -> None:
    """A new link where that helps, the truth where the money has come, a ticket for all else."""
    order = await order_of(turn)
    kind, status = turn.slots["payment_kind"], order["status"]
    turn.set(payment_case="done", pay_order=order["id"])
    turn.effect("problem", kind=f"payment_{kind}", words=_payment_words(turn))
    if status == "cancelled" and kind in ("declined", "transfer"):
        turn.say("utter_payment_cancelled")
        outcome(turn, "answered")
    elif status != "new" and kind in ("declined", "transfer"):
        turn.say("utter_payment_arrived", total_shown=total(order, turn))
        outcome(turn, "answered")
    elif kind == "declined":
        await payment_link(turn, order)
    elif kind == "transfer" and today(turn) - (day_of(order, "placed") or today(turn)) <= timedelta(days=TRANSFER_DAYS):
        turn.say("utter_payment_transfer_young")
        turn.set(payment_case="ask")
        outcome(turn, "answered")
    else:
        if kind == "charged_twice":
            turn.say("utter_payment_twice")
        await _payment_ticket(turn, order)


@action("action_payment_ticket")
async def payment_ticket(turn: ActionTurn) -> None:
    """Have the payment looked for."""
    await _payment_ticket(turn, await order_of(turn, "pay_order"))


async def _payment_ticket(turn: ActionTurn, order: Order) -> None:
    kind = f"payment_{turn.slots['payment_kind']}"
    number = await ticket(turn, kind, _payment_words(turn), order)
    turn.say("utter_payment_ticket", ticket_number=number, email_masked=masked(order["email"]))
    outcome(turn, "ticket_created")


async def payment_link(turn: ActionTurn, order: Order) -> None:
    number = await turn.scene.records.new_id("payment_link", "L")
    until = (turn.scene.now + timedelta(hours=48)).isoformat()
    url = PAYMENT_PAGE + number
    link = {"order": order["id"], "amount": order["total"], "url": url, "until": until, "at": turn.scene.now.isoformat()}
    await turn.scene.records.put("payment_link", number, link)
    turn.write("utter_payment_link", total_shown=total(order, turn), payment_url=url, email_masked=masked(order["email"]))
    outcome(turn, "payment_link_sent")
    turn.effect("committed")


def _payment_words(turn: ActionTurn) -> str:
    return str(turn.slots.get("payment_words") or turn.slots.get("payment_note") or "")
