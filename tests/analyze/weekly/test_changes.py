"""Findings against those of the report before."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.assumptions import Assumptions
from ordermine.analyze.registry import find
from ordermine.analyze.run import Analysis, Skipped
from ordermine.analyze.weekly.changes import check_comparable, compare_findings, sample_orders
from ordermine.analyze.weekly.report import weekly_report
from ordermine.analyze.weekly.value import Earlier, EarlierFinding
from ordermine.errors import UsageError
from ordermine.findings.finding import Finding
from ordermine.stats.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


def finding(hits: int, of: int, subject: str = "Sales", code: str = "OM403") -> Finding:
    share = wilson(hits, of)
    assert share.share is not None
    return Finding(code, "long loop", subject, "", share.share, "share", share.low, share.high, hits, of)


def earlier(*findings: Finding, skipped: frozenset[str] = frozenset(), **other: object) -> Earlier:
    names = [field.name for field in dataclasses.fields(EarlierFinding)]
    known = {one.id: EarlierFinding(**{name: getattr(one, name) for name in names}) for one in findings}
    when = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
    report = Earlier("2026-W10", dt.date(2026, 3, 2), when, {}, (), "1", "p", {}, known, skipped)
    return dataclasses.replace(report, **other)


def analysis(*findings: Finding, skipped: tuple[str, ...] = ()) -> Analysis:
    run = tuple(find(code) for code in ("OM401", "OM403", "OM601"))
    return Analysis(list(findings), [Skipped(code, "") for code in skipped], 0, Assumptions([]), run)


@pytest.mark.parametrize(
    ("then", "now", "status"),
    [
        # 10 % and 20 % of 1,000: Newcombe's interval of the difference is 7 to 13 points.
        ((100, 1000), (200, 1000), "worse"),
        ((200, 1000), (100, 1000), "better"),
        # Of 50 orders each, 10 and 20 % can't be told apart.
        ((5, 50), (10, 50), "persisting"),
        ((100, 1000), (100, 1000), "persisting"),
    ],
)
def test_worse_only_where_the_intervals_say_so(then: tuple[int, int], now: tuple[int, int], status: str) -> None:
    changes = compare_findings(analysis(finding(*now)), earlier(finding(*then)), 0, "1", "p")
    assert [one.status for one in changes.compared] == [status]


def test_new_resolved_and_no_longer_measurable() -> None:
    before = earlier(finding(9, 99, "Legal"), finding(9, 99, "Credit", "OM601"), skipped=frozenset({"OM401"}))
    changes = compare_findings(analysis(finding(9, 99), skipped=("OM601",)), before, 0, "1", "p")
    subjects = {(one.finding or one.before).subject: one.status for one in changes.compared}  # type: ignore[union-attr]
    assert subjects == {"Sales": "new", "Legal": "resolved"}
    assert [one.subject for one in changes.lost] == ["Credit"]
    assert changes.newly_measurable == {"OM401"}


def test_other_versions_and_project_files_are_told() -> None:
    changes = compare_findings(analysis(), earlier(), 0, "2", "q")
    assert (changes.other_version, changes.other_project) == ("1", True)


@pytest.fixture
def log(weekly_log: Callable[..., Log]) -> Log:
    return weekly_log([(20, 2)] * 3, "2026-03-23")


def test_the_log_is_recognised_by_some_of_its_orders(log: Log, weekly_log: Callable[..., Log]) -> None:
    week = weekly_report(log).week
    assert log.as_of is not None
    known = sample_orders(log)
    assert len(known) == 60
    assert check_comparable(log, week, log.as_of, earlier(sample=known)) == 60
    # A week more of the same orders; the earlier ones are all there.
    longer = weekly_log([(20, 2)] * 4, "2026-03-30")
    assert longer.as_of is not None
    assert check_comparable(longer, weekly_report(longer).week, longer.as_of, earlier(sample=known)) == 60


def test_another_log_with_the_same_numbers_is_not_taken_for_it(log: Log, weekly_log: Callable[..., Log]) -> None:
    other = weekly_log([(20, 2)] * 3, "2026-03-23", days={0: 9, 1: 9, 2: 9})
    with pytest.raises(UsageError, match="another log"):
        weekly_report(other, earlier=earlier(sample=sample_orders(log)))


def test_a_later_report_is_no_report_before(log: Log) -> None:
    later = earlier(sample=sample_orders(log), week="2026-W13", monday=dt.date(2026, 3, 23))
    with pytest.raises(UsageError, match="later than 2026-W12"):
        weekly_report(log, earlier=later)


def test_reports_of_other_selections_are_not_compared(log: Log) -> None:
    with pytest.raises(UsageError, match="--where x, this one of all orders"):
        weekly_report(log, earlier=earlier(sample=sample_orders(log), filters={"where": "x"}))
