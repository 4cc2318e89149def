"""From files to a log: the ledger, duplicates, appending, and what a failed or killed run leaves behind."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import itertools
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordermine.errors import EnvironmentFault, InputError, UsageError
from ordermine.eventlog import store
from ordermine.eventlog.manifest import read_manifest
from ordermine.pipeline import flow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tests.conftest import Ingest, Ingested

NUMBERS = itertools.count()
HEAD = "case,activity,timestamp\n"
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)


def digests(folder: Path) -> dict[str, str]:
    """Return the content of every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def events(log: Ingested, *without: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key not in without} for row in log.rows()]


def same_log(one: Ingested, other: Ingested) -> None:
    """Check that two logs hold the same in events, cases, variants and ledger."""
    assert one.rows() == other.rows()
    assert one.rows("cases.parquet") == other.rows("cases.parquet")
    assert one.rows("variants.parquet") == other.rows("variants.parquet")
    assert one.manifest.ledger == other.manifest.ledger
    # Of a row that was an event until a file that sorts before it was appended, the raw text is no longer known.
    assert [row[:2] for row in one.left_out()] == [row[:2] for row in other.left_out()]
    assert [source.name for source in one.manifest.sources] == [source.name for source in other.manifest.sources]
    for name in (
        "cases",
        "activities",
        "variants",
        "first",
        "last",
        "precision",
        "not_recorded",
        "columns",
        "timezone",
    ):
        assert getattr(one.manifest, name) == getattr(other.manifest, name), name
    assert sorted(one.manifest.notes) == sorted(other.manifest.notes)


def day(number: int, text: str = "") -> str:
    return f"{datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number):%Y-%m-%d}{text}"


# Duplicates and ties


def test_exact_duplicates_are_left_out_and_kept_on_request(ingest_files: Ingest) -> None:
    text = HEAD + f"c,A,{day(1)}\nc,A,{day(1)}\nc,B,{day(1)}\nc, A ,{day(1)}\nd,A,{day(1)}\n"
    found = ingest_files(text)
    assert found.column("source_row") == [2, 4, 6]
    # Names are compared as they are in the log, without outer blanks.
    assert found.left_out() == [(3, "duplicate", f"c,A,{day(1)}"), (5, "duplicate", f"c, A ,{day(1)}")]
    assert (found.manifest.ledger.rows_in, found.manifest.ledger.events, found.manifest.ledger.duplicates) == (5, 3, 2)
    kept = ingest_files(text, keep_duplicates=True, into="kept")
    assert kept.column("source_row") == [2, 3, 4, 5, 6]
    assert kept.manifest.ledger.duplicates == 0
    assert "2 exact duplicate events were kept" in kept.manifest.notes


def test_rows_that_differ_in_any_column_are_no_duplicates(ingest_files: Ingest) -> None:
    found = ingest_files(f"case,activity,timestamp,x\nc,A,{day(1)},1\nc,A,{day(1)},2\nc,A,{day(1)},\nc,A,{day(1)},1\n")
    assert found.column("source_row") == [2, 3, 4]


def test_duplicates_across_files_are_judged_by_the_columns_they_share(ingest_files: Ingest) -> None:
    found = ingest_files(
        {
            "a.csv": f"case,activity,timestamp,x\nc,A,{day(1)},1\n",
            "b.csv": f"case,activity,timestamp,y\nc,A,{day(1)},9\nc,B,{day(2)},9\n",
            "c.csv": f"case,activity,timestamp,x\nc,A,{day(1)},2\nc,B,{day(2)},5\n",
        }
    )
    # b's A is the one that a has already; c's A differs from that in x. c's B is the one that b has.
    assert [(row["source_file"], row["activity"]) for row in found.rows()] == [
        ("a.csv", "A"),
        ("c.csv", "A"),
        ("b.csv", "B"),
    ]
    assert [row["file"] for row in found.rows("left_out.parquet")] == ["b.csv", "c.csv"]


