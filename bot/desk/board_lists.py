"""The part of the board that shows what is: figures in large print, conversations, agents, moods and reasons. Tables are told only what
has changed, so that nobody loses their place in one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from bot.desk.board_words import channel_words, language_words, lasted, owner_words, presence_words, reason_words
from bot.desk.figures import UPSET, WORST, AtWork, Figures, Talk
from bot.desk.frame import CHANNEL_ICONS
from bot.desk.i18n import _, ngettext
from bot.users.accounts import PRESENCES

_Columns = Sequence[tuple[str, str, str]]
MOST = 50
"""Conversations of one kind that are shown; the others are counted."""
Open = Callable[[str], Awaitable[None]]
"""Opens a conversation: by its escalation's id, or its own while the bot has it."""

STYLE = """
.tiles { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 12px; width: 100% }
.tiles > .card { padding: 10px 14px; gap: 0; min-width: 0 }
.tiles .value { font-size: 26px; line-height: 1.2; font-weight: 700; font-variant-numeric: tabular-nums }
.tiles .bad .value { color: #b91c1c } .body--dark .tiles .bad .value { color: #fca5a5 }
.now { display: grid; grid-template-columns: minmax(0, 13fr) minmax(0, 10fr) minmax(0, 8fr); gap: 12px; width: 100%; height: 456px }
.now > * { min-height: 0 } .now .scrolls { overflow: auto; width: 100%; min-height: 0; flex: 0 1 auto }
.now > .card, .now > .pile > .card { padding: 12px 14px; min-width: 0; gap: 6px }
.now > .pile { min-width: 0; display: flex; flex-direction: column; gap: 12px }
.now > .pile > .rest { flex: 1; min-height: 0; flex-wrap: nowrap }
.cut { display: inline-block; max-width: 130px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: middle }
@media (min-width: 1401px) { .now > .pile .cut { max-width: 84px } .now > .first .cut { max-width: 100px } }
.body--dark .q-table th, .body--dark .q-table td { border-color: #2a3a37 }
.board .q-btn-group { gap: 4px } .board .q-btn-group .q-btn { border-radius: 8px !important }
.board .q-table { font-variant-numeric: tabular-nums } .board .q-table tbody tr { cursor: pointer }
.board .plain .q-table tbody tr { cursor: auto }
.board .q-table th, .board .q-table td { padding: 3px 6px }
.board .q-table__container { background: none; color: inherit }
.board thead th { position: sticky; top: 0; z-index: 1; background: #fff } .body--dark .board thead th { background: #162220 }
.board button.who { font-weight: 600; text-align: left; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 150px;
  border-radius: 4px } .board button.who:focus-visible { outline: 2px solid #0f766e }
.board .share { display: inline-block; width: 44px; height: 6px; border-radius: 3px; background: #94a3b844; vertical-align: middle;
  margin-right: 6px; overflow: hidden } .board .share > span { display: block; height: 100%; background: #d97706 }
.board .upset .share > span { background: #dc2626 }
.board .upset { color: #b91c1c; font-weight: 600 } .body--dark .board .upset { color: #fca5a5 }
.board .late { color: #b91c1c; font-weight: 700 } .body--dark .board .late { color: #fca5a5 }
.dot { display: inline-block; width: 9px; height: 9px; border-radius: 50%; margin-right: 7px; background: #94a3b8 }
.dot.available { background: #16a34a } .dot.busy { background: #d97706 } .dot.wrap_up { background: #3b82f6 }
.board td { position: relative } .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
@media (max-width: 1400px) { .now { grid-template-columns: minmax(0, 5fr) minmax(0, 4fr); height: auto }
  .now .scrolls { max-height: 330px } .now > .pile { grid-column: 1 / -1; flex-direction: row } .now > .pile > .card { flex: 1 } }
@media (max-width: 1100px) { .tiles { grid-template-columns: repeat(3, minmax(0, 1fr)) } }
@media (max-width: 900px) { .now { grid-template-columns: minmax(0, 1fr) } .now > .pile { flex-direction: column }
  .now > .pile > .card { flex: none } }
@media (max-width: 720px) { .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)) } }
"""

