"""Encodings and text: cases B20 to B24."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ingest, Said

HEAD = "Order,Activity,Timestamp,Department\n"


def rows(names: list[str]) -> str:
    """Return an export with these activities, one an order."""
    return HEAD + "".join(
        f"SO{number},{name},2024-01-{number % 28 + 1:02d} 10:00:00,Team\n" for number, name in enumerate(names)
    )


GERMAN = ["Angebot geprüft", "Auftrag bestätigt", "Größe geändert", "Straße", "plain"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_b20_encodings_are_recognised_and_told(encoding: str, ingest_files: Ingest) -> None:
    """UTF-8 and UTF-16 with and without a mark, Latin-1 and Windows text are recognised; the encoding is shown."""
    names = [*GERMAN, "5 €"] if encoding not in ("latin-1",) else GERMAN
    found = ingest_files(rows(names).encode(encoding))
    assert sorted(found.column("activity")) == sorted(names)
    told = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "latin-1": "cp1252"}.get(encoding, encoding)
    assert found.manifest.sources[0].described["encoding"] == told


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_b20_utf16_without_a_mark_in_another_script(encoding: str, ingest_files: Ingest) -> None:
    """UTF-16 without a mark is recognised in scripts whose letters have no zero bytes, too."""
    names = ["Создано", "Одобрено", "Отгружено", "Оплачено"]
    found = ingest_files(rows(names).encode(encoding))
    assert sorted(found.column("activity")) == sorted(names)


@pytest.mark.parametrize(
    ("encoding", "bad", "where"),
    [
        ("utf-8", b"SO9,gepr\xfcft,2024-01-09 10:00:00,Team", "byte 9 of the row (0xfc) is not utf-8"),
        ("cp1252", b"SO9,gepr\x81ft,2024-01-09 10:00:00,Team", "byte 9 of the row (0x81) is not cp1252"),
    ],
)
def test_b21_bytes_of_another_encoding_cost_their_row(
    encoding: str, bad: bytes, where: str, ingest_files: Ingest
) -> None:
    """Bytes that aren't text in the file's encoding cost their row alone: where they stand is told and the exact bytes
    are kept; no replacement character gets into the log.
    """
    content = rows(GERMAN).encode(encoding) + bad + b"\n" + rows(GERMAN).encode(encoding).partition(b"\n")[2]
    found = ingest_files(content, keep_duplicates=True)
    (row,) = found.rows("left_out.parquet")
    assert (row["line"], row["reason"], row["detail"], row["raw_bytes"]) == (7, "not valid text", where, bad)
    assert found.manifest.ledger.events == 10
    assert not any("\ufffd" in name for name in found.column("activity"))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_b21_half_a_character_at_the_end_keeps_its_bytes(encoding: str, ingest_files: Ingest) -> None:
    """A UTF-16 file that was cut in the middle of a character loses its last row alone, whose bytes are kept."""
    content = rows(GERMAN).encode(encoding)
    bad = "SO9,x,2024-01-09 10:00:00,Te".encode(encoding) + b"a"
    found = ingest_files(content + bad)
    (row,) = found.rows("left_out.parquet")
    assert (row["line"], row["reason"], row["raw_bytes"]) == (7, "not valid text", bad)


def test_b21_the_text_of_other_left_out_rows_is_their_bytes(ingest_files: Ingest) -> None:
    """The bytes are kept apart only where the text, in the encoding of the file, isn't them."""
    content = (rows(GERMAN) + "SO9,ä\n").encode("cp1252")
    (row,) = ingest_files(content).rows("left_out.parquet")
    assert row["raw"].encode("cp1252") == b"SO9,\xe4"
    assert row["raw_bytes"] is None


def test_b22_a_zero_byte_costs_its_row(ingest_files: Ingest) -> None:
    """A zero byte, which no picture or page can carry, costs its row alone."""
    found = ingest_files(rows(["A", "B\0", "C"]))
    assert [(line, reason) for line, reason, _ in found.left_out()] == [(3, "zero byte")]
    assert found.manifest.ledger.events == 2


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04" + bytes(100), "a ZIP archive"),
        (b"%PDF-1.7\n" + bytes(100), "a PDF document"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "neither text nor a known format"),
    ],
)
def test_b22_another_format_under_a_text_files_name_is_refused(
    content: bytes, what: str, ordermine: Callable[..., Said], tmp_path: Path
) -> None:
    """An archive, a document or a picture that is called .csv is refused, with what it looks like."""
    (tmp_path / "export.csv").write_bytes(content)
    said = ordermine("ingest", "export.csv", "-o", "log")
    assert said.code == 3
    assert what in said.err
    assert not (tmp_path / "log").exists()


ODD_NAMES = [
    "\u202eevil\u202c",
    "zero\u200bwidth",
    "e\u0301 and é",
    "👩‍👩‍👧 family",
    "Ω≈ç√∫",
    "שלום",
    "ﷺ",
    "\u2028line separator",
    "\x1b[31mred\x1b[0m",
    "<b>bold</b>",
    "=1+1",
    "\u0085next line",
    "\x0bvertical",
]


def test_b23_any_text_is_kept_as_it_stands(ingest_files: Ingest) -> None:
    """Text of any script, invisible and control characters in names are kept byte for byte, and only line ends end
    lines.
    """
    found = ingest_files(rows([f"a{name}z" for name in ODD_NAMES]))
    assert sorted(found.column("activity")) == sorted(f"a{name}z" for name in ODD_NAMES)
    assert found.left_out() == []


def test_b24_half_a_surrogate_pair_costs_its_row(ingest_files: Ingest) -> None:
    """Half a surrogate pair, in UTF-16 or written as UTF-8, costs its row alone; its bytes are kept."""
    lone = "SO9,x\ud83dy,2024-01-09 10:00:00,Team"
    for encoding in ("utf-8", "utf-16-le"):
        bad = lone.encode(encoding, "surrogatepass")
        content = rows(GERMAN).encode(encoding) + bad + "\n".encode(encoding)
        found = ingest_files(content, into=encoding)
        (row,) = found.rows("left_out.parquet")
        assert (row["reason"], row["raw_bytes"]) == ("not valid text", bad)
        assert found.manifest.ledger.events == 5


def test_b24_a_locale_that_knows_ascii_alone_changes_nothing(tmp_path: Path) -> None:
    """Where the locale knows ASCII alone, files are read and written as anywhere else."""
    (tmp_path / "export.csv").write_text(rows(GERMAN), encoding="utf-8")
    program = "import sys; from ordermine.cli import main; main()"
    environment = {**os.environ, "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    logs = []
    for number, settings in enumerate((environment, {**os.environ, "LC_ALL": "C.UTF-8"})):
        command = [sys.executable, "-c", program, "ingest", "export.csv", "-o", f"log{number}", "--quiet"]
        subprocess.run(command, cwd=tmp_path, env=settings, check=True, capture_output=True)
        generation = tmp_path / f"log{number}" / "000001"
        logs.append({path.name: path.read_bytes() for path in sorted(generation.rglob("*.parquet"))})
    assert logs[0] == logs[1]