def test_how_precisely_a_stamp_is_written_makes_no_difference(ingest_files: Ingest) -> None:
    on_the_minute = "".join(f"c{number},A,2024-01-01 10:{number:02d}:00\n" for number in range(30))
    found = ingest_files({"a.csv": HEAD + on_the_minute, "b.csv": HEAD + "c1,A,2024-01-01 10:01:00\n"})
    assert found.manifest.ledger.duplicates == 1


XES = """<log>
<trace><string key="concept:name" value="c"/>
<event><string key="concept:name" value="A"/><date key="time:timestamp" value="2024-01-01T00:00:00Z"/></event>
<event><string key="concept:name" value="A"/><date key="time:timestamp" value="2024-01-01T00:00:00Z"/></event>
</trace></log>
"""


def test_duplicates_of_xes_are_kept_and_reported(ingest_files: Ingest) -> None:
    found = ingest_files({"log.xes": XES})
    assert (found.manifest.ledger.events, found.manifest.ledger.duplicates) == (2, 0)
    assert "1 exact duplicate events were kept" in found.manifest.notes


def test_ties_keep_source_order_files_by_name_then_row(ingest_files: Ingest) -> None:
    found = ingest_files(
        {
            "b.csv": HEAD + f"c,B1,{day(1)}\nc,B2,{day(1)}\nc,Z,{day(0)}\n",
            "a.csv": HEAD + f"c,A1,{day(1)}\nd,X,{day(2)}\nc,A2,{day(1)}\n",
        }
    )
    assert [(row["activity"], row["seq"], row["tied"]) for row in found.rows()] == [
        ("Z", 1, False),
        ("A1", 2, True),
        ("A2", 3, True),
        ("B1", 4, True),
        ("B2", 5, True),
        ("X", 1, False),
    ]


# The ledger

CELLS = st.sampled_from(["c1", "c2", "", " ", "A", "B", '"x', 'x"', '"a,b"', "é", "2024-01-01", "2024-02-30", "\t"])
LINES = st.one_of(
    st.tuples(st.sampled_from(["c1", "c2", "c3"]), st.sampled_from("AB"), st.integers(0, 40).map(day)).map(",".join),
    st.lists(CELLS, min_size=1, max_size=5).map(",".join),
    st.just(""),
)


@pytest.mark.usefixtures("tiny_pieces")
@SHARED
@given(lines=st.lists(LINES, max_size=25), end=st.sampled_from(["\n", "\r\n"]), number=st.integers(0, 10**9))
def test_ledger_of_polluted_files_adds_up(lines: list[str], end: str, number: int, ingest_files: Ingest) -> None:
    text = end.join(["case,activity,timestamp", f"c0,A,{day(0)}", *lines, f"c9,B,{day(9)}", ""])
    found = ingest_files({f"{number}.csv": text}, into=f"log{number}", run={"force": True})
    ledger = found.manifest.ledger
    assert ledger.rows_in == ledger.events + ledger.duplicates + ledger.rejected
    physical = text.split(end)
    seen: set[int] = {1}
    for row in found.rows():
        seen.add(row["source_row"])
    for line, reason, raw in found.left_out():
        assert raw.split("\n")[0].rstrip("\r") == physical[line - 1], reason
        seen.update(range(line, line + raw.count("\n") + 1))
    # Every line that isn't blank is the start of an event or of a row left out, unless a quoted field runs over it.
    lost = {at for at, content in enumerate(physical, 1) if content and at not in seen}
    inside = {at for row in found.rows() for at in range(row["source_row"], row["source_row"] + 1 + _breaks(row))}
    assert lost <= inside


def _breaks(row: Mapping[str, Any]) -> int:
    return sum(value.count("\n") for value in row.values() if isinstance(value, str))


