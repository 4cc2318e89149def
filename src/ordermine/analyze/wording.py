"""How findings put numbers into words."""

from __future__ import annotations

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def span(seconds: float) -> str:
    """Return a duration as people say it, in its largest unit of which there are two.

    >>> span(0), span(1), span(90), span(5400), span(100_000), span(200_000), span(1_000_000)
    ('0 seconds', '1 second', '90 seconds', '90 minutes', '27.8 hours', '2.3 days', '11.6 days')
    """
    for size, name in _UNITS:
        if seconds >= 2 * size or size == 1:
            number = round(seconds / size, 1)
            text = f"{number:,.0f}" if number == int(number) else f"{number:,.1f}"
            return f"{text} {name}{'' if text == '1' else 's'}"
    raise AssertionError


def part(share: float) -> str:
    """Return a share as a percentage, with a decimal where it is small.

    >>> part(0.4123), part(0.041), part(0.0004)
    ('41 %', '4.1 %', '0.04 %')
    """
    percent = share * 100
    decimals = 0 if percent >= 10 or percent == 0 else 1 if percent >= 1 else 2
    return f"{percent:.{decimals}f} %"
