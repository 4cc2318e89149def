"""Every scenario by name. To add one, write a file with a `PLAN`, such as `demo`, and enter it here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.errors import UsageError, near
from ordermine.simulate import (
    back_and_forth,
    back_and_forth_by_day,
    control,
    demo,
    maturity,
    mix,
    omission,
    origins,
    origins_documents,
    rejections,
    weekly,
    weekly_steady,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ordermine.simulate.plan import Plan


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of log that can be made."""

    name: str
    summary: str
    """One line for the command's help."""
    plan: Plan


SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario("demo", "an ordinary company with one department that writes wrong prices", demo.PLAN),
        Scenario("control", "a company in which nothing stands out", control.PLAN),
        Scenario("origins", "errors of seven departments that show in others", origins.PLAN),
        Scenario("origins-documents", "the same, without a field history", origins_documents.PLAN),
        Scenario("omission", "required fields left empty that others fill", omission.PLAN),
        Scenario("loops", "orders that go back and forth", back_and_forth.PLAN),
        Scenario("loops-day", "the same, with dates only", back_and_forth_by_day.PLAN),
        Scenario("rejections", "rejected orders, entered anew with a reference or without", rejections.PLAN),
        Scenario("mix", "thirty sales teams, two of them worse than their mix", mix.PLAN),
        Scenario("maturity", "errors that show long after the invoice", maturity.PLAN),
        Scenario("weekly", "60 weeks with a shift, a season and a pilot that does nothing", weekly.PLAN),
        Scenario("weekly-steady", "the same, without the shift", weekly_steady.PLAN),
    )
}


def write_scenario(name: str, directory: Path, orders: int, seed: int) -> list[Path]:
    """Write a scenario's files into the directory and return their paths.

    Parameters
    ----------
    name
        One of `SCENARIOS`.
    directory
        Made where it is missing; files of the scenario's names in it are replaced.
    orders
        How many orders begin in the exported weeks, at least 1.
    seed
        Same seed, same files, byte for byte.

    Raises
    ------
    UsageError
        There is no such scenario, or fewer than one order was asked for.
    """
    if name not in SCENARIOS:
        raise UsageError(f"no scenario named {name!r}", hint=near(name, SCENARIOS))
    if orders < 1:
        raise UsageError(f"can't simulate {orders} orders", hint="ask for at least 1, e.g. --orders 1000")
    return SCENARIOS[name].plan.write(directory, name, orders, seed)
