"""Durations as people say them."""

from __future__ import annotations

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def human(seconds: float | None) -> str:
    """Return `seconds` in its two largest units, rounded to the smaller: ``2 d 3 h``, ``45 min 10 s``.

    A negative duration keeps its sign; more than nothing but less than a second is ``< 1 s``. None is a dash.
    """
    if seconds is None:
        return "–"
    if seconds < 0:
        return f"-{human(-seconds)}"
    if 0 < seconds < 1:
        return "< 1 s"
    for index, (size, name) in enumerate(_UNITS[:-1]):
        smaller_size, smaller_name = _UNITS[index + 1]
        smaller = round(seconds / smaller_size)
        # Compared after rounding, so that 59 min 59.9 s becomes 1 h and not 60 min.
        if smaller * smaller_size >= size:
            large, small = divmod(smaller, size // smaller_size)
            return f"{large} {name} {small} {smaller_name}" if small else f"{large} {name}"
    return f"{round(seconds)} s"
