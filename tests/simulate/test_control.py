from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulate.conftest import Written


def test_nothing_goes_back_and_errors_are_few_everywhere(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("control")
    truth = log.truth
    assert truth["returns"] == truth["rallies"] == truth["long_loops"] == truth["change_requests"] == []
    assert truth["handoffs"] > 4 * len(log.cases)
    places = Counter((error["originated_by"], error["field"]) for error in truth["errors"])
    assert {department for department, _ in places} == {"Sales", "Deal Desk", "Order Management"}
    for number in places.values():
        assert number / len(log.cases) < 0.04
