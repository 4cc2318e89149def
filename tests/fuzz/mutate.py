"""Change valid files so that they are nearly valid: bits, pieces, lines, and what means something in the format."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

LONGEST = 1 << 16
"""Bytes of an input at most: what goes wrong with little goes wrong fast."""

ANYWHERE = (
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xc3",
    b"\r",
    b"\n",
    b"\r\n",
    b"\x0b",
    b"\x1b[31m",
    b"\xe2\x80\xa8",
    b"\xe2\x80\xae",
    b'"',
    b"'",
    b"\\",
    b"-",
    b"9" * 30,
    b"1e999",
    b"NaN",
    b"",
)
"""Pieces that mean trouble in any format."""


def mutated(dice: random.Random, seeds: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    """Return one of the seeds after one to six changes."""
    data = dice.choice(seeds)
    for _ in range(min(dice.randint(1, 6), dice.randint(1, 6))):
        data = mutated_once(dice, data, seeds, tokens)
    return data


def mutated_once(dice: random.Random, data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    """Return the data after one change."""
    at = dice.randint(0, len(data))
    to = min(len(data), at + dice.choice((1, 1, 2, 4, 16, 64, 1024)))
    piece = data[at:to]
    how = dice.randrange(9)
    if how == 0 and data:
        at = dice.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]
    if how == 1:
        return data[:at] + data[to:]
    if how == 2:
        return data[:at] + dice.choice((*tokens, *ANYWHERE)) + data[at:]
    if how == 3:
        return data[:at] + dice.choice((*tokens, *ANYWHERE)) + data[to:]
    if how == 4:
        other = dice.choice(seeds)
        start = dice.randint(0, len(other))
        return (data[:at] + other[start:])[:LONGEST]
    if how == 5:
        return data[:at]
    if how == 6:
        return (data[:to] + piece * dice.choice((1, 1, 2, 30)) + data[to:])[:LONGEST]
    if how == 7:
        token = dice.choice((*tokens, *ANYWHERE))
        known = [one for one in tokens if one and one in data]
        return data.replace(dice.choice(known), token, dice.choice((1, -1)))[:LONGEST] if known else data
    lines = data.split(b"\n")
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)
