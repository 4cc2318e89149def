"""What every order of the events of one moment makes of the counts: a search over parts of the moment.

What was visited last and last but one, how many returns in a row led there, whether the last visit was productive, and
which departments the segment has seen decide what the next event does; nothing else does. So all orders of a moment are
gone through event by event, and of the orders that arrive in the same state with the same events done only the least
and the most of each count are kept. Moments that look alike, reached in states that look alike, are searched once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

COUNTS = ("handoffs", "returns", "unproductive", "rallies", "long_loops")
"""What is counted; see `returns`."""

SEARCHED = 512
"""Parts of a moment up to which all its orders are searched: 8 events have 256 at most."""

WIDTH = 9
"""Departments of a moment at most: ten have more parts than are searched."""

NONE, BEFORE, LAST = WIDTH, WIDTH + 1, WIDTH + 2
"""Stand, beside the numbers of the moment's departments, for no visit, and for the departments visited last but one and
last when the moment begins, where they are none of the moment's."""

_AT_ONCE = 50_000
"""Parts of moments that are searched at a time, so that their states fit into memory."""

STATE_BITS = 4 + 4 + 2 + 1 + WIDTH


@dataclass(frozen=True, slots=True)
class State:
    """What decides about later events, as arrays of equal length."""

    before: np.ndarray
    """Department visited before the last."""
    last: np.ndarray
    run: np.ndarray
    """Returns in a row up to the last visit; 2 for two or more."""
    productive: np.ndarray
    """Whether the last visit was productive so far."""
    seen: np.ndarray
    """Departments of the moment that the segment has seen, as bits."""

    def packed(self) -> np.ndarray:
        """Return one number for each state."""
        number = (((self.before << 4 | self.last) << 2 | self.run) << 1 | self.productive) << WIDTH | self.seen
        packed: np.ndarray = number
        return packed

    @classmethod
    def unpacked(cls, number: np.ndarray) -> State:
        """Undo `packed`; what stands above its bits is ignored."""
        above = number >> WIDTH
        return cls(above >> 7 & 15, above >> 3 & 15, above >> 1 & 3, above & 1, number & ((1 << WIDTH) - 1))


@dataclass(frozen=True, slots=True)
class Patterns:
    """Moments that look alike are of one pattern; arrays over patterns."""

    items: np.ndarray
    """(pattern, 2 · WIDTH + 1): how many events each department has that are not productive, then how many that are,
    then how many have no department."""
    counted: np.ndarray
    """(pattern, WIDTH): whether visits of the department are counted as returns and long loops."""


@dataclass(slots=True)
class MomentOrders:
    """Searches moments, and remembers what it found."""

    patterns: Patterns
    _known: np.ndarray = field(init=False)
    _first: np.ndarray = field(init=False)
    _number: np.ndarray = field(init=False)
    _state: np.ndarray = field(init=False)
    _cost: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing known."""
        import numpy as np

        self._known, self._first, self._number, self._state = (np.zeros(0, dtype=np.int64) for _ in range(4))
        self._cost = np.zeros((0, 2 * len(COUNTS)), dtype=np.int16)

    def through(self, pattern: np.ndarray, state: State) -> tuple[np.ndarray, State, np.ndarray]:
        """Return all that can follow from entering moments of these patterns in these states.

        Returns
        -------
        tuple
            Position of the entry in the input (rising), state after the moment, and what is added: least counts, then
            most counts with a minus, so that both are looked for as a minimum.
        """
        import numpy as np

        entry = pattern.astype(np.int64) << STATE_BITS | state.packed()
        distinct, of = np.unique(entry, return_inverse=True)
        new = distinct[~np.isin(distinct, self._known, assume_unique=True)]
        if len(new):
            parts = (self.patterns.items[new >> STATE_BITS] + 1).prod(axis=1)
            for together in np.split(new, np.flatnonzero(np.diff(np.cumsum(parts) // _AT_ONCE)) + 1):
                self._learn(together)
        place = np.searchsorted(self._known, distinct)[of]
        first, number = self._first[place], self._number[place]
        source = np.repeat(np.arange(len(entry)), number)
        at = np.arange(len(source)) - np.repeat(np.cumsum(number) - number, number) + np.repeat(first, number)
        return source, State.unpacked(self._state[at]), self._cost[at]

    def _learn(self, entries: np.ndarray) -> None:
        import numpy as np

        of, state, cost = _search(entries, self.patterns)
        number = np.bincount(of, minlength=len(entries))
        first = np.cumsum(number) - number + len(self._state)
        self._state, self._cost = np.concatenate([self._state, state]), np.concatenate([self._cost, cost])
        known = np.concatenate([self._known, entries])
        order = np.argsort(known)
        self._known = known[order]
        self._first = np.concatenate([self._first, first])[order]
        self._number = np.concatenate([self._number, number])[order]


def least(key: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct keys, rising, and the least of each column of their values."""
    import numpy as np

    if not len(key):
        return key, value
    order = np.argsort(key)
    key = key[order]
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    return key[first], np.minimum.reduceat(value[order], first, axis=0)


