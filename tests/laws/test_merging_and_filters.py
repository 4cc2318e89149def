"""Logs of other orders add up; what filters select and what they don't is the whole log (H07, H08)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ordermine.analyze.registry import find
from ordermine.discover.counting import count_graph, count_handoffs, count_variants
from ordermine.errors import UsageError
from ordermine.eventlog.filters import Filters
from ordermine.eventlog.log import open_log
from tests.laws.strategies import Event, logs

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log
    from tests.laws.conftest import Make

SETTINGS = settings(max_examples=6)


def counts(log: Log) -> Counter[Any]:
    """Return everything that is a number of events or cases, which logs of different orders add up to."""
    graph = count_graph(log)
    found: Counter[Any] = Counter()
    for activity in graph.activities:
        found["events", activity.name] = activity.events
        found["cases", activity.name] = activity.cases
    for edge in graph.edges:
        found["events", edge.source, edge.target] = edge.events
        found["cases", edge.source, edge.target] = edge.cases
    found.update({("start", name): cases for name, cases in graph.starts})
    found.update({("end", name): cases for name, cases in graph.ends})
    found.update({("variant", variant.activities): variant.cases for variant in count_variants(log)})
    found.update({("handoff", h.source, h.target): h.events for h in count_handoffs(log)})
    found["duration"] = log.rows('SELECT sum(epoch_us("end") - epoch_us(start)) FROM cases')[0][0]
    returned = find("OM401")
    totals = {} if returned.missing(log) else returned.measure(log).totals
    for name in ("returns", "returns_low", "returns_high", "cases_with_return"):
        found[name] = totals.get(name, 0)
    return found


def cases(log: Log) -> set[str]:
    return {case for (case,) in log.rows("SELECT case_id FROM cases")}


def narrowed(log: Log, filters: Filters) -> Log | None:
    """Open a log again with filters; None where no case is left."""
    try:
        return open_log(log.path, filters=filters, threads=1)
    except UsageError as error:
        if "no case is left" in str(error):
            return None
        raise


@SETTINGS
@given(one=logs(tiny=True), other=logs(tiny=True))
def test_logs_of_different_orders_add_up(one: list[Event], other: list[Event], make: Make) -> None:
    other = [event._replace(case=f"other {event.case}") for event in other]
    assert counts(make(one)) + counts(make(other)) == +counts(make([*one, *other]))


@SETTINGS
@given(log=logs(tiny=True))
def test_a_log_beside_itself_is_twice_as_much(log: list[Event], make: Make) -> None:
    one = make(log)
    both = make([*log, *(event._replace(case=f"again {event.case}") for event in log)])
    assert counts(both) == Counter({what: 2 * count for what, count in counts(one).items()})
    middle = "SELECT median(duration_s), avg(duration_s), min(duration_s), max(duration_s) FROM cases"
    assert both.rows(middle) == one.rows(middle)
    assert [v.share for v in count_variants(both)] == [v.share for v in count_variants(one)]


CONDITIONS = (
    "department = 'Sales'",
    "amount > 0",
    "activity IN ('Ship', 'Check') AND resource IS NULL",
    "tied",
    "seconds_to_next >= 60",
    "note = 'first' OR seq = 3",
    "false",
    "NULL",
)


@SETTINGS
@given(log=logs(tiny=True), condition=st.sampled_from(CONDITIONS))
def test_a_condition_and_its_complement_are_the_log(log: list[Event], condition: str, make: Make) -> None:
    whole = make(log)
    holds = narrowed(whole, Filters(where=condition))
    fails = narrowed(whole, Filters(where=f"case_no NOT IN (SELECT case_no FROM all_events WHERE {condition})"))
    parts = [part for part in (holds, fails) if part is not None]
    assert sorted(case for part in parts for case in cases(part)) == sorted(cases(whole))
    assert +sum((counts(part) for part in parts), Counter()) == +counts(whole)
    if holds is not None:
        twice = narrowed(whole, Filters(where=f"({condition}) AND ({condition})"))
        assert twice is not None
        assert counts(twice) == counts(holds)
        assert all(count <= counts(whole)[what] for what, count in counts(holds).items())


@SETTINGS
@given(log=logs(tiny=True))
def test_cases_variants_and_periods_partition_the_log(log: list[Event], make: Make) -> None:
    whole = make(log)
    everything = +counts(whole)
    by_case = [narrowed(whole, Filters(case=case)) for case in cases(whole)]
    assert +sum((counts(part) for part in by_case), Counter()) == everything
    variants = [number for (number,) in whole.rows("SELECT variant_id FROM variants")]
    by_variant = [narrowed(whole, Filters(variant=number)) for number in variants]
    assert +sum((counts(part) for part in by_variant), Counter()) == everything
    day = "2026-02-01"
    periods = [narrowed(whole, Filters(start_to=day)), narrowed(whole, Filters(start_from=day))]
    assert +sum((counts(part) for part in periods if part), Counter()) == everything
    # Filters together select what each of them selects.
    one = by_case[0]
    assume(one is not None)
    number = one.rows("SELECT variant_id FROM cases")[0][0]
    both = narrowed(whole, Filters(case=next(iter(cases(one))), variant=number))
    assert both is not None
    assert counts(both) == counts(one)
