"""A log that is open for questions: its manifest, its project file, and a locked-down DuckDB with the named views."""

from __future__ import annotations

import contextlib
import os
import weakref
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ordermine.errors import EnvironmentFault, InputError, UsageError, near
from ordermine.eventlog import views
from ordermine.eventlog.checksums import changed
from ordermine.eventlog.columns import KeptColumns
from ordermine.eventlog.damage import first_line, unreadable
from ordermine.eventlog.filters import Filters, parse_instant, selection_sql
from ordermine.eventlog.manifest import Manifest, read_manifest
from ordermine.interrupts import watch
from ordermine.locked import LOCKED
from ordermine.memory import memory_bytes
from ordermine.placeholders import END_US, FIRST_US
from ordermine.project import Project, load_project, parse_project
from ordermine.schema import KEY_COLUMNS
from ordermine.temporary import folder_for, own

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    import duckdb
    import numpy as np
    import pyarrow as pa


KEPT_BYTES = 1_000_000_000
"""What the columns that are kept in memory may take, where no limit is given: nine columns of 20 million events."""
KEPT_SHARE = 0.25
"""Their part of the limit where one is given; queries have the rest."""

CONDITION = "write a SQL condition on an event, e.g. \"department = 'Sales'\""


def open_log(
    path: Path,
    *,
    project: Path | None = None,
    filters: Filters | None = None,
    as_of: str | None = None,
    threads: int | None = None,
    memory_limit: str | None = None,
) -> Log:
    """Open a log for reading.

    Parameters
    ----------
    path
        Folder of the log.
    project
        Project file to use instead of the copy that the log keeps.
    filters
        Which cases to look at.
    as_of
        The moment that counts as now; by default the last plausible event.
    threads, memory_limit
        Limits, e.g. ``2`` and ``4GB``; see `Log.arrays` for what the latter holds.

    Raises
    ------
    UsageError
        There is no log at `path`, or a filter, the project file or `as_of` makes no sense.
    InputError
        The log is damaged.
    """
    manifest, lock = _hold(path)
    try:
        log = _opened(path, manifest, project, filters, as_of, threads, memory_limit)
    except BaseException:
        if lock is not None:
            os.close(lock)
        raise
    if lock is not None:
        weakref.finalize(log, os.close, lock)
    return log


def _hold(path: Path) -> tuple[Manifest, int | None]:
    """Read the manifest; as long as the descriptor is open, no later run removes the generation."""
    manifest = read_manifest(path)
    while True:
        lock = None
        # Without the folder the log is damaged, or another run has just published a new generation.
        with contextlib.suppress(OSError):
            lock = own(manifest.folder(path), shared=True)
        current = read_manifest(path)
        if current.generation == manifest.generation:
            return current, lock
        if lock is not None:
            os.close(lock)
        manifest = current


def _opened(
    path: Path,
    manifest: Manifest,
    project: Path | None,
    filters: Filters | None,
    as_of: str | None,
    threads: int | None,
    memory_limit: str | None,
) -> Log:
    check_complete(path, manifest)
    used = (
        load_project(project) if project else parse_project(manifest.project, f"{path}: project file kept in the log")
    )
    if as_of is not None:
        parse_instant(as_of, "--as-of")
    log = Log(path, manifest, used, filters or Filters(), as_of, threads, memory_limit)
    if log.filters.any:
        log.select_cases()
    return log


