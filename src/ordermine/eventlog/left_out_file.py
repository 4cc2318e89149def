"""The raw text of rows that are left out of a log without names: a file of its own, that only its owner may read."""

from __future__ import annotations

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
        self.texts: dict[tuple[str, int], tuple[str | None, str]] = {}
        """(name of the source, row) → raw text and detail."""

    def taken_from(self, source: str, rows: Sequence[LeftOut]) -> list[LeftOut]:
        """Return rows that say no more than where they stand and why they are left out."""
        if self.keep:
            self.texts |= {(source, row.row): (row.raw, row.detail) for row in rows}
        return [LeftOut(row.row, row.reason) for row in rows]

    def ask(self, source: str, rows: Sequence[int], raw_text: Callable[[Sequence[int]], Mapping[int, str]]) -> None:
        """Take the text of further rows, such as duplicates, from `raw_text`."""
        missing = [row for row in rows if self.texts.get((source, row), (None, ""))[0] is None]
        if self.keep and missing:
            for row, text in raw_text(missing).items():
                self.texts[source, row] = (text, self.texts.get((source, row), (None, ""))[1])


@contextlib.contextmanager
def left_out_file(
    path: Path, generation: Path, texts: Mapping[tuple[str, int], tuple[str | None, str]], sources: Collection[str]
) -> Iterator[None]:
    """Write the file; take it away again if the body fails.

    It has one JSON object a line: file, line, reason, detail, raw; file, line and reason as in the log.

    Parameters
    ----------
    path
        Of the file; it must not exist, and a link is not followed.
    generation
        Folder of the generation whose left-out rows they are.
    texts
        (name of the source, row) → raw text and detail.
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
                        raw, detail = texts.get((row["file"], row["line"]), (None, ""))
                        file.write(json.dumps({**row, "detail": detail, "raw": raw}, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise EnvironmentFault(f"--left-out {path}: {error.strerror}", hint="check space and permissions") from None
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise
