"""Gates as people write them: ``ftr>=0.90``, ``OM401.share<=5%``, ``cycle_time<=10d``, ``ftr>=baseline``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.analyze.measures.registry import find_measure
from ordermine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordermine.analyze.measures.base import Measure, Unit
    from ordermine.project import Target
    from ordermine.stats.gating import Side

BASELINE: Final = "baseline"
"""In place of a number: what the measure was in the weeks before."""

_GATE: Final = re.compile(r"\s*(?P<name>[^<>=≤≥]+?)\s*(?P<sign>>=|<=|≥|≤)\s*(?P<limit>\S+)\s*")
_LIMIT: Final = re.compile(r"(?P<number>\d+(?:\.\d*)?|\.\d+)(?P<unit>%|[a-z]*)", re.IGNORECASE)
_SECONDS: Final = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}
_SIGNS: Final[dict[Side, str]] = {"at_least": ">=", "at_most": "<="}
_EXAMPLES: Final[dict[Unit, str]] = {"share": "0.9 or 90%", "seconds": "36h or 10d", "count": "3 or 2.5"}


@dataclass(frozen=True, slots=True)
class Gate:
    """One measure and what it must keep to."""

    text: str
    """As written, without blanks."""
    measure: Measure
    side: Side
    limit: float | None
    """In the measure's unit; None stands for the weeks before."""


def parse_gate(text: str) -> Gate:
    """Return a gate from its text.

    Raises
    ------
    UsageError
        It isn't a gate, there is no such measure, or the limit doesn't fit the measure.
    """
    found = _GATE.fullmatch(text)
    if not found:
        raise UsageError(
            f"--gate {text!r}: not a gate", hint="write measure, >= or <=, limit: ftr>=0.90, or ftr>=baseline"
        )
    try:
        measure = find_measure(found["name"])
    except UsageError as error:
        raise UsageError(f"--gate {text!r}: {error}", hint=error.hint) from error
    side: Side = "at_least" if found["sign"] in (">=", "≥") else "at_most"
    wanted: Side = "at_least" if measure.better == "higher" else "at_most"
    if side != wanted:
        better = f"{found['name']}{_SIGNS[wanted]}{found['limit']}"
        raise UsageError(
            f"--gate {text!r}: a gate says what must hold, and {measure.name} is better when {measure.better}",
            hint=f"write {better}",
        )
    limit = None if found["limit"].lower() == BASELINE else _limit(found["limit"], measure, text)
    return Gate(f"{found['name']}{_SIGNS[side]}{found['limit']}", measure, side, limit)


def _limit(written: str, measure: Measure, text: str) -> float:
    found = _LIMIT.fullmatch(written)
    unit = found["unit"].lower() if found else ""
    value: float | None = None
    if found:
        number = float(found["number"])
        if measure.unit == "seconds":
            value = number * _SECONDS[unit] if unit in _SECONDS else None
        elif measure.unit == "share":
            # Rounded, so that 7% is the number 0.07.
            value = round(number / 100, 15) if unit == "%" else number if not unit else None
            if value is not None and value > 1:
                value = None
        elif not unit:
            value = number
    if value is None:
        kind = {"share": "a share from 0 to 1", "seconds": "a duration", "count": "a number"}[measure.unit]
        raise UsageError(
            f"--gate {text!r}: {written!r} is not {kind}, which {measure.name} is",
            hint=f"write it as {_EXAMPLES[measure.unit]}, or {BASELINE} for the weeks before",
        )
    return value


def gates_of_targets(targets: Mapping[str, Target]) -> list[Gate]:
    """Return the limits that a project file sets under [targets], as gates in its order.

    Raises
    ------
    UsageError
        There is no such measure.
    """
    gates = []
    for name, target in targets.items():
        try:
            measure = find_measure(name)
        except UsageError as error:
            raise UsageError(f"[targets] {error}", hint=error.hint) from error
        limits: dict[Side, float | None] = {"at_least": target.at_least, "at_most": target.at_most}
        gates += [
            Gate(f"{name}{_SIGNS[side]}{limit:g}", measure, side, limit)
            for side, limit in limits.items()
            if limit is not None
        ]
    return gates
