"""A log that is exported and ingested again is the same log, and exporting that gives the same bytes (H02, H03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ordermine.report.export import FORMATS, export_events
from tests.laws.exports import STYLES, as_csv, table
from tests.laws.strategies import Event, dialects, logs

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log
    from tests.laws.conftest import Make

QUERY = "SELECT * EXCLUDE (source_file, source_row) FROM events ORDER BY case_no, seq"


def content(log: Log) -> Any:
    """Return columns and rows of a log, without where they were found."""
    found = log.table(QUERY)
    return found.column_names, found.to_pylist(), log.rows("SELECT * FROM variants ORDER BY ALL")


@settings(max_examples=20)
@given(
    log=logs(naughty=True, tiny=True),
    style=st.sampled_from(STYLES),
    dialect=dialects(),
    other=dialects(),
    other_style=st.sampled_from(STYLES),
)
def test_dialect_encoding_and_notation_of_times_change_nothing(
    log: list[Event],
    style: Callable[[Event], str],
    dialect: dict[str, Any],
    other: dict[str, Any],
    other_style: Callable[[Event], str],
    make: Make,
) -> None:
    one = make({"export.csv": as_csv(table(log, style), **dialect)})
    again = make({"export.csv": as_csv(table(log, other_style), **other)})
    assert content(one) == content(again)
    assert [row for (row,) in one.rows("SELECT source_row FROM events ORDER BY ALL")] == [
        row for (row,) in again.rows("SELECT source_row FROM events ORDER BY ALL")
    ]


@settings(max_examples=20)
@given(log=logs(naughty=True, tiny=True), ending=st.sampled_from(FORMATS), names=st.sampled_from(("plain", "xes")))
def test_every_export_comes_back(log: list[Event], ending: str, names: str, make: Make) -> None:
    # A column of nothing but NA isn't recognised as one that holds steps.
    assume(any(event.activity != "NA" for event in log))
    one = make(log, project="")
    path = one.path.parent / f"log{ending}"
    export_events(one, path, names, force=False)
    again = make({path.name: path.read_bytes()}, columns=None, keep_duplicates=True, project="")
    assert content(again) == content(one)
    # A column without a value isn't exported.
    recorded = [name for name in one.manifest.case_attributes if name in one.recorded]
    assert [name for name in again.manifest.case_attributes if name in again.recorded] == recorded
    second = again.path.parent / f"second{ending}"
    export_events(again, second, names, force=False)
    assert second.read_bytes() == path.read_bytes()
