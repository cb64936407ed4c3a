"""Actions of the reminders: find the record, move or cancel an appointment, settle a payment, win back a basket."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dialogs.actions.base import ActionTurn, action
from dialogs.formats import day, money
from nlu.parsers.base import Context

OFFERED = 3
"""Free times named in one sentence."""
LATE_MINUTES = 20
"""A delay that is waited for, unless the appointment says otherwise."""
PROMISE_DAYS = 14
"""Days ahead a payment may be promised for, unless the payment says otherwise."""
DISCOUNT_DAYS = 7
"""Days a discount code is valid."""
SEARCH_SURE = 0.84
"""Cosine similarity from which a passage counts as the answer to a question."""

_OTHER = {
    "value": "other",
    "labels": {
        "pl": ["Żaden z tych", "żaden", "inny termin", "coś innego", "później", "późniejszy", "wcześniej", "wcześniejszy"],
        "en": ["None of these", "none", "another time", "something else", "later", "earlier"],
        "ro": ["Niciuna dintre ele", "niciuna", "altă dată", "altceva", "mai târziu", "mai devreme"],
    },
}
_LATER = re.compile(r"p[oó][zź]niej|\blater\b|t[aâ]rziu|\bmai încolo|\bmai incolo", re.IGNORECASE)
_EARLIER = re.compile(r"wcze[sś]niej|\bearlier\b|\bsooner\b|devreme|mai repede", re.IGNORECASE)
_LAST = re.compile(r"\bostatni|\blast\b|\bultim", re.IGNORECASE)
_NOW = re.compile(r"\bteraz\b|\bnow\b|\bacum\b", re.IGNORECASE)
_INVOICE = re.compile(r"faktur|kwot|invoice|\bbill\b|amount|factur|\bsum[aăe]", re.IGNORECASE)
_SKIP = re.compile(r"^\W*(pomi[nń]\w*|dalej|skip\w*|pass|rather not|trec\w* peste|sar\w*( peste)?|nu vreau.*|none)\W*$", re.IGNORECASE)
_REASONS = (
    ("price", re.compile(r"cen[aąęy]|drog|price|expensive|cost|pre[tț]|scump", re.IGNORECASE)),
    ("delivery", re.compile(r"dostaw|wysy[lł]k|przesy[lł]k|deliver|shipping|livra|transport", re.IGNORECASE)),
    ("elsewhere", re.compile(r"gdzie indziej|innym sklepie|konkurencj|elsewhere|another shop|alt[aă] parte|alt magazin", re.IGNORECASE)),
    ("later", re.compile(r"nie teraz|p[oó][zź]niej|not now|later|nu acum|t[aâ]rziu|alt[aă] dat[aă]", re.IGNORECASE)),
)  # fmt: skip


# ---- who


@action("action_reminder_name")
async def reminder_name(turn: ActionTurn) -> None:
    """The first name to ask for; a person without a name is asked for otherwise."""
    words = turn.scene.person.name.split()
    turn.set(reminder_name=words[0] if words else None)


@action("action_read_refusal")
async def read_refusal(turn: ActionTurn) -> None:
    """ "Not now" is no "that's not me": who has no time is called later, not struck off."""
    turn.set(bad_moment=_meant(turn) == "call_back_later" or bool(_NOW.search(turn.heard.text)))


async def _open_record(turn: ActionTurn, kind: str, states: Sequence[str], order: str) -> dict[str, Any] | None:
    """The record that the caller named, or the person's next one in one of these states; another person's is never told."""
    person, named = turn.scene.person.id, turn.scene.context.get(f"{kind}_id")
    if named:
        record = await turn.scene.records.get(kind, str(named))
        found = [record] if record and record.get("person") == person else []
    else:
        found = await turn.scene.records.find(kind, person=person) if person else []
    fitting = [record for record in found if record.get("status") in states]
    return min(fitting, key=lambda record: str(record.get(order, "")), default=None)


def _said(turn: ActionTurn, kind: str, *, prefer: str = "future", least: float = 0.8) -> Any:
    """A value in the sentence just heard, when it is clear."""
    context = Context(turn.language, turn.scene.now, turn.scene.person.country, turn.scene.person.currency, prefer=prefer)
    found = turn.scene.parse(kind, turn.heard.text, context) if turn.heard.text else None
    return found.value if found and found.confidence >= least else None


def _wished(turn: ActionTurn, free: Sequence[datetime]) -> dict[str, Any] | None:
    """The day or hour in the sentence just heard; of several readings ("Wednesday", on a Wednesday) the one with a free time."""
    context = Context(turn.language, turn.scene.now)
    found = turn.scene.parse("when", turn.heard.text, context) if turn.heard.text else None
    if found is None:
        return None
    readings: list[dict[str, Any]] = [found.value, *found.alternatives]
    return next((wish for wish in readings if any(_distance(at, wish)[:2] == (0, False) for at in free)), readings[0])


def _meant(turn: ActionTurn) -> str:
    intent = turn.heard.understanding.intent
    return intent.name if intent.confidence >= 0.6 else ""


def _in(names: Any, language: str) -> str:
    """A name in the language, from a mapping of languages or a plain string."""
    return str(names.get(language) or names.get("en") or next(iter(names.values()), "")) if isinstance(names, Mapping) else str(names)


def _skips(turn: ActionTurn, answer: str) -> bool:
    """Whether an optional question was declined."""
    context = Context(turn.language, turn.scene.now)
    plain_no = turn.scene.parse("yes_no", answer, context) if len(answer.split()) <= 3 else None
    return bool(_SKIP.match(answer)) or (plain_no is not None and plain_no.value is False)


# ---- appointment

_APPOINTMENT_WISHES = {"reschedule": "reschedule", "cancel_appointment": "cancel", "running_late": "delay"}


@action("action_take_up_appointment")
async def take_up_appointment(turn: ActionTurn) -> None:
    """The person speaks of the appointment first: begin afresh, without asking who they are."""
    turn.set(
        right_person=True, appointment_answer=None, appointment_change=None, preferred_when=None, new_slot=None,
        cancel_sure=None, cancel_reason=None, rebook=None, late_time=None, late_choice=None, slot_help=None,
    )  # fmt: skip


@action("action_find_appointment")
async def find_appointment(turn: ActionTurn) -> None:
    """Find the next appointment and say when and where it is; what was already wished is kept."""
    found = await _open_record(turn, "appointment", ("booked", "confirmed"), "at")
    if found is None or datetime.fromisoformat(found["at"]) < turn.scene.now - timedelta(hours=1):
        turn.set(appointment_id=None)
        turn.effect("outcome", outcome="no_record")
        return
    turn.set(
        appointment_id=found["id"], appointment_at=found["at"], slot_rounds=0, slot_edge=None, free_slots=None,
        late_limit=60 * int(found.get("max_late_minutes", LATE_MINUTES)),
    )  # fmt: skip
    wish = _APPOINTMENT_WISHES.get(_meant(turn))
    if wish:
        late = _said(turn, "duration") if wish == "delay" else None
        turn.set(appointment_answer=wish, late_time=late or turn.slots.get("late_time"))
    turn.say("utter_appointment_is", **_shown(turn, found))


def _shown(turn: ActionTurn, appointment: Mapping[str, Any]) -> dict[str, str]:
    return {"service": _in(appointment["title"], turn.language), "place": _in(appointment["place"], turn.language)}


async def _appointment(turn: ActionTurn) -> dict[str, Any]:
    found = await turn.scene.records.get("appointment", str(turn.slots["appointment_id"]))
    if found is None:
        raise LookupError("the appointment is gone")
    return found


@action("action_take_change")
async def take_change(turn: ActionTurn) -> None:
    """What shall happen instead becomes the answer."""
    turn.set(appointment_answer=turn.slots["appointment_change"])


@action("action_confirm_appointment")
async def confirm_appointment(turn: ActionTurn) -> None:
    """The person will come."""
    found = await _appointment(turn)
    await turn.scene.records.put("appointment", found["id"], {**found, "status": "confirmed"})
    turn.effect("committed")
    turn.effect("outcome", outcome="confirmed")
    turn.say("utter_appointment_confirmed")


@action("action_keep_appointment")
async def keep_appointment(turn: ActionTurn) -> None:
    """Nothing changes; a cancelled appointment stays cancelled."""
    found = await _appointment(turn)
    if found["status"] == "cancelled":
        turn.say("utter_nothing_booked")
        return
    turn.say("utter_appointment_kept")
    turn.effect("outcome", outcome="kept")


@action("action_offer_slots")
async def offer_slots(turn: ActionTurn) -> None:
    """Choose up to three free times: those nearest to what was wished, else spread over the next days."""
    found = await _appointment(turn)
    free = await _free(turn, found)
    wish = turn.slots.get("preferred_when")
    if not isinstance(wish, Mapping):
        wish = _wished(turn, free) if not turn.slots.get("slot_rounds") else None
        turn.set(preferred_when=wish)
    edge = turn.slots.get("slot_edge")
    if edge:
        than = datetime.fromisoformat(edge["than"])
        free = [at for at in free if (at > than if edge["side"] == "after" else at < than)] or free
    if wish:
        chosen = sorted(free, key=lambda at: _distance(at, wish))[:OFFERED]
        if chosen and _distance(chosen[0], wish)[:2] != (0, False):
            turn.say("utter_slot_nearest")
        matching = [at for at in chosen if _distance(at, wish)[:2] == (0, False)]
        chosen = matching or chosen
    else:
        chosen = free[-OFFERED:] if edge and edge["side"] == "before" else _spread(free)
    shown: list[str | None] = [at.isoformat() for at in sorted(chosen)]
    turn.set(free_slots=[*({"value": at} for at in shown), _OTHER] if shown else None, new_slot=None, slot_edge=None)
    shown += [None] * (OFFERED - len(shown))
    turn.set(offer_1=shown[0], offer_2=shown[1], offer_3=shown[2])


async def _free(turn: ActionTurn, appointment: Mapping[str, Any]) -> list[datetime]:
    """The free times of the appointment's service from an hour from now on, without the one it has."""
    open_slots = await turn.scene.records.find("free_slot", service=appointment["service"], taken=False)
    earliest = turn.scene.now + timedelta(hours=1)
    times = {datetime.fromisoformat(slot["at"]) for slot in open_slots}
    if appointment["status"] != "cancelled":
        times.discard(datetime.fromisoformat(appointment["at"]))
    return sorted(at for at in times if at > earliest)