def test_max_rejected(ingest_files: Ingest, tmp_path: Path) -> None:
    text = HEAD + f"c,A,{day(1)}\n" * 1 + f"c,B,{day(2)}\nc,C,soon\nc,D,{day(3)}\n"
    named = {"columns": {key: key for key in ("case", "activity", "timestamp")}}
    for limit in ("0", "24.9%", "0%"):
        with pytest.raises(InputError, match="1 of 4 rows are rejected") as caught:
            ingest_files(text, run={"max_rejected": limit}, **named)
        assert caught.value.exit_code == 3
        assert not (tmp_path / "log").exists()
    for limit in ("1", "25%", "30.5%"):
        ingest_files(text, run={"max_rejected": limit, "force": True}, **named)
    for limit in ("few", "-1", "1.5", "%", "nan%"):
        with pytest.raises(UsageError, match="not a number of rows or a percentage"):
            ingest_files(text, run={"max_rejected": limit}, **named)


@SHARED
@given(order=st.permutations(range(12)), number=st.integers(0, 10**9))
def test_order_of_rows_changes_nothing_but_provenance(order: list[int], number: int, ingest_files: Ingest) -> None:
    rows = [f"c{at % 3},{'ABCD'[at % 4]},{day(at)}" for at in range(12)]
    straight = ingest_files({"export.csv": "\n".join([HEAD.strip(), *rows])}, into=f"s{number}", run={"force": True})
    shuffled = ingest_files(
        {"export.csv": "\n".join([HEAD.strip(), *(rows[at] for at in order)])}, into=f"p{number}", run={"force": True}
    )
    assert events(straight, "source_row") == events(shuffled, "source_row")
    assert straight.rows("cases.parquet") == shuffled.rows("cases.parquet")
    assert straight.rows("variants.parquet") == shuffled.rows("variants.parquet")


# Limits change nothing


def rows_of_many_cases(count: int) -> str:
    lines = []
    for at in range(count):
        lines.append(
            f"c{at * 7 % 90:03d},{'ABCDE'[at % 5]},{day(at * 13 % 50)} 10:{at % 60:02d}:00,note {at},T{at % 4}"
        )
    return "case,activity,timestamp,note,department\n" + "\n".join([*lines, *lines[:20], "bad"]) + "\n"


