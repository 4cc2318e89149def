"""Keep what was found out about a log, for as long as it is open."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

P = ParamSpec("P")
R = TypeVar("R")


def once_per_log(find: Callable[Concatenate[Log, P], R]) -> Callable[Concatenate[Log, P], R]:
    """Let a function of an open log, and of further plain values, work its answer out once.

    Its answers stay in memory, so they should be much smaller than the events, or be needed anyway.
    """

    @functools.wraps(find)
    def found(log: Log, /, *args: P.args, **named: P.kwargs) -> R:
        key = (find.__module__, find.__qualname__, *args, *sorted(named.items()))
        if key not in log.found:
            log.found[key] = find(log, *args, **named)
        answer: R = log.found[key]
        return answer

    return found
