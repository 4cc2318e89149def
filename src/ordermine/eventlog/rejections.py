"""Rejected orders and what became of them: one row per order, with its last rejection (section 7 of the design)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ordermine.eventlog.by_customer import is_by_customer
from ordermine.eventlog.filters import micros
from ordermine.eventlog.resubmissions import DAY_US, WINDOW_DAYS, Link, link_resubmissions
from ordermine.eventlog.views import create_steps

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from ordermine.eventlog.log import Log

OUTCOMES = ("restored", "resubmitted_delivered", "resubmitted_rejected", "abandoned", "open")

_WENT_ON = frozenset({"restore", "approve", "confirm", "deliver", "invoice", "pay"})
"""Kinds of steps after a rejection that show the order back in its course."""
_ENTERED_AGAIN = frozenset({"submit", "resubmit", "create"})
"""Kinds of steps after a rejection by which the same order is put forward again."""
_DELIVERED = ("deliver", "invoice", "pay")
"""Kinds that conclude an order, the best evidence first; the first that the log knows counts."""


@dataclass(slots=True)
class _Rejected:
    """A rejected order; instants in UTC µs."""

    case_no: int
    first_at: int
    at: int
    seq: int
    by: str | None
    reason: str | None
    by_customer: bool | None
    rounds: int
    last_event: int
    returned_to: str | None = None
    followed: bool = False
    """Whether a person worked on the order after the rejection."""
    back_at: int | None = None
    """When the order was back at work."""
    kinds_after: set[str] = field(default_factory=set)
    verdict: str = ""
    """What the order's own steps say: restored, again (the same order put forward again), cancelled, or nothing."""


def find_rejections(log: Log, level: str = "department") -> pa.Table:
    """Return the rejected orders in log order.

    Returns
    -------
    pyarrow.Table
        ``case_no``, ``first_us``, ``rejected_us``, ``seq`` (of the last rejection), ``rejected_by`` (null where not
        recorded), ``returned_to`` (who works on it next, or on the order it was entered as), ``reason``, ``outcome``,
        ``resubmitted_as`` (case_no; the order itself where it was put forward again), ``link_score``, ``rounds``,
        ``back_us`` (when it was restored or entered anew), ``by_customer`` (null where nothing tells).
    """
    import pyarrow as pa

    create_steps(log)
    orders = _rejected_orders(log, level)
    _follow(log, orders, level)
    left = {case: one.at for case, one in orders.items() if one.verdict in ("", "cancelled")}
    links = link_resubmissions(log, left)
    news = {link.new for link in links.values()} | {case for case, one in orders.items() if one.verdict == "again"}
    ends = _ends(log, news)
    receivers = _first_departments(log, {link.new for link in links.values()}, level)
    now = micros(log.as_of) if log.as_of is not None else 0
    rows = []
    for case, one in orders.items():
        link = links.get(case)
        outcome = _outcome(one, link, orders, ends, now)
        again = case if one.verdict == "again" else link.new if link else None
        rows.append(
            {
                "case_no": case,
                "first_us": one.first_at,
                "rejected_us": one.at,
                "seq": one.seq,
                "rejected_by": one.by,
                "returned_to": one.returned_to if one.followed or link is None else receivers.get(link.new),
                "reason": one.reason,
                "outcome": outcome,
                "resubmitted_as": again,
                "link_score": link.score if link else 1.0 if again is not None else None,
                "rounds": one.rounds,
                "back_us": link.new_start if link else one.back_at,
                "by_customer": one.by_customer,
            }
        )
    return pa.Table.from_pylist(rows, schema=_schema())


def _schema() -> pa.Schema:
    import pyarrow as pa

    whole = ("case_no", "first_us", "rejected_us", "seq", "resubmitted_as", "rounds", "back_us")
    types = dict.fromkeys(whole, pa.int64()) | {"link_score": pa.float64(), "by_customer": pa.bool_()}
    names = "case_no first_us rejected_us seq rejected_by returned_to reason outcome"
    further = "resubmitted_as link_score rounds back_us by_customer"
    return pa.schema([(name, types.get(name, pa.string())) for name in f"{names} {further}".split()])


