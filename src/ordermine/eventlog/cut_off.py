"""Orders that the log doesn't show whole: cut off where the export begins or ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log

USUAL_SHARE = 0.05
"""An activity that opens (closes) this share of the orders is a usual start (end)."""

EDGE_TABLE = """
CREATE OR REPLACE TABLE edges AS
WITH period AS (
  SELECT min(epoch_us("start")) AS first_us, $last AS last_us,
         quantile_disc(epoch_us("end") - epoch_us("start"), 0.9) AS through_us
  FROM cases
), edge AS (SELECT *, least(through_us, (last_us - first_us) // 4) AS edge_us FROM period)
SELECT *, (SELECT count(*) FROM cases WHERE epoch_us("start") > first_us + edge_us) AS core_starts,
       (SELECT count(*) FROM cases WHERE epoch_us("end") < last_us - edge_us) AS core_ends
FROM edge
"""

CUT_OFF = f"""
CREATE OR REPLACE TABLE cut_off AS
WITH usual_starts AS (
  SELECT first_activity FROM cases, edges WHERE epoch_us("start") > first_us + edge_us
  GROUP BY first_activity HAVING count(*) >= {USUAL_SHARE} * any_value(core_starts)
), usual_ends AS (
  SELECT last_activity FROM cases, edges WHERE epoch_us("end") < last_us - edge_us
  GROUP BY last_activity HAVING count(*) >= {USUAL_SHARE} * any_value(core_ends)
)
SELECT case_no, 'start' AS edge, first_activity AS activity FROM cases, edges
WHERE epoch_us("start") <= first_us + edge_us AND core_starts > 0
  AND first_activity NOT IN (SELECT first_activity FROM usual_starts)
UNION ALL
SELECT case_no, 'end', last_activity FROM cases, edges
WHERE epoch_us("end") >= last_us - edge_us AND core_ends > 0
  AND last_activity NOT IN (SELECT last_activity FROM usual_ends)
ORDER BY 1, 2
"""


def create_cut_off(log: Log) -> None:
    """Create ``edges`` (one row: first_us, last_us, edge_us, core_starts, core_ends) and ``cut_off``.

    ``cut_off`` has case_no, edge (``start`` or ``end``) and the activity at that edge; its terms are defined on the
    page of OM005. The log ends at its as-of moment.
    """
    from ordermine.eventlog.filters import micros

    last = micros(log.as_of) if log.as_of is not None else 0
    log.connection.execute(EDGE_TABLE, {"last": last})
    log.connection.execute(CUT_OFF)
