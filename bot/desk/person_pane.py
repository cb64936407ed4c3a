"""What is known of the person: their card, the mood with its reasons, what the bot has collected and tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from nicegui import ui

from bot.desk.board_words import language_words, outcome_words, reason_words
from bot.desk.card import Card
from bot.desk.curve import DONE, SHOWN_FROM, curve_svg
from bot.desk.i18n import _, language, later, ngettext
from bot.desk.place import Place
from bot.desk.tried import Step
from bot.desk.words import kind_word, slot_word, value_word
from bot.mood.reasons import sentence

CONTACTS = {"phone": later("Phone"), "email": later("E-mail"), "external_id": later("Customer no."), "external": later("Customer no.")}

RECORDING = {"granted": later("agreed"), "revoked": later("refused")}

STYLE = """
.known { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 12px; overflow-wrap: anywhere; width: 100%; font-size: 14px }
"""


class PersonPane:
    """The person in the conversation that is open."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.card: Card | None = None
        self.tried: tuple[Step, ...] = ()
        self._shown: object = None

    def changed(self) -> bool:
        """Whether there is anything to draw anew; the minutes of a clock are not."""
        story, card = self._place.story, self.card
        known = (story.curve, story.reasons, story.known, story.entry.escalation) if story else None
        shown = (known, replace(card, local_time=card.known_since) if card else None, self.tried)
        changed, self._shown = shown != self._shown, shown
        return changed

    @ui.refreshable_method
    def draw(self) -> None:
        """Draw it anew."""
        story, card = self._place.story, self.card
        if story is None or card is None:
            return
        ui.label(story.person.name or _("Unknown visitor")).classes("font-bold text-base").props('role="heading" aria-level="2"')
        ui.label(_("Candidate") if story.person.kind == "candidate" else _("Customer")).classes("soft text-sm")
        _facts(
            [
                (_("Language"), language_words(story.entry.language)),
                *((_(CONTACTS.get(kind, kind)), value) for kind, value in card.contacts),
                (_("Local time"), f"{card.local_time:%H:%M}"),
                (_("Contact"), card.consent),
                *((_("Recording"), _(RECORDING[agreed.state])) for agreed in card.consents if agreed.kind == "recording"),
            ]
        )
        count = ngettext("{count} contact so far", "{count} contacts so far", card.touchpoints)
        ui.link(count, f"/journey?person={quote(story.person.id, safe='')}", new_tab=True).classes("text-sm")
        self._mood()
        self._collected()
        self._records(card)
        self._past(card)

    def _mood(self) -> None:
        story = self._place.story
        if story is None or not story.curve:
            return
        _title(_("Mood"))
        ui.html(curve_svg(list(story.curve), {turn: _(DONE.get(flow, flow)) for turn, flow in story.done.items()}), sanitize=False)
        now, most = story.curve[-1], max(story.curve)
        ui.label(_("Frustration {now:.0%}, highest {most:.0%}").format(now=now, most=most)).classes("text-sm")
        if most >= SHOWN_FROM and (reasons := sentence(story.reasons, language())):
            ui.label(reasons).classes("soft text-sm")

    def _collected(self) -> None:
        story = self._place.story
        if story is None:
            return
        if self.tried:
            _title(_("What the bot tried"))
            for step in self.tried:
                collected = ", ".join(f"{name}: {value}" for name, value in step.slots)
                with ui.column().classes("gap-0 w-full"):
                    ui.label(f"{step.name}: {step.outcome}" if step.outcome else step.name).classes("text-sm")
                    if collected:
                        ui.label(collected).classes("soft text-xs")
        known = [(name, value) for name, value in story.known.items() if self._place.service.conversations.tells(name)]
        if known:
            _title(_("What the bot knows"))
            slots, spoken = self._place.service.conversations.domain.slots, language()
            _facts([(slot_word(name), value_word(value, slots.get(name), spoken)) for name, value in known])

    def _records(self, card: Card) -> None:
        kinds = list(dict.fromkeys(record.kind for record in card.records))
        for kind in kinds:
            _title(kind_word(kind))
            for record in (each for each in card.records if each.kind == kind):
                facts = [each for each in (record.status, record.when, record.money) if each]
                with ui.row().classes("w-full gap-2 text-sm items-baseline"):
                    ui.label(record.title or record.id).classes("font-semibold")
                    ui.label(" · ".join(facts)).classes("soft")
            if (hidden := card.counts.get(kind, 0) - sum(1 for each in card.records if each.kind == kind)) > 0:
                ui.label(ngettext("{count} older one", "{count} older ones", hidden)).classes("soft text-xs")

    def _past(self, card: Card) -> None:
        zone = self._place.zone
        if card.tasks:
            _title(_("Promised"))
            for task in card.tasks:
                about = " · ".join(each for each in (f"{task.due.astimezone(zone):%d.%m. %H:%M}", task.text, task.agent) if each)
                ui.label(about).classes("text-sm late" if task.late else "text-sm")
        if card.escalations:
            _title(_("With colleagues before"))
            for handed in card.escalations:
                how = outcome_words(handed.outcome) if handed.outcome else ""
                facts = (f"{handed.at.astimezone(zone):%d.%m.%Y %H:%M}", reason_words(handed.reason), handed.agent, how)
                with ui.column().classes("gap-0 w-full"):
                    ui.label(" · ".join(each for each in facts if each)).classes("text-sm")
                    if handed.note:
                        ui.label(handed.note).classes("soft text-sm")
        if card.past:
            _title(_("Before"))
            for touchpoint in card.past:
                what = " · ".join(each for each in (touchpoint.channel, touchpoint.goal, touchpoint.outcome) if each)
                ui.label(f"{touchpoint.at.astimezone(zone):%d.%m.%Y} · {what}").classes("soft text-sm")


def _title(text: str) -> None:
    ui.label(text).classes("font-bold mt-2").props('role="heading" aria-level="3"')


def _facts(facts: Sequence[tuple[str, str]]) -> None:
    with ui.element("div").classes("known"):
        for name, value in facts:
            if value:
                ui.label(name).classes("soft")
                ui.label(value)
