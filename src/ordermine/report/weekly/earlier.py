"""Read the report before, from the JSON that it wrote."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from ordermine.analyze.weekly.value import Earlier, EarlierFinding
from ordermine.errors import EnvironmentFault, UsageError
from ordermine.report.weekly.result import SCHEMA

if TYPE_CHECKING:
    from pathlib import Path

HINT = "name the report.json of the report before"


def read_earlier(path: Path) -> Earlier:
    """Return an earlier report, as far as a later one needs it.

    Parameters
    ----------
    path
        The ``report.json`` that it wrote, or the folder that holds it.

    Raises
    ------
    UsageError
        There is no such file, it is no weekly report, or one of another version.
    EnvironmentFault
        It can't be read.
    """
    if path.is_dir():
        path = path / "report.json"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"--against {path}: no such file", hint=HINT) from None
    except OSError as error:
        raise EnvironmentFault(f"--against {path}: {error.strerror or error}", hint="check permissions") from error
    except UnicodeDecodeError:
        raise UsageError(f"--against {path}: not a weekly report", hint=HINT) from None
    try:
        data = json.loads(text)
    except ValueError:
        raise UsageError(f"--against {path}: not a weekly report", hint=HINT) from None
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        if isinstance(schema, str) and schema.startswith("ordermine/report/"):
            raise UsageError(
                f"--against {path}: written in another version ({schema}; this is {SCHEMA})",
                hint="make that report again with this version of ordermine, from the export of then",
            )
        raise UsageError(f"--against {path}: not a weekly report", hint=HINT)
    try:
        return _earlier(data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"--against {path}: damaged: {type(error).__name__}: {error}", hint=HINT) from error


def _earlier(data: dict[str, Any]) -> Earlier:
    said = data["result"]
    right = said["first_time_right"]
    names = [field.name for field in dataclasses.fields(EarlierFinding)]
    findings = [EarlierFinding(**{name: one[name] for name in names}) for one in said["findings"]]
    return Earlier(
        week=str(said["week"]["name"]),
        monday=dt.date.fromisoformat(said["week"]["from"]),
        as_of=dt.datetime.fromisoformat(data["as_of"]),
        filters=dict(data["log"].get("filters", {})),
        sample=tuple(said["sample"]),
        version=str(said["version"]),
        project_sha256=str(said["project_sha256"]),
        weeks={} if isinstance(right, str) else {one["week"]: (one["n"], one["right"]) for one in right["weeks"]},
        findings={one.id: one for one in findings},
        skipped=frozenset(one["code"] for one in said["skipped"]),
    )
