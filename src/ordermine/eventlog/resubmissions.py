"""Which new order a rejected or cancelled one was entered as: said by a reference, else found by likeness."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from operator import attrgetter
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
    """Return the links of rejected or cancelled orders (case number → instant of the last rejection, UTC µs)."""
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

    orders = _orders_of_customers(log, rejected)
    links: dict[int, Link] = {}
    for customer in sorted(orders):
        alike = _alike(orders[customer], rejected, taken)
        if not alike:
            continue
        from scipy.optimize import linear_sum_assignment

        old, new = (sorted({pair[side] for pair in alike}) for side in (0, 1))
        scores = np.array([[alike.get((one, other), 0.0) for other in new] for one in old])
        starts = {order.case_no: order.start for order in orders[customer]}
        for row, column in zip(*linear_sum_assignment(scores, maximize=True), strict=True):
            if scores[row, column] > 0:
                case, other = old[row], new[column]
                links[case] = Link(case, other, float(scores[row, column]), starts[other])
    return links


def _alike(orders: Iterable[_Order], rejected: Mapping[int, int], taken: set[int]) -> dict[tuple[int, int], float]:
    """Return (rejected order, new one) → score of the pairs that are alike, among the orders of one customer."""
    by_start = sorted((order for order in orders if order.case_no not in taken), key=attrgetter("start", "case_no"))
    starts = [order.start for order in by_start]
    found = {}
    for one in orders:
        if one.case_no not in rejected:
            continue
        at = rejected[one.case_no]
        # Only orders of these days can be alike: a customer may have very many.
        for other in by_start[bisect_left(starts, at) : bisect_right(starts, at + WINDOW_DAYS * DAY_US)]:
            if score := likeness(one, other, at):
                found[one.case_no, other.case_no] = score
    return found


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
