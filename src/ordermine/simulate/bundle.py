"""Writes what every scenario leaves in its directory: the export, its project file and the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ordermine.simulate.csv_export import write_csv
from ordermine.simulate.lead_to_cash import HOURS
from ordermine.simulate.project_file import write_project_file
from ordermine.simulate.truth_file import TRUTH, write_truth

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ordermine.simulate.export import Export
    from ordermine.simulate.recorder import Recorder

EXPORT: Final = "orders.csv"


def write_bundle(
    directory: Path,
    scenario: str,
    orders: int,
    seed: int,
    recorder: Recorder,
    export: Export,
    further_truth: Mapping[str, Any],
) -> list[Path]:
    """Write ``orders.csv``, ``ordermine.toml`` and ``truth.json`` into the directory, and return their paths.

    Files of these names that are there are replaced; the directory is made where it is missing.
    """
    directory.mkdir(parents=True, exist_ok=True)
    table, project, truth = (directory / name for name in (EXPORT, "ordermine.toml", TRUTH))
    for path in (table, project, truth):
        # What a link points to isn't ours to replace.
        if path.is_symlink():
            path.unlink()
    rows = export.arrange(recorder.events)
    write_csv(table, rows, HOURS.day_stamp if export.by_day else HOURS.stamp, export.columns)
    write_project_file(project, HOURS, export, {event.step for event in rows})
    write_truth(truth, scenario, orders, seed, recorder, HOURS, further_truth)
    return [table, project, truth]
