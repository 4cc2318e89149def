from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.quality.om006_coarse_timestamps import coarse_timestamps

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


def test_default_time_of_day_is_read_in_the_time_zone_of_the_log(make_log: Callable[..., Log]) -> None:
    # 23:59:59 in Berlin is 22:59:59 UTC in winter and 21:59:59 UTC in summer: one time of day, not two.
    events = [{"case": f"O{n}", "activity": "Ship", "at": f"2026-{n % 12 + 1:02d}-03 23:59:59"} for n in range(24)]
    log = make_log(events, timezone="Europe/Berlin")
    assert coarse_timestamps.measure(log).rows[0]["clock"] == "23:59:59"
    [found] = coarse_timestamps.run(log)
    assert (found.subject, found.value) == ("Ship", 1.0)


def test_times_all_over_the_day_are_no_default(make_log: Callable[..., Log]) -> None:
    events = [{"case": f"O{n}", "activity": "Ship", "at": f"2026-03-03 {n % 24:02d}:{n:02d}:07"} for n in range(40)]
    log = make_log(events)
    assert coarse_timestamps.measure(log).rows[0]["clock_events"] == 1
    assert coarse_timestamps.run(log) == []
