"""Every count equals what the definitions say, read in plain Python; so do pm4py's where it defines the same."""

from __future__ import annotations

from collections import Counter
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from ordermine.analyze.registry import find
from ordermine.discover.counting import count_departments, count_graph, count_handoffs, count_variants
from tests.laws.reference import again, linear_quantile, loops, ordered, without_duplicates
from tests.laws.strategies import Event, logs

if TYPE_CHECKING:
    from tests.laws.conftest import Make

SETTINGS = settings(max_examples=25)


@SETTINGS
@given(log=logs(naughty=True))
def test_graph_variants_and_durations(log: list[Event], make: Make) -> None:
    found, cases = make(log), ordered(log)
    graph = count_graph(found)
    steps = [[event.activity for event in events] for events in cases.values()]
    edges = Counter(pair for names in steps for pair in pairwise(names))
    assert {activity.name: activity.events for activity in graph.activities} == Counter(chain(*steps))
    assert {(edge.source, edge.target): edge.events for edge in graph.edges} == edges
    assert dict(graph.starts) == Counter(names[0] for names in steps)
    assert dict(graph.ends) == Counter(names[-1] for names in steps)
    assert {variant.activities: variant.cases for variant in count_variants(found)} == Counter(map(tuple, steps))
    durations = dict(found.rows('SELECT case_id, epoch_us("end") - epoch_us(start) FROM cases'))
    assert durations == {case: events[-1].at - events[0].at for case, events in cases.items()}
    # The waits of an order add up to its duration, to the microsecond.
    waits = dict(
        found.rows("SELECT case_id, coalesce(sum(round(seconds_to_next * 1e6)::BIGINT), 0) FROM events GROUP BY 1")
    )
    assert waits == durations
    for edge in graph.edges:
        gaps = [
            (later.at - event.at) / 1e6
            for events in cases.values()
            for event, later in pairwise(events)
            if (event.activity, later.activity) == (edge.source, edge.target)
        ]
        assert edge.median_s == pytest.approx(linear_quantile(gaps, 0.5))
        assert edge.p90_s == pytest.approx(linear_quantile(gaps, 0.9))
        assert min(gaps) <= edge.median_s <= edge.p90_s <= max(gaps)


@SETTINGS
@given(log=logs())
def test_departments_and_what_they_hand_over(log: list[Event], make: Make) -> None:
    found, cases = make(log), ordered(log)
    counted = [loops(events) for events in cases.values()]
    handed = Counter(pair for case in counted for pair in case.handoffs)
    assert {(h.source, h.target): h.events for h in count_handoffs(found)} == handed
    recorded = Counter(event.department for event in without_duplicates(log) if event.department)
    assert {d.name: d.events for d in count_departments(found)} == recorded
    if find("OM401").missing(found):
        assert not handed
        return
    measured = find("OM401").measure(found)
    returned = Counter(pair for case in counted for pair in case.returns)
    assert {(row["a"], row["b"]): row["returns"] for row in measured.rows} == returned
    assert measured.totals["returns"] == returned.total()
    assert measured.totals["cases_with_return"] == sum(bool(case.returns) for case in counted)
    assert measured.totals["handoffs"] == handed.total()
    rallies = find("OM402").measure(found)
    assert rallies.totals["rallies"] == len(rallies.rows) == sum(case.rallies for case in counted)
    assert find("OM403").measure(found).totals["long_loops"] == sum(case.long_loops for case in counted)


@SETTINGS
@given(log=logs())
def test_steps_that_come_again(log: list[Event], make: Make) -> None:
    found, cases = make(log), ordered(log)
    for code, at_once in (("OM102", True), ("OM103", False)):
        rows = find(code).measure(found).rows
        measured = {
            row["activity"]: (row["cases"], row["recurrences"], row["repeats"], row["redos"])
            for row in rows
            if row["recurrences"]
        }
        assert measured == again(cases.values(), at_once=at_once), code
        # What ties leave open contains what the order of the export says.
        assert all(row["recurrences_low"] <= row["recurrences"] <= row["recurrences_high"] for row in rows)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=10)
@given(log=logs(ties=False))
def test_pm4py_agrees(log: list[Event], make: Make) -> None:
    import pandas as pd
    import pm4py

    found = make(log)
    frame = pd.DataFrame(
        {
            "case:concept:name": [event.case for event in log],
            "concept:name": [event.activity for event in log],
            "time:timestamp": pd.to_datetime([event.stamp for event in log], utc=True),
        }
    ).sort_values(["case:concept:name", "time:timestamp"], ignore_index=True)
    graph, starts, ends = pm4py.discover_dfg(frame)
    counted = count_graph(found)
    assert {(edge.source, edge.target): edge.events for edge in counted.edges} == dict(graph)
    assert (dict(counted.starts), dict(counted.ends)) == (dict(starts), dict(ends))
    assert {v.activities: v.cases for v in count_variants(found)} == dict(pm4py.get_variants(frame))
    durations = sorted(seconds for (seconds,) in found.rows("SELECT duration_s FROM cases"))
    assert durations == pytest.approx(sorted(pm4py.get_all_case_durations(frame)))
    # pm4py's rework is an activity that occurs more than once in a case, at once or later.
    repeated = {activity: 0 for activity, _ in found.rows("SELECT activity, 1 FROM activity_cases")}
    repeated |= dict(
        found.rows("SELECT activity, count(DISTINCT case_no) FROM events WHERE occurrence = 2 GROUP BY activity")
    )
    assert {name: count for name, count in repeated.items() if count} == dict(
        pm4py.get_rework_cases_per_activity(frame)
    )
