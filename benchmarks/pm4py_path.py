"""The same job with pm4py on a data frame, on the events of the same log: wall and CPU times of its steps as JSON.

python benchmarks/pm4py_path.py LOG/000001/events [--quality]
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path


def main() -> None:
    """Read, format, sort, count, discover, and measure where asked."""
    warnings.simplefilter("ignore")
    steps: dict[str, tuple[float, float]] = {}
    last = time.perf_counter(), time.process_time()

    def lap(name: str) -> None:
        nonlocal last
        now = time.perf_counter(), time.process_time()
        steps[name], last = (now[0] - last[0], now[1] - last[1]), now

    import pandas as pd
    import pm4py

    lap("import")
    events = Path(sys.argv[1])
    frame = pd.read_parquet(events, columns=["case_id", "activity", "timestamp", "department"])
    lap("read")
    frame = frame.rename(columns={"department": "org:resource"})
    frame = pm4py.format_dataframe(frame, case_id="case_id", activity_key="activity", timestamp_key="timestamp")
    lap("format")
    frame = frame.sort_values(["case:concept:name", "time:timestamp"], kind="stable")
    lap("sort")
    pm4py.discover_dfg(frame)
    lap("graph")
    pm4py.get_variants(frame)
    lap("variants")
    net = pm4py.discover_petri_net_inductive(frame, noise_threshold=0.2)
    lap("model")
    pm4py.discover_handover_of_work_network(frame)
    lap("handover")
    if "--quality" in sys.argv:
        pm4py.fitness_token_based_replay(frame, *net)
        pm4py.precision_token_based_replay(frame, *net)
        lap("quality")
    print(json.dumps(steps))


if __name__ == "__main__":
    main()
