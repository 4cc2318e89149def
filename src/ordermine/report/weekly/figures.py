"""The charts of the weekly report's page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.analyze.outcome.om501_rejected import WORDS as OUTCOME_WORDS
from ordermine.report.charts.bars import Bar, bars
from ordermine.report.charts.control import Point, control_chart
from ordermine.report.charts.sparkline import sparkline
from ordermine.report.origins import HIDDEN
from ordermine.report.table import counted, duration_text, share_text
from ordermine.report.weekly.tables import matrix_names
from ordermine.report.weekly.words import number_text

if TYPE_CHECKING:
    from markupsafe import Markup

    from ordermine.analyze.weekly.matrix import Matrix
    from ordermine.analyze.weekly.value import (
        FirstTimeRightChart,
        MeasureSaid,
        OriginsSaid,
        Rejections,
        Waiting,
    )

SHADES: Final = 6
"""Steps of the scale of a matrix, beyond white."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a matrix as it is shown."""

    text: str
    shade: str
    """Class of its background."""
    title: str


def trend(said: MeasureSaid) -> Markup:
    """Return a measure week by week."""
    values = [week.value for week in said.weeks]
    known = [week for week in said.weeks if week.value is not None]
    label = f"{said.measure.title} by week"
    if known:
        first, last = known[0], known[-1]
        unit = said.measure.unit
        label += (
            f": from {number_text(first.value, unit)} in {first.week} to {number_text(last.value, unit)} in {last.week}"
        )
    return sparkline(values, [week.mature for week in said.weeks], label)


def control(right: FirstTimeRightChart) -> Markup:
    """Return first-time-right on its control chart."""
    limits = right.chart.points if right.chart else [None] * len(right.weeks)
    points = []
    for week, point in zip(right.weeks, limits, strict=True):
        said = f"{week.week}: {week.right:,} of {counted(week.n, 'order')}"
        if week.n:
            said += f" ({share_text(week.right / week.n)})"
        if not week.mature:
            said += ", preliminary"
        before = week.before[1] / week.before[0] if week.before and week.before[0] else None
        if before is not None:
            said += f"; the report before said {share_text(before)}"
        if point:
            said += "".join(f"; {signal.rule}, {signal.side} the centre" for signal in point.signals)
        points.append(
            Point(
                week.week,
                week.right / week.n if week.n else None,
                point.low if point else None,
                point.high if point else None,
                week.mature,
                before,
                said,
                bool(point and point.signals),
            )
        )
    return control_chart(points, right.chart.centre if right.chart else None, "First-time-right by week")


def outcomes(rejections: Rejections) -> Markup:
    """Return what became of rejected orders."""
    total = rejections.rejected.hits
    rows = [
        Bar(OUTCOME_WORDS[outcome], count, f"{count:,} ({share_text(count / total)})")
        for outcome, count in rejections.outcomes
    ]
    return bars(rows, "What became of rejected orders")


def waits(waiting: Waiting) -> Markup:
    """Return where orders wait between departments."""
    rows = [
        Bar(f"{w.source} → {w.target}", w.part, f"{share_text(w.part)}, half over {duration_text(w.median_s)}")
        for w in waiting.waits
    ]
    return bars(rows, "Share of all waiting between departments")


def origins(found: OriginsSaid) -> Markup:
    """Return in which departments errors start, as shares with intervals."""
    rows = []
    for one in found.departments:
        share = one.share
        if share is None or share.share is None:
            rows.append(Bar(one.department, None, f"{HIDDEN} too few to show"))
        elif one.started:
            rows.append(
                Bar(
                    one.department,
                    share.share,
                    f"{share_text(share.share)}, {counted(one.started, 'error')}",
                    share.low,
                    share.high,
                )
            )
    return bars(rows, "Share of the errors that started in a department, with 95 % interval")


def shaded(matrix: Matrix, row_said: str, column_said: str) -> list[list[Cell]]:
    """Return the cells of a matrix.

    Parameters
    ----------
    matrix
        What to show.
    row_said, column_said
        What row and column stand for, for those who point at a cell.
    """
    most = max((cell for row in matrix.cells for cell in row if cell), default=1)
    rows, columns = matrix_names(matrix.rows, matrix.others), matrix_names(matrix.columns, matrix.others)

    def cell(count: int | None, row: str, column: str) -> Cell:
        where = f"{row_said} {row}, {column_said} {column}: "
        if count is None:
            return Cell(HIDDEN, "hush", f"{where}not shown")
        return Cell(f"{count:,}" if count else "", f"heat{math.ceil(count / most * SHADES)}", f"{where}{count:,}")

    return [
        [cell(count, row, column) for count, column in zip(counts, columns, strict=True)]
        for counts, row in zip(matrix.cells, rows, strict=True)
    ]
