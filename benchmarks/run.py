"""Measure ordermine beside pm4py and beside a plain scan, on logs of several sizes, and write the table.

    python benchmarks/run.py                           10⁵, 10⁶ and 10⁷ events, to docs/benchmarks.md
    python benchmarks/run.py 100000 --output - --no-pm4py
    python benchmarks/run.py 1000000 --output - --only analyze,origins

Every figure is of a whole process, unless its line says otherwise. What is compared runs in turn, in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from child import Taken, ordermine, python, run
from floor import GROUP_BY
from make_log import make_log

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

SIZES = (100_000, 1_000_000, 10_000_000)
CHANGES_PER_ORDER = 8
"""Field changes that a simulated order of the scenario origins has, about."""
QUALITY_LIMIT = 1_000_000
"""Events up to which pm4py's quality is measured; beyond, it takes hours."""
PM4PY_COUNTING = ("read", "format", "sort", "graph", "variants", "handover")
"""Steps of pm4py's path that are counted against *counting alone*."""
OUTPUT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
COLUMNS = (
    "what",
    "events",
    "ordermine",
    "CPU",
    "memory",
    "beside",
    "wall",
    "CPU",
    "memory",
    "ratio",
    "CPU ratio",
    "target",
)
TARGETS = {
    "ingest": {1_000_000: "≤ 2 ×", 10_000_000: "≤ 2 ×"},
    "discover --no-quality": {1_000_000: "≥ 4 ×", 10_000_000: "≥ 15 ×"},
    "counting alone": {10_000_000: "≥ 50 ×"},
    "discover": {1_000_000: "≥ 8 ×"},
    "analyze": {1_000_000: "≤ 10 ×", 10_000_000: "≤ 10 ×"},
    "analyzing alone": {1_000_000: "≤ 10 ×", 10_000_000: "≤ 10 ×"},
    "origins": {1_000_000: "≥ 10 ×"},
    "--help": {0: "0.2 s"},
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    what: str
    events: int
    ours: Taken
    beside: str = ""
    theirs: Taken | None = None
    faster: bool = True
    """Whether the ratio says how many times quicker we are, rather than how many times longer we take."""

    def cells(self) -> list[str]:
        """Return the cells as text."""
        target = TARGETS.get(self.what, {}).get(self.events, "")
        cells = [self.what, f"{self.events:,}" if self.events else "", *_figures(self.ours), self.beside]
        if self.theirs is None:
            return [*cells, "", "", "", "", "", target]
        ratios = []
        for name in ("wall_s", "cpu_s"):
            ours, theirs = getattr(self.ours, name), getattr(self.theirs, name)
            ratio = (theirs / ours if self.faster else ours / theirs) if ours and theirs else 0
            ratios.append(f"{ratio:.1f} ×" if ratio else "")
        return [*cells, *_figures(self.theirs), *ratios, target]


def _figures(taken: Taken) -> list[str]:
    return [
        f"{taken.wall_s:.2f} s",
        f"{taken.cpu_s:.2f} s" if taken.cpu_s else "",
        f"{taken.peak_bytes / 1e6:,.0f} MB" if taken.peak_bytes else "",
    ]


def measure(size: int, folder: Path, threads: int, groups: Collection[str], *, with_pm4py: bool) -> Iterator[Line]:
    """Yield the lines of one size."""
    export, log = folder / f"{size}.csv", folder / f"log{size}"
    if groups - {"origins"}:
        if not export.exists():
            make_log(size, export)
        run(ordermine("ingest", export, "-o", log, "--force", "--quiet", "--threads", str(threads)))
        for group, lines in OF_EVENTS.items():
            if group in groups:
                yield from lines(size, export, log, threads, with_pm4py)
        shutil.rmtree(log)
    if "origins" in groups and size in TARGETS["origins"]:
        yield _origins(size, folder, threads)


def _times(size: int) -> int:
    return 5 if size <= 100_000 else 3 if size <= 1_000_000 else 1


def _common(threads: int) -> tuple[str, ...]:
    return ("--quiet", "--threads", str(threads))


def _ingest(size: int, export: Path, log: Path, threads: int, _: bool) -> Iterator[Line]:
    folder, common = export.parent, _common(threads)
    ingest = ordermine("ingest", export, "-o", log, "--force", *common)
    sort = python("floor.py", "sort", export, folder / "sorted.parquet", str(threads))
    floor, ours = _in_turn(sort, ingest, _times(size))
    yield Line("ingest", size, ours, "DuckDB sorting it", floor, faster=False)
    limited = ordermine("ingest", export, "-o", folder / "limited", "--force", *common, "--memory-limit", "1GB")
    yield Line("ingest --memory-limit 1GB", size, run(limited))
    shutil.rmtree(folder / "limited")


def _discover(size: int, export: Path, log: Path, threads: int, with_pm4py: bool) -> Iterator[Line]:
    times, common = _times(size), _common(threads)
    events = next(log.glob("*/events"))
    plain = run(ordermine("discover", log, "--no-quality", *common), times=times)
    counting = run(python("counting.py", log), times=times)
    counted = Taken(*map(float, counting.output.split()), 0, "")
    if with_pm4py:
        steps, pm4py = _pm4py(events, quality=False)
        yield Line("discover --no-quality", size, plain, "pm4py", pm4py)
        wall, cpu = map(sum, zip(*(taken for name, taken in steps.items() if name in PM4PY_COUNTING), strict=True))
        yield Line("counting alone", size, counted, "pm4py: read to handover, no model", Taken(wall, cpu, 0, ""))
    else:
        yield Line("discover --no-quality", size, plain)
        yield Line("counting alone", size, counted)
    if size <= QUALITY_LIMIT:
        measured = run(ordermine("discover", log, *common))
        if with_pm4py:
            yield Line("discover", size, measured, "pm4py", _pm4py(events, quality=True)[1])
        else:
            yield Line("discover", size, measured)
    yield Line("map (SVG)", size, run(ordermine("map", log, "-o", export.with_name("map.svg"), "--force", *common)))
    scan = python("floor.py", "scan", events, str(threads))
    floor, ours = _in_turn(scan, ordermine("sql", log, GROUP_BY.format(events="events"), *common), times)
    yield Line("sql, a group-by", size, ours, "DuckDB on the same files", floor, faster=False)


def _analyze(size: int, export: Path, log: Path, threads: int, _: bool) -> Iterator[Line]:
    common = _common(threads)
    columns = python("floor.py", "columns", next(log.glob("*/events")).parent, str(threads))
    floor, ours = _in_turn(columns, ordermine("analyze", log, *common), _times(size))
    yield Line("analyze", size, ours, "DuckDB reading its columns", floor, faster=False)
    alone = run(python("analyzing.py", log, str(threads))).output.splitlines()
    ours, floor = (Taken(*map(float, line.split()), 0, "") for line in alone)
    yield Line("analyzing alone", size, ours, "reading its columns alone", floor, faster=False)


OF_EVENTS = {"ingest": _ingest, "discover": _discover, "analyze": _analyze}
"""Name of a group of lines → what yields it for a log of `make_log`."""


def _origins(size: int, folder: Path, threads: int) -> Line:
    """Return the line of as many field changes."""
    export, log = folder / f"changes{size}", folder / f"changes{size}.log"
    run(ordermine("simulate", "origins", "--orders", str(size // CHANGES_PER_ORDER), "-o", export, "--force"))
    project = ("--project", export / "ordermine.toml")
    run(ordermine("ingest", export / "orders.csv", "-o", log, *project, "--force", *_common(threads)))
    ours = run(ordermine("origins", log, *_common(threads)), times=_times(size))
    theirs = run(python("pandas_origins.py", next(log.glob("*/events"))))
    shutil.rmtree(log)
    shutil.rmtree(export)
    return Line("origins", size, ours, "pandas, a loop over orders", theirs)


def _in_turn(theirs: list[str], ours: list[str], times: int) -> tuple[Taken, Taken]:
    """Run two commands in turn, so that what else the machine does hits both; return the quickest of each."""
    pairs = [(run(theirs), run(ours)) for _ in range(times)]
    first, second = (min(side, key=lambda taken: taken.wall_s) for side in zip(*pairs, strict=True))
    return first, second


def _pm4py(events: Path, *, quality: bool) -> tuple[dict[str, tuple[float, float]], Taken]:
    taken = run(python("pm4py_path.py", events, *(["--quality"] if quality else [])))
    return json.loads(taken.output.splitlines()[-1]), taken


def page(lines: list[Line], threads: int) -> str:
    """Return the page: how it was measured, on what machine, the table."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "numpy", "pandas", "pm4py", "pyarrow"))
    rows = [list(COLUMNS), ["---", *["---:"] * 4, "---", *["---:"] * 6], *(line.cells() for line in lines)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"""# Benchmarks

Written by `make bench`; run it again after a change that touches speed.

Machine: {threads} cores, {memory:.0f} GB of memory, {platform.system()} on {platform.machine()}, Python
{platform.python_version()}, {packages}.

Logs are made by `benchmarks/make_log.py`: orders with loops, blocks and rejections, thousands of variants at a
million events. Every figure is of a whole process with start-up, except *counting alone* and *analyzing alone*. Wall
time is the quickest of five runs at 10⁵ events, of three at 10⁶ and of one beyond, and of one for pm4py and the loop
with pandas; CPU is user and system time of that run, which other work on the machine disturbs less; memory is the
highest resident size of the process tree.

* **ingest** is compared with DuckDB reading the CSV with the same types, sorting by case, time and row and
  writing Parquet, on the same threads. The ratio says how many times longer ingest takes.
* **discover** is compared with pm4py on a data frame read from the log's own Parquet files: read, format, sort, graph,
  variants, inductive model at noise 0.2, handover of work, and with quality token-based fitness and precision. The
  ratio says how many times longer pm4py takes.
* **counting alone** is graph, variants, departments and handoffs, reading included; on pm4py's side everything from
  reading to handover but the model.
* **sql** is compared with DuckDB running the same query on the same files.
* **analyze** runs all analyzers. It is compared with DuckDB reading, once and on the same threads, every column of the
  log's files that they read, and counting and comparing all its values. The ratio says how many times longer analyze
  takes. **analyzing alone** is both without start-up: a second or later run within one process, the quickest by CPU.
* **origins** is traced over field changes of simulated orders (scenario origins, about {CHANGES_PER_ORDER} changes per
  order), and compared with `benchmarks/pandas_origins.py`, a loop over the orders with pandas on the log's own files.
  The ratio says how many times longer pandas takes.

{table}
"""


def main() -> None:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, metavar="EVENTS", help="sizes of the logs")
    parser.add_argument("--output", "-o", default=str(OUTPUT), help="page to write; - is standard output")
    parser.add_argument("--folder", type=Path, help="folder for exports and logs; exports there are used again")
    groups = (*OF_EVENTS, "origins")
    parser.add_argument("--only", default=",".join(groups), help=f"lines to measure: {', '.join(groups)}")
    parser.add_argument("--no-pm4py", action="store_true", help="leave pm4py out, which takes most of the time")
    given = parser.parse_args()
    threads = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        lines = [Line("--help", 0, run(ordermine("--help"), times=5))]
        for size in given.sizes or SIZES:
            for line in measure(size, folder, threads, set(given.only.split(",")), with_pm4py=not given.no_pm4py):
                sys.stderr.write(" ".join(line.cells()) + "\n")
                lines.append(line)
        for left in ("map.svg", "sorted.parquet"):
            (folder / left).unlink(missing_ok=True)
    text = page(lines, threads)
    if given.output == "-":
        sys.stdout.write(text)
    else:
        Path(given.output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
