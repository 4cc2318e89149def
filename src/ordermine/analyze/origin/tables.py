"""Errors and exposures as tables for queries, made once per log and level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.ftr.first_time_right import judge_orders
from ordermine.analyze.origin.errors import CLASSES, Errors, confidence, find_errors, why_nothing
from ordermine.analyze.origin.summary import exposed_rates
from ordermine.errors import NotMeasurable

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log


def matured_orders(log: Log, errors: Errors) -> np.ndarray:
    """Return the numbers (``case_no``) of the orders that have had time to prove wrong, ascending.

    Where no step of the log concludes an order, that is all of them.
    """
    import numpy as np

    try:
        judged = judge_orders(log, errors=errors)
    except NotMeasurable:
        every: np.ndarray = np.unique(errors.steps.case_no)
        return every
    matured: np.ndarray = judged.orders.case_no[judged.matured]
    return matured


def create_error_tables(log: Log, level: str = "department") -> bool:
    """Create ``errors``, ``exposures`` and ``handovers``, unless they exist for this level.

    * ``errors``     case_no, class, field, origin_field, detected_by, originated_by (null where unattributable), sure
      (whether the confidence is better than low), without change requests
    * ``exposures``  case_no, field, department, hit: matured orders in which the department wrote that field other than
      by correcting it, or left it empty; whether an error started with that
    * ``handovers``  case_no, stage, field, department, omitted: orders that it handed over when the field was required

    Returns
    -------
    bool
        Whether errors can be traced in this log; if not the tables are empty.
    """
    if log.views_made.get("errors") == level:
        return not why_nothing(log)
    import pyarrow as pa

    measurable = not why_nothing(log)
    tables = _tables(log, find_errors(log, level)) if measurable else _no_tables()
    for name, table in tables.items():
        log.connection.register(name, pa.table(table))
    log.views_made["errors"] = level
    return measurable


def _tables(log: Log, errors: Errors) -> dict[str, dict[str, pa.Array]]:
    import numpy as np
    import pyarrow as pa

    fields = pa.array([field.qualified for field in errors.fields.fields], pa.string())
    departments = pa.array(errors.departments, pa.string())

    def named(codes: np.ndarray, names: pa.Array) -> pa.Array:
        return names.take(pa.array(codes, mask=codes < 0))

    counted = np.flatnonzero(errors.kind != CLASSES.index("change_request"))
    exposed = exposed_rates(errors, matured_orders(log, errors))
    handed = errors.handovers
    lengths = [len(one.giver) for one in handed]
    givers = np.concatenate([np.zeros(0, dtype=np.int64), *(one.giver for one in handed)])
    return {
        "errors": {
            "case_no": pa.array(errors.case_no[counted]),
            "class": pa.array([CLASSES[kind] for kind in errors.kind[counted]], pa.string()),
            "field": named(errors.field[counted], fields),
            "origin_field": named(errors.origin_field[counted], fields),
            "detected_by": named(errors.detected_by[counted], departments),
            "originated_by": named(errors.originated_by[counted], departments),
            "sure": pa.array([confidence(errors, at) != "low" for at in counted.tolist()], pa.bool_()),
        },
        "exposures": {
            "case_no": pa.array(exposed.case_no),
            "field": named(exposed.field, fields),
            "department": named(exposed.department, departments),
            "hit": pa.array(exposed.hit),
        },
        "handovers": {
            "case_no": pa.array(errors.steps.case_no[givers]),
            "stage": pa.array(np.repeat([one.stage for one in handed], lengths).tolist(), pa.string()),
            "field": pa.array(np.repeat([one.field for one in handed], lengths).tolist(), pa.string()),
            "department": named(errors.steps.department[givers], departments),
            "omitted": pa.array(np.concatenate([np.zeros(0, dtype=bool), *(one.filled_by >= 0 for one in handed)])),
        },
    }


def _no_tables() -> dict[str, dict[str, pa.Array]]:
    import pyarrow as pa

    columns = {
        "errors": ("case_no", "class", "field", "origin_field", "detected_by", "originated_by", "sure"),
        "exposures": ("case_no", "field", "department", "hit"),
        "handovers": ("case_no", "stage", "field", "department", "omitted"),
    }
    kinds = {"case_no": pa.int32(), "sure": pa.bool_(), "hit": pa.bool_(), "omitted": pa.bool_()}
    return {
        table: {name: pa.array([], kinds.get(name, pa.string())) for name in names} for table, names in columns.items()
    }
