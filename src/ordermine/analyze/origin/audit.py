"""A sample of errors for people to look up, and the shares corrected by what they found."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ordermine.errors import InputError, UsageError
from ordermine.stats.audit import correct_shares

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LABEL: Final = "true_department"
"""Column that people fill in; blank says that no department of the log is the origin."""
NOBODY: Final = ""
"""Stands for errors without a known origin, and for those that are no department's."""

INSTRUCTIONS: Final = (
    f"fill in {LABEL}, leave it blank where no department made the error, delete the rows that nobody looked up, "
    "and come back with --labels"
)
_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class CorrectedDepartment:
    """A department's share of the errors that some department made, as fractions."""

    department: str
    share: float
    low: float
    high: float


def reported_errors(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows of ``origins --errors`` that are errors: omissions too, change requests not."""
    return [row for row in rows if row["class"] != "change_request"]


def draw_sample(rows: Sequence[Mapping[str, Any]], size: int) -> list[dict[str, Any]]:
    """Return errors drawn at random within each reported department, with an empty column for the true one.

    Every department gets at least two, the others are spread in proportion to its errors; errors without a known origin
    are a group like a department. The same errors give the same sample.

    Parameters
    ----------
    rows
        Rows of ``origins --errors``.
    size
        How many to draw; all where there are fewer.

    Raises
    ------
    UsageError
        `size` is not positive.
    """
    if size < 1:
        raise UsageError(f"--audit {size}: a sample needs at least one error", hint="100 is a good start")
    import numpy as np

    strata: dict[str, list[Mapping[str, Any]]] = {}
    for row in reported_errors(rows):
        strata.setdefault(row["originated_by"], []).append(row)
    random = np.random.Generator(np.random.PCG64(_SEED))
    chosen = []
    for name, number in sorted(_allocate({name: len(found) for name, found in strata.items()}, size).items()):
        picked = random.permutation(len(strata[name]))[:number]
        chosen += [strata[name][place] for place in sorted(picked.tolist())]
    return [{**row, LABEL: ""} for row in chosen]


def _allocate(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """Spread a sample over groups in proportion, at least two each, by largest remainders."""
    total = sum(sizes.values())
    size = min(size, total)
    wanted = {name: size * count / total for name, count in sizes.items()}
    given = {name: min(count, max(2, int(wanted[name]))) for name, count in sizes.items()}
    # The largest groups pay for the guaranteed ones; what is left goes to the largest remainders.
    while sum(given.values()) > size:
        given[max(given, key=lambda name: (given[name], name))] -= 1
    while sum(given.values()) < size:
        open_groups = [name for name in given if given[name] < sizes[name]]
        given[max(open_groups, key=lambda name: (wanted[name] - given[name], name))] += 1
    return given


def read_labels(path: Path) -> list[tuple[str, str]]:
    """Return (reported, true) departments from a labelled sample, saved with commas, semicolons or tabs.

    Raises
    ------
    UsageError
        There is no such file.
    InputError
        It isn't a labelled sample: no text in UTF-8, columns missing, or no rows.
    """
    hint = f"label a sample of `origins --audit N -o SAMPLE.csv` in its column {LABEL!r}"
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"--labels {path}: {error.strerror or error}", hint=hint) from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8", hint="save it as CSV in UTF-8") from None
    head = text.partition("\n")[0]
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count)))
    missing = [column for column in ("originated_by", LABEL) if rows and column not in rows[0]]
    if not rows or missing:
        what = f"has no column {' and '.join(map(repr, missing))}" if missing else "has no rows"
        raise InputError(f"{path} {what}", hint=hint)
    return [((row["originated_by"] or "").strip(), (row[LABEL] or "").strip()) for row in rows]


def correct(
    rows: Sequence[Mapping[str, Any]], labels: Sequence[tuple[str, str]], clusters: Sequence[int]
) -> list[CorrectedDepartment]:
    """Return every department's corrected share of the errors that departments made, sorted by name.

    What people found to be no department's error (a blank label) is taken out of the whole: shares and limits are
    divided by the rest. The lower limit of a department that no label confirms is 0, as nothing shows that it made any.

    Parameters
    ----------
    rows
        Rows of ``origins --errors``.
    labels
        (reported, true) departments.
    clusters
        What belongs together, per error of `reported_errors`: errors of one order are not independent.

    Raises
    ------
    NotMeasurable
        There are no errors or no labels.
    InputError
        The labels don't fit the errors of this log.
    """
    per_cluster: dict[int, Counter[str]] = {}
    for row, cluster in zip(reported_errors(rows), clusters, strict=True):
        per_cluster.setdefault(cluster, Counter())[row["originated_by"]] += 1
    found = correct_shares(list(per_cluster.values()), labels)
    nobody = sum(one.share for one in found.shares if one.department == NOBODY)
    rest = max(1 - nobody, 1e-9)
    confirmed = {true for _, true in labels}
    return [
        CorrectedDepartment(
            one.department,
            min(1.0, one.share / rest),
            min(1.0, one.low / rest) if one.department in confirmed else 0.0,
            min(1.0, one.high / rest),
        )
        for one in found.shares
        if one.department != NOBODY
    ]
