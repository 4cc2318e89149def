"""What a model of the process is made of, as plain values: process tree, Petri net, BPMN."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ordermine.errors import NotMeasurable

BpmnKind = Literal["start", "end", "task", "xor", "and"]

Variants = Sequence[tuple[tuple[str, ...], int]]
"""Distinct activity sequences, each with its number of cases."""


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


def merge_variants(variants: Variants) -> Counter[tuple[str, ...]]:
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