_PART_HOURS = {"morning": (5, 12), "noon": (11, 14), "afternoon": (12, 18), "evening": (17, 23), "night": (21, 24)}


def _distance(at: datetime, wish: Mapping[str, Any]) -> tuple[int, bool, int, datetime]:
    """How far a time is from the wish: days, then the part of the day, then minutes; the earlier one first."""
    days = abs((at.date() - date.fromisoformat(wish["date"])).days) if wish.get("date") else 0
    minutes = 0
    if wish.get("time"):
        hour, minute = (int(part) for part in wish["time"].split(":"))
        minutes = abs(at.hour * 60 + at.minute - hour * 60 - minute)
    first, last = _PART_HOURS.get(wish.get("part") or "", (0, 24))
    off_part = not first <= at.hour < last or minutes >= 60
    return days, off_part, minutes, at


def _spread(free: Sequence[datetime]) -> list[datetime]:
    """One time on each of the next days, by turns in the morning and in the afternoon."""
    days: dict[date, list[datetime]] = {}
    for at in free:
        days.setdefault(at.date(), []).append(at)
    chosen = []
    for index, times in enumerate(list(days.values())[:OFFERED]):
        wanted = [at for at in times if (at.hour < 12) is (index % 2 == 0)]
        chosen.append((wanted or times)[0])
    return chosen or list(free[:OFFERED])


