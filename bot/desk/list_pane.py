"""The lists of the desk: my conversations, who waits, and for supervisors what is with others.

Each list is one piece of HTML: with hundreds of conversations and dozens of pages, an element for each would cost too much.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from html import escape

from nicegui import ui

from bot.desk.frame import CHANNEL_ICONS
from bot.desk.i18n import _, language, ngettext
from bot.desk.inbox import Entry
from bot.desk.place import Place

UPSET = 0.5
"""Frustration (0..1) from which a conversation is marked."""
SHOWN = 30
"""Conversations of a list that are shown; the others are counted."""
_CHOSEN = "(event) => { const found = event.target.closest('[data-id]'); if (found) emit(found.dataset.id) }"

STYLE = """
.entry { border-radius: 10px; padding: 8px 10px; cursor: pointer; border: 1px solid transparent; width: 100%; text-align: left;
  display: block; background: none; color: inherit; font: inherit }
.entry:hover { background: #0f766e14 } .entry:focus-visible { outline: 2px solid #0f766e }
.entry[aria-current=true] { background: #0f766e22; border-color: #0f766e66 }
.entry.offered { border-color: #d97706; background: #d9770618 }
.entry > span { display: flex; align-items: center; gap: 8px; width: 100% }
.entry .name, .entry .last { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.entry .name { font-weight: 600 } .entry .last { font-size: 14px }
.entry .small { font-size: 12px; white-space: nowrap }
.entry .count { background: #0f766e; color: #fff; border-radius: 999px; padding: 0 7px; font-size: 12px; font-weight: 600 }
.upset { color: #b91c1c } .body--dark .upset { color: #fca5a5 }
.late { color: #b45309; font-weight: 600 } .body--dark .late { color: #fbbf24 }
"""


class ListPane:
    """What is shown of the queue. `renew` sends only what has changed."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._all = False
        self._heads: dict[str, ui.label] = {}
        self._parts: dict[str, ui.html] = {}

    def draw(self) -> None:
        """Draw the lists."""
        for name in ("mine", "waiting", "others"):
            head = ui.label().classes("font-bold").props('role="heading" aria-level="2"')
            head.props(f'data-testid="{"with others" if name == "others" else name}"')
            part = ui.html("", sanitize=False).classes("w-full")
            part.on("click", lambda event: self._place.open(event.args), js_handler=_CHOSEN)
            self._heads[name], self._parts[name] = head, part
        self._more = ui.button(on_click=self._show_all).props("flat dense no-caps size=sm")
        self.renew()

    def renew(self) -> None:
        """Show the lists as they are now."""
        place, now = self._place, self._place.now()
        lists, chosen = place.lists, place.chosen
        for name, title, entries, empty in (
            ("mine", _("Mine"), lists.mine, _("Nobody is with you.")),
            ("waiting", _("Waiting"), lists.waiting, _("Nobody waits.")),
            ("others", _("With others"), lists.others, ""),
        ):
            head, part = self._heads[name], self._parts[name]
            visible = bool(entries) or bool(empty)
            if head.visible != visible:
                head.set_visibility(visible)
                part.set_visibility(visible)
            head.set_text(f"{title} {len(entries)}")
            content = self._content(entries, now, chosen) or f'<div class="soft text-sm">{escape(empty)}</div>'
            if part.content != content:
                part.set_content(content)
        hidden = 0 if self._all else sum(max(0, len(entries) - SHOWN) for entries in (lists.mine, lists.waiting, lists.others))
        self._more.set_visibility(hidden > 0)
        if hidden:
            self._more.set_text(ngettext("Show {count} more", "Show {count} more", hidden))

    def _content(self, entries: Sequence[Entry], now: datetime, chosen: str) -> str:
        shown = entries if self._all else entries[:SHOWN]
        login, spoken = self._place.user.login, language()
        return "".join(row(entry, waited(entry.waited_s(now)), login, spoken, chosen=entry.escalation == chosen) for entry in shown)

    def _show_all(self) -> None:
        self._all = True
        self.renew()


def row(entry: Entry, since: str, login: str, spoken: str, *, chosen: bool) -> str:
    """One conversation of a list, as HTML; what people wrote in it is text. ``since``: how long they have waited."""
    offered, others = entry.offered_to == login, entry.status == "taken" and entry.agent != login
    return _row(entry, since, spoken, chosen=chosen, offered=offered, others=others)


@lru_cache(8192)
def _row(entry: Entry, since: str, _spoken: str, *, chosen: bool, offered: bool, others: bool) -> str:
    """The same row is on many pages."""
    name = entry.name or _("Unknown visitor")
    classes = "small late" if entry.late and entry.status == "waiting" else "small soft"
    how = icon("phone_disabled", label=_("No longer on the line")) if entry.gone else icon(CHANNEL_ICONS.get(entry.channel, "forum"))
    first = [how, f'<span class="name">{escape(name)}</span>']
    if entry.unread:
        label = ngettext("{count} unread", "{count} unread", entry.unread)
        first.append(f'<span class="count" role="img" aria-label="{escape(label)}">{entry.unread}</span>')
    first.append(f'<span class="{classes}">{escape(since)}</span>')
    second = [f'<span class="last soft">{escape(entry.last)}</span>']
    if entry.skill:
        second.append(f'<span class="small soft">{escape(entry.skill)}</span>')
    if others:
        second.append(f'<span class="small soft">{escape(entry.agent or "")}</span>')
    if (entry.mood or 0) >= UPSET:
        label = _("Frustration {share:.0%}").format(share=entry.mood)
        second.append(icon("sentiment_very_dissatisfied", "upset", label))
    return (
        f'<button type="button" class="entry{" offered" if offered else ""}" data-testid="entry" data-id="{escape(entry.escalation)}"'
        f' aria-current="{str(chosen).lower()}"><span>{"".join(first)}</span><span>{"".join(second)}</span></button>'
    )


def icon(name: str, classes: str = "soft", label: str = "") -> str:
    """A Material icon as HTML; with a label, also for those who do not see it."""
    said = f' role="img" aria-label="{escape(label)}" title="{escape(label)}"' if label else ' aria-hidden="true"'
    return f'<i class="q-icon notranslate material-icons {classes}" style="font-size:18px"{said}>{escape(name)}</i>'


def waited(seconds: float) -> str:
    """How long somebody has waited, for people."""
    minutes = int(max(seconds, 0) // 60)
    if minutes < 60:
        return _("{count} min").format(count=minutes)
    return _("{count} h").format(count=minutes // 60) if minutes < 48 * 60 else _("{count} d").format(count=minutes // 1440)
