"""A conversation in one paragraph, for the agent who goes on with it: who, what for, what is known, how they feel, why a person.

Whole sentences, each translated as one. Nothing in them tells a person's gender: nobody was asked for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_percent
from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import i18n
from bot.desk.i18n import _, later
from bot.desk.words import SLOTS, plain, slot_word, text_of, value_word
from bot.mood.reasons import in_words
from bot.mood.types import Reason, Thresholds
from bot.store.models import Conversation, Person, Touchpoint
from bot.store.touchpoints import GENERAL
from dialogs.domain import Slot
from dialogs.flow import Flow
from dialogs.state import DialogState

LONG, LONGEST = 400, 600
"""Characters from which the least important is left out, and beyond which it never goes."""
NAME = 60
"""Characters of a name that are shown."""
MOST_KNOWN, MOST_REASONS = 3, 2
"""Things that are known, and reasons for a mood, that are named."""
_QUIET = frozenset({"order_proof"})
"""What was asked only to be sure who it is: an agent sees the result."""
_SAME = {"asked_for_person": "asked_for_person", "not_understood": "misunderstood", "complaint": "complained", "abuse": "abuse"}
"""Reasons of a mood that say the same as the reason for which a conversation was handed over."""

_PURPOSES = {
    "order_status": later("{who} asks about the status of an order."),
    "change_delivery": later("{who} wants to change a delivery."),
    "cancel_order": later("{who} wants to cancel an order."),
    "return_item": later("{who} wants to return something."),
    "refund_status": later("{who} asks about a refund."),
    "invoice_request": later("{who} asks for an invoice."),
    "payment_problem": later("{who} has trouble with a payment."),
    "report_problem": later("{who} reports a fault."),
    "answer_question": later("{who} has a question."),
    "check_answer": later("{who} has a question."),
    "unknown_question": later("{who} has a question that the bot cannot answer."),
    "reminder_appointment": later("{who} talks with the bot about an appointment."),
    "appointment_wish": later("{who} talks with the bot about an appointment."),
    "reminder_payment": later("{who} talks with the bot about an invoice to be paid."),
    "payment_told": later("{who} talks with the bot about an invoice to be paid."),
    "reminder_basket": later("{who} talks with the bot about a purchase that was not finished."),
    "preselection": later("{who} takes part in an interview for a job."),
    "preselection_again": later("{who} takes part in an interview for a job."),
    "preselection_interview": later("{who} arranges the time of a job interview."),
    "preselection_leave": later("{who} wants to withdraw an application for a job."),
    "preselection_withdraw": later("{who} wants to withdraw an application for a job."),
    "open_jobs": later("{who} asks about work at our company."),
    "job_seeker": later("{who} asks about work at our company."),
    "survey": later("{who} answers our survey."),
    "survey_nps": later("{who} answers our survey."),
    "survey_ces": later("{who} answers our survey."),
    "pattern_complain": later("{who} has a complaint about us."),
    "pattern_data_request": later("{who} asks about their personal data."),
    "pattern_call_back_later": later("{who} wants to be called back."),
}
"""What they want, by flow."""

_REASONS = {
    "asked_for_person": later("They ask for a person."),
    "not_understood": later("Handed over because the bot did not understand several messages in a row."),
    "complaint": later("They want to talk to a person about their complaint."),
    "frustration": later("Handed over because they have run out of patience."),
    "abuse": later("Handed over after repeated insults."),
    "return_too_late": later("The time for a return is over, and they ask for an exception."),
    "refund_check": later("They want a person to check the refund."),
    "cannot_pay": later("They cannot pay and need another solution."),
    "payment_dispute": later("They do not agree with the invoice."),
    "payment": later("They want to settle the payment with a person."),
    "late_delivery": later("The parcel is late, and they want a person to look into it."),
    "appointment": later("They want to settle the appointment with a person."),
    "unknown_question": later("The bot does not know the answer."),
    "basket_question": later("The bot does not know the answer to a question about the goods."),
    "tax_number": later("The tax number could not be confirmed."),
    "low_rating": later("They rate us low and want to talk about it."),
    "not_verified": later("It could not be confirmed that the order is theirs."),
    "order_not_found": later("The order could not be found."),
    "call_failed": later("The call was broken off by a fault on our side."),
    "callback_due": later("They were promised a call back, and it is time."),
    "internal_error": later("Handed over because of a fault on our side."),
}
"""Why a person is needed, by the reason of the hand-over."""


_MOODS = {
    ("upset", True, True): later("Very upset ({percent}): {reasons}; messages the bot did not understand: {count} of {total}."),
    ("upset", True, False): later("Very upset ({percent}): {reasons}."),
    ("upset", False, True): later("Very upset ({percent}); messages the bot did not understand: {count} of {total}."),
    ("upset", False, False): later("Very upset ({percent})."),
    ("losing", True, True): later("Losing patience ({percent}): {reasons}; messages the bot did not understand: {count} of {total}."),
    ("losing", True, False): later("Losing patience ({percent}): {reasons}."),
    ("losing", False, True): later("Losing patience ({percent}); messages the bot did not understand: {count} of {total}."),
    ("losing", False, False): later("Losing patience ({percent})."),
    ("calm", False, True): later("Calm so far; messages the bot did not understand: {count} of {total}."),
    ("calm", False, False): later("Calm so far."),
    ("unknown", False, True): later("Messages the bot did not understand: {count} of {total}."),
    ("unknown", False, False): "",
}
"""How they feel: how much, whether reasons are known, whether the bot failed to understand."""


def paragraph(summary: Mapping[str, Any], flows: Mapping[str, Flow], language: str = "", slots: Mapping[str, Slot] | None = None) -> str:
    """The conversation in two to four sentences; ``language`` "" is that of whoever looks. Never empty, plain text (escape it in HTML).

    ``summary``: as `bot.escalation.queue.summary` made it; better with what `history` adds. ``slots``: the domain's, so that values are
    shown as they are read.
    """
    language = language or i18n.language()
    with i18n.speaking(language):
        shown = summary.get("known") or {}
        known = list(_known(shown, slots or {}, language))[:MOST_KNOWN]
        sentences = [_purpose(summary, flows, language), _collected(known, _asked(summary, slots or {}))]
        sentences += [_mood(summary, language), _why(str(summary.get("reason") or ""))]
        before = _before(summary, flows, language)
        if before and len([each for each in sentences if each]) < 4:
            sentences.insert(1, before)
        for short in (_collected(known[:1], ""), ""):
            if len(" ".join(filter(None, sentences))) > LONG:
                sentences[-3] = short
        text = " ".join(filter(None, sentences))
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


async def history(session: AsyncSession, conversation: Conversation, flows: Mapping[str, Flow]) -> dict[str, Any]:
    """What a summary does not hold: ``contact`` (which one this is) and ``since`` (ISO date of the first), ``about`` and ``before`` (the
    flow they are here for, and those that were before it in this conversation), ``misunderstood`` messages, and the mood's
    ``mood_reasons`` as codes. JSON-ready; two queries."""
    state = DialogState.from_json(conversation.state)
    contact = func.coalesce(Touchpoint.conversation_id, cast(Touchpoint.id, Text))
    contacts = select(func.count(func.distinct(contact))).where(Touchpoint.person_id == Person.id).scalar_subquery()
    number, since = (await session.execute(select(contacts, Person.created).where(Person.id == conversation.person_id))).one()
    query = select(Touchpoint.goal, Touchpoint.problems).where(Touchpoint.conversation_id == conversation.id).order_by(Touchpoint.id)
    touched = (await session.execute(query)).all()
    goals = [next((flow.id for flow in flows.values() if flow.goal == goal), "") for goal, _problems in touched if goal != GENERAL]
    running = [frame.flow for frame in state.stack if frame.flow in flows and _tells(flows[frame.flow])]
    about = next(iter([*running[::-1], *goals[::-1]]), "")
    problems = [problem for _goal, found in touched for problem in found]
    return {
        "contact": number,
        "since": since.date().isoformat(),
        "about": about,
        "before": [
            flow for flow in dict.fromkeys(goals) if flow and flow != about and flows[flow].goal != getattr(flows.get(about), "goal", "")
        ],
        "misunderstood": sum(problem.get("kind") == "not_understood" for problem in problems),
        "mood_reasons": list((state.mood or {}).get("reasons") or ()),
    }


def _tells(flow: Flow) -> bool:
    """Whether a flow says what somebody wants."""
    return bool(flow.goal) or flow.id in _PURPOSES


# ---- sentences


def _purpose(summary: Mapping[str, Any], flows: Mapping[str, Flow], language: str) -> str:
    who = _who(summary, language)
    about = next((str(summary[name]) for name in ("about", "flow", "kind") if _is_about(summary.get(name), flows)), "")
    if about in _PURPOSES:
        return _(_PURPOSES[about]).format(who=who)
    if about:
        return _("{who} contacts us about: {flow}.").format(who=who, flow=_name(flows[about], language))
    return _("{who} has not said yet what it is about.").format(who=who)


def _is_about(flow: Any, flows: Mapping[str, Flow]) -> bool:
    return isinstance(flow, str) and flow in flows and _tells(flows[flow])


def _who(summary: Mapping[str, Any], language: str) -> str:
    person = summary.get("person") or {}
    name = text_of(str(person.get("name") or ""), NAME) or _("An unknown visitor")
    contact, since = summary.get("contact"), str(summary.get("since") or "")
    if not isinstance(contact, int):
        return name
    if contact <= 1 or not since:
        return _("{name} (first contact)").format(name=name)
    shown = format_date(date.fromisoformat(since), "long", locale={"en": "en_GB", "pl": "pl_PL"}.get(language, language))
    return _("{name} (contact no. {number}, known since {date})").format(name=name, number=contact, date=shown)


def _name(flow: Flow, language: str) -> str:
    return text_of(flow.names.get(language) or flow.names.get("en") or plain(flow.id))


def _before(summary: Mapping[str, Any], flows: Mapping[str, Flow], language: str) -> str:
    names = [_name(flows[flow], language) for flow in summary.get("before") or () if flow in flows]
    return _("Earlier in this conversation: {flows}.").format(flows=", ".join(names[-MOST_KNOWN:])) if names else ""


def _collected(known: Sequence[str], asked: str) -> str:
    shown = ", ".join(known)
    if shown and asked:
        return _("Known so far: {known}; not answered yet: {asked}.").format(known=shown, asked=asked)
    if shown:
        return _("Known so far: {known}.").format(known=shown)
    return _("Not answered yet: {asked}.").format(asked=asked) if asked else ""


def _known(found: Mapping[str, Any], slots: Mapping[str, Slot], language: str) -> Iterable[str]:
    """What tells most comes first; the same value is told once."""
    told: set[str] = set()
    for name in SLOTS:
        value = found.get(name)
        if name in _QUIET or value is None or isinstance(value, bool):
            continue
        shown = value_word(value, slots.get(name), language, found)
        if shown and shown not in told:
            told.add(shown)
            yield f"{slot_word(name)} ({_inside(shown)})" if " " in shown else f"{slot_word(name)} {shown}"


def _inside(shown: str) -> str:
    """A value within a sentence: a button's title loses its capital, a name or a code keeps it."""
    first, second = shown[:1], shown[1:2]
    return first.lower() + shown[1:] if second.islower() and shown[1:].islower() else shown


