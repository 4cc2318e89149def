"""Text on a picture: made safe to write, measured, wrapped and cut.

Graphviz without a font library guesses the width of text and knows no script but Latin, so boxes are sized
here. The measure is DejaVu Sans, the widest of the usual sans-serif faces: text in Arial or Helvetica fits
its box with air.
"""

from __future__ import annotations

import itertools
import unicodedata

ELLIPSIS = "…"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
BOLD = 1.15
"""How much wider than regular text bold text is, about."""

# Advance widths of U+0020 to U+007E in DejaVu Sans, in thousandths of the font size.
_ASCII_WIDTHS = (
    *(318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337),
    *(636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531),
    *(1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787),
    *(603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500),
    *(500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612),
    *(635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838),
)
_MARKS_WITHOUT_WIDTH = ("Mn", "Me", "Cf")


def clean(text: str) -> str:
    """Return `text` on one line, without anything that XML can't carry or that reorders its surroundings.

    White space becomes single blanks. Control characters, embeddings and overrides of the writing direction,
    halves of surrogate pairs and non-characters become U+FFFD, so that it shows that something was there.
    Plain direction marks, which are part of ordinary Hebrew and Arabic, are dropped.
    """
    return " ".join("".join(map(_clean_character, text)).split())


def _clean_character(character: str) -> str:
    if character.isspace():
        return " "
    if character in "\u200e\u200f\u061c":
        return ""
    code = ord(character)
    reorders = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
    not_a_character = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    if reorders or not_a_character or unicodedata.category(character) in ("Cc", "Cs"):
        return REPLACEMENT
    return character


def width(text: str, size: float) -> float:
    """Return the estimated width of `text` set in `size` points, in points.

    Exact for ASCII in DejaVu Sans. East Asian wide characters take one em, all others 0.75 em, which is more
    than the average of the Latin, Greek, Cyrillic, Hebrew and Arabic letters.
    """
    return sum(map(_character_width, text)) * size / 1000


def _character_width(character: str) -> int:
    code = ord(character)
    if 0x20 <= code < 0x7F:
        return _ASCII_WIDTHS[code - 0x20]
    if unicodedata.category(character) in _MARKS_WITHOUT_WIDTH:
        return 0
    wide = unicodedata.east_asian_width(character) in "WF" or character == REPLACEMENT
    return 1000 if wide else 750


def cut(text: str, characters: int) -> str:
    """Return `text`, cut and with an ellipsis if it has more than `characters` characters."""
    return text if len(text) <= characters else text[: characters - 1] + ELLIPSIS


def shorten(text: str, size: float, room: float) -> str:
    """Return `text`, cut and with an ellipsis if it is wider than `room` points when set in `size` points."""
    if width(text, size) <= room:
        return text
    room_for_text = room * 1000 / size - _character_width(ELLIPSIS)
    ends = itertools.accumulate(map(_character_width, text))
    fitting = sum(1 for _ in itertools.takewhile(lambda end: end <= room_for_text, ends))
    return text[:fitting].rstrip() + ELLIPSIS


def wrap(text: str, size: float, room: float, lines: int) -> list[str]:
    """Break `text` into at most `lines` lines of at most `room` points when set in `size` points.

    Lines break at blanks, and within words that are wider than a line. What doesn't fit is cut with an
    ellipsis.
    """
    wrapped = [""]
    for word in text.split(" "):
        longer = f"{wrapped[-1]} {word}".lstrip()
        if width(longer, size) <= room:
            wrapped[-1] = longer
            continue
        if wrapped[-1]:
            wrapped.append("")
        for character in word:
            if width(wrapped[-1] + character, size) > room:
                wrapped.append("")
            wrapped[-1] += character
            if len(wrapped) > lines:
                break
        if len(wrapped) > lines:
            break
    if len(wrapped) <= lines:
        return wrapped
    last = " ".join(wrapped[lines - 1 :]) + " " + ELLIPSIS
    return [*wrapped[: lines - 1], shorten(last, size, room)]
