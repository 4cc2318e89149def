from __future__ import annotations

import pytest

from ordermine.ingest.readers.grammar import Grammar

COMMA = Grammar(",", '"', None)


@pytest.mark.parametrize(
    ("grammar", "text", "cells"),
    [
        (COMMA, "a,,b", ["a", "", "b"]),
        (COMMA, 'a,"b,c",d', ["a", "b,c", "d"]),
        (COMMA, '"a\nb",c', ["a\nb", "c"]),
        (COMMA, '"","""",x', ["", '"', "x"]),
        (COMMA, 'a, "b,c" ,d', ["a", "b,c", "d"]),
        (COMMA, '5" pipe,x"y"', ['5" pipe', 'x"y"']),
        (COMMA, 'a,"b', None),
        (COMMA, 'a,"b"c', None),
        (COMMA, 'a,b"\n,c', None),
        (Grammar("\t", '"', None), 'a\t "b"\t', ["a", "b", ""]),
        (Grammar(" ", '"', None), 'a "b c" ', ["a", "b c", ""]),
        (Grammar("^", "'", None), "a^'b^''c'", ["a", "b^'c"]),
        (Grammar("||", '"', None), 'a|b||"c||d"||', ["a|b", "c||d", ""]),
        (Grammar(",", '"', "\\"), '"a \\"b\\", c","x""y",d\\,e', ['a "b", c', 'x"y', "d,e"]),
        (Grammar(",", '"', "\\"), '"a\\\\",b\\', ["a\\", "b\\"]),
    ],
)
def test_strict(grammar: Grammar, text: str, cells: list[str] | None) -> None:
    assert grammar.strict(text) == cells


@pytest.mark.parametrize(
    ("text", "width", "cells"),
    [
        ('a,"b,c', 3, ["a", '"b', "c"]),
        ('a,"b "c" d",e', 3, ["a", 'b "c" d', "e"]),
        ('"a,b"",c', 2, ['a,b"', "c"]),
        ('""a,b",c', 2, ['"a,b', "c"]),
        # Either pair of quotes could be the field's own.
        ('"a","b","c" d', 2, None),
        # Fewer fields than there should be can't be found, more only where quotes hold them together.
        ('a,"b', 3, None),
        ('a,"b,c', 2, None),
    ],
)
def test_tolerant_reads_only_what_has_one_best_reading(text: str, width: int, cells: list[str] | None) -> None:
    assert COMMA.tolerant(text, width) == cells


@pytest.mark.parametrize(
    ("text", "in_place"),
    [('a,"b,c"', True), ('"a""b"', True), ("a,b", True), ('a"b', False), ('""a', False), ('a,"b', False)],
)
def test_quotes_in_place(text: str, in_place: bool) -> None:
    assert COMMA.in_place(text) is in_place


def test_a_line_of_thousands_of_fields_is_not_mended_for_ever() -> None:
    assert COMMA.tolerant('"a,' * 5000, 5000) is None