def _asked(summary: Mapping[str, Any], slots: Mapping[str, Slot]) -> str:
    """The open question, where it has a name; a yes or no is a matter between the person and the bot."""
    name = str(summary.get("asked") or "")
    slot = slots.get(name)
    if not name or (slot is not None and slot.parser == "yes_no" and name not in SLOTS):
        return ""
    return slot_word(name) if name in SLOTS or slot is not None else ""


def _mood(summary: Mapping[str, Any], language: str) -> str:
    """How they feel, with the reasons, and how often the bot did not understand. Nobody judges the mood of a candidate."""
    frustration = (summary.get("mood") or {}).get("frustration")
    missed, total = int(summary.get("misunderstood") or 0), int(summary.get("turns") or 0)
    given = [Reason.from_json(reason) for reason in summary.get("mood_reasons") or ()]
    known = [reason for reason in given if reason.kind != _SAME.get(str(summary.get("reason")))][:MOST_REASONS]
    levels, reasons = Thresholds(), ""
    if frustration is None or frustration < levels.first:
        mood = "unknown" if frustration is None else "calm"
    else:
        mood = "upset" if frustration >= levels.second else "losing"
        reasons = ", ".join(in_words(reason, language) for reason in known)
        missed = 0 if any(reason.kind == "misunderstood" for reason in known) else missed
    text = _MOODS[mood, bool(reasons), bool(missed)]
    percent = format_percent(frustration or 0, locale=language)
    return _(text).format(percent=percent, reasons=reasons, count=missed, total=max(total, missed)) if text else ""


def _why(reason: str) -> str:
    if reason in _REASONS:
        return _(_REASONS[reason])
    return _("Reason for handing over: {reason}.").format(reason=plain(reason)) if reason else ""
