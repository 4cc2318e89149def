from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.origin.om601_origin import origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

PROJECT = """
[[source]]
case_attributes = ["region"]
[activities]
"Write" = { kind = "other" }
"Confirm" = { kind = "confirm" }
"Change" = { kind = "change" }
"""


def orders(team: str, number: int, wrong: int, region: str = "north") -> list[dict[str, str]]:
    """Return orders of a team, the first of which are wrong and corrected by Finance."""
    events = []
    for one in range(number):
        steps = [("Write", team, "item", "", "A"), ("Confirm", "Desk", "", "", "")]
        if one < wrong:
            steps.append(("Change", "Finance", "item", "A", "B"))
        events += [
            {
                "case": f"{team}{region}{one:03d}",
                "activity": step,
                "at": f"{8 + hour:02d}:00",
                "department": department,
                "field": field,
                "old": old,
                "new": new,
                "region": region,
            }
            for hour, (step, department, field, old, new) in enumerate(steps)
        ]
    return events


def test_team_that_errs_more_than_its_like_stands_out(make_log: Callable[..., Log]) -> None:
    log = make_log([*orders("East", 100, 40), *orders("West", 100, 10), *orders("South", 100, 10)], PROJECT)
    findings = {one.subject: one for one in origin.run(log)}
    assert {name: one.severity for name, one in findings.items()} == {
        "East": "warning",
        "West": "info",
        "South": "info",
    }
    # 40 of 60 errors; at the others' rate, 20 of 200, its 100 orders explain 10.
    assert findings["East"].value == 40 / 60
    assert (findings["East"].cases, findings["East"].of_cases) == (40, 60)
    assert "its orders explain 10.0 errors where there are 40" in findings["East"].message


def test_team_stands_out_where_nobody_else_errs(make_log: Callable[..., Log]) -> None:
    [east] = origin.run(
        make_log([*orders("East", 100, 40), *orders("West", 100, 0), *orders("South", 100, 0)], PROJECT)
    )
    assert (east.subject, east.severity) == ("East", "warning")
    assert "its orders explain 0.0 errors where there are 40" in east.message


def test_team_whose_orders_are_more_difficult_does_not_stand_out(make_log: Callable[..., Log]) -> None:
    # Everybody's rate is 40 % in the south and 5 % in the north; East has the south.
    history = [
        *orders("East", 100, 40, "south"),
        *orders("East", 20, 1, "north"),
        *orders("West", 20, 8, "south"),
        *orders("West", 200, 10, "north"),
    ]
    assert {one.severity for one in origin.run(make_log(history, PROJECT))} == {"info"}


def test_attribute_that_plays_a_part_of_its_own_is_compared_by_too(make_log: Callable[..., Log]) -> None:
    """The mix of the test above, by a column that ingest takes for the channel."""
    history = [
        *orders("East", 100, 40, "south"),
        *orders("East", 20, 1, "north"),
        *orders("West", 20, 8, "south"),
        *orders("West", 200, 10, "north"),
    ]
    for event in history:
        event["Kanal"] = event.pop("region")
    log = make_log(history, PROJECT.replace("region", "Kanal"))
    assert "channel" in log.recorded
    assert {one.severity for one in origin.run(log)} == {"info"}


def test_corrector_is_never_an_origin(make_log: Callable[..., Log]) -> None:
    log = make_log(orders("East", 30, 20), PROJECT)
    assert [one.subject for one in origin.run(log)] == ["East"]


def test_clusters_widen_the_interval(make_log: Callable[..., Log]) -> None:
    history = [*orders("East", 40, 30), *orders("West", 40, 30)]
    for event in history:
        event["header"] = event["case"][:-2]
    plain = origin.run(make_log(history, PROJECT))
    wide = origin.run(make_log(history, '[log]\ncluster = "header"\n' + PROJECT))
    assert plain[0].low is not None
    assert wide[0].low is not None
    assert wide[0].low < plain[0].low
