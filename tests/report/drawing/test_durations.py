from __future__ import annotations

import pytest

from ordermine.report.drawing.durations import human


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (0.4, "< 1 s"),
        (1, "1 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (75, "1 min 15 s"),
        (3599.9, "1 h"),
        (3600, "1 h"),
        (5400, "1 h 30 min"),
        (86399, "1 d"),
        (86400, "1 d"),
        (2 * 86400 + 3 * 3600, "2 d 3 h"),
        (400 * 86400, "400 d"),
        (-90, "-1 min 30 s"),
    ],
)
def test_two_largest_units(seconds: float, expected: str) -> None:
    assert human(seconds) == expected
