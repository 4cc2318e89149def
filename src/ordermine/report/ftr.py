"""First-time-right, for machines and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ordermine.report.table import Column, Table, share_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.analyze.ftr.first_time_right import FirstTimeRight
    from ordermine.stats.intervals import Proportion

SIGNAL_NAMES: Final = {
    "correction": "a value corrected after confirmation",
    "re_entry": "entered anew",
    "credit": "credit adjustment",
    "contact": "complaint",
    "exception": "block or return",
}
SIGNAL_SOURCES: Final = {
    "correction": "field changes with old and new value",
    "re_entry": "which orders were entered anew",
    "credit": "credit notes",
    "contact": "complaints",
    "exception": "blocks or returns",
}


def sources(unseen: Sequence[str]) -> str:
    """Return where signals would be seen that a log can't show, for people."""
    return ", ".join(SIGNAL_SOURCES.get(name, name) for name in unseen)


def result(found: FirstTimeRight) -> dict[str, Any]:
    """Return the `result` of the JSON; shares are of the matured orders."""
    return {
        "concluded": _count(found.concluded),
        "matured": _count(found.matured),
        "completed": _share(found.completed),
        "right_in_the_end": _share(found.right_in_the_end),
        "first_time_right": _share(found.first_time_right),
        "touchless": _share(found.touchless) if found.touchless_measurable else _count(None),
        "signals": {
            name: {"observable": found.observable[name], "orders": orders if found.observable[name] else None}
            for name, orders in found.signals.items()
        },
        "bound": found.bound,
        "unseen": list(found.unseen),
        "maturity_days": found.maturity_days,
        "cancelled_by_customer": found.cancelled_by_customer,
        "open": found.open,
    }


def _count(n: int | None) -> dict[str, Any]:
    return {"n": n, "rate": None, "low": None, "high": None}


def _share(share: Proportion) -> dict[str, Any]:
    return {"n": share.hits, "rate": share.share, "low": share.low, "high": share.high}


def heading(found: FirstTimeRight, name: str) -> list[str]:
    """Return the answer in a few lines."""
    right = found.first_time_right
    if right.share is None:
        return [
            f"{name}: first-time-right can't be said yet: no order was concluded {found.maturity_days:.0f} days before "
            "as-of or earlier"
        ]
    at_most = "at most " if found.bound else ""
    lines = [
        f"{name}: {at_most}{share_text(right.share)} of {right.of:,} matured orders were right the first time"
        f" ({_interval(right)})"
    ]
    if found.missing:
        lines.append(f"at most, because this log can't show {sources(found.missing)}")
    lines.append(
        f"matured: concluded at least {found.maturity_days:.0f} days before as-of, so that errors have had time to show"
    )
    lines.append(
        f"of {found.orders:,} orders {found.concluded:,} are concluded, {found.open:,} open, "
        f"{found.cancelled_by_customer:,} cancelled by the customer"
    )
    return lines


def _interval(share: Proportion) -> str:
    if share.low is None or share.high is None:
        return "no interval"
    return f"95 %: {100 * share.low:.1f} to {100 * share.high:.1f}"


def tables(found: FirstTimeRight) -> list[Table]:
    """Return the nested measures, and what orders failed by."""
    if found.first_time_right.share is None:
        return []
    measures = [
        ("completed", "completed", found.completed),
        ("right_in_the_end", "right in the end", found.right_in_the_end),
        ("first_time_right", "right the first time", found.first_time_right),
    ]
    if found.touchless_measurable:
        measures.append(("touchless", "and untouched after confirmation", found.touchless))
    return [
        Table(
            "How many orders go right?",
            (
                Column("measure", "of the matured orders"),
                Column("n", "orders", "count"),
                Column("rate", "share", "share"),
                Column("interval", "interval", "number"),
            ),
            [(said, share.hits, share.share, _interval(share)) for _, said, share in measures],
            notes=()
            if found.touchless_measurable
            else ("touchless: not measurable without confirmations and systems",),
        ),
        Table(
            "What goes wrong with the others?",
            (Column("signal", "signal"), Column("orders", "orders", "number"), Column("share", "share", "share")),
            [
                (
                    SIGNAL_NAMES[name],
                    f"{orders:,}" if found.observable[name] else "not recorded",
                    orders / found.matured if found.observable[name] else None,
                )
                for name, orders in found.signals.items()
            ],
            notes=("an order can show several",),
        ),
    ]


def measure_table(found: FirstTimeRight) -> Table:
    """Return the measures with raw values, for CSV."""
    rows = [(name, value["n"], value["rate"], value["low"], value["high"]) for name, value in _measures(found)]
    names = ("measure", "n", "rate", "low", "high")
    return Table("First-time-right", tuple(Column(name, name) for name in names), rows)


def _measures(found: FirstTimeRight) -> list[tuple[str, dict[str, Any]]]:
    return [(name, value) for name, value in result(found).items() if isinstance(value, dict) and "rate" in value]
