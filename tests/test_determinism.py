"""The same export gives the same bytes, whatever the clock's zone, the locale, the hash seed, threads and folder."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """
import contextlib, io, sys
from ordermine.cli import main

for line in open("commands", encoding="utf-8"):
    sys.argv = ["ordermine", *line.rstrip("\\n").split("\\t")]
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(out):
        main()
    out.flush()
    with open("printed", "ab") as file:
        file.write(out.buffer.getvalue())
"""
COMMANDS = [
    ["ingest", "b.csv", "a.csv", "-o", "log", "-q", "--format", "json"],
    ["discover", "log", "-o", "process", "-q", "--format", "json"],
    ["discover", "log", "--no-quality", "-q"],
    ["discover", "log", "--no-quality", "-q", "--format", "md", "--algorithm", "heuristics"],
    ["discover", "log", "--no-quality", "-q", "--format", "csv"],
    ["map", "log", "-o", "time.svg", "--metric", "time"],
    ["map", "log", "-o", "map.dot"],
    ["map", "log", "-o", "map.pdf"],
    ["report", "log", "-o", "weekly", "--as-of", "2026-04-06", "-q"],
    ["report", "log", "-o", "again", "--as-of", "2026-06-01", "-q", "--against", "weekly"],
    ["sql", "log", "SELECT * FROM steps ORDER BY case_no, seq", "--format", "csv"],
    ["show", "log", "3"],
    ["compare", "log", "--where-a", "case_id < '3'", "--where-b", "case_id >= '3'", "--maturity", "0", "-q"],
    *(["export", "log", "-o", f"export{ending}"] for ending in (".csv", ".parquet", ".xes.gz", ".jsonl")),
]
SURROUNDINGS = [
    ({"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0"}, "1"),
    ({"TZ": "Asia/Kathmandu", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "4711", "NO_COLOR": "1"}, "2"),
]


def outputs(folder: Path, surroundings: dict[str, str], threads: str) -> dict[str, str]:
    """Run the commands in a folder; return file name → digest."""
    folder.mkdir(parents=True)
    for number, name in enumerate(["a.csv", "b.csv"]):
        rows = ["order,activity,timestamp,department,user,Größe"]
        for n in range(number, 400, 2):
            stamp = f"2026-03-{1 + n % 28:02} 0{n % 3}:30:00"
            department = ["Sales", "Ops", "", "Système"][n % 4]
            rows.append(f"{n % 40},{'ABÄ<é'[(n * n) % 5]},{stamp},{department},u{n % 5},{n}")
        (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    timed = [[*command, "--threads", threads] for command in COMMANDS]
    (folder / "commands").write_text("".join("\t".join(command) + "\n" for command in timed), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=folder, env={**os.environ, **surroundings}, check=True, capture_output=True
    )
    (folder / "commands").unlink()
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_outputs_are_the_same_bytes_everywhere(tmp_path):
    first, second = (
        outputs(tmp_path / str(number) / "é x", surroundings, threads)
        for number, (surroundings, threads) in enumerate(SURROUNDINGS)
    )
    expected = {"printed", "time.svg", "map.dot", "map.pdf", "process/model.bpmn", "process/map.html"}
    expected |= {"weekly/report.html", "weekly/orders.csv", "again/report.json"}
    assert expected <= set(first)
    assert [name for name in sorted({*first, *second}) if first.get(name) != second.get(name)] == []
