"""What changed since the report before: findings by their id, worse only where their intervals say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.analyze.weekly.value import Changes, Compared
from ordermine.errors import UsageError
from ordermine.stats.intervals import Proportion, difference

if TYPE_CHECKING:
    import datetime as dt

    from ordermine.analyze.run import Analysis
    from ordermine.analyze.weekly.value import Earlier, EarlierFinding, ReportWeek, Status
    from ordermine.eventlog.log import Log
    from ordermine.findings.finding import Finding

SAMPLE: Final = 64
"""Orders by which a later report recognises the log."""

# With its start an order is told from one of another company that has the same number.
_DIGEST: Final = """md5(case_id || ' ' || epoch_us("start"))"""


def sample_orders(log: Log) -> tuple[str, ...]:
    """Return digests of some of the selected orders: those that come first by digest, as good as drawn by lot."""
    query = f"SELECT {_DIGEST} AS digest FROM cases ORDER BY digest LIMIT {SAMPLE}"
    return tuple(digest for (digest,) in log.rows(query))


def check_comparable(log: Log, week: ReportWeek, as_of: dt.datetime, earlier: Earlier) -> int:
    """Return how many of the orders sampled by the report before are in this log.

    Raises
    ------
    UsageError
        It is later than this one, of other orders, or of another log.
    """
    if (earlier.monday, earlier.as_of) > (week.monday, as_of):
        raise UsageError(
            f"--against: that report is of {earlier.week} as of {earlier.as_of:%Y-%m-%d}, later than {week.name} as of "
            f"{as_of:%Y-%m-%d}",
            hint="name an earlier report, or the week after it with --week",
        )
    if dict(earlier.filters) != log.filters.describe():
        raise UsageError(
            f"--against: that report is of {_filtered(dict(earlier.filters))}, this one of "
            f"{_filtered(log.filters.describe())}",
            hint="use the same filters for both",
        )
    query = f"SELECT count(*) FROM cases WHERE {_DIGEST} IN (SELECT unnest(?::VARCHAR[]))"
    found = int(log.rows(query, [list(earlier.sample)])[0][0])
    if earlier.sample and not found:
        raise UsageError(
            f"--against: that report is of another log: none of {len(earlier.sample)} of its orders is in this one",
            hint="name a report of the same process; times must be read in the same time zone",
        )
    return found


def _filtered(described: dict[str, str]) -> str:
    return " ".join(f"--{name} {value}" for name, value in described.items()) or "all orders"


def compare_findings(analysis: Analysis, earlier: Earlier, found: int, version: str, project_sha256: str) -> Changes:
    """Return which findings are new, worse, persisting, better or resolved.

    Parameters
    ----------
    analysis
        Findings of this report.
    earlier
        The report before.
    found
        How many of its sampled orders are in this log.
    version, project_sha256
        Of this report.
    """
    now = {finding.id: finding for finding in analysis.findings}
    compared = [
        Compared(_status(one, earlier.findings.get(key)), one, earlier.findings.get(key)) for key, one in now.items()
    ]
    skipped = {one.code for one in analysis.skipped}
    gone = [one for key, one in earlier.findings.items() if key not in now]
    compared += [Compared("resolved", None, one) for one in gone if one.code not in skipped]
    return Changes(
        week=earlier.week,
        as_of=earlier.as_of,
        compared=tuple(compared),
        lost=tuple(one for one in gone if one.code in skipped),
        newly_measurable=frozenset(one.code for one in analysis.run) & earlier.skipped - skipped,
        sampled=len(earlier.sample),
        found=found,
        other_project=project_sha256 != earlier.project_sha256,
        other_version=None if version == earlier.version else earlier.version,
    )


def _status(now: Finding, before: EarlierFinding | None) -> Status:
    """Return how a finding stands against the report before; more of what it says is worse.

    The two intervals are taken as if they came from different orders. Reports of a growing log share most of theirs,
    so a change has to be larger to be called one.
    """
    if before is None:
        return "new"
    if now.unit != before.unit or now.unit in ("score", "text"):
        return "persisting"
    then = Proportion(before.cases, before.of_cases, before.value, before.low, before.high, 0.95)
    change = difference(Proportion(now.cases, now.of_cases, now.value, now.low, now.high, 0.95), then)
    if change.low is None or change.high is None or change.low <= 0 <= change.high:
        return "persisting"
    return "worse" if change.low > 0 else "better"
