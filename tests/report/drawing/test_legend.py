from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.report.drawing.legend import legend
from ordermine.report.drawing.style import style
from ordermine.report.drawing.thin import thin

if TYPE_CHECKING:
    from ordermine.discover.graph import Graph


def test_what_is_hidden_is_said(orders: Graph) -> None:
    thinned = thin(orders, 0.5, 1)
    words = legend("Orders", thinned, style(thinned.graph, "frequency", "activity"), ("A note.",))
    # 195 of 235 events are 82.97 %, 80 of 135 steps are 59.25 %: rounded down.
    assert words.notes == (
        "A note.",
        "In the boxes: events. Grey arrows: orders that start or end there.",
        "Shown: 2 of 4 activities (82.9 % of the events), 1 of 4 paths (59.2 % of the times one follows another).",
        "Hidden as well: 1 of 3 arrows from the start or to the end.",
        "What is hidden is left out, not rerouted: the numbers that are shown don't change by it.",
    )


def test_departments_of_hidden_activities_are_not_in_the_legend(orders: Graph) -> None:
    thinned = thin(orders, 0.5, 1)
    words = legend("", thinned, style(thinned.graph, "frequency", "activity"))
    assert [name for name, _ in words.swatches] == ["Sales", "Logistics"]


def test_scales(orders: Graph) -> None:
    thinned = thin(orders)
    frequency = legend("", thinned, style(orders, "frequency", "activity")).scales
    assert [(scale.low, scale.high) for scale in frequency] == [("1", "100")]
    time = legend("", thinned, style(orders, "time", "activity")).scales
    assert [(scale.low, scale.high) for scale in time] == [("0 s", "2 d 3 h"), ("1", "100")]


def test_department_map_needs_no_colour_legend(orders: Graph) -> None:
    words = legend("", thin(orders), style(orders, "frequency", "department"))
    assert words.swatches == ()
    assert words.notes == (
        "In the boxes: visits, the stretches of an order in one department."
        " Grey arrows: orders that start or end there.",
        "All 4 departments and 4 pairs with handoffs are shown.",
    )


def test_title_is_cleaned(orders: Graph) -> None:
    assert legend("a\x00\nb", thin(orders), style(orders, "time", "activity")).title == "a� b"
