from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.clusters import share_of_cases
from ordermine.errors import UsageError
from ordermine.stats.intervals import clustered, wilson

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

HITS = "SELECT case_no FROM events WHERE activity = 'Stop'"


def lines() -> list[dict[str, str]]:
    """Order 1 has three lines, all stopped; order 2 has two, one stopped; orders 3 and 4 have one each."""
    stopped = {"1_a": True, "1_b": True, "1_c": True, "2_a": True, "2_b": False, "3_a": False, "4_a": False}
    return [
        {"case": case, "activity": "Stop" if hit else "Go", "at": "09:00", "header": case[0]}
        for case, hit in stopped.items()
    ]


@pytest.mark.parametrize("cluster", ["'^(\\d+)_'", "'header'"])
def test_pattern_and_column_say_which_orders_belong_together(make_log: Callable[..., Log], cluster: str) -> None:
    found = share_of_cases(make_log(lines(), f"[log]\ncluster = {cluster}"), HITS)
    assert found == clustered([3, 1, 0, 0], [3, 2, 1, 1])


def test_column_is_called_as_in_the_export(make_log: Callable[..., Log]) -> None:
    rows = [{**row, "Kunde": row["header"]} for row in lines()]  # ingest takes it for the customer
    found = share_of_cases(make_log(rows, '[log]\ncluster = "Kunde"'), HITS)
    assert found == clustered([3, 1, 0, 0], [3, 2, 1, 1])


def test_without_clusters_it_is_wilson(make_log: Callable[..., Log]) -> None:
    assert share_of_cases(make_log(lines()), HITS) == wilson(4, 7)


def test_orders_that_match_no_pattern_stand_alone(make_log: Callable[..., Log]) -> None:
    log = make_log([*lines(), {"case": "x", "activity": "Stop", "at": "09:00"}], "[log]\ncluster = '^(\\d+)_'")
    assert share_of_cases(log, HITS) == clustered([3, 1, 0, 0, 1], [3, 2, 1, 1, 1])


def test_cluster_that_is_neither_column_nor_pattern(make_log: Callable[..., Log]) -> None:
    with pytest.raises(UsageError, match="headr"):
        share_of_cases(make_log(lines(), '[log]\ncluster = "headr"'), HITS)
