"""Write an order log of any size as CSV, with a realistic number of variants, quickly and always the same.

Orders walk through a Markov chain over 24 steps with loops, blocks, rejections and skipped steps, which gives thousands
of variants at a million events. Rows stand in the order in which things happened, as an export would have them.

    python benchmarks/make_log.py 1000000 orders.csv
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

STEPS = [
    ("Lead received", "Marketing"),
    ("Lead qualified", "Sales"),
    ("Quote created", "Sales"),
    ("Price approved", "Deal Desk"),
    ("Quote revised", "Sales"),
    ("Contract drafted", "Legal"),
    ("Contract redlined", "Legal"),
    ("Contract signed", "Sales"),
    ("Order created", "Order Management"),
    ("Order confirmed", "Order Management"),
    ("Credit block set", "Finance"),
    ("Credit block removed", "Finance"),
    ("Ship-to changed", "Order Management"),
    ("Price changed", "Order Management"),
    ("Order rejected", "Finance"),
    ("Order restored", "Order Management"),
    ("Delivery created", "Logistics"),
    ("Goods issued", "Logistics"),
    ("Partial delivery", "Logistics"),
    ("Invoice created", "Billing"),
    ("Invoice cancelled", "Billing"),
    ("Payment received", "Finance"),
    ("Complaint received", "Customer Service"),
    ("Credit memo created", "Billing"),
]
NEXT = {
    0: {1: 0.9, 2: 0.1},
    1: {2: 1.0},
    2: {3: 0.55, 4: 0.1, 5: 0.25, 8: 0.1},
    3: {5: 0.5, 4: 0.1, 8: 0.4},
    4: {3: 0.7, 5: 0.3},
    5: {6: 0.2, 7: 0.8},
    6: {5: 0.25, 7: 0.75},
    7: {8: 1.0},
    8: {9: 0.85, 10: 0.1, 14: 0.05},
    9: {16: 0.7, 10: 0.08, 12: 0.09, 13: 0.08, 14: 0.05},
    10: {11: 0.9, 14: 0.1},
    11: {9: 0.4, 16: 0.6},
    12: {16: 0.8, 13: 0.1, 12: 0.1},
    13: {16: 0.8, 12: 0.1, 10: 0.1},
    14: {15: 0.5, -1: 0.5},
    15: {9: 1.0},
    16: {17: 0.85, 18: 0.15},
    17: {19: 0.95, 22: 0.05},
    18: {18: 0.25, 17: 0.75},
    19: {21: 0.88, 20: 0.04, 22: 0.08},
    20: {19: 0.9, 23: 0.1},
    21: {-1: 0.95, 22: 0.05},
    22: {23: 0.6, -1: 0.3, 12: 0.1},
    23: {21: 0.6, -1: 0.4},
}


def make_log(events: int, path: Path, seed: int = 1) -> int:
    """Write a log of at least `events` events; return how many."""
    rng = np.random.default_rng(seed)
    cumulative = np.zeros((len(STEPS), len(STEPS) + 1))
    for step, following in NEXT.items():
        for target, probability in following.items():
            cumulative[step, target] = probability
    cumulative = np.cumsum(cumulative, axis=1)
    mean_events = 13.6
    orders = max(int(events / mean_events * 1.02), 1)
    start = np.sort(rng.integers(0, 730 * 86_400, orders)) + 1_704_067_200
    alive = np.arange(orders)
    step = np.zeros(orders, dtype=np.int64)
    clock = start.astype(np.float64)
    case, activity, stamp = [], [], []
    while len(alive):
        case.append(alive)
        activity.append(step)
        stamp.append(clock)
        step = (rng.random(len(alive))[:, None] > cumulative[step]).sum(axis=1)
        clock = clock + rng.lognormal(9.5, 1.3, len(alive))
        going = step < len(STEPS)
        alive, step, clock = alive[going], step[going], clock[going]
    case_no, activity_no, seconds = np.concatenate(case), np.concatenate(activity), np.concatenate(stamp)
    order = np.argsort(seconds, kind="stable")
    case_no, activity_no, seconds = case_no[order], activity_no[order], seconds[order]
    size = len(case_no)
    team = rng.integers(0, 12, size)
    resources = [f"{department[:3].upper()}{number:02d}" for _, department in STEPS for number in range(12)]

    def coded(codes: np.ndarray, values: list[str]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(values)).cast(pa.string())

    table = pa.table(
        {
            "Order": pa.array(np.char.add("SO", np.char.zfill(np.arange(orders).astype(str), 8))).take(
                pa.array(case_no)
            ),
            "Activity": coded(activity_no, [name for name, _ in STEPS]),
            "Timestamp": pa.array(seconds.astype("datetime64[s]")).cast(pa.string()),
            "Department": coded(activity_no, [department for _, department in STEPS]),
            "User": coded(activity_no * 12 + team, resources),
            "Customer": coded(case_no % 20_000, [f"Customer {number}" for number in range(20_000)]),
            "Channel": coded(case_no % 4, ["Web", "Phone", "EDI", "Field"]),
            "Amount": coded(case_no % 9_973, [f"{100 + number * 1.37:.2f}" for number in range(9_973)]),
        }
    )
    pa.csv.write_csv(table, path, pa.csv.WriteOptions(quoting_style="none"))
    return size


if __name__ == "__main__":
    print(make_log(int(sys.argv[1]), Path(sys.argv[2])), "events")
