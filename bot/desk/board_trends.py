"""The part of the board that shows what was: charts, or the same numbers as tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from bot.desk.board_charts import Chart, charts, labels, options, table
from bot.desk.i18n import _, later
from bot.desk.trends import Point, Span

SPANS: dict[Span, str] = {"day": later("24 hours"), "week": later("7 days"), "month": later("30 days")}

STYLE = """
.charts { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 12px; width: 100% }
.charts > .card { padding: 12px 14px; min-width: 0 }
.chart { height: 270px; width: 100% }
.body--dark .chart text[fill="#5b6f6a"] { fill: #9db3ad } .body--dark .chart path[stroke="#d5dedb"] { stroke: #2a3a37 }
.body--dark .chart path[fill="#94a3b8"] { fill: #64748b }
.charts .q-table th, .charts .q-table td { padding: 3px 8px }
@media (max-width: 1100px) { .charts { grid-template-columns: repeat(2, minmax(0, 1fr)) } }
@media (max-width: 720px) { .charts { grid-template-columns: minmax(0, 1fr) } }
"""


@dataclass(slots=True)
class _Shown:
    """What stands in one card: as what, with which contents."""

    card: ui.column
    form: str = ""
    contents: Any = None
    element: ui.element | None = None


class TrendsPane:
    """Draws the charts, and sends only what has changed."""

    def __init__(self, zone: ZoneInfo, chosen: Callable[[], Awaitable[None]]) -> None:
        self._zone, self._chosen = zone, chosen
        self.span: Span = "day"
        self._tables = False
        self._points: list[Point] = []
        self._target = 1.0
        self._cards: dict[str, _Shown] = {}

    def draw(self) -> None:
        """Draw the head and the empty cards."""
        with ui.row().classes("w-full items-center gap-x-4 gap-y-2"):
            ui.label(_("Over time")).classes("text-lg font-bold").props('role="heading" aria-level="2"')
            spans = ui.toggle({span: _(name) for span, name in SPANS.items()}, value=self.span)
            spans.props(f'no-caps dense unelevated toggle-color="primary" padding="4px 10px" aria-label="{_("Time shown")}"')
            spans.on_value_change(lambda event: self._choose(event.value))
            ui.switch(_("Show as tables"), on_change=lambda event: self._turn(event.value)).props("dense")
        self._grid = ui.element("div").classes("charts")

    def renew(self, points: list[Point], target_share: float) -> None:
        """Show these numbers; ``target_share`` as in `charts`."""
        self._points, self._target = points, target_share
        below = labels(points, self.span, self._zone)
        for chart in charts(points, target_share):
            if chart.key not in self._cards:
                with self._grid:
                    card = ui.column().classes("card gap-1").props(f'data-testid="chart-{chart.key}"')
                self._cards[chart.key] = _Shown(card)
            self._renew_card(self._cards[chart.key], chart, below)

    def _renew_card(self, shown: _Shown, chart: Chart, below: list[str]) -> None:
        form = "empty" if chart.empty else "table" if self._tables else "chart"
        contents: Any = table(chart, below) if form == "table" else options(chart, below, self.span) if form == "chart" else chart.nothing
        if (form, contents) == (shown.form, shown.contents):
            return
        if form == "chart" and shown.form == "chart" and isinstance(shown.element, ui.echart):
            shown.element.options.clear()
            shown.element.options.update(contents)
            shown.element.update()
        else:
            shown.card.clear()
            with shown.card:
                shown.element = _draw(chart, form, contents)
        shown.form, shown.contents = form, contents

    async def _choose(self, span: Span) -> None:
        self.span = span
        await self._chosen()

    def _turn(self, tables: bool) -> None:
        self._tables = tables
        self.renew(self._points, self._target)


def _draw(chart: Chart, form: str, contents: Any) -> ui.element:
    ui.label(chart.title).classes("font-bold").props('role="heading" aria-level="3"')
    if form == "empty":
        return ui.label(str(contents)).classes("soft text-sm")
    if form == "table":
        columns, rows = contents
        found = ui.table(rows=rows, columns=columns, row_key="id").classes("w-full").style("max-height: 270px")
        return found.props(f'flat dense wrap-cells hide-bottom :rows-per-page-options="[0]" role="group" aria-label="{chart.title}"')
    said = _("{title}, a chart. Show as tables for the numbers.").format(title=chart.title)
    return ui.echart(contents, renderer="svg").classes("chart").props(f'role="img" aria-label="{said}"')
