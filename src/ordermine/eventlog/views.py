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

from ordermine.lexicon import meanings
from ordermine.quoting import literal
from ordermine.schema import SYSTEM_ACTORS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ordermine.eventlog.log import Log
    from ordermine.eventlog.manifest import Manifest
    from ordermine.project import Project


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
