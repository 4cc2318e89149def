"""Passes over columns of the events, piece by piece on several threads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from ordermine.eventlog.columns import event_parts, read_arrays
from ordermine.parallel import ordered_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

    from ordermine.eventlog.log import Log

R = TypeVar("R")

PIECE_EVENTS = 500_000
"""Events of a piece, about."""


def scan(log: Log, columns: Sequence[str], work: Callable[[pa.Table], R]) -> Iterator[R]:
    """Yield what `work` makes of each part of the log, in log order; nothing of what is read is kept.

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
    # Computed once beforehand, as two threads must not ask the one connection at the same time.
    _ = log.selected
    yield from ordered_map(lambda part: work(read_arrays(log, columns, [part])), event_parts(log), _threads(log))


def scan_kept(log: Log, columns: Sequence[str], work: Callable[[pa.Table], R]) -> Iterator[R]:
    """Yield what `work` makes of each piece of the kept columns, in log order; otherwise like `scan`.

    For what several questions need: the columns are read once for all of them. A piece has about `PIECE_EVENTS` events.
    """
    yield from ordered_map(work, _pieces(log.arrays([*columns])), _threads(log))


def _pieces(table: pa.Table) -> Iterator[pa.Table]:
    """Yield a table cut where cases begin; at least one piece."""
    import numpy as np

    case_no = np.asarray(table.column("case_no").combine_chunks())
    start = 0
    while start + PIECE_EVENTS < len(table):
        end = int(np.searchsorted(case_no, case_no[start + PIECE_EVENTS], side="right"))
        yield table.slice(start, end - start)
        start = end
    yield table.slice(start)


def _threads(log: Log) -> int:
    return log.threads or os.cpu_count() or 1
