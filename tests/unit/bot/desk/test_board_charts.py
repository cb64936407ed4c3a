"""What the board's charts draw, and the tables beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.desk import i18n
from bot.desk.board_charts import MOST_KINDS, Chart, charts, labels, options, table
from bot.desk.trends import OPEN, Point, empty

NOW = datetime(2035, 11, 14, 9, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Warsaw")


def drawn(*points: Point) -> dict[str, Chart]:
    return {chart.key: chart for chart in charts(points, 0.8)}


def values(chart: Chart) -> dict[str, tuple[float | None, ...]]:
    return {each.name: each.values for each in chart.series}


def test_where_nothing_happened_every_chart_says_so() -> None:
    for chart in drawn(*empty(NOW, ZONE, "day")).values():
        assert chart.empty, chart.key
        assert chart.nothing.endswith(".")


def test_a_share_of_nothing_is_something_to_show_and_a_count_of_nothing_is_not() -> None:
    found = drawn(Point(NOW, came=0, in_time=0.0))
    assert not found["level"].empty
    assert found["came"].empty


def test_waits_are_in_seconds_while_they_are_short_and_in_minutes_when_they_are_not() -> None:
    short = drawn(Point(NOW, median_s=30, p90_s=119), Point(NOW))["wait"]
    assert (short.unit, [each.values for each in short.series]) == ("seconds", [(30, None), (119, None)])
    long = drawn(Point(NOW, median_s=30, p90_s=150))["wait"]
    assert (long.unit, [each.values for each in long.series]) == ("minutes", [(0.5,), (2.5,)])


def test_shares_are_percents_of_a_whole_axis_with_the_target_on_it() -> None:
    level = drawn(Point(NOW, in_time=0.666))["level"]
    shown = options(level, ["10:00"], "day")
    assert level.series[0].values == (66.6,)
    assert (shown["yAxis"]["min"], shown["yAxis"]["max"]) == (0, 100)
    assert shown["series"][0]["markLine"]["data"] == [{"yAxis": 80}]
    assert "80 %" in shown["yAxis"]["name"]


def test_rare_reasons_are_summed_up_and_no_conversation_is_lost() -> None:
    reasons = {f"reason_{number}": number for number in range(1, 10)}
    found = values(drawn(Point(NOW, came=45, reasons=reasons), Point(NOW, came=3, reasons={"reason_1": 3}))["reasons"])
    assert len(found) == MOST_KINDS
    assert next(iter(found)) == "reason 9"
    assert [sum(each[at] or 0 for each in found.values()) for at in (0, 1)] == [45, 3]
    assert found["Other"] == (10, 3)


def test_what_is_open_is_no_outcome_of_its_own_colour() -> None:
    series = drawn(Point(NOW, outcomes={OPEN: 2, "solved": 5, "bot": 1}))["outcomes"].series
    assert [each.name for each in series] == ["Solved", "Still open", "Given back to the bot"]
    assert len({each.colour for each in series}) == 3


def test_every_axis_says_what_it_counts() -> None:
    for chart in drawn(Point(NOW, came=1, answered=1, median_s=3, p90_s=4, in_time=1.0, contacts=1, frustration=0.2, upset=0)).values():
        for span, name in (("day", "Hour"), ("week", "Day"), ("month", "Day")):
            shown = options(chart, ["x"], span)  # type: ignore[arg-type]
            assert shown["xAxis"]["name"] == name
            assert shown["yAxis"]["name"]


def test_a_table_has_the_same_numbers() -> None:
    chart = drawn(Point(NOW, median_s=30, p90_s=61.26), Point(NOW))["wait"]
    columns, rows = table(chart, ["10:00", "11:00"])
    assert [column["label"] for column in columns] == ["", "Half wait at most (seconds)", "9 of 10 wait at most (seconds)"]
    assert [(row["at"], row["0"], row["1"]) for row in rows] == [("10:00", "30", "61.3"), ("11:00", "–", "–")]


def test_hours_and_days_are_written_as_the_reader_does() -> None:
    day, month = empty(NOW, ZONE, "day"), empty(NOW, ZONE, "month")
    assert labels(day, "day", ZONE)[-1] == "10:00"
    assert labels(month, "month", ZONE)[-1] == "Nov 14"
    with i18n.speaking("pl"):
        assert labels(month, "month", ZONE)[-1] == "14 lis"
