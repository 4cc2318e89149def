from __future__ import annotations

import pytest

from ordermine.ingest.readers.csv_cut import LONGEST_RECORD_LINES, cut


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a,b\nc,d\ne", (8, False)),
        (b"a,b\rc,d\re", (8, False)),
        # The last carriage return may be half of a line end.
        (b"a,b\rc,d\r", (4, False)),
        (b"no end", (0, False)),
        (b'a,"x\ny"\nb,"z\nw', (8, False)),
        (b'"x\ny', (0, False)),
    ],
)
def test_a_piece_ends_where_no_quote_is_open(data: bytes, expected: tuple[int, bool]) -> None:
    assert cut(data, b'"') == expected


def test_a_stray_quote_holds_up_no_more_than_the_lines_of_the_longest_record() -> None:
    lines = b"a,b\n" * (LONGEST_RECORD_LINES - 1)
    assert cut(b'x,"\n' + lines + b"rest", b'"') == (0, False)
    assert cut(b'x,"\n' + lines + b"a,b\nrest", b'"') == (len(lines) + 8, True)
