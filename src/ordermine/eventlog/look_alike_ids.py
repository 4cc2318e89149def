"""Orders whose ids differ in nothing but case, blanks or leading zeros: two orders, or one that systems spell twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

KEPT_APART = "they are kept apart"


def note_on_ids(cases: Path) -> str:
    """Return what is to be said of the ids in a ``cases.parquet``, empty where all differ in more.

    Parameters
    ----------
    cases
        The file.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(cases) as file:
        ids = file.read(columns=["case_id"]).column(0).combine_chunks()
    alike, example = look_alikes(ids)
    if not alike:
        return ""
    shown = " and ".join(repr(one) for one in example)
    return (
        f"{alike:,} orders have ids that differ from another's in case, blanks or leading zeros alone, such as {shown};"
        f" {KEPT_APART}"
    )


def look_alikes(ids: pa.Array) -> tuple[int, list[str]]:
    """Return how many ids have look-alikes, and the first two that are alike, in order of ids.

    Parameters
    ----------
    ids
        Distinct text.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    bare = pc.utf8_lower(pc.replace_substring_regex(ids, r"[\s\x{00a0}]+", ""))
    lengths = pc.min_max(pc.binary_length(bare)).as_py()
    # Of ids that are equally long and hold one number each, none differs from another in zeros alone.
    if lengths["min"] != lengths["max"] or pc.any(pc.match_substring_regex(bare, r"[0-9][^0-9]+[0-9]")).as_py():
        bare = pc.replace_substring_regex(bare, r"(^|[^0-9.,])0+([0-9])", r"\1\2")
    if len(bare.unique()) == len(ids):
        return 0, []
    counted = bare.value_counts()
    shared = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    alike = (
        pa.table({"id": ids, "bare": bare})
        .filter(pc.is_in(bare, shared))
        .sort_by([("bare", "ascending"), ("id", "ascending")])
    )
    return alike.num_rows, alike.column("id").slice(0, 2).to_pylist()
