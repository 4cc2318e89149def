"""The only user of pm4py: its miners and its conversion to Petri nets, as plain values.

pm4py gets variants and their counts, never a data frame. What it gives back (objects that hash by address,
names made of random identifiers) is turned into the values of ``ordermine.discover.model`` with ids that
depend on the model alone.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from bisect import bisect_right
from collections import Counter
from importlib.machinery import ModuleSpec, PathFinder
from itertools import pairwise
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ordermine.discover.model_parts import Arc, PetriNet, Transition, Tree

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
    from importlib.abc import Loader


class _OnDemandPackage:
    """Loader of a package whose ``__init__`` runs only when a name is asked for that isn't a submodule."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Leave the making of the module to the real loader."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Leave the package empty for now; the module's ``__getattr__`` (PEP 562) fills it."""

        def find(name: str) -> Any:
            submodule = f"{module.__name__}.{name}"
            try:
                return importlib.import_module(submodule)
            except ModuleNotFoundError as error:
                if error.name != submodule:
                    raise
            # Removed first, so that a name that doesn't exist fails as usual instead of coming back here.
            module.__dict__.pop("__getattr__", None)
            self._loader.exec_module(module)
            return getattr(module, name)

        module.__dict__["__getattr__"] = find


class _OnDemandPackages:
    """Finder that gives every package of pm4py, and nothing else, the loader above."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find a module of pm4py where Python would find it."""
        if name.partition(".")[0] != "pm4py":
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None and spec.submodule_search_locations is not None:
            spec.loader = _OnDemandPackage(spec.loader)  # type: ignore[assignment]
        return spec


def _prepare_import() -> None:
    """Let the imports that follow load only the parts of pm4py that they name.

    ``pm4py/__init__`` and those of its packages import everything (scipy, lxml, pictures, language models …):
    three times the time of what the miners need. Packages are therefore left empty until somebody asks them
    for a name that isn't a submodule; that completes them in place, so ``import pm4py; pm4py.read_xes`` still
    works afterwards in the same process, on the same modules. Where pm4py was imported before, it is used as
    it is. As the packages are loaded from here and not from ``__main__``, pm4py doesn't print its banner.
    """
    if "pm4py" not in sys.modules:
        sys.meta_path.insert(0, _OnDemandPackages)


@contextlib.contextmanager
def _without_pandas() -> Iterator[None]:
    """Let modules be imported that name pandas, without loading it unless they come to use it.

    The miners' modules mention data frames in annotations and type tests only; loading pandas takes as long as
    everything else that they need.
    """
    if "pandas" in sys.modules:
        yield
        return
    stand_in = ModuleType("pandas")
    importing = True

    def find(name: str) -> Any:
        return type(name, (), {}) if importing else getattr(importlib.import_module("pandas"), name)

    stand_in.__dict__["__getattr__"] = find
    sys.modules["pandas"] = stand_in
    try:
        yield
    finally:
        importing = False
        del sys.modules["pandas"]


def _dfg_of_variants(log: Mapping[tuple[Any, ...], int]) -> Any:
    """Do what pm4py's `discover_dfg_uvcl` does, with entries in the same order, several times faster."""
    from pm4py.objects.dfg.obj import DFG

    graph: dict[tuple[Any, Any], int] = {}
    starts: dict[Any, int] = {}
    ends: dict[Any, int] = {}
    for trace, count in log.items():
        for pair in pairwise(trace):
            graph[pair] = graph.get(pair, 0) + count
        if trace:
            starts[trace[0]] = starts.get(trace[0], 0) + count
            ends[trace[-1]] = ends.get(trace[-1], 0) + count
    dfg = DFG()
    dfg.graph.update(graph)
    dfg.start_activities.update(dict(sorted(starts.items())))
    dfg.end_activities.update(dict(sorted(ends.items())))
    return dfg


