"""The charts of the board: what each shows and how it looks, and the same numbers as a table. Nothing here knows a browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from bot.desk import trends
from bot.desk.board_words import outcome_words, reason_words
from bot.desk.i18n import _, language
from bot.desk.trends import SPANS, Point, Span

MOST_KINDS = 6
"""Reasons and outcomes that have a colour of their own; the others are summed up."""
_TEAL, _AMBER, _BLUE, _RED, _GREY = "#0d9488", "#d97706", "#3b82f6", "#e11d48", "#94a3b8"
_PALETTE = (_TEAL, _BLUE, _AMBER, "#8b5cf6", "#e11d48", "#65a30d")
_INK, _LINE = "#5b6f6a", "#d5dedb"
"""Colours that the page's style sheet turns to others where it is dark (`board_trends.STYLE`)."""
Kind = Literal["bar", "line"]


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or one colour of the bars; a value for each point, None where there is nothing to tell of."""

    name: str
    values: tuple[float | None, ...]
    colour: str
    kind: Kind = "bar"


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart. ``unit``: what its numbers are, the title of its axis; ``limit``: a target, drawn as a line; ``most``: the
    end of the axis; ``nothing``: what is said where there is nothing to show."""

    key: str
    title: str
    unit: str
    nothing: str
    series: tuple[Series, ...]
    stacked: bool = False
    limit: float | None = None
    most: float | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(value for each in self.series for value in each.values) and (
            self.most is None or all(value is None for each in self.series for value in each.values)
        )


def charts(points: Sequence[Point], target_share: float) -> tuple[Chart, ...]:
    """All of them. ``target_share``: of those who wait, how many (0..1) are to be answered in time."""
    none_came = _("Nobody was handed over to a person in this time.")
    level = _("% answered in time (target {target} %)").format(target=round(target_share * 100))
    reasons = trends.kinds(points, lambda point: point.reasons, MOST_KINDS)
    outcomes = trends.kinds(points, lambda point: point.outcomes, MOST_KINDS)
    longest = max((point.p90_s or 0 for point in points), default=0)
    per, unit = (60.0, _("minutes")) if longest >= 120 else (1.0, _("seconds"))
    return (
        Chart(
            "came", _("Handed over and answered"), _("conversations"), none_came,
            (
                Series(_("Handed over"), tuple(point.came for point in points), _GREY),
                Series(_("Answered"), tuple(point.answered for point in points), _TEAL),
            ),
        ),
        Chart(
            "wait", _("Wait for an answer"), unit, _("Nobody was answered in this time."),
            (
                Series(_("Half wait at most"), tuple(_round(point.median_s, per) for point in points), _TEAL, "line"),
                Series(_("9 of 10 wait at most"), tuple(_round(point.p90_s, per) for point in points), _AMBER, "line"),
            ),
        ),
        Chart(
            "level", _("Service level"), level, _("Nobody was answered or waited too long in this time."),
            (Series(_("Answered in time"), tuple(_percent(point.in_time) for point in points), _TEAL, "line"),),
            limit=round(target_share * 100), most=100,
        ),
        Chart(
            "mood", _("Mood"), "%", _("No customer's mood is known in this time."),
            (
                Series(_("Frustration at the end, on average"), tuple(_percent(point.frustration) for point in points), _BLUE, "line"),
                Series(_("Were upset"), tuple(_percent(point.upset) for point in points), _RED, "line"),
            ),
            most=100,
        ),
        Chart(
            "reasons", _("Why they came to a person"), _("conversations"), none_came,
            _stack(trends.series(points, lambda point: point.reasons, reasons), reason_words), stacked=True,
        ),
        Chart(
            "outcomes", _("How it ended"), _("conversations"), none_came,
            _stack(trends.series(points, lambda point: point.outcomes, outcomes), outcome_words), stacked=True,
        ),
    )  # fmt: skip


