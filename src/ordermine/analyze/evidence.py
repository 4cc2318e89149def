"""Orders that a finding names as examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordermine.eventlog.kept import once_per_log
from ordermine.findings.finding import MAX_EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pyarrow as pa

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
    selected = "" if log.selected is None else "SEMI JOIN selected USING (case_no)"
    query = f"SELECT DISTINCT case_no FROM ({cases}) {selected} ORDER BY case_no LIMIT ?"
    numbers = [row[0] for row in log.rows(query, [*values, MAX_EVIDENCE])]
    return _case_ids(log, numbers)


def _case_ids(log: Log, numbers: Sequence[int]) -> tuple[str, ...]:
    import numpy as np
    import pyarrow as pa

    known, ids = _all_case_ids(log)
    return tuple(ids.take(pa.array(np.searchsorted(known, numbers))).to_pylist())


@once_per_log
def _all_case_ids(log: Log) -> tuple[np.ndarray, pa.ChunkedArray]:
    """Return the number and the id of every case: looking them up in the files takes longer than finding examples."""
    import numpy as np

    table = log.table("SELECT case_no, case_id FROM all_cases ORDER BY case_no")
    return np.asarray(table.column("case_no").combine_chunks()), table.column("case_id")
