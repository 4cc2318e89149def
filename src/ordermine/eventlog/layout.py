"""The files of one generation: how linked events, cases, variants and left-out rows are written as Parquet."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.placeholders import is_placeholder
from ordermine.schema import EVENT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import pyarrow as pa

    from ordermine.canonical import LeftOut, RawText
    from ordermine.eventlog.link import Part

ROW_GROUP = 125_000
"""Events of a row group: small enough that readers share a part among threads."""


@dataclass(frozen=True, slots=True)
class PartSummary:
    """What remains of a part once its events are written."""

    events: int
    first: int
    last: int
    """First and last instant, UTC µs; 0 in an empty part."""
    duplicates: list[tuple[int, int]]
    repeated_kept: int
    precision: dict[str, int]
    activity_names: frozenset[str]
    constant: frozenset[str]
    cases: dict[str, Any]
    """Column of cases.parquet → values of the part's cases, without `case_id`, `case_no`, `variant_id`."""
    attributes: dict[str, pa.Array]
    """Column of the source → value of each case."""
    variants: list[tuple[str, ...]]
    variant: np.ndarray


_JSON = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


def variant_id(activities: Sequence[str]) -> str:
    """Return the content hash of an activity sequence: 16 hexadecimal digits of SHA-256 over its JSON form."""
    return hashlib.sha256(_JSON.encode(list(activities)).encode()).hexdigest()[:16]


def event_schema(extras: Sequence[str]) -> pa.Schema:
    """Return the schema of the event files."""
    import pyarrow as pa

    text = pa.dictionary(pa.int32(), pa.string())
    types = {
        "string": text,
        "int32": pa.int32(),
        "int64": pa.int64(),
        "double": pa.float64(),
        "bool": pa.bool_(),
        "timestamp[us, UTC]": pa.timestamp("us", tz="UTC"),
        "decimal(28, 6)": pa.decimal128(28, 6),
    }
    fields = [pa.field(name, types[kind]) for name, kind in EVENT_COLUMNS.items()]
    return pa.schema([*fields, *(pa.field(name, text) for name in extras)])


