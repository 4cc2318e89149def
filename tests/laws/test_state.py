"""Whatever is done to a log, and wherever it fails: a reader sees the old one or the new one (H20)."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ordermine.errors import EnvironmentFault, OrdermineError
from ordermine.eventlog.log import open_log
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import Project

NAMES = ("mkdir", "replace", "rename", "rmdir", "unlink", "fsync", "open")
"""What of the operating system fails, at its N-th use."""


class Killed(BaseException):
    """Stands for a process that ends where it is: nobody catches it."""


class LogMachine(RuleBasedStateMachine):
    """Ingests, appends, fails and reads; `expected` is what a reader must see, None where there is no log."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="ordermine-laws-"))
        self.log = self.home / "log"
        self.expected: set[tuple[str, str]] | None = None
        self.exports = 0

    def export(self, cases: list[str]) -> tuple[Path, set[tuple[str, str]]]:
        self.exports += 1
        path = self.home / f"export {self.exports}.csv"
        rows = [(case, f"step {self.exports}") for case in dict.fromkeys(cases)]
        lines = [f"{case},{step},2026-01-{1 + at:02}T08:00:00Z" for at, (case, step) in enumerate(rows)]
        path.write_text("\n".join(["case,activity,timestamp", *lines, ""]))
        return path, set(rows)

    def run(self, path: Path, *, force: bool = False, append: bool = False) -> None:
        ingest(open_sources([path]), self.log, Project(), Options(), force=force, append=append, threads=1)

    cases = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4)

    @rule(cases=cases, how=st.sampled_from(("new", "force", "append")))
    def write(self, cases: list[str], how: str) -> None:
        path, rows = self.export(cases)
        exists = self.expected is not None
        if how == "new" and exists:
            with pytest.raises(OrdermineError, match="exists"):
                self.run(path)
            return
        self.run(path, force=how == "force", append=how == "append")
        self.expected = rows | (self.expected or set() if how == "append" else set())

    @rule()
    def write_what_is_no_export(self) -> None:
        path = self.home / "empty.csv"
        path.write_text("case,activity,timestamp\n")
        with pytest.raises(OrdermineError):
            self.run(path, force=True)

    @rule(
        cases=cases,
        append=st.booleans(),
        what=st.sampled_from(NAMES),
        at=st.integers(1, 12),
        killed=st.booleans(),
    )
    def fail(self, cases: list[str], append: bool, what: str, at: int, killed: bool) -> None:
        path, rows = self.export(cases)
        real, uses, failed = getattr(os, what), 0, False

        def failing(*given: object, **named: object) -> object:
            nonlocal uses, failed
            uses += 1
            if uses == at or (killed and failed):
                failed = True
                raise Killed if killed else OSError(28, "No space left on device")
            return real(*given, **named)

        new = rows | (self.expected or set() if append else set())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, what, failing)
            # Who is killed cleans nothing up.
            tidy = shutil.rmtree
            patch.setattr(shutil, "rmtree", lambda *given, **named: (killed and failed) or tidy(*given, **named))
            with contextlib.suppress(EnvironmentFault, Killed):
                self.run(path, force=not append, append=append)
        seen = self.read()
        assert seen in ([self.expected, new] if failed else [new])
        self.expected = seen

    def read(self) -> set[tuple[str, str]] | None:
        if not (self.log / "manifest.json").exists():
            return None
        opened = open_log(self.log, threads=1)
        found = set(opened.rows("SELECT case_id, activity FROM events"))
        opened.connection.close()
        return found

    @invariant()
    def a_reader_sees_a_whole_log(self) -> None:
        assert self.read() == self.expected

    def teardown(self) -> None:
        shutil.rmtree(self.home)


TestLog = LogMachine.TestCase
TestLog.settings = settings(max_examples=12, stateful_step_count=6, deadline=None, derandomize=True)
