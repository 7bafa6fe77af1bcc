"""How long credit takes, as ratios measured side by side in one run.

    python benchmarks/credit.py             rules and fits, over 1,000,000 touches

The first part needs no database. Its figures are medians of three interleaved rounds, in processor
seconds of the one core it uses, so that other work on the machine distorts them less.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from attribution.allocation import divide
from attribution.data_driven import Paths, removal_effects, shapley_values
from attribution.journeys import DAY, Journeys, Members, Outcomes, Touches, eligible_journeys
from attribution.weights import touch_weights, weighting

ROUNDS = 3
SHARES = {f"channel-{n}": "0.083333337" if n == 0 else "0.083333333" for n in range(12)}
RULES: dict[str, dict[str, object]] = {
    "first": {}, "last": {}, "linear": {}, "linear_paid": {"channels": {"channel-1": "Ads"}},
    "time_decay": {"half_life_days": 30}, "position": {}, "u_lead": {}, "u_even": {}, "w": {},
    "full_path": {}, "j_shaped": {}, "markov": {"shares": SHARES},
    "custom": {"first": 40, "lead": 30, "rest": 30, "kinds": {"tap": 2}},
}  # fmt: skip
PYTHON = os.environ.get("CHANNEL_ATTRIBUTION_PYTHON", "")
HEURISTIC_RULES = 3
"""First, last and linear touch: what `heuristic_models` works out in one call, as totals only."""


def synthetic(touch_count: int, deal_count: int) -> tuple[Touches, Outcomes, Members]:
    """Return touches spread at random over deals of one person each; seeded."""
    random = np.random.default_rng(2026)
    times = random.integers(0, 90 * DAY, touch_count)
    zeros = np.zeros(touch_count, np.int64)
    touches = Touches(
        person=random.integers(0, deal_count, touch_count),
        time=times,
        grade=zeros,
        priority=zeros,
        id_high=random.integers(0, 2**63, touch_count, np.uint64),
        id_low=np.arange(touch_count, dtype=np.uint64),
        click=np.full(touch_count, -1),
        kind=zeros,
        is_excluded=np.zeros(touch_count, bool),
        is_direct=random.random(touch_count) < 0.2,
        channel=random.integers(0, 12, touch_count),
        campaign=np.full(touch_count, -1),
        channel_ids=tuple(f"channel-{n}" for n in range(12)),
        campaign_ids=(),
    )
    moments = random.integers(60 * DAY, 90 * DAY, (3, deal_count))
    outcomes = Outcomes(
        time=np.full(deal_count, 90 * DAY),
        lead_time=moments[0],
        opportunity_time=moments[1],
    )
    everybody = np.arange(deal_count)
    return touches, outcomes, Members(outcome=everybody, person=everybody)


class ChannelAttribution:
    """The other tool in a process of its own, told what to do line by line."""

    def __init__(self, python: str, journeys: Path) -> None:
        script = Path(__file__).parent / "parts" / "channel_attribution.py"
        self._process = subprocess.Popen(
            [python, str(script), str(journeys)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._read("READY")

    def seconds(self, task: str) -> float:
        """Run a task; return its processor seconds and keep its shares in `shares`."""
        assert self._process.stdin
        print(task, file=self._process.stdin, flush=True)
        answer = json.loads(self._read("ANSWER "))
        self.shares: dict[str, float] = answer.get("shares", {})
        return float(answer["seconds"])

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _read(self, word: str) -> str:
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith(word):
                return line.removeprefix(word)
        raise SystemExit(f"{self._process.args} ended without an answer.")


def own_seconds(task: Callable[[], object]) -> float:
    """Return the processor seconds of one run."""
    start = time.process_time()
    task()
    return time.process_time() - start


def medians(tasks: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Return the median seconds of each task over interleaved rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            seconds[name].append(task())
    return {name: statistics.median(each) for name, each in seconds.items()}


def measure(touch_count: int, deal_count: int) -> None:
    """Print what rules and fits cost beside one sort of the touches and beside the other tool."""
    touches, outcomes, members = synthetic(touch_count, deal_count)
    random = np.random.default_rng(1)
    amounts = random.integers(0, 10_000_000, deal_count)

    def journeys() -> Journeys:
        return eligible_journeys(
            touches=touches, outcomes=outcomes, members=members, lookback_days=90
        )

    eligible = journeys()
    paths = _paths(eligible, touches, random)
    tasks: dict[str, Callable[[], float]] = {
        "one np.sort": lambda: own_seconds(lambda: np.sort(touches.time)),
        "journeys (once for all rules)": lambda: own_seconds(journeys),
    }
    for kind in RULES:
        task = _rule_task(kind, eligible, touches, outcomes, amounts)
        tasks[kind] = partial(own_seconds, task)
    for order in (1, 2, 3):
        fit = partial(removal_effects, paths, state_count=12, order=order)
        tasks[f"fit markov, order {order}"] = partial(own_seconds, fit)
    fit = partial(shapley_values, paths, state_count=12)
    tasks["fit shapley, 12 channels exact"] = partial(own_seconds, fit)
    other = _other_tool(paths, amounts[eligible.lengths > 0])
    if other:
        tasks["their heuristic_models"] = partial(other.seconds, "heuristics")
        for order in (1, 2, 3):
            tasks[f"their markov_model, order {order}"] = partial(other.seconds, f"markov {order}")
    found = medians(tasks)
    _print(found, touch_count, deal_count, int(eligible.start[-1]))
    if other:
        _print_agreement(other, paths)
        other.close()


def _rule_task(
    kind: str, eligible: Journeys, touches: Touches, outcomes: Outcomes, amounts: Any
) -> Callable[[], object]:
    """Return what dividing amount and count of every touch under a rule takes."""
    rule = weighting(kind=kind, parameters=RULES[kind])
    counts = np.full(len(amounts), 1_000_000)

    def divided() -> None:
        weights = touch_weights(
            weighting=rule, journeys=eligible, touches=touches, outcomes=outcomes
        )
        money = divide(amounts=amounts, start=eligible.start, weights=weights)
        divide(amounts=counts, start=eligible.start, weights=weights)
        assert money.sum() == amounts[eligible.lengths > 0].sum()

    return divided


def _paths(eligible: Journeys, touches: Touches, random: np.random.Generator) -> Paths:
    """Return the same journeys as paths, three of ten of which converted."""
    lengths = eligible.lengths[eligible.lengths > 0]
    converted = (random.random(len(lengths)) < 0.3).astype(np.int64)
    return Paths(
        start=np.concatenate(([0], np.cumsum(lengths))),
        state=touches.channel[eligible.touch],
        conversions=converted,
        nulls=1 - converted,
    )


def _other_tool(paths: Paths, amounts: Any) -> ChannelAttribution | None:
    """Start ChannelAttribution on the same journeys, or say how to have it."""
    if not PYTHON:
        print(
            "ChannelAttribution is not compared: name a Python that has it in "
            "CHANNEL_ATTRIBUTION_PYTHON (see benchmarks/parts/channel_attribution.py)."
        )
        return None
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        np.savez(
            file, start=paths.start, state=paths.state, amounts=amounts, channels=12,
            conversions=paths.conversions, nulls=paths.nulls,
        )  # fmt: skip
        file.flush()
        return ChannelAttribution(PYTHON, Path(file.name))


def _print(found: dict[str, float], touch_count: int, deal_count: int, eligible: int) -> None:
    print(
        f"{touch_count:,} touches over {deal_count:,} deals, {eligible:,} of them eligible; "
        f"amount and count of every touch, medians of {ROUNDS} interleaved rounds, processor time"
    )
    limit = found["one np.sort"]
    heuristics = found.get("their heuristic_models", 0)
    for name, seconds in found.items():
        told = f"{name:36} {seconds * 1000:8.1f} ms {seconds / limit:7.2f} × one np.sort"
        theirs = found.get(f"their markov_model, {name.removeprefix('fit markov, ')}")
        if name in RULES and heuristics:
            told += f"   {heuristics / HEURISTIC_RULES / seconds:6.2f} × a third of theirs"
            told += f", {heuristics / seconds:6.2f} × their one call for three rules"
        elif name.startswith("fit markov") and theirs:
            told += f"   {theirs / seconds:6.1f} × as fast as their simulation"
        print(told)


def _print_agreement(other: ChannelAttribution, paths: Paths) -> None:
    """Print how far their simulation and the closed form lie apart."""
    for order in (1, 2, 3):
        other.seconds(f"markov {order}")
        effects = removal_effects(paths, state_count=12, order=order).values
        ours = effects / effects.sum()
        apart = max(
            abs(ours[int(name.split("-")[1])] - share) for name, share in other.shares.items()
        )
        print(f"order {order}: shares differ by at most {apart * 100:.2f} percentage points")


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--touches", type=int, default=1_000_000)
    parser.add_argument("--deals", type=int, default=125_000)
    options = parser.parse_args()
    measure(options.touches, options.deals)


if __name__ == "__main__":
    main()