_WHO = """<q-td :props="props"><q-icon :name="props.row.icon" size="18px" class="soft q-mr-xs" :title="props.row.channel"/><span
class="unseen">{{ props.row.channel }}</span>
<button type="button" class="who" style="vertical-align: middle" :title="props.row.name">{{ props.row.name }}</button>
<span class="soft text-xs q-ml-xs" :title="props.row.spoken">{{ props.row.language }}</span></q-td>"""
_MOOD = """<q-td :props="props"><span v-if="props.row.mood !== null" :class="props.row.upset ? 'upset' : 'soft'"
style="white-space: nowrap"><span class="share" aria-hidden="true">
<span :style="{width: props.row.mood + '%'}"></span></span>{{ props.row.mood }} %</span></q-td>"""
_SINCE = """<q-td :props="props"><span :class="props.row.late ? 'late' : ''" style="white-space: nowrap">
<q-icon v-if="props.row.late" name="alarm" size="18px" class="q-mr-xs"/>
<span class="unseen">{{ props.row.late }}</span>{{ props.row.since }}</span></q-td>"""
_AGENT = """<q-td :props="props"><q-icon v-if="props.row.offered" name="arrow_forward" size="16px" class="soft q-mr-xs"
:title="props.row.offered"/><span class="unseen">{{ props.row.offered }}</span>
<span class="cut" :title="props.value">{{ props.value }}</span></q-td>"""
_CUT = """<q-td :props="props"><span class="cut" :title="props.value">{{ props.value }}</span></q-td>"""
_PRESENCE = """<q-td :props="props"><span style="white-space: nowrap"><span class="dot" :class="props.row.dot" aria-hidden="true"></span>
{{ props.row.presence }} <span class="soft">{{ props.row.since }}</span></span></q-td>"""
_COUNT = """<q-td :props="props"><span class="share" aria-hidden="true"><span
:style="{width: props.row.share + '%', background: '#0d9488'}"></span></span>{{ props.value }}</q-td>"""


class Table:
    """A table of the board. ``columns``: name, label, and the width from which it is shown ("" for always)."""

    def __init__(self, label: str, columns: _Columns, open_: Open | None, *, numbers: Sequence[str] = ()) -> None:
        given = [
            {
                "name": name, "label": title, "field": name, "align": "right" if name in numbers else "left",
                "classes": f"max-{since}:hidden" if since else "", "headerClasses": f"max-{since}:hidden" if since else "",
            }
            for name, title, since in columns
        ]  # fmt: skip
        self.element = ui.table(rows=[], columns=given, row_key="id").classes(f"w-full {'' if open_ else 'plain'}")
        self.element.props(f'flat dense hide-bottom :rows-per-page-options="[0]" role="group" aria-label="{label}"')
        if open_ is not None:
            self.element.on("rowClick", lambda event: open_(_id(event)), [[], ["id"], None])

    def slot(self, column: str, template: str) -> Table:
        """How a column looks (a template of Quasar's)."""
        self.element.add_slot(f"body-cell-{column}", template)
        return self

    def show(self, rows: list[dict[str, Any]]) -> None:
        """These rows, if they are others than before."""
        if rows != self.element.rows:
            self.element.rows = rows
        self.element.set_visibility(bool(rows))


