"""Token-based replay of a Petri net on plain integers, by pm4py's rules; one state is worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ordermine.discover.model_parts import PetriNet

Marking = tuple[int, ...]
"""Tokens on each place of a Petri net, in the order of its places."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the replay of one activity, or of a case's end, does."""

    marking: Marking
    missing: int
    consumed: int
    produced: int


class Replay:
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
        self._steps: dict[tuple[Marking, str], Step] = {}
        self._ends: dict[Marking, Step] = {}
        self._continuations: dict[Marking, frozenset[str]] = {}

    def step(self, marking: Marking, activity: str) -> Step:
        """Replay one activity; one that the model doesn't have changes nothing."""
        step = self._steps.get((marking, activity))
        if step is None:
            step = self._steps[marking, activity] = self._make_step(marking, activity)
        return step

    def end(self, marking: Marking) -> Step:
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

    def _make_step(self, marking: Marking, activity: str) -> Step:
        if activity not in self._transitions_of:
            return Step(marking, 0, 0, 0)
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
        return Step(self._fire(transition, marking), missing, self._consumed(fired), self._produced(fired))

    def _make_end(self, marking: Marking) -> Step:
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
        return Step(marking, 0, self._consumed(fired), self._produced(fired))

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
