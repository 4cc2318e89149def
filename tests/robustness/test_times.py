"""Times as exports write them: read exactly, in one proven format per column, or left out with the reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.errors import InputError, UsageError
from ordermine.eventlog.log import open_log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ingest, Ingested


def stamped(ingest_files: Ingest, *stamps: str, into: str = "log", **options: Any) -> Ingested:
    """Ingest one order per stamp, numbered in their order."""
    rows = [f'{at},A,"{stamp}"' for at, stamp in enumerate(stamps)]
    columns = options.pop("columns", {"timestamp": "time"})
    return ingest_files("\n".join(["order,activity,time", *rows]), into=into, columns=columns, **options)


def instants(made: Ingested) -> dict[int, str]:
    """Return number of the order → its instant in UTC."""
    return {
        int(row["case_id"]): row["timestamp"].isoformat().removesuffix("+00:00").replace("T", " ")
        for row in made.rows()
    }


def notes(made: Ingested) -> str:
    return "\n".join(made.manifest.notes)


# Formats


@pytest.mark.parametrize(
    ("stamp", "instant"),
    [
        ("2024-01-31T10:20:30Z", "2024-01-31 10:20:30"),
        ("2024-01-31T10:20:30.123456789+01:00", "2024-01-31 09:20:30.123456"),
        ("2024-01-31 10:20:30,5 +0530", "2024-01-31 04:50:30.500000"),
        ("2024/1/31 9:05", "2024-01-31 09:05:00"),
        ("2024-01-31T10:20:30+01:00[Europe/Berlin]", "2024-01-31 09:20:30"),
        ("31.01.2024 10:20", "2024-01-31 10:20:00"),
        ("31/1/2024 10:20:30", "2024-01-31 10:20:30"),
        ("1/31/2024, 3:04:05\u202fPM", "2024-01-31 15:04:05"),
        ("1/31/2024 12:00 AM", "2024-01-31 00:00:00"),
        ("20240131", "2024-01-31 00:00:00"),
        ("20240131102030", "2024-01-31 10:20:30"),
        ("31-Jan-2024 10:20:30", "2024-01-31 10:20:30"),
        ("31. März 2024", "2024-03-31 00:00:00"),
        ("Jan 31, 2024 3:04 p.m.", "2024-01-31 15:04:00"),
        ("2024-01-31-10.20.30.123456", "2024-01-31 10:20:30.123456"),
        ("31-JAN-24 10.20.30.000000 PM", "2024-01-31 22:20:30"),
    ],
)
def test_b33_formats_of_real_systems(ingest_files: Ingest, stamp: str, instant: str) -> None:
    """ISO 8601, day or month first, compact digits, month names in several languages, and the formats of Excel, SAP,
    Java, DB2 and Oracle are read to the microsecond.
    """
    assert instants(stamped(ingest_files, stamp)) == {0: instant}


# B31


@pytest.mark.parametrize(
    "stamp",
    [
        *("2023-02-30", "2023-13-01", "2023-00-10", "2023-01-00", "2023-02-29", "0000-01-01", "2023-01-01 25:00:00"),
        *("2023-01-01 24:00:01", "2023-01-01 10:60:00", "2023-01-01 23:59:60", "2023-01-01T10:00:00+25:00"),
        *(
            "2023-01-01T10:00:00+02:99",
            "10000-01-01",
            "-2023-01-01",
            "２０２３-０１-０１",
            "soon",
            "2023-01-01 13:00 PM",
        ),
    ],
)
@pytest.mark.parametrize("beside", [(), ("2023-01-01", "2023-01-02T10:00:00.5Z")])
def test_b31_what_is_no_time_is_left_out(ingest_files: Ingest, stamp: str, beside: tuple[str, ...]) -> None:
    """Days, hours and offsets that don't exist are never bent into ones that do: the row is left out with its text."""
    made = stamped(ingest_files, *(stamp,) * (1 + len(beside)), "2023-05-05", *beside, *["2023-06-06"] * 3)
    assert [(reason, stamp in raw) for _, reason, raw in made.left_out()] == [("unreadable timestamp", True)] * (
        1 + len(beside)
    )
    assert len(made.rows()) == 4 + len(beside)


def test_b31_midnight_at_the_end_of_a_day(ingest_files: Ingest) -> None:
    """24:00 is the first moment of the next day, over the ends of months and years too."""
    made = stamped(ingest_files, "2023-12-31 24:00:00", "2024-02-28 24:00", "2024-02-29T24:00:00.000Z")
    assert instants(made) == {0: "2024-01-01 00:00:00", 1: "2024-02-29 00:00:00", 2: "2024-03-01 00:00:00"}


# B32


