from __future__ import annotations

import datetime as dt
import decimal
from pathlib import Path
from typing import Any

import pytest

from ordermine.errors import InputError
from ordermine.ingest.readers import parquet_worker
from ordermine.ingest.readers.parquet import as_text, open_parquet

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

DATA = Path(__file__).parents[4] / "shared" / "data" / "csv"
STAMPS = [dt.datetime.fromisoformat(text) for text in ("2024-01-02T09:17:18.120", "2024-07-02T09:17:18")]


def stamps(unit: str, zone: str | None) -> pa.Array:
    array = pa.array(STAMPS, pa.timestamp("us")).cast(pa.timestamp(unit), safe=False)
    return array.cast(pa.timestamp(unit, "UTC")).cast(pa.timestamp(unit, zone)) if zone else array


@pytest.mark.parametrize(
    ("array", "texts"),
    [
        (pa.array(["a", "", None]), ["a", None, None]),
        (pa.array(["a", ""], pa.large_string()), ["a", None]),
        (pa.array(["a", "", "a"]).dictionary_encode(), ["a", None, "a"]),
        (pa.array([1, None, -(2**62)]), ["1", None, str(-(2**62))]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (
            pa.array([3083.0, 0.1, -0.0, 1234567890123456.0, 1e22, float("nan"), float("inf"), None]),
            ["3083", "0.1", "0", "1234567890123456", "1e+22", None, "inf", None],
        ),
        (pa.array([0.1, 2.0], pa.float32()), ["0.1", "2"]),
        (pa.array([True, None, False]), ["true", None, "false"]),
        (pa.array([decimal.Decimal("12.50"), decimal.Decimal("-0.01")]), ["12.50", "-0.01"]),
        (pa.array([dt.date(2024, 1, 2)]), ["2024-01-02"]),
        (pa.array([dt.time(10, 30)]), ["10:30:00"]),
        (pa.array([dt.timedelta(hours=26)]), ["26:00:00"]),
        (pa.array([b"abc", b"", b"\xff"]), ["abc", None, "ff"]),
        (pa.nulls(2), [None, None]),
        (pa.array([{"a": [1, 2.5]}, None]), ['{"a":[1,2.5]}', None]),
        (stamps("s", None), ["2024-01-02T09:17:18", "2024-07-02T09:17:18"]),
        (stamps("ms", None), ["2024-01-02T09:17:18.12", "2024-07-02T09:17:18"]),
        (stamps("ns", "UTC"), ["2024-01-02T09:17:18.12Z", "2024-07-02T09:17:18Z"]),
        (stamps("us", "Europe/Berlin"), ["2024-01-02T10:17:18.12+01:00", "2024-07-02T11:17:18+02:00"]),
        (stamps("us", "-03:30"), ["2024-01-02T05:47:18.12-03:30", "2024-07-02T05:47:18-03:30"]),
    ],
)
def test_as_text(array: pa.Array, texts: list[str | None]) -> None:
    text = as_text(array)
    assert text.to_pylist() == texts
    assert text.type == pa.string()


def write(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_batches_are_numbered_through_and_index_columns_stay(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", {"a": [1, 2, 3], "__index_level_0__": ["x", "y", "z"]}, row_group_size=2)
    source = open_parquet(path, "a")
    assert source.columns == ("a", "__index_level_0__")
    for _ in range(2):
        batches = list(source.batches())
        assert [batch.read().numbers.tolist() for batch in batches] == [[1, 2], [3]]
    assert batches[1].raw_text([3]) == {3: '{"a":"3","__index_level_0__":"z"}'}


def test_columns_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table([["x"], ["y"]], names=["a", "a"]), path)
    (batch,) = open_parquet(path, "a").batches()
    assert batch.read().table.to_pylist() == [{"a": "x", "a (2)": "y"}]


def test_no_rows(tmp_path: Path) -> None:
    source = open_parquet(write(tmp_path / "a.parquet", {"a": pa.array([], pa.int64())}), "a")
    assert sum(batch.read().table.num_rows for batch in source.batches()) == 0


def test_damage_is_an_input_error(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.parquet",
        {"a": [f"value {n}" for n in range(1000)]},
        write_page_checksum=True,
        use_dictionary=False,
        compression="none",
    )
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    with pytest.raises(InputError, match="not a readable Parquet file"):
        open_parquet(path, "a")
    at = whole.index(b"value 500")
    path.write_bytes(whole[:at] + b"V" + whole[at + 1 :])
    with pytest.raises(InputError, match="not a readable Parquet file"):
        list(open_parquet(path, "a").batches())
    path.write_bytes(b"PAR1 and nothing else PAR1")
    with pytest.raises(InputError, match="not a readable Parquet file"):
        open_parquet(path, "a")


@pytest.mark.parametrize(
    ("values", "options", "rows"),
    [
        (["short"] * 10, {}, 65_536),
        (["x" * (1 << 20)] * 10, {}, 256),
        (["x" * (1 << 20)] * 10, {"use_dictionary": False}, 65_536),
        (["short"] * 10, {"use_dictionary": False, "column_encoding": {"a": "DELTA_BYTE_ARRAY"}}, 1024),
        ([["x"]] * 10, {}, 1024),
    ],
)
def test_a_batch_has_no_more_rows_than_memory_for_the_longest_value(
    tmp_path: Path, values: list[Any], options: dict[str, Any], rows: int
) -> None:
    path = write(tmp_path / "a.parquet", {"a": values}, **options)
    assert parquet_worker._rows_at_once(path, pq.ParquetFile(path), 0) == rows


@pytest.mark.real
def test_real_log() -> None:
    path = DATA / "traffic_fines_full.parquet"
    if not path.exists():
        pytest.skip("the real logs are not beside the checkout")
    rows = 0
    for batch in open_parquet(path, path.name).batches():
        piece = batch.read()
        assert piece.numbers[0] == rows + 1
        assert piece.table.num_rows <= 100_000
        assert piece.table["timestamp"].null_count == 0
        rows += piece.table.num_rows
    assert rows == 561_470
