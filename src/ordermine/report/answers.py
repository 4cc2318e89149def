"""What ordermine says of a simulated log: the results that `simulate.score` compares with the truth.

They are in the shapes of the JSON that the commands print, and made in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ordermine.analyze.ftr.first_time_right import first_time_right_by_week, measure_first_time_right
from ordermine.analyze.origin.audit import LABEL, correct, draw_sample
from ordermine.analyze.origin.errors import cluster_of_errors, find_errors, rows
from ordermine.analyze.origin.summary import summarise
from ordermine.analyze.origin.tables import matured_orders
from ordermine.analyze.registry import find
from ordermine.analyze.run import analyze
from ordermine.errors import NotMeasurable, UsageError
from ordermine.report import findings, ftr, measured, origins
from ordermine.simulate.csv_export import count_rows
from ordermine.simulate.score import label, needed_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ordermine.eventlog.log import Log

AUDITED: Final = 100
"""Errors that people look up before the shares of departments are compared with the truth."""


def gather(log: Log, truth: Mapping[str, Any]) -> dict[str, Any]:
    """Return the results that `simulate.score.NEEDED` names for the truth's scenario.

    Parameters
    ----------
    log
        The scenario's log, open.
    truth
        Content of its ``truth.json``; labels the audit of origins.

    Raises
    ------
    UsageError
        The scenario has no scores.
    NotMeasurable
        The log doesn't record what a result needs.
    """
    return {name: _ANSWERS[name](log, truth) if name in _ANSWERS else ask(log, name) for name in needed_for(truth)}


def ask(log: Log, code: str) -> dict[str, Any]:
    """Return the result of ``measure``.

    Raises
    ------
    NotMeasurable
        The log doesn't record what the analyzer needs.
    """
    one = find(code)
    if reason := one.missing(log):
        raise NotMeasurable(f"{one.code} {one.name}: {reason}", hint=f"what it needs: ordermine explain {one.code}")
    return measured.result(one.measure(log))


def ask_origins(log: Log, truth: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the result of ``origins``, after an audit of `AUDITED` errors by people who know the truth.

    Without a truth there is no audit.
    """
    found = find_errors(log)
    summary = summarise(log, found, matured_orders(log, found))
    if truth is None:
        return origins.result(summary)
    listed = rows(log, found)
    labelled = label(truth, draw_sample(listed, AUDITED))
    labels = [(row["originated_by"], row[LABEL]) for row in labelled]
    return origins.result(summary, correct(listed, labels, cluster_of_errors(log, found)))


_ANSWERS: Final[Mapping[str, Callable[[Log, Mapping[str, Any]], Any]]] = {
    # Flags are findings of this analyzer alone.
    "findings": lambda log, _: findings.result(analyze(log, ["OM601"]))["findings"],
    "origins": ask_origins,
    "errors": lambda log, _: rows(log, find_errors(log)),
    "ftr": lambda log, _: ftr.result(measure_first_time_right(log)),
    "weeks": lambda log, _: first_time_right_by_week(log),
}
"""Name in `NEEDED` → how the result comes about; the others are codes of analyzers."""


def check_is_of(log: Log, export: Path) -> None:
    """Raise UsageError unless the log was made of the simulated export and shows all of its orders.

    Orders are compared by number and by how many events each has: exports of other seeds have the same numbers.
    """
    if log.filters.any:
        options = " ".join(f"--{name} {value}" for name, value in log.filters.describe().items())
        raise UsageError(f"score compares a whole log with its truth, not {options}", hint="leave out the filter")
    written = count_rows(export)
    events = dict(log.rows("SELECT case_id, events FROM cases"))
    wrong = sorted(case for case in events if case not in written)
    lost = sorted(case for case in written if case not in events)
    differing = [
        case for case, (distinct, every) in written.items() if case in events and not distinct <= events[case] <= every
    ]
    if wrong or lost or differing:
        example = (wrong or lost or differing)[0]
        raise UsageError(
            f"{log.path.name} is not a log of {export}: {len(wrong):,} orders are not in the export, {len(lost):,} are "
            f"only there, {len(differing):,} have other events, e.g. {example}",
            hint=f"name the log that was made of it, or {export} itself",
        )
