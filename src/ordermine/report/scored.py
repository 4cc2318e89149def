"""How well ordermine did on a simulated log, for machines and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordermine.report.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordermine.simulate.score import Score

NAMES = ("measure", "value", "of", "target", "reached")


def result(truth: Mapping[str, Any], scores: Sequence[Score]) -> dict[str, Any]:
    """Return the `result` of the JSON."""
    return {
        **{name: truth[name] for name in ("scenario", "orders", "seed")},
        "scores": [
            {
                "measure": one.name,
                "value": one.value,
                "of": one.of,
                "at_least": one.at_least,
                "at_most": one.at_most,
                "reached": one.reached,
            }
            for one in scores
        ],
    }


def heading(truth: Mapping[str, Any], scores: Sequence[Score]) -> list[str]:
    """Return which truth it is and how many targets are reached."""
    aimed = [one.reached for one in scores if one.reached is not None]
    return [
        f"{truth['scenario']}, {truth['orders']:,} orders, seed {truth['seed']}: "
        f"{sum(aimed)} of {len(aimed)} targets reached"
    ]


def table(scores: Sequence[Score]) -> Table:
    """Return the scores as people read them."""
    rows = [(one.name, value_text(one), f"{one.of:,.0f}", target_text(one), reached_text(one)) for one in scores]
    columns = tuple(Column(name, name, "number" if name in ("value", "of") else "text") for name in NAMES)
    return Table("How close to the truth?", columns, rows, notes=("of: how many things the value is a share of",))


def raw_table(scores: Sequence[Score]) -> Table:
    """Return the scores with raw values, for CSV."""
    rows = [(one.name, one.value, one.of, target_text(one), one.reached) for one in scores]
    return Table("Scores", tuple(Column(name, name) for name in NAMES), rows)


def value_text(one: Score) -> str:
    """Return the value with three decimals at most, a dash where there was nothing to count."""
    # Adding zero turns −0 into 0.
    return "–" if one.value is None else f"{round(one.value, 3) + 0.0:.3f}".removesuffix(".000")


def target_text(one: Score) -> str:
    """Return what the value must reach, empty without a target."""
    if one.at_most is not None:
        return f"≤ {one.at_most:g}"
    return "" if one.at_least is None else f"≥ {one.at_least:g}"


def reached_text(one: Score) -> str:
    """Return whether the target is reached, empty without a target."""
    if one.at_least is one.at_most is None:
        return ""
    return {True: "yes", False: "no", None: "nothing to count"}[one.reached]
