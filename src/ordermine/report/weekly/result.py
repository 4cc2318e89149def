"""The weekly report for machines: the `result` of its JSON, which a later report reads as the one before."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from ordermine.report import findings as report_of_findings
from ordermine.report.gates import gate_facts
from ordermine.report.scorecard import result as scorecard_result
from ordermine.report.weekly.words import headline, key_numbers

if TYPE_CHECKING:
    from ordermine.analyze.weekly.value import Compared, FirstTimeRightChart, MeasureSaid, WeeklyReport

SCHEMA: Final = "ordermine/report/1"


def result(report: WeeklyReport) -> dict[str, Any]:
    """Return the `result` of the JSON; what can't be measured is a sentence that says why."""
    week = report.week
    analysis = report_of_findings.result(report.analysis)
    if report.changes is not None:
        status = {one.finding.id: one.status for one in report.changes.compared if one.finding}
        analysis["findings"] = [{**one, "status": status[one["id"]]} for one in analysis["findings"]]
    right = report.first_time_right
    return {
        "week": {
            "name": week.name,
            "from": week.monday.isoformat(),
            "to": (week.monday + dt.timedelta(days=6)).isoformat(),
            "orders": week.orders,
            "over": week.over,
            "mature": week.mature,
            "matures_on": week.matures_on.isoformat(),
        },
        "later_events": report.later_events,
        "version": report.version,
        "project_sha256": report.project_sha256,
        "maturity_days": report.maturity_days,
        "counted": "concluded orders" if report.concluded else "all orders",
        "orders": report.orders,
        "latest_matured_week": report.latest_mature,
        "headline": headline(report),
        "gates": [gate_facts(verdict) for verdict in report.gates],
        "key_numbers": [said.measure.name for said in key_numbers(report)],
        "measures": [_measure(said) for said in report.measures],
        "not_measured": [plain(one) for one in report.not_measured],
        "scorecard": report.scorecard if isinstance(report.scorecard, str) else scorecard_result(report.scorecard),
        "first_time_right": right if isinstance(right, str) else _chart(right),
        "changes": None if report.changes is None else _changes(report),
        **analysis,
        **{name: plain(getattr(report, name)) for name in ("rejections", "returns", "origins", "waiting")},
        "orders_to_see": [plain(one) for one in report.orders_to_see],
        "sample": list(report.sample),
    }


def _measure(said: MeasureSaid) -> dict[str, Any]:
    facts: dict[str, Any] = plain(said)
    measure = said.measure
    named = {name: getattr(measure, name) for name in ("name", "title", "area", "unit", "better", "definition")}
    return {**named, **{name: value for name, value in facts.items() if name != "measure"}}


def _chart(right: FirstTimeRightChart) -> dict[str, Any]:
    points = right.chart.points if right.chart else [None] * len(right.weeks)
    weeks = []
    for week, point in zip(right.weeks, points, strict=True):
        weeks.append(
            {
                "week": week.week,
                "n": week.n,
                "right": week.right,
                "mature": week.mature,
                "low": point.low if point else None,
                "high": point.high if point else None,
                "signals": [plain(signal) for signal in point.signals] if point else [],
                "before": None if week.before is None else {"n": week.before[0], "right": week.before[1]},
            }
        )
    return {
        "weeks": weeks,
        "centre": right.chart.centre if right.chart else None,
        "sigma_z": right.chart.sigma_z if right.chart else None,
        "no_limits": right.no_limits or None,
        "smallest_shift": right.smallest_shift,
        "bound": "upper" if right.unseen else None,
        "unseen": list(right.unseen),
    }


def _changes(report: WeeklyReport) -> dict[str, Any]:
    changes = report.changes
    assert changes is not None

    def compared(one: Compared) -> dict[str, Any]:
        known = one.finding or one.before
        assert known is not None
        return {
            "id": known.id,
            "code": known.code,
            "subject": known.subject,
            "status": one.status,
            "before": None if one.before is None else plain(one.before),
        }

    return {
        "week": changes.week,
        "as_of": plain(changes.as_of),
        "findings": [compared(one) for one in changes.compared],
        "lost": [plain(one) for one in changes.lost],
        "newly_measurable": sorted(changes.newly_measurable),
        "sampled": changes.sampled,
        "found": changes.found,
        "other_project": changes.other_project,
        "other_version": changes.other_version,
    }


def plain(value: Any) -> Any:
    """Return a value that JSON can carry: fields of dataclasses by name, instants in ISO 8601, UTC."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.name != "measure"
        }
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, dt.date) else value
