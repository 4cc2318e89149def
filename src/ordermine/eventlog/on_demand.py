"""Views that are made when an analyzer asks for them: what each holds is said where it is made.

To add one, write a function in a file of its own and enter it in `MAKERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ordermine.eventlog.blocks import find_blocks
from ordermine.eventlog.cut_off import create_cut_off
from ordermine.eventlog.failed_fields import find_failed_fields
from ordermine.eventlog.loop_ranges import find_loop_ranges
from ordermine.eventlog.recurrences import find_recurrences
from ordermine.eventlog.rejections import find_rejections
from ordermine.eventlog.rekeyed import find_takeovers
from ordermine.eventlog.returns import find_returns
from ordermine.eventlog.reworks import find_reworks
from ordermine.eventlog.ties import find_tied_ranges
from ordermine.eventlog.views import create_steps
from ordermine.eventlog.visits import find_handoffs, find_visits
from ordermine.eventlog.waits import find_handoff_waits, find_step_waits
from ordermine.eventlog.withdrawals import find_cancellations, find_credits

if TYPE_CHECKING:
    import pyarrow as pa

    from ordermine.eventlog.log import Log

Maker = Callable[["Log", str], "dict[str, pa.Table]"]
"""(log, level) → name → table of every view that comes with it; empty for makers that create theirs in SQL."""


def _steps(log: Log, _: str) -> dict[str, pa.Table]:
    create_steps(log)
    return {}


def _activity_cases(log: Log, _: str) -> dict[str, pa.Table]:
    # The query itself goes through all variants every time.
    return {"activity_cases": log.table("SELECT activity, cases, events FROM activity_cases ORDER BY activity")}


def _tied_steps(log: Log, _: str) -> dict[str, pa.Table]:
    return {"tied_steps": log.table("SELECT case_no, timestamp, activity FROM events WHERE tied ORDER BY case_no, seq")}


def _cut_off(log: Log, _: str) -> dict[str, pa.Table]:
    create_cut_off(log)
    return {}


def _visits(log: Log, level: str) -> dict[str, pa.Table]:
    return {"visits": find_visits(log, level).visit_table(), "handoffs": find_handoffs(log, level)}


def _failed_fields(log: Log, level: str) -> dict[str, pa.Table]:
    create_view(log, "rejections", level)
    return {"failed_fields": find_failed_fields(log)}


MAKERS: dict[str, Maker] = {
    "steps": _steps,
    "activity_cases": _activity_cases,
    "tied_steps": _tied_steps,
    "cut_off": _cut_off,
    "visits": _visits,
    "handoffs": _visits,
    "recurrences": lambda log, _: {"recurrences": find_recurrences(log)},
    "reworks": lambda log, _: {"reworks": find_reworks(log)},
    "loop_ranges": lambda log, _: {"loop_ranges": find_loop_ranges(log)},
    "step_waits": lambda log, _: {"step_waits": find_step_waits(log)},
    "handoff_waits": lambda log, level: {"handoff_waits": find_handoff_waits(log, level)},
    "returns": find_returns,
    "rallies": find_returns,
    "long_loops": find_returns,
    "tied_ranges": find_tied_ranges,
    "tied_events": find_tied_ranges,
    "takeovers": lambda log, level: {"takeovers": find_takeovers(log, level)},
    "rejections": lambda log, level: {"rejections": find_rejections(log, level)},
    "failed_fields": _failed_fields,
    "blocks": lambda log, _: {"blocks": find_blocks(log)},
    "credits": find_credits,
    "invoiced": find_credits,
    "cancellations": lambda log, level: {"cancellations": find_cancellations(log, level)},
}


def create_view(log: Log, name: str, level: str = "department") -> None:
    """Make a view unless it was made for the same level before.

    Parameters
    ----------
    log
        An open log.
    name
        One of `MAKERS`.
    level
        Column whose values take the part of departments.
    """
    if log.views_made.get(name) == level:
        return
    for made, table in MAKERS[name](log, level).items():
        log.connection.register(made, table)
        log.views_made[made] = level
    log.views_made[name] = level
