"""Compressed files that are bombs or cut off, and Parquet that is damaged."""

from __future__ import annotations

import gzip
import io
import random
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.errors import InputError, OrdermineError
from ordermine.ingest.open import open_sources
from ordermine.ingest.readers import files, parquet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ingest, Said

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

HEADER = "Order,Step,Changed at\n"
LINES = "".join(f"o{number},Create,2024-01-{1 + number % 28:02d}\n" for number in range(3000))
JSON_LINES = "".join(
    f'{{"Order":"o{n}","Step":"Create","Changed at":"2024-01-{1 + n % 28:02d}"}}\n' for n in range(3000)
)


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any file unpack to 1 MB, not to 1,024."""
    monkeypatch.setattr(files, "ALWAYS_ALLOWED", 1 << 20)


@pytest.mark.usefixtures("small_limit")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", HEADER.encode() + b"o1,Create,2024-01-01\n" * 500_000),
        ("a.csv.gz", HEADER.encode() + b"x" * (8 << 20)),
        ("a.jsonl.gz", b'{"Order":"o1","Step":"Create","Changed at":"2024-01-01"}\n' * 100_000),
        ("a.json.gz", b"[" + b" " * (8 << 20)),
        ("a.xes.gz", b"<log>" + b" " * (8 << 20)),
    ],
)
def test_b48_a_gzip_bomb_is_refused(ordermine: Callable[..., Said], tmp_path: Path, name: str, content: bytes) -> None:
    """A gzip file that unpacks to more than a gigabyte (here: a megabyte) and to more than 200 times its size is
    refused with both limits, and with what to do if it is an export all the same."""
    (tmp_path / name).write_bytes(gzip.compress(content))
    said = ordermine("ingest", name, "-o", "log")
    assert said.code == 3
    assert "unpacks to more than 1 MB and more than 200 times its size" in said.err
    assert "gunzip" in said.err
    assert not (tmp_path / "log").exists()


@pytest.mark.usefixtures("small_limit")
def test_b48_what_shrinks_like_an_export_is_read_whatever_its_size(ingest_files: Ingest) -> None:
    """An export beyond the first limit is read as long as it shrinks no more than exports do."""
    dice = random.Random(48)
    lines = [f"o{number},Step {dice.randrange(9)},2024-01-{1 + number % 28:02d}" for number in range(60_000)]
    content = (HEADER + "\n".join(lines)).encode()
    assert len(content) > 1 << 20
    log = ingest_files({"a.csv.gz": gzip.compress(content)})
    assert log.manifest.ledger.events == len(lines)


@pytest.mark.parametrize(("name", "content"), [("a.csv.gz", HEADER + LINES), ("a.jsonl.gz", JSON_LINES)])
def test_b48_a_gzip_that_is_cut_off_publishes_nothing(
    ordermine: Callable[..., Said], tmp_path: Path, name: str, content: str
) -> None:
    """A gzip file that ends early is refused: the message says after how much, and none of that is published."""
    whole = gzip.compress(content.encode())
    for size in (len(whole) // 2, len(whole) - 4):
        (tmp_path / name).write_bytes(whole[:size])
        said = ordermine("ingest", name, "-o", "log")
        assert said.code == 3
        assert re.search(r"unexpected end of gzip after (nothing|(line )?[\d,]+)", said.err), said.err
        assert not (tmp_path / "log").exists()


def test_b48_several_gzip_members_are_one_file(ingest_files: Ingest) -> None:
    """Gzip files that were put one after the other are read as one, zeros after the last are padding."""
    half = len(LINES) // 2
    parts = [gzip.compress(text.encode()) for text in (HEADER, LINES[:half], "", LINES[half:])]
    assert ingest_files({"a.csv.gz": b"".join(parts) + bytes(512)}).manifest.ledger.events == 3000


@pytest.mark.parametrize("damage", ["garbage after it", "a flipped bit", "a wrong checksum"])
def test_b48_a_damaged_gzip_is_refused(ordermine: Callable[..., Said], tmp_path: Path, damage: str) -> None:
    """Anything else after a gzip file, a flipped bit and a wrong checksum are damage: nothing is published."""
    whole = bytearray(gzip.compress((HEADER + LINES).encode()))
    if damage == "garbage after it":
        whole += b"garbage"
    else:
        whole[len(whole) // 2 if damage == "a flipped bit" else -6] ^= 1
    (tmp_path / "a.csv.gz").write_bytes(whole)
    said = ordermine("ingest", "a.csv.gz", "-o", "log")
    assert (said.code, "gzip" in said.err) == (3, True), said.err
    assert not (tmp_path / "log").exists()


def test_b48_other_archives_are_refused_unopened(ordermine: Callable[..., Said], tmp_path: Path) -> None:
    """A ZIP archive, by whatever name, and a gzip file in a gzip file are refused: the message says to unpack them."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("orders.csv", HEADER + LINES)
    twice = gzip.compress(gzip.compress((HEADER + LINES).encode()))
    for name, content in (("a.zip", data.getvalue()), ("a.csv", data.getvalue()), ("a.csv.gz", twice)):
        (tmp_path / name).write_bytes(content)
        said = ordermine("ingest", name, "-o", "log")
        assert (said.code, "unpack" in said.err) == (3, True), said.err


