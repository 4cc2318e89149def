"""Reading JSON value by value from a stream, with memory for one value at a time.

The standard library's decoder is used rather than a faster one because it hands over what a log must not
lose: the digits of a number as they are written (an order number of 23 digits is not a double) and keys
that are given twice.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from ordermine.errors import InputError
from ordermine.ingest.readers.encoding import SAMPLE_BYTES, guess_encoding
from ordermine.ingest.readers.files import open_binary
from ordermine.ingest.readers.text import NOT_TEXT, Number, json_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

BLOCK = 1 << 20
LONGEST = 1 << 26
"""Characters of one value; a longer one is no event."""

DEEPEST = 100
"""Levels of nesting in one value; deeper is no event."""

BLANK = " \t\r\n"
NOT_JSON = "not valid JSON"
KEY_TWICE = "key given twice"
TOO_DEEP = "nested too deeply"


def open_text(path: Path, name: str) -> tuple[TextIO, str]:
    """Open a text file, plain or gzip, and return it with its encoding: UTF-8 or what its first bytes prove.

    Bytes that are not UTF-8 come as lone surrogates, which `Decoder` finds.
    """
    stream = open_binary(path)
    try:
        encoding, mark = guess_encoding(stream.read1(SAMPLE_BYTES))
        stream.seek(mark)
    except BaseException:
        stream.close()
        raise
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    return io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="\n"), encoding


class Decoder:
    """Decodes one value at a time and tells what is wrong with it though it can be decoded."""

    def __init__(self) -> None:
        self.reason = ""
        """Why the last value must be left out; empty where nothing is wrong with it."""
        self.detail = ""
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_float=Number,
            parse_int=Number,
            parse_constant=self._constant,
        )

    def decode(self, text: str, at: int) -> tuple[Any, int]:
        """Return the value that starts at a position, and where it ends.

        Raises
        ------
        json.JSONDecodeError
            It isn't JSON; `pos` says where.
        """
        self.reason = self.detail = ""
        try:
            value, end = self._decoder.raw_decode(text, at)
        except RecursionError as error:
            raise json.JSONDecodeError("Nested too deeply", text, at) from error
        raw = text[at:end]
        if raw.count("[") + raw.count("{") > DEEPEST and _is_deep(value):
            self.reason, self.detail = TOO_DEEP, f"more than {DEEPEST} levels"
            return None, end
        if not raw.isascii() or "\\u" in raw:
            try:
                raw.encode()
                if "\\u" in raw:
                    json_text(value).encode()
            except UnicodeEncodeError:
                self.reason, self.detail = NOT_TEXT, "bytes or escapes that stand for no character"
        return value, end

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) < len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            self.reason, self.detail = KEY_TWICE, twice
        return value

    def _constant(self, text: str) -> None:
        self.reason, self.detail = NOT_JSON, f"{text} is not a JSON value"


def _is_deep(value: Any) -> bool:
    """Return whether a value is nested more deeply than `DEEPEST`; without recursion, which has limits of its own."""
    level = [value]
    for _ in range(DEEPEST + 1):
        nested = [entry for entry in level if isinstance(entry, dict | list)]
        if not nested:
            return False
        level = [member for entry in nested for member in (entry.values() if isinstance(entry, dict) else entry)]
    return True


class JsonFeed:
    """A window on a JSON text; positions only ever move forward."""

    def __init__(self, stream: TextIO, name: str, encoding: str) -> None:
        self.name = name
        self.decoder = Decoder()
        self._stream = stream
        self._encoding = encoding
        self._text = ""
        self._at = 0
        self._passed = 0
        """Bytes of the file before the window, its byte order mark apart."""

    def peek(self) -> str:
        """Return the next character that isn't blank, without passing it; the empty string at the end."""
        while True:
            text = self._text
            while self._at < len(text) and text[self._at] in BLANK:
                self._at += 1
            if self._at < len(text):
                return text[self._at]
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        """Pass the next character, which must be this one."""
        found = self.peek()
        if found != expected:
            raise self.broken(f"expected {expected!r}, found {found!r}" if found else f"expected {expected!r}")
        self._at += 1

    def value(self) -> tuple[Any, str]:
        """Return the next value and its text.

        Raises
        ------
        InputError
            It isn't JSON, the file ends before it does, or it is longer than any event.
        """
        if not self.peek():
            raise self.broken("a value is missing")
        while True:
            try:
                value, end = self.decoder.decode(self._text, self._at)
            except json.JSONDecodeError as error:
                # At the window's edge the value may only be cut off there.
                unterminated = error.msg.startswith("Unterminated string")
                if (unterminated or error.pos >= len(self._text) - len("-Infinity")) and self._more():
                    continue
                self._at = len(self._text) if unterminated else error.pos
                raise self.broken(error.msg[0].lower() + error.msg[1:]) from error
            if end == len(self._text) and self._more():
                continue
            raw = self._text[self._at : end]
            self._at = end
            return value, raw

    def skip(self) -> None:
        """Pass the next value, which must be JSON all the same."""
        self.value()
        if self.decoder.reason == NOT_JSON:
            raise self.broken(self.decoder.detail)

    def elements(self) -> Iterator[tuple[Any, str]]:
        """Iterate over the array that comes next, as (element, its text)."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield self.value()
            if self.peek() == "]":
                self.take("]")
                return
            self.take(",")

    def members(self) -> Iterator[str]:
        """Iterate over the keys of the next object; each value must be passed before the next key."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            if self.peek() != '"':
                raise self.broken("expected a key in quotes")
            key, _ = self.value()
            self.take(":")
            yield str(key)
            if self.peek() == "}":
                self.take("}")
                return
            self.take(",")

    def end(self) -> None:
        """Make sure that nothing but blanks is left."""
        if self.peek():
            raise self.broken("there is more after the end of the JSON value")

    def broken(self, what: str) -> InputError:
        """Return an error that says what is wrong at the present position."""
        ended = self._at >= len(self._text)
        offset = self._offset()
        where = f"the JSON ends early, at byte {offset:,}" if ended else f"not valid JSON at byte {offset:,}"
        return InputError(
            f"{self.name}: {where}: {what}",
            hint="export or transfer the file again, as UTF-8 without comments",
        )

    def _offset(self) -> int:
        return self._passed + self._bytes(self._text[: self._at])

    def _bytes(self, text: str) -> int:
        errors = "surrogateescape" if self._encoding == "utf-8" else "surrogatepass"
        return len(text.encode(self._encoding, errors))

    def _more(self) -> bool:
        """Lengthen the window; False at the end of the file."""
        if len(self._text) - self._at >= LONGEST:
            raise InputError(
                f"{self.name}: the JSON value at byte {self._offset():,} is longer than "
                f"{LONGEST >> 20} million characters",
                hint="export one record per event, as JSON Lines or an array of flat objects",
            )
        # Doubling keeps a long value from being decoded again and again.
        block = self._stream.read(max(BLOCK, len(self._text) - self._at))
        if not block:
            return False
        self._passed = self._offset()
        self._text = self._text[self._at :] + block
        self._at = 0
        return True
