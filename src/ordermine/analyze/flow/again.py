"""What self-loops and repetitions have in common: how they are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordermine.analyze.clusters import share_of_cases
from ordermine.analyze.evidence import examples
from ordermine.analyze.wording import part
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.analyze.base import Context, Measured

HAVING = "SELECT case_no FROM events WHERE activity = ?"


def report(
    code: str, name: str, what: str, cases: str, measured: Measured, params: Any, context: Context
) -> Iterator[Finding]:
    """Yield a finding for every activity that isn't expected to come again and does in enough of its orders.

    Parameters
    ----------
    code, name
        Of the analyzer.
    what
        What the activity does, e.g. ``is repeated at once``.
    cases
        Query that gives ``case_no`` of the orders in which it does; its parameter is the activity.
    measured, params, context
        As a judge is given them; thresholds ``min_share`` and ``min_cases``.
    """
    expected = set(context.log.project.expected.repeat)
    for row in measured.rows:
        activity = row["activity"]
        if row["share"] < params.min_share or row["cases"] < params.min_cases or activity in expected:
            continue
        share = share_of_cases(
            context.log,
            cases,
            HAVING,
            hit_values=[activity],
            of_values=[activity],
            counted=(row["cases"], row["of_cases"]),
        )
        by_others = row["redos"] / (row["repeats"] + row["redos"]) if row["repeats"] + row["redos"] else None
        low, high = row["cases_low"], row["cases_high"]
        yield Finding(
            code,
            name,
            activity,
            f"{activity} {what} in {row['cases']:,} of {row['of_cases']:,} orders that have it"
            + (f" (between {low:,} and {high:,}, since some steps share their time)" if low != high else "")
            + (f"; {part(by_others)} of the times by somebody else" if by_others is not None else ""),
            row["share"],
            "share",
            share.low,
            share.high,
            row["cases"],
            row["of_cases"],
            severity="warning",
            evidence=examples(context.log, cases, [activity]),
        )
