"""A model of the process: discovered from variants, written to model files, measured by replay.

Everything is fed with variants, the distinct activity sequences and the number of cases of each, so that the
effort depends on how many ways of working there are and not on how many orders. Discovery is pm4py's; replay
is done here, on plain integers, with pm4py's definition and one state visited once however many cases pass
through it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

from ordermine.errors import NotMeasurable, UsageError, near

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

ALGORITHMS: Final = ("inductive", "heuristics", "dfg-inductive")

VARIANT_LIMIT: Final = 20_000
"""Variants that are replayed at most, the most frequent first, when the quality of a model is measured."""

_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

BpmnKind = Literal["start", "end", "task", "xor", "and"]

Variants = Sequence[tuple[tuple[str, ...], int]]
"""Distinct activity sequences, each with its number of cases."""

Marking = tuple[int, ...]
"""Tokens on each place of a Petri net, in the order of its places."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A node of a process tree: an operator over children, an activity, or (with neither) a silent step."""

    operator: str | None = None
    """``->`` sequence, ``X`` exclusive choice, ``+`` parallel, ``*`` loop (do, redo)."""
    label: str | None = None
    children: tuple[Tree, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """A transition of a Petri net; silent where it has no label."""

    id: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Arc:
    """An arc of a Petri net, between the ids of a place and a transition."""

    source: str
    target: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class PetriNet:
    """A Petri net with its markings; the order of places and transitions is how replay breaks ties."""

    places: tuple[str, ...]
    transitions: tuple[Transition, ...]
    arcs: tuple[Arc, ...]
    initial_marking: tuple[tuple[str, int], ...]
    final_marking: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class BpmnElement:
    """An element of a BPMN diagram; `name` is empty for all but tasks."""

    id: str
    kind: BpmnKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class BpmnFlow:
    """A sequence flow between the ids of two elements."""

    id: str
    source: str
    target: str


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
        return _pnml(self.net)

    def ptml(self) -> str | None:
        """Return the process tree as PTML, the format of ProM and pm4py; None where there is no tree."""
        return None if self.root is None else _ptml(self.root)

    def bpmn(self) -> tuple[tuple[BpmnElement, ...], tuple[BpmnFlow, ...]]:
        """Return the model as BPMN elements and sequence flows, without coordinates.

        A process tree gives block-structured BPMN. The net of the heuristics miner is translated node by
        node, so the diagram is as sound as that net is.
        """
        return _bpmn_of_net(self.net) if self.root is None else _bpmn_of_tree(self.root)


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a model and a log agree, every case counted, and on how much of the log that was measured."""

    fitness: float
    """Log fitness of token-based replay, 0 to 1."""
    precision: float
    """ETConformance precision with token-based replay, 0 to 1."""
    fitting_cases_share: float
    """Share of the measured cases that replay without a missing or remaining token, 0 to 1."""
    cases_measured: int
    cases: int
    variants_measured: int
    variants: int


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
    counts = _merged(variants)
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


def measure_quality(model: Model, variants: Variants, *, coverage: float = 1.0) -> Quality:
    """Measure fitness and precision of a model by token-based replay.

    Parameters
    ----------
    model
        The model.
    variants
        Distinct activity sequences, each with its number of cases. The order doesn't matter.
    coverage
        Share of the cases to measure, above 0 to 1: the most frequent variants are taken until it is reached,
        but not more than `VARIANT_LIMIT`.

    Returns
    -------
    The quality on the measured part, with its size. On the whole log the numbers are those of pm4py's
    ``fitness_token_based_replay`` and ``precision_token_based_replay``, save that pm4py's precision takes an
    activity whose name has a comma for two. Sources: Berti & van der Aalst, Reviving token-based replay,
    2019; Muñoz-Gama & Carmona, A fresh look at precision in process conformance, 2010.

    Raises
    ------
    UsageError
        A coverage outside 0 to 1.
    NotMeasurable
        No variant has an event.
    """
    if not 0 < coverage <= 1:
        raise UsageError(f"coverage {coverage:g} is not above 0 and at most 1", hint="1 measures every case")
    counts = _merged(variants)
    cases = counts.total()
    measured: dict[tuple[str, ...], int] = {}
    cases_measured = 0
    for trace, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if len(measured) == VARIANT_LIMIT or cases_measured >= coverage * cases:
            break
        measured[trace] = number
        cases_measured += number

    replay = _Replay(model.net)
    fitness, fitting = _fitness(replay, measured)
    return Quality(
        fitness=fitness,
        precision=_precision(replay, measured),
        fitting_cases_share=fitting / cases_measured,
        cases_measured=cases_measured,
        cases=cases,
        variants_measured=len(measured),
        variants=len(counts),
    )


def xml_text(name: str) -> str:
    """Make the characters of a name that XML 1.0 can't carry visible: as control pictures, else as U+FFFD."""
    return _NOT_IN_XML.sub(lambda match: _picture(match[0]), name)


def _picture(character: str) -> str:
    return chr(0x2400 + ord(character)) if character < " " else "\ufffd"


def _merged(variants: Variants) -> Counter[tuple[str, ...]]:
    """Count cases per activity sequence, with activities as text, in sorted order."""
    counts: Counter[tuple[str, ...]] = Counter()
    for trace, cases in variants:
        if trace:
            counts[tuple(str(activity) for activity in trace)] += cases
    if not counts:
        raise NotMeasurable(
            "there is no case with an event to discover a model from",
            hint="check the filters: they may leave no case",
        )
    return Counter(dict(sorted(counts.items())))


# ---------------------------------------------------------------------------------------------- files


def _pnml(net: PetriNet) -> str:
    from lxml import etree

    root = etree.Element("pnml")
    net_element = etree.SubElement(root, "net", id="net", type="http://www.pnml.org/version-2009/grammar/pnmlcoremodel")
    _text(net_element, "name", "ordermine")
    page = etree.SubElement(net_element, "page", id="page")
    initial = dict(net.initial_marking)
    for place in net.places:
        element = etree.SubElement(page, "place", id=place)
        _text(element, "name", place)
        if place in initial:
            _text(element, "initialMarking", str(initial[place]))
    for transition in net.transitions:
        element = etree.SubElement(page, "transition", id=transition.id)
        if transition.label is None:
            _text(element, "name", transition.id)
            silent = {
                "tool": "ProM",
                "version": "6.4",
                "activity": "$invisible$",
                "localNodeID": transition.id,
            }
            etree.SubElement(element, "toolspecific", silent)
        else:
            _text(element, "name", transition.label)
    for number, arc in enumerate(net.arcs):
        element = etree.SubElement(page, "arc", id=f"a{number}", source=arc.source, target=arc.target)
        if arc.weight > 1:
            _text(element, "inscription", str(arc.weight))
    marking = etree.SubElement(etree.SubElement(net_element, "finalmarkings"), "marking")
    for place, tokens in net.final_marking:
        etree.SubElement(etree.SubElement(marking, "place", idref=place), "text").text = str(tokens)
    return _document(root)


def _ptml(tree: Tree) -> str:
    from lxml import etree

    operators = {"->": "sequence", "X": "xor", "+": "and", "*": "xorLoop"}
    root = etree.Element("ptml")
    process = etree.SubElement(root, "processTree", id="tree", name="ordermine", root="n0")
    edges: list[tuple[int, int]] = []
    nodes = [tree]
    for number, node in enumerate(nodes):
        if node.operator is not None:
            tag = operators[node.operator]
        else:
            tag = "automaticTask" if node.label is None else "manualTask"
        etree.SubElement(process, tag, id=f"n{number}", name=xml_text(node.label or ""))
        # The format's loop has a third child, which follows the loop.
        children = (*node.children, Tree()) if node.operator == "*" else node.children
        for child in children:
            edges.append((number, len(nodes)))
            nodes.append(child)
    for number, (parent, child_number) in enumerate(edges):
        etree.SubElement(process, "parentsNode", id=f"e{number}", sourceId=f"n{parent}", targetId=f"n{child_number}")
    return _document(root)


def _text(parent: etree._Element, tag: str, text: str) -> None:
    from lxml import etree

    etree.SubElement(etree.SubElement(parent, tag), "text").text = xml_text(text)


def _document(root: etree._Element) -> str:
    from lxml import etree

    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return document.decode("utf-8")


# ----------------------------------------------------------------------------------------------- BPMN


class _Bpmn:
    """A diagram under construction, on numbers; an element of kind None only passes the flow on."""

    def __init__(self) -> None:
        self.elements: list[tuple[BpmnKind | None, str]] = []
        self.flows: list[tuple[int, int]] = []

    def add(self, kind: BpmnKind | None, *sources: int, name: str = "") -> int:
        """Add an element, with flows from `sources`."""
        self.elements.append((kind, name))
        number = len(self.elements) - 1
        self.flows.extend((source, number) for source in sources)
        return number

    def finished(self) -> tuple[tuple[BpmnElement, ...], tuple[BpmnFlow, ...]]:
        """Drop the elements that only pass the flow on, and name the rest."""
        flows = self.flows
        for number, (kind, _) in enumerate(self.elements):
            if kind is None:
                sources = [source for source, target in flows if target == number != source]
                targets = [target for source, target in flows if source == number != target]
                flows = [flow for flow in flows if number not in flow]
                flows += [(source, target) for source in sources for target in targets]
        ids: dict[int, str] = {}
        elements: list[BpmnElement] = []
        for number, (kind, name) in enumerate(self.elements):
            if kind is not None:
                ids[number] = f"n{len(elements)}"
                elements.append(BpmnElement(ids[number], kind, name))
        return tuple(elements), tuple(
            BpmnFlow(f"f{number}", ids[source], ids[target]) for number, (source, target) in enumerate(sorted(flows))
        )


def _bpmn_of_tree(tree: Tree) -> tuple[tuple[BpmnElement, ...], tuple[BpmnFlow, ...]]:
    bpmn = _Bpmn()

    def build(node: Tree, before: int) -> int:
        """Add `node` after the element `before`; return the element with which it ends."""
        if node.operator is None:
            return before if node.label is None else bpmn.add("task", before, name=node.label)
        if node.operator == "->":
            for child in node.children:
                before = build(child, before)
            return before
        if node.operator == "*":
            join = bpmn.add("xor", before)
            split = bpmn.add("xor", build(node.children[0], join))
            for child in node.children[1:]:
                bpmn.flows.append((build(child, split), join))
            return split
        kind: Literal["xor", "and"] = "xor" if node.operator == "X" else "and"
        split = bpmn.add(kind, before)
        return bpmn.add(kind, *[build(child, split) for child in node.children])

    bpmn.add("end", build(tree, bpmn.add("start")))
    return bpmn.finished()


def _bpmn_of_net(net: PetriNet) -> tuple[tuple[BpmnElement, ...], tuple[BpmnFlow, ...]]:
    """Make a place an exclusive and a transition a parallel gateway wherever flows join or split there."""
    bpmn = _Bpmn()
    entry: dict[str, int] = {}
    exit_: dict[str, int] = {}
    incoming = Counter([arc.target for arc in net.arcs] + [place for place, _ in net.initial_marking])
    outgoing = Counter([arc.source for arc in net.arcs] + [place for place, _ in net.final_marking])

    def add(node: str, gateway: Literal["xor", "and"], label: str | None) -> None:
        number = entry[node] = bpmn.add(gateway if incoming[node] > 1 else None)
        if label is not None:
            number = bpmn.add("task", number, name=label)
        exit_[node] = bpmn.add(gateway if outgoing[node] > 1 else None, number)

    starts = [bpmn.add("start") for _ in net.initial_marking]
    for place in net.places:
        add(place, "xor", None)
    for transition in net.transitions:
        add(transition.id, "and", transition.label)
    bpmn.flows.extend((exit_[arc.source], entry[arc.target]) for arc in net.arcs)
    for start, (place, _) in zip(starts, net.initial_marking, strict=True):
        bpmn.flows.append((start, entry[place]))
    for place, _ in net.final_marking:
        bpmn.add("end", exit_[place])
    return bpmn.finished()


# --------------------------------------------------------------------------------------------- replay


@dataclass(frozen=True, slots=True)
class _Step:
    """What the replay of one activity, or of a case's end, does."""

    marking: Marking
    missing: int
    consumed: int
    produced: int


class _Replay:
    """Token-based replay of a Petri net: what an activity does in a marking, worked out once and remembered.

    Follows pm4py's implementation in everything that has an influence on the result, down to the order in
    which silent transitions are tried and the depth to which they are searched.
    """

    _SEARCH_DEPTH = 2
    """How deep silent transitions are searched that enable silent transitions."""
    _PATH_LENGTH = 51
    """Longest path of silent transitions between two places."""
    _END_ROUNDS = 5
    """How often the final marking is tried to be reached, in either way."""

    def __init__(self, net: PetriNet) -> None:
        place_number = {place: number for number, place in enumerate(net.places)}
        number_of = {transition.id: number for number, transition in enumerate(net.transitions)}
        self.labels = [transition.label for transition in net.transitions]
        self.inputs: list[list[tuple[int, int]]] = [[] for _ in net.transitions]
        self.outputs: list[list[tuple[int, int]]] = [[] for _ in net.transitions]
        for arc in net.arcs:
            if arc.source in place_number:
                self.inputs[number_of[arc.target]].append((place_number[arc.source], arc.weight))
            else:
                self.outputs[number_of[arc.source]].append((place_number[arc.target], arc.weight))
        self.initial = self._marking(net.initial_marking, place_number)
        self.final = self._marking(net.final_marking, place_number)
        self._transitions_of: dict[str, list[int]] = {}
        for number, label in enumerate(self.labels):
            if label is not None:
                self._transitions_of.setdefault(label, []).append(number)
        self._paths = self._silent_paths()
        self._steps: dict[tuple[Marking, str], _Step] = {}
        self._ends: dict[Marking, _Step] = {}
        self._continuations: dict[Marking, frozenset[str]] = {}

    def step(self, marking: Marking, activity: str) -> _Step:
        """Replay one activity; one that the model doesn't have changes nothing."""
        step = self._steps.get((marking, activity))
        if step is None:
            step = self._steps[marking, activity] = self._make_step(marking, activity)
        return step

    def end(self, marking: Marking) -> _Step:
        """Go on from a case's last marking to the final marking, by silent transitions."""
        step = self._ends.get(marking)
        if step is None:
            step = self._ends[marking] = self._make_end(marking)
        return step

    def continuations(self, marking: Marking) -> frozenset[str]:
        """Activities that can follow in a marking, possibly after silent transitions."""
        found = self._continuations.get(marking)
        if found is None:
            found = self._continuations[marking] = self._find_continuations(marking)
        return found

    def _make_step(self, marking: Marking, activity: str) -> _Step:
        if activity not in self._transitions_of:
            return _Step(marking, 0, 0, 0)
        candidates = self._transitions_of[activity]
        transition = next((t for t in candidates if self._enabled(t, marking)), candidates[-1])
        fired = [transition]
        missing = 0
        if not self._enabled(transition, marking):
            silent: list[int] = []
            marking = self._enable(transition, marking, silent, set(), 0)
            fired += silent
            tokens = list(marking)
            for place, weight in self.inputs[transition]:
                if tokens[place] < weight:
                    missing += weight - tokens[place]
                    tokens[place] += weight
            marking = tuple(tokens)
        return _Step(self._fire(transition, marking), missing, self._consumed(fired), self._produced(fired))

    def _make_end(self, marking: Marking) -> _Step:
        fired: list[int] = []

        def run(path: list[int]) -> None:
            nonlocal marking
            for transition in path:
                if self._enabled(transition, marking):
                    marking = self._fire(transition, marking)
                    fired.append(transition)

        targets = [place for place, tokens in enumerate(self.final) if tokens]

        def reached() -> bool:
            return all(marking[place] for place in targets)

        for _ in range(self._END_ROUNDS):
            if reached():
                break
            for path in self._paths_between(self._marked(marking), targets):
                run(path)
                if reached():
                    break
        if not reached() and len(targets) == 1:
            paths = self._paths_between(self._marked(marking), targets)
            for _ in range(self._END_ROUNDS):
                for path in paths:
                    for transition in path:
                        if not self._enabled(transition, marking):
                            break
                        marking = self._fire(transition, marking)
                        fired.append(transition)
        return _Step(marking, 0, self._consumed(fired), self._produced(fired))

    def _enable(self, transition: int, marking: Marking, fired: list[int], visited: set[int], depth: int) -> Marking:
        """Fire silent transitions so that `transition` becomes enabled, as far as possible."""
        if depth >= self._SEARCH_DEPTH or transition in visited:
            return marking
        visited.add(transition)
        lacking = [place for place, weight in sorted(self.inputs[transition]) if marking[place] < weight]
        paths = self._paths_between(self._marked(marking), lacking)
        if not paths:
            return marking
        marking = self._walk(transition, marking, paths, fired, visited)
        if self._enabled(transition, marking):
            return marking
        for path in self._paths_between(self._marked(marking), lacking):
            for silent in path:
                if silent in visited:
                    continue
                if not self._enabled(silent, marking):
                    marking = self._enable(silent, marking, fired, visited, depth + 1)
                if self._enabled(silent, marking):
                    marking = self._fire(silent, marking)
                    fired.append(silent)
                    visited.add(silent)
        return marking

    def _walk(
        self, transition: int, marking: Marking, paths: list[list[int]], fired: list[int], visited: set[int]
    ) -> Marking:
        """Walk along the paths in turns until `transition` is enabled or a turn fires nothing."""
        next_in = [0] * len(paths)
        turn = 0
        while True:
            number = turn % len(paths)
            changed = False
            for silent in paths[number][next_in[number] :]:
                next_in[number] += 1
                if silent not in visited and self._enabled(silent, marking):
                    marking = self._fire(silent, marking)
                    fired.append(silent)
                    visited.add(silent)
                    changed = True
                if self._enabled(transition, marking):
                    return marking
            if not changed:
                return marking
            turn += 1

    def _find_continuations(self, marking: Marking) -> frozenset[str]:
        queue = self._all_enabled(marking)
        # As in pm4py, a transition is tried in the marking in which it was enabled last.
        enabled_in = dict.fromkeys(queue, marking)
        visited: set[tuple[int, Marking]] = set()
        found: set[str] = set()
        for transition in queue:
            here = enabled_in[transition]
            if (transition, here) in visited:
                continue
            visited.add((transition, here))
            label = self.labels[transition]
            if label is not None:
                found.add(label)
            else:
                reached = self._fire(transition, here)
                following = self._all_enabled(reached)
                queue += following
                enabled_in.update(dict.fromkeys(following, reached))
        return frozenset(found)

    def _silent_paths(self) -> dict[tuple[int, int], list[int]]:
        """Find the shortest path of silent transitions from each place to each other."""
        outgoing: list[list[tuple[int, int]]] = [[] for _ in self.initial]
        for transition, label in enumerate(self.labels):
            if label is None:
                for place, _ in self.inputs[transition]:
                    outgoing[place] += [(transition, target) for target, _ in self.outputs[transition]]
        paths: dict[tuple[int, int], list[int]] = {}
        for start in range(len(outgoing)):
            layer: list[tuple[int, list[int]]] = [(start, [])]
            while layer and len(layer[0][1]) < self._PATH_LENGTH:
                following: list[tuple[int, list[int]]] = []
                for place, path in layer:
                    for transition, target in outgoing[place]:
                        if (start, target) not in paths:
                            paths[start, target] = [*path, transition]
                            following.append((target, paths[start, target]))
                layer = following
        return paths

    def _paths_between(self, sources: list[int], targets: list[int]) -> list[list[int]]:
        pairs = [(source, target) for source in sources for target in targets]
        return sorted((self._paths[pair] for pair in pairs if pair in self._paths), key=len)

    def _enabled(self, transition: int, marking: Marking) -> bool:
        # Most of the time goes here, and a loop takes half the time of all().
        for place, weight in self.inputs[transition]:  # noqa: SIM110
            if marking[place] < weight:
                return False
        return True

    def _all_enabled(self, marking: Marking) -> list[int]:
        return [transition for transition in range(len(self.labels)) if self._enabled(transition, marking)]

    def _fire(self, transition: int, marking: Marking) -> Marking:
        tokens = list(marking)
        for place, weight in self.inputs[transition]:
            tokens[place] -= weight
        for place, weight in self.outputs[transition]:
            tokens[place] += weight
        return tuple(tokens)

    def _consumed(self, transitions: list[int]) -> int:
        return sum(weight for transition in transitions for _, weight in self.inputs[transition])

    def _produced(self, transitions: list[int]) -> int:
        return sum(weight for transition in transitions for _, weight in self.outputs[transition])

    @staticmethod
    def _marked(marking: Marking) -> list[int]:
        return [place for place, tokens in enumerate(marking) if tokens]

    @staticmethod
    def _marking(tokens: tuple[tuple[str, int], ...], place_number: dict[str, int]) -> Marking:
        marking = [0] * len(place_number)
        for place, number in tokens:
            marking[place_number[place]] = number
        return tuple(marking)


def _fitness(replay: _Replay, variants: dict[tuple[str, ...], int]) -> tuple[float, int]:
    """Return the log fitness and the number of cases that fit."""
    missing = remaining = consumed = produced = fitting = 0
    for trace, cases in variants.items():
        marking = replay.initial
        case_missing = 0
        case_consumed = sum(replay.final)
        case_produced = sum(replay.initial)
        for activity in trace:
            step = replay.step(marking, activity)
            marking = step.marking
            case_missing += step.missing
            case_consumed += step.consumed
            case_produced += step.produced
        step = replay.end(marking)
        case_remaining = sum(max(0, left - due) for left, due in zip(step.marking, replay.final, strict=True))
        # As in pm4py, a token that the final marking lacks counts as missing but doesn't make the case unfit.
        fitting += cases * (case_missing == 0 and case_remaining == 0)
        case_missing += sum(max(0, due - left) for left, due in zip(step.marking, replay.final, strict=True))
        missing += cases * case_missing
        remaining += cases * case_remaining
        consumed += cases * (case_consumed + step.consumed)
        produced += cases * (case_produced + step.produced)
    return 0.5 * (1 - missing / consumed) + 0.5 * (1 - remaining / produced), fitting


def _precision(replay: _Replay, variants: dict[tuple[str, ...], int]) -> float:
    """Return 1 minus the share of what the model allows after the log's prefixes but the log never does.

    Each prefix weighs as many as the cases that go on after it; prefixes that don't replay are left out.
    """
    allowed = escaping = 0
    for marking, followers, cases in _prefixes(replay, variants):
        possible = replay.continuations(marking)
        allowed += cases * len(possible)
        escaping += cases * len(possible - followers)
    return 1 - escaping / allowed if allowed else 1.0


def _prefixes(replay: _Replay, variants: dict[tuple[str, ...], int]) -> Iterator[tuple[Marking, set[str], int]]:
    """Yield marking, following activities and case count of every prefix that replays and goes on.

    Sorted traces visit the prefix tree in depth-first order, so that only the current path is in memory.
    """
    path: list[tuple[Marking | None, set[str]]] = [(replay.initial, set())]
    cases_at = [0]
    previous: tuple[str, ...] = ()
    for trace, cases in [*sorted(variants.items()), ((), 0)]:
        common = 0
        while common < min(len(trace), len(previous)) and trace[common] == previous[common]:
            common += 1
        keep = common + 1 if trace else 0
        for (marking, followers), count in zip(path[keep:], cases_at[keep:], strict=True):
            if marking is not None and followers:
                yield marking, followers, count
        del path[keep:], cases_at[keep:]
        for activity in trace[common:]:
            marking, followers = path[-1]
            followers.add(activity)
            if marking is not None:
                step = replay.step(marking, activity)
                marking = None if step.missing else step.marking
            path.append((marking, set()))
            cases_at.append(0)
        for depth in range(len(trace)):
            cases_at[depth] += cases
        previous = trace
