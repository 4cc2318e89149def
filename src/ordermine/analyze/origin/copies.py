"""Where a value came from: runs of values followed back through what they were copied from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np

    from ordermine.analyze.origin.fields import FieldSet
    from ordermine.eventlog.value_history import Runs, Writes

COPIED_SHARE: Final = 0.9
COPIED_ORDERS: Final = 10
"""Without lineage, a field counts as copied where so large a share of so many orders shows it."""


def sources(runs: Runs, fields: FieldSet, wanted: np.ndarray) -> np.ndarray:
    """Return, per run, the run that its value was copied from; -1 for none.

    When a run began, its value may have stood elsewhere in the order: in the field it is declared to be copied
    from, or in the same field of another object, unless that is declared to be its copy. Of several such runs the
    earliest counts. Where the beginning of a run is not recorded, only declared lineage says which of two is the
    copy; and a run of which the beginning is not recorded is the source of one that is recorded where lineage, or
    the order in which the two fields are as a rule written, says so.

    Parameters
    ----------
    runs
        What every place held.
    fields
        The log's fields.
    wanted
        Runs (bool) that matter: those of the orders, families and values to follow.
    """
    import numpy as np

    size = len(runs.value)
    source = np.full(size, -1, dtype=np.int64)
    at = np.flatnonzero(wanted)
    if not len(at):
        return source
    order = np.lexsort((runs.start[at], runs.value[at], fields.family[runs.field[at]], runs.case_no[at]))
    at = at[order]
    upstream = _upstream(runs, fields)
    keys = np.stack([runs.case_no[at], fields.family[runs.field[at]], runs.value[at]])
    group = np.cumsum(np.append(True, (keys[:, 1:] != keys[:, :-1]).any(axis=0)))
    best = np.full(size, np.iinfo(np.int64).max)
    pair = np.arange(len(at))
    for distance in range(1, len(at)):
        pair = pair[pair + distance < len(at)]
        pair = pair[group[pair] == group[pair + distance]]
        if not len(pair):
            break
        earlier, later = at[pair], at[pair + distance]
        for copy, origin in ((later, earlier), (earlier, later)):
            copied = _is_copy(runs, fields, upstream, copy, origin) & (runs.start[origin] < best[copy])
            best[copy[copied]] = runs.start[origin[copied]]
            source[copy[copied]] = origin[copied]
    return source


def _is_copy(runs: Runs, fields: FieldSet, upstream: np.ndarray, copy: np.ndarray, origin: np.ndarray) -> np.ndarray:
    import numpy as np

    field, other = runs.field[copy], runs.field[origin]
    declared = fields.ancestors[field, other]
    backwards = fields.ancestors[other, field]
    begun, origin_begun = runs.write[copy] >= 0, runs.write[origin] >= 0
    stood = (runs.start[origin] < runs.start[copy]) & (runs.start[copy] < runs.end[origin])
    recorded = (
        begun
        & stood
        & np.where(origin_begun, ~backwards, declared | (field == other) | (~backwards & upstream[field, other]))
    )
    unrecorded = ~begun & declared & (runs.start[origin] < runs.end[copy])
    copied: np.ndarray = recorded | unrecorded
    return copied


def roots(source: np.ndarray) -> np.ndarray:
    """Return, per run, the run at the end of its sources; -1 where they lead in a circle."""
    import numpy as np

    root = np.arange(len(source))
    for _ in range(64):
        following = source[root]
        if not (following >= 0).any():
            return root
        root = np.where(following >= 0, following, root)
    root[source[root] >= 0] = -1
    return root


def source_missing(runs: Runs, writes: Writes, fields: FieldSet, wanted: np.ndarray) -> np.ndarray:
    """Return which wanted runs began with a copy of something that the log doesn't show.

    Such a run is the first that its field held in the order; the field is a copy, by lineage or, as a rule, in this
    log; and of nothing that it is copied from does the log know what it held by then.
    """
    import numpy as np

    missing = np.zeros(len(wanted), dtype=bool)
    copied_from = fields.ancestors | _observed_copies(runs, writes, fields)
    is_copy = copied_from.any(axis=1)
    size = len(fields.fields)
    key = runs.case_no.astype(np.int64) * size + runs.field
    # The first start of every field in every order.
    order = np.lexsort((runs.start, key))
    known, begins = np.unique(key[order], return_index=True)
    first = runs.start[order][begins]
    at = np.flatnonzero(wanted & (runs.write >= 0) & is_copy[runs.field])
    initial = np.isin(at, order[begins])
    at = at[initial & (writes.old[runs.write[at]] < 0)]
    shown = np.zeros(len(at), dtype=bool)
    for other in np.flatnonzero(copied_from.any(axis=0)).tolist():
        concerns = copied_from[runs.field[at], other]
        sought = runs.case_no[at].astype(np.int64) * size + other
        place = np.minimum(np.searchsorted(known, sought), len(known) - 1)
        shown |= concerns & (known[place] == sought) & (first[place] < runs.start[at])
    missing[at[~shown]] = True
    return missing


def _first_starts(runs: Runs, field: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the orders in which a field holds something, and when it first does."""
    import numpy as np

    of_field = np.flatnonzero((runs.field == field) & (runs.value >= 0) & (runs.write >= 0))
    of_field = of_field[np.lexsort((runs.start[of_field], runs.case_no[of_field]))]
    cases, begins = np.unique(runs.case_no[of_field], return_index=True)
    return cases, of_field[begins]


def _undeclared_pairs(fields: FieldSet) -> list[tuple[int, int]]:
    """Return the pairs of fields with the same value for which no lineage says which of them is the copy."""
    return [
        (one, other)
        for one in range(len(fields.fields))
        for other in range(one)
        if fields.family[one] == fields.family[other]
        and not fields.ancestors[one, other]
        and not fields.ancestors[other, one]
    ]


def _upstream(runs: Runs, fields: FieldSet) -> np.ndarray:
    """Return [field, other]: whether `other` is, as a rule, written first."""
    import numpy as np

    size = len(fields.fields)
    upstream = np.zeros((size, size), dtype=bool)
    for one, other in _undeclared_pairs(fields):
        (cases, first), (other_cases, other_first) = _first_starts(runs, one), _first_starts(runs, other)
        _, place, other_place = np.intersect1d(cases, other_cases, assume_unique=True, return_indices=True)
        lead = int(np.sign(runs.start[first[place]] - runs.start[other_first[other_place]]).sum())
        upstream[one, other], upstream[other, one] = lead > 0, lead < 0
    return upstream


def _observed_copies(runs: Runs, writes: Writes, fields: FieldSet) -> np.ndarray:
    """Return [copy, source]: whether a field begins, in nearly all orders, with what the same field elsewhere held."""
    import numpy as np

    size = len(fields.fields)
    observed = np.zeros((size, size), dtype=bool)
    upstream = _upstream(runs, fields)
    for copy, source in zip(*np.nonzero(upstream), strict=True):
        (cases, first), (source_cases, source_first) = _first_starts(runs, copy), _first_starts(runs, source)
        _, place, source_place = np.intersect1d(cases, source_cases, assume_unique=True, return_indices=True)
        one, other = first[place], source_first[source_place]
        after = (runs.start[other] < runs.start[one]) & (runs.start[one] < runs.end[other])
        same = int((runs.value[one[after]] == runs.value[other[after]]).sum())
        observed[copy, source] = after.sum() >= COPIED_ORDERS and same >= COPIED_SHARE * after.sum()
    return observed
