"""Words for what the service keeps as codes: slots, kinds and states of records, why somebody was handed over, how a contact ended."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Any

from bot.desk.i18n import _, later
from dialogs.domain import Slot
from dialogs.formats import day, moment, money, show, when

LONGEST = 80
"""Characters of a value that are shown."""
_SHOWN = frozenset({"date", "time", "datetime", "money", "when", "duration", "minutes", "number", "integer"})
"""Formats of slots that say more than the value's own shape does."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")

SLOTS = {
    "order_id": later("order"),
    "order_number": later("order"),
    "order_choice": later("order"),
    "job_title": later("job"),
    "appointment_at": later("appointment"),
    "interview_at": later("interview"),
    "payment_invoice": later("invoice"),
    "payment_amount": later("amount"),
    "payment_due": later("payment due"),
    "return_items_shown": later("to be returned"),
    "return_item_choice": later("item"),
    "return_quantity": later("how many"),
    "return_more": later("anything else to return"),
    "return_reason": later("reason for the return"),
    "return_wish": later("refund or exchange"),
    "exchange_for": later("in exchange for"),
    "problem_item": later("item"),
    "problem_words": later("fault"),
    "problem_wish": later("repair or replacement"),
    "question": later("question"),
    "question_words": later("question"),
    "basket_question": later("question"),
    "payment_kind": later("trouble with the payment"),
    "payment_words": later("description"),
    "change_kind": later("what to change"),
    "new_address": later("new address"),
    "new_point": later("parcel locker"),
    "new_day": later("new day of delivery"),
    "invoice_kind": later("kind of invoice"),
    "tax_id": later("tax number"),
    "invoice_name": later("name on the invoice"),
    "invoice_email": later("e-mail for the invoice"),
    "order_proof": later("postcode or e-mail"),
    "appointment_answer": later("answer about the appointment"),
    "appointment_change": later("change of the appointment"),
    "preferred_when": later("preferred time"),
    "new_slot": later("new time"),
    "late_time": later("late by"),
    "late_choice": later("what to do about the delay"),
    "cancel_reason": later("reason for cancelling"),
    "payment_answer": later("answer about the payment"),
    "payment_trouble": later("what is in the way"),
    "paid_on": later("day of the payment"),
    "promise_date": later("promised day of payment"),
    "dispute_words": later("objection"),
    "basket_answer": later("answer about the basket"),
    "basket_reason": later("why the basket was left"),
    "callback_time": later("time for a call back"),
    "data_request_kind": later("request about personal data"),
    "availability_date": later("can start"),
    "shifts": later("shifts"),
    "weekends": later("weekends"),
    "licence": later("licence"),
    "experience": later("experience"),
    "language_level": later("language level"),
    "work_permit": later("work permit"),
    "pay_expectation": later("expected pay"),
    "commute": later("way to work"),
    "interview_time": later("time of the interview"),
    "withdraw_reason": later("reason for withdrawing"),
    "csat": later("rating"),
    "nps": later("would recommend us"),
    "ces": later("how easy it was"),
    "survey_reason": later("reason for the rating"),
}
"""What an agent is told of, the most telling first. Anything else is called as its author called it."""

KINDS = {
    "order": later("Orders"),
    "ticket": later("Tickets and complaints"),
    "return": later("Returns"),
    "refund": later("Refunds"),
    "invoice": later("Invoices"),
    "appointment": later("Appointments"),
    "application": later("Applications"),
    "payment": later("Payments due"),
    "promise": later("Promised payments"),
    "basket": later("Baskets"),
}
"""The kinds of records that belong to a person, in the order in which an agent wants them."""

