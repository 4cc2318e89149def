"""What can make a command end with exit code 4, shared by those that a CI job runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ordermine.cli import state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.analyze.gates.verdict import GateVerdict
    from ordermine.analyze.run import Analysis
    from ordermine.errors import GateBreached
    from ordermine.findings.accepted import Acceptance
    from ordermine.findings.finding import Finding

FailOn = Annotated[
    list[str] | None,
    typer.Option(help="Exit with 4 on findings of this code, or this severity or worse.", metavar="CODE|SEVERITY"),
]
AcceptedFile = Annotated[
    Path | None,
    typer.Option(help="Findings that don't fail until a day: accepted.toml with reason and owner.", dir_okay=False),
]


def codes(given: list[str] | None) -> list[str]:
    """Return the codes of a repeatable option whose values may be lists: ``OM4,OM501``."""
    return [code.strip() for text in given or () for code in text.split(",") if code.strip()]


def conditions_of(fail_on: list[str] | None, run: Sequence[str]) -> list[str]:
    """Return the conditions of ``--fail-on``.

    Raises
    ------
    UsageError
        One fits neither a severity nor a code of the analyzers that are `run`.
    """
    from ordermine.findings.gate import check_condition

    conditions = codes(fail_on)
    for condition in conditions:
        check_condition(condition, run)
    return conditions


def read_accepted(path: Path | None) -> tuple[Acceptance, ...] | None:
    """Return what ``--accepted`` says, None where it isn't given."""
    if path is None:
        return None
    from ordermine.analyze.registry import ANALYZERS
    from ordermine.findings.accepted import load_accepted

    return load_accepted(path, [one.code for one in ANALYZERS])


def accepted_notes(analysis: Analysis) -> list[str]:
    """Return what has to be said of entries that no longer accept anything."""
    return list(analysis.accepted.notes) if analysis.accepted else []


def breach(
    conditions: Sequence[str], failing: Sequence[Finding], verdicts: Sequence[GateVerdict] = ()
) -> GateBreached | None:
    """Return what to end with once everything is written, and keep it in mind; None where nothing is breached.

    Parameters
    ----------
    conditions
        Of ``--fail-on``.
    failing
        Findings that meet one of them.
    verdicts
        What gates say.
    """
    from ordermine.errors import GateBreached
    from ordermine.report.findings import ordered
    from ordermine.report.gates import gate_sentence

    said = [f"gate {one.gate.text} is breached: {gate_sentence(one)}" for one in verdicts if one.outcome == "breached"]
    hint = ""
    if failing:
        worst = ordered(failing)
        listed = ", ".join(f"{one.code} {one.subject}" for one in worst[:3])
        more = f" and {len(worst) - 3:,} more" if len(worst) > 3 else ""
        said.append(f"--fail-on {','.join(conditions)}: {listed}{more}")
        hint = f"ordermine explain {worst[0].code}"
    elif said:
        hint = f"ordermine explain {next(one.gate.measure.name for one in verdicts if one.outcome == 'breached')}"
    state.breached = GateBreached("\n".join(said), hint=hint) if said else None
    return state.breached
