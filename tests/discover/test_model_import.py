"""What discovery does to the process that it runs in: what it loads, leaves behind and prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"

DISCOVER = "from ordermine.discover.model import discover_model; discover_model([(('A', 'B'), 1)])"


def _run(code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )


def test_loads_only_what_the_miners_need_and_prints_nothing() -> None:
    run = _run(f"import sys; {DISCOVER}; print(*sorted({{'scipy', 'lxml', 'pm4py.read'}} & set(sys.modules)))")
    assert (run.stdout.strip(), run.stderr) == ("", "")


def test_pm4py_is_complete_for_others_afterwards() -> None:
    run = _run(
        f"{DISCOVER}\n"
        "import pm4py, pm4py.util.constants\n"
        "from pm4py import read_xes, discovery\n"
        "from pm4py.objects.log.obj import EventLog\n"
        "assert pm4py.objects.log.obj.EventLog is EventLog and pm4py.discovery is discovery\n"
        "assert pm4py.read_xes is read_xes and pm4py.__version__\n"
        "try: pm4py.no_such_name\n"
        "except AttributeError: print('complete')\n"
    )
    assert (run.stdout.strip(), run.stderr) == ("complete", "")


@pytest.mark.slow
def test_pm4py_that_is_loaded_already_is_used() -> None:
    run = _run(
        "import sys; sys._pm4py_welcome_shown = True; import pm4py\n"
        f"finders = list(sys.meta_path); {DISCOVER}; print(sys.meta_path == finders)"
    )
    assert run.stdout.strip() == "True"
