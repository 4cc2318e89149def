"""Blocks: set and removed, paired by what the steps are called."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ordermine.eventlog.views import create_steps

if TYPE_CHECKING:
    import pyarrow as pa

    from ordermine.eventlog.log import Log

_SAYS_NOTHING = {
    "en": "a an the of for on in by to from due "
    "set sets setting put place placed add added impose imposed activate activated "
    "remove removed lift lifted release released clear cleared delete deleted reset deactivate deactivated resolved "
    "block blocks blocked blocking unblock unblocked hold holds held",
    "de": "der die das fur wegen sperre sperren sperrung setzen gesetzt gesperrt "
    "entsperrt entsperren aufgehoben aufheben entfernt entfernen freigegeben freigeben freigabe",
    "fr": "le la les du pour pose poser blocage bloque bloquee bloquer "
    "debloque debloquer leve levee lever retire retirer libere liberer",
    "es": "el los para bloqueo bloqueado bloquear puesto poner "
    "desbloqueado desbloquear levantado levantar quitado quitar liberado liberar",
}
"""Words by which a step says that a block is set or removed, not which."""

_DROPPED = frozenset(" ".join(_SAYS_NOTHING.values()).split())


def block_name(activity: str) -> str:
    """Return which block a step is about: ``Set credit block`` and ``Credit block released`` → ``credit``.

    Empty where the name says no more than that there is a block.
    """
    spaced = re.sub(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])", " ", activity)
    letters = unicodedata.normalize("NFKD", spaced.casefold().replace("ß", "ss"))
    words = re.findall(r"[^\W_]+", "".join(sign for sign in letters if not unicodedata.combining(sign)))
    return " ".join(word for word in words if word not in _DROPPED)


def find_blocks(log: Log) -> pa.Table:
    """Return every block in log order.

    Returns
    -------
    pyarrow.Table
        ``case_no``, ``block`` (name of the first step that sets it, of the step that removes it where none does),
        ``set_us`` (null where it was never seen to be set), ``removed_us`` (null where it is still set),
        ``is_default`` (set in the second in which the order begins, or never seen to be set).
    """
    import numpy as np
    import pyarrow as pa

    create_steps(log)
    shown: dict[str, str] = {}
    names = []
    for activity, kind in log.rows("SELECT activity, kind FROM meanings ORDER BY kind, activity"):
        if kind in ("block", "unblock"):
            name = block_name(activity)
            shown.setdefault(name, activity)
            names.append((activity, kind == "block", name))
    known = sorted(shown)
    log.connection.register(
        "block_steps",
        pa.table(
            {
                "activity": pa.array([activity for activity, _, _ in names], pa.string()),
                "sets": pa.array([sets for _, sets, _ in names], pa.bool_()),
                "block": pa.array([known.index(name) for _, _, name in names], pa.int64()),
            }
        ),
    )
    table = log.table(
        """
        SELECT e.case_no, b.block, b.sets, epoch_us(e.timestamp) AS us, epoch_us(c."start") AS began
        FROM events e JOIN block_steps b USING (activity) JOIN cases c USING (case_no)
        ORDER BY e.case_no, b.block, e.seq
        """
    )
    log.connection.unregister("block_steps")
    case, block, sets, at, began = (np.asarray(column.combine_chunks()) for column in table.columns)
    first = np.append(True, (case[1:] != case[:-1]) | (block[1:] != block[:-1]))[: len(case)]
    # A block that is set again before it is removed is one block, and so is one that is removed twice.
    starts = first | np.append(False, sets[1:] & ~sets[:-1])[: len(case)]
    run = np.flatnonzero(starts)
    was_set = sets[run]
    after = np.append(run[1:], len(case))
    removals = np.flatnonzero(~sets)
    place = np.searchsorted(removals, run)
    removed = removals[np.minimum(place, len(removals) - 1)] if len(removals) else run
    is_removed = (place < len(removals)) & (removed < after)
    return pa.table(
        {
            "case_no": case[run],
            "block": pa.array([shown[known[number]] for number in block[run].tolist()], pa.string()),
            "set_us": pa.array(at[run], mask=~was_set),
            "removed_us": pa.array(at[removed], mask=~is_removed),
            "is_default": ~was_set | (at[run] // 1_000_000 == began[run] // 1_000_000),
        }
    ).sort_by([("case_no", "ascending"), ("block", "ascending"), ("set_us", "ascending"), ("removed_us", "ascending")])
