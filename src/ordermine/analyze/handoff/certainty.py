"""What equal timestamps leave of a count: how wide its interval is, and how sure a finding can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.stats.intervals import wilson_limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from ordermine.findings.finding import Confidence
    from ordermine.stats.intervals import Proportion

_SURE, _DOUBTFUL = 0.05, 0.5
"""Relative width of a count's range up to which a finding is sure, and from which on it is doubtful."""


@dataclass(frozen=True, slots=True)
class CountOverTies:
    """The least and the most of a count, and of the orders in which it isn't 0."""

    low: int
    high: int
    cases_low: int
    cases_high: int


def confidence_in(count: int, low: int, high: int) -> Confidence:
    """Return how sure one can be of a count that lies between `low` and `high`, depending on the order of ties."""
    width = (high - low) / max(count, 1)
    if width <= _SURE:
        return "high"
    return "medium" if width < _DOUBTFUL else "low"


def over_ties(share: Proportion, low: float, high: float) -> tuple[float | None, float | None]:
    """Return limits of a share that hold whatever the order of ties, given the least and the most it can be.

    Where cases come in clusters, the same effective size is taken for all three.
    """
    if share.share is None or share.low is None or share.high is None or low == high:
        return share.low, share.high
    size = _effective_size(share)
    return wilson_limits(low, size)[0], wilson_limits(min(high, 1.0), size)[1]


def count_over_ties(counts: Mapping[int, int], ranges: pa.Table, name: str) -> CountOverTies:
    """Return the least and the most of a count over all orders that ties allow.

    Parameters
    ----------
    counts
        Case number → count in the order of the export; cases without it may be missing.
    ranges
        Rows of ``tied_ranges`` for the same thing.
    name
        What is counted there.
    """
    case, least, most = (ranges.column(column).to_pylist() for column in ("case_no", f"{name}_low", f"{name}_high"))
    low = {**counts, **dict(zip(case, least, strict=True))}.values()
    high = {**counts, **dict(zip(case, most, strict=True))}.values()
    return CountOverTies(sum(low), sum(high), sum(map(bool, low)), sum(map(bool, high)))


def doubt(low: int, high: int) -> str:
    """Return what to say about a count that depends on the order of ties; nothing where it doesn't."""
    return f"; between {low:,} and {high:,}, depending on the order of equal timestamps" if low < high else ""


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