STATES = {
    "order": {
        "new": later("waiting for payment"), "paid": later("paid, being prepared"), "packed": later("packed"),
        "shipped": later("on its way"), "delivered": later("delivered"), "cancelled": later("order cancelled"),
    },
    "ticket": {"open": later("still open"), "closed": later("settled")},
    "return": {"registered": later("return registered"), "received": later("goods received"), "withdrawn": later("return withdrawn")},
    "refund": {"ordered": later("refund ordered"), "sent": later("money sent")},
    "invoice": {"requested": later("invoice ordered"), "issued": later("invoice issued")},
    "appointment": {
        "booked": later("appointment booked"), "confirmed": later("appointment confirmed"), "cancelled": later("appointment cancelled"),
    },
    "application": {
        "applied": later("application received"), "screened": later("after the interview with the bot"),
        "interview": later("invited to an interview"), "withdrawn": later("application withdrawn"),
    },
    "payment": {
        "open": later("not paid"), "said_paid": later("said to be paid"), "promised": later("payment promised"),
        "disputed": later("disputed"), "paid": later("invoice paid"),
    },
    "promise": {"open": later("not paid yet")},
    "basket": {"open": later("left unfinished"), "declined": later("not wanted any more")},
}  # fmt: skip

TICKETS = {
    "defect": later("Fault"),
    "question": later("Question"),
    "refund_late": later("Late refund"),
    "payment_dispute": later("Disputed invoice"),
    "data_copy": later("Copy of personal data"),
    "data_erase": later("Erasure of personal data"),
    "complaint": later("Complaint"),
}

OUTCOMES = {
    "handed_over": later("handed over to a person"),
    "answered": later("question answered"),
    "ticket_created": later("ticket created"),
    "return_created": later("return registered"),
    "return_too_late": later("too late for a return"),
    "given_up": later("given up"),
    "cancelled_by_person": later("broken off"),
    "not_possible": later("not possible"),
    "unknown_question": later("the bot did not know the answer"),
    "order_cancelled": later("order cancelled"),
    "order_kept": later("order kept"),
    "order_not_found": later("order not found"),
    "already_cancelled": later("had been cancelled before"),
    "already_returned": later("had been returned before"),
    "too_late_shipped": later("already sent"),
    "delivery_changed": later("delivery changed"),
    "unchanged": later("left as it was"),
    "late_delivery_escalated": later("late parcel is being looked into"),
    "invoice_requested": later("invoice ordered"),
    "invoice_sent": later("invoice sent"),
    "payment_link_sent": later("payment link sent"),
    "link_sent": later("payment link sent"),
    "not_verified": later("could not be verified"),
    "no_record": later("nothing found"),
    "confirmed": later("appointment confirmed"),
    "rescheduled": later("appointment moved"),
    "rebooked": later("appointment booked anew"),
    "cancelled": later("appointment cancelled"),
    "kept": later("left as it was"),
    "late": later("delay noted"),
    "promise": later("payment promised"),
    "already_paid": later("said to be paid"),
    "cannot_pay": later("cannot pay"),
    "dispute": later("disputed"),
    "refused": later("they refused"),
    "discount_given": later("discount given"),
    "not_interested": later("not interested"),
    "resumed": later("taken up again"),
    "screened": later("interview with the bot done"),
    "interview_booked": later("interview booked"),
    "withdrawn": later("application withdrawn"),
    "callback_agreed": later("call back agreed"),
    "continued_in_writing": later("continued in writing"),
    "opted_out": later("wants no more contact"),
    "wrong_person": later("wrong person"),
    "survey_answered": later("survey answered"),
    "survey_declined": later("survey declined"),
    "failed": later("could not be reached"),
    "call_limit": later("the call became too long"),
    "left_waiting": later("hung up while waiting for a person"),
    "gone": later("sold out by now"),
    "solved": later("solved by a colleague"),
    "not_solved": later("not solved"),
    "promised": later("promised for later"),
    "transferred": later("handed on"),
    "no_reply": later("no reply any more"),
    "spam": later("spam"),
    "done": later("done"),
    "open": later("not finished"),
}