def test_b32_ambiguous_dates_are_refused_with_the_way_out(ordermine: Callable[..., Any], tmp_path: Path) -> None:
    """Where no day is above 12, the command ends with 3 and names --date-order; with it, every date is read so."""
    (tmp_path / "orders.csv").write_text("order,activity,time\n1,A,03/04/2024\n1,B,05/06/2024\n", encoding="utf-8")
    said = ordermine("ingest", "orders.csv", "-o", "log")
    assert said.code == 3
    assert "ambiguous" in said.err
    assert "hint: add --date-order dmy or --date-order mdy" in said.err
    assert not (tmp_path / "log").exists()
    for order, first in (("dmy", "2024-04-03"), ("mdy", "2024-03-04")):
        assert ordermine("ingest", "orders.csv", "-o", order, "--date-order", order, "-q").code == 0
        out = ordermine("sql", order, "SELECT min(timestamp)::DATE::VARCHAR AS d FROM events", "--format", "csv").out
        assert out == f"d\n{first}\n"


@pytest.mark.parametrize(("proof", "first"), [("25/02/2024", "2024-04-03"), ("02/25/2024", "2024-03-04")])
def test_b32_one_late_proof_decides_for_all(ingest_files: Ingest, tiny_pieces: None, proof: str, first: str) -> None:
    """One day above 12, however far down, decides the order for the whole column."""
    made = stamped(ingest_files, *["03/04/2024"] * 300, proof)
    assert instants(made)[0] == f"{first} 00:00:00"
    assert instants(made)[300] == "2024-02-25 00:00:00"


def test_b32_contradicting_dates_are_refused(ingest_files: Ingest) -> None:
    """A column that proves both orders is refused; what --date-order can't read is then left out and counted."""
    with pytest.raises(InputError, match="contradict each other"):
        stamped(ingest_files, "25/02/2024", "02/26/2024")
    made = stamped(ingest_files, "25/02/2024", "02/26/2024", date_order="dmy")
    assert instants(made) == {0: "2024-02-25 00:00:00"}
    assert [reason for _, reason, _ in made.left_out()] == ["unreadable timestamp"]


# B33


def test_b33_other_formats_are_left_out_and_listed(ingest_files: Ingest) -> None:
    """Values in another format than most of the column are never guessed at: they are left out, and a note lists each
    format with its count and its first row.
    """
    stamps = ("2024-01-01", "2024-01-05", "01.02.2024", "2024-01-03", "Jan 5, 2024", "2024-02-01", "02.02.2024", "x")
    made = stamped(ingest_files, *stamps)
    assert sorted(instants(made)) == [0, 1, 3, 5]
    assert "2 stamps in another format (day or month first) are left out, the first in row 4: '01.02.2024'" in notes(
        made
    )
    assert "1 stamps in another format (month name, day) are left out, the first in row 6: 'Jan 5, 2024'" in notes(made)


# B34


def test_b34_naive_stamps_are_utc_with_a_note(ingest_files: Ingest) -> None:
    """Stamps without an offset are taken as UTC, and a note says so, unless a zone is named."""
    made = stamped(ingest_files, "2024-07-01 10:00:00")
    assert instants(made) == {0: "2024-07-01 10:00:00"}
    assert "1 stamps have no offset and were taken as UTC; name the zone with --timezone" in notes(made)
    berlin = stamped(ingest_files, "2024-07-01 10:00:00", into="berlin", timezone="Europe/Berlin")
    assert instants(berlin) == {0: "2024-07-01 08:00:00"}
    assert notes(berlin) == ""


def test_b34_offsets_count_row_by_row(ingest_files: Ingest) -> None:
    """Each stamp's own offset holds for it; only those without one are in the named zone, and a note counts both."""
    stamps = ("2024-01-01T10:00:00+02:00", "2024-01-01T10:00:00", "2024-01-01T10:00:00Z", "2024-01-01T10:00:00-03:30")
    made = stamped(ingest_files, *stamps, timezone="Asia/Tokyo")
    assert instants(made) == {
        0: "2024-01-01 08:00:00",
        1: "2024-01-01 01:00:00",
        2: "2024-01-01 10:00:00",
        3: "2024-01-01 13:30:00",
    }
    assert "3 stamps have an offset, 1 have none" in notes(made)


