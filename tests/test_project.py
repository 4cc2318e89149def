from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordermine.errors import UsageError
from ordermine.project import (
    Calendar,
    DeclaredSource,
    Departments,
    Errors,
    Expected,
    Log,
    Project,
    SplitTimestamp,
    Step,
    load_project,
    parse_project,
)
from ordermine.schema import KEY_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = r"""
[log]
timezone = "Europe/Berlin"
currency = "EUR"
cluster = '^(\d+)_'

[[source]]
files = "export_*.csv"
case = "Order"
activity = "Step"
timestamp = { date = "ERDAT", time = "ERZET" }
date_order = "dmy"
department = "Team"
resource = "User"
case_attributes = ["Order type", "Region"]

[[source]]
shape = "field_history"
field = "Field"
old = "OldValue"
new = "NewValue"

[activities]
"Schedule Line Rejected" = { kind = "reject", stage = "order" }
"*Block Set" = { kind = "block" }

[departments]
system = ["System Automatic Job"]
not_recorded = ["Empty"]

[departments.aliases]
"Customer Service Representative" = "Customer Service"

[lineage]
"invoice.price" = "order.price"
"order.price" = "quote.price"

[required]
order = ["ship_to", "price"]

[expected]
repeat = ["Partial delivery"]
loops = [["Legal", "Sales"]]

[errors]
protected = ["ship_to", "price", "item"]

[errors.types]
ship_to = "customer data"

[calendar]
hours = "07:30-16:00"
holidays = ["2026-12-25"]

[targets]
first_time_right = { at_least = 0.9 }
"""


def problem(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        parse_project(text)
    return str(caught.value)


def test_every_section_is_understood() -> None:
    project = parse_project(EVERYTHING)
    first, second = project.source
    assert project.log == Log(timezone="Europe/Berlin", currency="EUR", cluster=r"^(\d+)_")
    assert first.timestamp == SplitTimestamp(date="ERDAT", time="ERZET")
    assert first.columns() == {
        "case": "Order",
        "activity": "Step",
        "timestamp": ("ERDAT", "ERZET"),
        "department": "Team",
        "resource": "User",
    }
    assert first.case_attributes == ("Order type", "Region")
    assert (second.files, second.shape) == (("*",), "field_history")
    assert second.columns() == {"field": "Field", "old": "OldValue", "new": "NewValue"}
    assert project.activities["*Block Set"] == Step(kind="block")
    assert project.departments.aliases == {"Customer Service Representative": "Customer Service"}
    assert project.lineage == {"invoice.price": "order.price", "order.price": "quote.price"}
    assert project.required == {"order": ("ship_to", "price")}
    assert project.expected == Expected(repeat=("Partial delivery",), loops=(("Legal", "Sales"),))
    assert project.errors.protected == ("ship_to", "price", "item")
    assert project.errors.types == {"ship_to": "customer data"}
    assert project.calendar is not None
    assert project.calendar.minutes() == (450, 960)
    assert project.calendar.workdays == ("mon", "tue", "wed", "thu", "fri")
    assert project.calendar.holidays == (date(2026, 12, 25),)
    assert project.targets["first_time_right"].at_least == 0.9


def test_it_is_written_as_a_person_would_write_it() -> None:
    assert "\n" + parse_project(EVERYTHING).to_toml() == EVERYTHING


def test_inline_tables_are_understood_too() -> None:
    project = parse_project('[departments]\naliases = { "CS" = "Customer Service" }')
    assert project.departments.aliases == {"CS": "Customer Service"}


def test_an_empty_file_is_a_project_and_writes_as_nothing() -> None:
    assert parse_project("") == Project()
    assert Project().to_toml() == ""


def test_what_equals_the_default_is_not_written_but_a_calendar_is_kept() -> None:
    project = parse_project('[[source]]\nfiles = "*"\nshape = "events"\n[calendar]\nhours = "08:00-17:00"')
    assert project.to_toml() == "[[source]]\n\n[calendar]\n"
    assert parse_project(project.to_toml()).calendar == Calendar()


def test_long_lists_are_broken_into_lines() -> None:
    project = Project(expected=Expected(repeat=("x" * 60, "y" * 60)))
    assert project.to_toml().splitlines()[2] == f'  "{"x" * 60}",'
    assert parse_project(project.to_toml()) == project


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda name: name.strip() != "")


