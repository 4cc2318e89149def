"""Rejected orders and what became of them, for the weekly report."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from ordermine.analyze.clusters import share_of_cases
from ordermine.analyze.origin.summary import people_by_department
from ordermine.analyze.outcome.resubmission_seen import resubmission_is_seen
from ordermine.analyze.weekly.value import Rejections
from ordermine.eventlog.filters import micros
from ordermine.eventlog.on_demand import create_view
from ordermine.eventlog.views import create_steps
from ordermine.stats.suppress import FEWEST_CASES, suppress_list

if TYPE_CHECKING:
    from ordermine.analyze.weekly.value import ReportWeek
    from ordermine.eventlog.log import Log

MOST_REASONS: Final = 5
OUTCOMES: Final = "SELECT outcome, count(*) FROM rejections GROUP BY 1 ORDER BY 2 DESC, 1"
IN_WEEK: Final = "SELECT count(*) FROM rejections WHERE rejected_us >= ? AND rejected_us < ?"
DAYS_LOST: Final = "SELECT median((back_us - first_us) / 86400e6) FROM rejections WHERE back_us IS NOT NULL"
BY_DEPARTMENT: Final = """
SELECT rejected_by::VARCHAR, count(*) FROM rejections WHERE rejected_by IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1
"""
REASONS: Final = """
SELECT reason::VARCHAR, count(*) FROM rejections WHERE reason IS NOT NULL GROUP BY 1 HAVING count(*) >= ?
ORDER BY 2 DESC, 1 LIMIT ?
"""


def rejections_of(log: Log, week: ReportWeek) -> Rejections | str:
    """Return what the log says about rejections; a sentence where it can't."""
    create_steps(log)
    if not log.rows("SELECT 1 FROM meanings WHERE kind = 'reject' LIMIT 1"):
        return "no step of this log rejects an order; say which does, under [activities] in the project file"
    create_view(log, "rejections")
    begin = dt.datetime.combine(week.monday, dt.time(), dt.UTC)
    departments = log.rows(BY_DEPARTMENT)
    people = people_by_department(log)
    hidden = suppress_list([count for _, count in departments], [people.get(name) for name, _ in departments])
    said = [(name, None if at in hidden.cells else count) for at, (name, count) in enumerate(departments)]
    said.sort(key=lambda item: (item[1] is None, -(item[1] or 0), item[0]))
    return Rejections(
        rejected=share_of_cases(log, "SELECT case_no FROM rejections", "SELECT case_no FROM cases"),
        in_week=log.rows(IN_WEEK, [micros(begin), micros(begin + dt.timedelta(days=7))])[0][0],
        outcomes=tuple(log.rows(OUTCOMES)),
        days_lost=log.rows(DAYS_LOST)[0][0],
        reasons=tuple(log.rows(REASONS, [FEWEST_CASES, MOST_REASONS])),
        departments=tuple(said),
        without_department=log.rows("SELECT count(*) FROM rejections WHERE rejected_by IS NULL")[0][0],
        resubmission_seen=resubmission_is_seen(log),
    )
