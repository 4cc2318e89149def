"""JSON texts that RFC 8259 allows and texts that it doesn't, derived from its grammar rule by rule.

Each is one value, to be put where a value may stand; `BROKEN_FILES` are wrong as whole files.
"""

from __future__ import annotations

BLANKS = (b" ", b"\t", b"\n", b"\r", b" \r\n\t ")
NOT_BLANK = (
    b"\x0b",
    b"\x0c",
    b"\x00",
    b"\xc2\xa0",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
    b"\xe3\x80\x80",
    b"\x1f",
    b"/**/",
    b"//",
)
STRUCTURE = (b"[", b"]", b"{", b"}", b":", b",")

SIGNS, WHOLE = (b"", b"-"), (b"0", b"7", b"10", b"123456789012345678901234567890")
FRACTIONS, EXPONENTS = (b"", b".0", b".50"), (b"", b"e5", b"E+2", b"e-07", b"E400")
NUMBERS = [s + w + f + e for s in SIGNS for w in WHOLE for f in FRACTIONS for e in EXPONENTS]
"""number = [ minus ] int [ frac ] [ exp ]"""

ESCAPES = [b'"\\' + bytes([c]) + b'"' for c in b'"\\/bfnrt']
CODES = [b'"\\u%s"' % code for code in (b"0041", b"00e9", b"20AC", b"ffff", b"0000", b"001b", b"202e", b"D83D\\uDE00")]
CHARACTERS = [
    f'"{text}"'.encode()
    for text in ("", " ", "é", "€", "😀", "\x7f", "\u2028", "\ufeff", "a/b", "null", "[", "\U0010ffff")
]

VALID = [
    *NUMBERS,
    *ESCAPES,
    *CODES,
    *CHARACTERS,
    b"true",
    b"false",
    b"null",
    b"[]",
    b"{}",
    b'{"":0}',
    b'{"a":{"b":[{"c":null}]}}',
    b"[[[[[]]]]]",
    b"[" * 90 + b"]" * 90,
    b'{"a":' * 90 + b"0" + b"}" * 90,
    b'"' + b"x" * 100_000 + b'"',
    b"[" + b"0," * 5_000 + b"0]",
    b"9" * 5_000,
    *(
        blank
        + b"["
        + blank
        + b"0"
        + blank
        + b","
        + blank
        + b'{"a"'
        + blank
        + b":"
        + blank
        + b"1"
        + blank
        + b"}"
        + blank
        + b"]"
        for blank in BLANKS
    ),
]

