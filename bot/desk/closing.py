"""How an agent's part in a conversation ends: given back to the bot, handed to a colleague or a number, or closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.calls import transfer
from bot.desk.frame import answers
from bot.desk.i18n import _, later
from bot.desk.place import Place
from bot.desk.words import slot_word
from bot.escalation import agents, answering, promises, queue
from bot.escalation.answering import OUTCOMES
from bot.escalation.hand_on import hand_on
from bot.escalation.promises import Promise
from bot.users.accounts import may

OUTCOME_NAMES = {
    "solved": later("Solved"), "not_solved": later("Not solved"), "promised": later("Promised for later"),
    "transferred": later("Handed on"), "no_reply": later("No reply any more"), "spam": later("Spam"),
}  # fmt: skip
MOST_SLOTS = 8
"""What the bot knows that can be put right when a conversation is given back."""


class Closing:
    """The dialogs."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def give_back(self) -> None:
        """Ask what was agreed: the bot goes on with it, and a date in it becomes a task."""
        place, story = self._place, self._place.story
        if story is None or not place.mine:
            return
        escalation = story.entry.escalation
        known = [(name, value) for name, value in story.known.items() if place.service.conversations.tells(name) and isinstance(value, str)]
        with place.client, ui.dialog(value=True) as dialog, ui.card().classes("w-[30rem] max-w-full gap-3"):  # buttons are drawn again
            ui.label(_("Give back to the bot")).classes("text-lg font-bold")
            ui.label(_("What was agreed? The bot tells the person, so write it in their language.")).classes("soft text-sm")
            note = ui.textarea(_("Note")).props('outlined autogrow maxlength="1000" autofocus').classes("w-full")
            task = ui.checkbox("").classes("text-sm")
            task.set_visibility(False)
            found: list[Promise] = []

            def typed(text: str) -> None:
                promise = promises.found(text, story.entry.language, place.now(), story.person.time_zone)
                found[:] = [promise] if promise else []
                task.set_visibility(bool(found))
                if promise:
                    due = promise.due.astimezone(place.zone)
                    task.set_text(_("Remind me: {when}, {text}").format(when=f"{due:%d.%m. %H:%M}", text=promise.text))
                    task.set_value(True)

            note.on_value_change(lambda event: typed(event.value or ""))
            fields = {}
            if known:
                with ui.expansion(_("What the bot knows")).classes("w-full"):
                    fields = {name: ui.input(slot_word(name), value=value) for name, value in known[:MOST_SLOTS]}

            async def done() -> None:
                changed = {name: field.value for name, field in fields.items() if field.value != dict(known)[name]}
                kept = found if task.value else []

                async def work(session: AsyncSession, now: datetime) -> None:
                    await answering.give_back(
                        session, place.service.conversations, escalation, place.user.login, note.value or "", now, slots=changed,
                        promises=kept,
                    )  # fmt: skip

                if await place.do(work, "returned", escalation):
                    dialog.close()

            answers(dialog, _("Give back"), done)

    async def close(self) -> None:
        """Ask how it ended."""
        place = self._place
        if not place.mine:
            return
        escalation = place.chosen
        async with place.service.database.sessions() as session:
            used = await answering.tags_used(session)
        with place.client, ui.dialog(value=True) as dialog, ui.card().classes("w-[30rem] max-w-full gap-3"):
            ui.label(_("Close the conversation")).classes("text-lg font-bold")
            outcome = ui.select({name: _(OUTCOME_NAMES[name]) for name in OUTCOMES}, label=_("Outcome"), value="solved")
            outcome.props("outlined dense").classes("w-full")
            tags = ui.select(list(used), label=_("Tags"), multiple=True, new_value_mode="add-unique", value=[])
            tags.props("outlined dense use-chips use-input").classes("w-full")
            ui.label(_("How did it end? For colleagues; the person does not see it.")).classes("soft text-sm")
            note = ui.textarea(_("Note")).props('outlined autogrow maxlength="1000"').classes("w-full")

            async def done() -> None:
                async def work(session: AsyncSession, now: datetime) -> None:
                    await answering.close(
                        session, escalation, place.user.login, note.value or "", now, outcome=outcome.value or "", tags=tags.value or ()
                    )

                if await place.do(work, "closed", escalation):
                    dialog.close()

            answers(dialog, _("Close"), done)

    async def transfer(self) -> None:
        """Ask to whom: a colleague who is there, or a telephone number."""
        place, entry = self._place, self._place.entry
        if entry is None or not place.mine:
            return
        async with place.service.database.sessions() as session:
            there = [each.user for each in await agents.on_duty(session, place.service.settings, place.now())]
        colleagues = {user.login: f"{user.name} ({_(PRESENCE_NAMES[user.presence])})" for user in there if user.login != place.user.login}
        with place.client, ui.dialog(value=True) as dialog, ui.card().classes("w-[30rem] max-w-full gap-3"):
            ui.label(_("Hand on")).classes("text-lg font-bold")
            to = ui.select(colleagues, label=_("Colleague"), with_input=True).props("outlined dense clearable").classes("w-full")
            if not colleagues:
                ui.label(_("No colleague is at their desk now.")).classes("soft text-sm")
            number = ui.input(_("Telephone number"), placeholder="+48 …").props("outlined dense").classes("w-full")
            number.set_visibility(bool(entry.call) and entry.channel == "phone")
            note = ui.textarea(_("What should they know?")).props('outlined autogrow maxlength="1000"').classes("w-full")

            async def done() -> None:
                if number.value:
                    given = await self._to_number(number.value)
                else:
                    given = await self._to_colleague(entry.escalation, to.value or "", note.value or "")
                if given:
                    dialog.close()

            answers(dialog, _("Hand on"), done)

    async def _to_colleague(self, escalation: str, login: str, note: str) -> bool:
        place = self._place
        if not login:
            ui.notify(_("Choose a colleague."), type="warning", position="top")
            return False

        async def work(session: AsyncSession, now: datetime) -> None:
            seconds, conversations = place.service.settings.offer_s, place.service.conversations
            await hand_on(session, conversations, escalation, place.user.login, login, note, now, within_s=seconds)

        return await place.do(work, "transferred", escalation)

    async def _to_number(self, number: str) -> bool:
        place = self._place
        escalation = place.chosen

        async def work(session: AsyncSession, now: datetime) -> None:
            await transfer.to_number(session, place.service, escalation, place.user.login, number, now)

        return await place.do(work, "transferred", escalation)


