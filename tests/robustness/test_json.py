"""JSON and JSON Lines: what the grammar allows is read, what it doesn't is rejected, whatever the bytes."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest

from ordermine.errors import InputError
from ordermine.ingest.open import open_sources
from ordermine.ingest.readers import json_feed
from tests.robustness.json_documents import BROKEN_FILES, INVALID, NOT_UTF8, VALID, event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ingest, Said


def read(path: Path, content: bytes) -> tuple[list[dict[str, str | None]], list[tuple[int, str]]]:
    """Return the rows of a file and what was left out of it, as (number, reason)."""
    path.write_bytes(content)
    [(_, source, _)] = open_sources([path])
    rows = [batch.read() for batch in source.batches()]
    kept = [row for piece in rows for row in piece.table.to_pylist()]
    return kept, [(defect.row, defect.reason) for piece in rows for defect in piece.left_out]


def cell(text: bytes) -> str | None:
    """Return what a value must be in a cell: text without its quotes, anything else in its own digits and words."""
    if text.strip()[:1] in (b"[", b"{"):
        return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    value = json.loads(text, parse_int=str, parse_float=str)
    return {True: "true", False: "false", None: None}.get(value, value or None)


@pytest.mark.parametrize("lines", [False, True])
def test_b44_every_valid_value_is_read(ingest_files: Ingest, lines: bool) -> None:
    """Every kind of value that the grammar of JSON allows is accepted in a cell, in an array of events as in JSON
    Lines, and keeps its digits and characters: 166 values derived rule by rule."""
    values = [value for value in VALID if not lines or (b"\n" not in value and b"\r" not in value)]
    events = [event(number, value) for number, value in enumerate(values)]
    content = b"\n".join(events) if lines else b"[" + b",\n".join(events) + b"]"
    log = ingest_files({"a.jsonl" if lines else "a.json": content})
    assert log.manifest.ledger.events == len(values) > 150
    cells = {row["case_id"]: row["x"] for row in log.rows()}
    assert [cells[f"o{number}"] for number in range(len(values))] == [cell(value) for value in values]


def test_b44_a_bad_line_is_rejected_alone(ingest_files: Ingest) -> None:
    """Of JSON Lines each line that isn't JSON is rejected by itself and kept as it stands in the file; every other line
    is an event: 260 kinds of broken lines, each between two good ones."""
    broken = [value for value in INVALID if b"\n" not in value and b"\r" not in value] + NOT_UTF8
    lines = [line for number, value in enumerate(broken) for line in (event(number), event(number, value))]
    log = ingest_files({"a.jsonl": b"\n".join(lines)})
    assert log.manifest.ledger.events == len(broken) > 200
    kept = {line: raw for line, _, raw in log.left_out()}
    assert list(kept) == list(range(2, 2 * len(broken) + 1, 2))
    for number, value in enumerate(broken):
        raw = event(number, value)
        assert kept[2 * number + 2] == raw.decode("utf-8", "backslashreplace").strip()


def test_b44_what_is_no_json_is_never_read(tmp_path: Path) -> None:
    """An array with anything in it that isn't JSON is refused whole, with the byte where it breaks, or without that
    element; no broken value ever becomes a cell, and none takes long, a hundred thousand levels of nesting included."""
    refusals = set()
    for value in INVALID + NOT_UTF8:
        started = time.process_time()
        try:
            rows, left_out = read(tmp_path / "a.json", b"[%s,%s]" % (event(1), event(2, value)))
        except InputError as error:
            refusals.add(re.sub(r".*(at byte|can be a row|nor a known format).*", r"\1", str(error)))
        else:
            assert ([row["Order"] for row in rows], [number for number, _ in left_out]) == (["o1"], [2]), value[:40]
        assert time.process_time() - started < 2
    assert refusals == {"at byte", "nor a known format"}


@pytest.mark.parametrize("suffix", ["json", "jsonl"])
def test_b44_broken_files_are_refused(tmp_path: Path, suffix: str) -> None:
    """A file that has more after its end, or is no table of events at all, is refused."""
    for content in BROKEN_FILES:
        with pytest.raises(InputError) as caught:
            read(tmp_path / f"a.{suffix}", content)
        assert caught.value.hint


def test_b44_a_file_cut_off_at_any_byte_is_refused_or_loses_a_line(tmp_path: Path) -> None:
    """A file that was cut off is refused wherever the cut is, with the byte; of JSON Lines the last line is
    lost."""
    values = [b'"\\u20ac \xe2\x82\xac"', b'{"a":[1,{"b":null}],"c":-1.5e3}', b"true"]
    events = [event(number, value) for number, value in enumerate(values)]
    whole = b'{"events":[' + b",".join(events) + b"]}"
    for size in range(1, len(whole)):
        with pytest.raises(InputError, match=r"ends early|not valid JSON|can be a row"):
            read(tmp_path / "a.json", whole[:size])
    lines = b"\n".join(events)
    for size in range(len(events[0]) + 1, len(lines)):
        rows, left_out = read(tmp_path / "a.jsonl", lines[:size])
        complete = sum(lines[:size].startswith(b"\n".join(events[: n + 1])) for n in range(3))
        started = not lines[:size].endswith(b"\n") and size not in (len(b"\n".join(events[:n])) for n in (1, 2, 3))
        assert (len(rows), len(left_out)) == (complete, int(started)), lines[:size][-30:]


def test_b44_a_key_given_twice_is_no_choice(ingest_files: Ingest) -> None:
    """Where an event gives a key twice, which value counts can't be known: the event is rejected, the key is named."""
    twice = event(1)[:-1] + b',"Step":"Ship"}'
    log = ingest_files({"a.json": b"[%s,%s]" % (event(2), twice)})
    assert [(line, reason) for line, reason, _ in log.left_out()] == [(2, "key given twice")]
    assert log.rows("left_out.parquet")[0]["detail"] == "Step"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_b44_unicode_in_any_encoding(ingest_files: Ingest, encoding: str) -> None:
    """UTF-8 and UTF-16, with and without a byte order mark, give the same events."""
    text = f'[{event(1).decode()},{event(2).decode()[:-1]},"x":"€ 😀"}}]'
    log = ingest_files({"a.json": text.encode(encoding)})
    assert log.column("x") == [None, "€ 😀"]


def test_b44_deep_nesting_costs_its_line(ingest_files: Ingest) -> None:
    """A value of more than a hundred levels is rejected with that reason, however deep it is."""
    deep = [
        opening * depth + b"1" + closing * depth
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}"))
        for depth in (101, 500, 5_000)
    ]
    lines = [event(0), *(event(number, value) for number, value in enumerate(deep, 1))]
    log = ingest_files({"a.jsonl": b"\n".join(lines)})
    assert [line for line, _, _ in log.left_out()] == [2, 3, 4, 5, 6, 7]
    details = [f"{row['reason']} {row['detail']}".lower() for row in log.rows("left_out.parquet")]
    assert all("nested too deeply" in detail for detail in details)


def test_b44_a_value_without_end_is_refused(
    ordermine: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value of more than 64 million characters (here: one) is no event: the file is refused."""
    monkeypatch.setattr(json_feed, "LONGEST", 1 << 20)
    (tmp_path / "a.json").write_bytes(b'[{"Order":"' + b"x" * (3 << 20) + b'"}]')
    said = ordermine("ingest", "a.json", "-o", "log")
    assert (said.code, "longer than 1 million characters" in said.err) == (3, True)