def _rejected_orders(log: Log, level: str) -> dict[int, _Rejected]:
    """Return the orders with a rejection; rejections at one time and next to each other are one round."""
    from ordermine.quoting import identifier

    rows = log.rows(
        f"""
        SELECT case_no, seq, epoch_us(timestamp), {identifier(level)}::VARCHAR, reason, activity, actor_type
        FROM steps WHERE kind = 'reject' ORDER BY case_no, seq
        """
    )
    orders: dict[int, _Rejected] = {}
    for case, seq, at, by, reason, activity, actor in rows:
        before = orders.get(case)
        same = before is not None and (before.at, before.seq) == (at, seq - 1)
        rounds = 1 if before is None else before.rounds + (not same)
        first = at if before is None else before.first_at
        customer = is_by_customer(activity, reason, by, actor)
        orders[case] = _Rejected(case, first, at, seq, by, reason, customer, rounds, at)
    return orders


def _follow(log: Log, orders: Mapping[int, _Rejected], level: str) -> None:
    """Read off the later steps of the same orders where they went and whether they are back at work."""
    from ordermine.quoting import identifier

    rows = log.rows(
        f"""
        WITH last AS (SELECT unnest(?) AS case_no, unnest(?) AS seq)
        SELECT s.case_no, epoch_us(s.timestamp), s.kind, s.{identifier(level)}::VARCHAR, coalesce(s.by_system, false)
        FROM steps s JOIN last USING (case_no) WHERE s.seq > last.seq ORDER BY s.case_no, s.seq
        """,
        [list(orders), [one.seq for one in orders.values()]],
    )
    for case, at, kind, department, by_system in rows:
        one = orders[case]
        one.last_event = at
        if not by_system and not one.followed:
            one.followed, one.returned_to = True, department
        if one.verdict == "":
            if kind in _WENT_ON:
                one.verdict, one.back_at = "restored", at
            elif kind in _ENTERED_AGAIN:
                one.verdict, one.back_at = "again", at
            elif kind == "cancel":
                one.verdict = "cancelled"
        if kind:
            one.kinds_after.add(kind)


def _ends(log: Log, cases: set[int]) -> dict[int, set[str]]:
    """Return the kinds of steps that some orders have."""
    rows = log.rows(
        """
        SELECT case_no, list(DISTINCT kind) FROM all_events JOIN meanings USING (activity)
        WHERE case_no IN (SELECT unnest(?)) AND kind IS NOT NULL GROUP BY case_no
        """,
        [sorted(cases)],
    )
    known = {row[0] for row in log.rows("SELECT DISTINCT kind FROM meanings")}
    concluding = next((kind for kind in _DELIVERED if kind in known), "deliver")
    return {case: {"delivered" if kind == concluding else kind for kind in kinds} for case, kinds in rows}


def _first_departments(log: Log, cases: set[int], level: str) -> dict[int, str | None]:
    """Return who worked first on some orders; systems aside."""
    from ordermine.quoting import identifier

    rows = log.rows(
        f"""
        SELECT case_no, arg_min_null({identifier(level)}::VARCHAR, seq) FROM all_events
        WHERE case_no IN (SELECT unnest(?)) AND NOT coalesce(actor_type IN ('system', 'batch', 'integration'), false)
        GROUP BY case_no
        """,
        [sorted(cases)],
    )
    return dict(rows)


def _outcome(
    one: _Rejected, link: Link | None, orders: Mapping[int, _Rejected], ends: Mapping[int, set[str]], now: int
) -> str:
    if one.verdict == "restored":
        return "restored"
    if one.verdict == "again":
        # No further rejection: this was the order's last.
        kinds = {"delivered"} if one.kinds_after & set(_DELIVERED) and "delivered" in ends[one.case_no] else set()
        return _of_the_new(kinds | (one.kinds_after & {"cancel"}), rejected_again=False)
    if link is not None:
        kinds = ends.get(link.new, set())
        later = orders.get(link.new)
        # An order that the filters leave out can still be the new one.
        turned_down = later.verdict != "restored" if later else "reject" in kinds and "restore" not in kinds
        return _of_the_new(kinds, rejected_again=turned_down)
    if one.verdict == "cancelled" or now - one.last_event >= WINDOW_DAYS * DAY_US:
        return "abandoned"
    return "open"


def _of_the_new(kinds: set[str], *, rejected_again: bool) -> str:
    if rejected_again:
        return "resubmitted_rejected"
    if "delivered" in kinds:
        return "resubmitted_delivered"
    return "abandoned" if "cancel" in kinds else "open"
