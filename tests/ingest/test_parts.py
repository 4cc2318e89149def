"""Which part each file plays, and in which zone its stamps are read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ordermine.errors import UsageError
from ordermine.ingest.open import open_sources
from ordermine.ingest.parts import assign_parts
from ordermine.project import Project, parse_project

if TYPE_CHECKING:
    from ordermine.ingest.source import Source
    from tests.conftest import Ingest

SAMPLES = Path(__file__).parent / "presets" / "samples"
EVENTS = "case,activity,timestamp\n1,A,2024-07-01 12:00\n"


def sources(tmp_path: Path, *systems: str, **texts: str) -> list[Source]:
    paths = [path for name in systems for path in (SAMPLES / name).iterdir() if path.name != "expected.txt"]
    for name, text in texts.items():
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    return [opened.source for opened in open_sources(paths)]


def test_systems_are_recognised_among_other_files(tmp_path: Path) -> None:
    files = sources(tmp_path, "salesforce", "hubspot", orders=EVENTS)
    parts = assign_parts(files, Project())
    named = {one.preset.name: sorted(files[at].name for at in one.tables) for one in parts.systems}
    assert named == {
        "hubspot": ["deal_property_history.csv", "owners.csv"],
        "salesforce": [
            "OpportunityFieldHistory.csv",
            "OpportunityHistory.csv",
            "Order.csv",
            "OrderHistory.csv",
            "User.csv",
        ],
    }
    assert [files[at].name for at in parts.alone] == ["orders.csv"]


def test_what_the_project_file_says_of_a_file_holds(tmp_path: Path) -> None:
    files = sources(tmp_path, "hubspot", orders=EVENTS)
    project = parse_project('[[source]]\nfiles = "deal*.csv"\n')
    # Without its history, HubSpot has no events, so that the owners are a file like others.
    parts = assign_parts(files, project)
    assert not parts.systems
    declared = parse_project('[[source]]\nfiles = ["deal*.csv", "orders.csv"]\npreset = "hubspot"\n')
    with pytest.raises(UsageError, match=r"preset hubspot: these files are not its tables: orders.csv"):
        assign_parts(files, declared)
    # With columns on the command line, files are no tables.
    assert not assign_parts(files, Project(), columns=["case"]).systems


def test_files_that_are_only_looked_up_in_are_no_log(tmp_path: Path) -> None:
    files = sources(tmp_path, orders=EVENTS)
    lookup = 'lookup = [{ file = "orders.csv", match = ["case"], take = ["activity"] }]\n'
    with pytest.raises(UsageError, match=r"orders.csv: only looked up in"):
        assign_parts(files, parse_project(f'[[source]]\nfiles = "x*.csv"\n{lookup}'))
    # A file that is spelt out under files has events of its own, too.
    parts = assign_parts(files, parse_project(f'[[source]]\nfiles = "orders.csv"\n{lookup}'))
    assert (parts.alone, parts.further) == ((0,), ())


def test_each_source_may_have_a_zone_of_its_own(ingest_files: Ingest) -> None:
    project = parse_project('[log]\ntimezone = "Europe/Berlin"\n[[source]]\nfiles = "b.csv"\ntimezone = "Asia/Tokyo"\n')
    files = {name: EVENTS.replace("1,", f"{name},") for name in ("a.csv", "b.csv", "c.csv")}
    found = ingest_files(files, project=project)
    hours = {row["source_file"]: row["timestamp"].hour for row in found.rows()}
    # 12:00 in summer: Berlin is two hours ahead of UTC, Tokyo nine.
    assert hours == {"a.csv": 10, "b.csv": 3, "c.csv": 10}
    assert found.manifest.timezone == "Europe/Berlin"
    described = {source.name: source.described.get("timezone") for source in found.manifest.sources}
    assert described == {"a.csv": None, "b.csv": "Asia/Tokyo", "c.csv": None}
    # What the command line says holds for all.
    told = ingest_files({"b.csv": EVENTS}, project=project, timezone="UTC", into="told")
    assert told.rows()[0]["timestamp"].hour == 12
