"""Values written one after the other by different departments, and whether the second is the first typed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.eventlog.value_meaning import changes_meaning
from ordermine.schema import SYSTEM_ACTORS

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log
    from ordermine.project import Project


def find_takeovers(log: Log, level: str = "department") -> pa.Table:
    """Return the writes of a field whose last writer in the order was another department, in order of case and field.

    Fields of different objects are one where they are called alike (``quote.price``, ``order.price``) or where
    ``[lineage]`` says that one is copied from the other. Writes of systems don't count.

    Returns
    -------
    pyarrow.Table
        ``case_no``, ``seq``, ``field`` (without its object), ``source`` (who wrote before), ``target`` (who writes),
        ``rekeyed`` (both values mean the same).
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    table = log.arrays(list(dict.fromkeys(["case_no", "seq", "field", "new_value", "actor_type", level])))
    written = pc.and_(pc.is_valid(table.column("field")), pc.is_valid(table.column("new_value")))
    table = table.filter(pc.and_(written, pc.is_valid(table.column(level))))
    actor = table.column("actor_type").combine_chunks().cast(pa.string())
    table = table.filter(pc.invert(pc.is_in(pc.fill_null(actor, ""), pa.array(SYSTEM_ACTORS))))
    field, unit = (_encoded(table.column(name)) for name in ("field", level))
    bare = [field_family(name, log.project) for name in field.dictionary.to_pylist()]
    names = sorted(set(bare))
    family = np.array([names.index(name) for name in bare], dtype=np.int64)[np.asarray(field.indices)]
    case = np.asarray(table.column("case_no").combine_chunks()).astype(np.int64)
    order = np.argsort(case * max(len(names), 1) + family, kind="stable")
    before, after = order[:-1], order[1:]
    who = np.asarray(unit.indices)
    taken = (case[before] == case[after]) & (family[before] == family[after]) & (who[before] != who[after])
    before, after = before[taken], after[taken]
    value = table.column("new_value")
    return pa.table(
        {
            "case_no": case[after],
            "seq": table.column("seq").combine_chunks().take(pa.array(after)),
            "field": pa.DictionaryArray.from_arrays(
                pa.array(family[after].astype(np.int32)), pa.array(names, pa.string())
            ),
            "source": unit.take(pa.array(before)),
            "target": unit.take(pa.array(after)),
            "rekeyed": ~changes_meaning(_taken(value, before), _taken(value, after)),
        }
    )


def field_family(name: str, project: Project) -> str:
    """Return the field that a field is copied from in the end, without its object."""
    while name in project.lineage:
        name = project.lineage[name]
    return name.rpartition(".")[2]


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    import pyarrow as pa

    array = column.combine_chunks()
    return array if pa.types.is_dictionary(array.type) else array.cast(pa.string()).dictionary_encode()


def _taken(column: pa.ChunkedArray, at: np.ndarray) -> pa.ChunkedArray:
    import pyarrow as pa

    return pa.chunked_array([column.combine_chunks().take(pa.array(at))])
