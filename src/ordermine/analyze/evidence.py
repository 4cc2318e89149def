"""Orders that a finding names as examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordermine.findings.finding import MAX_EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.eventlog.log import Log


def examples(log: Log, cases: str, values: Sequence[Any] = ()) -> tuple[str, ...]:
    """Return the ids of the first orders that a query finds, in log order.

    Parameters
    ----------
    log
        An open log; its filters apply.
    cases
        Query that gives ``case_no``.
    values
        Its parameters.
    """
    query = f"SELECT case_id FROM cases WHERE case_no IN (SELECT case_no FROM ({cases})) ORDER BY case_no LIMIT ?"
    return tuple(row[0] for row in log.rows(query, [*values, MAX_EVIDENCE]))
