"""A series in the space of a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.report.charts.svg import element, picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_BARS: Final = "▁▂▃▄▅▆▇█"
_GAP: Final = "·"
_WIDTH, _HEIGHT, _EDGE = 200.0, 28.0, 3.0


def sparkline(values: Sequence[float | None], settled: Sequence[bool], label: str) -> Markup:
    """Return a series as a line: what is still going to change is paler, the last settled value has a dot.

    Parameters
    ----------
    values
        None leaves a gap.
    settled
        Which of them are final.
    label
        For those who can't see it.
    """
    known = [value for value in values if value is not None]
    if not known:
        return picture("sparkline", _WIDTH, _HEIGHT, label)
    low, high = min(known), max(known)
    step = (_WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)

    def point(at: int) -> tuple[float, float] | None:
        value = values[at]
        if value is None:
            return None
        share = (value - low) / (high - low) if high > low else 0.5
        return _EDGE + at * step, _HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE)

    places = [point(at) for at in range(len(values))]
    parts = []
    for at in range(1, len(values)):
        start, end = places[at - 1], places[at]
        if start and end:
            kind = "spark" if settled[at] else "spark pale"
            parts.append(element("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], class_=kind))
    final = [place for place, done in zip(places, settled, strict=True) if place and done]
    if final:
        parts.append(element("circle", cx=final[-1][0], cy=final[-1][1], r=2.6, class_="spark-dot"))
    return picture("sparkline", _WIDTH, _HEIGHT, label, *parts)


def blocks(values: Sequence[float | None]) -> str:
    """Return a series as characters, from its lowest to its highest value.

    >>> blocks([0.1, 0.2, None, 0.9])
    '▁▂·█'
    """
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    size = len(_BARS) - 1
    return "".join(
        _GAP if value is None else _BARS[round((value - low) / (high - low) * size) if high > low else size // 2]
        for value in values
    )
