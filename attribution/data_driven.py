"""Shares fitted from journeys: Markov removal effect and Shapley value. Pure NumPy.

A journey is a path through states (channels or campaigns) that begins at a start and ends in a
conversion or in nothing. Both methods ask the same question of the same absorbing chain: how
often would people still convert if some states led to nothing instead?

- **Removal effect** (Anderl, Becker, von Wangenheim, Schumann: Mapping the customer journey,
  IJRM 33, 2016): 1 - P(conversion without the state) / P(conversion). Order k looks at the
  last k states, as ChannelAttribution's `markov_model` does: a shorter journey is one state.
- **Shapley value** (Shapley 1953; for such chains Singal, Besbes, Desir, Goyal, Iyengar: Shapley
  meets uniform, WWW 2019) of the game in which a coalition of states is worth P(conversion) with
  all other states led to nothing. Exact up to 12 states; beyond, the mean of seeded permutations
  and their mirror images, with its standard error.

Shares are the effects' proportions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import factorial

import numpy as np
from numpy.typing import NDArray

from attribution.allocation import divide
from attribution.weights import SHARE_UNITS

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

EXACT_STATES = 12
"""Up to so many states every coalition is looked at; beyond, permutations are sampled."""

MOST_SHAPLEY_STATES = 60
PERMUTATION_PAIRS = 500
SEED = 2026
_DENSE_STATES = 600
_STILL_UNDER_WAY = 1e-14
_MOST_STEPS = 100_000
_LARGEST_TABLE = 2**23
_EFFECT_BITS = 45


class NotFittableError(ValueError):
    """The journeys say nothing about how credit should be shared; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Journeys of one or more states: `state[start[i]:start[i + 1]]`, earliest first.

    `conversions` and `nulls` say how many took path `i` and converted, and did not.
    """

    start: Ints
    state: Ints
    conversions: Ints
    nulls: Ints


@dataclass(frozen=True, slots=True)
class Effects:
    """What each state is worth, on any scale, from 0. `errors`: standard errors where sampled."""

    values: Floats
    conversion_rate: float
    errors: Floats | None = None


@dataclass(frozen=True)
class _Chain:
    """An absorbing chain. `holds[c]` names the states that channel `c` is part of."""

    first: Floats
    source: Ints
    target: Ints
    flow: Floats
    converts: Floats
    holds: Flags

    @cached_property
    def matrix(self) -> Floats:
        """Return the probabilities of going from one state to another as a table."""
        table = np.zeros((len(self.first), len(self.first)))
        table[self.source, self.target] = self.flow
        return table


def removal_effects(paths: Paths, *, state_count: int, order: int = 1) -> Effects:
    """Return by what part conversions fall when a state leads to nothing.

    Raises:
        NotFittableError: no path converts, or paths are endless.
    """
    chain = _chain(paths, state_count, order)
    solve = _solved if len(chain.first) <= _DENSE_STATES else _walked
    rate, lost = solve(chain)
    if rate <= 0:
        raise NotFittableError("None of the journeys led to a conversion.")
    return Effects(values=np.clip(lost / rate, 0, 1), conversion_rate=rate)


def shapley_values(paths: Paths, *, state_count: int, seed: int = SEED) -> Effects:
    """Return each state's mean contribution to the rate of conversion over all coalitions.

    The values sum to the rate of conversion.

    Raises:
        NotFittableError: no path converts, or there are more states than can be sampled.
    """
    if state_count > MOST_SHAPLEY_STATES:
        raise NotFittableError(
            f"There are {state_count} different ones; a Shapley value is fitted for at most "
            f"{MOST_SHAPLEY_STATES}. Fit by channel, or use a Markov rule."
        )
    chain = _chain(paths, state_count, 1)
    rate = float(_coalitions(chain, np.ones((1, state_count), bool))[0])
    if rate <= 0:
        raise NotFittableError("None of the journeys led to a conversion.")
    if state_count <= EXACT_STATES:
        return Effects(values=_exact_shapley(chain, state_count), conversion_rate=rate)
    values, errors = _sampled_shapley(chain, state_count, seed)
    return Effects(values=values, conversion_rate=rate, errors=errors)


def exact_shares(values: Floats) -> list[Decimal]:
    """Return the proportions of values as decimals of nine places that sum to exactly 1."""
    scaled = np.rint(values / values.max() * 2.0**_EFFECT_BITS).astype(np.int64)
    parts = divide(
        amounts=np.array([SHARE_UNITS]), start=np.array([0, len(values)]), weights=scaled
    )
    return [Decimal(part).scaleb(-9) for part in parts.tolist()]


def _chain(paths: Paths, state_count: int, order: int) -> _Chain:
    """Count the steps between windows of `order` states and make them probabilities.

    A step is `order + 1` states in a row, so steps are counted without writing windows down.
    """
    lengths = np.diff(paths.start)
    if (lengths < 1).any():
        raise NotFittableError("A journey without any touch cannot be learned from.")
    taken = paths.conversions + paths.nulls
    volume = None if (taken == 1).all() else taken
    steps, counts = _steps(paths, state_count, order, volume)
    source, target = steps // state_count, steps % state_count**order
    # A step from a window to itself changes no chance of reaching another, so it is left out
    moves = source != target
    source, target, counts = source[moves], target[moves], counts[moves]
    size = state_count**order + (state_count + 1) ** order
    at_end = paths.start[1:] - np.minimum(lengths, order)
    ends = _windows(paths, at_end, lengths, state_count, order)
    begins = _windows(paths, paths.start[:-1], lengths, state_count, order)
    last, ending = _tally(ends, volume, size)
    winning, wins = _tally(ends, paths.conversions, size)
    opening, openings = _tally(begins, volume, size)
    known = np.unique(np.concatenate((source, target, opening, last)))
    place = np.searchsorted(known, source)
    leaving = np.bincount(place, counts, len(known)).astype(np.float64)
    leaving[np.searchsorted(known, last)] += ending
    leaving[leaving == 0] = 1
    first, converts = np.zeros(len(known)), np.zeros(len(known))
    first[np.searchsorted(known, opening)] = openings / openings.sum()
    converts[np.searchsorted(known, winning)] = wins
    return _Chain(
        first=first,
        source=place,
        target=np.searchsorted(known, target),
        flow=counts / leaving[place],
        converts=converts / leaving,
        holds=_holds(known, state_count, order),
    )


def _steps(paths: Paths, state_count: int, order: int, volume: Ints | None) -> tuple[Ints, Floats]:
    """Return the different runs of `order + 1` states and how often each was taken.

    `volume` is how many took each path; None: one each.
    A run is written in base `state_count`. Small whole numbers make this five times as fast.
    """
    size = state_count ** (order + 1)
    small = np.min_scalar_type(size)
    states = paths.state.astype(small)
    runs = states[: len(states) - order]
    for step in range(1, order + 1):
        runs = runs * small.type(state_count) + states[step : len(states) - order + step]
    for step in range(order):
        crossing = paths.start[1:] - 1 - step
        runs[crossing[(crossing >= 0) & (crossing < len(runs))]] = size
    each = None
    if volume is not None:
        each = np.repeat(volume, np.diff(paths.start))[: len(runs)]
    known, counts = _tally(runs, each, size + 1)
    return known[known < size], counts[known < size]


def _windows(paths: Paths, at: Ints, lengths: Ints, state_count: int, order: int) -> Ints:
    """Return the window that begins at a place of each path, as a code.

    Windows of `order` states are written in base `state_count`. Those of shorter paths come
    after them, in base `state_count + 1` with zeros at the end and states counted from 1.
    """
    if order == 1:
        return paths.state[at]
    padded = np.append(paths.state, np.zeros(order, np.int64))
    codes = np.zeros(len(at), np.int64)
    for step in range(order):
        codes = codes * state_count + padded[at + step]
    short = np.flatnonzero(lengths < order)
    part = np.zeros(len(short), np.int64)
    for step in range(order):
        state = np.where(step < lengths[short], padded[at[short] + step] + 1, 0)
        part = part * (state_count + 1) + state
    codes[short] = state_count**order + part
    return codes


def _holds(codes: Ints, state_count: int, order: int) -> Flags:
    """Return for every state which windows it is part of."""
    is_whole = codes < state_count**order
    digits = np.empty((order, len(codes)), np.int64)
    whole, part = codes, codes - state_count**order
    for step in range(order - 1, -1, -1):
        digits[step] = np.where(is_whole, whole % state_count, part % (state_count + 1) - 1)
        whole, part = whole // state_count, part // (state_count + 1)
    return np.array([(digits == state).any(axis=0) for state in range(state_count)])


def _tally(keys: Ints, weights: Ints | None, size: int) -> tuple[Ints, Floats]:
    """Return the different keys below `size`, in order, and the sum of weights of each."""
    if size <= _LARGEST_TABLE:
        sums = np.bincount(keys, weights, minlength=size)
        known = np.flatnonzero(sums)
        return known, sums[known].astype(np.float64)
    known, place = np.unique(keys, return_inverse=True)
    return known.astype(np.int64), np.bincount(place, weights).astype(np.float64)


def _solved(chain: _Chain) -> tuple[float, Floats]:
    """Return P(conversion) and how much of it passes each state, in closed form.

    With the fundamental matrix N = (I - Q)^-1 (Kemeny and Snell, Finite Markov chains, 1960) the
    chance to enter a set of windows S at each of them is the row of expected visits to S, times
    the inverse of N within S: one linear solve for each state.
    """
    fundamental = np.linalg.inv(np.eye(len(chain.first)) - chain.matrix)
    reach, visits = fundamental @ chain.converts, chain.first @ fundamental
    lost = np.zeros(len(chain.holds))
    for state, held in enumerate(chain.holds):
        entered = np.linalg.solve(fundamental[np.ix_(held, held)], reach[held])
        lost[state] = visits[held] @ entered
    return float(chain.first @ reach), lost


def _walked(chain: _Chain) -> tuple[float, Floats]:
    """Return the same for many windows, by letting everybody walk until all have arrived.

    Whoever is still under way could all convert, so their number bounds the error.
    """
    by_target = np.argsort(chain.target, kind="stable")
    source, flow = chain.source[by_target], chain.flow[by_target]
    goals, begins = np.unique(chain.target[by_target], return_index=True)
    keeps = ~np.vstack((np.zeros(len(chain.first), bool), chain.holds))
    walking = chain.first * keeps
    reached = walking @ chain.converts
    for _ in range(_MOST_STEPS):
        arrived = np.zeros_like(walking)
        if len(goals):
            arrived[:, goals] = np.add.reduceat(walking[:, source] * flow, begins, axis=1)
        walking = arrived * keeps
        reached += walking @ chain.converts
        if walking.sum(axis=1).max() < _STILL_UNDER_WAY:
            return float(reached[0]), reached[0] - reached[1:]
    raise NotFittableError("The journeys are too long for this order; choose a lower one.")


def _coalitions(chain: _Chain, members: Flags) -> Floats:
    """Return P(conversion) of coalitions, one in each row: who is not a member leads to nothing."""
    held = members @ chain.holds
    table = np.eye(len(chain.first)) - chain.matrix * held[:, :, None] * held[:, None, :]
    found = np.linalg.solve(table, (held * chain.converts)[..., None])[..., 0]
    value: Floats = ((held * chain.first) * found).sum(axis=1)
    return value


def _exact_shapley(chain: _Chain, count: int) -> Floats:
    """Return the mean of every state's contributions over all coalitions."""
    sets = np.arange(2**count)
    members = (sets[:, None] >> np.arange(count) & 1).astype(bool)
    worth = _coalitions(chain, members)
    sizes = members.sum(axis=1)
    chance = np.array(
        [factorial(n) * factorial(count - n - 1) / factorial(count) for n in range(count)]
    )
    values = np.zeros(count)
    for state in range(count):
        without = sets[~members[:, state]]
        gains = worth[without + (1 << state)] - worth[without]
        values[state] = gains @ chance[sizes[without]]
    return np.maximum(values, 0)


def _sampled_shapley(chain: _Chain, count: int, seed: int) -> tuple[Floats, Floats]:
    """Return the mean contribution over permutations and its standard error.

    Each permutation is also read backwards: what comes early in one comes late in the other, so
    that a pair varies less than two permutations would.
    """
    random = np.random.default_rng(seed)
    pairs = np.zeros((PERMUTATION_PAIRS, count))
    for pair in range(PERMUTATION_PAIRS):
        order = random.permutation(count)
        for way in (order, order[::-1]):
            pairs[pair] += _gains(chain, way) / 2
    errors = pairs.std(axis=0, ddof=1) / np.sqrt(PERMUTATION_PAIRS)
    return np.maximum(pairs.mean(axis=0), 0), errors


def _gains(chain: _Chain, order: Sequence[int] | Ints) -> Floats:
    """Return what each state adds when states join in an order."""
    rank = np.argsort(order)
    members = rank[None, :] < np.arange(len(rank) + 1)[:, None]
    gains = np.diff(_coalitions(chain, members))
    return gains[rank]