def test_threads_and_memory_change_no_byte(ingest_files: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    from ordermine.ingest.readers import csv

    monkeypatch.setattr(csv, "PIECE_BYTES", 1 << 12)
    monkeypatch.setattr(csv, "HEADER_BYTES", 1 << 6)
    monkeypatch.setattr(store, "PART_EVENTS", 100)
    text = rows_of_many_cases(1000)
    runs = [{"threads": 1}, {"threads": 2}, {"threads": 1, "memory_limit": 1}, {"threads": 2, "memory_limit": 40_000}]
    logs = [ingest_files(text, into=f"log{number}", run=run) for number, run in enumerate(runs)]
    assert len(list((logs[0].generation / "events").iterdir())) > 5
    assert (logs[0].manifest.ledger.events, logs[0].manifest.ledger.duplicates) == (1000, 20)
    for log in logs[1:]:
        assert digests(log.folder) == digests(logs[0].folder)


def test_size_of_parts_changes_no_event(ingest_files: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    text = rows_of_many_cases(500)
    whole = ingest_files(text)
    monkeypatch.setattr(store, "PART_EVENTS", 20)
    same_log(whole, ingest_files(text, into="parts"))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_environment_changes_no_byte(zone: str, tmp_path: Path, ingest_files: Ingest) -> None:
    text = rows_of_many_cases(100)
    here = ingest_files(text, run={"threads": 2})
    code = (
        "import sys; from ordermine.cli import main; "
        "sys.argv = ['ordermine', 'ingest', 'export.csv', '-o', 'other', '-q']; main()"
    )
    environment = {**os.environ, "TZ": zone, "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert digests(tmp_path / "other") == digests(here.folder)


# Appending


def append(ingest_files: Ingest, files: Mapping[str, str], into: str = "grown", **options: Any) -> Ingested:
    return ingest_files(files, into=into, run={"append": True}, **options)


FIRST = HEAD + f"c,A,{day(1)}\nc,B,{day(2)}\nd,A,{day(3)}\n"
SECOND = HEAD + f"c,B,{day(2)}\nc,C,{day(4)}\nd,B,{day(3)}\ne,A,{day(0)}\nbad\n"


@pytest.mark.parametrize("names", [("a.csv", "b.csv"), ("b.csv", "a.csv"), ("a.csv", "a.CSV")])
def test_append_equals_one_ingest(names: tuple[str, str], ingest_files: Ingest) -> None:
    files = dict(zip(names, (FIRST, SECOND), strict=True))
    for name, text in files.items():
        grown = append(ingest_files, {name: text})
    same_log(grown, ingest_files(files))
    assert grown.manifest.generation == 2


@SHARED
@given(
    files=st.lists(
        st.lists(st.tuples(st.sampled_from("cde"), st.sampled_from("AB"), st.integers(0, 3)), min_size=1, max_size=8),
        min_size=2,
        max_size=3,
    ),
    random=st.randoms(use_true_random=False),
)
def test_append_in_any_order_equals_one_ingest(
    ingest_files: Ingest, files: list[list[tuple[str, str, int]]], random: Any
) -> None:
    number = next(NUMBERS)
    texts = {
        f"{number}-{at}.csv": HEAD + f"own{at},Z,{day(9)}\n" + "".join(f"{c},{a},{day(d)}\n" for c, a, d in rows)
        for at, rows in enumerate(files)
    }
    order = list(texts)
    random.shuffle(order)
    for name in order:
        grown = append(ingest_files, {name: texts[name]}, into=f"grown{number}")
    same_log(grown, ingest_files(texts, into=f"whole{number}", run={"force": True}))


def test_appending_the_same_file_changes_nothing(ingest_files: Ingest) -> None:
    before = append(ingest_files, {"a.csv": FIRST})
    held = digests(before.folder)
    append(ingest_files, {"a.csv": FIRST})
    append(ingest_files, {"again.csv": FIRST})
    assert digests(before.folder) == held


def test_a_later_export_under_the_same_name(ingest_files: Ingest) -> None:
    append(ingest_files, {"export.csv": FIRST})
    append(ingest_files, {"export.csv": SECOND})
    grown = append(ingest_files, {"export.csv": HEAD + f"f,A,{day(5)}\n"})
    assert [source.name for source in grown.manifest.sources] == ["export.csv", "export.csv (2)", "export.csv (3)"]
    assert [row["source_file"] for row in grown.rows() if row["case_id"] == "c"] == ["export.csv"] * 2 + [
        "export.csv (2)"
    ]
    assert (grown.manifest.ledger.rows_in, grown.manifest.ledger.events) == (9, 7)


def test_append_with_new_columns(ingest_files: Ingest) -> None:
    files = {"a.csv": FIRST, "b.csv": f"case,activity,timestamp,plant\nc,A,{day(1)},P1\nc,D,{day(5)},P1\n"}
    for name, text in files.items():
        grown = append(ingest_files, {name: text})
    same_log(grown, ingest_files(files))
    assert [(row["activity"], row["plant"]) for row in grown.rows() if row["case_id"] == "c"] == [
        ("A", None),
        ("B", None),
        ("D", "P1"),
    ]


def test_append_repeats_what_the_log_was_made_with(ingest_files: Ingest) -> None:
    head = "Key,case,activity,timestamp,department,lifecycle\n"
    texts = {
        "a.csv": head + "1,x,A,31/01/2024 10:00,Nobody,complete\n1,x,A,31/01/2024 10:00,Nobody,complete\n",
        "b.csv": head + "1,y,B,01/02/2024 10:00,Nobody,complete\n1,y,B,01/02/2024 11:00,Nobody,start\n",
    }
    options: dict[str, Any] = {
        "columns": {"case": "Key"},
        "timezone": "Europe/Berlin",
        "not_recorded": ("nobody",),
        "lifecycle": "complete",
        "keep_duplicates": True,
    }
    append(ingest_files, {"a.csv": texts["a.csv"]}, **options)
    grown = append(ingest_files, {"b.csv": texts["b.csv"]})
    same_log(grown, ingest_files(texts, **options))
    assert (grown.manifest.cases, grown.manifest.ledger.events) == (1, 3)
    assert grown.manifest.options == {
        "columns": {"case": "Key"},
        "keep_duplicates": True,
        "lifecycle": "complete",
        "not_recorded": ["nobody"],
        "timezone": "Europe/Berlin",
    }


def test_append_after_force_adds_to_the_new_log_only(ingest_files: Ingest) -> None:
    append(ingest_files, {"a.csv": FIRST})
    ingest_files({"b.csv": SECOND}, into="grown", run={"force": True})
    grown = append(ingest_files, {"a.csv": FIRST})
    same_log(grown, ingest_files({"a.csv": FIRST, "b.csv": SECOND}))


# What a run leaves behind


def test_existing_log_needs_force(ingest_files: Ingest, tmp_path: Path) -> None:
    log = ingest_files(FIRST)
    held = digests(log.folder)
    with pytest.raises(UsageError, match="exists") as caught:
        ingest_files(SECOND)
    assert "--force" in caught.value.hint
    assert "--append" in caught.value.hint
    assert digests(log.folder) == held
    replaced = ingest_files(SECOND, run={"force": True})
    assert replaced.manifest.ledger.rows_in == 5
    assert replaced.manifest.generation == 2
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "letter.txt").write_text("dear")
    for force in (False, True):
        with pytest.raises(UsageError, match="exists and is not a log"):
            ingest_files(FIRST, into="folder", run={"force": force})
        with pytest.raises(UsageError, match="exists and is not a log"):
            ingest_files(FIRST, into="export.csv", run={"force": force})
    assert (tmp_path / "folder" / "letter.txt").read_text() == "dear"


def test_older_generations_go_with_the_next_run(ingest_files: Ingest) -> None:
    for text in (FIRST, SECOND, FIRST):
        log = ingest_files(text, run={"force": True})
    assert sorted(entry.name for entry in log.folder.iterdir()) == ["000002", "000003", "manifest.json"]


def failing(*_: object, **__: object) -> Any:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "step", ["layout.Layout.write_part", "layout.Layout.write_cases", "store.sync_folder", "publish"]
)
def test_failed_run_leaves_the_old_log_as_it_was(
    step: str, ingest_files: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = ingest_files(FIRST)
    held = digests(log.folder)
    with monkeypatch.context() as patch:
        patch.setattr(f"ordermine.eventlog.{step}" if step != "publish" else "ordermine.pipeline.flow.publish", failing)
        for into in ("log", "new"):
            with pytest.raises(EnvironmentFault, match="No space left on device"):
                ingest_files(SECOND, into=into, run={"force": True})
    assert digests(log.folder) == held
    assert not (tmp_path / "new").exists()
    assert ingest_files(SECOND, run={"append": True}).manifest.ledger.rows_in == 8


def test_unusable_input_leaves_the_old_log_as_it_was(ingest_files: Ingest) -> None:
    log = ingest_files(FIRST)
    held = digests(log.folder)
    for text in (HEAD, HEAD + "c,A,01/02/2024\n", gzip.compress(FIRST.encode() * 50)[:-9]):
        name = "bad.csv.gz" if isinstance(text, bytes) else "bad.csv"
        with pytest.raises(InputError):
            ingest_files({name: text}, run={"force": True})
    assert digests(log.folder) == held


def test_file_that_changes_while_it_is_read(
    ingest_files: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = flow.make_plans

    def slow_exporter(*given: Any) -> Any:
        with (tmp_path / "export.csv").open("a") as file:
            file.write(f"z,A,{day(1)}\n")
        return plan(*given)

    monkeypatch.setattr(flow, "make_plans", slow_exporter)
    with pytest.raises(InputError, match=r"export\.csv: it changed while it was read"):
        ingest_files(FIRST)
    assert not (tmp_path / "log").exists()


def test_two_runs_on_one_log(ingest_files: Ingest) -> None:
    log = ingest_files(FIRST)
    held = digests(log.folder)
    descriptor = os.open(log.folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(EnvironmentFault, match="another run is writing it") as caught:
            ingest_files(SECOND, run={"force": True})
    finally:
        os.close(descriptor)
    assert caught.value.exit_code == 6
    assert digests(log.folder) == held


def test_run_that_finished_in_between_is_not_undone(ingest_files: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest_files({"a.csv": FIRST})
    plan = flow.make_plans
    third = HEAD + f"z,Z,{day(7)}\n"

    def overtaken(*given: Any) -> Any:
        monkeypatch.setattr(flow, "make_plans", plan)
        ingest_files({"c.csv": third}, run={"append": True})
        return plan(*given)

    monkeypatch.setattr(flow, "make_plans", overtaken)
    with pytest.raises(EnvironmentFault, match="another run has written it meanwhile"):
        ingest_files({"b.csv": SECOND}, run={"append": True})
    grown = ingest_files({"b.csv": SECOND}, run={"append": True})
    assert [source.name for source in grown.manifest.sources] == ["a.csv", "b.csv", "c.csv"]


STUCK = """
import sys, time
from pathlib import Path
from ordermine.eventlog import {module} as module
def stuck(*given, **named):
    Path("reached").touch()
    time.sleep(60)
module.{name} = stuck
from ordermine.cli import main
sys.argv = ["ordermine", "ingest", "export.csv", "-o", "log", "--force", "-q"]
main()
"""


@pytest.mark.parametrize(
    ("module", "name", "sent"),
    [
        ("store", "link", signal.SIGKILL),
        ("manifest", "sync_folder", signal.SIGKILL),
        ("store", "sync_folder", signal.SIGTERM),
    ],
)
@pytest.mark.parametrize("existed", [True, False], ids=["old log", "no log"])
def test_killed_run(
    module: str, name: str, sent: signal.Signals, existed: bool, ingest_files: Ingest, tmp_path: Path
) -> None:
    held: dict[str, str] = {}
    if existed:
        held = digests(ingest_files({"old.csv": FIRST}).folder)
    (tmp_path / "export.csv").write_text(SECOND)
    code = STUCK.format(module=module, name=name)
    process = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stderr=subprocess.PIPE)
    for _ in range(600):
        if (tmp_path / "reached").exists() or process.poll() is not None:
            break
        time.sleep(0.05)
    process.send_signal(sent)
    _, said = process.communicate(timeout=30)
    assert process.returncode == (143 if sent == signal.SIGTERM else -sent), said
    published = module == "manifest"
    if existed and not published:
        assert digests(tmp_path / "log").items() >= held.items()
        assert read_manifest(tmp_path / "log").ledger.rows_in == 3
    expected = ingest_files({"export.csv": SECOND}, into="clean")
    found = ingest_files({"export.csv": SECOND}, run={"force": existed or published})
    same_log(found, expected)
    left = {entry.name for entry in found.folder.iterdir()}
    assert left <= {"manifest.json", found.generation.name, f"{found.manifest.generation - 1:06d}"}
    assert not list(found.folder.rglob("scratch-*"))


def names_of(columns: Iterable[str]) -> set[str]:
    return {name.lower() for name in columns}


def test_columns_of_the_log_are_unique_whatever_their_case(ingest_files: Ingest) -> None:
    found = ingest_files(f"case,activity,timestamp,Kind,KIND,Timestamp,events,stage\nc,A,{day(1)},1,2,3,4,5\n")
    columns = list(found.rows()[0])
    assert len(names_of(columns)) == len(columns)
