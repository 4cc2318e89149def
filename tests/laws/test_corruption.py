"""One spoiled record costs at most that record (H18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq  # noqa: TID253
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.laws.exports import as_csv, table
from tests.laws.strategies import Event, logs

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log
    from tests.laws.conftest import Make

HARM = (
    lambda line, at: line[:at],
    lambda line, at: line[:at] + '"' + line[at:],
    lambda line, at: line[:at] + "," + line[at:],
    lambda line, at: line[:at] + "\0" + line[at:],
    lambda line, at: line[:at] + "\udcff" + line[at:],
    lambda line, at: line[:at] + line[at + 1 :],
    lambda line, at: line[:at] + '"","' + line[at:],
    lambda line, at: line[:at] + line,
)
"""Cut off, quoted, parted, made no text, one character less, quotes and a field more, glued to itself."""


def events(log: Log) -> dict[int, tuple[str, str, str]]:
    """Return line → what is in the log of it."""
    rows = log.rows("SELECT source_row, case_id, activity, timestamp::VARCHAR FROM events")
    return {line: tuple(cells) for line, *cells in rows}


@settings(max_examples=40)
@given(
    log=logs(unique=True),
    number=st.integers(0, 1000),
    at=st.integers(0, 60),
    harm=st.sampled_from(HARM),
)
def test_a_spoiled_record_costs_at_most_itself(log: list[Event], number: int, at: int, harm, make: Make) -> None:
    # With fewer records there would be no telling which of them is the odd one.
    assume(len(log) >= 8)
    lines = as_csv(table(log)).decode().splitlines()
    before = make({"export.csv": ("\n".join(lines) + "\n").encode()})
    spoiled = 1 + number % len(log)
    lines[spoiled] = harm(lines[spoiled], at % len(lines[spoiled]))
    after = make({"export.csv": ("\n".join(lines) + "\n").encode(errors="surrogateescape")})
    left_out = pq.read_table(after.folder / "left_out.parquet").to_pylist()
    assert {row["line"] for row in left_out} <= {spoiled + 1}
    one, other = events(before), events(after)
    one.pop(spoiled + 1)
    other.pop(spoiled + 1, None)
    assert other == one
    assert after.manifest.ledger.rows_in == len(log)
