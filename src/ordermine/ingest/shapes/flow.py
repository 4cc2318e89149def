"""The queries that follow documents from one to the next: which order each belongs to, and why some belong to none.

They read three tables: `DOCUMENTS` (one row per exported row: its file and row, the document's id and kind, whether it
is the document's first row), `EDGES` (which document came of which) and, made here, `ROOTS` and `CASES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.quoting import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

DOCUMENTS: Final = "documents"
EDGES: Final = "flow"
ROOTS: Final = "roots"
CASES: Final = "cases_of_documents"

NO_DOCUMENT: Final = "no document number"
FURTHER_ROW: Final = "further row of a document that has its events already"
OTHER_DATES: Final = "further row of a document, with other dates than its first row"
ORPHAN: Final = "came of a document that isn't in the export"
CIRCLE: Final = "documents that came of each other in a circle"
NO_ROOT: Final = "belongs to no document of the kind that is a case"
"""Why a row of documents has become no event."""


def roots(kinds: Sequence[str]) -> str:
    """Return the query that makes `ROOTS`: the documents that are cases.

    Parameters
    ----------
    kinds
        Which kinds of document are cases; with none, every document that came of no other.
    """
    if kinds:
        listed = ", ".join(literal(kind) for kind in kinds)
        chosen = f"WHERE kind IN ({listed})"
    else:
        chosen = f"WHERE id NOT IN (SELECT subsequent FROM {EDGES})"
    return f"CREATE TABLE {ROOTS} AS SELECT DISTINCT id FROM {DOCUMENTS} {chosen} AND id IS NOT NULL"


def cases() -> str:
    """Return the query that makes `CASES`: document and root, for each root that it belongs to.

    A document belongs to the nearest roots that it came of; one that came of none, such as a quotation, to those that
    came of it. Circles end by themselves: what was reached already is not followed again.
    """
    return f"""
    CREATE TABLE {CASES} AS
    WITH RECURSIVE
    after_root(id, root) AS (
      SELECT id, id FROM {ROOTS}
      UNION
      SELECT e.subsequent, r.root FROM after_root r JOIN {EDGES} e ON e.preceding = r.id
      WHERE e.subsequent NOT IN (FROM {ROOTS})
    ),
    before_root(id, root) AS (
      SELECT e.preceding, r.id FROM {ROOTS} r JOIN {EDGES} e ON e.subsequent = r.id
      WHERE e.preceding NOT IN (FROM {ROOTS})
      UNION
      SELECT e.preceding, b.root FROM before_root b JOIN {EDGES} e ON e.subsequent = b.id
      WHERE e.preceding NOT IN (FROM {ROOTS})
    )
    SELECT id, root FROM after_root
    UNION
    SELECT id, root FROM before_root WHERE id NOT IN (SELECT id FROM after_root)
    """


def reasons() -> str:
    """Return the query that gives file, row and reason of every exported row that becomes no event."""
    return f"""
    WITH RECURSIVE
    lost(id) AS (
      SELECT e.subsequent FROM {EDGES} e WHERE e.preceding NOT IN (SELECT id FROM {DOCUMENTS} WHERE id IS NOT NULL)
      UNION
      SELECT e.subsequent FROM lost l JOIN {EDGES} e ON e.preceding = l.id
    ),
    sound(id) AS (
      SELECT id FROM {DOCUMENTS} WHERE id IS NOT NULL AND id NOT IN (SELECT subsequent FROM {EDGES})
      UNION
      SELECT e.subsequent FROM sound s JOIN {EDGES} e ON e.preceding = s.id
    )
    SELECT _file, _row,
           CASE WHEN id IS NULL THEN {literal(NO_DOCUMENT)}
                WHEN place > 1 AND same THEN {literal(FURTHER_ROW)}
                WHEN place > 1 THEN {literal(OTHER_DATES)}
                WHEN id IN (SELECT id FROM lost) THEN {literal(ORPHAN)}
                WHEN id NOT IN (SELECT id FROM sound) THEN {literal(CIRCLE)}
                ELSE {literal(NO_ROOT)} END
    FROM {DOCUMENTS} d
    WHERE id IS NULL OR place > 1 OR id NOT IN (SELECT id FROM {CASES})
    """
