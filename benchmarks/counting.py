"""The counting part of discovery alone, without start-up: seconds of wall and CPU time on standard output.

python benchmarks/counting.py LOG
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from ordermine.cli.arrow import spare_pandas
from ordermine.discover.counting import (
    count_departments,
    count_events,
    count_graph,
    count_handoffs,
    count_variants,
)
from ordermine.eventlog.log import open_log


def main() -> None:
    """Count graph, variants, departments and handoffs of a log."""
    spare_pandas()
    log = open_log(Path(sys.argv[1]))
    # Opening the log is start-up; reading its events is not.
    _ = log.connection
    started, busy = time.perf_counter(), time.process_time()
    variants = count_variants(log)
    counted = count_events(log)
    count_graph(log, counted, variants)
    count_departments(log, counted)
    count_handoffs(log, counted=counted)
    print(time.perf_counter() - started, time.process_time() - busy)


if __name__ == "__main__":
    main()
