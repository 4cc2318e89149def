"""Writes and reads what really happened, in the words of the tables that ordermine computes from the export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ordermine.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ordermine.simulate.recorder import ChangeRequest, PlantedError, Recorder, Rejection
    from ordermine.simulate.working_hours import WorkingHours

TRUTH: Final = "truth.json"
"""Name of the file beside the export."""

_SECTIONS: Final = ("scenario", "orders", "seed", "errors", "change_requests", "rejections")


def write_truth(
    path: Path,
    scenario: str,
    orders: int,
    seed: int,
    recorder: Recorder,
    hours: WorkingHours,
    further: Mapping[str, Any],
) -> None:
    """Write ``truth.json``; moments are stamps as in the export, null where something hasn't happened.

    ``errors`` and ``change_requests`` carry the columns of ``origins --errors``, ``rejections`` those of
    ``measure OM501`` (an entry per rejection, where OM501 has a row per order). An error that nobody has
    corrected by the export has no ``detected_by``; one that was there before the order began, no
    ``originated_by``. What was put right before the order was entered is no error. `further` are the sections
    that only this scenario has.
    """
    truth = {
        "scenario": scenario,
        "orders": orders,
        "seed": seed,
        "errors": [_error(error, hours) for error in recorder.errors],
        "change_requests": [_change_request(request, hours) for request in recorder.change_requests],
        "rejections": [_rejection(rejection, hours) for rejection in recorder.rejections],
        **further,
    }
    path.write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def read_truth(folder: Path) -> dict[str, Any]:
    """Return the truth of the export in a folder.

    Raises
    ------
    UsageError
        The folder has no ``truth.json``.
    InputError
        It is not what `write_truth` wrote.
    """
    path = folder / TRUTH
    again = "name the folder that `ordermine simulate SCENARIO -o DIR` wrote"
    try:
        truth = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", hint=again) from None
    except ValueError:
        raise InputError(f"{path} is not JSON", hint=again) from None
    missing = [name for name in _SECTIONS if name not in truth] if isinstance(truth, dict) else list(_SECTIONS)
    if missing:
        raise InputError(f"{path} has no {', '.join(missing)}", hint=again)
    assert isinstance(truth, dict)
    return truth


def _stamp(moment: int | None, hours: WorkingHours) -> str | None:
    return None if moment is None else hours.stamp(moment)


def _error(error: PlantedError, hours: WorkingHours) -> dict[str, Any]:
    return {
        "case_id": error.order,
        "field": error.detected_field or error.origin_field or error.field,
        "class": error.kind,
        "wrong_value": error.wrong,
        "detected_at": _stamp(error.detected_at, hours),
        "detected_by": error.detected_by or None,
        "originated_at": _stamp(error.originated_at, hours),
        "originated_by": error.originated_by or None,
    }


def _change_request(request: ChangeRequest, hours: WorkingHours) -> dict[str, Any]:
    return {
        "case_id": request.order,
        "field": request.field,
        "class": "change_request",
        "wrong_value": request.old,
        "detected_at": _stamp(request.changed_at, hours),
        "detected_by": request.changed_by,
    }


def _rejection(rejection: Rejection, hours: WorkingHours) -> dict[str, Any]:
    return {
        "case_id": rejection.order,
        "rejected_at": _stamp(rejection.rejected_at, hours),
        "rejected_by": rejection.rejected_by,
        "reason": rejection.reason,
        "outcome": rejection.outcome,
        "resubmitted_as": rejection.resubmitted_as or None,
    }
