from __future__ import annotations

import pytest

from ordermine.discover.waits import UNTIMED, PairTimes, Waits, pair_times


def waits(names: list[str], pairs: list[tuple[int, int, int]]) -> Waits:
    import numpy as np

    columns = np.array(pairs, dtype=np.int64).reshape(-1, 3)
    return Waits(names, columns[:, 0], columns[:, 1], columns[:, 2])


def test_quantiles_interpolate_linearly_between_the_neighbours() -> None:
    # Sorted: 0, 10, 20, 100 s. Median at position 1.5: 15 s. 90 % at position 2.7: 20 + 0.7 * 80 = 76 s.
    found = list(pair_times([waits(["a", "b"], [(0, 1, s * 1_000_000) for s in (20, 0, 100, 10)])]))
    assert found == [PairTimes("a", "b", 4, 15.0, 76.0)]


def test_parts_that_number_names_differently_are_counted_together_in_order_of_names() -> None:
    one = waits(["b", "a"], [(0, 1, 1_000_000), (1, 0, 5_000_000)])
    other = waits(["c", "b", "a"], [(1, 2, 3_000_000), (0, 0, 7_000_000)])
    assert list(pair_times([one, other])) == [
        PairTimes("a", "b", 1, 5.0, 5.0),
        PairTimes("b", "a", 2, 2.0, 2.8),
        PairTimes("c", "c", 1, 7.0, 7.0),
    ]


def test_times_too_long_to_be_packed_with_their_pair_are_sorted_all_the_same() -> None:
    # 8000 years in µs need 58 bits; with 100 names a pair needs 14.
    long = 8_000 * 365 * 86_400 * 1_000_000
    names = [f"{number:02d}" for number in range(100)]
    found = list(pair_times([waits(names, [(99, 99, long), (0, 1, 4), (99, 99, -long), (99, 99, 0)])]))
    assert found[0] == PairTimes("00", "01", 1, 4e-6, 4e-6)
    assert (found[1].source, found[1].count, found[1].median_s) == ("99", 3, 0.0)
    assert found[1].p90_s == pytest.approx(0.8 * long / 1e6)


@pytest.mark.parametrize("parts", [[], [waits(["a"], [])]])
def test_nothing_gives_nothing(parts: list[Waits]) -> None:
    assert list(pair_times(parts)) == []


def test_times_that_are_not_known_count_and_are_no_part_of_quantiles() -> None:
    known = [(0, 1, s * 1_000_000) for s in (20, 0, 100, 10)]
    found = list(pair_times([waits(["a", "b"], [*known, (0, 1, UNTIMED)]), waits(["b"], [(0, 0, UNTIMED)])]))
    assert found == [PairTimes("a", "b", 5, 15.0, 76.0), PairTimes("b", "b", 1, None, None)]
