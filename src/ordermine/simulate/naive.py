"""What simpler methods say of a log, in the shapes that `score` compares: they show what the confounders are worth.

Rows are those of an export as ``csv.DictReader`` gives them, which are in the order of time.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from ordermine.simulate.steps import STEPS
from ordermine.simulate.working_hours import iso_week

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Row: TypeAlias = "Mapping[str, str]"

_SIGNALS = ("complaint", "credit", "return")


def blame_the_corrector(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Take every changed value for an error of the department that changed it."""
    return [_error(row, row["Department"]) for row in _changes(rows)]


def blame_the_last_writer(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Take every changed value for an error of whoever wrote the field last."""
    writers: dict[tuple[str, str], str] = {}
    errors = []
    for row in rows:
        place = (row["Order"], row["Field"])
        if row["New value"]:
            if row["Old value"] and place in writers:
                errors.append(_error(row, writers[place]))
            writers[place] = row["Department"]
    return errors


def blame_the_filler(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Take every value that is completed for an omission of the department that completes it."""
    return [
        {**_error(row, row["Department"]), "class": "omission"} for row in rows if row["Step"] == "Complete order data"
    ]


def repeats_as_rework(rows: Iterable[Row]) -> float:
    """Return the share of orders in which any step occurs twice."""
    steps: dict[str, list[str]] = {}
    for row in rows:
        steps.setdefault(row["Order"], []).append(row["Step"])
    return sum(len(set(case)) < len(case) for case in steps.values()) / len(steps)


def link_by_reference(rows: Sequence[Row]) -> dict[str, Any]:
    """Take an order for entered anew where another refers to it, and for abandoned where nothing happened."""
    again = {row["Reference"]: row["Order"] for row in rows if row["Reference"]}
    kinds: dict[str, list[str]] = {}
    for row in rows:
        kinds.setdefault(row["Order"], []).append(STEPS[row["Step"]].kind)
    table = []
    for case, happened in kinds.items():
        if "reject" not in happened:
            continue
        link = again.get(case)
        if "restore" in happened:
            outcome = "restored"
        elif link:
            outcome = "resubmitted_delivered" if "deliver" in kinds[link] else "resubmitted_rejected"
        else:
            outcome = "abandoned"
        table.append({"case_id": case, "outcome": outcome, "resubmitted_as": link})
    return {"rows": table}


def flag_above_average(rows: Sequence[Row], step: str = "Configure product") -> list[dict[str, Any]]:
    """Flag every department that does a step and half again as many of whose orders as usual are corrected."""
    owners = {row["Order"]: row["Department"] for row in rows if row["Step"] == step}
    corrected = {row["Order"] for row in rows if row["Step"] == "Correct item"}
    orders = Counter(owners.values())
    wrong = Counter(owners[case] for case in owners if case in corrected)
    usual = wrong.total() / orders.total()
    return [
        {"code": "OM601", "subject": department, "severity": "warning"}
        for department, number in sorted(orders.items())
        if wrong[department] / number > 1.5 * usual
    ]


def first_time_right_by_week(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return, by week of the invoice, the share of orders of which nothing bad has been heard so far."""
    invoiced: dict[str, str] = {}
    troubled = set()
    for row in rows:
        kind = STEPS[row["Step"]].kind
        if kind == "invoice":
            invoiced.setdefault(row["Order"], iso_week(date.fromisoformat(row["Changed at"][:10])))
        elif kind in _SIGNALS:
            troubled.add(row["Order"])
    orders = Counter(invoiced.values())
    right = Counter(week for case, week in invoiced.items() if case not in troubled)
    return [{"week": week, "n": orders[week], "rate": right[week] / orders[week]} for week in sorted(orders)]


def _changes(rows: Iterable[Row]) -> Iterator[Row]:
    return (row for row in rows if row["Old value"] and row["New value"])


def _error(row: Row, originated_by: str) -> dict[str, Any]:
    return {
        "case_id": row["Order"],
        "field": row["Field"],
        "class": "error",
        "wrong_value": row["Old value"],
        "detected_at": row["Changed at"],
        "detected_by": row["Department"],
        "originated_by": originated_by,
    }
