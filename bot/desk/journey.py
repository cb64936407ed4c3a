"""`/journey`, first form: pick a person, read their timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from nicegui import ui
from sqlalchemy import func, select

from bot.api.access import service_of
from bot.desk.curve import DONE, SHOWN_FROM, curve_svg
from bot.desk.frame import CHANNEL_ICONS, frame
from bot.desk.i18n import _, language, later, ngettext
from bot.desk.session import admitted, note
from bot.desk.words import outcome_word
from bot.journey.timeline import timeline
from bot.mood.reasons import sentence
from bot.mood.types import Reason
from bot.service import Service
from bot.store.models import Person, Touchpoint

_STAGE_COLOURS = {
    "awareness": "#4f46e5", "consideration": "#0369a1", "purchase": "#0f766e", "retention": "#4d7c0f", "advocacy": "#a16207",
    "attraction": "#4f46e5", "application": "#0369a1", "screening": "#0f766e", "interview": "#4d7c0f", "offer": "#a16207",
    "onboarding": "#be185d",
}  # fmt: skip
STAGES = {
    "awareness": later("awareness"), "consideration": later("consideration"), "purchase": later("purchase"),
    "retention": later("retention"), "advocacy": later("advocacy"), "attraction": later("attraction"),
    "application": later("application"), "screening": later("screening"), "interview": later("interview"), "offer": later("offer"),
    "onboarding": later("onboarding"),
}  # fmt: skip
_GOOD = frozenset({
    "answered", "solved", "resolved", "confirmed", "booked", "rebooked", "rescheduled", "interview_booked", "promise", "promised",
    "screened", "resumed", "survey_answered", "return_created", "ticket_created", "order_cancelled", "delivery_changed",
    "invoice_requested", "invoice_sent", "payment_link_sent", "link_sent", "already_paid", "discount_given", "callback_agreed",
    "continued_in_writing",
})  # fmt: skip
_BAD = frozenset({
    "handed_over", "not_solved", "no_reply", "failed", "given_up", "not_possible", "not_verified", "no_record", "unknown_question",
    "order_not_found", "refused", "opted_out", "wrong_person", "survey_declined", "not_interested", "withdrawn", "cancelled",
    "cancelled_by_person", "dispute", "cannot_pay", "return_too_late", "too_late_shipped",
})  # fmt: skip
"""Outcomes that the person and the company can be glad of, and those that show where it hurts."""
MOST_PEOPLE = 200

_STYLE = """
.track { border-left: 2px solid #d5dedb; margin-left: 9px; padding-left: 22px; width: calc(100% - 9px) }
.body--dark .track { border-color: #2a3a37 }
.dot { width: 14px; height: 14px; border-radius: 50%; position: absolute; left: -31px; top: 20px; border: 3px solid #f4f6f5 }
.body--dark .dot { border-color: #0e1716 }
.quote { border-left: 3px solid #f59e0b; padding-left: 10px; overflow-wrap: anywhere }
"""


async def page(request: Request, person: str = "") -> Response | None:
    """The page; ``?person=`` opens a timeline directly."""
    user = await admitted(request, "agent", f"/journey?person={quote(person, safe='')}" if person else "/journey")
    if isinstance(user, Response):
        return user
    frame(user, "/journey")
    service = service_of(request)
    people = await _people(service)
    ui.add_css(_STYLE)
    with ui.column().classes("w-full max-w-4xl mx-auto px-4 py-6 gap-4"):
        with ui.row().classes("w-full items-end justify-between gap-3"):
            with ui.column().classes("gap-0"):
                ui.label(_("Journey")).classes("text-2xl font-bold")
                ui.label(_("Every contact with one person, in order.")).classes("soft")
            chosen = person if person in people else None
            ui.select(
                people, value=chosen, label=_("Person"), with_input=True, on_change=lambda e: ui.navigate.to(f"/journey?person={e.value}")
            ).classes("w-full sm:w-80").props('outlined dense data-testid="person"')
        if chosen is None:
            _empty(len(people))
        else:
            await note(request, user, "saw_journey", chosen)
            await _person(service, chosen)
    return None


async def _people(service: Service) -> dict[str, str]:
    """People by id, those with the newest contact first."""
    newest = func.max(Touchpoint.at)
    query = select(Person.id, Person.name, func.count(Touchpoint.id)).outerjoin(Touchpoint).group_by(Person.id)
    async with service.database.sessions() as session:
        rows = (await session.execute(query.order_by(newest.desc().nulls_last()).limit(MOST_PEOPLE))).all()
    contacts = {count: ngettext("{count} contact", "{count} contacts", count) for _id, _name, count in rows}
    return {row_id: f"{name or _('Unknown visitor')} · {row_id} · {contacts[count]}" for row_id, name, count in rows}


def _empty(people: int) -> None:
    with ui.column().classes("card w-full items-center py-12 gap-2"):
        ui.icon("route", size="48px").classes("soft")
        ui.label(_("Choose a person to see their journey.") if people else _("Nobody has been in touch yet.")).classes(
            "text-lg text-center"
        )
        ui.label(_("Conversations by chat, text and phone appear here as soon as they begin.")).classes("soft text-center")


async def _person(service: Service, person_id: str) -> None:
    async with service.database.sessions() as session:
        person = await session.get_one(Person, person_id)
        story = await timeline(session, person)
        zone = ZoneInfo(person.time_zone)
    touchpoints = story["touchpoints"]
    with ui.row().classes("card w-full items-center justify-between gap-4"):
        with ui.column().classes("gap-0"):
            ui.label(person.name or _("Unknown visitor")).classes("text-xl font-bold")
            ui.label(f"{person.kind} · {person.id} · {person.language} · {person.time_zone}").classes("soft")
        with ui.row().classes("gap-6"):
            _figure(len(touchpoints), _("contacts"))
            _figure(sum(int(t["measures"].get("turns", 0)) for t in touchpoints), _("turns"))
            _figure(sum(len(t["problems"]) for t in touchpoints), _("problems"))
    if not touchpoints:
        ui.label(_("No contact yet.")).classes("soft")
        return
    with ui.row().classes("gap-2"):
        for stage, count in sorted(story["stages"].items(), key=lambda item: [*_STAGE_COLOURS, item[0]].index(item[0])):
            ui.label(f"{_(STAGES.get(stage, stage))} {count}").classes("chip").style(f"background: {_STAGE_COLOURS.get(stage, '#64748b')}")
    with ui.column().classes("track gap-3"):
        for touchpoint in reversed(touchpoints):
            _touchpoint(touchpoint, zone)


def _figure(value: int, what: str) -> None:
    with ui.column().classes("gap-0 items-center"):
        ui.label(str(value)).classes("text-2xl font-bold leading-none")
        ui.label(what).classes("soft text-sm")


def _touchpoint(touchpoint: dict[str, Any], zone: ZoneInfo) -> None:
    colour = _STAGE_COLOURS.get(touchpoint["stage"], "#64748b")
    with ui.column().classes("card w-full gap-1 relative").props('data-testid="touchpoint"'):
        ui.element("div").classes("dot").style(f"background: {colour}")
        with ui.row().classes("w-full items-center justify-between gap-2"):
            with ui.row().classes("items-center gap-2"):
                ui.icon(CHANNEL_ICONS.get(touchpoint["channel"], "forum")).classes("soft")
                ui.label(touchpoint["goal"].replace("_", " ")).classes("font-bold")
                ui.label(_(STAGES.get(touchpoint["stage"], touchpoint["stage"]))).classes("chip").style(f"background: {colour}")
            ui.label(datetime.fromisoformat(touchpoint["at"]).astimezone(zone).strftime("%d.%m.%Y %H:%M")).classes("soft text-sm")
        _outcome(touchpoint)
        if touchpoint["emotion"]:
            _mood(touchpoint["emotion"])
        for problem in touchpoint["problems"][:5]:
            words = str(problem.get("words") or "")
            ui.label(f"{str(problem.get('kind', '')).replace('_', ' ')}{': “' + words + '”' if words else ''}").classes("quote text-sm")
        for opportunity in touchpoint["opportunities"][:3]:
            ui.label(_("Opportunity: {kind}").format(kind=str(opportunity.get("kind", "")).replace("_", " "))).classes("text-sm")


def _mood(emotion: dict[str, Any]) -> None:
    """The curve of frustration over the contact's messages, why it was highest, and what the bot did about it."""
    curve = [float(value) for value in emotion.get("curve", [])]
    if not curve:
        return
    reasons = sentence([Reason.from_json(reason) for reason in emotion.get("reasons", [])], language())
    done = {entry["turn"]: _(DONE.get(entry["flow"], entry["flow"])) for entry in emotion.get("done", [])}
    with ui.row().classes("w-full items-center gap-x-3 gap-y-1").props('data-testid="mood"'):
        ui.html(curve_svg(curve, done), sanitize=False).classes("shrink-0")
        with ui.column().classes("gap-0 flex-1").style("min-width: 13em"):  # below the curve where there is no room beside it
            ui.label(_("Frustration {now:.0%}, highest {most:.0%}").format(now=curve[-1], most=max(curve))).classes("text-sm")
            if reasons and max(curve) >= SHOWN_FROM:
                ui.label(reasons).classes("soft text-sm")
            for what in dict.fromkeys(done.values()):
                ui.label(_("The bot {what}").format(what=what)).classes("soft text-sm")


def _outcome(touchpoint: dict[str, Any]) -> None:
    measures = touchpoint["measures"]
    turns = int(measures.get("turns", 0))
    facts = [ngettext("{count} turn", "{count} turns", turns)] if turns else []
    facts += [f"{measures['duration_s']:.0f} s"] if measures.get("duration_s") else []
    facts += [f"{name.upper()} {measures[name]:.0f}" for name in ("csat", "nps", "ces") if name in measures]
    outcome = touchpoint["outcome"]
    icon = "check_circle" if outcome in _GOOD else "error" if outcome in _BAD else "radio_button_unchecked"
    with ui.row().classes("items-center gap-2"):
        ui.icon(icon, size="18px").classes("soft")
        ui.label(outcome_word(outcome))
        ui.label(" · ".join(facts)).classes("soft text-sm")