class Layout:
    """Writes the files of one generation."""

    def __init__(self, case_ids: pa.Array, source_names: Sequence[str], extras: Sequence[str]) -> None:
        self._case_ids = case_ids
        self._source_names = list(source_names)
        self._schema = event_schema(extras)

    def write_part(self, path: Path, part: Part) -> PartSummary:
        """Write the events of one part."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = part.table
        case_no = np.asarray(table.column("case_no").combine_chunks())
        first_case = int(case_no[0]) if len(case_no) else 0
        ids = self._case_ids.slice(first_case, len(part.starts))
        columns = {name: table.column(name).combine_chunks() for name in table.column_names}
        columns["case_id"] = ids.take(pa.array(case_no - first_case))
        columns["source_file"] = pa.DictionaryArray.from_arrays(
            pa.array(part.source.astype(np.int32)), pa.array(self._source_names, pa.string())
        )
        arrays = []
        fields = []
        for field in self._schema:
            array = columns.get(field.name)
            if array is None:
                array = pa.nulls(table.num_rows, field.type)
            elif pa.types.is_string(array.type):
                field = field.with_type(pa.string())
            elif array.type != field.type:
                array = array.cast(field.type)
            arrays.append(array)
            fields.append(field)
        written = pa.table(arrays, schema=pa.schema(fields))
        coded = [field.name for field in fields if pa.types.is_dictionary(field.type)]
        pq.write_table(
            written,
            path,
            row_group_size=ROW_GROUP,
            compression="zstd",
            compression_level=1,
            use_dictionary=coded,
            write_statistics=["case_no", "timestamp"],
            write_page_checksum=True,
            store_schema=False,
        )
        last_row = pa.array(part.first_row + part.events - 1)
        cases = {
            "start": part.starts,
            "end": part.ends,
            "events": part.events,
            "first_activity": columns["activity"].take(pa.array(part.first_row)),
            "last_activity": columns["activity"].take(last_row),
        }
        return PartSummary(
            table.num_rows,
            int(part.starts.min()) if len(part.starts) else 0,
            int(part.ends.max()) if len(part.ends) else 0,
            part.duplicates,
            part.repeated_kept,
            _counts(columns["timestamp_precision"]),
            frozenset(activity for variant in part.variants for activity in variant),
            part.constant,
            cases,
            part.attributes,
            part.variants,
            part.variant,
        )

    def write_cases(self, folder: Path, parts: Sequence[PartSummary], attributes: Sequence[str]) -> int:
        """Write cases.parquet and variants.parquet; return the number of variants."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.parquet as pq

        ids = {variant: variant_id(variant) for variant in {variant for part in parts for variant in part.variants}}
        cases: Counter[tuple[str, ...]] = Counter()
        numbered: list[pa.Array] = []
        for part in parts:
            for variant, count in zip(
                part.variants, np.bincount(part.variant, minlength=len(part.variants)), strict=True
            ):
                cases[variant] += int(count)
            names = pa.array([ids[variant] for variant in part.variants], pa.string())
            numbered.append(names.take(pa.array(part.variant)))

        def column(name: str, kind: pa.DataType, *, attribute: bool = False) -> pa.Array:
            pieces = [(part.attributes if attribute else part.cases).get(name) for part in parts]
            chunks = [
                pa.nulls(len(part.variant), kind) if piece is None else _as(piece, kind)
                for part, piece in zip(parts, pieces, strict=True)
            ]
            return pa.chunked_array(chunks, kind)

        stamp = pa.timestamp("us", tz="UTC")
        start, end = column("start", pa.int64()), column("end", pa.int64())
        duration = (np.asarray(end) - np.asarray(start)) / 1e6
        vague = is_placeholder(np.asarray(start)) | is_placeholder(np.asarray(end))
        columns: dict[str, Any] = {
            "case_id": self._case_ids,
            "case_no": pa.array(np.arange(len(self._case_ids), dtype=np.int32)),
            "start": start.cast(stamp),
            "end": end.cast(stamp),
            "events": column("events", pa.int32()),
            "duration_s": pa.array(duration, pa.float64(), mask=vague),
            "variant_id": pa.chunked_array(numbered, pa.string()),
            "first_activity": column("first_activity", pa.string()),
            "last_activity": column("last_activity", pa.string()),
        }
        taken = {name.lower() for name in columns}
        for name in attributes:
            kind = self._schema.field(name).type
            values = column(name, pa.string() if pa.types.is_dictionary(kind) else kind, attribute=True)
            # Names that differ in case only are the same to a query.
            column_name = f"case_{name}" if name.lower() in taken else name
            taken.add(column_name.lower())
            columns[column_name] = values
        pq.write_table(pa.table(columns), folder / "cases.parquet", row_group_size=ROW_GROUP, **_OPTIONS)
        ordered = sorted(cases.items(), key=lambda item: (-item[1], item[0]))
        variants = {
            "variant_id": pa.array([ids[variant] for variant, _ in ordered], pa.string()),
            "activities": pa.array([list(variant) for variant, _ in ordered], pa.list_(pa.string())),
            "cases": pa.array([count for _, count in ordered], pa.int64()),
            "events": pa.array([count * len(variant) for variant, count in ordered], pa.int64()),
        }
        pq.write_table(pa.table(variants), folder / "variants.parquet", **_OPTIONS)
        return len(ordered)

    def write_left_out(
        self, folder: Path, rows: Sequence[tuple[int, LeftOut]], raw_text: RawText, carried: pa.Table | None
    ) -> None:
        """Write left_out.parquet, sorted by source order and row.

        ``raw`` is the row as text, ``raw_bytes`` its exact bytes where the text, in the encoding of the file, isn't
        them.
        """
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        wanted: dict[int, list[int]] = defaultdict(list)
        for source, row in rows:
            if row.raw is None:
                wanted[source].append(row.row)
        texts = {source: raw_text(source, sorted(numbers)) for source, numbers in sorted(wanted.items())}
        ordered = sorted(rows, key=lambda item: (item[0], item[1].row, item[1].reason))
        table = pa.table(
            {
                "file": pa.array([self._source_names[source] for source, _ in ordered], pa.string()),
                "line": pa.array([row.row for _, row in ordered], pa.int64()),
                "reason": pa.array([row.reason for _, row in ordered], pa.string()),
                "detail": pa.array([row.detail for _, row in ordered], pa.string()),
                "raw": pa.array(
                    [texts[source].get(row.row) if row.raw is None else row.raw for source, row in ordered], pa.string()
                ),
                "raw_bytes": pa.array([row.raw_bytes for _, row in ordered], pa.binary()),
            }
        )
        if carried is not None:
            # Logs of earlier versions have no exact bytes.
            table = pa.concat_tables([carried, table], promote_options="default")
            position = pc.index_in(table.column("file"), value_set=pa.array(self._source_names, pa.string()))
            keys = pa.table({"file": position, "line": table.column("line"), "reason": table.column("reason")})
            table = table.take(pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names]))
        pq.write_table(table, folder / "left_out.parquet", **_OPTIONS)


_OPTIONS: dict[str, Any] = {"compression": "zstd", "write_page_checksum": True, "store_schema": False}


def _counts(column: pa.Array) -> dict[str, int]:
    import pyarrow.compute as pc

    counted = pc.value_counts(column.cast("string"))
    return {item["values"]: item["counts"] for item in counted.to_pylist()}


def _as(values: Any, kind: pa.DataType) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    array = pa.array(values) if isinstance(values, np.ndarray) else values
    return array if array.type == kind else array.cast(kind)
