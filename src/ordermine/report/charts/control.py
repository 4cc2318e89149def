"""A control chart of weekly shares: limits, signals, weeks that haven't matured, and what was said of them before."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ordermine.report.charts.svg import element, picture
from ordermine.report.table import share_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

_WIDTH, _HEIGHT = 920.0, 330.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 74.0, 20.0, 58.0
_GRID: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
"""Distances of grid lines, the finest that gives at most `_MOST_LINES`."""
_MOST_LINES: Final = 6


@dataclass(frozen=True, slots=True)
class Point:
    """One week; shares are fractions, None where there are none."""

    week: str
    share: float | None
    low: float | None
    """Control limits."""
    high: float | None
    mature: bool
    before: float | None
    """What the report before said."""
    said: str
    """Everything about the week, shown when pointed at."""
    signal: bool


def control_chart(points: Sequence[Point], centre: float | None, label: str) -> Markup:
    """Return the chart.

    Parameters
    ----------
    points
        In order of time.
    centre
        Centre line; None without limits.
    label
        For those who can't see it.
    """
    step = (_WIDTH - _LEFT - _RIGHT) / max(len(points), 1)
    lowest, highest, grid = _range(points)

    def x(at: float) -> float:
        return _LEFT + (at + 0.5) * step

    def y(share: float) -> float:
        return _TOP + (highest - share) / (highest - lowest) * (_HEIGHT - _TOP - _BOTTOM)

    parts = _grid(lowest, highest, grid, y)
    for at, point in enumerate(points):
        if point.low is not None and point.high is not None:
            top, bottom = y(min(point.high, highest)), y(max(point.low, lowest))
            parts.append(element("rect", x=x(at) - step / 2, y=top, width=step, height=bottom - top, class_="limits"))
    parts += _young(points, step)
    if centre is not None:
        parts.append(element("line", x1=_LEFT, y1=y(centre), x2=_WIDTH - _RIGHT, y2=y(centre), class_="centre"))
        parts.append(element("text", "centre", x=_WIDTH - _RIGHT + 8, y=y(centre) - 3, class_="note"))
        parts.append(element("text", share_text(centre), x=_WIDTH - _RIGHT + 8, y=y(centre) + 12, class_="note strong"))
    drawn = [(x(at), y(point.share), point) for at, point in enumerate(points) if point.share is not None]
    for (x1, y1, _), (x2, y2, later) in pairwise(drawn):
        parts.append(element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_="series" if later.mature else "series pale"))
    for at, point in enumerate(points):
        if point.before is not None and point.share is not None and abs(point.before - point.share) > 1e-9:
            parts += _mark_before(x(at), y(point.before), y(point.share))
    parts += [_mark(*place) for place in drawn]
    parts += _weeks(points, x)
    return picture("control", _WIDTH, _HEIGHT, label, *parts)


def _range(points: Sequence[Point]) -> tuple[float, float, float]:
    """Return the lowest and highest share of the axis, and the distance of its lines.

    All shares fit in; limits of weeks with few orders, which can be far out, are cut off.
    """
    numbers = [number for point in points for number in (point.share, point.before) if number is not None] or [0.0, 1.0]
    limits = [(point.low, point.high) for point in points if point.low is not None and point.high is not None]
    low = min([*numbers, statistics.median(low for low, _ in limits)] if limits else numbers)
    high = max([*numbers, statistics.median(high for _, high in limits)] if limits else numbers)
    grid = next((one for one in _GRID if (high - low) / one <= _MOST_LINES), _GRID[-1])
    lowest, highest = max(0.0, math.floor(low / grid) * grid), min(1.0, math.ceil(high / grid) * grid)
    return (lowest, highest, grid) if highest > lowest else (max(0.0, lowest - grid), min(1.0, highest + grid), grid)


def _young(points: Sequence[Point], step: float) -> list[Markup]:
    young = [at for at, point in enumerate(points) if not point.mature]
    if not young:
        return []
    left = _LEFT + young[0] * step
    width = (young[-1] - young[0] + 1) * step
    return [
        element("rect", x=left, y=_TOP, width=width, height=_HEIGHT - _TOP - _BOTTOM, class_="young"),
        element("text", "not matured yet", x=left + width / 2, y=_TOP - 6, class_="note middle"),
    ]


def _grid(lowest: float, highest: float, grid: float, y: Callable[[float], float]) -> list[Markup]:
    parts = []
    for number in range(round((highest - lowest) / grid) + 1):
        share = lowest + number * grid
        parts.append(element("line", x1=_LEFT, y1=y(share), x2=_WIDTH - _RIGHT, y2=y(share), class_="grid"))
        parts.append(element("text", f"{100 * share:.0f} %", x=_LEFT - 8, y=y(share) + 4, class_="tick end"))
    return parts


def _mark(x: float, y: float, point: Point) -> Markup:
    title = element("title", point.said)
    if point.signal:
        corners = f"{x:.2f},{y - 8:.2f} {x + 8:.2f},{y:.2f} {x:.2f},{y + 8:.2f} {x - 8:.2f},{y:.2f}"
        return element("polygon", title, points=corners, class_="signal")
    return element(
        "circle", title, cx=x, cy=y, r=4.2 if point.mature else 4, class_="dot" if point.mature else "dot hollow"
    )


def _mark_before(x: float, before: float, now: float) -> list[Markup]:
    return [
        element("line", x1=x, y1=before, x2=x, y2=now, class_="moved"),
        element("line", x1=x - 6, y1=before, x2=x + 6, y2=before, class_="before"),
    ]


def _weeks(points: Sequence[Point], x: Callable[[float], float]) -> list[Markup]:
    parts = []
    every = 1 if len(points) <= 14 else 2
    for at, point in enumerate(points):
        year, _, week = point.week.partition("-")
        if (len(points) - 1 - at) % every == 0:
            parts.append(element("text", week, x=x(at), y=_HEIGHT - _BOTTOM + 18, class_="tick middle"))
        if at == 0 or points[at - 1].week[:4] != year:
            parts.append(element("text", year, x=x(at), y=_HEIGHT - _BOTTOM + 36, class_="tick middle strong"))
    return parts
