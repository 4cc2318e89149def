from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

RUN = """
import sys
sys.argv = ["ordermine", *{arguments!r}]
from ordermine.cli import main
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
sys.stderr.write("loaded: " + " ".join(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


def loaded(*arguments: str) -> set[str]:
    """Run a command in a process of its own; return the packages that it loaded."""
    code = RUN.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.rpartition("loaded: ")[2].split())


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("start_up")
    export = folder / "orders.csv"
    export.write_text(
        "order,activity,timestamp,department\n1,Create,2026-01-01 08:00:00,Sales\n1,Ship,2026-01-02 08:00:00,Stock\n"
    )
    names = loaded("ingest", str(export), "-o", str(folder / "log"), "--quiet")
    assert "pyarrow" in names
    assert not names & {"pm4py", "pandas", "duckdb"}
    return folder / "log"


def test_help_loads_nothing_heavy() -> None:
    assert not loaded("--help") & {"duckdb", "numpy", "pandas", "pm4py", "pyarrow", "pydantic", "rich"}


@pytest.mark.parametrize("command", [["show", "1"], ["sql", "SELECT 1"], ["map", "-o", "map.dot"]])
def test_commands_that_discover_nothing_load_neither_pm4py_nor_pandas(
    log: Path, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name, *rest = command
    assert not loaded(name, str(log), *rest, "--quiet") & {"pandas", "pm4py"}


def test_discovery_does_without_pandas(log: Path) -> None:
    names = loaded("discover", str(log), "--quiet")
    assert "pm4py" in names
    assert "pandas" not in names