@action("action_claim_slot")
async def claim_slot(turn: ActionTurn) -> None:
    """Take the chosen time, if nobody has taken it in the meantime, and give the old one back."""
    wanted = turn.slots["new_slot"]
    wanted = turn.slots["offer_1"] if wanted == "first" else wanted
    found = await _appointment(turn)
    slot = await _lock_free(turn, found["service"], str(wanted))
    if slot is None:
        chosen = datetime.fromisoformat(str(wanted))
        turn.set(slot_claimed=False, new_slot=None, preferred_when={"date": chosen.date().isoformat(), "time": None, "part": None})
        turn.say("utter_slot_gone")
        return
    await turn.scene.records.put("free_slot", slot["id"], {**slot, "taken": True})
    if found["status"] != "cancelled":
        await _give_back(turn, found)
    await turn.scene.records.put("appointment", found["id"], {**found, "at": slot["at"], "status": "confirmed"})
    turn.set(slot_claimed=True, appointment_at=slot["at"])
    turn.effect("committed")
    turn.effect("outcome", outcome="rebooked" if found["status"] == "cancelled" else "rescheduled")
    turn.say("utter_appointment_moved", **_shown(turn, found))


async def _lock_free(turn: ActionTurn, service: str, at: str) -> dict[str, Any] | None:
    """The free slot at this time, locked until the turn ends; None when it has gone."""
    moment = datetime.fromisoformat(at)
    for candidate in await turn.scene.records.find("free_slot", service=service, taken=False):
        if datetime.fromisoformat(candidate["at"]) != moment:
            continue
        locked = await turn.scene.records.get("free_slot", candidate["id"])
        if locked and not locked["taken"]:
            return locked
    return None


