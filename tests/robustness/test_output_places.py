"""Where outputs may go and what is read: never over an input, never through a link, exactly the named file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

EXPORT = """order,activity,timestamp,department
1,Enter,2024-01-01T08:00:00Z,Sales
1,Ship,2024-01-02T09:00:00Z,Ops
"""


@pytest.fixture
def export(ordermine: Run, tmp_path: Path) -> Path:
    """Return an export beside its log, in the working folder."""
    path = tmp_path / "orders.csv"
    path.write_text(EXPORT, encoding="utf-8")
    assert ordermine("ingest", "orders.csv", "-o", "log", "-q").code == 0
    return path


# S06


@pytest.mark.parametrize("name", ["n" * 300 + ".svg", "orders.csv/map.svg", "orders.csv/a/b/map.svg"])
def test_s06_a_name_that_no_file_can_have_is_wrong_usage(ordermine: Run, export: Path, name: str) -> None:
    """A name that is too long or lies in a file is refused with a message, before any work."""
    said = ordermine("map", "log", "-o", name)
    assert said.code == 2
    assert said.err.startswith("ordermine: ")
    assert "unexpected" not in said.err
    assert export.read_text(encoding="utf-8") == EXPORT


@pytest.mark.parametrize("name", ["-o.svg", "a\nb $(x) 'q\".svg", "sub/a/../CON.svg"])
def test_s06_any_other_name_is_the_name_of_the_file(ordermine: Run, export: Path, name: str) -> None:
    """Every other name is taken as it is, and only that file appears."""
    assert ordermine("map", "log", f"--output={name}").code == 0
    assert [*export.parent.rglob("*.svg")] == [(export.parent / name).resolve()]
    assert {path.name for path in export.parent.iterdir()} <= {"orders.csv", "log", "cache", "sub", name}


def test_s06_names_in_the_data_name_no_files(ordermine: Run, tmp_path: Path) -> None:
    """Values such as `../../x` never become part of a path: a report has the same files whatever an export says."""
    rows = ["order,activity,timestamp,department"]
    for order in range(40):
        for at, step in enumerate(["../../create", "/etc/confirm", "deliver/../x"]):
            rows.append(f"../../{order},{step},2024-01-{at + 1:02d}T08:00:00Z,../{at}")
    (tmp_path / "orders.csv").write_text("\n".join(rows), encoding="utf-8")
    assert ordermine("discover", "orders.csv", "-o", "a/process").code == 0
    made = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    assert made == {"orders.csv", "a", "cache"}
    assert all(path.suffix for path in (tmp_path / "a" / "process").iterdir())


# S07


@pytest.mark.parametrize(
    "command",
    [
        ("export", "orders.csv", "-o", "orders.csv"),
        ("export", "orders.csv", "-o", "link.csv"),
        ("export", "orders.csv", "-o", "./log/../orders.csv"),
        ("inspect", "orders.csv", "-o", "orders.csv"),
        ("origins", "orders.csv", "--errors", "orders.csv"),
        ("origins", "orders.csv", "--audit", "3", "-o", "orders.csv"),
        ("ingest", "orders.csv", "-o", "orders.csv"),
        ("map", "log", "--project", "project.svg", "-o", "project.svg"),
    ],
)
def test_s07_an_input_is_never_overwritten(ordermine: Run, export: Path, command: tuple[str, ...]) -> None:
    """An output that is an input of the same command is refused, by whatever name it goes, even with --force."""
    (export.parent / "link.csv").symlink_to("orders.csv")
    (export.parent / "project.svg").write_text("", encoding="utf-8")
    said = ordermine(*command, "--force")
    assert said.code == 2
    assert export.read_text(encoding="utf-8") == EXPORT
    assert (export.parent / "project.svg").read_text(encoding="utf-8") == ""


def test_s07_a_report_does_not_overwrite_the_export_that_it_is_about(ordermine: Run, tmp_path: Path) -> None:
    """A folder of outputs in which an input would be replaced is refused too."""
    rows = [dict(zip(EXPORT.split("\n")[0].split(","), line.split(","), strict=True)) for line in EXPORT.split()[1:]]
    for name, command in (("discover.json", "discover"), ("report.json", "report")):
        text = json.dumps(rows)
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert ordermine(command, name, "-o", ".", "--force").code == 2
        assert (tmp_path / name).read_text(encoding="utf-8") == text


def test_s07_a_part_of_a_log_does_not_replace_that_log(ordermine: Run, export: Path) -> None:
    """Ingesting a file of a log into the log itself is refused: the next run would remove what it was made of."""
    part = next((export.parent / "log").rglob("part-*.parquet"))
    said = ordermine("ingest", part, "-o", "log", "--force")
    assert (said.code, "the next run removes" in said.err) == (2, True)
    assert ordermine("show", "log", "1").code == 0


def test_s07_links_are_replaced_and_not_followed(ordermine: Run, export: Path) -> None:
    """A link at the name of an output counts as existing; with --force it is replaced, and its target stays."""
    kept = export.parent / "kept.txt"
    kept.write_text("kept", encoding="utf-8")
    for name, target in (("a.svg", "kept.txt"), ("b.svg", "nowhere")):
        link = export.parent / name
        link.symlink_to(target)
        assert ordermine("map", "log", "-o", name).code == 2
        assert ordermine("map", "log", "-o", name, "--force").code == 0
        assert not link.is_symlink()
    assert kept.read_text(encoding="utf-8") == "kept"
    assert not (export.parent / "nowhere").exists()


@pytest.mark.parametrize("name", ["orders.csv", "ordermine.toml", "truth.json"])
def test_s07_links_in_a_folder_of_outputs_are_not_followed(ordermine: Run, tmp_path: Path, name: str) -> None:
    """Where a folder of outputs holds a link by the name of one of them, the link is replaced and its target stays."""
    kept = tmp_path / "kept.txt"
    kept.write_text("kept", encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).symlink_to("../kept.txt")
    assert ordermine("simulate", "demo", "--orders", "3", "-o", "out", "--force").code == 0
    assert kept.read_text(encoding="utf-8") == "kept"
    assert not (tmp_path / "out" / name).is_symlink()


def test_s07_a_planted_link_in_a_log_is_not_followed(ordermine: Run, export: Path) -> None:
    """A link that somebody put where a log's next manifest is written harms nothing."""
    kept = export.parent / "kept.txt"
    kept.write_text("kept", encoding="utf-8")
    (export.parent / "log" / "manifest.json.new").symlink_to("../kept.txt")
    assert ordermine("ingest", "orders.csv", "-o", "log", "--force").code == 0
    assert kept.read_text(encoding="utf-8") == "kept"
    assert ordermine("show", "log", "1").code == 0