def _search(entries: np.ndarray, patterns: Patterns) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Go through every order of each entry's moment: position of the entry, packed state afterwards, counts."""
    import numpy as np

    pattern = entries >> STATE_BITS
    items, counted = patterns.items[pattern], patterns.counted[pattern]
    # Which events are done is one number, in which every item has a digit.
    digit = np.cumprod(np.concatenate([np.ones((len(items), 1), dtype=np.int64), items + 1], axis=1), axis=1)[:, :-1]
    total = items.sum(axis=1)
    done_bits = SEARCHED.bit_length()
    key = np.arange(len(entries)) << (done_bits + STATE_BITS) | (entries & ((1 << STATE_BITS) - 1))
    value = np.zeros((len(entries), 2 * len(COUNTS)), dtype=np.int16)
    finished: list[tuple[np.ndarray, np.ndarray]] = []
    for level in range(int(total.max()) + 1):
        of = key >> (done_bits + STATE_BITS)
        ends = total[of] == level
        finished.append((key[ends], value[ends]))
        key, value, of = key[~ends], value[~ends], of[~ends]
        if not len(key):
            break
        done = key >> STATE_BITS & ((1 << done_bits) - 1)
        keys, values = [], []
        for item in np.flatnonzero(items[of].any(axis=0)).tolist():
            times, weight = items[of, item], digit[of, item]
            left = np.flatnonzero(done // weight % (times + 1) < times)
            state, cost = _step(State.unpacked(key[left]), item, counted[of[left]])
            after = of[left] << done_bits | (done[left] + weight[left])
            keys.append(after << STATE_BITS | state.packed())
            values.append(value[left] + cost)
        key, value = least(np.concatenate(keys), np.concatenate(values))
    key = np.concatenate([one for one, _ in finished])
    value = np.concatenate([one for _, one in finished])
    order = np.argsort(key)
    key = key[order]
    return key >> (done_bits + STATE_BITS), key & ((1 << STATE_BITS) - 1), value[order]


def _step(state: State, item: int, counted: np.ndarray) -> tuple[State, np.ndarray]:
    """Add one event: the state after it, and what it adds to the counts."""
    import numpy as np

    cost = np.zeros((len(state.last), len(COUNTS)), dtype=np.int16)
    if item == 2 * WIDTH:
        nobody, nothing = np.full_like(state.last, NONE), np.zeros_like(state.last)
        return State(nobody, nobody, nothing, nothing, nothing), np.concatenate([cost, cost], axis=1)
    department, productive = item % WIDTH, item // WIDTH
    goes = state.last != department
    returns = goes & (state.before == department)
    counts = counted[:, department]
    cost[:, 0] = goes & (state.last != NONE)
    cost[:, 1] = returns & counts
    cost[:, 2] = returns & counts & (state.productive == 0)
    cost[:, 3] = returns & (state.run == 1)
    cost[:, 4] = goes & ~returns & counts & (state.seen >> department & 1 == 1)
    after = State(
        np.where(goes, state.last, state.before),
        np.full_like(state.last, department),
        np.where(goes, np.where(returns, np.minimum(state.run + 1, 2), 0), state.run),
        np.where(goes, productive, state.productive | productive),
        state.seen | 1 << department,
    )
    return after, np.concatenate([cost, -cost], axis=1)
