"""Pieces of text that mean something in a format: what mutation puts in, and in the place of each other."""

from __future__ import annotations


def _words(text: str, *further: bytes) -> tuple[bytes, ...]:
    return (*text.encode().split(), *further)


CSV = _words(
    """, ; | " "" \\" '' sep=; case activity timestamp 24:00:00 2026-02-30 31/12/2025 12/31/2025 1.234,56 ,,, ";" Total
    0001-01-01 9999-12-31T23:59:59Z""",
    b"\t",
    b"\r",
    b"\n\n",
    b'\n"',
    b'"\n',
)
STAMPS = _words(
    "T Z + - : . / , AM PM 00 24 60 99 0000 -0001 Feb 29 31 2024-02-29 +14:00 -00:00 +99:99",
    b" ",
    b"\xc2\xa0",
    b"\xd9\xa3",
)
JSON = _words(
    """{ } [ ] , : " \\ \\u0000 \\ud800 \\n null true false 1e400 -0 NaN [[[[[[[[ {"a":{"b": "" {} []
    123456789012345678901234567890"""
)
XML = _words(
    """< > / &amp; &lt; &#0; &#x1F600; &x; <!-- --> <![CDATA[ ]]> <?pi?> <event> </event> <trace> </trace> </log> key=""
    value="" xmlns:x="y" <string <date <list <!DOCTYPE concept:name time:timestamp encoding="utf-16" """
)
OCEL = _words("objectTypes events objects relationships objectId attributes time type id o1 i1 order item name value")
EXCEL = _words(
    """<c r="A1" t="s" t="str" t="e" t="d" <v> </v> <row r= 1048576 XFD1048576 <f> <dimension </sheetData> sharedStrings
    1e300 -1"""
)
PROJECT = _words(
    """[log] [[source]] = { } [ ] " ' \"\"\" \\u0000 \\ud800 \\d+ ( (? ) * timezone cluster UTC nan inf -1 1979-05-27
    kind = "reject" true invoice.price order.price shape [targets] ../../etc/passwd /etc/localtime"""
)
GATES = _words(">= <= > < = % d h min s baseline ftr OM401 .share handoffs 1e9 0 . - ≥ ≤ ٣", b" ")
CONDITIONS = _words(
    """( ) ' " ; , -- /* */ $1 ? AND OR NOT NULL IS IN SELECT FROM events all_events left_out CAST ::INT ::VARCHAR
    read_csv('/etc/passwd') count(*) sum(amount) row_number() over() unnest([1]) CASE WHEN THEN END error('x') random()
    nextval('s') getenv('HOME') current_setting('threads') [1] {'a':1} 1/0 '%' list x -> LIMIT *"""
)
NAMES = _words(
    ".csv .gz .tsv .xlsx .json * ? [ ] { } ' \" ` $ ; | & % %s \\ ~ # : = \u202e",
    b" ",
    b"\n",
    b"\t",
    b"\x1b[2J",
    b"\xff",
    b"\xed\xa0\x80",
)
