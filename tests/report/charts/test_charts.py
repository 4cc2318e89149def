"""Charts: what is where, worked out by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ordermine.report.charts.bars import Bar, bars
from ordermine.report.charts.control import Point, control_chart
from ordermine.report.charts.sparkline import blocks, sparkline
from ordermine.report.charts.svg import element

if TYPE_CHECKING:
    from markupsafe import Markup


def numbers(drawing: Markup, tag: str, kind: str, name: str) -> list[float]:
    """Return an attribute of the elements of a class."""
    tags = re.findall(rf'<{tag} [^>]*class="{kind}"[^>]*>', drawing)
    return [float(re.findall(rf'\b{name}="([^"]*)"', one)[0]) for one in tags]


def point(
    week: str, share: float | None, mature: bool = True, before: float | None = None, signal: bool = False
) -> Point:
    return Point(week, share, 0.7, 0.9, mature, before, f"{week} <said>", signal)


def test_text_is_escaped_and_made_visible() -> None:
    drawn = element("text", "a<b\x00", x=1.005, class_='"x')
    assert drawn == '<text x="1" class="&#34;x">a&lt;b\N{REPLACEMENT CHARACTER}</text>'


def test_bars_share_a_scale_that_holds_the_intervals() -> None:
    drawn = bars([Bar("A", 0.2, "20 %", 0.1, 0.4), Bar("B", 0.1, "10 %"), Bar("C", None, "hidden")], "shares")
    wide, half = numbers(drawn, "rect", "bar", "width")
    assert wide == 2 * half
    low, high = (numbers(drawn, "line", "whisker", name)[0] for name in ("x1", "x2"))
    start = numbers(drawn, "line", "axis", "x1")[0]
    assert high - start == 4 * (low - start)
    assert high - start == 2 * wide
    assert "hidden" in drawn


def test_a_control_chart_tells_weeks_apart() -> None:
    points = [
        point("2026-W52", 0.8),
        point("2026-W53", 0.6, signal=True),
        point("2027-W01", None),
        point("2027-W02", 0.9, mature=False, before=0.95),
    ]
    drawn = control_chart(points, 0.8, "chart")
    assert len(numbers(drawn, "circle", "dot", "cy")) == 1
    assert len(numbers(drawn, "circle", "dot hollow", "cy")) == 1
    assert drawn.count('class="signal"') == 1
    [centre], [at_centre] = numbers(drawn, "line", "centre", "y1"), numbers(drawn, "circle", "dot", "cy")
    assert centre == at_centre
    # What was said before lies higher on the picture than what is known now.
    assert numbers(drawn, "line", "before", "y1")[0] < numbers(drawn, "circle", "dot hollow", "cy")[0]
    assert [text for text in ("2026", "2027") if f">{text}</text>" in drawn] == ["2026", "2027"]
    assert "&lt;said&gt;" in drawn
    assert "not matured yet" in drawn


def test_limits_of_a_tiny_week_do_not_set_the_scale() -> None:
    usual = [point(f"2026-W{week}", 0.8) for week in range(10, 20)]
    tiny = Point("2026-W20", 0.8, 0.0, 1.0, True, None, "", False)
    assert ">0 %<" not in control_chart([*usual, tiny], 0.8, "chart")


def test_a_sparkline_marks_the_last_settled_value() -> None:
    drawn = sparkline([1, 3, 2, 3], [True, True, True, False], "trend")
    [x] = numbers(drawn, "circle", "spark-dot", "cx")
    third = numbers(drawn, "line", "spark pale", "x1")
    assert [x] == third
    assert sparkline([None], [True], "nothing").count("<line") == 0


def test_blocks_go_from_lowest_to_highest() -> None:
    assert blocks([0.1, 0.2, None, 0.9]) == "▁▂·█"
    assert blocks([1.0, 1.0]) == "▄▄"
    assert blocks([None]) == ""
