from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from ordermine.errors import InputError
from ordermine.ingest.readers import json_feed
from ordermine.ingest.readers.json import open_json

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, text: str | bytes, name: str = "log.jsonl") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def only_piece(path: Path):  # type: ignore[no-untyped-def]
    (piece,) = [batch.read() for batch in open_json(path, path.name).batches()]
    return piece


def test_numbers_are_physical_lines_and_bad_lines_are_left_out(tmp_path: Path) -> None:
    lines = [
        '{"a": 1}',
        "",
        '{"a": 1,}',
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"n": {"b": 1, "b": 1}}',
        "[1]",
        '{"a": 1} {"a": 2}',
        "  \t",
        '{"b": "x"}\r',
    ]
    piece = only_piece(write(tmp_path, "\n".join(lines)))
    assert piece.numbers.tolist() == [1, 10]
    assert piece.table.to_pylist() == [{"a": "1", "b": None}, {"a": None, "b": "x"}]
    assert [(row.row, row.reason, row.detail) for row in piece.left_out] == [
        # Python 3.13 says more about a trailing comma than those before.
        (3, "not valid JSON", piece.left_out[0].detail),
        (4, "key given twice", "a"),
        (5, "not valid JSON", "NaN is not a JSON value"),
        (6, "key given twice", "b"),
        (7, "not a JSON object", ""),
        (8, "not valid JSON", "more after the value, character 9"),
    ]
    assert [row.raw for row in piece.left_out] == [lines[n - 1] for n in (3, 4, 5, 6, 7, 8)]


def test_values_keep_the_digits_of_the_file(tmp_path: Path) -> None:
    text = '{"id": 12345678901234567890123, "f": 12.50, "e": 1E5, "t": true, "n": null, "o": {"x": [1.0, "ü"]}}'
    assert only_piece(write(tmp_path, text)).table.to_pylist() == [
        {
            "id": "12345678901234567890123",
            "f": "12.50",
            "e": "1E5",
            "t": "true",
            "n": None,
            "o": '{"x":[1.0,"ü"]}',
        }
    ]


@pytest.mark.parametrize("nested", ["[" * 100_000, '{"a":' * 100_000])
def test_deep_nesting_is_a_bad_line(tmp_path: Path, nested: str) -> None:
    piece = only_piece(write(tmp_path, f'{{"a": 1}}\n{{"a": {nested}\n'))
    assert [(row.row, row.reason) for row in piece.left_out] == [(2, "not valid JSON")]


def test_what_is_no_text_is_left_out_and_shown_by_escapes(tmp_path: Path) -> None:
    piece = only_piece(write(tmp_path, b'{"a": "\xe4"}\n{"a": "\\ud800"}\n{"a": "\\ud83d\\ude00"}\n{"a": "\xc3\xa4"}'))
    assert [row.reason for row in piece.left_out] == ["not valid text", "not valid text"]
    assert piece.left_out[0].raw == '{"a": "\\xe4"}'
    assert piece.table["a"].to_pylist() == ["😀", "ä"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", ["log.jsonl", "log.json"])
def test_encodings(tmp_path: Path, encoding: str, name: str) -> None:
    text = '{"näme": "Prüfen"}\n{"näme": "x"}\n' if name == "log.jsonl" else '[{"näme": "Prüfen"},\n{"näme": "x"}]'
    source = open_json(write(tmp_path, text.encode(encoding), name), name)
    assert source.columns == ("näme",)
    (batch,) = source.batches()
    assert batch.read().table["näme"].to_pylist() == ["Prüfen", "x"]


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ('{"a": 1}\n{"a": 2}', "JSON Lines"),
        ('{"a": 1}', "JSON Lines"),
        ('[{"a": 1}, {"a": 2}]', "JSON"),
        ('{\n "meta": {"x": [{}]}, "tags": ["x"], "rows": [{"a": 1}], "none": []\n}', "JSON"),
        ('{"rows": [{"a": 1}]}', "JSON"),
    ],
)
def test_the_content_decides_the_layout(tmp_path: Path, text: str, layout: str) -> None:
    source = open_json(write(tmp_path, text, "log.json"), "log.json")
    assert source.described["format"] == layout
    assert source.columns == ("a",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"a": 1}, {"a": 2},]', "byte 20"),
        ('[{"a": "ä"} {"a": 2}]', "byte 13"),
        ('[{"a": 1}, {"a": 2', "ends early"),
        ('[{"a": 1}, {"a": "x', "ends early"),
        ('[{"a": 1}] x', "more after the end"),
        ("[1, 2]", "none of 2 values can be a row: 2 not a JSON object"),
        ("3", "a single JSON value"),
        ("order;step\n1;a", "not JSON"),
        (" \n ", "nothing but blanks"),
        ('{\n"a": [{"x": 1}], "b": [{"x": 1}]}', "more than one array of objects: 'a' and 'b'"),
        ('{\n"a": {"b": [{"x": 1}]}}', "no array of objects among its keys: 'a'"),
        ('{\n"a": [{"x": 1}], b: 1}', "expected a key in quotes"),
    ],
)
def test_what_cannot_be_rows_is_an_input_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        open_json(write(tmp_path, text, "log.json"), "log.json")
    assert caught.value.hint


def test_an_array_with_other_members_keeps_count(tmp_path: Path) -> None:
    piece = only_piece(write(tmp_path, '[{"a": 1}, 7, {"a": Infinity}, {"a": 1, "a": 1}, {"a": 4}]', "log.json"))
    assert piece.numbers.tolist() == [1, 5]
    assert [(row.row, row.reason, row.raw) for row in piece.left_out] == [
        (2, "not a JSON object", "7"),
        (3, "not valid JSON", '{"a": Infinity}'),
        (4, "key given twice", '{"a": 1, "a": 1}'),
    ]


def test_the_window_moves_over_values_of_any_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_feed, "BLOCK", 3)
    rows = [{"a": "ä" * n, "n": n * 1111, "t": n % 2 == 0, "o": {"x": []}} for n in range(40)]
    text = json.dumps({"total": 12345, "rows": rows, "end": [1.5, True]}, indent=1, ensure_ascii=False)
    piece = only_piece(write(tmp_path, text, "log.json"))
    assert piece.table["n"].to_pylist() == [str(n * 1111) for n in range(40)]
    broken = text.replace('"n": 33330', '"n": 3333x')
    byte = len(broken[: broken.index("3333x") + 4].encode())
    with pytest.raises(InputError, match=f"byte {byte:,}"):
        open_json(write(tmp_path, broken, "log.json"), "log.json")


def test_a_value_that_never_ends_does_not_fill_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_feed, "LONGEST", 1000)
    monkeypatch.setattr(json_feed, "BLOCK", 100)
    with pytest.raises(InputError, match="longer than"):
        open_json(write(tmp_path, '[{"a": "' + "x" * 100_000, "log.json"), "log.json")


def test_truncated_gzip_says_how_many_rows_were_read(tmp_path: Path) -> None:
    data = gzip.compress(b'{"a": 1}\n' * 5)[:-8]
    with pytest.raises(InputError, match="unexpected end of gzip after 5 rows"):
        open_json(write(tmp_path, data, "log.jsonl.gz"), "log.jsonl.gz")


def test_empty_array_is_a_source_without_rows(tmp_path: Path) -> None:
    source = open_json(write(tmp_path, "[]", "log.json"), "log.json")
    assert source.columns == ()
    assert list(source.batches()) == []