def test_b34_the_machine_s_zone_changes_nothing(ingest_files: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The zone of the machine is never used."""
    import time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert instants(stamped(ingest_files, "2024-07-01 10:00:00")) == {0: "2024-07-01 10:00:00"}
    finally:
        monkeypatch.undo()
        time.tzset()


# B35


@pytest.mark.parametrize(
    ("zone", "skipped", "instead", "repeated", "first"),
    [
        ("Europe/Berlin", "2024-03-31 02:30:00", "01:30", "2024-10-27 02:30:00", "00:30"),
        ("Australia/Lord_Howe", "2024-10-06 02:10:00", "15:40", "2024-04-07 01:45:00", "14:45"),
    ],
)
def test_b35_skipped_and_repeated_hours_are_counted(
    ingest_files: Ingest, zone: str, skipped: str, instead: str, repeated: str, first: str
) -> None:
    """A time that the clocks skipped moves on by what they skipped, one that they showed twice is its first; notes
    count both, by half an hour where a zone does that.
    """
    made = stamped(ingest_files, skipped, repeated, "2024-06-01 10:00:00", timezone=zone)
    found = instants(made)
    assert (found[0][11:16], found[1][11:16]) == (instead, first)
    assert f"1 stamps fall into the hour that {zone} skips in spring" in notes(made)
    assert f"1 stamps are in the hour that {zone} repeats in autumn; read as its first" in notes(made)


def test_b35_an_offset_settles_the_repeated_hour(ingest_files: Ingest) -> None:
    """Where stamps bear their offset, both passes of the repeated hour are told apart and nothing is noted."""
    made = stamped(ingest_files, "2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00+01:00", timezone="Europe/Berlin")
    assert instants(made) == {0: "2024-10-27 00:30:00", 1: "2024-10-27 01:30:00"}
    assert notes(made) == ""


# B36

PLACEHOLDERS = ("0001-01-01", "1753-01-01", "1899-12-30", "1900-01-01", "1969-12-31", "2999-12-31", "9999-12-31")


@pytest.mark.parametrize("zone", [None, "Europe/Berlin", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_b36_placeholders_are_exact_and_reported(ingest_files: Ingest, zone: str | None) -> None:
    """Years such as 0001, 1900 and 9999 are kept as they are, in any zone, and a note lists them with their counts."""
    made = stamped(ingest_files, *(f"{day} 12:00:00" for day in PLACEHOLDERS), "2024-05-05", timezone=zone)
    out = [row["case_id"] for row in made.rows()]
    assert out == ["0", "1", "2", "3", "4", "7", "5", "6"]
    if zone is None:
        assert [instants(made)[at] for at in range(7)] == [f"{day} 12:00:00" for day in PLACEHOLDERS]
    (note,) = [note for note in made.manifest.notes if "before 1980 or after 2099" in note]
    assert note.startswith("export.csv: 7 stamps are before 1980 or after 2099: 0001-01-01 (1), 1753-01-01 (1)")


def rows_with(placeholder: str) -> str:
    """Return an export of three orders, one of which was paid at a placeholder, a day each between all other steps."""
    rows = ["order,activity,timestamp,department"]
    for order in (1, 2, 3):
        paid = placeholder if order == 2 else f"2024-01-0{order + 2}T00:00:00Z"
        rows.append(f"{order},Enter order,2024-01-0{order}T00:00:00Z,Sales")
        rows.append(f"{order},Create invoice,2024-01-0{order + 1}T00:00:00Z,Billing")
        rows.append(f"{order},Receive payment,{paid},Bank")
    return "\n".join(rows)


@pytest.mark.parametrize("placeholder", ["0001-01-01", "1900-01-01", "2999-12-31", "9999-12-31T23:59:59.999999"])
def test_b36_placeholders_are_no_measure_of_time(
    ordermine: Callable[..., Any], tmp_path: Path, placeholder: str
) -> None:
    """A placeholder is neither what counts as now, nor the end or the beginning of a wait or of a duration."""
    (tmp_path / "orders.csv").write_text(rows_with(placeholder), encoding="utf-8")
    assert ordermine("ingest", "orders.csv", "-o", "log", "-q").code == 0
    log = open_log(tmp_path / "log")
    assert log.as_of == datetime(2024, 1, 5, tzinfo=UTC)
    waits = [seconds for (seconds,) in log.rows("SELECT seconds_to_next FROM events ORDER BY case_no, seq")]
    assert {seconds for seconds in waits if seconds is not None} == {86_400.0}
    assert sorted(log.rows("SELECT case_id, duration_s FROM cases")) == [
        ("1", 172_800.0),
        ("2", None),
        ("3", 172_800.0),
    ]
    for code in ("OM201", "OM202"):
        totals = json.loads(ordermine("measure", code, "log", "--format", "json").out)["result"]["totals"]
        assert totals["total_s"] == 5 * 86_400
    edges = json.loads(ordermine("discover", "log", "--format", "json").out)["result"]["edges"]
    assert {edge["median_s"] for edge in edges} <= {86_400.0, None}
    for command in ("analyze", "ftr", "scorecard", "origins"):
        said = ordermine(command, "log")
        assert said.code in (0, 5)


def test_b36_now_is_the_last_event_that_can_be_meant(ingest_files: Ingest) -> None:
    """Where all stamps are placeholders, the last of them counts as now; otherwise none of them does."""
    made = stamped(ingest_files, "9999-12-31", "2024-05-05", "2024-05-06", "0001-01-01")
    assert open_log(made.folder).as_of == datetime(2024, 5, 6, tzinfo=UTC)
    vague = stamped(ingest_files, "9999-12-31", "2999-12-31", into="vague")
    assert open_log(vague.folder).as_of == datetime(9999, 12, 31, tzinfo=UTC)


# B37


@pytest.mark.parametrize(
    ("numbers", "instant", "unit"),
    [
        (("1704103200", "1704103201"), "2024-01-01 10:00:00", "seconds since 1970"),
        (("1704103200.25", "1704103201.5"), "2024-01-01 10:00:00.250000", "seconds since 1970"),
        (("1704103200123", "1704103201000"), "2024-01-01 10:00:00.123000", "milliseconds since 1970"),
        (("1704103200123456", "1704103201000000"), "2024-01-01 10:00:00.123456", "microseconds since 1970"),
    ],
)
def test_b37_numbers_whose_unit_is_certain(
    ingest_files: Ingest, numbers: tuple[str, ...], instant: str, unit: str
) -> None:
    """Seconds, milliseconds and microseconds since 1970 are recognised where all values fall into this century in one
    unit, which the report of the ingest names.
    """
    made = stamped(ingest_files, *numbers, columns={})
    assert instants(made)[0] == instant
    assert made.manifest.date_orders == {"time": unit}


def test_b37_sheet_serials_where_they_are_declared(ingest_files: Ingest) -> None:
    """Days since 1900, as sheets count them, are read to the millisecond where the column is declared as the time."""
    made = stamped(ingest_files, "45292.5", "45293.25", "45292.999988426")
    assert instants(made) == {0: "2024-01-01 12:00:00", 1: "2024-01-02 06:00:00", 2: "2024-01-01 23:59:59"}
    with pytest.raises(UsageError, match="no column is convincing as the timestamp"):
        stamped(ingest_files, "45292.5", "45293.25", into="other", columns={})


@pytest.mark.parametrize("numbers", [("17", "18"), ("17040", "17041"), ("1704103200", "9704103200"), ("-1", "-2")])
def test_b37_numbers_in_doubt_are_refused(ingest_files: Ingest, numbers: tuple[str, ...]) -> None:
    """Numbers that fall outside this century in every unit, or only some of which fall into it, are no times."""
    with pytest.raises(InputError, match="doesn't hold dates"):
        stamped(ingest_files, *numbers)


def test_b37_a_number_of_another_unit_is_left_out(ingest_files: Ingest) -> None:
    """A stray number of another unit, such as 0 or milliseconds among seconds, is left out and counted."""
    made = stamped(ingest_files, *["1704103200"] * 5, "0", "1704103200000")
    assert sorted(instants(made)) == [0, 1, 2, 3, 4]
    assert [reason for _, reason, _ in made.left_out()] == ["unreadable timestamp"] * 2


# B38


def test_b38_an_end_before_its_start_is_kept_and_noted(ingest_files: Ingest) -> None:
    """An event that ends before it starts stays as recorded, and a note counts such events."""
    rows = ["1,A,2024-01-02T10:00Z,2024-01-01T10:00Z", "1,B,2024-01-02T00:00Z,2024-01-03T10:00Z"]
    made = ingest_files("\n".join(["order,activity,start,end", *rows]), columns={"start": "start", "timestamp": "end"})
    assert [(row["start_timestamp"].day, row["timestamp"].day) for row in made.rows()] == [(2, 1), (2, 3)]
    assert "1 events end before they start; they stay as they are" in notes(made)


def test_b38_dates_without_a_time_are_said_to_be_days(ordermine: Callable[..., Any], tmp_path: Path) -> None:
    """Where all times are midnight, whether written or not, events are marked as precise to the day, and a finding
    says so.
    """
    rows = [f"{order},{step},2024-01-{order % 28 + 1:02d} 00:00:00" for order in range(40) for step in "AB"]
    (tmp_path / "orders.csv").write_text("\n".join(["order,activity,time", *rows]), encoding="utf-8")
    assert ordermine("ingest", "orders.csv", "-o", "log", "-q", "--timezone", "Europe/Berlin").code == 0
    log = open_log(tmp_path / "log")
    assert log.rows("SELECT DISTINCT timestamp_precision FROM events") == [("day",)]
    findings = json.loads(ordermine("analyze", "log", "--format", "json").out)["result"]["findings"]
    assert "OM006" in {finding["code"] for finding in findings}
