"""Rows to events: what is kept as text, what becomes null and is counted, what is rejected and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.errors import InputError
from ordermine.ingest.encode import stored_names
from ordermine.project import parse_project

if TYPE_CHECKING:
    from tests.conftest import Ingest

HEAD = "case,activity,timestamp\n"
NAMED = {key: key for key in ("case", "activity", "timestamp")}
"""The columns by name, where their content is too odd to be proposed."""


def stamps(column: list[object]) -> list[str]:
    return [str(stamp)[:19] for stamp in column]


def test_ids_and_names_stay_text(ingest_files: Ingest) -> None:
    ids = ["00123", "1E5", "12345678901234567890123", "00A17", " c1 ", "c1", "C1", "NA", "nan"]
    found = ingest_files(
        HEAD + "".join(f"{case},NULL,2024-01-0{day}\n" for day, case in enumerate(ids, 1)), columns=NAMED
    )
    assert found.column("case_id") == ids
    assert set(found.column("activity")) == {"NULL"}


def test_names_are_trimmed_and_anything_but_blank_is_kept(ingest_files: Ingest) -> None:
    names = ["  Create  ", "Größe \U0001f600", "a\u202eb", "<script>", "=1+1"]
    found = ingest_files(HEAD + "".join(f"c,{name},2024-01-0{day}\n" for day, name in enumerate(names, 1)))
    assert found.column("activity") == [name.strip() for name in names]


def test_reasons_to_reject(ingest_files: Ingest) -> None:
    rows = [
        "c1,A,2024-01-01",
        ",A,2024-01-01",
        "  ,A,2024-01-01",
        "c1,,2024-01-01",
        "c1,  ,2024-01-01",
        "c1,A,",
        "c1,A,   ",
        "c1,A,2024-02-30",
        "c1,A,soon",
        ",,",
        "case,activity,timestamp",
        "Total,9",
    ]
    found = ingest_files(HEAD + "\n".join(rows) + "\n", columns=NAMED)
    assert found.left_out() == [
        (3, "no case", rows[1]),
        (4, "no case", rows[2]),
        (5, "no activity", rows[3]),
        (6, "no activity", rows[4]),
        (7, "no timestamp", rows[5]),
        (8, "no timestamp", rows[6]),
        (9, "unreadable timestamp", rows[7]),
        (10, "unreadable timestamp", rows[8]),
        (11, "no case", rows[9]),
        (12, "header again", rows[10]),
        (13, "total line", rows[11]),
    ]
    details = [row["detail"] for row in found.rows("left_out.parquet")]
    assert details[6] == "'2024-02-30'"
    assert details[-1] == "expected 3 fields, found 2"
    assert (found.manifest.ledger.rows_in, found.manifest.ledger.events) == (12, 1)


def test_no_row_becomes_an_event(ingest_files: Ingest) -> None:
    with pytest.raises(InputError, match="none of 2 rows became an event: 2 unreadable timestamp"):
        ingest_files(HEAD + "c1,A,2024-02-30\nc1,B,2023-02-29\n")


def test_sentinels_become_null_and_are_counted(ingest_files: Ingest) -> None:
    spelled = ["Sales", "", "Empty", "UNDEFINED", "n/a", " - ", "#N/A", "Nobody", "?", "nobody "]
    text = "case,activity,timestamp,department,resource\n" + "".join(
        f"c,A,2024-01-{day:02d},{value},{value}\n" for day, value in enumerate(spelled, 1)
    )
    project = parse_project('[departments]\nnot_recorded = ["Nobody"]\n', "test")
    found = ingest_files(text, project=project)
    assert found.column("department") == ["Sales", *[None] * 9]
    assert found.column("resource") == ["Sales", *[None] * 9]
    counts = {"": 1, "#N/A": 1, "-": 1, "?": 1, "Empty": 1, "Nobody": 1, "UNDEFINED": 1, "n/a": 1, "nobody": 1}
    assert found.manifest.not_recorded == {"department": counts, "resource": counts}
    flagged = ingest_files(text, not_recorded=("Nobody",), into="flag")
    assert flagged.manifest.not_recorded == found.manifest.not_recorded
    # Only departments and people have sentinels; an activity may be called so.
    assert ingest_files(HEAD + "c,None,2024-01-01\n", columns=NAMED, into="none").column("activity") == ["None"]


def test_actor_types(ingest_files: Ingest) -> None:
    text = "case,activity,timestamp,actor_type\n" + "".join(
        f"c,A,2024-01-0{day},{kind}\n" for day, kind in enumerate(("human", " System ", "alien", ""), 1)
    )
    found = ingest_files(text)
    assert found.column("actor_type") == ["human", "system", "unknown", "unknown"]
    assert [note for note in found.manifest.notes if "alien" in note]


def test_zones_offsets_and_naive_stamps(ingest_files: Ingest) -> None:
    text = HEAD + "c,A,2024-01-01T10:00:00+01:00\nc,B,2024-01-01 12:00:00\nc,C,2024-07-01 12:00:00\n"
    utc = ingest_files(text)
    assert stamps(utc.column("timestamp")) == ["2024-01-01 09:00:00", "2024-01-01 12:00:00", "2024-07-01 12:00:00"]
    assert any("taken as UTC" in note and "--timezone" in note for note in utc.manifest.notes)
    berlin = ingest_files(text, timezone="Europe/Berlin", into="berlin")
    assert stamps(berlin.column("timestamp")) == ["2024-01-01 09:00:00", "2024-01-01 11:00:00", "2024-07-01 10:00:00"]
    assert not any("taken as UTC" in note for note in berlin.manifest.notes)
    assert any("1 " in note and "have an offset, 2 have none" in note for note in berlin.manifest.notes)
    declared = ingest_files(text, project=parse_project('[log]\ntimezone = "Europe/Berlin"\n', "test"), into="declared")
    assert declared.column("timestamp") == berlin.column("timestamp")
    assert declared.manifest.timezone == "Europe/Berlin"


def test_hours_that_a_zone_skips_or_repeats_are_counted(ingest_files: Ingest) -> None:
    rows = "c,A,2024-03-31 02:30\nc,B,2024-10-27 02:15\nc,C,2024-10-27 02:45\nc,D,2024-10-27 02:45+01:00\n"
    found = ingest_files(HEAD + rows, timezone="Europe/Berlin")
    assert stamps(found.column("timestamp")) == [
        "2024-03-31 01:30:00",
        "2024-10-27 00:15:00",
        "2024-10-27 00:45:00",
        "2024-10-27 01:45:00",
    ]
    notes = [note for note in found.manifest.notes if "hour" in note]
    assert [note.split()[1] for note in notes] == ["1", "2"]


def test_start_times(ingest_files: Ingest) -> None:
    text = "case,activity,start,timestamp\nc,A,2024-01-01 08:00,2024-01-01 10:00\n" + (
        "c,B,soon,2024-01-02 10:00\nc,C,,2024-01-03 10:00\nc,D,2024-07-01 08:00,2024-07-01 10:00\n"
    )
    found = ingest_files(text, timezone="Europe/Berlin", columns={"start": "start"})
    starts = [None if stamp is None else str(stamp)[:16] for stamp in found.column("start_timestamp")]
    assert starts == ["2024-01-01 07:00", None, None, "2024-07-01 06:00"]
    assert any("1 " in note and "start" in note for note in found.manifest.notes)


@pytest.mark.parametrize(
    ("layout", "precision"),
    [
        ("2024-01-{:02d} 00:00:00", "day"),
        ("2024-01-{:02d} 10:{:02d}:00", "min"),
        ("2024-01-{:02d} 10:00:{:02d}", "s"),
        ("2024-01-{:02d} 10:00:00.{:06d}", "us"),
        ("2024-01-{:02d} 10:00:{:02d}.000", "s"),
        ("2024-01-{:02d}", "day"),
    ],
)
def test_precision_that_was_really_recorded(layout: str, precision: str, ingest_files: Ingest) -> None:
    rows = "".join(f"c,A,{layout.format(day, day)}\n" for day in range(1, 21))
    assert ingest_files(HEAD + rows).manifest.precision == {precision: 20}
    # A few stamps may all be on the minute by chance: they are as precise as they are written.
    few = "".join(f"c,A,{layout.format(day, day)}\n" for day in range(1, 20))
    written = "us" if "." in layout else "s" if layout.count(":") > 2 else "day"
    assert ingest_files(HEAD + few, into="few").manifest.precision == {written: 19}


def test_lifecycle_complete_leaves_the_others_out(ingest_files: Ingest) -> None:
    text = "case,activity,timestamp,lifecycle\n" + "".join(
        f"c,A,2024-01-0{day},{word}\n" for day, word in enumerate(("start", "COMPLETE", "complete", "", "resume"), 1)
    )
    assert len(ingest_files(text).rows()) == 5
    found = ingest_files(text, lifecycle="complete", into="complete")
    assert found.column("source_row") == [3, 4, 5]
    assert [(line, reason) for line, reason, _ in found.left_out()] == [
        (2, "lifecycle left out"),
        (6, "lifecycle left out"),
    ]


def test_names_that_collide() -> None:
    assert stored_names(["Plant", "Activity", "SEQ", "source_seq", "plant", "Kind"]) == {
        "Plant": "Plant",
        "Activity": "source_Activity",
        "SEQ": "source_SEQ",
        "source_seq": "source_source_seq",
        "plant": "source_plant",
        "Kind": "source_Kind",
    }