def test_s07_pipes_and_devices_are_no_files(ordermine: Run, export: Path) -> None:
    """A pipe is neither replaced, nor written to, nor waited for, as an output or as an export."""
    pipe = export.parent / "pipe.svg"
    os.mkfifo(pipe)
    for arguments in (("map", "log", "-o", "pipe.svg", "--force"), ("ingest", "pipe.svg", "-o", "new")):
        said = ordermine(*arguments)
        assert said.code == 2
        assert "pipe" in said.err
    assert pipe.is_fifo()
    assert ordermine("inspect", "orders.csv", "-o", "/dev/null", "--force").code == 2


def test_s07_folders_and_files_are_not_mistaken_for_each_other(ordermine: Run, export: Path) -> None:
    """A folder where a file is meant, and the other way round, is wrong usage; nothing is written."""
    (export.parent / "folder.svg").mkdir()
    for arguments in (
        ("map", "log", "-o", "folder.svg", "--force"),
        ("discover", "log", "-o", "orders.csv", "--force"),
        ("report", "log", "-o", "orders.csv", "--force"),
        ("ingest", "orders.csv", "-o", "folder.svg/../orders.csv", "--force"),
    ):
        assert ordermine(*arguments).code == 2
    assert export.read_text(encoding="utf-8") == EXPORT


@pytest.mark.skipif(os.geteuid() == 0 and not os.access("/usr/bin/setpriv", os.X_OK), reason="root may write anywhere")
def test_s07_a_folder_without_write_permission_is_the_environment_s_fault(export: Path) -> None:
    """Where nothing may be written, the exit code is 6 and the message says so."""
    shut = export.parent / "shut"
    shut.mkdir(mode=0o555)
    command = [sys.executable, "-c", "from ordermine.cli import main; main()", "export", "log", "-o", "shut/out.csv"]
    if os.geteuid() == 0:
        # Root may write anywhere; without its capabilities it is like everybody else.
        command = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", *command]
    done = subprocess.run(command, cwd=export.parent, capture_output=True, text=True, check=False)
    assert (done.returncode, "Permission denied" in done.stderr) == (6, True), done.stderr


