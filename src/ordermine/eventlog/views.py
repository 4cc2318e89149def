"""The named views: what queries are written over. Windows and sorting live in this package, not in analyzers.

* `events`          one row per event, project file applied (departments, system actors)
* `cases`, `variants`, `left_out`
* `activity_cases`  activity, cases, events
* `steps`           events with what they mean: kind, stage, by_system; made by `create_steps`, and with it `meanings`
                    (activity, kind, stage, source)

The `all_…` views ignore filters. Further views are made on demand, see `on_demand`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.errors import InputError
from ordermine.lexicon import meanings
from ordermine.schema import SYSTEM_ACTORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from ordermine.eventlog.log import Log
    from ordermine.eventlog.manifest import Manifest
    from ordermine.project import Project


def identifier(name: str) -> str:
    """Quote a column or table name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote text for SQL where a parameter can't be bound, as in a view."""
    return "'" + text.replace("'", "''") + "'"


def file_literal(path: Path) -> str:
    """Quote a path so that exactly this file is read, whatever wildcards its name contains."""
    return literal(without_wildcards(path))


def without_wildcards(path: Path) -> str:
    """Return a path as a pattern that matches exactly this path."""
    return "".join(f"[{c}]" if c in "[*?" else c for c in str(path))


def _paths(folder: Path, pattern: str) -> str:
    return "[" + ", ".join(file_literal(path) for path in sorted(folder.glob(pattern))) + "]"


def _parquet(files: str) -> str:
    # Without the option a folder named `year=2026` above the log would become a column of it.
    return f"read_parquet({files}, hive_partitioning = false)"


ACTIVITY_CASES = """
CREATE VIEW activity_cases AS
SELECT activity, sum(cases)::BIGINT AS cases, sum(cases * times)::BIGINT AS events
FROM (
  SELECT variant_id, any_value(cases) AS cases, activity, count(*) AS times
  FROM (SELECT variant_id, cases, unnest(activities) AS activity FROM variants) GROUP BY variant_id, activity
)
GROUP BY activity
"""

SELECTED = (
    "CREATE OR REPLACE VIEW events AS SELECT * FROM all_events SEMI JOIN selected USING (case_no)",
    "CREATE OR REPLACE VIEW cases AS SELECT * FROM all_cases SEMI JOIN selected USING (case_no)",
    """
    CREATE OR REPLACE VIEW variants AS
    SELECT variant_id, v.activities, n.cases, n.cases * len(v.activities) AS events
    FROM (SELECT variant_id, count(*) AS cases FROM cases GROUP BY variant_id) n JOIN all_variants v USING (variant_id)
    ORDER BY n.cases DESC, v.activities
    """,
)
"""What changes when cases are selected."""


def statements(folder: Path, manifest: Manifest, project: Project) -> Iterator[str]:
    """Yield the statements that create the views."""
    replaced = _replacements(manifest, project)
    chosen = f" REPLACE ({', '.join(replaced)})" if replaced else ""
    yield f"CREATE VIEW all_events AS SELECT *{chosen} FROM {_parquet(_paths(folder, 'events/part-*.parquet'))}"
    for name in ("cases", "variants"):
        yield f"CREATE VIEW all_{name} AS SELECT * FROM {_parquet(file_literal(folder / f'{name}.parquet'))}"
    yield f"CREATE VIEW left_out AS SELECT * FROM {_parquet(file_literal(folder / 'left_out.parquet'))}"
    yield "CREATE VIEW events AS SELECT * FROM all_events"
    yield "CREATE VIEW cases AS SELECT * FROM all_cases"
    yield "CREATE VIEW variants AS SELECT * FROM all_variants"
    yield ACTIVITY_CASES


def _replacements(manifest: Manifest, project: Project) -> list[str]:
    """Return the columns of `events` that the project file changes, as SQL."""
    replaced = []
    departments = project.departments
    declared = sorted({spelling.strip().lower() for spelling in departments.not_recorded})
    for column, aliases in (("department", departments.aliases), ("resource", {})):
        for name in (column, f"next_{column}"):
            cases = []
            if declared:
                spellings = ", ".join(map(literal, declared))
                cases.append(f"WHEN lower({name}) IN ({spellings}) THEN NULL")
            cases += [f"WHEN {name} = {literal(old)} THEN {literal(new)}" for old, new in sorted(aliases.items())]
            if cases:
                replaced.append(f"CASE {' '.join(cases)} ELSE {name} END AS {name}")
    if departments.system:
        names = {*departments.system, *(old for old, new in departments.aliases.items() if new in departments.system)}
        listed = ", ".join(map(literal, sorted(names)))
        replaced.append(f"CASE WHEN department IN ({listed}) THEN 'system' ELSE actor_type END AS actor_type")
    return replaced


def create_steps(log: Log) -> None:
    """Create `meanings` (activity, kind, stage, source) and `steps`, unless they exist."""
    con = log.connection
    if "steps" in log.views_made:
        return
    log.views_made["steps"] = "department"
    names = [row[0] for row in log.rows("SELECT DISTINCT unnest(activities) AS activity FROM all_variants ORDER BY 1")]
    known = meanings(names, log.project)
    con.execute("CREATE TABLE meanings (activity VARCHAR, kind VARCHAR, stage VARCHAR, source VARCHAR)")
    if names:
        con.executemany(
            "INSERT INTO meanings VALUES (?, ?, ?, ?)",
            [[name, known[name].kind, known[name].stage, known[name].source] for name in names],
        )
    systems = ", ".join(map(literal, SYSTEM_ACTORS))
    con.execute(
        f"""
        CREATE VIEW steps AS
        SELECT e.*, m.kind, m.stage, e.actor_type IN ({systems}) AS by_system
        FROM events e LEFT JOIN meanings m USING (activity)
        """
    )


DECLARED = ("department", "resource", "next_department", "next_resource")
"""Columns whose values the project file may rename or declare as not recorded."""

CODED = frozenset({"activity", "next_activity", *DECLARED, "actor_type", "lifecycle", "field", "timestamp_precision"})
"""Columns that `read_arrays` gives as dictionary arrays."""


def read_arrays(log: Log, columns: Sequence[str], parts: Sequence[Path] | None = None) -> pa.Table:
    """See `Log.arrays`; `parts` are the files to read, by default all."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    read = list(dict.fromkeys([*columns, "case_no", *(["department"] if "actor_type" in columns else [])]))
    dictionaries = [name for name in read if name in CODED]
    if parts is None:
        parts = sorted((log.folder / "events").glob("part-*.parquet"))
    threads = (log.threads or 2) > 1 and len(parts) > 1
    # `pq.read_table` takes several times as long for a small file, and loads the whole of Arrow's datasets.
    try:
        tables = [pq.ParquetFile(part, read_dictionary=dictionaries).read(read, use_threads=threads) for part in parts]
    except (pa.ArrowInvalid, OSError) as error:
        first = str(error).splitlines()[0]
        raise InputError(f"{log.path}: {first}", hint="the log may be damaged; ingest again") from error
    table = pa.concat_tables(tables, promote_options="permissive").unify_dictionaries().combine_chunks()
    if log.selected is not None:
        numbers = np.asarray(table.column("case_no").combine_chunks())
        table = table.filter(pa.array(np.isin(numbers, log.selected, kind="table"))).combine_chunks()
    departments = log.project.departments
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
