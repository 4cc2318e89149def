"""The words around a map: what it shows, what its colours mean, what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.report.drawing import palette, text
from ordermine.report.drawing.durations import human
from ordermine.report.drawing.vocabulary import vocabulary

if TYPE_CHECKING:
    from ordermine.report.drawing.style import Style
    from ordermine.report.drawing.thin import Thinned


@dataclass(frozen=True, slots=True)
class Scale:
    """What a line of the map means, shown by sample lines from weak to strong."""

    meaning: str
    low: str
    high: str
    weak: str
    """How a weak line looks: thin, light."""
    strong: str
    samples: tuple[tuple[str, float], ...]
    """(colour, width in points), weakest first."""


@dataclass(frozen=True, slots=True)
class Legend:
    """The words around a map."""

    title: str
    swatches: tuple[tuple[str, str], ...]
    """(text, fill as #RRGGBB)"""
    scales: tuple[Scale, ...]
    notes: tuple[str, ...]


_TITLE_CHARACTERS = 300
_SAMPLES = (0.0, 0.25, 0.5, 0.75, 1.0)


def legend(title: str, thinned: Thinned, look: Style, notes: tuple[str, ...] = ()) -> Legend:
    """Put the words around a map together; `notes` come first among the notes."""
    return Legend(
        title=text.cut(text.clean(title), _TITLE_CHARACTERS),
        swatches=tuple(
            (text.clean(name), fill) for name, fill in look.departments.legend() if look.level == "activity"
        ),
        scales=_scales(look),
        notes=(*notes, *_reading(thinned, look), *_shown(thinned, look)),
    )


def _scales(look: Style) -> tuple[Scale, ...]:
    words = vocabulary(look.level)
    most = f"{look.most_events:,}"
    by_frequency = [palette.strength_colour("frequency", share) for share in _SAMPLES]
    widths = [palette.line_width(share) for share in _SAMPLES]
    if look.metric == "frequency":
        samples = tuple(zip(by_frequency, widths, strict=True))
        return (Scale(words.frequency, "1", most, "thin", "thick", samples),)
    by_time = tuple((palette.strength_colour("time", share), 3.0) for share in _SAMPLES)
    grey = tuple((palette.BORDER_PATH, width) for width in widths)
    return (
        Scale(words.time, "0 s", human(look.longest_s), "light", "dark", by_time),
        Scale(words.frequency, "1", most, "thin", "thick", grey),
    )


def _reading(thinned: Thinned, look: Style) -> list[str]:
    borders = thinned.graph.starts + thinned.graph.ends
    return [vocabulary(look.level).in_the_boxes + (" Grey arrows: orders that start or end there." if borders else "")]


def _shown(thinned: Thinned, look: Style) -> list[str]:
    words = vocabulary(look.level)
    shown, whole = thinned.graph, thinned.whole
    if shown == whole:
        return [f"All {len(whole.activities):,} {words.nodes} and {len(whole.edges):,} {words.paths} are shown."]
    borders = len(whole.starts) + len(whole.ends) - len(shown.starts) - len(shown.ends)
    lines = [
        f"Shown: {len(shown.activities):,} of {len(whole.activities):,} {words.nodes}"
        f" ({percent(thinned.share_of_events)} of the {words.count}),"
        f" {len(shown.edges):,} of {len(whole.edges):,} {words.paths}"
        f" ({percent(thinned.share_of_steps)} of {words.all_times})."
    ]
    if borders:
        all_borders = len(whole.starts) + len(whole.ends)
        lines.append(f"Hidden as well: {borders:,} of {all_borders:,} arrows from the start or to the end.")
    lines.append("What is hidden is left out, not rerouted: the numbers that are shown don't change by it.")
    return lines


def percent(share: float) -> str:
    """Return a share as a percentage, rounded down, so that 100 % means all."""
    return "100 %" if share == 1 else f"{int(share * 1000) / 10:.1f} %"
