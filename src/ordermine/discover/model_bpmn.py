"""A model as BPMN elements and sequence flows, without coordinates."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from ordermine.discover.model_parts import BpmnElement, BpmnFlow, BpmnKind, PetriNet, Tree


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


def bpmn_of_tree(tree: Tree) -> tuple[tuple[BpmnElement, ...], tuple[BpmnFlow, ...]]:
    """Return the block-structured diagram of a process tree."""
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


def bpmn_of_net(net: PetriNet) -> tuple[tuple[BpmnElement, ...], tuple[BpmnFlow, ...]]:
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
