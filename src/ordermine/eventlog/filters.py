"""The filters that every reading command takes; all of them select whole cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ordermine.errors import UsageError, near
from ordermine.quoting import check_text

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log


@dataclass(frozen=True, slots=True)
class Filters:
    """What to select; None selects everything."""

    start_from: str | None = None
    """Cases that start at this instant or later: a date or an ISO 8601 time, UTC where it has no offset."""
    start_to: str | None = None
    """Cases that start before this instant."""
    where: str | None = None
    """SQL condition on `events`: cases with at least one event for which it holds."""
    variant: str | None = None
    """Id of a variant, or the beginning of one."""
    case: str | None = None
    """Id of a case."""

    @property
    def any(self) -> bool:
        """Whether anything is filtered at all."""
        return self != Filters()

    def describe(self) -> dict[str, str]:
        """Return what is selected, for outputs."""
        named = {
            "from": self.start_from,
            "to": self.start_to,
            "where": self.where,
            "variant": self.variant,
            "case": self.case,
        }
        return {name: value for name, value in named.items() if value is not None}


def parse_instant(text: str, option: str) -> datetime:
    """Return an instant in UTC from a date or ISO 8601 time; raise UsageError naming the option otherwise."""
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        instant = datetime.fromisoformat(text)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{option} {text!r}: not a date", hint="write it as 2026-11-30 or 2026-11-30T08:00+01:00"
        ) from None


def micros(instant: datetime) -> int:
    """Return microseconds since 1970."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def selection_sql(log: Log, filters: Filters) -> tuple[str, list[Any]]:
    """Return a query for the numbers of the selected cases, and its parameters.

    Raises
    ------
    UsageError
        No such case or variant, no date, or a condition that isn't one.
    """
    for name, given in filters.describe().items():
        check_text(given, f"--{name}")
    parts = ["SELECT case_no FROM all_cases WHERE true"]
    values: list[Any] = []
    for text, option, comparison in ((filters.start_from, "--from", ">="), (filters.start_to, "--to", "<")):
        if text is not None:
            parts.append(f'AND epoch_us("start") {comparison} ?')
            values.append(micros(parse_instant(text, option)))
    if filters.case is not None:
        _check_case(log, filters.case)
        parts.append("AND case_id = ?")
        values.append(filters.case)
    if filters.variant is not None:
        parts.append("AND variant_id = ?")
        values.append(_one_variant(log, filters.variant))
    if filters.where is not None:
        log.check_expression(filters.where)
        parts.append(f"AND case_no IN (SELECT case_no FROM all_events WHERE ({filters.where}\n))")
    return " ".join(parts) + " ORDER BY case_no", values


def _check_case(log: Log, case: str) -> None:
    found = log.rows("SELECT count(*) FROM all_cases WHERE case_id = ?", [case])[0][0]
    if not found:
        like = log.rows(
            "SELECT case_id FROM all_cases ORDER BY levenshtein(left(case_id, 40), left(?, 40)), case_id LIMIT 3",
            [case],
        )
        raise UsageError(f"no case {case!r}", hint=near(case, [row[0] for row in like]))


def _one_variant(log: Log, beginning: str) -> str:
    found = log.rows(
        "SELECT variant_id FROM all_variants WHERE starts_with(variant_id, ?) ORDER BY 1 LIMIT 3", [beginning.lower()]
    )
    if len(found) == 1:
        return str(found[0][0])
    if not found:
        raise UsageError(f"no variant {beginning!r}", hint="`ordermine discover` and `ordermine sql` show variant ids")
    raise UsageError(f"several variants begin with {beginning!r}", hint="give more of the id")