# S08

NAMES = (
    *("o'brien.csv", 'a"; drop table events; --.csv', "export[1].csv", "*.csv", "?.csv", "'||'.csv", "a{1,2}.csv"),
    *("s3:x.csv", "a\\b.csv", "read_csv('x').csv"),
)


@pytest.fixture
def named_files(tmp_path: Path) -> Path:
    """Return a folder with files of names that mean something, each with one order of that name, and a decoy."""
    for name in (*NAMES, "export1.csv", "x.csv", "a1.csv"):
        cell = '"' + name.replace('"', '""') + '"'
        text = f"order,activity,timestamp\n{cell},A,2024-01-01T00:00:00Z\n{cell},B,2024-01-02T00:00:00Z\n"
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_s08_exactly_the_named_file_is_read(ordermine: Run, named_files: Path) -> None:
    """Brackets, stars, quotes, SQL and addresses in the name of an export or of a log are parts of that name."""
    for at, name in enumerate(NAMES):
        log = f"log {at} {name}"
        assert ordermine("ingest", f"./{name}", "-o", log, "-q").code == 0
        said = ordermine("sql", log, "SELECT DISTINCT case_id, source_file FROM events", "--format", "json")
        assert json.loads(said.out)["result"]["rows"] == [{"case_id": name, "source_file": name}]
    for name in ("export[12].csv", "e*.csv", "s3://bucket/x.csv", "http://localhost/x.csv"):
        said = ordermine("ingest", name, "-o", "none")
        assert (said.code, "no such file" in said.err) == (2, True)


def test_s08_the_proposed_project_file_is_for_exactly_that_file(ordermine: Run, named_files: Path) -> None:
    """What `inspect` proposes for a file names this file, whatever its name; no other file fits it."""
    from ordermine.project import load_project

    for name in NAMES:
        assert ordermine("inspect", f"./{name}", "-o", "proposed.toml", "--force").code == 0
        project = load_project(named_files / "proposed.toml")
        assert project.source_of(name) is not None
        assert project.source_of("export1.csv") is None


def test_s08_names_in_the_data_are_no_sql(ordermine: Run, tmp_path: Path) -> None:
    """Orders, steps, departments and columns whose names are SQL can be asked for by these names, and do nothing."""
    names = ['"; DROP TABLE events; --', "'); DROP TABLE events; --", "' || (SELECT 1) || '", "x' OR '1'='1", "a%_"]
    rows = ['order,activity,timestamp,department,"say ""x""; drop"']
    for at, name in enumerate(names):
        cell = '"' + name.replace('"', '""') + '"'
        rows += [f"{cell},{cell},2024-01-0{day}T00:00:00Z,{cell},{at}" for day in (1, 2)]
    (tmp_path / "orders.csv").write_text("\n".join(rows), encoding="utf-8")
    assert ordermine("ingest", "orders.csv", "-o", "log", "-q").code == 0

    def counted(*chosen: str) -> Any:
        query = "SELECT count(*) AS n, min(case_id) AS c FROM events"
        return json.loads(ordermine("sql", "log", query, *chosen, "--format", "json").out)["result"]["rows"]

    for at, name in enumerate(names):
        said = ordermine("show", "log", name, "--format", "json")
        assert [event["activity"] for event in json.loads(said.out)["result"]["events"]] == [name, name]
        quoted = name.replace("'", "''")
        assert counted("--case", name) == [{"n": 2, "c": name}]
        assert counted("--where", f'department = \'{quoted}\' AND "say ""x""; drop" = \'{at}\'') == [
            {"n": 2, "c": name}
        ]
    assert ordermine("measure", "OM401", "log", "--level", 'say "x"; drop').code == 0
    reading = "(SELECT content FROM read_text('/etc/passwd')) = ''"
    for attack in ("1=1); DROP TABLE events; --", "1=1; SELECT 1", reading):
        assert ordermine("sql", "log", "SELECT 1", "--where", attack).code == 2
    assert counted()[0]["n"] == 10
