"""All analyzers on a log beside a scan of the columns that they read, without start-up: CPU and wall seconds of both.

python benchmarks/analyzing.py LOG 2
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from floor import scan_columns

from ordermine.analyze.run import analyze
from ordermine.cli.arrow import spare_pandas
from ordermine.eventlog.log import open_log

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 3
"""Runs of each, in turn, after a first one that loads what is needed."""


def main() -> None:
    """Print wall and CPU seconds of analyzing, then of scanning: the quickest run of each by CPU."""
    spare_pandas()
    path, threads = Path(sys.argv[1]), int(sys.argv[2])
    con = duckdb.connect(config={"threads": threads})

    def analyze_all() -> tuple[float, float]:
        log = open_log(path, threads=threads)
        # Opening the log is start-up; reading its events is not.
        _ = log.connection
        return _timed(lambda: analyze(log))

    def scan() -> tuple[float, float]:
        return _timed(lambda: scan_columns(con, open_log(path).folder))

    runs = [(analyze_all(), scan()) for _ in range(TIMES + 1)][1:]
    for side in zip(*runs, strict=True):
        print(*min(side, key=lambda taken: taken[1]))


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    started, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - busy


if __name__ == "__main__":
    main()