def _project_on_sequence(obj: Any, groups: Sequence[Collection[Any]], parameters: Any = None) -> list[Any]:
    """Do what pm4py's `SequenceCutUVCL.project` does, with entries in the same order, several times faster.

    Every trace is split where the pieces cost least: an event of the piece's own group pays off, one of a later
    group costs, one of an earlier group is free.
    """
    from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL

    logs: list[Counter[tuple[Any, ...]]] = [Counter() for _ in groups]
    group_of = {activity: number for number, group in enumerate(groups) for activity in group}
    for trace, count in obj.data_structure.items():
        of = [group_of.get(activity, len(groups)) for activity in trace]
        start = 0
        if of == sorted(of):
            # Most traces follow the sequence; each piece then is what is there of its group.
            for number, log in enumerate(logs):
                end = bisect_right(of, number, start)
                log[trace[start:end]] += count
                start = end
            continue
        for number, log in enumerate(logs):
            cost = least = 0
            end = start
            for position in range(start, len(of)):
                group = of[position]
                if group == number:
                    cost -= 1
                    if cost < least:
                        least, end = cost, position + 1
                elif group > number:
                    cost += 1
            log[tuple([trace[at] for at in range(start, end) if of[at] == number])] += count
            start = end
    return [IMDataStructureUVCL(log) for log in logs]


@contextlib.contextmanager
def _faster() -> Iterator[None]:
    """Let pm4py's inductive miner use our own loops where nearly all of its time goes."""
    from pm4py.algo.discovery.inductive.cuts.sequence import SequenceCutUVCL
    from pm4py.util.compression import util

    project, discover = SequenceCutUVCL.__dict__["project"], util.discover_dfg_uvcl
    SequenceCutUVCL.project = staticmethod(_project_on_sequence)
    util.discover_dfg_uvcl = _dfg_of_variants
    try:
        yield
    finally:
        SequenceCutUVCL.project, util.discover_dfg_uvcl = project, discover


def mine_tree(variants: Mapping[tuple[str, ...], int], noise: float) -> tuple[str, Tree, PetriNet]:
    """Mine a process tree with the inductive miner.

    Parameters
    ----------
    variants
        Number of cases of each activity sequence.
    noise
        0: inductive miner (IM); above: inductive miner infrequent (IMf) with this threshold, a share of the
        most frequent outgoing edge.

    Returns
    -------
    The tree in pm4py's notation, as values, and its Petri net. Source: Leemans, Robust process mining with
    guarantees, 2017.
    """
    _prepare_import()
    with _without_pandas():
        from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL
        from pm4py.algo.discovery.inductive.variants.im import IMUVCL
        from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL

    parameters = {"noise_threshold": noise, "multiprocessing": False}
    miner = IMFUVCL(parameters) if noise > 0 else IMUVCL(parameters)
    with _faster():
        mined = miner.apply(IMDataStructureUVCL(Counter(variants)), parameters)
    return _tree_values(mined)


def mine_tree_from_graph(
    edges: Mapping[tuple[str, str], int], starts: Mapping[str, int], ends: Mapping[str, int]
) -> tuple[str, Tree, PetriNet]:
    """Mine a process tree with the inductive miner on a directly-follows graph (IMd).

    Parameters
    ----------
    edges
        How often one activity directly follows another.
    starts, ends
        Number of cases that start and end with an activity.

    Returns
    -------
    The tree in pm4py's notation, as values, and its Petri net.
    """
    _prepare_import()
    with _without_pandas():
        from pm4py.algo.discovery.inductive.dtypes.im_dfg import InductiveDFG
        from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureDFG
        from pm4py.algo.discovery.inductive.variants.imd import IMD
        from pm4py.objects.dfg.obj import DFG

    parameters = {"multiprocessing": False}
    graph = InductiveDFG(DFG(edges, starts, ends))
    return _tree_values(IMD(parameters).apply(IMDataStructureDFG(graph), parameters))


def mine_heuristics_net(
    activities: Mapping[str, int],
    edges: Mapping[tuple[str, str], int],
    triples: Mapping[tuple[str, str, str], int],
    starts: Mapping[str, int],
    ends: Mapping[str, int],
) -> PetriNet:
    """Mine a Petri net with the heuristics miner and pm4py's default thresholds.

    Parameters
    ----------
    activities
        Number of events of each activity.
    edges, triples
        How often two, and three, activities directly follow each other; the triples a-b-a are the loops of
        length two.
    starts, ends
        Number of cases that start and end with an activity.

    Returns
    -------
    The Petri net. Source: Weijters, van der Aalst & Alves de Medeiros, Process mining with the
    HeuristicsMiner algorithm, 2006.
    """
    _prepare_import()
    with _without_pandas():
        from pm4py.algo.discovery.heuristics.variants import classic
        from pm4py.objects.conversion.heuristics_net.variants import to_petri_net

    net = classic.apply_heu_dfg(
        dict(edges),
        activities=list(activities),
        activities_occurrences=dict(activities),
        start_activities=dict(starts),
        end_activities=dict(ends),
        freq_triples=dict(triples),
    )
    # pm4py numbers the silent transitions of this net in the order of sets of strings.
    return _net_values(*to_petri_net.apply(net), silent_names=False)


