"""The script that docs/weekly-report.md gives for every Monday, run as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "weekly-report.md").read_text(encoding="utf-8")


def test_the_script_makes_reports_that_follow_each_other(tmp_path: Path) -> None:
    [script] = [block for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "set -eu" in block]
    (tmp_path / "weekly.sh").write_text(script, encoding="utf-8")
    shutil.copy(ROOT / "sample_logs" / "demo" / "orders.csv", tmp_path / "export.csv")
    project = (ROOT / "sample_logs" / "demo" / "ordermine.toml").read_text(encoding="utf-8")
    (tmp_path / "ordermine.toml").write_text(project.replace("orders.csv", "export.csv"), encoding="utf-8")
    commands = tmp_path / "bin"
    commands.mkdir()
    program = "from ordermine.cli import main; main()"
    stand_in(commands / "ordermine", f'exec "{sys.executable}" -c "{program}" "$@"')
    stand_in(commands / "date", 'echo "$TODAY"')

    def run(today: str) -> list[str]:
        path = f"{commands}{os.pathsep}{os.environ['PATH']}"
        surroundings = {**os.environ, "PATH": path, "XDG_CACHE_HOME": str(tmp_path / "cache"), "TODAY": today}
        subprocess.run(["sh", "weekly.sh"], cwd=tmp_path, env=surroundings, check=True, capture_output=True)
        return sorted(folder.name for folder in (tmp_path / "reports").iterdir())

    assert run("2026-08-17") == ["2026-08-17"]
    assert run("2026-08-24") == ["2026-08-17", "2026-08-24"]
    report = json.loads((tmp_path / "reports" / "2026-08-24" / "report.json").read_text(encoding="utf-8"))
    assert report["result"]["changes"]["as_of"] == "2026-08-17T00:00:00Z"
    # Run again on the same day, it is still compared with the report of a week ago.
    assert run("2026-08-24") == ["2026-08-17", "2026-08-24"]
    again = json.loads((tmp_path / "reports" / "2026-08-24" / "report.json").read_text(encoding="utf-8"))
    assert again == report
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith("# Orders in 2026-W33")


def stand_in(path: Path, command: str) -> None:
    """Write a command that stands before those of the system."""
    path.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    path.chmod(0o755)


def test_cron_and_workflow_run_that_script() -> None:
    [workflow] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert "- run: sh weekly.sh\n" in workflow
    [cron] = [line for line in PAGE.splitlines() if line.startswith("0 6 * * 1")]
    assert "&& sh weekly.sh &&" in cron
