"""How well a model and a log agree, measured by replaying variants, each weighed by its cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.discover.model_parts import merge_variants
from ordermine.discover.replay import Marking, Replay
from ordermine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.discover.model import Model
    from ordermine.discover.model_parts import Variants

VARIANT_LIMIT: Final = 20_000
"""Variants that are replayed at most, the most frequent first."""


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
    counts = merge_variants(variants)
    cases = counts.total()
    measured: dict[tuple[str, ...], int] = {}
    cases_measured = 0
    for trace, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if len(measured) == VARIANT_LIMIT or cases_measured >= coverage * cases:
            break
        measured[trace] = number
        cases_measured += number

    replay = Replay(model.net)
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


def _fitness(replay: Replay, variants: dict[tuple[str, ...], int]) -> tuple[float, int]:
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


def _precision(replay: Replay, variants: dict[tuple[str, ...], int]) -> float:
    """Return 1 minus the share of what the model allows after the log's prefixes but the log never does.

    Each prefix weighs as many as the cases that go on after it; prefixes that don't replay are left out.
    """
    allowed = escaping = 0
    for marking, followers, cases in _prefixes(replay, variants):
        possible = replay.continuations(marking)
        allowed += cases * len(possible)
        escaping += cases * len(possible - followers)
    return 1 - escaping / allowed if allowed else 1.0


def _prefixes(replay: Replay, variants: dict[tuple[str, ...], int]) -> Iterator[tuple[Marking, set[str], int]]:
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
