"""What gates say, for machines and for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ordermine.report.table import counted, duration_text, share_text

if TYPE_CHECKING:
    from ordermine.analyze.gates.verdict import GateVerdict
    from ordermine.analyze.measures.base import Measure
    from ordermine.stats.gating import Judgement, Level, Rule

BROKEN: dict[Rule, str] = {
    "four weeks": "the 99 % interval excludes the limit",
    "one week": "the latest week is worse than the weeks before beyond three sigma",
}


def gate_facts(verdict: GateVerdict) -> dict[str, Any]:
    """Return a verdict for JSON; limits that weeks are too few for are null."""
    gate, judged = verdict.gate, verdict.judgement
    return {
        "gate": gate.text,
        "measure": gate.measure.name,
        "unit": gate.measure.unit,
        "side": gate.side,
        "limit": gate.limit,
        "outcome": verdict.outcome,
        "reason": verdict.reason or None,
        "rules": list(judged.rules) if judged else [],
        "weeks": list(verdict.weeks),
        "judged": _level_facts(judged.pooled) if judged else None,
        "latest": _level_facts(judged.latest) if judged else None,
        "before": {"weeks": verdict.weeks_before, **_level_facts(judged.before)} if judged else None,
        "sigma_z": judged.sigma_z if judged else None,
        "smallest_shift": judged.smallest_shift if judged else None,
        "unseen": list(verdict.unseen),
        "definition": gate.measure.definition,
    }


def _level_facts(level: Level) -> dict[str, Any]:
    low, high = (limit if math.isfinite(limit) else None for limit in (level.low, level.high))
    return {"n": level.n, "value": level.value, "low": low, "high": high}


def gate_sentence(verdict: GateVerdict) -> str:
    """Return what a gate says in words, with the numbers it rests on."""
    judged, measure = verdict.judgement, verdict.gate.measure
    if judged is None:
        return verdict.reason
    span = verdict.weeks[0] if len(verdict.weeks) == 1 else f"{verdict.weeks[0]} to {verdict.weeks[-1]}"
    most = "at most " if verdict.unseen else ""
    orders = counted(judged.pooled.n, "order")
    said = (
        f"{measure.title} {most}{_level_text(judged.pooled, measure)} of {orders} in {span}; "
        f"{_value_text(judged.latest.value, measure)} in {verdict.weeks[-1]}, "
        f"{_value_text(judged.before.value, measure)} in the {verdict.weeks_before} weeks before"
    )
    if judged.rules:
        said += ": " + " and ".join(_broken(rule, verdict) for rule in judged.rules)
    elif judged.interval == "beyond":
        said += ": these weeks are beyond the limit together, the latest by itself isn't clearly"
    elif verdict.outcome == "not enough evidence" and judged.interval == "right":
        said += f": an upper bound, since the log can't show {', '.join(verdict.unseen)}"
    return f"{said}. {_shift_text(judged, measure)}"


def _broken(rule: Rule, verdict: GateVerdict) -> str:
    if rule == "four weeks" and verdict.gate.limit is None:
        return "these weeks are worse than those before beyond the 99 % interval"
    return BROKEN[rule]


def _shift_text(judged: Judgement, measure: Measure) -> str:
    if judged.smallest_shift is None:
        return "No shift would have been seen with weeks like these."
    if measure.unit == "share":
        shift = f"{judged.smallest_shift * 100:.1f} points"
    else:
        shift = _value_text(judged.smallest_shift, measure)
    return f"A lasting shift of {shift} would have been seen within these weeks nine times in ten."


def _level_text(level: Level, measure: Measure) -> str:
    low, high = (_value_text(limit, measure) if math.isfinite(limit) else "?" for limit in (level.low, level.high))
    if measure.unit == "share":
        low = low.removesuffix(" %")
    return f"{_value_text(level.value, measure)} (99 %: {low} to {high})"


def _value_text(value: float, measure: Measure) -> str:
    if measure.unit == "share":
        return share_text(value)
    return duration_text(value) if measure.unit == "seconds" else f"{value:.2f}"