async def _give_back(turn: ActionTurn, appointment: Mapping[str, Any]) -> None:
    """The appointment's own time becomes free for others."""
    moment = datetime.fromisoformat(appointment["at"])
    for slot in await turn.scene.records.find("free_slot", service=appointment["service"]):
        if slot["taken"] and datetime.fromisoformat(slot["at"]) == moment:
            await turn.scene.records.put("free_slot", slot["id"], {**slot, "taken": False})
            return
    number = await turn.scene.records.new_id("free_slot", "F")
    data = {"service": appointment["service"], "at": appointment["at"], "taken": False}
    await turn.scene.records.put("free_slot", number, data)


@action("action_other_time")
async def other_time(turn: ActionTurn) -> None:
    """None of the offered times: another day, "later", "earlier" or "the last one" may have been said with it."""
    offered = [at for at in (turn.slots.get("offer_1"), turn.slots.get("offer_2"), turn.slots.get("offer_3")) if at]
    text = turn.heard.text
    wish = _wished(turn, await _free(turn, await _appointment(turn)))
    rounds = float(turn.slots.get("slot_rounds") or 0) + (0.5 if wish else 1)  # who names a day is getting nearer
    turn.set(new_slot=None, preferred_when=wish, slot_rounds=rounds, slot_wish_known=True, slot_edge=None)
    if wish or not offered:
        turn.set(slot_wish_known=bool(wish))
    elif _LATER.search(text):
        turn.set(slot_edge={"side": "after", "than": offered[-1]})
    elif _EARLIER.search(text):
        turn.set(slot_edge={"side": "before", "than": offered[0]})
    elif _LAST.search(text):
        turn.set(new_slot=offered[-1])
    else:
        turn.set(slot_wish_known=False)


@action("action_appointment_person")
async def appointment_person(turn: ActionTurn) -> None:
    """A colleague goes on with the appointment."""
    turn.effect("problem", kind="appointment_unsolved", words=turn.heard.text)
    turn.effect("outcome", outcome="handed_over")
    turn.say("utter_handoff")
    turn.effect("handoff", reason="appointment")


@action("action_cancel_appointment")
async def cancel_appointment(turn: ActionTurn) -> None:
    """Cancel it and free its time."""
    found = await _appointment(turn)
    await _give_back(turn, found)
    await turn.scene.records.put("appointment", found["id"], {**found, "status": "cancelled"})
    turn.set(slot_rounds=0, preferred_when=None, slot_edge=None, new_slot=None)
    turn.effect("committed")
    turn.effect("outcome", outcome="cancelled")
    turn.effect("opportunity", kind="rebook_appointment")
    turn.say("utter_appointment_cancelled")


