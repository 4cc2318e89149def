"""Origins, seen through documents: what happens is the same, but the export has no field history.

Every value stands on a document that is never overwritten. A change issues a new one, with the new value
only; saving a value in another spelling issues none. First writes without a trace are missing documents.
"""

from __future__ import annotations

from dataclasses import replace

from ordermine.simulate.csv_export import COLUMNS_WITH_OBJECTS
from ordermine.simulate.origins import PLAN as ORIGINS

PLAN = replace(
    ORIGINS,
    export=replace(
        ORIGINS.export,
        columns=tuple(column for column in COLUMNS_WITH_OBJECTS if column != "Old value"),
        documents=True,
    ),
)