@given(
    st.lists(st.tuples(names, st.sampled_from([Step(kind="reject"), Step(stage="pay")]))),
    st.dictionaries(names, names.map(lambda name: "to " + name)),
    names,
    st.lists(names),
)
def test_any_names_survive_writing_and_reading(
    steps: list[tuple[str, Step]], types: dict[str, str], column: str, repeat: list[str]
) -> None:
    project = Project(
        source=(DeclaredSource(case=column, timestamp=SplitTimestamp(date=column, time=column)),),
        activities=dict(steps),
        errors=Errors(types=types),
        lineage={"types": "aliases"},
        expected=Expected(repeat=tuple(repeat)),
    )
    again = parse_project(project.to_toml())
    assert again == project
    assert list(again.activities) == list(project.activities)
    assert again.fingerprint() == project.fingerprint()


def test_the_fingerprint_follows_the_meaning() -> None:
    project = parse_project(EVERYTHING)
    commented = parse_project("# weekly\n" + EVERYTHING.replace(" = ", "="))
    assert commented.fingerprint() == project.fingerprint()
    assert parse_project(EVERYTHING.replace("EUR", "USD")).fingerprint() != project.fingerprint()
    lines = ['"*a" = {kind="block"}', '"b*" = {kind="reject"}']
    there, back = ("[activities]\n" + "\n".join(order) for order in (lines, lines[::-1]))
    assert parse_project(there).fingerprint() != parse_project(back).fingerprint()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[source]]\ntimestmp = 'x'", "[[source]] 1: unknown key 'timestmp'; did you mean 'timestamp'?"),
        (
            "[[source]]\n[[source]]\ntimestamp = {date='x', tme='y', time='z'}",
            "[[source]] 2: timestamp: unknown key 'tme'; did you mean 'time'?",
        ),
        ("[[source]]\ntimestamp = {date='x'}", "[[source]] 1: timestamp: time: is missing"),
        ("[[source]]\ncase = 3", "[[source]] 1: case: must be text, found 3"),
        ("[[source]]\ncase = ' '", "[[source]] 1: case: must not be blank"),
        ("[[source]]\nshape = 'event'", "[[source]] 1: shape: unknown shape 'event'; did you mean 'events'?"),
        (
            "[[source]]\ndate_order = 'dym'",
            "[[source]] 1: date_order: unknown date order 'dym'; did you mean 'ymd' or 'mdy' or 'dmy'?",
        ),
        ("[source]\ncase = 'x'", '[[source]]: must be a list, found { case = "x" }'),
        ("[activites]", "unknown section 'activites'; did you mean 'activities'?"),
        (
            "[activities]\n\"Foo\" = {kind='rejct'}",
            "[activities] Foo: kind: unknown kind 'rejct'; did you mean 'reject'?",
        ),
        (
            "[activities]\n\"Foo\" = {kinds='reject'}",
            "[activities] Foo: unknown key 'kinds'; did you mean 'kind'?",
        ),
        ("[activities]\n\"Foo\" = 'reject'", '[activities] Foo: must be a table, found "reject"'),
        ('[activities]\n"Foo" = {}', "[activities] Foo: needs a kind, a stage or both"),
        ("[required]\nordr = ['x']", "[required] ordr: unknown stage 'ordr'; did you mean 'order'?"),
        (
            "[log]\ntimezone = 'Europe/Berln'",
            "unknown time zone 'Europe/Berln'; did you mean 'Europe/Berlin'",
        ),
        ("[log]\ntimezone = '../etc'", "[log] timezone: unknown time zone '../etc'"),
        ("[log]\ncurrency = 'euro'", "[log] currency: not an ISO 4217 code such as 'EUR': 'euro'"),
        ("[departments]\nsystem = 'Job'", '[departments] system: must be a list, found "Job"'),
        (
            "[departments.aliases]\na = 'b'\nb = 'c'",
            "[departments]: alias 'a' leads to 'b', which is itself an alias",
        ),
        ("[lineage]\na = 'b'\nb = 'c'\nc = 'a'", "[lineage]: copied in a circle: a ← b ← c ← a"),
        ("[lineage]\na = 'a'", "[lineage]: copied in a circle: a ← a"),
        (
            "[expected]\nloops = [['Sales']]",
            "[expected] loops: entry 1: a loop names at least two departments",
        ),
        (
            "[calendar]\nworkdays = ['mo']",
            "[calendar] workdays: entry 1: unknown workday 'mo'; did you mean 'mon'?",
        ),
        ("[calendar]\nhours = '8-17'", "[calendar] hours: not working hours such as '08:00-17:00': '8-17'"),
        ("[calendar]\nhours = '17:00-08:00'", "not working hours"),
        ("[calendar]\nhours = '08:00-24:01'", "not working hours"),
        ("[calendar]\nholidays = ['25.12.2026']", "holidays: entry 1: not a date such as '2026-12-25'"),
        ("[calendar]\nholidays = [20261225]", "holidays: entry 1: not a date such as '2026-12-25': 20261225"),
        ("[targets]\nftr = { at_least = '0.9' }", '[targets] ftr: at_least: must be a number, found "0.9"'),
        ("[targets]\nftr = { at_least = true }", "[targets] ftr: at_least: must be a number, found true"),
        ("[targets]\nftr = {}", "[targets] ftr: needs at_least, at_most or both"),
        ("[log\n", "is not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, said: str) -> None:
    assert said in problem(text)


def test_all_mistakes_are_reported_together() -> None:
    said = problem("[log]\ntimezone = 'Nowhere'\n[[source]]\ncse = 'x'\n[calendar]\nhours = 9").splitlines()
    assert said[0] == "ordermine.toml has 3 problems:"
    assert [line.split(":")[0] for line in said[1:]] == [
        "  [log] timezone",
        "  [[source]] 1",
        "  [calendar] hours",
    ]


def test_a_toml_date_is_a_holiday() -> None:
    project = parse_project("[calendar]\nholidays = [2026-12-25]")
    assert project.calendar is not None
    assert project.calendar.holidays == (date(2026, 12, 25),)


def test_a_whole_number_is_a_target() -> None:
    assert parse_project("[targets]\nreturns = { at_most = 3 }").targets["returns"].at_most == 3.0


def test_every_source_key_can_be_declared() -> None:
    others = {"files", "preset", "timezone", "shape", "date_order", "case_attributes", "lookup"}
    others |= {"steps", "milestones", "watch", "sequence", "document", "predecessor", "flow", "roots"}
    assert set(DeclaredSource.model_fields) - others == set(KEY_COLUMNS)


def test_the_first_matching_name_or_pattern_wins() -> None:
    project = parse_project(
        '[activities]\n"Credit Block Set" = {kind="note"}\n"*Block*" = {kind="block"}\n'
        '"Header Block Removed" = {kind="unblock"}\n"a.c" = {kind="pay"}'
    )
    assert project.matching("Credit Block Set") == Step(kind="note")
    assert project.matching("Header Block Removed") == Step(kind="block")
    assert project.matching(" Credit Block Set ") == Step(kind="note")
    assert project.matching("credit block set") is None
    assert project.matching("abc") is None


def test_a_source_is_found_by_file_name() -> None:
    project = parse_project("[[source]]\nfiles = 'export_*.csv'\ncase = 'a'\n[[source]]\ncase = 'b'")
    assert [project.source_of(name) for name in ("export_1.csv", "Export_1.csv")] == list(project.source)
    assert Project().source_of("export_1.csv") is None


def test_a_name_with_wildcards_in_it_fits_itself() -> None:
    project = parse_project('[[source]]\nfiles = "export[1].csv"\ncase = "Order"', "p")
    assert project.source_of("export[1].csv") is project.source[0]
    assert project.source_of("export1.csv") is project.source[0]


@pytest.mark.parametrize(
    ("cluster", "columns", "is_pattern"),
    [
        (r"^(\d+)_", ["Order"], True),
        ("Order header", ["Order header"], False),
        ("Order (header)", ["Order (header)"], False),
        ("Order (header", [], False),
        (r"^\d+", [], False),
        (None, [], False),
    ],
)
def test_a_cluster_is_a_column_or_a_pattern(cluster: str | None, columns: list[str], is_pattern: bool) -> None:
    assert (Log(cluster=cluster).cluster_pattern(columns) is not None) is is_pattern


def test_declared_spellings_join_those_that_record_nothing() -> None:
    spellings = Departments(not_recorded=(" Leer ",)).recorded_nothing()
    assert {"leer", "empty", ""} <= spellings


def test_load_reads_utf8_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "ordermine.toml"
    path.write_bytes(b"\xef\xbb\xbf[lineage]\n'gr\xc3\xb6\xc3\x9fe' = 'x'\r\n")
    assert load_project(path).lineage == {"größe": "x"}


def test_load_says_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"# gr\xf6\xdfe")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[logg]", encoding="utf-8")
    for path, said in [
        (tmp_path / "absent.toml", "no project file"),
        (latin / "absent.toml", "no project file"),
        (tmp_path, "is a folder"),
        (latin, "is not UTF-8 at byte 4"),
        (wrong, "wrong.toml: unknown section 'logg'; did you mean 'log'?"),
    ]:
        with pytest.raises(UsageError, match=said.replace("?", r"\?")) as caught:
            load_project(path)
        assert caught.value.hint
