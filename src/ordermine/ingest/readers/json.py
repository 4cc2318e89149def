"""JSON Lines, and JSON with one array of objects: a row per object, the union of their keys as columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ordermine.errors import InputError
from ordermine.ingest.readers.dialect import unique_names
from ordermine.ingest.readers.files import check_readable, counted, faults_explained, is_gzip
from ordermine.ingest.readers.json_feed import (
    BLANK,
    BLOCK,
    LONGEST,
    NOT_JSON,
    Decoder,
    JsonFeed,
    open_text,
)
from ordermine.ingest.readers.spool import Spool, SpooledSource
from ordermine.ingest.readers.text import text_of
from ordermine.ingest.source import LeftOut
from ordermine.quoting import writable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import TextIO

NOT_OBJECT = "not a JSON object"
FLAT = "export JSON Lines (one object per line) or one array of flat objects"


def open_json(path: Path, name: str) -> SpooledSource:
    """Read JSON Lines, an array of objects, or an object with exactly one such array; the content decides.

    Rows are numbered by line in JSON Lines (blank lines count as lines, not as rows), else by element from
    1. Lines that are not JSON objects, objects with a key given twice and NaN or Infinity are left out.
    Values of nested keys become compact JSON.

    Raises
    ------
    InputError
        The file holds no objects, an array of it is broken (the message says at which byte), or a gzip is
        truncated.
    """
    check_readable(path)
    spool = Spool(name)
    with faults_explained(name, lambda: counted(spool.rows, "row")):
        text, encoding = open_text(path, name)
        with text:
            layout = _layout(text, path, name)
        text, encoding = open_text(path, name)
        with text:
            if layout == "JSON Lines":
                _read_lines(text, spool)
                rows_in = "lines"
            else:
                feed = JsonFeed(text, name, encoding)
                rows_in = _read_array(feed, spool) if layout == "array" else _read_object(feed, spool)
    spool.finish()
    if not spool.rows and spool.left_out:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(spool.reasons.items()))
        raise InputError(f"{name}: none of {counted(spool.left_out, 'value')} can be a row: {reasons}", hint=FLAT)
    described = {
        "encoding": encoding,
        "format": ("JSON Lines" if layout == "JSON Lines" else "JSON") + (", gzip" if is_gzip(path) else ""),
        "rows in": rows_in,
    }
    names = dict(zip(spool.keys, unique_names(list(spool.keys)), strict=True))
    return SpooledSource(name, spool, True, described, names)


def _layout(text: TextIO, path: Path, name: str) -> str:
    """Return ``JSON Lines``, ``array`` or ``object``, by the first line and whether there is another."""
    head = _line_with_text(text).lstrip(BLANK)
    if not head:
        raise InputError(f"{name}: there is nothing but blanks in the file", hint="export the file again")
    more = bool(_line_with_text(text))
    first = _whole_value(head)
    told = {".jsonl", ".ndjson"} & {suffix.lower() for suffix in path.suffixes[-2:]}
    if head[0] == "[":
        return "JSON Lines" if told and more and first is not None else "array"
    if told:
        return "JSON Lines"
    if head[0] != "{":
        what = "a single JSON value" if first is not None and not more else "not JSON"
        raise InputError(f"{name}: {what}, starts with {writable(head[:20])!r}", hint=FLAT)
    if first is None:
        return "object"
    holds_array = any(isinstance(value, list) and value and isinstance(value[0], dict) for value in first.values())
    return "object" if holds_array and not more else "JSON Lines"


def _line_with_text(text: TextIO) -> str:
    """Return the next line that isn't blank, as far as one block reaches; the empty string at the end."""
    while line := text.readline(BLOCK):
        if line.strip(BLANK):
            return line
    return ""


def _whole_value(line: str) -> Any:
    """Return the value of a line that holds nothing else; None where it isn't JSON."""
    try:
        value, end = Decoder().decode(line, 0)
    except json.JSONDecodeError:
        return None
    return None if line[end:].strip(BLANK) else value


def _read_lines(text: TextIO, spool: Spool) -> None:
    decoder = Decoder()
    number = 0
    while line := text.readline(LONGEST):
        number += 1
        if len(line) == LONGEST:
            raise InputError(
                f"{spool.name}: line {number:,} is longer than {LONGEST >> 20} million characters", hint=FLAT
            )
        line = line.strip(BLANK)
        if not line:
            continue
        try:
            value, end = decoder.decode(line, 0)
        except json.JSONDecodeError as error:
            detail = f"{error.msg[0].lower()}{error.msg[1:]}, character {error.pos + 1}"
            spool.leave_out(LeftOut(number, NOT_JSON, writable(line), detail))
            continue
        if end < len(line):
            spool.leave_out(LeftOut(number, NOT_JSON, writable(line), f"more after the value, character {end + 1}"))
            continue
        _keep(spool, number, value, line, decoder)


def _read_array(feed: JsonFeed, spool: Spool) -> str:
    _keep_elements(feed, feed.elements(), spool)
    feed.end()
    return "array"


def _read_object(feed: JsonFeed, spool: Spool) -> str:
    """Read the one array of objects in the object; return where it is."""
    found = ""
    keys: list[str] = []
    for key in feed.members():
        keys.append(key)
        if feed.peek() != "[":
            feed.skip()
            continue
        elements = feed.elements()
        first = next(elements, None)
        if first is None or not isinstance(first[0], dict):
            for _ in elements:
                pass
            continue
        if found:
            raise InputError(
                f"{feed.name}: more than one array of objects: {found!r} and {key!r}",
                hint="save the array that holds the events as a file of its own",
            )
        found = key
        _keep(spool, 1, *first, feed.decoder)
        _keep_elements(feed, elements, spool, start=2)
    feed.end()
    if not found:
        shown = ", ".join(map(repr, keys[:12]))
        raise InputError(f"{feed.name}: no array of objects among its keys: {shown}", hint=FLAT)
    return f"array {found!r}"


def _keep_elements(feed: JsonFeed, elements: Iterable[tuple[Any, str]], spool: Spool, start: int = 1) -> None:
    for number, (value, raw) in enumerate(elements, start):
        _keep(spool, number, value, raw, feed.decoder)


def _keep(spool: Spool, number: int, value: Any, raw: str, decoder: Decoder) -> None:
    """Take a value as a row, or leave it out for what the decoder found."""
    if decoder.reason:
        spool.leave_out(LeftOut(number, decoder.reason, writable(raw), decoder.detail))
    elif not isinstance(value, dict):
        spool.leave_out(LeftOut(number, NOT_OBJECT, raw))
    else:
        spool.add(number, {key: text_of(cell) for key, cell in value.items()})