def table(**further: Any) -> pa.Table:
    rows = 400
    return pa.table(
        {
            "Order": [f"o{row // 4}" for row in range(rows)],
            "Step": [["Create", "Check", "Ship", "Bill"][row % 4] for row in range(rows)],
            "Changed at": [f"2024-01-{1 + row // 60:02d}T{row % 24:02d}:00:00" for row in range(rows)],
            **further,
        }
    )


def as_parquet(data: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(data, sink, **options)
    return sink.getvalue()


def test_b48_a_damaged_parquet_file_with_checksums_is_refused(tmp_path: Path) -> None:
    """Of a Parquet file whose pages have checksums, a flipped bit in any page is noticed: the file is refused."""
    data = bytearray(as_parquet(table(), write_page_checksum=True))
    path, dice = tmp_path / "a.parquet", random.Random(48)
    pages = pq.ParquetFile(io.BytesIO(data)).metadata.row_group(0).column(0).total_compressed_size
    for _ in range(6):
        damaged = data.copy()
        damaged[4 + dice.randrange(40, pages)] ^= 1 << dice.randrange(8)
        path.write_bytes(damaged)
        source = open_sources([path])[0].source
        with pytest.raises(InputError, match="not a readable Parquet file"):
            list(source.batches())


def test_b48_damage_in_parquet_ends_a_process_of_its_own(tmp_path: Path) -> None:
    """Native code decodes a Parquet file in a process of its own. With bits flipped anywhere, whatever becomes of that
    process, the command ends with a message."""
    data, codes = as_parquet(table()), set()
    path, dice = tmp_path / "a.parquet", random.Random(6)
    for _ in range(12):
        damaged = bytearray(data)
        damaged[dice.randrange(len(data) // 2, len(data))] ^= 1 << dice.randrange(8)
        path.write_bytes(damaged)
        try:
            source = open_sources([path])[0].source
            for batch in source.batches():
                batch.read()
            codes.add(0)
        except OrdermineError as error:
            codes.add(error.exit_code)
    assert codes <= {0, 3, 6}


def test_b48_a_decoder_that_dies_is_told(
    ordermine: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the process that decodes a file dies, the run ends as a fault of the machine and nothing is published."""
    monkeypatch.setattr(parquet, "WORKER", "ordermine.no_such_module")
    (tmp_path / "a.parquet").write_bytes(as_parquet(table()))
    said = ordermine("ingest", "a.parquet", "-o", "log")
    assert (said.code, "the process that reads it died (exit code 1)" in said.err) == (6, True)
    assert not (tmp_path / "log").exists()


@pytest.mark.usefixtures("small_limit")
@pytest.mark.parametrize("encoding", ["dictionary", "DELTA_BYTE_ARRAY"])
def test_b48_a_long_value_in_every_row_is_refused(
    ordermine: Callable[..., Said], tmp_path: Path, encoding: str
) -> None:
    """A Parquet file of some kilobytes in which every row refers to one text of a megabyte is refused before memory
    holds it more than a few hundred times."""
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 400, pa.int32()), pa.array(["x" * (1 << 20)]))
    data = table(note=long.cast(pa.dictionary(pa.int32(), pa.string())))
    how: dict[str, Any] = {"store_schema": False}
    if encoding != "dictionary":
        data = table(note=["x" * (1 << 20)] * 400)
        how |= {"use_dictionary": False, "column_encoding": {"note": encoding}, "compression": "zstd"}
    content = as_parquet(data, **how)
    assert len(content) < 200_000
    (tmp_path / "a.parquet").write_bytes(content)
    said = ordermine("ingest", "a.parquet", "-o", "log")
    assert (said.code, "200 times its size" in said.err) == (3, True), said.err


def test_b48_text_that_is_none_costs_its_row(ingest_files: Ingest) -> None:
    """A row of a Parquet file with bytes that are no text is rejected with that reason and shown by escapes."""
    names = pa.array([b"ann", b"J\xfcrgen", *[b"bob"] * 398], pa.binary()).view(pa.string())
    log = ingest_files({"a.parquet": as_parquet(table(User=names))})
    assert log.manifest.ledger.events == 399
    [(line, reason, raw)] = log.left_out()
    assert (line, reason) == (2, "not valid text")
    assert '"User":"J\\\\xfcrgen"' in raw