def check_complete(path: Path, manifest: Manifest) -> None:
    """Raise InputError unless the files are as they were written and hold as many rows as the manifest says."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder, ledger = manifest.folder(path), manifest.ledger
    parts = sorted((folder / "events").glob("part-*.parquet"))
    files = {
        "events": (parts, ledger.events),
        "orders": ([folder / "cases.parquet"], manifest.cases),
        "variants": ([folder / "variants.parquet"], manifest.variants),
        "rows that were left out": ([folder / "left_out.parquet"], ledger.duplicates + ledger.rejected),
    }
    try:
        damaged = changed(folder, manifest.checksums)
    except OSError as error:
        raise unreadable(path, error) from error
    if damaged:
        raise InputError(
            f"{path}: damaged: {', '.join(damaged)} changed after being written",
            hint="ingest the export again with --force",
        )
    for what, (paths, written) in files.items():
        try:
            found = sum(pq.read_metadata(file).num_rows for file in paths)
        except (OSError, pa.ArrowInvalid) as error:
            raise unreadable(path, error) from error
        if found != written:
            raise InputError(
                f"{path}: damaged: {found:,} {what} are there, {written:,} were written",
                hint="ingest the export again with --force",
            )


@dataclass
class Log:
    """An open log. Views and arrays show the selected cases only."""

    path: Path
    manifest: Manifest
    project: Project
    filters: Filters = field(default_factory=Filters)
    as_of_text: str | None = None
    threads: int | None = None
    memory_limit: str | None = None
    views_made: dict[str, str] = field(default_factory=dict)
    """View made on demand → level it was made for."""
    found: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    """What was found out about this log; see `kept.once_per_log`."""

    @property
    def folder(self) -> Path:
        """Folder of the current generation."""
        return self.manifest.folder(self.path)

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """DuckDB with the named views; reaches nothing but this log."""
        import duckdb

        config = dict(LOCKED)
        if self.threads:
            config["threads"] = self.threads
        if self.memory_limit:
            config["memory_limit"] = self.memory_limit
        connection = duckdb.connect(config=config)
        watch(connection)
        # Not shared: spilled files have the same names in every process.
        connection.execute("SET temp_directory = ?", [str(folder_for(connection) / "spilled")])
        connection.execute("SET TimeZone = 'UTC'")
        # DuckDB would draw its bar on stdout, which belongs to the data.
        connection.execute("SET enable_progress_bar = false")
        # DuckDB compares this list with names both before and after it has expanded wildcards.
        folder = self.folder.resolve()
        connection.execute("SET allowed_directories = ?", [[f"{folder}/", f"{views.without_wildcards(folder)}/"]])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        with self.explained():
            for statement in views.statements(folder, self.manifest, self.project):
                connection.execute(statement)
        return connection

    def select_cases(self) -> None:
        """Narrow the views down to the cases that the filters select."""
        import duckdb

        query, values = selection_sql(self, self.filters)
        with self.explained():
            try:
                self.connection.execute(f"CREATE TABLE selected AS {query}", values)
            except (duckdb.IOException, duckdb.OutOfMemoryException):
                raise
            except duckdb.Error as error:
                # A sound condition can still fail on a value, e.g. where text is taken for a number.
                raise UsageError(f"--where {self.filters.where!r}: {first_line(error)}", hint=CONDITION) from error
        if not self.rows("SELECT count(*) FROM selected")[0][0]:
            chosen = ", ".join(f"--{name} {value}" for name, value in self.filters.describe().items())
            raise UsageError(f"no case is left after {chosen}", hint="widen the filter")
        for statement in views.SELECTED:
            self.connection.execute(statement)

    @cached_property
    def selected(self) -> np.ndarray | None:
        """Numbers of the selected cases, ascending; None where nothing is filtered."""
        if not self.filters.any:
            return None
        import numpy as np

        numbers: np.ndarray = np.asarray(
            self.table("SELECT case_no FROM selected ORDER BY 1").column(0).combine_chunks()
        )
        return numbers

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query; return its rows."""
        with self.explained():
            return self.connection.execute(query, list(values)).fetchall()

    def table(self, query: str, values: Sequence[Any] = ()) -> pa.Table:
        """Run a query; return an Arrow table."""
        with self.explained():
            return self.connection.sql(query, params=list(values)).to_arrow_table()

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what DuckDB says about damaged files and missing memory into our own errors."""
        import duckdb

        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise EnvironmentFault(
                f"not enough memory: {first_line(error)}", hint="raise --memory-limit, or free disk space for spilling"
            ) from error
        except duckdb.Error as error:
            # Some of what is wrong with a file has no class of its own.
            if type(error) is duckdb.Error or isinstance(error, (duckdb.IOException, duckdb.InvalidInputException)):
                raise unreadable(self.path, error) from error
            raise

    def check_expression(self, text: str) -> None:
        """Raise UsageError unless `text` is one condition on `events`."""
        import duckdb

        try:
            duckdb.SQLExpression(text)
            self.connection.execute(f"SELECT 1 FROM all_events WHERE ({text}\n) LIMIT 0").fetchall()
        except duckdb.BinderException as error:
            hint = near_column(str(error), self.columns) or CONDITION
            raise UsageError(f"--where {text!r}: {first_line(error)}", hint=hint) from error
        except duckdb.Error as error:
            raise UsageError(f"--where {text!r}: {first_line(error)}", hint=CONDITION) from error

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of `events`."""
        return self.manifest.columns

    def stored_as(self, column: str) -> str:
        """Return what a column of an export is called here: one that plays a part bears that part's name."""
        if column in self.columns:
            return column
        parts = ((key, read) for source in self.manifest.sources for key, read in source.mapping.items())
        return next((KEY_COLUMNS[key] for key, read in parts if read == column), column)

    @property
    def recorded(self) -> frozenset[str]:
        """Columns that hold a value in at least one event."""
        return frozenset(self.manifest.recorded)

    @cached_property
    def as_of(self) -> datetime | None:
        """The moment that counts as now; None in an empty log.

        Unless given, the last plausible event: placeholders such as 9999-12-31 are none, and stamps more than a year
        after 99.9 % of all others are slips.
        """
        if self.as_of_text is not None:
            return parse_instant(self.as_of_text, "--as-of")
        import datetime as dt

        found = self.rows(
            """
            WITH meant AS (
              SELECT timestamp FROM all_events
              WHERE timestamp >= make_timestamptz($1) AND timestamp < make_timestamptz($2)
            )
            SELECT coalesce(
              (SELECT epoch_us(max(timestamp)) FROM meant
               WHERE timestamp <= (SELECT quantile_disc(timestamp, 0.999) FROM meant) + INTERVAL 365 DAY),
              (SELECT epoch_us(max(timestamp)) FROM all_events)
            )
            """,
            [FIRST_US, END_US],
        )[0][0]
        return None if found is None else dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=found)

    def arrays(self, columns: Sequence[str]) -> pa.Table:
        """Return columns of the selected events in log order, repeating text as dictionary arrays.

        The project file is applied. This is the way to read columns for work on arrays: many times faster than fetching
        text from a query, and every column is read once, as long as all that are kept take no more than a quarter of
        the memory limit (1 GB without one).
        """
        return self.kept_columns.table(self, columns)

    @cached_property
    def kept_columns(self) -> KeptColumns:
        """Columns that `arrays` has read."""
        limit = memory_bytes(self.memory_limit)
        return KeptColumns(KEPT_BYTES if limit is None else int(limit * KEPT_SHARE))


def near_column(message: str, columns: Sequence[str]) -> str:
    """Return near matches for the column that a DuckDB message says doesn't exist; empty if it says something else."""
    import re

    found = re.search(r'[Cc]olumn (?:named )?"([^"]+)"', message)
    return near(found[1], columns) if found else ""
