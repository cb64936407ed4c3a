"""Actions of the payment reminder: paid, promised, not possible, disputed."""

from __future__ import annotations

import re
from datetime import timedelta

from dialogs.actions.base import ActionTurn, action
from dialogs.actions.reminders import meant, open_record, value_said

PROMISE_DAYS = 14
"""Days ahead a payment may be promised for, unless the payment says otherwise."""

_INVOICE = re.compile(r"faktur|kwot|invoice|\bbill\b|amount|factur|\bsum[aăe]", re.IGNORECASE)
_WISHES = {"already_paid": "already_paid", "promise_to_pay": "promise", "cannot_pay": "cannot_pay"}


@action("action_take_up_payment")
async def take_up_payment(turn: ActionTurn) -> None:
    """The person speaks of a payment first; who they are is still asked before anything is told."""
    wish = meant(turn)
    turn.set(
        payer_confirmed=None, payment_answer=_WISHES.get(wish), payment_trouble=None, promise_sure=None,
        dispute_words=None, paid_on=_past_day(turn) if wish == "already_paid" else None, promise_date=None,
    )  # fmt: skip
    if wish == "promise_to_pay":
        turn.set(promise_date=value_said(turn, "date"))


@action("action_find_payment")
async def find_payment(turn: ActionTurn) -> None:
    """Find the oldest open payment and say what it is."""
    found = await open_record(turn, "payment", ("open",), "due")
    if found is None:
        turn.set(payment_id=None)
        turn.effect("outcome", outcome="no_record")
        return
    today = turn.scene.now.date()
    until = (today + timedelta(days=int(found.get("max_promise_days", PROMISE_DAYS)))).isoformat()
    turn.set(
        payment_id=found["id"], payment_invoice=found["invoice"], payment_due=found["due"], payment_link=found["link"],
        payment_amount={"amount": str(found["amount"]), "currency": found["currency"]},
        payment_overdue=found["due"] < today.isoformat(), promise_until=until,
    )  # fmt: skip
    if turn.slots.get("payment_answer") is None:  # told along with "yes, that's me"
        turn.set(payment_answer=_WISHES.get(meant(turn)))
    promised = turn.slots.get("promise_date")
    if promised and not today.isoformat() <= promised <= until:
        turn.set(promise_date=None)
    turn.say("utter_payment_is")


@action("action_read_trouble")
async def read_trouble(turn: ActionTurn) -> None:
    """A "no" to the invoice itself ("I don't agree with this invoice") is a dispute; a plain one is asked about."""
    turn.set(payment_trouble="dispute" if _INVOICE.search(turn.heard.text) else None)


@action("action_take_trouble")
async def take_trouble(turn: ActionTurn) -> None:
    """What is in the way becomes the answer."""
    turn.set(payment_answer=turn.slots["payment_trouble"])


@action("action_payment_link")
async def payment_link(turn: ActionTurn) -> None:
    """Paying now."""
    turn.effect("outcome", outcome="link_sent")
    turn.write("utter_pay_link")


def _past_day(turn: ActionTurn) -> str | None:
    said = value_said(turn, "date", prefer="past")
    return said if isinstance(said, str) and said <= turn.scene.now.date().isoformat() else None


@action("action_read_paid_day")
async def read_paid_day(turn: ActionTurn) -> None:
    """The day may have been said along with "I have paid"; it points to the past."""
    turn.set(promise_date=None)
    if turn.slots.get("paid_on") is None:
        turn.set(paid_on=_past_day(turn))


@action("action_note_paid")
async def note_paid(turn: ActionTurn) -> None:
    """Note the payment for checking; reminders stop."""
    found, said = await turn.record("payment", "payment_id"), turn.slots["paid_on"]
    paid_on = None if said == "unknown" else said
    await turn.scene.records.put("payment", found["id"], {**found, "status": "said_paid", "paid_on": paid_on})
    turn.effect("committed")
    turn.effect("outcome", outcome="already_paid")
    turn.say("utter_paid_noted")


@action("action_note_promise")
async def note_promise(turn: ActionTurn) -> None:
    """Put the promise on record."""
    found, promised = await turn.record("payment", "payment_id"), turn.slots["promise_date"]
    number = await turn.scene.records.new_id("promise", "PR")
    promise = {
        "person": turn.scene.person.id, "payment": found["id"], "date": promised, "amount": found["amount"],
        "currency": found["currency"], "at": turn.scene.now.isoformat(), "status": "open",
    }  # fmt: skip
    await turn.scene.records.put("promise", number, promise)
    await turn.scene.records.put("payment", found["id"], {**found, "status": "promised", "promised_for": promised})
    turn.effect("committed")
    turn.effect("outcome", outcome="promise")
    turn.write("utter_promise_noted")


@action("action_cannot_pay")
async def cannot_pay(turn: ActionTurn) -> None:
    """Kindly: what is possible, and a person."""
    found = await turn.record("payment", "payment_id")
    turn.effect("problem", kind="cannot_pay", words=turn.heard.text)
    turn.effect("opportunity", kind="instalments")
    turn.effect("outcome", outcome="cannot_pay")
    turn.say("utter_cannot_pay", instalments=int(found.get("instalments", 0)))
    turn.hand_over("cannot_pay")


@action("action_dispute")
async def dispute(turn: ActionTurn) -> None:
    """Register what is wrong with the invoice; a person takes over and reminders stop."""
    found, words = await turn.record("payment", "payment_id"), str(turn.slots["dispute_words"])
    number = await turn.scene.records.new_id("ticket", "T")
    ticket = {
        "kind": "payment_dispute", "person": turn.scene.person.id, "payment": found["id"], "text": words,
        "at": turn.scene.now.isoformat(), "status": "open",
    }  # fmt: skip
    await turn.scene.records.put("ticket", number, ticket)
    await turn.scene.records.put("payment", found["id"], {**found, "status": "disputed"})
    turn.effect("committed")
    turn.effect("problem", kind="payment_dispute", words=words)
    turn.effect("outcome", outcome="dispute")
    turn.say("utter_dispute_taken", ticket_number=number)
    turn.hand_over("payment_dispute")


@action("action_payment_person")
async def payment_person(turn: ActionTurn) -> None:
    """A colleague goes on with the payment."""
    turn.effect("problem", kind="payment_unsolved", words=turn.heard.text)
    turn.effect("outcome", outcome="handed_over")
    turn.hand_over("payment")


@action("action_payment_open")
async def payment_open(turn: ActionTurn) -> None:
    """Nothing was agreed."""
    turn.effect("outcome", outcome="refused")
    turn.say("utter_payment_open")