@action("action_note_cancel_reason")
async def note_cancel_reason(turn: ActionTurn) -> None:
    """Keep why, if the person said so."""
    reason = str(turn.slots["cancel_reason"])
    if _skips(turn, reason):
        return
    found = await _appointment(turn)
    await turn.scene.records.put("appointment", found["id"], {**found, "cancel_reason": reason})
    turn.effect("problem", kind="appointment_cancelled", words=reason)
    turn.say("utter_reason_noted")


@action("action_read_delay")
async def read_delay(turn: ActionTurn) -> None:
    """The delay may have been said along with being late, however vaguely."""
    if turn.slots.get("late_time") is None:
        turn.set(late_time=_said(turn, "duration", least=0.5))


@action("action_note_late")
async def note_late(turn: ActionTurn) -> None:
    """Tell the team how late the person will be."""
    said = _said(turn, "duration")  # "no, ten minutes" after all
    turn.set(late_time=said or turn.slots["late_time"])
    found, late = await _appointment(turn), int(turn.slots["late_time"])
    waited_for = late <= int(turn.slots["late_limit"])
    await turn.scene.records.put("appointment", found["id"], {**found, "status": "confirmed", "late_minutes": round(late / 60)})
    turn.effect("committed")
    turn.effect("outcome", outcome="late" if waited_for else "very_late")
    turn.effect("measure", name="late_minutes", value=round(late / 60))
    turn.say("utter_late_noted" if waited_for else "utter_late_noted_long")


# ---- payment

_PAYMENT_WISHES = {"already_paid": "already_paid", "promise_to_pay": "promise", "cannot_pay": "cannot_pay"}


@action("action_take_up_payment")
async def take_up_payment(turn: ActionTurn) -> None:
    """The person speaks of a payment first; who they are is still asked before anything is told."""
    meant = _meant(turn)
    turn.set(
        payer_confirmed=None, payment_answer=_PAYMENT_WISHES.get(meant), payment_trouble=None, promise_sure=None,
        dispute_words=None, paid_on=_past_day(turn) if meant == "already_paid" else None, promise_date=None,
    )  # fmt: skip
    if meant == "promise_to_pay":
        turn.set(promise_date=_said(turn, "date"))


@action("action_find_payment")
async def find_payment(turn: ActionTurn) -> None:
    """Find the oldest open payment and say what it is."""
    found = await _open_record(turn, "payment", ("open",), "due")
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
        turn.set(payment_answer=_PAYMENT_WISHES.get(_meant(turn)))
    promised = turn.slots.get("promise_date")
    if promised and not today.isoformat() <= promised <= until:
        turn.set(promise_date=None)
    turn.say("utter_payment_is")


async def _payment(turn: ActionTurn) -> dict[str, Any]:
    found = await turn.scene.records.get("payment", str(turn.slots["payment_id"]))
    if found is None:
        raise LookupError("the payment is gone")
    return found


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
    turn.say("utter_pay_link")


def _past_day(turn: ActionTurn) -> str | None:
    said = _said(turn, "date", prefer="past")
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
    found, said = await _payment(turn), turn.slots["paid_on"]
    paid_on = None if said == "unknown" else said
    await turn.scene.records.put("payment", found["id"], {**found, "status": "said_paid", "paid_on": paid_on})
    turn.effect("committed")
    turn.effect("outcome", outcome="already_paid")
    turn.say("utter_paid_noted")


@action("action_note_promise")
async def note_promise(turn: ActionTurn) -> None:
    """Put the promise on record."""
    found, promised = await _payment(turn), turn.slots["promise_date"]
    number = await turn.scene.records.new_id("promise", "PR")
    promise = {
        "person": turn.scene.person.id, "payment": found["id"], "date": promised, "amount": found["amount"],
        "currency": found["currency"], "at": turn.scene.now.isoformat(), "status": "open",
    }  # fmt: skip
    await turn.scene.records.put("promise", number, promise)
    await turn.scene.records.put("payment", found["id"], {**found, "status": "promised", "promised_for": promised})
    turn.effect("committed")
    turn.effect("outcome", outcome="promise")
    turn.say("utter_promise_noted")


