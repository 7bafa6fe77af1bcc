"""ChannelAttribution's side of the credit benchmark, run by a Python that has it installed.

    python benchmarks/parts/channel_attribution.py JOURNEYS.npz

It is an outside tool in a virtual environment of its own, and no dependency of Textrail:

    python3 -m venv ca && ca/bin/pip install channelattribution==2.2.5 matplotlib

Reads journeys, writes them as the path strings the tool takes, and then answers each line it is
told (`heuristics`, `markov 1`, …) with one line of JSON: processor seconds and shares.
"""

import json
import sys
import time

import ChannelAttribution  # type: ignore[import-not-found]
import numpy as np
import pandas as pd  # type: ignore[import-not-found]


def frame(path: str) -> "pd.DataFrame":
    """Return one row for each journey: its path, its amount, whether it converted."""
    stored = np.load(path)
    names = np.array([f"channel-{n}" for n in range(int(stored["channels"]))])
    states = np.split(stored["state"], stored["start"][1:-1])
    return pd.DataFrame(
        {
            "path": [" > ".join(names[each]) for each in states],
            "one": 1,
            "value": stored["amounts"] / 100,
            "converted": stored["conversions"],
            "null": stored["nulls"],
        }
    )


def run(task: str, data: "pd.DataFrame") -> dict[str, object]:
    """Run a task once and return its processor seconds and, for Markov, the shares it found."""
    start = time.process_time()
    if task == "heuristics":
        ChannelAttribution.heuristic_models(data, "path", "one", var_value="value", flg_pro=False)
        return {"seconds": time.process_time() - start}
    found = ChannelAttribution.markov_model(
        data, "path", "converted", var_null="null", order=int(task.split()[1]),
        verbose=False, flg_pro=False,
    )  # fmt: skip
    seconds = time.process_time() - start
    total = found["total_conversions"].sum()
    shares = dict(zip(found["channel_name"], found["total_conversions"] / total, strict=True))
    return {"seconds": seconds, "shares": shares}


def main() -> None:
    """Read the journeys, say that they are ready, and answer until there is nothing more to do."""
    data = frame(sys.argv[1])
    print("READY", flush=True)
    for line in sys.stdin:
        print(f"ANSWER {json.dumps(run(line.strip(), data))}", flush=True)


if __name__ == "__main__":
    main()
