"""Columns of the events as arrays, read from the files with the project file applied, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.eventlog.damage import unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

    from ordermine.eventlog.log import Log

DECLARED = ("department", "resource", "next_department", "next_resource")
"""Columns whose values the project file may rename or declare as not recorded."""

CODED = frozenset(
    {"activity", "next_activity", *DECLARED, "actor_type", "lifecycle", "timestamp_precision", "source_file"}
    | {"field", "old_value", "new_value", "object_type", "object_id", "reason"}
)
"""Columns that `read_arrays` gives as dictionary arrays."""


class KeptColumns:
    """Columns of a log that were read, so that they are read once however many questions they answer.

    Beyond the limit those that were not used for longest are forgotten, and read again when they are asked for.

    Parameters
    ----------
    limit_bytes
        What may be kept.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._columns: dict[str, pa.ChunkedArray] = {}

    def table(self, log: Log, columns: Sequence[str]) -> pa.Table:
        """See `Log.arrays`."""
        import pyarrow as pa

        wanted = [*columns]
        if log.project.departments.system and {"department", "actor_type"} & set(wanted):
            # Which actors are systems is read off the departments as they are in the files.
            wanted += ["department", "actor_type"]
        if missing := [name for name in dict.fromkeys(wanted) if name not in self._columns]:
            read = read_arrays(log, missing, event_parts(log))
            self._columns |= {name: read.column(name) for name in missing}
        # The last used stand last.
        found = {name: self._columns.pop(name) for name in columns}
        self._columns |= found
        self._forget()
        return pa.table(found)

    def _forget(self) -> None:
        kept = 0
        for name, column in reversed(self._columns.copy().items()):
            kept += column.nbytes
            if kept > self.limit_bytes:
                del self._columns[name]


def event_parts(log: Log) -> list[Path]:
    """Return the files that hold the events, in log order."""
    return sorted((log.folder / "events").glob("part-*.parquet"))


def read_arrays(log: Log, columns: Sequence[str], parts: Sequence[Path]) -> pa.Table:
    """Read columns of the selected events of some parts; see `Log.arrays` for how they come."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    departments = log.project.departments
    needed = ["case_no"] if log.selected is not None else []
    if "actor_type" in columns and departments.system:
        needed.append("department")
    read = list(dict.fromkeys([*columns, *needed]))
    dictionaries = [name for name in read if name in CODED]
    threads = (log.threads or 2) > 1 and len(parts) > 1
    # `pq.read_table` takes several times as long for a small file, and loads the whole of Arrow's datasets.
    try:
        tables = [pq.ParquetFile(part, read_dictionary=dictionaries).read(read, use_threads=threads) for part in parts]
    except (pa.ArrowInvalid, OSError) as error:
        raise unreadable(log.path, error) from error
    table = pa.concat_tables(tables, promote_options="permissive").unify_dictionaries().combine_chunks()
    if log.selected is not None:
        numbers = np.asarray(table.column("case_no").combine_chunks())
        table = table.filter(pa.array(np.isin(numbers, log.selected, kind="table"))).combine_chunks()
    if "actor_type" in columns and departments.system:
        table = _system_actors(table, set(departments.system), departments.aliases)
    for name in DECLARED:
        if name in read:
            column = table.column(name).combine_chunks()
            at = table.schema.get_field_index(name)
            table = table.set_column(at, name, _as_declared(column, log, name))
    return table.select([*columns])


def _as_declared(column: pa.DictionaryArray, log: Log, name: str) -> pa.DictionaryArray:
    """Apply aliases and declared spellings of "not recorded" to a dictionary array."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    departments = log.project.departments
    aliases = departments.aliases if name.endswith("department") else {}
    nothing = {spelling.strip().lower() for spelling in departments.not_recorded}
    values = column.dictionary.to_pylist()
    renamed = [None if value.lower() in nothing else aliases.get(value, value) for value in values]
    if renamed == values:
        return column
    distinct = sorted({value for value in renamed if value is not None})
    position = {value: code for code, value in enumerate(distinct)}
    codes = np.array([-1 if value is None else position[value] for value in renamed] + [-1], dtype=np.int32)
    new = codes[np.asarray(pc.fill_null(column.indices, len(values)))]
    return pa.DictionaryArray.from_arrays(pa.array(new, mask=new < 0), pa.array(distinct, pa.string()))


def _system_actors(table: pa.Table, system: set[str], aliases: dict[str, str]) -> pa.Table:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    department = table.column("department").combine_chunks()
    is_system = np.array(
        [value in system or aliases.get(value) in system for value in department.dictionary.to_pylist()] + [False]
    )
    mask = is_system[np.asarray(pc.fill_null(department.indices, len(is_system) - 1))]
    actor = table.column("actor_type").combine_chunks()
    values = actor.dictionary.to_pylist()
    if "system" not in values:
        values = [*values, "system"]
    codes = np.where(mask, values.index("system"), np.asarray(pc.fill_null(actor.indices, -1))).astype(np.int32)
    changed = pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(values, pa.string()))
    return table.set_column(table.schema.get_field_index("actor_type"), "actor_type", changed)
