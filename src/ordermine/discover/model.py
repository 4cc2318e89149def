"""A model of the process, discovered from variants.

Everything is fed with variants, the distinct activity sequences and the number of cases of each, so that the effort
depends on how many ways of working there are and not on how many orders. Discovery is pm4py's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ordermine.discover.model_bpmn import bpmn_of_net, bpmn_of_tree
from ordermine.discover.model_files import pnml, ptml
from ordermine.discover.model_parts import merge_variants
from ordermine.errors import UsageError, near

if TYPE_CHECKING:
    from ordermine.discover.model_parts import BpmnElement, BpmnFlow, PetriNet, Tree, Variants

ALGORITHMS: Final = ("inductive", "heuristics", "dfg-inductive")


@dataclass(frozen=True, slots=True)
class Model:
    """A discovered model of the process."""

    algorithm: str
    noise: float | None
    """Noise threshold of the inductive miner; None for the algorithms that take none."""
    tree: str | None
    """The process tree in pm4py's notation; None for the heuristics miner, which gives none."""
    net: PetriNet
    root: Tree | None = None
    """The process tree as values; None like `tree`."""

    def pnml(self) -> str:
        """Return the Petri net as PNML; silent steps and final marking are written as ProM and pm4py do."""
        return pnml(self.net)

    def ptml(self) -> str | None:
        """Return the process tree as PTML, the format of ProM and pm4py; None where there is no tree."""
        return None if self.root is None else ptml(self.root)

    def bpmn(self) -> tuple[tuple[BpmnElement, ...], tuple[BpmnFlow, ...]]:
        """Return the model as BPMN elements and sequence flows, without coordinates.

        A process tree gives block-structured BPMN. The net of the heuristics miner is translated node by
        node, so the diagram is as sound as that net is.
        """
        return bpmn_of_net(self.net) if self.root is None else bpmn_of_tree(self.root)


def discover_model(variants: Variants, algorithm: str = "inductive", noise: float = 0.2) -> Model:
    """Discover a model of the process.

    Parameters
    ----------
    variants
        Distinct activity sequences, each with its number of cases. The order doesn't matter.
    algorithm
        ``inductive``: a process tree by the inductive miner; ``heuristics``: a Petri net by the heuristics
        miner; ``dfg-inductive``: a process tree from the directly-follows graph alone.
    noise
        For ``inductive``: share of the most frequent continuation below which a continuation is taken for
        noise; 0 keeps everything.

    Returns
    -------
    The model, the same as pm4py discovers on the sorted log.

    Raises
    ------
    UsageError
        An unknown algorithm, or a noise threshold outside 0 to 1.
    NotMeasurable
        No variant has an event.
    """
    from ordermine.discover import _pm4py

    if algorithm not in ALGORITHMS:
        raise UsageError(f"unknown discovery algorithm {algorithm!r}", hint=near(algorithm, ALGORITHMS))
    if not 0 <= noise <= 1:
        raise UsageError(f"noise threshold {noise:g} is not between 0 and 1", hint="try --noise 0.2")
    counts = merge_variants(variants)
    if algorithm == "inductive":
        tree, root, net = _pm4py.mine_tree(counts, noise)
        return Model(algorithm, noise, tree, net, root)

    edges: Counter[tuple[str, str]] = Counter()
    triples: Counter[tuple[str, str, str]] = Counter()
    activities: Counter[str] = Counter()
    starts: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for trace, cases in counts.items():
        starts[trace[0]] += cases
        ends[trace[-1]] += cases
        for activity in trace:
            activities[activity] += cases
        for pair in pairwise(trace):
            edges[pair] += cases
        for triple in zip(trace, trace[1:], trace[2:], strict=False):
            triples[triple] += cases
    if algorithm == "dfg-inductive":
        tree, root, net = _pm4py.mine_tree_from_graph(edges, starts, ends)
        return Model(algorithm, None, tree, net, root)
    return Model(algorithm, None, None, _pm4py.mine_heuristics_net(activities, edges, triples, starts, ends))