GOALS = {
    "contact": later("general contact"),
    "order_status": later("order status"),
    "change_delivery": later("change of delivery"),
    "cancel_order": later("cancelling an order"),
    "return": later("return"),
    "refund_status": later("refund"),
    "invoice": later("invoice"),
    "payment": later("payment"),
    "report_problem": later("fault report"),
    "question": later("question"),
    "appointment": later("appointment"),
    "basket": later("basket"),
    "preselection": later("interview with the bot"),
    "survey": later("survey"),
}


def slot_word(name: str) -> str:
    """What an agent calls this slot."""
    return _(SLOTS[name]) if name in SLOTS else plain(name)


def kind_word(kind: str) -> str:
    """A heading for records of this kind."""
    return _(KINDS[kind]) if kind in KINDS else plain(kind).capitalize()


def state_word(kind: str, state: str) -> str:
    """How far a record is."""
    known = STATES.get(kind, {})
    return _(known[state]) if state in known else plain(state)


def ticket_word(kind: str) -> str:
    """What a ticket is about."""
    return _(TICKETS[kind]) if kind in TICKETS else plain(kind).capitalize()


def outcome_word(outcome: str) -> str:
    """How a contact, or what was begun in it, has ended; nothing said means it is open."""
    outcome = outcome or "open"
    return _(OUTCOMES[outcome]) if outcome in OUTCOMES else plain(outcome)


def goal_word(goal: str) -> str:
    """What a contact was for."""
    return _(GOALS[goal]) if goal in GOALS else plain(goal)


def plain(code: str) -> str:
    """A code as one line of text that can be read: no underscores, no line breaks, nothing unseen, no braces, not too long."""
    return text_of(code.replace("_", " "))


def text_of(text: str, longest: int = LONGEST) -> str:
    """Anybody's text as one short line: no line breaks, nothing unseen, no braces (they would look like a fault of ours)."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in text).split()).replace("{", "(").replace("}", ")")
    return shown if len(shown) <= longest else f"{shown[: longest - 1].rstrip()}…"


def value_word(value: Any, slot: Slot | None, language: str, options: Mapping[str, Any] | None = None) -> str:
    """A slot's value as a person reads it; empty for what no person can read. ``options``: the conversation's slots, where they hold what
    this one may be."""
    if value is None or value in ("", [], {}):
        return ""
    if slot is not None and slot.options_from and options:
        for option in options.get(slot.options_from) or ():
            if isinstance(option, Mapping) and option.get("value") == value and (label := _label(option, language)):
                return text_of(label)
    with contextlib.suppress(ValueError, KeyError, TypeError, ArithmeticError, AttributeError):  # as others stored it: then it is not shown
        if shown := _by_shape(value, slot, language):
            return text_of(shown)
    return ""


def _label(option: Mapping[str, Any], language: str) -> str:
    labels = option.get("labels") or {}
    found = labels.get(language) or labels.get("en") or option.get("label") or ""
    return str(found[0] if isinstance(found, list) and found else found)


def _by_shape(value: Any, slot: Slot | None, language: str) -> str:
    if (
        slot is not None
        and not isinstance(value, Mapping)
        and (slot.format in _SHOWN or any(option.value == value for option in slot.options))
    ):
        return show(value, slot, language)
    match value:
        case {"amount": str() | int() | float(), "currency": str()}:
            return money(value, language)
        case {"date": _} | {"time": _} | {"part": _}:
            return when(value, language)
        case {"en": _} | {"pl": _}:
            found = value.get(language) or value.get("en") or value.get("pl")
            return found if isinstance(found, str) else ""
        case str() if _MOMENT.match(value):
            return moment(value, language)
        case str():
            return day(value, language) if _DAY.fullmatch(value) else value
        case bool() | int() | float():
            return show(value, None, language)
        case list() if all(isinstance(each, str | int | float) for each in value):
            return ", ".join(str(each) for each in value)
        case _:
            return ""
