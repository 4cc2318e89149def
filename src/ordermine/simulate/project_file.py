"""Writes the project file that says what the columns and steps of an export mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.simulate.csv_export import COLUMN_KEYS
from ordermine.simulate.steps import ORDINARY_STEPS, STEPS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from ordermine.simulate.export import Export
    from ordermine.simulate.working_hours import WorkingHours

_TEMPLATE = """\
[log]
timezone = "Europe/Berlin"
currency = "EUR"

[[source]]
files = "orders.csv"
shape = "events"
{columns}
case_attributes = [{case_attributes}]

[activities]
{activities}

[departments]
system = ["System"]

[lineage]
{lineage}
{required}
[expected]
repeat = [{repeat}]
loops = [["Legal", "Sales"]]

[errors]
types = {{ {types} }}

[calendar]
workdays = ["mon", "tue", "wed", "thu", "fri"]
hours = "{opens:02d}:00-{closes:02d}:00"
holidays = [
{holidays}
]
"""


def write_project_file(path: Path, hours: WorkingHours, export: Export, steps: Collection[str] = ()) -> None:
    """Write ``ordermine.toml`` for an export of the simulated company.

    It explains the steps that every company has, and those of `steps`, the ones that the export holds.
    """
    explained = [step for name, step in STEPS.items() if name in ORDINARY_STEPS or name in steps]
    width = max(len(step.name) for step in explained) + len('""')
    activities = (
        f'"{step.name}"'.ljust(width) + f' = {{ kind = "{step.kind}", stage = "{step.stage}" }}' for step in explained
    )
    text = _TEMPLATE.format(
        columns="\n".join(f'{COLUMN_KEYS[column]} = "{column}"' for column in export.columns if COLUMN_KEYS[column]),
        case_attributes=_quoted(export.case_attributes),
        activities="\n".join(activities),
        lineage="\n".join(f'"{copy}" = "{source}"' for copy, source in export.lineage.items()),
        required=_required(export.required),
        repeat=_quoted(export.repeat),
        types=", ".join(f'{field} = "{kind}"' for field, kind in sorted(export.error_types.items())),
        opens=hours.opens,
        closes=hours.closes,
        holidays="\n".join(f'  "{day.isoformat()}",' for day in sorted(hours.holidays)),
    )
    path.write_text(text, encoding="utf-8", newline="\n")


def _required(required: Mapping[str, Iterable[str]]) -> str:
    if not required:
        return ""
    lines = "\n".join(f"{stage} = [{_quoted(fields)}]" for stage, fields in required.items())
    return f"\n[required]\n{lines}\n"


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)
