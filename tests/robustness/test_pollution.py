"""What is read of malformed versions of clean tables: nothing unaccounted, hardly a row lost, hardly a wrong one."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from polluters import Score, Variant, read, variants

if TYPE_CHECKING:
    from pathlib import Path

FEWEST = 2000
RECALL, PRECISION = 0.99, 0.995


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> list[Score]:
    """Of every eleven variants five, which are of all kinds; `benchmarks/pollution.py` reads all."""
    path: Path = tmp_path_factory.mktemp("polluted") / "polluted.csv"
    sample = [variant for number, variant in enumerate(variants()) if number % 11 in (0, 2, 4, 7, 9)]
    return [read(variant, path) for variant in sample]


def _mean(scores: list[Score], name: str) -> float:
    return sum(float(getattr(score, name)) for score in scores) / len(scores)


def test_nothing_crashes_and_no_line_is_unaccounted(scores: list[Score]) -> None:
    assert len(scores) >= FEWEST
    assert [(score.variant.kind, score.variant.detail, score.crash) for score in scores if score.crash] == []
    assert [(score.variant.kind, score.variant.detail) for score in scores if score.unaccounted] == []


def test_rows_that_can_be_read_are_read_and_others_do_not_appear(scores: list[Score]) -> None:
    of_kind: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        of_kind[score.variant.kind].append(score)
    low = {kind: _mean(found, "recall") for kind, found in of_kind.items() if _mean(found, "recall") < RECALL}
    wrong = {
        kind: _mean(found, "precision") for kind, found in of_kind.items() if _mean(found, "precision") < PRECISION
    }
    assert (low, wrong) == ({}, {})
    # Rows with a defect count here as well, though some of them can't be read by anyone.
    assert _mean(scores, "recall_of_all") >= RECALL


def test_a_defect_costs_at_most_its_own_row(scores: list[Score]) -> None:
    cells = ("delimiter", "quote", "zero", "bad", "row")
    own = [score for score in scores if score.variant.kind.startswith(cells)]
    assert [(s.variant.table, s.variant.kind, s.variant.detail) for s in own if s.recall < 1] == []


@pytest.mark.parametrize(
    ("data", "recall", "precision", "unaccounted"),
    [
        (b"a,b\n1,x\n2,y\n", 1.0, 1.0, []),
        (b"a,b\n1,x\n", 0.5, 1.0, []),
        (b"a,b\n1,x\n2,z\n", 0.5, 0.5, []),
        (b"a,b\n1,x\n2,y\n2,y\n", 1.0, 2 / 3, []),
    ],
)
def test_what_is_scored(data: bytes, recall: float, precision: float, unaccounted: list[int], tmp_path: Path) -> None:
    expected = (("1", "x"), ("2", "y"))
    score = read(Variant("t", "kind", "", data, expected), tmp_path / "t.csv")
    assert (score.recall, score.precision, score.unaccounted) == (recall, pytest.approx(precision), unaccounted)


def test_a_line_that_vanishes_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ordermine.ingest.readers import csv_batch

    kept = csv_batch.CsvBatch.read

    def losing(batch: csv_batch.CsvBatch) -> object:
        rows = kept(batch)
        rows.left_out.clear()
        return rows

    monkeypatch.setattr(csv_batch.CsvBatch, "read", losing)
    score = read(Variant("t", "kind", "", b"a,b\n1,x\n1\n2,y\n", (("1", "x"), ("2", "y"))), tmp_path / "t.csv")
    assert score.unaccounted == [3]


def test_variants_are_the_same_on_every_call() -> None:
    first, second = (list(itertools.islice(variants(), 300)) for _ in range(2))
    assert first == second
