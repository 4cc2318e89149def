"""Which new order a rejected one was entered as: said by a reference, else found by likeness."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.schema import MEASURABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ordermine.eventlog.log import Log

DAY_US = 86_400_000_000
WINDOW_DAYS = 30
"""Days after a rejection within which an order alike counts as its resubmission."""
MIN_OVERLAP = 0.8
"""Least common share of the items of both orders."""
MAX_DIFFERENCE = 0.1
"""Most that the amounts may differ, as a share of the rejected order's."""

NOT_RESUBMITTING = ("return", "credit", "complaint", "contact", "pay", "invoice", "deliver", "cancel")
"""Kinds of steps whose reference to another order doesn't mean that it was entered anew."""


@dataclass(frozen=True, slots=True)
class Link:
    """A rejected order and the new order it was entered as."""

    case_no: int
    new: int
    score: float
    """1 for a reference, else the likeness: product of item overlap, ratio of the amounts and nearness in time."""
    new_start: int
    """UTC µs."""


def link_resubmissions(log: Log, rejected: Mapping[int, int]) -> dict[int, Link]:
    """Return the links of rejected orders (case number → instant of the last rejection, UTC µs)."""
    links = _by_reference(log, rejected) if "reference" in log.recorded else {}
    if MEASURABLE["resubmission by similarity"] <= log.recorded:
        left = {case: at for case, at in rejected.items() if case not in links}
        links |= _by_likeness(log, left, {link.new for link in links.values()})
    return links


def _by_reference(log: Log, rejected: Mapping[int, int]) -> dict[int, Link]:
    """Follow references from the new order to the rejected one, or the other way once it is rejected."""
    kinds = ", ".join(f"'{kind}'" for kind in NOT_RESUBMITTING)
    rows = log.rows(
        f"""
        SELECT e.case_no, c.case_no, epoch_us(min(e.timestamp)), epoch_us(any_value(o."start")),
               epoch_us(any_value(c."start"))
        FROM all_events e LEFT JOIN meanings m USING (activity)
        JOIN all_cases c ON c.case_id = e.reference JOIN all_cases o ON o.case_no = e.case_no
        WHERE m.kind IS NULL OR m.kind NOT IN ({kinds})
        GROUP BY e.case_no, c.case_no ORDER BY e.case_no, c.case_no
        """
    )
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for referring, referred, at, start, referred_start in rows:
        if referring == referred:
            continue
        if referred in rejected and at >= rejected[referred] and start > referred_start:
            found[referred].append((at, referring))
        elif referring in rejected and at >= rejected[referring] and referred_start > start:
            found[referring].append((referred_start, referred))
    starts = dict(log.rows('SELECT case_no, epoch_us("start") FROM all_cases')) if found else {}
    return {case: Link(case, min(news)[1], 1.0, starts[min(news)[1]]) for case, news in sorted(found.items())}


@dataclass(frozen=True, slots=True)
class _Order:
    case_no: int
    start: int
    customer: str
    items: frozenset[str]
    amount: float


def _by_likeness(log: Log, rejected: Mapping[int, int], taken: set[int]) -> dict[int, Link]:
    """Link orders of the same customer that are alike, one to one, so that the sum of scores is greatest."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    orders = _orders_of_customers(log, rejected)
    links: dict[int, Link] = {}
    for customer in sorted(orders):
        old = [order for order in orders[customer] if order.case_no in rejected]
        new = [order for order in orders[customer] if order.case_no not in taken]
        scores = np.array([[likeness(one, other, rejected[one.case_no]) for other in new] for one in old])
        if not scores.size or not scores.any():
            continue
        for row, column in zip(*linear_sum_assignment(scores, maximize=True), strict=True):
            if scores[row, column] > 0:
                case, other = old[row].case_no, new[column]
                links[case] = Link(case, other.case_no, float(scores[row, column]), other.start)
    return links


def likeness(one: _Order, other: _Order, rejected_at: int) -> float:
    """Return how alike two orders are, from 0 (too different, or not after the rejection) to 1."""
    late = other.start - rejected_at
    if other.case_no == one.case_no or not 0 <= late <= WINDOW_DAYS * DAY_US or other.start <= one.start:
        return 0.0
    overlap = len(one.items & other.items) / len(one.items | other.items)
    difference = abs(one.amount - other.amount)
    # A cent's worth of rounding must not decide.
    if overlap < MIN_OVERLAP or difference > MAX_DIFFERENCE * abs(one.amount) * (1 + 1e-9):
        return 0.0
    largest = max(abs(one.amount), abs(other.amount))
    nearness = 1 - late / (2 * WINDOW_DAYS * DAY_US)
    return overlap * (1 - difference / largest if largest else 1.0) * nearness


def _orders_of_customers(log: Log, rejected: Mapping[int, int]) -> dict[str, list[_Order]]:
    """Return all orders, with customer, items and amount recorded, of the customers that had one rejected."""
    if not rejected:
        return {}
    rows: Sequence[tuple[int, int, str, list[str], float]] = log.rows(
        """
        SELECT case_no, epoch_us(min(timestamp)), min(customer), list(DISTINCT item ORDER BY item),
               arg_max(amount, seq)::DOUBLE
        FROM all_events SEMI JOIN (
          SELECT DISTINCT customer FROM all_events WHERE case_no IN (SELECT unnest(?)) AND customer IS NOT NULL
        ) USING (customer)
        GROUP BY case_no
        HAVING count(item) > 0 AND count(amount) > 0
        ORDER BY case_no
        """,
        [sorted(rejected)],
    )
    orders: dict[str, list[_Order]] = defaultdict(list)
    for case, start, customer, items, amount in rows:
        orders[customer].append(_Order(case, start, customer, _named(items), amount))
    return orders


def _named(items: Iterable[str | None]) -> frozenset[str]:
    return frozenset(item for item in items if item is not None)