def labels(points: Sequence[Point], span: Span, zone: ZoneInfo) -> list[str]:
    """What stands below each point."""
    skeleton = {"day": "Hm", "week": "EEEd", "month": "MMMd"}[span]
    return [format_skeleton(skeleton, point.at.astimezone(zone), tzinfo=zone, locale=language()) for point in points]


def options(chart: Chart, below: Sequence[str], span: Span) -> dict[str, Any]:
    """The chart for ECharts."""
    text = {"color": _INK, "fontSize": 12}
    series = [_series(chart, each) for each in chart.series]
    if chart.limit is not None:
        series[0]["markLine"] = {
            "silent": True, "symbol": "none", "data": [{"yAxis": chart.limit}], "lineStyle": {"color": _AMBER, "type": "dashed"},
            "label": {"show": False},
        }  # fmt: skip
    return {
        "animation": False,
        "textStyle": {"fontFamily": "inherit"},
        "color": [each.colour for each in chart.series],
        "grid": {"left": 8, "right": 14, "top": 34, "bottom": 72 if chart.stacked else 52, "containLabel": True},
        "legend": {"bottom": 0, "itemGap": 10, "icon": "roundRect", "itemWidth": 12, "itemHeight": 8, "textStyle": text},
        "tooltip": {
            "trigger": "axis", "axisPointer": {"type": "shadow"}, "backgroundColor": "#17302b", "borderWidth": 0, "confine": True,
            "textStyle": {"color": "#ffffff", "fontSize": 12},
        },
        "xAxis": {
            "type": "category", "data": list(below), "name": _("Hour") if SPANS[span][0] == "hour" else _("Day"), "nameLocation": "middle",
            "nameGap": 24, "nameTextStyle": text, "axisLabel": {**text, "hideOverlap": True}, "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": _LINE}},
        },
        "yAxis": {
            "type": "value", "name": chart.unit, "nameTextStyle": {**text, "align": "left"}, "nameGap": 12, "axisLabel": text, "min": 0,
            "max": chart.most, "interval": chart.most / 4 if chart.most else None, "minInterval": 1, "splitNumber": 4,
            "splitLine": {"lineStyle": {"color": _LINE}},
        },
        "series": series,
    }  # fmt: skip


def table(chart: Chart, below: Sequence[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The columns and the rows of the same numbers."""
    unit = "" if chart.unit == _("conversations") else " (%)" if chart.most == 100 else f" ({chart.unit})"
    columns: list[dict[str, Any]] = [{"name": "at", "label": "", "field": "at", "align": "left", "classes": "whitespace-nowrap"}]
    columns += [{"name": str(place), "label": f"{each.name}{unit}", "field": str(place)} for place, each in enumerate(chart.series)]
    rows = [
        {"id": index, "at": at, **{str(place): _shown(each.values[index]) for place, each in enumerate(chart.series)}}
        for index, at in enumerate(below)
    ]
    return columns, rows


def _series(chart: Chart, each: Series) -> dict[str, Any]:
    found: dict[str, Any] = {"name": each.name, "type": each.kind, "data": list(each.values), "itemStyle": {"color": each.colour}}
    if each.kind == "line":
        return {**found, "lineStyle": {"color": each.colour, "width": 2}, "symbol": "circle", "symbolSize": 6, "connectNulls": False}
    if chart.stacked:
        return {**found, "stack": "all", "barMaxWidth": 28}
    return {**found, "barMaxWidth": 14, "barGap": "0%"}


def _stack(values: dict[str, list[int]], words: Callable[[str], str]) -> tuple[Series, ...]:
    colours, greys = iter(_PALETTE), {"": _GREY, trends.OPEN: "#cbd5e1"}
    return tuple(
        Series(words(name) if name else _("Other"), tuple(counts), greys.get(name) or next(colours)) for name, counts in values.items()
    )


def _round(seconds: float | None, per: float) -> float | None:
    return None if seconds is None else round(seconds / per, 1)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
