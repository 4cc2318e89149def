"""Shares of orders, with intervals that are wider where ``[log] cluster`` says that orders belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordermine.errors import UsageError, near
from ordermine.quoting import identifier
from ordermine.stats.intervals import Proportion, clustered, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.eventlog.log import Log

ALL_CASES = "SELECT case_no FROM cases"

PER_CLUSTER = """
SELECT count(h.case_no) AS hits, count(*) AS n
FROM (SELECT DISTINCT case_no FROM ({of})) o JOIN clusters USING (case_no)
LEFT JOIN (SELECT DISTINCT case_no FROM ({hits})) h USING (case_no)
GROUP BY clusters.cluster ORDER BY clusters.cluster
"""


def share_of_cases(
    log: Log,
    hits: str,
    of: str = ALL_CASES,
    *,
    hit_values: Sequence[Any] = (),
    of_values: Sequence[Any] = (),
    counted: tuple[int, int] | None = None,
) -> Proportion:
    """Return a share of orders with its 95 % interval: Wilson, widened for the clusters that the project file declares.

    Parameters
    ----------
    log
        An open log; its filters apply.
    hits, of
        Queries that give ``case_no``; every order of `hits` is one of `of`.
    hit_values, of_values
        Their parameters.
    counted
        How many orders they give, where that is known: without clusters nothing is queried then.

    Raises
    ------
    UsageError
        ``[log] cluster`` is neither a column nor a pattern with a group.
    """
    if log.project.log.cluster is None:
        if counted is not None:
            return wilson(*counted)
        query = f"SELECT (SELECT count(DISTINCT case_no) FROM ({hits})), (SELECT count(DISTINCT case_no) FROM ({of}))"
        [(found, total)] = log.rows(query, [*hit_values, *of_values])
        return wilson(found, total)
    create_clusters(log)
    rows = log.rows(PER_CLUSTER.format(hits=hits, of=of), [*of_values, *hit_values])
    return clustered([row[0] for row in rows], [row[1] for row in rows])


def create_clusters(log: Log) -> None:
    """Create the table ``clusters`` (case_no, cluster), unless it exists; it needs ``[log] cluster``.

    An order without a value, or whose id doesn't match the pattern, is a cluster of its own.
    """
    if "clusters" in log.views_made:
        return
    declared = log.project.log.cluster or ""
    column = log.stored_as(declared)
    pattern = None if column in log.columns else log.project.log.cluster_pattern(log.columns)
    if pattern is None and column not in log.columns:
        raise UsageError(
            f"[log] cluster {declared!r} is neither a column of this log nor a pattern with a group",
            hint=near(declared, log.columns),
        )
    log.views_made["clusters"] = declared
    # The first letter keeps a cluster that is called 17 apart from the 17th order.
    named = "coalesce('c' || {}, 'o' || case_no)"
    if pattern is None:
        cluster = named.format(f"min({identifier(column)})::VARCHAR")
        log.connection.execute(
            f"CREATE TABLE clusters AS SELECT case_no, {cluster} AS cluster FROM all_events GROUP BY case_no"
        )
        return
    import pyarrow as pa

    table = log.table("SELECT case_no, case_id FROM all_cases ORDER BY case_no")
    found = (pattern.search(case_id) for case_id in table.column("case_id").to_pylist())
    names = [match[1] if match else None for match in found]
    log.connection.register("cluster_names", pa.table({"case_no": table.column("case_no"), "cluster": names}))
    log.connection.execute(
        f"CREATE TABLE clusters AS SELECT case_no, {named.format('cluster')} AS cluster FROM cluster_names"
    )
