"""The curve of frustration on the journey page."""

from __future__ import annotations

from xml.etree import ElementTree

from bot.desk.curve import curve_svg


def drawn(curve: list[float], done: dict[int, str]) -> ElementTree.Element:
    return ElementTree.fromstring(curve_svg(curve, done))


def points(svg: ElementTree.Element) -> list[tuple[float, float]]:
    line = svg.find("polyline")
    assert line is not None
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in line.attrib["points"].split())]


def test_more_frustration_is_higher_and_later_is_further_right() -> None:
    found = points(drawn([0.0, 0.5, 1.0], {}))
    assert [x for x, _ in found] == sorted(x for x, _ in found)
    assert [y for _, y in found] == sorted((y for _, y in found), reverse=True)


def test_all_of_it_is_inside_the_picture() -> None:
    svg = drawn([0.0, 1.0, *[0.3] * 198], {1: "handed over"})
    wide, high = float(svg.attrib["width"]), float(svg.attrib["height"])
    assert all(0 <= x <= wide and 0 <= y <= high for x, y in points(svg))


def test_what_the_bot_did_is_a_dot_with_its_name() -> None:
    svg = drawn([0.1, 0.9], {1: "offered <a person> & more", 7: "of a turn that is no longer shown"})
    titles = [title.text for title in svg.iter("title")]
    assert titles == ["offered <a person> & more"]


def test_one_message_is_a_point() -> None:
    assert len(points(drawn([0.4], {}))) == 1
