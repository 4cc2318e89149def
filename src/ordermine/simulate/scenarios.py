"""Every scenario by name. To add one, write a file such as `demo` and enter it here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.errors import UsageError, near
from ordermine.simulate import demo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of log that can be made."""

    name: str
    summary: str
    """One line for the command's help."""
    write: Callable[[Path, int, int], list[Path]]
    """(directory, orders, seed) → the files written."""


SCENARIOS: dict[str, Scenario] = {
    "demo": Scenario("demo", "an ordinary company with one department that writes wrong prices", demo.write),
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
        How many orders begin in the exported half-year, at least 1.
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
    return SCENARIOS[name].write(directory, orders, seed)
