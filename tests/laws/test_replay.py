"""What replay says of a model and a log (H13): fitness is 1 exactly where the model accepts every case."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ordermine.discover.model import discover_model
from ordermine.discover.quality import measure_quality

if TYPE_CHECKING:
    from ordermine.discover.model import Model

MOST_MARKINGS = 3000

traces = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5).map(tuple), min_size=1, max_size=8)


def accepts(model: Model, trace: tuple[str, ...]) -> bool:
    """Whether the net can fire the trace from its initial to its final marking, found by trying everything."""
    net = model.net
    takes = {t.id: Counter[str]() for t in net.transitions}
    gives = {t.id: Counter[str]() for t in net.transitions}
    for arc in net.arcs:
        if arc.source in gives:
            gives[arc.source][arc.target] += arc.weight
        else:
            takes[arc.target][arc.source] += arc.weight
    final = frozenset(dict(net.final_marking).items())
    waiting = [(frozenset(dict(net.initial_marking).items()), 0)]
    seen = set(waiting)
    while waiting:
        marking, at = waiting.pop()
        if at == len(trace) and marking == final:
            return True
        for transition in net.transitions:
            silent = transition.label is None
            if not silent and (at == len(trace) or transition.label != trace[at]):
                continue
            tokens = Counter(dict(marking))
            if any(tokens[place] < weight for place, weight in takes[transition.id].items()):
                continue
            tokens.subtract(takes[transition.id])
            tokens.update(gives[transition.id])
            state = (frozenset((+tokens).items()), at + (not silent))
            if state not in seen:
                assert len(seen) < MOST_MARKINGS, "the net isn't bounded"
                seen.add(state)
                waiting.append(state)
    return False


@given(log=traces)
def test_the_inductive_miner_without_noise_fits_every_case(log: list[tuple[str, ...]]) -> None:
    variants = list(Counter(log).items())
    model = discover_model(variants, "inductive", 0.0)
    assert all(accepts(model, trace) for trace in log)
    quality = measure_quality(model, variants)
    assert (quality.fitness, quality.fitting_cases_share) == (1.0, 1.0)
    assert 0 < quality.precision <= 1


@given(log=traces, other=traces)
def test_fitness_is_1_exactly_where_every_case_is_accepted(
    log: list[tuple[str, ...]], other: list[tuple[str, ...]]
) -> None:
    model = discover_model(list(Counter(log).items()), "inductive", 0.0)
    known = {transition.label for transition in model.net.transitions}
    # An activity that the model doesn't have is passed over by token-based replay.
    tried = [kept for trace in other if (kept := tuple(step for step in trace if step in known))]
    if not tried:
        return
    quality = measure_quality(model, list(Counter(tried).items()))
    fit = sum(accepts(model, trace) for trace in tried)
    assert (quality.fitness == 1) == (quality.fitting_cases_share == 1)
    # Replay never calls a case fitting that isn't; it may miss a way through silent steps.
    assert round(quality.fitting_cases_share * len(tried)) <= fit
    # Every case counts, however the log is given; and the same question has the same answer.
    assert measure_quality(model, [(trace, 1) for trace in reversed(tried)]) == quality
    # Without what doesn't fit, all that is left fits as well or better.
    fitting = [trace for trace in tried if measure_quality(model, [(trace, 1)]).fitness == 1]
    if fitting:
        assert measure_quality(model, list(Counter(fitting).items())).fitness >= quality.fitness
