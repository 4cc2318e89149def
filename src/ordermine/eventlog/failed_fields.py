"""Which field a rejection was about, and whether its value was known when the order was submitted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.eventlog.rekeyed import field_family
from ordermine.eventlog.value_meaning import same_meaning

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from ordermine.eventlog.log import Log


@dataclass(frozen=True, slots=True)
class _Change:
    seq: int
    at: int
    """UTC µs."""
    field: str
    is_first: bool
    """Whether it is the first value that the field gets."""


def find_failed_fields(log: Log) -> pa.Table:
    """Return one row per rejected order and field that failed, sorted; a rejected order without one has a null field.

    A field failed that the rejecting step names; else those that were changed between the rejection and the moment the
    same order was back at work. It was known at submission if its value wasn't changed between the submission (else
    the creation, else the first step) and the rejection, or if it is required and was never filled. Needs the view
    ``rejections``.

    Returns
    -------
    pyarrow.Table
        ``case_no``, ``field``, ``known`` (null where its value at submission isn't recorded).
    """
    import pyarrow as pa

    rows = log.rows(
        """
        SELECT case_no, seq, by_customer, CASE WHEN outcome = 'restored' OR resubmitted_as = case_no THEN back_us END
        FROM rejections ORDER BY case_no
        """
    )
    named, submitted = _named_fields(log), _submissions(log)
    writes = _changes(log, [row[0] for row in rows])
    required = {field_family(name, log.project) for names in log.project.required.values() for name in names}
    found: list[tuple[int, str | None, bool | None]] = []
    for case, seq, by_customer, back_at in rows:
        mine = writes.get(case, [])
        if by_customer:
            fields: set[str] = set()
        elif case in named:
            fields = {field_family(named[case], log.project)}
        else:
            fields = {write.field for write in mine if write.seq > seq and back_at is not None and write.at <= back_at}
        for field in sorted(fields):
            found.append((case, field, _known(mine, field, submitted[case], seq, field in required)))
        if not fields:
            found.append((case, None, None))
    names = ("case_no", "field", "known")
    types = (pa.int64(), pa.string(), pa.bool_())
    return pa.table({name: pa.array([row[at] for row in found], types[at]) for at, name in enumerate(names)})


def _named_fields(log: Log) -> dict[int, str]:
    """Return the fields that rejecting steps name."""
    return dict(
        log.rows(
            "SELECT case_no, field FROM steps JOIN rejections USING (case_no, seq)"
            " WHERE field IS NOT NULL AND new_value IS NULL AND old_value IS NULL ORDER BY case_no"
        )
    )


def _submissions(log: Log) -> dict[int, int]:
    """Return the position of the last submission before the rejection; else of the creation, else of the first step."""
    return dict(
        log.rows(
            """
            SELECT case_no, coalesce(max(s.seq) FILTER (WHERE kind IN ('submit', 'resubmit')),
                                     max(s.seq) FILTER (WHERE kind = 'create'), min(s.seq))
            FROM steps s JOIN rejections r USING (case_no) WHERE s.seq < r.seq OR s.seq = 1
            GROUP BY case_no ORDER BY case_no
            """
        )
    )


def _changes(log: Log, cases: Sequence[int]) -> dict[int, list[_Change]]:
    """Return the writes by which a field of some orders gets another meaning than it had, in log order."""
    rows = log.rows(
        "SELECT case_no, seq, epoch_us(timestamp), field, old_value, new_value FROM all_events"
        " WHERE case_no IN (SELECT unnest(?)) AND field IS NOT NULL"
        " AND (old_value IS NOT NULL OR new_value IS NOT NULL) ORDER BY case_no, seq",
        [list(cases)],
    )
    changes: dict[int, list[_Change]] = defaultdict(list)
    held: dict[tuple[int, str], str | None] = {}
    for case, seq, at, name, old, new in rows:
        field = field_family(name, log.project)
        before = old if old is not None else held.get((case, field))
        if not same_meaning(before, new):
            changes[case].append(_Change(seq, at, field, before is None))
        held[case, field] = new
    return changes


def _known(changes: Sequence[_Change], field: str, submitted: int, rejected: int, required: bool) -> bool | None:
    before = [change for change in changes if change.field == field and change.seq <= rejected]
    if not before:
        replaced = any(change.field == field and not change.is_first for change in changes)
        # Its old value was there before the log began to record it.
        return True if required or replaced else None
    return not any(change.seq > submitted for change in before)
