"""Counts equal a plain reading of their definitions on random logs, and pm4py's on logs without ties."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from itertools import groupby, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordermine.discover.counting import (
    count_departments,
    count_graph,
    count_handoffs,
    count_variants,
    department_graph,
)
from ordermine.eventlog.filters import Filters
from ordermine.eventlog.log import open_log

QUICK = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

events = st.tuples(st.sampled_from("ABC"), st.integers(0, 5), st.sampled_from(["", "S", "T", "bot"]))
journeys = st.lists(st.lists(events, min_size=1, max_size=7), min_size=1, max_size=6)
PROJECT = '[departments]\nsystem = ["bot"]\n'


def rows_of(drawn, *, prefix="", days=0, gap=1):
    """Return rows; every event happens some minutes (maybe 0) after the one before it."""
    rows = []
    for case, steps in enumerate(drawn):
        minute = 0
        for position, (activity, pause, department) in enumerate(steps):
            minute += pause * gap
            rows.append(
                {
                    "order": f"{prefix}{case}",
                    "activity": activity,
                    "timestamp": (BEGIN + dt.timedelta(days=days, minutes=minute)).isoformat(),
                    "department": department,
                    # Makes every row another, so that none is taken for a duplicate.
                    "position": f"{position}",
                }
            )
    return rows


def everything(log):
    """Return all that is counted, by names."""
    graph, visits = count_graph(log), department_graph(log)
    return {
        "activities": {a.name: (a.events, a.cases) for a in graph.activities},
        "edges": {(e.source, e.target): (e.events, e.cases) for e in graph.edges},
        "starts": dict(graph.starts),
        "ends": dict(graph.ends),
        "variants": {v.activities: v.cases for v in count_variants(log)},
        "departments": {d.name: (d.events, d.cases) for d in count_departments(log)},
        "handoffs": {(h.source, h.target): (h.events, h.cases) for h in count_handoffs(log)},
        "visits": {a.name: (a.events, a.cases) for a in visits.activities},
    }


def tallied(found_by_case):
    """Return item → (times, cases it occurs in)."""
    return {
        item: (sum(found.count(item) for found in found_by_case), sum(item in found for found in found_by_case))
        for item in {item for found in found_by_case for item in found}
    }


def plainly(drawn):
    sequences = [[activity for activity, _, _ in steps] for steps in drawn]
    recorded = [[department for _, _, department in steps if department] for steps in drawn]
    visits, handoffs = [], []
    for steps in drawn:
        human = [department for _, _, department in steps if department != "bot"]
        segments = [[*segment] for known, segment in groupby(human, key=bool) if known]
        runs = [[name for name, _ in groupby(segment)] for segment in segments]
        visits.append([name for run in runs for name in run])
        handoffs.append([pair for run in runs for pair in pairwise(run)])
    return {
        "activities": tallied(sequences),
        "edges": tallied([[*pairwise(sequence)] for sequence in sequences]),
        "starts": dict(Counter(sequence[0] for sequence in sequences)),
        "ends": dict(Counter(sequence[-1] for sequence in sequences)),
        "variants": dict(Counter(map(tuple, sequences))),
        "departments": tallied(recorded),
        "handoffs": tallied(handoffs),
        "visits": tallied(visits),
    }


@QUICK
@given(journeys)
def test_random_logs(ingest_rows, drawn):
    log = open_log(ingest_rows(rows_of(drawn), project=PROJECT))
    counted = everything(log)
    assert counted == plainly(drawn)
    # The graph's own identities.
    out, into = defaultdict(int), defaultdict(int)
    for (source, target), (times, _) in counted["edges"].items():
        out[source] += times
        into[target] += times
    for name, (times, _) in counted["activities"].items():
        assert out[name] + counted["ends"].get(name, 0) == times
        assert into[name] + counted["starts"].get(name, 0) == times
    assert sum(counted["starts"].values()) == sum(counted["ends"].values()) == len(drawn)
    assert sum(counted["variants"].values()) == len(drawn)
    assert sum(out.values()) == sum(len(steps) for steps in drawn) - len(drawn)


@QUICK
@given(journeys)
def test_waits_are_medians_and_linear_quantiles(ingest_rows, drawn):
    waits = defaultdict(list)
    for steps in drawn:
        for (source, _, _), (target, pause, _) in pairwise(steps):
            waits[source, target].append(pause * 60)
    for edge in count_graph(open_log(ingest_rows(rows_of(drawn), project=PROJECT))).edges:
        found = sorted(waits[edge.source, edge.target])
        assert edge.median_s == statistics.median(found)
        at = 0.9 * (len(found) - 1)
        low, high = found[int(at)], found[min(int(at) + 1, len(found) - 1)]
        assert edge.p90_s == pytest.approx(low + (high - low) * (at - int(at)))


EXAMPLE = [
    [("A", 0, "S"), ("B", 1, "T"), ("A", 2, "S")],
    [("A", 0, "S"), ("C", 4, "")],
    [("A", 0, "S"), ("B", 3, "T"), ("A", 1, "")],
]


def test_relabelling_only_relabels(ingest_rows):
    new = {"A": "Zebra", "B": "Äpfel → Birnen", "C": "<script>", "S": "1", "T": "\u202eT", "": ""}
    relabelled = [
        [(new[activity], pause, new[department]) for activity, pause, department in steps] for steps in EXAMPLE
    ]
    renamed = {
        kind: {
            tuple(new[name] for name in key) if isinstance(key, tuple) else new[key]: count
            for key, count in found.items()
        }
        for kind, found in everything(open_log(ingest_rows(rows_of(EXAMPLE)))).items()
    }
    assert everything(open_log(ingest_rows(rows_of(relabelled)))) == renamed


def test_a_shift_of_the_calendar_changes_nothing(ingest_rows):
    one, other = (open_log(ingest_rows(rows_of(EXAMPLE, days=days))) for days in (0, 70))
    assert count_graph(one) == count_graph(other)
    assert count_handoffs(one) == count_handoffs(other)


def test_slower_orders_wait_longer(ingest_rows):
    one, other = (count_graph(open_log(ingest_rows(rows_of(EXAMPLE, gap=gap)))) for gap in (1, 3))
    assert [3 * edge.median_s for edge in one.edges] == [edge.median_s for edge in other.edges]


def test_a_log_beside_itself_counts_twice(ingest_rows):
    one = everything(open_log(ingest_rows(rows_of(EXAMPLE))))
    both = open_log(ingest_rows(rows_of(EXAMPLE) + rows_of(EXAMPLE, prefix="again ")))

    def twice(count):
        return tuple(2 * part for part in count) if isinstance(count, tuple) else 2 * count

    assert everything(both) == {kind: {key: twice(n) for key, n in found.items()} for kind, found in one.items()}
    assert [variant.share for variant in count_variants(both)] == [2 / 3, 1 / 3]


def test_the_order_of_rows_and_further_columns_change_nothing(ingest_rows):
    rows = rows_of([[(a, pause + 1, d) for a, pause, d in steps] for steps in EXAMPLE])
    shuffled = [{"colour": "red", **dict(reversed(row.items()))} for row in reversed(rows)]
    assert everything(open_log(ingest_rows(rows))) == everything(open_log(ingest_rows(shuffled)))


def test_filters_count_the_selected_cases_only(ingest_rows):
    path = ingest_rows(rows_of(EXAMPLE))
    selected = open_log(path, filters=Filters(where="activity = 'B'"))
    assert everything(selected) == plainly([EXAMPLE[0], EXAMPLE[2]])
    whole = everything(open_log(path))
    for kind, found in everything(selected).items():
        assert all(count <= whole[kind][key] for key, count in found.items())


def test_an_activity_belongs_to_the_department_that_does_most_of_it(ingest_rows):
    drawn = [[("A", 0, "S")], [("A", 0, "T")], [("A", 0, "T")], [("B", 0, "T"), ("B", 1, "S")], [("C", 0, "")]]
    graph = count_graph(open_log(ingest_rows(rows_of(drawn))))
    assert {a.name: a.department for a in graph.activities} == {"A": "T", "B": "S", "C": None}


def test_everything_is_sorted(ingest_rows):
    drawn = [[("B", 0, "T"), ("C", 1, "S")], [("A", 0, "T"), ("C", 1, "S")], [("C", 0, "S")]]
    log = open_log(ingest_rows(rows_of(drawn)))
    graph = count_graph(log)
    assert [a.name for a in graph.activities] == ["C", "A", "B"]
    assert [(e.source, e.target) for e in graph.edges] == [("A", "C"), ("B", "C")]
    assert graph.starts == (("A", 1), ("B", 1), ("C", 1))
    assert [v.activities for v in count_variants(log)] == [("A", "C"), ("B", "C"), ("C",)]
    assert [d.name for d in count_departments(log)] == ["S", "T"]


def test_without_departments_there_is_nothing_to_hand_over(ingest_rows):
    log = open_log(ingest_rows(rows_of([[("A", 0, ""), ("B", 1, "")]])))
    assert count_departments(log) == []
    assert count_handoffs(log) == []
    assert department_graph(log).activities == ()


@pytest.mark.filterwarnings("ignore")
def test_pm4py_counts_the_same(ingest_rows):
    import pandas as pd
    import pm4py

    drawn = [[("ABCD"[(n * k) % 4], 1 + (n + k) % 3, "ST"[k % 2]) for k in range(1, 3 + n % 5)] for n in range(12)]
    rows = rows_of(drawn)
    frame = pd.DataFrame(rows)
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], utc=True)
    frame = pm4py.format_dataframe(frame, case_id="order", activity_key="activity", timestamp_key="timestamp")
    graph, starts, ends = pm4py.discover_dfg(frame)
    log = open_log(ingest_rows(rows))
    counted = everything(log)
    assert {pair: times for pair, (times, _) in counted["edges"].items()} == dict(graph)
    assert (counted["starts"], counted["ends"]) == (dict(starts), dict(ends))
    assert counted["variants"] == dict(pm4py.get_variants(frame))
    waits, _, _ = pm4py.discover_performance_dfg(frame)
    assert {(e.source, e.target): e.median_s for e in count_graph(log).edges} == {
        pair: wait["median"] for pair, wait in waits.items()
    }
