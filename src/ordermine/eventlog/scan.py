"""One pass over columns of the events, part by part on several threads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from ordermine.eventlog.views import read_arrays
from ordermine.parallel import ordered_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

    from ordermine.eventlog.log import Log

R = TypeVar("R")


def scan(log: Log, columns: Sequence[str], work: Callable[[pa.Table], R]) -> Iterator[R]:
    """Yield what `work` makes of each part of the log, in log order.

    Parameters
    ----------
    log
        An open log; its filters and its project file apply.
    columns
        Columns of `events`; see `Log.arrays` for how they come.
    work
        Gets the selected events of one part, maybe none, every column in one piece. Cases are complete. It runs on
        several threads at a time.
    """
    parts = sorted((log.folder / "events").glob("part-*.parquet"))
    # Computed once beforehand, as two threads must not ask the one connection at the same time.
    _ = log.selected
    yield from ordered_map(
        lambda part: work(read_arrays(log, columns, [part])), parts, log.threads or os.cpu_count() or 1
    )