def _tree_values(mined: Any) -> tuple[str, Tree, PetriNet]:
    """Fold and sort a mined tree, as pm4py's own entry point does, and convert it."""
    with _without_pandas():
        from pm4py.objects.conversion.process_tree.variants import to_petri_net
    from pm4py.objects.process_tree.utils.generic import fold, tree_sort

    tree = fold(mined)
    tree_sort(tree)
    return str(tree), _tree_value(tree), _net_values(*to_petri_net.apply(tree), silent_names=True)


def _tree_value(node: Any) -> Tree:
    if node.operator is None:
        return Tree(label=node.label)
    return Tree(operator=str(node.operator), children=tuple(_tree_value(child) for child in node.children))


def _net_values(net: Any, initial: Any, final: Any, *, silent_names: bool) -> PetriNet:
    """Take over a Petri net, in an order that depends on the model alone.

    The order is pm4py's order of names, in which its token-based replay breaks ties; visible transitions have
    random names, so their labels take the place. `silent_names` says whether silent transitions have
    reproducible names; otherwise their neighbours decide.
    """
    colours: dict[Any, tuple[Hashable, ...]] = {place: (0, place.name) for place in net.places}
    for transition in net.transitions:
        if transition.label is None:
            colours[transition] = (2, transition.name if silent_names else "")
        else:
            colours[transition] = (1, transition.label)
    inward: dict[Any, list[tuple[Any, int]]] = {node: [] for node in colours}
    outward: dict[Any, list[tuple[Any, int]]] = {node: [] for node in colours}
    for arc in net.arcs:
        outward[arc.source].append((arc.target, arc.weight))
        inward[arc.target].append((arc.source, arc.weight))

    rank = _canonical_ranks(colours, inward, outward)
    places = sorted(net.places, key=rank.__getitem__)
    transitions = sorted(net.transitions, key=rank.__getitem__)
    ids = {place: f"p{number}" for number, place in enumerate(places)}
    ids |= {transition: f"t{number}" for number, transition in enumerate(transitions)}
    arcs = sorted(net.arcs, key=lambda arc: (rank[arc.source], rank[arc.target]))
    return PetriNet(
        places=tuple(ids[place] for place in places),
        transitions=tuple(Transition(ids[transition], transition.label) for transition in transitions),
        arcs=tuple(Arc(ids[arc.source], ids[arc.target], arc.weight) for arc in arcs),
        initial_marking=tuple((ids[place], initial[place]) for place in places if initial[place]),
        final_marking=tuple((ids[place], final[place]) for place in places if final[place]),
    )


def _canonical_ranks(
    colours: Mapping[Any, Any],
    inward: Mapping[Any, list[tuple[Any, int]]],
    outward: Mapping[Any, list[tuple[Any, int]]],
) -> dict[Any, int]:
    """Rank the nodes of a directed graph by colour, and nodes of equal colour by their neighbourhood.

    Colour refinement (Weisfeiler & Leman, 1968): a node's rank is refined by the ranks of its neighbours
    until nothing changes. Nodes that are still equal then can't be told apart; one of them is put first and
    the refinement goes on.
    """
    rank = _ranked(colours)
    while True:
        refined = _ranked(
            {
                node: (
                    rank[node],
                    sorted((rank[other], weight) for other, weight in inward[node]),
                    sorted((rank[other], weight) for other, weight in outward[node]),
                )
                for node in rank
            }
        )
        if len(set(refined.values())) > len(set(rank.values())):
            rank = refined
            continue
        sizes = Counter(rank.values())
        tied = [node for node in rank if sizes[rank[node]] > 1]
        if not tied:
            return rank
        first = min(tied, key=rank.__getitem__)
        rank = _ranked({node: (rank[node], node is not first) for node in rank})


def _ranked(keys: Mapping[Any, Any]) -> dict[Any, int]:
    """Replace each key by its position among the distinct keys."""
    ranks: dict[Any, int] = {}
    previous: Any = None
    number = -1
    for node in sorted(keys, key=keys.__getitem__):
        if number < 0 or keys[node] != previous:
            number, previous = number + 1, keys[node]
        ranks[node] = number
    return ranks
