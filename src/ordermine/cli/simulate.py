"""`ordermine simulate`: an export with known answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ordermine.cli.options import Debug, Force, check_folder
from ordermine.errors import UsageError


def simulate(
    scenario: Annotated[str, typer.Argument(help="Name of the scenario, e.g. demo.", metavar="SCENARIO")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the export.", metavar="DIR")],
    orders: Annotated[int, typer.Option(help="Orders to simulate.", min=1)] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same export.")] = 1,
    force: Force = False,
    debug: Debug = False,
) -> None:
    """Write a believable lead-to-cash export with its project file and its true answers.

    Example: ordermine simulate demo --orders 1000 --seed 1 -o demo
    """
    from ordermine.placing import filling
    from ordermine.simulate.scenarios import write_scenario

    check_folder(output)
    if output.exists() and not force and (not output.is_dir() or any(output.iterdir())):
        raise UsageError(f"{output}: exists and isn't empty", hint="add --force to write into it")
    with filling(output) as staged:
        written = write_scenario(scenario, staged, orders, seed)
    for path in written:
        typer.echo(str(output / path.name))
