"""The raw text of rows that are left out of a log without names: a file of its own, that only its owner may read."""

from __future__ import annotations

import base64
import contextlib
import json
import os
from typing import TYPE_CHECKING

from ordermine.canonical import LeftOut
from ordermine.errors import EnvironmentFault, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path


class RawTexts:
    """Takes the raw text of rows that are left out on its way to the log.

    Parameters
    ----------
    keep
        Whether it is wanted at all.
    """

    def __init__(self, keep: bool) -> None:
        self.keep = keep
        self._rows: dict[tuple[str, int, str], LeftOut] = {}
        """(name of the source, row, reason) → the row."""
        self._texts: dict[tuple[str, int], str] = {}
        """(name of the source, row) → its text, where it was asked for later."""

    def taken_from(self, source: str, rows: Sequence[LeftOut]) -> list[LeftOut]:
        """Return rows that say no more than where they stand and why they are left out."""
        if self.keep:
            self._rows |= {(source, row.row, row.reason): row for row in rows}
        return [LeftOut(row.row, row.reason) for row in rows]

    def ask(self, source: str, rows: Sequence[int], raw_text: Callable[[Sequence[int]], Mapping[int, str]]) -> None:
        """Take the text of further rows, such as duplicates, from `raw_text`."""
        if self.keep:
            known = {row for (name, row, _), left in self._rows.items() if name == source and left.raw is not None}
            missing = [row for row in rows if row not in known]
            self._texts |= {(source, row): text for row, text in (raw_text(missing) if missing else {}).items()}

    def told(self, source: str, row: int, reason: str) -> dict[str, str | None]:
        """Return what was left out: ``detail`` and ``raw``, and ``raw_bytes`` in base 64 where the text isn't exact."""
        left = self._rows.get((source, row, reason), LeftOut(row, reason))
        told = {"detail": left.detail, "raw": self._texts.get((source, row)) if left.raw is None else left.raw}
        if left.raw_bytes is not None:
            told["raw_bytes"] = base64.b64encode(left.raw_bytes).decode()
        return told


@contextlib.contextmanager
def left_out_file(path: Path, generation: Path, texts: RawTexts, sources: Collection[str]) -> Iterator[None]:
    """Write the file; take it away again if the body fails.

    It has one JSON object a line: file, line and reason as in the log, and what `RawTexts.told` says.

    Parameters
    ----------
    path
        Of the file; it must not exist, and a link is not followed.
    generation
        Folder of the generation whose left-out rows they are.
    texts
        Of the rows.
    sources
        Names of the sources that were read now.

    Raises
    ------
    UsageError
        The file exists.
    EnvironmentFault
        It can't be written.
    """
    import pyarrow.parquet as pq

    rows = pq.read_table(generation / "left_out.parquet", columns=["file", "line", "reason"]).to_pylist()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise UsageError(f"--left-out {path}: exists", hint="name a new file") from None
    except OSError as error:
        raise EnvironmentFault(f"--left-out {path}: {error.strerror}", hint="check space and permissions") from None
    try:
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                for row in rows:
                    if row["file"] in sources:
                        told = texts.told(row["file"], row["line"], row["reason"])
                        file.write(json.dumps({**row, **told}, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise EnvironmentFault(f"--left-out {path}: {error.strerror}", hint="check space and permissions") from None
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise
