"""Wall-clock stamps to UTC, with the hours that a daylight-saving change skips or repeats counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ordermine.errors import UsageError, near

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

SPAN_DAYS = 20 * 366
SPAN_US = SPAN_DAYS * 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)


def check_zone(name: str) -> str:
    """Return the name if it is a time zone; raise UsageError with near matches otherwise."""
    from zoneinfo import available_timezones

    if name not in available_timezones():
        raise UsageError(f"no time zone {name!r}", hint=near(name, available_timezones()))
    return name


def to_utc(wall: np.ndarray, zone: str) -> tuple[np.ndarray, int, int]:
    """Convert wall-clock microseconds to UTC.

    A time that the clocks skipped is taken at the offset before the change (02:30 becomes 03:30); a time that they
    showed twice is taken as the first of the two.

    Returns
    -------
    tuple
        UTC microseconds (int64), how many stamps fall into a gap, how many into an overlap.
    """
    import numpy as np

    if not len(wall) or zone == "UTC":
        return wall, 0, 0
    utc = np.empty_like(wall)
    gaps = overlaps = 0
    for span, rows in _spans(wall):
        utc[rows], gap, twice = _span_to_utc(wall[rows], zone, span)
        gaps += gap
        overlaps += twice
    return utc, gaps, overlaps


def _span_to_utc(wall: np.ndarray, zone: str, span: int) -> tuple[np.ndarray, int, int]:
    import numpy as np

    changes, offsets = _offsets(zone, span)
    # On the wall, period i runs until its end by its own offset; the first period not yet over is the right one.
    ends = np.array(changes, dtype=np.int64) + np.array(offsets[:-1], dtype=np.int64)
    period = np.searchsorted(ends, wall, side="right")
    offset = np.array(offsets, dtype=np.int64)[period]
    utc = wall - offset
    starts = np.concatenate(([np.iinfo(np.int64).min], np.array(changes, dtype=np.int64)))
    gap = utc < starts[period]
    if gap.any():
        utc = np.where(gap, wall - np.array(offsets, dtype=np.int64)[np.maximum(period - 1, 0)], utc)
    twice = np.zeros(len(wall), dtype=bool)
    for change, before, after in zip(changes, offsets, offsets[1:], strict=False):
        twice |= (wall >= change + after) & (wall < change + before)
    return utc, int(np.count_nonzero(gap)), int(np.count_nonzero(twice))


def to_wall(utc: np.ndarray, zone: str) -> np.ndarray:
    """Convert UTC microseconds to what the clock on the wall of a zone shows."""
    import numpy as np

    if not len(utc) or zone == "UTC":
        return utc
    wall = np.empty_like(utc)
    for span, rows in _spans(utc):
        changes, offsets = _offsets(zone, span)
        period = np.searchsorted(np.array(changes, dtype=np.int64), utc[rows], side="right")
        wall[rows] = utc[rows] + np.array(offsets, dtype=np.int64)[period]
    return wall


def _spans(instants: np.ndarray) -> Iterator[tuple[int, Any]]:
    """Yield each span of years that occurs and its instants; a stray stamp of the year 9999 brings no years between."""
    import numpy as np

    span = instants // SPAN_US
    if span.min() == span.max():
        yield int(span[0]), slice(None)
        return
    for number in np.unique(span):
        yield int(number), span == number


@lru_cache(maxsize=256)
def _offsets(zone: str, span: int) -> tuple[list[int], list[int]]:
    """Return the instants (UTC µs) at which a zone's offset changes around a span, and the offsets between them."""
    info = ZoneInfo(zone)
    first_day, last_day = span * SPAN_DAYS - 2, (span + 1) * SPAN_DAYS + 2

    def offset(at: datetime) -> int:
        delta = at.astimezone(info).utcoffset() or timedelta(0)
        return delta // timedelta(microseconds=1)

    at = max(EPOCH + timedelta(days=first_day), FIRST) if first_day > -719_000 else FIRST
    end = min(EPOCH + timedelta(days=last_day), LAST) if last_day < 2_932_000 else LAST
    changes: list[int] = []
    offsets = [offset(at)]
    while at < end:
        following = min(at + timedelta(days=1), end)
        if offset(following) != offsets[-1]:
            low, high = at, following
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if offset(middle) == offsets[-1]:
                    low = middle
                else:
                    high = middle
            changes.append((high - EPOCH) // timedelta(microseconds=1))
            offsets.append(offset(following))
        at = following
    return changes, offsets
