"""Colours: one fill per department, one scale for the strength of paths.

The fills are the "light" scheme of Paul Tol's colour schemes (SRON technical note SRON/EPS/TN/09-002, section
3), made for marking cells under black text and distinct to colour-blind readers. It has eight colours and a
grey: with more departments than that, the smallest share the grey, because a ninth colour would be mistaken
for another.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.discover.graph import Graph

_FILLS = ("#77AADD", "#EEDD88", "#44BB99", "#FFAABB", "#BBCC33", "#EE8866", "#99DDFF", "#AAAA00")
_OTHERS = "#DDDDDD"
_NOT_RECORDED = "#FFFFFF"
TEXT = "#1A1A1A"
QUIET_TEXT = "#555555"
OUTLINE = "#4D4D4D"
BORDER_PATH = "#A6A6A6"
"""Of the paths from the start and to the end."""

# From weak to strong; both ends are darker than the background, so that the weakest path is still seen.
_FREQUENCY = ((0xAF, 0xBD, 0xCB), (0x14, 0x2F, 0x52))
_TIME = ((0xE0, 0xB8, 0x84), (0x8C, 0x1D, 0x04))


@dataclass(frozen=True, slots=True)
class Departments:
    """Which department has which fill."""

    coloured: dict[str, str]
    """Department → fill, the one with the most events first."""
    others: tuple[str, ...]
    """Departments that share the grey."""
    not_recorded: bool
    """Whether an activity has no department."""

    def fill(self, department: str | None) -> str:
        """Return the fill of `department` as ``#RRGGBB``."""
        if department is None:
            return _NOT_RECORDED
        return self.coloured.get(department, _OTHERS)

    def legend(self) -> list[tuple[str, str]]:
        """Return (text, fill) for every fill in use."""
        entries = list(self.coloured.items())
        if self.others:
            one = len(self.others) == 1
            entries.append((self.others[0] if one else f"{len(self.others)} other departments", _OTHERS))
        if self.not_recorded and entries:
            entries.append(("department not recorded", _NOT_RECORDED))
        return entries


def colour_departments(graph: Graph) -> Departments:
    """Give the departments of `graph` fills, in the order of their events (then of their names)."""
    return give_fills(rank_departments(graph), any(activity.department is None for activity in graph.activities))


def rank_departments(graph: Graph) -> list[str]:
    """Return the departments of `graph` in the order of their events, then of their names."""
    events: Counter[str] = Counter()
    for activity in graph.activities:
        if activity.department is not None:
            events[activity.department] += activity.events
    return sorted(events, key=lambda department: (-events[department], department))


def give_fills(ranked: Sequence[str], not_recorded: bool) -> Departments:
    """Give departments fills, the first of them a colour of their own."""
    return Departments(
        coloured=dict(zip(ranked, _FILLS, strict=False)),
        others=tuple(ranked[len(_FILLS) :]),
        not_recorded=not_recorded,
    )


def strength_colour(metric: str, strength: float) -> str:
    """Return the colour of a path as ``#RRGGBB``; `strength` is 0 (weakest) to 1 (strongest)."""
    weak, strong = _TIME if metric == "time" else _FREQUENCY
    mixed = (round(a + (b - a) * strength) for a, b in zip(weak, strong, strict=True))
    return "#" + "".join(f"{value:02X}" for value in mixed)


def line_width(strength: float) -> float:
    """Return the width of a path in points; `strength` is 0 (weakest) to 1 (strongest)."""
    return 0.8 + 4.2 * strength
