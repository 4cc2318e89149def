"""The orders to look at first, and why.

Two points for everything that can still be put right: the order is stuck, rejected and undecided, or stopped by a
block. One point for everything that went wrong with an order that was concluded in the report's week. Most points
first; then the largest amount, where all orders are in one currency; then the one that something happened to last.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from ordermine.analyze.ftr.signals import SIGNALS
from ordermine.analyze.registry import find
from ordermine.analyze.weekly.value import OrderToSee, Reason
from ordermine.eventlog.on_demand import create_view

if TYPE_CHECKING:
    import numpy as np

    from ordermine.analyze.measures.population import Population
    from ordermine.analyze.weekly.value import ReasonKind
    from ordermine.eventlog.log import Log

OPEN: Final = ("stuck", "rejected_open", "block_set")
POINTS_OPEN: Final = 2
BLOCKS: Final = """
SELECT case_no, block FROM blocks WHERE removed_us IS NULL AND NOT is_default ORDER BY case_no, set_us, block
"""
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def orders_to_see(log: Log, population: Population, at: np.ndarray) -> tuple[OrderToSee, ...]:
    """Return the orders that call for a look, the most important first.

    Parameters
    ----------
    log, population
        The log and its orders.
    at
        Positions of the report's week in the population.
    """
    reasons: dict[int, dict[Reason, None]] = {}

    def note(cases: list[tuple[int, str]], kind: ReasonKind) -> None:
        for case, what in cases:
            reasons.setdefault(case, {}).setdefault(Reason(kind, what))

    find("OM203").measure(log)
    note(log.rows("SELECT case_no, activity FROM stuck ORDER BY case_no"), "stuck")
    concluded = set(population.case_no.tolist()) if population.concluded else set()
    create_view(log, "rejections")
    note(log.rows("SELECT case_no, '' FROM rejections WHERE outcome = 'open' ORDER BY case_no"), "rejected_open")
    create_view(log, "blocks")
    note([row for row in log.rows(BLOCKS) if row[0] not in concluded], "block_set")
    of_week = set(population.case_no[at].tolist())
    for kind, cases in _went_wrong(log, population, at).items():
        note([(case, "") for case in cases], kind)
    details = _details(log, list(reasons))
    currencies = {currency for *_, currency in details.values() if currency}
    found = [
        OrderToSee(
            case_id=details[case][0],
            points=sum(POINTS_OPEN if one.kind in OPEN else 1 for one in why),
            reasons=tuple(why),
            amount=details[case][3],
            currency=details[case][4],
            last_step=details[case][1],
            last_event=_EPOCH + dt.timedelta(microseconds=details[case][2]),
            concluded_in_week=case in of_week,
        )
        for case, why in reasons.items()
    ]
    by_amount = len(currencies) <= 1
    found.sort(key=lambda one: one.case_id)
    found.sort(key=lambda one: (one.points, (one.amount or 0.0) if by_amount else 0.0, one.last_event), reverse=True)
    return tuple(found)


def _went_wrong(log: Log, population: Population, at: np.ndarray) -> dict[ReasonKind, list[int]]:
    """Return what went wrong with the orders of the report's week, by kind."""
    of_week = population.case_no[at]
    found: dict[ReasonKind, list[int]] = {}
    if population.judged is not None:
        position = population.position[at]
        for name in SIGNALS:
            found[name] = of_week[population.judged.with_signal[name][position]].tolist()
    [rejected] = [log.rows("SELECT case_no FROM rejections WHERE outcome <> 'open' ORDER BY case_no")]
    members = set(of_week.tolist())
    found["rejected"] = [case for (case,) in rejected if case in members]
    if "department" in log.recorded:
        create_view(log, "rallies")
        rallies = log.rows("SELECT DISTINCT case_no FROM rallies WHERE NOT expected ORDER BY case_no")
        found["rally"] = [case for (case,) in rallies if case in members]
    return found


def _details(log: Log, cases: list[int]) -> dict[int, tuple[str, str, int, float | None, str | None]]:
    """Return id, last step, its moment (UTC µs), amount and currency of orders; the latest amount recorded counts."""
    amount = "max_by(amount, seq) FILTER (WHERE amount IS NOT NULL)" if "amount" in log.recorded else "NULL"
    currency = "max_by(currency, seq) FILTER (WHERE currency IS NOT NULL)" if "currency" in log.recorded else "NULL"
    query = f"""
    WITH wanted AS (SELECT unnest(?::INTEGER[]) AS case_no),
    money AS (
      SELECT case_no, ({amount})::DOUBLE AS amount, {currency} AS currency FROM events SEMI JOIN wanted USING (case_no)
      GROUP BY case_no
    )
    SELECT case_no, case_id, last_activity, epoch_us("end"), money.amount, money.currency
    FROM cases SEMI JOIN wanted USING (case_no) LEFT JOIN money USING (case_no)
    """
    return {case: tuple(rest) for case, *rest in log.rows(query, [cases])}
