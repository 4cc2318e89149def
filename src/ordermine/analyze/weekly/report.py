"""The weekly report as a value: start here. Everything in it is measured once, from one open log."""

from __future__ import annotations

import datetime as dt
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from ordermine.analyze.gates.verdict import judge_gates
from ordermine.analyze.measures.population import population as orders_of
from ordermine.analyze.run import accept_findings, analyze
from ordermine.analyze.scorecard.scorecard import card_of, targets_of
from ordermine.analyze.weekly.changes import check_comparable, compare_findings, sample_orders
from ordermine.analyze.weekly.chart import chart_first_time_right
from ordermine.analyze.weekly.departments import origins_of, returns_between, waiting_between
from ordermine.analyze.weekly.measured import WeekOrders, say_measures
from ordermine.analyze.weekly.rejected import rejections_of
from ordermine.analyze.weekly.to_see import orders_to_see
from ordermine.analyze.weekly.value import WEEKS_SHOWN, NotMeasured, WeeklyReport
from ordermine.analyze.weekly.weeks import choose_week
from ordermine.errors import NotMeasurable
from ordermine.eventlog.filters import micros

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ordermine.analyze.gates.expression import Gate
    from ordermine.analyze.measures.population import Population
    from ordermine.analyze.run import Analysis
    from ordermine.analyze.weekly.value import Earlier, ReportWeek
    from ordermine.eventlog.log import Log
    from ordermine.findings.accepted import Acceptance

LATER: Final = "SELECT count(*) FROM events WHERE epoch_us(timestamp) > ?"


def weekly_report(
    log: Log,
    week: str | None = None,
    earlier: Earlier | None = None,
    progress: Callable[[str], None] = lambda _: None,
    *,
    gates: Sequence[Gate] = (),
    acceptances: Sequence[Acceptance] | None = None,
) -> WeeklyReport:
    """Return what the weekly report says.

    The week's numbers are of the orders concluded in it; the findings are over all orders of the log, as of its as-of
    moment.

    Parameters
    ----------
    log
        An open log; its filters apply.
    week
        ISO week, e.g. ``2026-W46``; by default the latest with orders that is over.
    earlier
        The report before.
    progress
        Is told, in a few words, what is going on.
    gates
        What the latest matured weeks up to that of the report have to keep to.
    acceptances
        Findings that somebody accepts for a while; None where nobody was asked.

    Raises
    ------
    NotMeasurable
        No order was concluded in the week, or the log is empty.
    UsageError
        There is no such week, or the earlier report can't be compared with.
    """
    if log.as_of is None:
        raise NotMeasurable("the log is empty", hint="ingest an export that holds events")
    progress("judging orders")
    population = orders_of(log)
    chosen = choose_week(population, log.as_of, week)
    found = check_comparable(log, chosen, log.as_of, earlier) if earlier else 0
    analysis = analyze(log, progress=progress)
    if acceptances is not None:
        analysis = accept_findings(analysis, acceptances, log.as_of.date())
    progress("measuring weeks")
    weeks = _weeks(population, chosen.monday)
    measures, unmeasured = say_measures(population, weeks)
    used = log.project.fingerprint()
    own = version("ordermine")
    mature = [one.name for one in weeks if one.mature and len(one.at)]
    return WeeklyReport(
        week=chosen,
        as_of=log.as_of,
        later_events=log.rows(LATER, [micros(log.as_of)])[0][0],
        version=own,
        project_sha256=used,
        maturity_days=population.maturity_days,
        concluded=population.concluded,
        orders=len(population.case_no) if not population.concluded else _all_orders(log),
        latest_mature=mature[-1] if mature else None,
        measures=measures,
        scorecard=card_of(population, targets_of(log)) if population.matured.any() else _not_yet(chosen),
        first_time_right=chart_first_time_right(population, weeks, earlier),
        analysis=analysis,
        changes=compare_findings(analysis, earlier, found, own, used) if earlier else None,
        rejections=rejections_of(log, chosen),
        returns=returns_between(log),
        origins=origins_of(log, population),
        waiting=waiting_between(log),
        orders_to_see=orders_to_see(log, population, weeks[-1].at),
        not_measured=(*unmeasured, *_skipped(analysis)),
        sample=sample_orders(log),
        gates=tuple(judge_gates(population, gates, chosen.monday)),
    )


def _weeks(population: Population, last: dt.date) -> list[WeekOrders]:
    """Return the week of the report and those before it, from the first that holds orders."""
    import numpy as np

    first = dt.date(1970, 1, 1) + dt.timedelta(days=int(population.monday.min()))
    shown = []
    for back in range(WEEKS_SHOWN - 1, -1, -1):
        monday = last - dt.timedelta(days=7 * back)
        if monday >= first:
            at = np.flatnonzero(population.monday == (monday - dt.date(1970, 1, 1)).days)
            shown.append(WeekOrders(monday, at, bool(population.matured[at].all())))
    return shown


def _not_yet(week: ReportWeek) -> str:
    return f"no order has matured yet; those of {week.name} do on {week.matures_on.isoformat()}"


def _all_orders(log: Log) -> int:
    return int(log.rows("SELECT count(*) FROM cases")[0][0])


def _skipped(analysis: Analysis) -> list[NotMeasured]:
    analyzers = {one.code: one for one in analysis.run}
    return [
        NotMeasured(one.code, analyzers[one.code].summary, one.reason, ", ".join(analyzers[one.code].needs))
        for one in analysis.skipped
    ]
