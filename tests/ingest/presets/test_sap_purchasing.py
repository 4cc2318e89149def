"""The purchase orders of a real SAP system, from its tables, against the log that was made of them by others."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import Project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


def test_events_are_those_of_the_published_log(real_logs: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    folder = real_logs / "sap_tables"
    tables = [path for path in sorted(folder.glob("*.csv")) if path.name != "ground_truth_log.csv"]
    found = ingest(open_sources(tables), tmp_path / "log", Project(), Options())
    rows = pq.read_table(found.folder(tmp_path / "log") / "events").to_pylist()
    ours = Counter((row["case_id"], row["activity"], f"{row['timestamp']:%Y-%m-%dT%H:%M:%S}.000Z") for row in rows)
    with (folder / "ground_truth_log.csv").open(newline="", encoding="utf-8") as file:
        published = list(csv.DictReader(file))
    # The published log has a case for each line of an order; the tables don't say which line a change is of.
    theirs = Counter((row["case_id"].split("_")[0], row["activity"], row["timestamp"]) for row in published)
    missing, further = theirs - ours, ours - theirs
    assert not further
    by_activity = Counter({activity: 0 for _, activity, _ in missing})
    for (_, activity, _), number in missing.items():
        by_activity[activity] += number
    # The accounting documents of the payments name no order in these tables; two lines of EKBE stand there twice.
    unpaid = found.ledger.rejected_by_reason["line of an accounting document that can't be tied to an order"]
    assert by_activity == {"Clear Invoice": unpaid, "Record Invoice Receipt": found.ledger.duplicates}
    assert (unpaid, found.ledger.duplicates) == (643, 2)
    assert found.ledger.adds_up()


def test_rows_that_stand_twice_are_kept_on_request(real_logs: Path, tmp_path: Path) -> None:
    tables = [real_logs / "sap_tables" / f"{name}.csv" for name in ("cdhdr", "cdpos", "ekpo", "ekbe")]
    found = ingest(open_sources(tables), tmp_path / "log", Project(), Options(keep_duplicates=True))
    assert (found.ledger.events, found.ledger.duplicates) == (3_186 + 2_472, 0)


def test_tables_exported_twice_give_the_same_events(real_logs: Path, tmp_path: Path) -> None:
    import shutil

    folder = real_logs / "sap_tables"
    tables = [folder / f"{name}.csv" for name in ("cdhdr", "cdpos", "ekpo")]
    once = ingest(open_sources(tables), tmp_path / "once", Project(), Options())
    again = tmp_path / "cdhdr_again.csv"
    shutil.copy(tables[0], again)
    twice = ingest(open_sources([*tables, again]), tmp_path / "twice", Project(), Options())
    assert twice.ledger.events == once.ledger.events
    assert twice.ledger.duplicates == once.ledger.duplicates + 3_186
