"""Every analyzer, in code order. To add one, add its import and its line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.flow.om102_self_loop import self_loop
from ordermine.errors import UsageError, near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.analyze.base import Analyzer

ANALYZERS: tuple[Analyzer, ...] = (self_loop,)


def select(chosen: Sequence[str] = (), ignored: Sequence[str] = ()) -> tuple[Analyzer, ...]:
    """Pick analyzers by code prefix: OM, OM1, OM101.

    Raises
    ------
    UsageError
        A prefix fits no analyzer.
    """
    for prefix in (*chosen, *ignored):
        if not any(one.code.startswith(prefix.upper()) for one in ANALYZERS):
            raise UsageError(f"no analyzer {prefix!r}", hint=near(prefix, [one.code for one in ANALYZERS]))
    wanted = tuple(prefix.upper() for prefix in chosen) or ("OM",)
    unwanted = tuple(prefix.upper() for prefix in ignored)
    return tuple(
        one for one in ANALYZERS if one.code.startswith(wanted) and not (unwanted and one.code.startswith(unwanted))
    )


def find(code: str) -> Analyzer:
    """Return the analyzer with that code, in any case.

    Raises
    ------
    UsageError
        There is none.
    """
    for one in ANALYZERS:
        if one.code == code.upper():
            return one
    raise UsageError(f"no analyzer {code!r}", hint=near(code.upper(), [one.code for one in ANALYZERS]))
