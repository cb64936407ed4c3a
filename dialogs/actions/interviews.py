"""Actions of the interview that follows the preselection: offer times, book one, or have a recruiter call."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dialogs.actions.applications import application_of, save
from dialogs.actions.base import ActionTurn, action, text_in
from dialogs.answers import OTHER
from dialogs.formats import moment
from nlu.types import LANGUAGES

MOST_OFFERED = 4
"""Interview times named in one question."""
NOTICE = timedelta(hours=2)
"""An interview is not offered sooner than this."""
NONE_FITS = {
    "pl": ["Żaden z tych", "żaden", "żaden termin", "inny termin"],
    "en": ["None of these", "none", "none of them", "another time", "neither"],
    "ro": ["Niciuna", "niciuna dintre acestea", "nicio oră", "altă oră", "niciun termin"],
}


async def _free_times(turn: ActionTurn) -> list[dict[str, Any]]:
    """The free interview slots of this job, soonest first."""
    slots = await turn.scene.records.find("interview_slot", job=turn.slots.get("job_id"))
    soonest = turn.scene.now + NOTICE
    free = [slot for slot in slots if not slot.get("taken_by") and datetime.fromisoformat(slot["start"]) >= soonest]
    return sorted(free, key=lambda slot: datetime.fromisoformat(slot["start"]))


@action("action_offer_interview")
async def offer_interview(turn: ActionTurn) -> None:
    """Put the next free times, in the candidate's own time zone, into ``interview_options``; none: it stays empty."""
    zone = turn.scene.now.tzinfo
    starts = [datetime.fromisoformat(slot["start"]).astimezone(zone).isoformat() for slot in await _free_times(turn)]
    offered = list(dict.fromkeys(starts))[:MOST_OFFERED]
    options: list[dict[str, Any]] = [{"value": start} for start in offered]
    turn.set(interview_options=[*options, {"value": OTHER, "labels": NONE_FITS}] if options else None, interview_time=None)
    texts = {language: "; ".join(moment(start, language) for start in offered) for language in LANGUAGES}
    turn.set(interview_offer=texts)


@action("action_book_interview")
async def book_interview(turn: ActionTurn) -> None:
    """Take the chosen time; ``booking`` is booked, taken (somebody was faster) or none (none of them fits)."""
    chosen = str(turn.slots["interview_time"])
    if chosen == OTHER:
        turn.set(booking="none")
        return
    at = datetime.fromisoformat(chosen)
    application = await application_of(turn)
    for slot in await _free_times(turn):
        if datetime.fromisoformat(slot["start"]) != at:
            continue
        locked = await turn.scene.records.get("interview_slot", slot["id"])
        if application is None or locked is None or locked.get("taken_by"):
            continue
        await turn.scene.records.put("interview_slot", slot["id"], {**locked, "taken_by": application["id"]})
        await save(turn, application, status="interview", interview={"slot": slot["id"], "at": chosen})
        turn.set(booking="booked", interview_at=chosen)
        turn.effect("committed")
        return
    turn.set(booking="taken", interview_time=None)
    turn.say("utter_interview_taken")


@action("action_interview_agreed")
async def interview_agreed(turn: ActionTurn) -> None:
    """Say when and where the interview is."""
    application = await application_of(turn)
    booked = (application or {}).get("interview")
    slot = await turn.scene.records.get("interview_slot", booked["slot"]) if booked else None
    if slot is None:
        turn.say("utter_anything_else")
        return
    place = text_in(slot.get("place"), turn.language)
    turn.say("utter_interview_agreed", interview_place=place, interviewer=str(slot.get("interviewer", "Bryza")))
    turn.effect("outcome", outcome="interview_booked")


@action("action_recruiter_calls")
async def recruiter_calls(turn: ActionTurn) -> None:
    """No time fits or none is free: a recruiter calls."""
    application = await application_of(turn)
    if application is not None:
        await save(turn, application, call_wanted=True)
    turn.say("utter_recruiter_calls")


async def give_back(turn: ActionTurn, slot_id: str) -> None:
    """Free an interview time that was taken."""
    slot = await turn.scene.records.get("interview_slot", slot_id)
    if slot is not None:
        await turn.scene.records.put("interview_slot", slot_id, {**slot, "taken_by": None})
