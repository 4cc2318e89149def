"""Shares over arrays, with intervals that are wider where ``[log] cluster`` says that orders belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.clusters import create_clusters
from ordermine.stats.intervals import Proportion, clustered, wilson

if TYPE_CHECKING:
    import numpy as np

    from ordermine.eventlog.log import Log


def cluster_codes(log: Log, case_no: np.ndarray) -> np.ndarray | None:
    """Return the number of the cluster of every row's order; None where the project file declares none."""
    if log.project.log.cluster is None:
        return None
    import numpy as np

    create_clusters(log)
    known = dict(log.rows("SELECT case_no, cluster FROM clusters"))
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(known[case], len(numbers)) for case in case_no.tolist()], dtype=np.int64)


def share_of_rows(hits: np.ndarray, clusters: np.ndarray | None) -> Proportion:
    """Return the share of rows (bool) that are hits, with its 95 % interval; clusters are those of `cluster_codes`."""
    if clusters is None:
        return wilson(int(hits.sum()), len(hits))
    import numpy as np

    return clustered(np.bincount(clusters, hits).astype(int).tolist(), np.bincount(clusters).tolist())
