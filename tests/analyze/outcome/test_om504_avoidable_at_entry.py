from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.outcome.om504_avoidable_at_entry import avoidable_at_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    MakeLog = Callable[..., Log]

MEANINGS = """
[activities]
"Enter" = { kind = "submit" }
"Reject" = { kind = "reject" }
[required]
order = ["ship_to"]
"""


def events(case: str, *steps: tuple[str, str, str], **values: str) -> list[dict[str, str]]:
    """Steps as (activity, field, new value), an hour apart."""
    return [
        {"case": case, "activity": step, "at": f"{8 + at:02d}:00", "field": field, "new": new, **values}
        for at, (step, field, new) in enumerate(steps)
    ]


def test_without_field_history_it_is_not_measurable(make_log: MakeLog) -> None:
    log = make_log([{"case": "A", "activity": "Reject", "at": "09:00"}], MEANINGS)
    assert avoidable_at_entry.missing(log) == "needs field, new_value, which this export doesn't record"


def test_required_field_that_was_never_filled_was_known_to_be_empty(make_log: MakeLog) -> None:
    log = make_log(
        [
            *events("A", ("Enter", "price", "10"), ("Reject", "ship_to", "")),
            *events("B", ("Enter", "price", "10"), ("Reject", "credit_limit", "")),
        ],
        MEANINGS,
    )
    assert [(row["field"], row["avoidable"]) for row in avoidable_at_entry.measure(log).rows] == [
        ("ship_to", True),
        ("credit_limit", None),
    ]


def test_only_what_is_changed_before_the_restoration_had_failed(make_log: MakeLog) -> None:
    steps = (("Enter", "price", "10"), ("Reject", "", ""), ("Take back", "", ""), ("Look", "price", "20"))
    later = events("A", *steps)
    between = events("B", steps[0], steps[1], steps[3], steps[2])
    copied = events("C", steps[0], steps[1], ("Look", "invoice.price", "10.00"), steps[2])
    meanings = MEANINGS.replace("[required]", '"Take back" = { kind = "restore" }\n[required]')
    rows = avoidable_at_entry.measure(make_log([*later, *between, *copied], meanings)).rows
    assert [(row["field"], row["avoidable"]) for row in rows] == [(None, None), ("price", True), (None, None)]


def test_share_of_those_that_can_be_judged_with_bounds(make_log: MakeLog) -> None:
    rows = []
    for number in range(40):
        late = [("Change", "price", "20")] if number >= 20 else []
        field = "price" if number < 30 else "credit_limit"
        rows += events(f"O{number:02d}", ("Enter", "price", "10"), *late, ("Reject", field, ""))
    [found] = avoidable_at_entry.run(make_log(rows, MEANINGS))
    # 20 avoidable, 10 not, 10 without a value of the field.
    assert (found.value, found.cases, found.of_cases) == (20 / 30, 20, 30)
    assert "between 50 % and 75 %" in found.message
