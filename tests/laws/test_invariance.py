"""What must not matter doesn't: order of rows, names, further columns, the calendar, the pace (H04 to H06, H15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ordermine.analyze.registry import find
from ordermine.discover.counting import count_graph, count_handoffs, count_variants
from tests.laws.exports import as_csv, table
from tests.laws.strategies import ACTIVITIES, DEPARTMENTS, NAUGHTY, RESOURCES, Event, logs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.eventlog.log import Log
    from tests.laws.conftest import Make

SETTINGS = settings(max_examples=8)
SEQUENCES = """
SELECT case_id, list((activity, department, resource, seq, occurrence, tied, seconds_to_next) ORDER BY seq)
FROM events GROUP BY case_id ORDER BY case_id
"""


def counted(log: Log) -> dict[str, Any]:
    """Return what is counted, by names, and every case's events in order."""
    graph = count_graph(log)
    found = {
        "activities": {a.name: (a.events, a.cases) for a in graph.activities},
        "edges": {(e.source, e.target): (e.events, e.cases, e.median_s, e.p90_s) for e in graph.edges},
        "starts": dict(graph.starts),
        "ends": dict(graph.ends),
        "variants": {v.activities: (v.cases, v.share) for v in count_variants(log)},
        "handoffs": {(h.source, h.target): (h.events, h.cases, h.median_s) for h in count_handoffs(log)},
    }
    for code in ("OM102", "OM103", "OM401", "OM402", "OM403"):
        one = find(code)
        found[code] = None if one.missing(log) else one.measure(log).totals or one.measure(log).rows
    return found


@SETTINGS
@given(log=logs(tiny=True, unique=True), dice=st.randoms(use_true_random=False))
def test_rows_in_any_order_that_keeps_ties_in_theirs(log: list[Event], dice: Any, make: Make) -> None:
    shuffled = dice.sample(log, len(log))
    # Rows of one case and time stay in the order that they had: that is what decides ties.
    tied: dict[tuple[str, int], list[Event]] = {}
    for event in log:
        tied.setdefault((event.case, event.at), []).append(event)
    shuffled = [tied[event.case, event.at].pop(0) for event in shuffled]
    one, other = make(log), make(shuffled)
    assert one.rows(SEQUENCES) == other.rows(SEQUENCES)
    assert counted(one) == counted(other)


@SETTINGS
@given(log=logs(tiny=True), dice=st.randoms(use_true_random=False))
def test_names_only_rename(log: list[Event], dice: Any, make: Make) -> None:
    fresh = [name for name in NAUGHTY if name != "NA"]

    def renaming(names: Sequence[str]) -> dict[str, str]:
        """Return name → new name; who is no person and what isn't recorded stay."""
        kept = {name: name for name in names if name in ("", "bot")}
        others = [name for name in names if name not in kept]
        return kept | dict(zip(others, dice.sample(fresh, len(others)), strict=True))

    activity, department, resource = renaming(ACTIVITIES), renaming(DEPARTMENTS), renaming(RESOURCES)
    renamed = [
        event._replace(
            # Order numbers keep their order, by which cases that start together are numbered.
            case=f"No. {event.case}",
            activity=activity[event.activity],
            department=department[event.department],
            resource=resource[event.resource],
        )
        for event in log
    ]
    known = {**activity, **department}

    def translated(value: Any) -> Any:
        if isinstance(value, str):
            return known.get(value, value)
        if isinstance(value, tuple):
            return tuple(map(translated, value))
        if isinstance(value, dict):
            return {translated(key): translated(one) for key, one in value.items()}
        return value

    expected = counted(make(log))
    found = counted(make(renamed))
    for what in ("activities", "edges", "starts", "ends", "variants", "handoffs"):
        assert found[what] == translated(expected[what]), what
    for code in ("OM401", "OM402", "OM403"):
        assert found[code] == expected[code], code
    for code in ("OM102", "OM103"):
        rows = [{**row, "activity": activity[row["activity"]]} for row in expected[code]]
        assert sorted(found[code], key=repr) == sorted(rows, key=repr)


# Names that ordermine itself gives to columns, on their way or in a view; and others that look harmless.
FURTHER = (
    "source",
    "Source",
    "kind",
    "stage",
    "case_no",
    "seq",
    "rowid",
    "row",
    "position",
    "segment",
    "by_system",
    "x",
)


@SETTINGS
@given(
    log=logs(tiny=True),
    names=st.lists(st.sampled_from(FURTHER), min_size=1, max_size=4, unique=True),
    dice=st.randoms(use_true_random=False),
)
def test_further_columns_and_their_order_change_nothing(
    log: list[Event], names: list[str], dice: Any, make: Make
) -> None:
    rows = table(log)
    columns = dice.sample([*rows[0], *names], len(rows[0]) + len(names))
    wider = [{name: row.get(name, f"{name} {row['case']}") for name in columns} for row in rows]
    one, other = make(log), make({"export.csv": as_csv(wider)})
    assert counted(one) == counted(other)
    assert one.rows(SEQUENCES) == other.rows(SEQUENCES)


@SETTINGS
@given(log=logs(tiny=True), shift=st.integers(-(10**15), 10**15))
def test_a_shift_in_time_changes_no_count_and_no_duration(log: list[Event], shift: int, make: Make) -> None:
    moved = make([event._replace(at=event.at + shift) for event in log])
    one = make(log)
    assert counted(moved) == counted(one)
    assert moved.rows(SEQUENCES) == one.rows(SEQUENCES)
    query = "SELECT case_id, duration_s, epoch_us(start) FROM cases ORDER BY case_id"
    assert moved.rows(query) == [(case, seconds, start + shift) for case, seconds, start in one.rows(query)]


@SETTINGS
@given(log=logs(tiny=True), factor=st.sampled_from((2, 3, 10)))
def test_slower_orders_take_so_much_longer(log: list[Event], factor: int, make: Make) -> None:
    first = min(event.at for event in log)
    one, slower = make(log), make([event._replace(at=first + (event.at - first) * factor) for event in log])
    query = "SELECT case_id, round(duration_s * 1e6)::HUGEINT FROM cases ORDER BY case_id"
    assert slower.rows(query) == [(case, time * factor) for case, time in one.rows(query)]
    before, after = counted(one), counted(slower)
    for what in ("activities", "starts", "ends", "variants", "OM102", "OM103", "OM401", "OM402", "OM403"):
        if what in ("activities", "starts", "ends", "variants") or isinstance(before[what], dict):
            assert before[what] == after[what]


@SETTINGS
@given(log=logs(tiny=True, unique=True), starts=st.lists(st.integers(0, 50), min_size=1, max_size=5))
def test_starts_of_steps_that_are_left_out_change_nothing(log: list[Event], starts: list[int], make: Make) -> None:
    rows = [{**row, "transition": "complete"} for row in table(log)]
    added = [{**rows[at % len(rows)], "transition": "start"} for at in starts]
    columns = {"lifecycle": "transition", "case": "case", "activity": "activity", "timestamp": "at"}
    one, other = (
        make(given, columns=columns, lifecycle="complete", keep_duplicates=True) for given in (rows, rows + added)
    )
    assert one.rows(SEQUENCES) == other.rows(SEQUENCES)
    assert other.manifest.ledger.rejected == len(added)
