"""Threads, memory and the size of pieces change no answer and no byte of a log (H11)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from ordermine.eventlog import store
from ordermine.ingest.readers import csv
from tests.laws.strategies import Event, logs
from tests.laws.test_invariance import counted

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log
    from tests.laws.conftest import Make


def digests(log: Log) -> dict[str, str]:
    paths = sorted(path for path in log.path.rglob("*") if path.is_file())
    return {str(path.relative_to(log.path)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@settings(max_examples=5)
@given(log=logs(naughty=True))
def test_threads_and_memory_change_nothing(log: list[Event], make: Make) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv, "PIECE_BYTES", 200)
        patch.setattr(store, "PART_EVENTS", 10)
        runs = (
            make(log, threads=1),
            make(log, threads=2, memory_limit="100MB", run={"memory_limit": 1}),
            make(log, threads=2, run={"memory_limit": 2000}),
        )
        assert digests(runs[0]) == digests(runs[1]) == digests(runs[2])
        assert counted(runs[0]) == counted(runs[1]) == counted(runs[2])
    whole = make(log)
    query = "SELECT * FROM events ORDER BY case_no, seq"
    assert whole.rows(query) == runs[0].rows(query)
    assert counted(whole) == counted(runs[0])
