"""Plots as SVG."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from api.web import plots


def test_a_line_goes_through_its_points() -> None:
    drawn = plots.line("Ratings <of> a & b", [(0, 10), (50, 20), (100, 15)])
    tree = ElementTree.fromstring(drawn)
    assert tree.attrib["aria-label"] == "Ratings <of> a & b"
    line = next(each for each in tree if each.tag == "polyline")
    places = [tuple(map(float, place.split(","))) for place in line.attrib["points"].split()]
    assert places == [(56, 150), (323, 10), (590, 80)]
    assert [each.text for each in tree if each.tag == "text"] == ["20", "10"]


@pytest.mark.parametrize("points", [[], [(1.0, 2.0)]])
def test_one_point_is_no_line(points: list[tuple[float, float]]) -> None:
    assert plots.line("Ratings", points) == ""


@pytest.mark.parametrize(
    ("values", "heights"),
    [([1.0, -1.0], [70, 70]), ([0.0], [1]), ([2e6, 1e6], [140, 70]), ([], [])],
)
def test_bars_go_up_and_down_from_zero(values: list[float], heights: list[float]) -> None:
    drawn = plots.bars("Raises", values)
    found = [float(each) for each in re.findall(r'<rect[^>]* height="([0-9.]+)"', drawn)]
    assert found == heights
