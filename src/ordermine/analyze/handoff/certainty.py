"""What equal timestamps leave of a count: how wide its interval is, and how sure a finding can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.stats.intervals import wilson_limits

if TYPE_CHECKING:
    from collections.abc import Collection

    from ordermine.eventlog.log import Log
    from ordermine.findings.finding import Confidence
    from ordermine.stats.intervals import Proportion

_SURE, _DOUBTFUL = 0.05, 0.5
"""Relative width of a count's range up to which a finding is sure, and from which on it is doubtful."""


def confidence_in(count: int, low: int, high: int) -> Confidence:
    """Return how sure one can be of a count that lies between `low` and `high`, depending on the order of ties."""
    width = (high - low) / max(count, 1)
    if width <= _SURE:
        return "high"
    return "medium" if width < _DOUBTFUL else "low"


def over_ties(share: Proportion, low: int, high: int) -> tuple[float | None, float | None]:
    """Return limits of a share that hold whatever the order of ties: those of its least and of its most hits.

    Where cases come in clusters, the same effective size is taken for all three.
    """
    if share.share is None or share.low is None or share.high is None or low == high:
        return share.low, share.high
    size = _effective_size(share)
    return wilson_limits(low / share.of, size)[0], wilson_limits(high / share.of, size)[1]


def open_orders(log: Log) -> frozenset[str]:
    """Return the ids of the orders whose handoffs depend on the order of ties, as their number of returns does."""
    return frozenset(row[0] for row in log.rows("SELECT case_id FROM return_ranges JOIN cases USING (case_no)"))


def doubt(cases: Collection[str], undecided: frozenset[str]) -> tuple[int, str]:
    """Return in how many orders the order of ties doesn't matter, and what to say about the others."""
    doubtful = len(undecided.intersection(cases))
    said = f"; in {doubtful:,} of them the order of equal timestamps decides" if doubtful else ""
    return len(cases) - doubtful, said


def _effective_size(share: Proportion) -> float:
    """Return the sample size whose Wilson interval is as wide as that of the share, found by bisection."""
    assert share.share is not None
    assert share.low is not None
    assert share.high is not None
    width = share.high - share.low
    few, many = 1e-6, float(share.of)
    for _ in range(60):
        size = (few + many) / 2
        low, high = wilson_limits(share.share, size, share.confidence)
        few, many = (size, many) if high - low > width else (few, size)
    return many
