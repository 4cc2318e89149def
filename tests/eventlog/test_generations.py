"""A log is published in one step: readers see the old one or the new one, and failures leave the old one."""

from __future__ import annotations

import fcntl
import os

import pytest

from ordermine.errors import EnvironmentFault, InputError, UsageError
from ordermine.eventlog.log import open_log
from ordermine.eventlog.manifest import read_manifest
from ordermine.eventlog.store import generation
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import Project

ROWS = [{"order": "1", "activity": "A", "timestamp": "2026-01-01T00:00:00Z"}]


def again(log, text="order,activity,timestamp\n1,B,2026-01-01T00:00:00Z\n", **how):
    path = log.parent / "again.csv"
    path.write_text(text, encoding="utf-8")
    return ingest(open_sources([path]), log, Project(), Options(), **how)


def folders(log):
    return sorted(path.name for path in log.iterdir() if path.is_dir())


def activities(log):
    return open_log(log).rows("SELECT activity FROM events")


def test_a_run_keeps_the_generation_that_readers_may_still_use(ingest_rows):
    log = ingest_rows(ROWS)
    reader = open_log(log)
    again(log, force=True)
    assert activities(log) == [("B",)]
    assert reader.rows("SELECT activity FROM events") == [("A",)]
    again(log, force=True)
    assert reader.rows("SELECT count(*) FROM events") == [(1,)]
    assert folders(log) == ["000001", "000002", "000003"]


def test_a_generation_that_nobody_reads_goes_with_the_run_after_the_next(ingest_rows):
    log = ingest_rows(ROWS)
    open_log(log)
    again(log, force=True)
    assert folders(log) == ["000001", "000002"]
    again(log, force=True)
    assert folders(log) == ["000002", "000003"]


def test_a_failed_run_leaves_the_log_as_it_was(ingest_rows):
    log = ingest_rows(ROWS)
    before = (log / "manifest.json").read_bytes()
    with pytest.raises(InputError):
        again(log, "order,activity,timestamp\n", force=True)
    with pytest.raises(InputError, match="rejected"):
        again(
            log,
            "order,activity,timestamp\n1,B,2026-01-01\n1,B,2026-01-02\n,B,2026-01-01\n",
            force=True,
            max_rejected="0",
        )
    with pytest.raises(UsageError, match="exists"):
        again(log)
    assert (log / "manifest.json").read_bytes() == before
    assert folders(log) == ["000001"]
    assert activities(log) == [("A",)]


def test_remains_of_a_killed_run_are_removed_by_the_next(ingest_rows):
    log = ingest_rows(ROWS)
    (log / "000002" / "events").mkdir(parents=True)
    (log / "000002" / "events" / "part-00000.parquet").write_bytes(b"half")
    assert activities(log) == [("A",)]
    again(log, force=True)
    assert activities(log) == [("B",)]


def test_two_runs_at_once_are_refused(ingest_rows):
    log = ingest_rows(ROWS)
    lock = os.open(log, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(EnvironmentFault, match="another run"):
            again(log, force=True)
    finally:
        os.close(lock)
    assert activities(log) == [("A",)]


def test_a_run_that_fails_leaves_no_new_folder_behind(tmp_path):
    with pytest.raises(RuntimeError, match="boom"), generation(tmp_path / "new"):
        raise RuntimeError("boom")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"format_version": 1}', '{"format_version": 99}'])
def test_a_damaged_manifest_is_refused_and_can_be_replaced(ingest_rows, damage):
    log = ingest_rows(ROWS)
    (log / "manifest.json").write_text(damage, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_manifest(log)
    assert "again" in caught.value.hint
    again(log, force=True)
    assert activities(log) == [("B",)]


def test_what_is_no_log_is_refused(tmp_path):
    with pytest.raises(UsageError, match="not a log"):
        open_log(tmp_path)
    with pytest.raises(UsageError, match="no such file or folder"):
        open_log(tmp_path / "nowhere")


def test_a_missing_or_damaged_part_is_an_input_error(ingest_rows):
    log = ingest_rows(ROWS)
    part = log / "000001" / "events" / "part-00000.parquet"
    whole = part.read_bytes()
    part.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="log"):
        open_log(log).rows("SELECT activity FROM events")
    with pytest.raises(InputError, match="log"):
        open_log(log).arrays(["activity"])


def test_a_log_that_lost_a_file_is_damaged_and_not_smaller(ingest_rows):
    log = ingest_rows(ROWS)
    next(log.glob("*/events/part-*.parquet")).unlink()
    with pytest.raises(InputError, match="damaged: 0 events are there, 1 were written"):
        open_log(log)


def test_a_flipped_bit_in_a_log_is_noticed(ingest_files):
    log = ingest_files("Order,Step,Changed at\no1,Create,2024-01-01\no1,Ship,2024-01-02\n")
    for path in sorted(log.generation.rglob("*.parquet")):
        whole = path.read_bytes()
        for at in range(4, len(whole), 211):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
            with pytest.raises(InputError, match=f"damaged: .*{path.name} changed after being written"):
                open_log(log.folder)
        path.write_bytes(whole)
    open_log(log.folder)
