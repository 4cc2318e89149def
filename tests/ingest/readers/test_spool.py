from __future__ import annotations

import json

import pytest

from ordermine.errors import InputError
from ordermine.ingest.readers import spool as spool_module
from ordermine.ingest.readers.spool import Spool, SpooledSource
from ordermine.ingest.source import LeftOut


def test_a_column_that_appears_late_is_null_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "PIECE_ROWS", 2)
    spool = Spool("f")
    spool.add(1, {"a": "x", "b": ""})
    spool.leave_out(LeftOut(2, "not valid JSON", "{", "why"))
    spool.add(3, {"a": None})
    spool.add(5, {"c": "z"})
    spool.finish()
    source = SpooledSource("f", spool, True, {}, {key: key.upper() for key in spool.keys})
    assert source.columns == ("A", "B", "C")
    for _ in range(2):
        pieces = [batch.read() for batch in source.batches()]
        assert [piece.table.to_pylist() for piece in pieces] == [
            [{"A": "x", "B": None, "C": None}, {"A": None, "B": None, "C": None}],
            [{"A": None, "B": None, "C": "z"}],
        ]
        assert [piece.numbers.tolist() for piece in pieces] == [[1, 3], [5]]
        assert [piece.left_out for piece in pieces] == [[LeftOut(2, "not valid JSON", "{", "why")], []]
    assert next(source.batches()).raw_text([3, 1]) == {3: "{}", 1: '{"A":"x"}'}


def test_a_piece_of_rows_left_out_only() -> None:
    spool = Spool("f")
    spool.leave_out(LeftOut(1, "not valid JSON", "ä"))
    spool.finish()
    rows = spool.read(0, {})
    assert len(rows.numbers) == 0
    assert rows.left_out == [LeftOut(1, "not valid JSON", "ä")]


def test_long_rows_make_short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "PIECE_CHARACTERS", 64 * 1000)
    spool = Spool("f")
    for number in range(1, 201):
        spool.add(number, {"a": "x" * 1000})
    spool.finish()
    assert spool.pieces == 4


def test_keys_that_are_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "MOST_COLUMNS", 3)
    spool = Spool("f")
    spool.add(1, {f"key {n}": json.dumps(n) for n in range(4)})
    with pytest.raises(InputError, match="more than 3 different columns"):
        spool.finish()
