"""Two sides of a comparison, for machines and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ordermine.report.envelope import log_facts
from ordermine.report.table import Column, Table, counted, duration_text, share_text

if TYPE_CHECKING:
    from ordermine.analyze.compare.comparison import Comparison
    from ordermine.analyze.compare.measured import Compared
    from ordermine.analyze.compare.sides import Side
    from ordermine.analyze.compare.steps import StepChange
    from ordermine.analyze.measures.base import Unit
    from ordermine.analyze.measures.estimate import Estimate
    from ordermine.stats.two_samples import Gap

_TIMES: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))

STEPS_SHOWN: Final = 10
"""Changed steps that people are shown; the rest is in the JSON."""

COLUMNS: Final = (
    "measure", "unit", "better", "a_n", "a", "a_low", "a_high", "b_n", "b", "b_low", "b_high", "difference", "low",
    "high", "adjusted", "adjusted_low", "adjusted_high", "detectable", "verdict",
)  # fmt: skip


def result(found: Comparison) -> dict[str, Any]:
    """Return the `result` of the JSON; differences are B − A."""
    return {
        "a": _side(found.first),
        "b": _side(found.second),
        "maturity_days": found.first.orders.maturity_days,
        "clusters": [
            {"by": each.name, **dict(zip(("a", "b"), each.counts, strict=True))} for each in found.clusterings
        ],
        "adjusted_for": list(found.mix.attributes) if found.mix else [],
        "measures": [_measure(one) for one in found.measures],
        "not_measurable": [{"name": one.measure.name, "reason": one.reason} for one in found.missing],
        "steps": [_step(one) for one in found.steps.found],
        "steps_tested": found.steps.tested,
    }


def _side(side: Side) -> dict[str, Any]:
    as_of = side.log.as_of
    inside = side.orders.moment[side.chosen]
    return {
        "log": log_facts(side.log.manifest),
        "filters": side.log.filters.describe(),
        "period": side.period.text if side.period else None,
        "as_of": as_of.isoformat().replace("+00:00", "Z") if as_of else None,
        "concluded": [_day(int(inside.min())), _day(int(inside.max()))],
        "orders": len(side),
    }


def _day(moment_us: int) -> str:
    import datetime as dt

    return str(dt.date(1970, 1, 1) + dt.timedelta(microseconds=moment_us))


def _measure(one: Compared) -> dict[str, Any]:
    return {
        "name": one.measure.name,
        "title": one.measure.title,
        "unit": one.measure.unit,
        "better": one.measure.better,
        "definition": one.measure.definition,
        "a": _estimate(one.first),
        "b": _estimate(one.second),
        "difference": _gap(one.crude),
        "adjusted": _gap(one.adjusted) if one.adjusted else None,
        "detectable": one.decisive.detectable,
        "sign_flip": one.sign_flip,
        "verdict": one.verdict,
    }


def _estimate(value: Estimate) -> dict[str, Any]:
    return {"n": value.n, "value": value.value, "low": value.low, "high": value.high}


def _gap(gap: Gap) -> dict[str, Any]:
    return {"value": gap.value, "low": gap.low, "high": gap.high}


def _step(one: StepChange) -> dict[str, Any]:
    return {
        "step": one.step,
        "then": one.then,
        "change": one.change,
        "a_orders": one.first,
        "a_share": one.first / one.of_first,
        "b_orders": one.second,
        "b_share": one.second / one.of_second,
        "difference": _gap(one.gap),
        "p_adjusted": one.p_value,
    }


def heading(found: Comparison, names: tuple[str, str]) -> list[str]:
    """Return what is compared, and how it came out, in a few lines."""
    lines = [_describe("A", found.first, names[0]), _describe("B", found.second, names[1])]
    lines.append(
        f"matured: concluded at least {found.first.orders.maturity_days:.0f} days before as-of; of every order only "
        "what showed within that time counts"
    )
    verdicts: list[str] = [one.verdict for one in found.measures]
    told = [f"{verdicts.count(verdict)} {verdict}" for verdict in ("worse", "better", "inconclusive")]
    lines.append(f"B against A, {counted(len(verdicts), 'measure')}: {', '.join(told)}")
    return lines


def _describe(letter: str, side: Side, name: str) -> str:
    chosen = [f"--{option} {value}" for option, value in side.log.filters.describe().items()]
    told = " ".join([name, *([side.period.text] if side.period else []), *chosen])
    facts = _side(side)
    first, last = facts["concluded"]
    return f"{letter}: {told}: {counted(len(side), 'matured order')}, concluded {first} to {last}"


def tables(found: Comparison) -> list[Table]:
    """Return what differs, what can't be told, what orders do differently, and what couldn't be measured."""
    adjusted = found.mix is not None
    columns = (
        Column("measure", "measure"),
        Column("a", "A", "number"),
        Column("b", "B", "number"),
        *((Column("crude", "B − A", "number"),) if adjusted else ()),
    )
    told = sorted(
        (one for one in found.measures if one.verdict != "inconclusive"), key=lambda one: one.verdict != "worse"
    )
    still_open = [one for one in found.measures if one.verdict == "inconclusive"]
    shown = []
    if told:
        interval = Column("difference", f"{'same mix' if adjusted else 'B − A'} (95 %)", "number")
        shown.append(
            Table(
                "What is better or worse?",
                (*columns, interval, Column("verdict", "B is")),
                [(*_sides(one, adjusted), interval_text(one.decisive, one.measure.unit), one.verdict) for one in told],
                notes=_how(found),
            )
        )
    if still_open:
        difference = Column("difference", "same mix" if adjusted else "B − A", "number")
        shown.append(
            Table(
                "What can't be told apart?",
                (*columns, difference, Column("detectable", "could see", "number")),
                [
                    (
                        *_sides(one, adjusted),
                        difference_text(one.decisive.value, one.measure.unit),
                        difference_text(one.decisive.detectable, one.measure.unit).lstrip("+"),
                    )
                    for one in still_open
                ],
                notes=(
                    "could see: the smallest true difference that would have been told in 8 of 10 such comparisons",
                    *(() if told else _how(found)),
                ),
            )
        )
    shown.append(_steps(found))
    if found.missing:
        shown.append(
            Table(
                "What could not be measured?",
                (Column("measure", "measure"), Column("reason", "reason")),
                [(one.measure.title, one.reason) for one in found.missing],
            )
        )
    return shown


def _how(found: Comparison) -> tuple[str, ...]:
    lines = []
    if found.mix:
        lines.append(f"same mix: B − A if B's orders were mixed as A's by {', '.join(found.mix.attributes)}")
    for each in found.clusterings:
        a, b = each.counts
        lines.append(f"intervals allow for orders of the same {each.name} being alike: {a:,} in A, {b:,} in B")
    lines.append("of 20 measures that don't differ, about 1 will seem to")
    return tuple(lines)


def _steps(found: Comparison) -> Table:
    steps = found.steps.found
    return Table(
        "What do orders do differently?",
        (
            Column("step", "step"),
            Column("then", "directly followed by"),
            Column("a", "A", "share"),
            Column("b", "B", "share"),
            Column("change", "in B"),
        ),
        [
            (one.step, one.then, one.first / one.of_first, one.second / one.of_second, one.change)
            for one in steps[:STEPS_SHOWN]
        ],
        more=max(0, len(steps) - STEPS_SHOWN),
        notes=(
            f"{counted(len(steps), 'change')} among {found.steps.tested:,} steps and pairs tested "
            "(Benjamini–Hochberg, 5 %)",
        ),
    )


def _sides(one: Compared, adjusted: bool) -> tuple[str, ...]:
    unit = one.measure.unit
    both = (one.measure.title, _value(one.first.value, unit), _value(one.second.value, unit))
    return (*both, difference_text(one.crude.value, unit)) if adjusted else both


def _value(value: float | None, unit: Unit) -> str:
    if value is None:
        return "–"
    if unit == "share":
        return share_text(value)
    return duration_text(value) if unit == "seconds" else f"{value:.2f}"


def difference_text(value: float | None, unit: Unit) -> str:
    """Return a difference with its sign: of shares in percentage points, of durations, of means.

    >>> difference_text(-0.0312, "share"), difference_text(7200, "seconds"), difference_text(0.0, "count")
    ('−3.1 pp', '+2.0 h', '0.00')
    """
    if value is None:
        return "–"
    scale, name = _scale(unit, abs(value))
    return f"{_signed(value / scale, unit)} {name}".rstrip()


def interval_text(gap: Gap, unit: Unit) -> str:
    """Return a difference and its interval in one unit.

    >>> from ordermine.stats.two_samples import Gap
    >>> interval_text(Gap(82_800, 9_120, 155_000), "seconds"), interval_text(Gap(-0.019, -0.029, -0.009), "share")
    ('+23.0 (+2.5 to +43.1) h', '−1.9 (−2.9 to −0.9) pp')
    """
    if gap.value is None or gap.low is None or gap.high is None:
        return difference_text(gap.value, unit)
    scale, name = _scale(unit, abs(gap.value))
    value, low, high = (_signed(number / scale, unit) for number in (gap.value, gap.low, gap.high))
    return f"{value} ({low} to {high}) {name}".rstrip()


def _scale(unit: Unit, size: float) -> tuple[float, str]:
    if unit == "share":
        return 0.01, "pp"
    if unit == "count":
        return 1.0, ""
    return next((scale, name) for scale, name in _TIMES if size >= 2 * scale or scale == 1)


def _signed(number: float, unit: Unit) -> str:
    text = f"{abs(number):.2f}" if unit == "count" else f"{abs(number):.1f}"
    if not text.strip("0."):
        return text
    return f"{'−' if number < 0 else '+'}{text}"


def measure_table(found: Comparison) -> Table:
    """Return the measures with raw values, for CSV."""
    rows = []
    for one in found.measures:
        adjusted = one.adjusted
        rows.append(
            (
                one.measure.name,
                one.measure.unit,
                one.measure.better,
                *_estimate(one.first).values(),
                *_estimate(one.second).values(),
                *_gap(one.crude).values(),
                *(_gap(adjusted).values() if adjusted else (None, None, None)),
                one.decisive.detectable,
                one.verdict,
            )
        )
    text = ("measure", "unit", "better", "verdict")
    return Table(
        "Comparison", tuple(Column(name, name, "text" if name in text else "number") for name in COLUMNS), rows
    )