_BAD_NUMBERS = (
    b"+1 - -- -a .5 -.5 1. 1.e5 1.5. 1..5 1e 1e+ 1E- 1e5.2 1e5e5 01 -01 00 0x1F 1_000 1,5 1f 1.0L Infinity -Infinity "
    b"+Infinity NaN -NaN nan inf 1a 0b1 0o7 2.e3 9.e+ 1ee5 1e++5 0e 0.3e+ -0x1 --1 -+1 1-2 1+2 $1 1% 0.1.2 - 1e5+"
).split()
_BAD_WORDS = b"True False None nul nulll tru truee fals falsee NULL TRUE undefined a _ $ yes on".split()
_BAD_STRINGS = [
    *(b'"a%cb"' % control for control in range(0x20)),
    *(b'"\\' + bytes([c]) + b'"' for c in b"aceghijklmopqsvwxyzAUN0159' xXu\n\t"),
    *(
        b'"\\u' + digits + b'"'
        for digits in (b"1", b"12", b"123", b"00g0", b"+123", b" 041", b"{41}", b"-041", b"0x41")
    ),
    *(
        b"'a'",
        b"`a`",
        b'"a',
        b'a"',
        b'"',
        b'"\\"',
        b'"\\',
        b'"\\u',
        b'"\\u00A',
        b'""a""',
        b'"a""b"',
        b'"a" "b"',
        "“a”".encode(),
    ),
]
NOT_UTF8 = [
    *(
        b'"' + bad + b'"'
        for bad in (
            b"\xff",
            b"\xe9",
            b"\x80",
            b"\xc0\xaf",
            b"\xe0\x80\x80",
            b"\xed\xa0\x80",
            b"\xf4\x90\x80\x80",
            b"\xe2\x82",
            b"\xf8\x88\x80\x80\x80",
        )
    ),
    *(b'"\\u%s"' % half for half in (b"D800", b"DC00", b"D800\\n", b"D800\\uD800", b"DFFF\\uD83D")),
]
"""Strings that are no text: the grammar leaves them to the reader, who can't keep them."""
_BAD_STRUCTURE = [
    *(
        b"[1,]",
        b"[,1]",
        b"[,]",
        b"[1,,2]",
        b"[1 2]",
        b"[1:2]",
        b"[1",
        b"[",
        b"[1]]",
        b"]",
        b"[1}",
        b"[1;2]",
        b"(1)",
        b"[1 true]",
        b"[[1]",
        b"[a]",
        b"[1,\n1\n,1",
    ),
    *(
        b"{",
        b"}",
        b'{"a"}',
        b'{"a":}',
        b'{"a",1}',
        b'{"a" 1}',
        b'{"a":1,}',
        b'{,"a":1}',
        b'{"a":1,,"b":2}',
        b'{"a":1 "b":2}',
        b"{a:1}",
        b"{1:1}",
        b"{'a':1}",
    ),
    *(
        b'{"a":1]',
        b'{"a":1',
        b'{"a":1,',
        b'{"a"',
        b'{"a":',
        b'{"a"::1}',
        b'{"a":1:2}',
        b'{"a":1}}',
        b"{null:1}",
        b"{[]:1}",
        b'{"a":{}',
        b'{"a"=1}',
        b'{"a":"b',
        b"{:1}",
    ),
    *(b"[" * depth for depth in (1_000, 100_000)),
    *(b'{"a":' * depth for depth in (1_000, 100_000)),
    *(b"[" * 50_000 + b"]" * 50_000, b'{"a":' * 50_000 + b"0" + b"}" * 50_000),
    *(gap + b"1" for gap in NOT_BLANK),
    *(b"[1" + gap + b",2]" for gap in NOT_BLANK),
    *(b"1" + gap for gap in NOT_BLANK),
    *(b"1 " + more for more in (b"2", b"x", b"]", b"#", b'"a"', b"true", b"{}", b"\\")),
    *(b"*", b"\\", b"@", b"<a/>", b"&", b"?", b"=1", b"1;", b""),
]
INVALID = [*_BAD_NUMBERS, *_BAD_WORDS, *_BAD_STRINGS, *_BAD_STRUCTURE]

EVENT = b'{"Order":"o%d","Step":"Create","Changed at":"2024-01-%02d"'


def event(number: int, value: bytes | None = None) -> bytes:
    """Return an event as JSON, with a value in a further cell."""
    told = EVENT % (number, 1 + number % 28)
    return told + (b"}" if value is None else b',"x":' + value + b"}")


BROKEN_FILES = [
    *(
        b"[%s%s" % (event(1), end)
        for end in (
            b"",
            b",",
            b"]]",
            b",]",
            b"}",
            b"],",
            b"]x",
            b"] []",
            b"]\x00",
            b"];",
            b"]//",
            b",,%s]" % event(2),
            b"%s]" % event(2),
        )
    ),
    *(
        start + b"[%s]" % event(1)
        for start in (b",", b"]", b"x", b"\x00", b":", b"1", b"/*c*/", b'"a"', b"[]", b"\x0c")
    ),
    b'{"events":[%s]' % event(1),
    b'{"events":[%s]}}' % event(1),
    b'{"events":[%s],}' % event(1),
    b'{"events":[%s],"a":NaN}' % event(1),
    b'{"a":NaN,"events":[%s]}' % event(1),
    b'{"a":[1,],"events":[%s]}' % event(1),
    b'{"events":[%s]} {"events":[]}' % event(1),
    b"1",
    b'"a"',
    b"null",
    b"true",
    b"NaN",
    b"[]]",
    b"{}}",
    b"[1,2]",
    b"{",
    b"[",
    b"\x00",
    b"\xff",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xef\xbb\xbf[",
]
