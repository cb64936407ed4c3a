"""Actions of the appointment reminder: confirm, move, cancel, be late."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from dialogs.actions.base import ActionTurn, action, text_in
from dialogs.actions.reminders import meant, open_record, skips, value_said
from nlu.parsers.base import Context

OFFERED = 3
"""Free times named in one sentence."""
LATE_MINUTES = 20
"""A delay that is waited for, unless the appointment says otherwise."""

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
_AFTER = re.compile(r"\b(po|after|from|dup[aă])\s+(\w+\s+)?\d", re.IGNORECASE)
_BEFORE = re.compile(r"\b(przed|before|until|[iî]nainte de|p[aâ]n[aă] la)\s+(\w+\s+)?\d", re.IGNORECASE)
_LAST = re.compile(r"\bostatni|\blast\b|\bultim", re.IGNORECASE)
_PART_HOURS = {"morning": (5, 12), "noon": (11, 14), "afternoon": (12, 18), "evening": (17, 23), "night": (21, 24)}
_WISHES = {"reschedule": "reschedule", "cancel_appointment": "cancel", "running_late": "delay"}


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
    found = await open_record(turn, "appointment", ("booked", "confirmed"), "at")
    if found is None or datetime.fromisoformat(found["at"]) < turn.scene.now - timedelta(hours=1):
        turn.set(appointment_id=None)
        turn.effect("outcome", outcome="no_record")
        return
    turn.set(
        appointment_id=found["id"], appointment_at=found["at"], slot_rounds=0, slot_edge=None, free_slots=None,
        late_limit=60 * int(found.get("max_late_minutes", LATE_MINUTES)),
    )  # fmt: skip
    wish = _WISHES.get(meant(turn))
    if wish:
        late = value_said(turn, "duration") if wish == "delay" else None
        turn.set(appointment_answer=wish, late_time=late or turn.slots.get("late_time"))
    turn.say("utter_appointment_is", **_shown(turn, found))


def _shown(turn: ActionTurn, appointment: Mapping[str, Any]) -> dict[str, str]:
    return {"service": text_in(appointment["title"], turn.language), "place": text_in(appointment["place"], turn.language)}


@action("action_take_change")
async def take_change(turn: ActionTurn) -> None:
    """What shall happen instead becomes the answer."""
    turn.set(appointment_answer=turn.slots["appointment_change"])


@action("action_confirm_appointment")
async def confirm_appointment(turn: ActionTurn) -> None:
    """The person will come."""
    found = await turn.record("appointment", "appointment_id")
    await turn.scene.records.put("appointment", found["id"], {**found, "status": "confirmed"})
    turn.effect("committed")
    turn.effect("outcome", outcome="confirmed")
    turn.say("utter_appointment_confirmed")


@action("action_keep_appointment")
async def keep_appointment(turn: ActionTurn) -> None:
    """Nothing changes; a cancelled appointment stays cancelled."""
    found = await turn.record("appointment", "appointment_id")
    if found["status"] == "cancelled":
        turn.say("utter_nothing_booked")
        return
    turn.say("utter_appointment_kept")
    turn.effect("outcome", outcome="kept")


@action("action_offer_slots")
async def offer_slots(turn: ActionTurn) -> None:
    """Choose up to three free times: those nearest to what was wished, else spread over the next days."""
    found = await turn.record("appointment", "appointment_id")
    free = await _free(turn, found)
    wish = turn.slots.get("preferred_when")
    if not isinstance(wish, Mapping):
        wish = _wished(turn, free) if not turn.slots.get("slot_rounds") else None
        turn.set(preferred_when=wish)
    edge = turn.slots.get("slot_edge")
    if edge:
        than = datetime.fromisoformat(edge["than"])
        free = [at for at in free if (at > than if edge["side"] == "after" else at < than)] or free
    within = _within(free, wish, turn.heard.text) if wish else []
    if within:
        chosen = within[:OFFERED]
    elif wish:
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


def _wished(turn: ActionTurn, free: Sequence[datetime]) -> dict[str, Any] | None:
    """The day or hour in the sentence just heard; of several readings ("Wednesday", on a Wednesday) the one with a free time."""
    context = Context(turn.language, turn.scene.now)
    found = turn.scene.parse("when", turn.heard.text, context) if turn.heard.text else None
    if found is None:
        return None
    readings: list[dict[str, Any]] = [found.value, *found.alternatives]
    return next((wish for wish in readings if any(_distance(at, wish)[:2] == (0, False) for at in free)), readings[0])


async def _free(turn: ActionTurn, appointment: Mapping[str, Any]) -> list[datetime]:
    """The free times of the appointment's service from an hour from now on, without the one it has."""
    open_slots = await turn.scene.records.find("free_slot", service=appointment["service"], taken=False)
    earliest = turn.scene.now + timedelta(hours=1)
    times = {datetime.fromisoformat(slot["at"]) for slot in open_slots}
    if appointment["status"] != "cancelled":
        times.discard(datetime.fromisoformat(appointment["at"]))
    return sorted(at for at in times if at > earliest)


def _within(free: Sequence[datetime], wish: Mapping[str, Any], text: str) -> list[datetime]:
    """The free times of the wished day "after twelve" or "before four", when that was said."""
    if not wish.get("date") or not wish.get("time"):
        return []
    bound = datetime.combine(date.fromisoformat(wish["date"]), time.fromisoformat(wish["time"]))
    same_day = [at for at in free if at.date() == bound.date()]
    if _AFTER.search(text):
        return [at for at in same_day if at.time() >= bound.time()]
    return [at for at in same_day if at.time() < bound.time()] if _BEFORE.search(text) else []


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
    found = await turn.record("appointment", "appointment_id")
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
    wish = _wished(turn, await _free(turn, await turn.record("appointment", "appointment_id")))
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
    turn.hand_over("appointment")


@action("action_cancel_appointment")
async def cancel_appointment(turn: ActionTurn) -> None:
    """Cancel it and free its time."""
    found = await turn.record("appointment", "appointment_id")
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
    if skips(turn, reason):
        return
    found = await turn.record("appointment", "appointment_id")
    await turn.scene.records.put("appointment", found["id"], {**found, "cancel_reason": reason})
    turn.effect("problem", kind="appointment_cancelled", words=reason)
    turn.say("utter_reason_noted")


@action("action_read_delay")
async def read_delay(turn: ActionTurn) -> None:
    """The delay may have been said along with being late, however vaguely."""
    if turn.slots.get("late_time") is None:
        turn.set(late_time=value_said(turn, "duration", least=0.5))


@action("action_note_late")
async def note_late(turn: ActionTurn) -> None:
    """Tell the team how late the person will be."""
    said = value_said(turn, "duration")  # "no, ten minutes" after all
    turn.set(late_time=said or turn.slots["late_time"])
    found, late = await turn.record("appointment", "appointment_id"), int(turn.slots["late_time"])
    waited_for = late <= int(turn.slots["late_limit"])
    await turn.scene.records.put("appointment", found["id"], {**found, "status": "confirmed", "late_minutes": round(late / 60)})
    turn.effect("committed")
    turn.effect("outcome", outcome="late" if waited_for else "very_late")
    turn.effect("measure", name="late_minutes", value=round(late / 60))
    turn.say("utter_late_noted" if waited_for else "utter_late_noted_long")
