"""Every preset on a small export in its system's own format, with the events worked out by hand beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ordermine.errors import UsageError
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.ingest.presets.preset import find_preset, presets, recognise
from ordermine.pipeline import ingest
from ordermine.project import Project

SAMPLES = Path(__file__).parent / "samples"
NAMES = sorted(folder.name for folder in SAMPLES.iterdir())
SHOWN = ("department", "field", "old_value", "new_value")


def exported(name: str) -> list[Path]:
    return [path for path in sorted((SAMPLES / name).iterdir()) if path.name != "expected.txt"]


@pytest.mark.parametrize("name", NAMES)
def test_an_export_gives_the_events_worked_out_by_hand(name: str, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    found = ingest(open_sources(exported(name)), tmp_path / "log", Project(), Options())
    rows = pq.read_table(found.folder(tmp_path / "log") / "events").to_pylist()
    rows.sort(key=lambda row: (row["case_id"], row["seq"]))
    lines = []
    for row in rows:
        shown = [row[column] or "–" for column in SHOWN]
        lines.append(" | ".join([row["case_id"], row["activity"], f"{row['timestamp']:%Y-%m-%d %H:%M:%S}", *shown]))
    assert lines == (SAMPLES / name / "expected.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_every_row_of_every_table_is_accounted_for(name: str, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    sources = open_sources(exported(name))
    read = {
        (opened.source.name, int(n))
        for opened in sources
        for batch in opened.source.batches()
        for n in batch.read().numbers
    }
    found = ingest(sources, tmp_path / "log", Project(), Options())
    folder = found.folder(tmp_path / "log")
    kept = {(row["source_file"], row["source_row"]) for row in pq.read_table(folder / "events").to_pylist()}
    left_out = {(row["file"], row["line"]) for row in pq.read_table(folder / "left_out.parquet").to_pylist()}
    assert kept | left_out == read
    assert not kept & left_out


@pytest.mark.parametrize("name", NAMES)
def test_a_system_is_recognised_by_its_columns(name: str, tmp_path: Path) -> None:
    renamed = []
    for number, path in enumerate(exported(name)):
        renamed.append(tmp_path / f"table{number}{path.suffix}")
        renamed[-1].write_bytes(path.read_bytes())
    sources = dict(enumerate(opened.source for opened in open_sources(renamed)))
    [(preset, tables)] = recognise(sources)
    assert preset.name == name
    assert tables.keys() == sources.keys()


def test_every_preset_has_a_sample() -> None:
    # The sample of purchasing is a real one.
    assert {preset.name for preset in presets()} == {*NAMES, "sap-purchasing"}
    for preset in presets():
        assert preset.export.strip()
        assert preset.traps
        assert {one.table for one in preset.events} <= preset.tables.keys()


def test_files_of_another_system_are_refused_by_a_named_preset(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not its tables"):
        ingest(open_sources(exported("odoo")), tmp_path / "log", Project(), Options(preset="sap-sales"))
    with pytest.raises(UsageError, match="no preset 'sapsales'"):
        find_preset("sapsales")


def test_a_user_who_stands_there_twice_makes_no_event_twice(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    audit = tmp_path / "sys_audit.csv"
    audit.write_bytes((SAMPLES / "servicenow" / "sys_audit.csv").read_bytes())
    users = tmp_path / "sys_user.csv"
    users.write_text("user_name,department\nann,Service Desk\nann,Elsewhere\nbob,Second Line\nbob,Second Line\n")
    found = ingest(open_sources([audit, users]), tmp_path / "log", Project(), Options())
    # Two changes by ann, one by bob, as in the sample, and none of them twice.
    rows = pq.read_table(found.folder(tmp_path / "log") / "events").to_pylist()
    # Of two departments none is taken: not the first, and not the last.
    assert [(row["resource"], row["department"]) for row in rows] == [
        ("ann", None),
        ("ann", None),
        ("bob", "Second Line"),
    ]
    assert found.ledger.rejected_by_reason["looked up, but its key stands there with several values"] == 2
    assert found.ledger.duplicates == 1


def test_tables_of_a_system_cannot_be_appended(tmp_path: Path) -> None:
    ingest(open_sources(exported("hubspot")), tmp_path / "log", Project(), Options())
    with pytest.raises(UsageError, match="one by one"):
        ingest(open_sources(exported("servicenow")), tmp_path / "log", Project(), Options(), append=True)