@action("action_cannot_pay")
async def cannot_pay(turn: ActionTurn) -> None:
    """Kindly: what is possible, and a person."""
    found = await _payment(turn)
    turn.effect("problem", kind="cannot_pay", words=turn.heard.text)
    turn.effect("opportunity", kind="instalments")
    turn.effect("outcome", outcome="cannot_pay")
    turn.say("utter_cannot_pay", instalments=int(found.get("instalments", 0)))
    turn.say("utter_handoff")
    turn.effect("handoff", reason="cannot_pay")


@action("action_dispute")
async def dispute(turn: ActionTurn) -> None:
    """Register what is wrong with the invoice; a person takes over and reminders stop."""
    found, words = await _payment(turn), str(turn.slots["dispute_words"])
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
    turn.say("utter_handoff")
    turn.effect("handoff", reason="payment_dispute")


@action("action_payment_person")
async def payment_person(turn: ActionTurn) -> None:
    """A colleague goes on with the payment."""
    turn.effect("problem", kind="payment_unsolved", words=turn.heard.text)
    turn.effect("outcome", outcome="handed_over")
    turn.say("utter_handoff")
    turn.effect("handoff", reason="payment")


@action("action_payment_open")
async def payment_open(turn: ActionTurn) -> None:
    """Nothing was agreed."""
    turn.effect("outcome", outcome="refused")
    turn.say("utter_payment_open")


# ---- basket


@action("action_find_basket")
async def find_basket(turn: ActionTurn) -> None:
    """Find the open basket and say what is in it."""
    found = await _open_record(turn, "basket", ("open",), "at")
    if found is None or not found["items"]:
        turn.set(basket_id=None)
        turn.effect("outcome", outcome="no_record")
        return
    turn.set(basket_id=found["id"], basket_total=_money(_total(found), found["currency"]), basket_link=found["link"])
    parts = [f"{item['quantity']} × {_in(item['name'], turn.language)}" for item in found["items"]]
    turn.say("utter_basket_is", items=", ".join(parts), count=sum(int(item["quantity"]) for item in found["items"]))


def _total(basket: Mapping[str, Any]) -> Decimal:
    return sum((Decimal(str(item["price"])) * int(item["quantity"]) for item in basket["items"]), Decimal(0))


def _money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"amount": str(amount), "currency": currency}


async def _basket(turn: ActionTurn) -> dict[str, Any]:
    found = await turn.scene.records.get("basket", str(turn.slots["basket_id"]))
    if found is None:
        raise LookupError("the basket is gone")
    return found


@action("action_basket_link")
async def basket_link(turn: ActionTurn) -> None:
    """The way to the checkout."""
    turn.effect("outcome", outcome="resumed")
    turn.effect("opportunity", kind="ready_to_buy")
    turn.say("utter_basket_link")


@action("action_basket_question")
async def basket_question(turn: ActionTurn) -> None:
    """Answer a question about the things in the basket from the knowledge base, or admit that it is not known."""
    question = str(turn.slots["basket_question"])
    turn.set(question_unanswered=False)
    if _skips(turn, question):
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
    turn.say("utter_handoff")
    turn.effect("handoff", reason="basket_question")


@action("action_basket_discount")
async def basket_discount(turn: ActionTurn) -> None:
    """One code for a person, within the basket's rule; or why there is none."""
    found = await _basket(turn)
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
    turn.say("utter_discount_given", percent=percent, code=number, **shown)


async def _had_discount(turn: ActionTurn, basket: str) -> bool:
    """Whether the person has had a discount; says so, and repeats a code that still works for this basket."""
    today = turn.scene.now.date().isoformat()
    had = await turn.scene.records.find("discount", person=turn.scene.person.id)
    for discount in had:
        if discount.get("basket") == basket and discount["status"] == "open" and discount["until"] >= today:
            turn.say("utter_discount_again", code=discount["id"])
            return True
    if had:
        turn.say("utter_discount_used")
    return bool(had)


@action("action_basket_left")
async def basket_left(turn: ActionTurn) -> None:
    """Given up: the reason, if one was told, is a problem to solve or a chance for later."""
    found, said = await _basket(turn), str(turn.slots["basket_reason"])
    reason = next((name for name, pattern in _REASONS if said == name or pattern.search(said)), None)
    if reason is None and not _skips(turn, said):
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