PRESENCE_NAMES = {
    "available": later("Available"), "busy": later("Busy"), "away": later("Away"), "wrap_up": later("Finishing up"),
}  # fmt: skip


def buttons(place: Place, closing: Closing, take: Callable[[], object], decline: Callable[[], object]) -> None:
    """What can be done with the open conversation, by whose it is."""
    entry = place.entry
    if entry is None:
        return
    with ui.row().classes("gap-1"):
        if entry.status == "waiting":
            ui.button(_("Take"), icon="pan_tool", on_click=take).props("unelevated no-caps")
            if entry.offered_to == place.user.login:
                ui.button(_("Pass"), on_click=decline).props("flat no-caps")
        elif place.mine:
            ui.button(_("Give back"), icon="smart_toy", on_click=closing.give_back).props("flat no-caps")
            ui.button(_("Hand on"), icon="forward", on_click=closing.transfer).props("flat no-caps")
            ui.button(_("Close"), icon="check", on_click=closing.close).props("flat no-caps")
        else:
            ui.label(_("with {who}").format(who=entry.agent)).classes("soft self-center")
            if place.writes:
                ui.button(_("Leave it"), icon="logout", on_click=lambda: beside(place, there=False)).props("flat no-caps")
            elif may(place.user, "supervisor"):
                ui.button(_("Join"), icon="group_add", on_click=lambda: beside(place, there=True)).props("flat no-caps")


async def beside(place: Place, *, there: bool) -> bool:
    """A supervisor writes in a colleague's conversation from now on, too; or no more (``there``)."""
    act, escalation = queue.join if there else queue.leave_joined, place.chosen

    async def work(session: AsyncSession, now: datetime) -> None:
        await act(session, escalation, place.user, now)

    return await place.do(work, "joined" if there else "left", escalation)
