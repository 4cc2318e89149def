"""Every event-shaped real log becomes a log whose ledger adds up; the counts are those that its publisher gives."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from ordermine.eventlog.manifest import Manifest

pytestmark = pytest.mark.real

O2C = {"case": "Key", "activity": "Activity", "timestamp": "Date", "resource": "User", "department": "Role"}


def read(folder: Path, path: Path, object_type: str | None = None, **columns: str) -> Manifest:
    found = ingest(open_sources([path], object_type), folder / "log", Project(), Options(columns=columns))
    ledger = found.ledger
    assert ledger.rows_in == ledger.events + ledger.duplicates + ledger.rejected
    return found


@pytest.mark.parametrize(
    ("name", "rows", "cases", "columns"),
    [
        ("xes/bpic2013_closed_problems.xes.gz", 6_660, 1_487, {}),
        ("xes/bpic2020_request_for_payment.xes.gz", 36_072, 6_760, {}),
        ("csv/PurchasingExample.csv", 9_119, 608, {}),
        ("csv/receipt.csv", 8_577, 1_434, {}),
        ("csv/running-example.csv", 42, 6, {}),
        ("csv/running-example.xes", 42, 6, {}),
        ("csv/mobis_challenge_log_2019_snippet.csv", 464, 118, {}),
        ("sap_tables/ground_truth_log.csv", 6_964, 300, {}),
        ("dirty/Credit-Distorted.csv", 19_301, 1_505, {}),
        ("dirty/daqapo/hospital.xlsx", 53, None, {"case": "patient_visit_nr", "timestamp": "complete_ts"}),
    ],
)
def test_ledger_and_counts(
    name: str, rows: int, cases: int | None, columns: dict[str, str], real_logs: Path, tmp_path: Path
) -> None:
    found = read(tmp_path, real_logs / name, **columns)
    assert found.ledger.rows_in == rows
    if cases is not None:
        assert found.cases == cases
        assert found.ledger.rejected == 0


def test_defects_are_counted_and_shown(real_logs: Path, tmp_path: Path) -> None:
    distorted = read(tmp_path / "credit", real_logs / "dirty" / "Credit-Distorted.csv")
    assert distorted.ledger.duplicates == 3
    assert distorted.not_recorded == {"resource": {"": 6_121}}
    assert distorted.activities == 258
    expenses = read(tmp_path / "expenses", real_logs / "csv" / "mobis_challenge_log_2019_snippet.csv")
    assert expenses.sources[0].described["delimiter"] == "';'"
    assert expenses.date_orders == {"end": "day first (dmy)", "start": "day first (dmy)"}
    assert expenses.not_recorded == {"department": {"": 22}, "resource": {"": 22}}


def test_delimited_files_are_read_as_the_standard_library_reads_them(real_logs: Path) -> None:
    """Its reader is told delimiter and quote; so rows, cells and their order are checked by other code."""
    from ordermine.ingest.readers.csv import open_csv

    paths = sorted(real_logs.rglob("*.csv"))
    assert len(paths) > 40
    for path in paths:
        source = open_csv(path, path.name)
        found = [batch.read() for batch in source.batches()]
        rows = [list(row.values()) for batch in found for row in batch.table.to_pylist()]
        left_out = [row for batch in found for row in batch.left_out]
        with path.open(encoding="utf-8-sig", newline="") as file:
            expected = [row for row in csv.reader(file, delimiter=source.dialect.delimiter) if row]
        assert [[cell or "" for cell in row] for row in rows] == expected[1:], path.name
        assert (list(source.dialect.header), left_out) == (expected[0], []), path.name


def test_small_logs_with_known_handoffs(real_logs: Path, tmp_path: Path) -> None:
    """Tables of handoffs, which lie beside the logs, have no step and are refused."""
    logs = [path for path in sorted((real_logs / "handoff_groundtruth").glob("*.csv")) if _is_log(path)]
    assert len(logs) == 20
    for path in logs:
        found = read(tmp_path / path.stem, path)
        with path.open(newline="") as file:
            rows = sum(1 for line in file if line.strip()) - 1
        assert (found.ledger.rows_in, found.ledger.events) == (rows, rows), path.name


def _is_log(path: Path) -> bool:
    header = path.read_text().splitlines()[0]
    return "time:timestamp" in header or "end_time" in header or "Finish_time" in header


def test_order_to_cash(real_logs: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    path = real_logs / "o2c_sap" / "o2c_ibm_sap_dev12pct.csv.gz"
    found = read(tmp_path, path, **O2C)
    ledger = found.ledger
    assert (ledger.rows_in, ledger.duplicates, ledger.events, ledger.rejected) == (31_877, 86, 31_791, 0)
    assert (found.cases, found.activities, found.variants) == (5_787, 16, 526)
    assert found.date_orders == {"Date": "day first (dmy)"}
    folder = found.folder(tmp_path / "log")
    top = pq.read_table(folder / "variants.parquet").slice(0, 1).to_pylist()[0]
    assert top["activities"] == ["Line Creation", "LgstCheckOnConfDat Removed", "Delivery", "Good Issue"]
    assert top["cases"] == 1_166
    events = pq.read_table(folder / "events", columns=["activity", "next_activity"]).to_pylist()
    assert sum((row["activity"], row["next_activity"]) == ("Delivery", "Good Issue") for row in events) == 5_057
    left_out = pq.read_table(folder / "left_out.parquet").to_pylist()
    assert [row["reason"] for row in left_out] == ["duplicate"] * 86
    assert all(row["raw"] for row in left_out)


def test_objects(real_logs: Path, tmp_path: Path) -> None:
    found = read(tmp_path, real_logs / "ocel" / "order-management.json.gz", "orders")
    # 21,008 events of which each is one row per order it belongs to, or left out for want of one.
    assert found.cases == 2_000
    assert found.ledger.events + found.ledger.rejected == found.ledger.rows_in
    assert found.ledger.rows_in >= 21_008


@pytest.mark.slow
def test_large_parquet(real_logs: Path, tmp_path: Path) -> None:
    found = read(tmp_path, real_logs / "csv" / "traffic_fines_full.parquet")
    assert (found.ledger.rows_in, found.ledger.events, found.cases) == (561_470, 561_470, 150_370)


def test_two_halves_appended_are_the_whole(real_logs: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    text = (real_logs / "csv" / "PurchasingExample.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    header, rows = text[0], text[1:]
    # The second export overlaps the first by a thousand rows.
    for name, part in (("1.csv", rows[:5_000]), ("2.csv", rows[4_000:])):
        (tmp_path / name).write_text(header + "".join(part), encoding="utf-8")
        grown = ingest(open_sources([tmp_path / name]), tmp_path / "grown", Project(), Options(), append=True)
    assert (grown.ledger.events, grown.ledger.duplicates) == (9_119, 1_000)
    whole = read(tmp_path, real_logs / "csv" / "PurchasingExample.csv")
    compared = ["case_id", "activity", "timestamp", "resource", "seq"]

    def stored(manifest: Manifest, folder: Path) -> Any:
        return pq.read_table(manifest.folder(folder) / "events", columns=compared).to_pylist()

    assert stored(grown, tmp_path / "grown") == stored(whole, tmp_path / "log")


def test_one_row_per_opportunity_is_an_event_per_date(real_logs: Path, tmp_path: Path) -> None:
    import csv

    path = real_logs / "crm" / "sales_pipeline.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    dates = sum(bool(row["created_on"]) + bool(row["close_date"]) for row in rows)
    found = read(tmp_path, path)
    assert (found.cases, found.ledger.events) == (len(rows), dates)
    assert found.measurable["repetition"] is False