class ListsPane:
    """Draws what is; `renew` shows other figures."""

    def __init__(self, open_: Open) -> None:
        self._open = open_
        self._figures, self._now = Figures(), datetime.min
        self._tiles: dict[str, tuple[ui.column, ui.label, ui.label]] = {}
        self._owner = "waiting"

    def draw_tiles(self) -> None:
        """Draw the figures in large print."""
        with ui.element("div").classes("tiles"):
            for key, title in (
                ("live", _("Live now")), ("waiting", _("Waiting")), ("agents", _("Agents available")), ("upset", _("Upset")),
                ("today", _("Service level today")), ("hour", _("Service level, last hour")),
            ):  # fmt: skip
                with ui.column().classes("card").props(f'data-testid="tile-{key}" role="group" aria-label="{title}"') as card:
                    ui.label(title).classes("soft text-sm ellipsis w-full")
                    self._tiles[key] = (card, ui.label().classes("value"), ui.label().classes("soft text-xs"))
        self._where = ui.label().classes("soft text-sm").props(f'aria-label="{_("Live conversations by channel and language")}"')

    def draw(self) -> None:
        """Draw the tables."""
        with ui.element("div").classes("now"):
            with ui.column().classes("card first no-wrap"):
                self._choice = ui.toggle({}).props('no-caps dense unelevated toggle-color="primary" padding="4px 10px"')
                self._choice.props(f'aria-label="{_("Conversations shown")}"').on_value_change(lambda event: self._choose(event.value))
                with ui.element("div").classes("scrolls"):
                    columns: _Columns = (
                        ("name", _("Who"), ""), ("since", _("For"), ""), ("mood", _("Frustration"), ""), ("who", _("Agent"), "sm"),
                        ("reason", _("Reason"), "sm"),
                    )  # fmt: skip
                    self._talks = _of_talks(Table(_("Conversations"), columns, self._open)).slot("since", _SINCE).slot("reason", _CUT)
                self._talks_note = ui.label().classes("soft text-sm")
            with ui.column().classes("card no-wrap"):
                _head(_("Agents"))
                with ui.element("div").classes("scrolls"):
                    columns = (
                        ("name", _("Name"), ""), ("presence", _("Presence"), ""), ("talks", _("Now"), ""), ("handled", _("Today"), ""),
                        ("median", _("Median time"), "sm"),
                    )  # fmt: skip
                    numbers = ("talks", "handled", "median")
                    self._agents = Table(_("Agents"), columns, None, numbers=numbers).slot("presence", _PRESENCE)
                self._agents_note = ui.label().classes("soft text-sm")
            with ui.element("div").classes("pile"):
                with ui.column().classes("card"):
                    _head(_("Most upset now"))
                    self._worst = Table(_("Most upset now"), (("name", "", ""), ("mood", "", ""), ("who", "", "")), self._open)
                    _of_talks(self._worst).element.props("hide-header")
                    self._worst_note = ui.label().classes("soft text-sm")
                with ui.column().classes("card rest").props('data-testid="reasons"'):
                    _head(_("Reasons"))
                    columns = (("reason", _("Reason"), ""), ("today", _("Today"), ""), ("week", _("7 days"), ""))
                    with ui.element("div").classes("scrolls"):
                        counted = ("today", "week")
                        self._reasons = Table(_("Reasons"), columns, None, numbers=counted).slot("week", _COUNT)
                    self._reasons_note = ui.label(_("Nobody was handed over to a person in 7 days.")).classes("soft text-sm")

    def tile(self, key: str, value: str, note: str, *, bad: bool = False) -> None:
        """Show a figure in large print."""
        card, number, below = self._tiles[key]
        number.set_text(value)
        below.set_text(note)
        card.classes(add="bad" if bad else "", remove="" if bad else "bad")

    def renew(self, figures: Figures, now: datetime) -> None:
        """Show these figures."""
        self._figures, self._now = figures, now
        self._renew_tiles()
        counted = dict(figures.count("owner"))
        self._choice.set_options({owner: f"{owner_words(owner)} {counted.get(owner, 0)}" for owner in ("waiting", "agent", "bot")})
        self._choice.set_value(self._owner)
        self._renew_talks()
        self._agents.show([_agent_row(agent, now) for agent in sorted(figures.agents, key=_at_work_first)])
        self._agents_note.set_text("" if figures.agents else _("Nobody works with these conversations yet."))
        self._worst.show([self._row(talk) for talk in figures.upset[:WORST]])
        self._worst_note.set_text("" if figures.upset else _("Nobody is upset."))
        self._renew_counts()

    def _renew_tiles(self) -> None:
        figures = self._figures
        counted = dict(figures.count("owner"))
        parts = [f"{owner_words(owner).lower()} {counted[owner]}" for owner in ("bot", "waiting", "agent") if owner in counted]
        self.tile("live", str(len(figures.talks)), " · ".join(parts))
        waiting = figures.waiting
        longest = _("longest {time}").format(time=lasted((self._now - waiting[0].since).total_seconds())) if waiting else _("nobody waits")
        self.tile("waiting", str(len(waiting)), longest, bad=bool(figures.late))
        here = [agent for agent in figures.agents if agent.here]
        free = [agent for agent in here if agent.presence == "available"]
        at_desks = ngettext("{count} at the desk", "{count} at the desks", len(here))
        self.tile("agents", str(len(free)), at_desks, bad=bool(waiting) and not free)
        known, upset = len(figures.judged), len(figures.upset)
        of = _("{upset} of {known} whose mood is known").format(upset=upset, known=known) if known else _("no mood is known")
        self.tile("upset", f"{upset / known:.0%}" if known else "–", of)

    def _renew_talks(self) -> None:
        figures = self._figures
        if self._owner == "bot":
            with_bot = [talk for talk in figures.talks if talk.owner == "bot"]
            found = sorted(with_bot, key=lambda talk: (-(talk.mood or 0), talk.since))
        else:
            found = figures.waiting if self._owner == "waiting" else figures.with_agents
        self._talks.show([self._row(talk) for talk in found[:MOST]])
        empty = {"waiting": _("Nobody waits."), "agent": _("No agent has a conversation."), "bot": _("Nobody is with the bot.")}
        more = ngettext("and {count} more", "and {count} more", len(found) - MOST) if len(found) > MOST else ""
        self._talks_note.set_text(more if found else empty[self._owner])

    def _renew_counts(self) -> None:
        figures = self._figures
        where = [f"{channel_words(name)} {count}" for name, count in figures.count("channel")]
        spoken = [f"{language_words(name)} {count}" for name, count in figures.count("language")]
        self._where.set_text(" · ".join(where) + (" — " if where else "") + " · ".join(spoken))
        most = max((week for _reason, _today, week in figures.reasons), default=1)
        self._reasons.show(
            [
                {"id": reason, "reason": reason_words(reason), "today": today, "week": week, "share": round(100 * week / most)}
                for reason, today, week in figures.reasons
            ]
        )
        self._reasons_note.set_visibility(not figures.reasons)

    def _row(self, talk: Talk) -> dict[str, Any]:
        names = {agent.login: agent.name for agent in self._figures.agents}
        whose = talk.agent or talk.offered_to or ""
        return {
            "id": talk.escalation or talk.conversation, "name": talk.name or _("Unknown visitor"),
            "icon": CHANNEL_ICONS.get(talk.channel, "forum"), "channel": channel_words(talk.channel), "language": talk.language,
            "spoken": language_words(talk.language),
            "mood": None if talk.mood is None else round(100 * talk.mood), "upset": (talk.mood or 0) > UPSET,
            "reason": reason_words(talk.reason), "who": names.get(whose, whose) or (_("bot") if talk.owner == "bot" else ""),
            "offered": _("offered to") if talk.offered_to else "",
            "since": lasted((self._now - talk.since).total_seconds()), "late": _("late") if talk.late else "",
        }  # fmt: skip

    def _choose(self, owner: str) -> None:
        if owner and owner != self._owner:
            self._owner = owner
            self._renew_talks()


def _of_talks(table: Table) -> Table:
    return table.slot("name", _WHO).slot("mood", _MOOD).slot("who", _AGENT)


def _head(text: str) -> None:
    ui.label(text).classes("font-bold").props('role="heading" aria-level="2"')


def _at_work_first(agent: AtWork) -> tuple[bool, int, str]:
    order = PRESENCES.index(agent.presence) if agent.presence in PRESENCES else len(PRESENCES)
    return not agent.here, order, agent.name


def _agent_row(agent: AtWork, now: datetime) -> dict[str, Any]:
    return {
        "id": agent.login, "name": agent.name, "dot": agent.presence if agent.here else "",
        "presence": presence_words(agent.presence) if agent.here else _("Not at the desk"),
        "since": lasted((now - agent.since).total_seconds()) if agent.here else "",
        "talks": agent.talks, "handled": agent.handled, "median": "–" if agent.median_s is None else lasted(agent.median_s),
    }  # fmt: skip


def _id(event: GenericEventArguments) -> str:
    return str(event.args[1]["id"])
