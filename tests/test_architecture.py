"""What the design promises about imports: one direction, one adapter, and nothing heavy before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ["duckdb", "numpy", "pyarrow", "pandas", "pm4py", "scipy", "jinja2", "graphviz", "wasmtime", "lxml"]
LOADED = """
import contextlib, sys
from ordermine.cli import main

sys.argv = ["ordermine", *sys.argv[1:]]
with contextlib.suppress(SystemExit):
    main()
print(*sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def loaded_by(folder, *arguments):
    """Return the packages that a command loads."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["discover", "--help"], ["frobnicate"]])
def test_help_loads_nothing_heavy(tmp_path, arguments):
    assert not loaded_by(tmp_path, *arguments) & set(HEAVY)


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "log", "1"],
        ["sql", "log", "SELECT 1"],
        ["map", "log", "-o", "map.svg"],
        ["export", "log", "-o", "out.csv"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_only_discovery_loads_pm4py(ingest_rows, arguments):
    log = ingest_rows([{"order": "1", "activity": "A", "timestamp": "2026-01-01T00:00:00Z", "department": "Sales"}])
    assert "pm4py" not in loaded_by(log.parent, *arguments)


def test_imports_run_one_way():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
