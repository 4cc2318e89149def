"""Cancelled orders and credited ones: the steps that take back what was agreed or billed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.eventlog.by_customer import is_by_customer
from ordermine.eventlog.views import create_steps
from ordermine.quoting import identifier, literal

if TYPE_CHECKING:
    import pyarrow as pa

    from ordermine.eventlog.log import Log

_OF_A_DOCUMENT = ("deliver", "invoice", "pay", "support", "credit")
"""Stages of a cancelled step that concern a document of the order and not the order itself."""

_CREDIT = "kind = 'credit' OR (kind = 'cancel' AND stage = 'invoice')"
"""What corrects a bill."""
_COMMERCIAL = r"\b(?:\w*bonus|rebates?|\w*rabatt|ristourne|bonificaci)"
"""What says that money is given back as agreed."""


def find_cancellations(log: Log, level: str = "department") -> pa.Table:
    """Return the orders whose last word is a cancellation of the order itself, in log order.

    Returns
    -------
    pyarrow.Table
        ``case_no``, ``cancelled_us``, ``cancelled_by``, ``reason``, ``by_customer`` (null where nothing tells).
    """
    import pyarrow as pa

    create_steps(log)
    documents = ", ".join(f"'{stage}'" for stage in _OF_A_DOCUMENT)
    rows = log.rows(
        f"""
        WITH last AS (
          SELECT case_no, max(seq) FILTER (WHERE kind = 'cancel') AS seq,
                 max(seq) FILTER (WHERE kind IN ('restore', 'resubmit')) AS back
          FROM steps
          WHERE kind IN ('restore', 'resubmit') OR (kind = 'cancel' AND coalesce(stage, '') NOT IN ({documents}))
          GROUP BY case_no
        )
        SELECT s.case_no, epoch_us(s.timestamp), s.{identifier(level)}::VARCHAR, s.reason, s.activity, s.actor_type
        FROM steps s JOIN last USING (case_no)
        WHERE s.seq = last.seq AND coalesce(last.back, 0) < last.seq ORDER BY s.case_no
        """
    )
    told = [is_by_customer(activity, reason, by, actor) for _, _, by, reason, activity, actor in rows]
    return pa.table(
        {
            "case_no": pa.array([row[0] for row in rows], pa.int64()),
            "cancelled_us": pa.array([row[1] for row in rows], pa.int64()),
            "cancelled_by": pa.array([row[2] for row in rows], pa.string()),
            "reason": pa.array([row[3] for row in rows], pa.string()),
            "by_customer": pa.array(told, pa.bool_()),
        }
    )


def find_credits(log: Log, level: str = "department") -> dict[str, pa.Table]:
    """Return the credits and the orders that were billed, both in log order.

    Returns
    -------
    dict
        ``credits``: ``case_no``, ``credited_by``, ``reason``, ``commercial`` (a bonus or rebate, by its name).
        ``invoiced``: ``case_no`` of the orders with an invoice or a credit; of all where no step is an invoice.
    """
    create_steps(log)
    invoices = log.rows("SELECT count(*) FROM meanings WHERE kind = 'invoice'")[0][0]
    billed = f"SELECT DISTINCT case_no FROM steps WHERE kind = 'invoice' OR {_CREDIT}"
    return {
        "credits": log.table(
            f"""
            SELECT case_no, {identifier(level)} AS credited_by, reason,
                   regexp_matches(lower(concat_ws(' ', reason, activity)), {literal(_COMMERCIAL)}) AS commercial
            FROM steps WHERE {_CREDIT} ORDER BY case_no, seq
            """
        ),
        "invoiced": log.table(f"{billed if invoices else 'SELECT case_no FROM cases'} ORDER BY case_no"),
    }
