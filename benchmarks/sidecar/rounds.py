"""Contenders in turn, round by round, on the same records; medians and their ratios."""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.sidecar.broker import Bench
from benchmarks.sidecar.contender import Rates, measure
from benchmarks.sidecar.contenders import CONTENDERS

WARM_SECONDS = 2.0


def compare(bench: Bench, rounds: int, seconds: float, say: Callable[[str], None]) -> dict[str, list[Rates]]:
    """Each contender's rates, one a round."""
    rates: dict[str, list[Rates]] = {name: [] for name in CONTENDERS}
    for number in range(rounds):
        for name, command in CONTENDERS.items():
            topics = bench.topics()
            rates[name].append(measure(bench, topics, command(bench, topics), WARM_SECONDS, seconds))
            bench.delete(topics)
            last = rates[name][-1]
            say(f"round {number + 1} of {rounds}: {name:13} {last.wall:9,.0f} records/s, "
                f"{last.core:9,.0f} per core-second")
    return rates


def ratios(rates: dict[str, list[Rates]]) -> dict[str, Any]:
    """The figures of the summary: medians over the rounds and how they compare."""
    wall = {name: median(r.wall for r in found) for name, found in rates.items()}
    core = {name: median(r.core for r in found) for name, found in rates.items()}
    return {
        "wall_ratio_quixstreams": round(wall["sidecar"] / wall["quixstreams"], 2),
        "per_core_ratio_quixstreams": round(core["sidecar"] / core["quixstreams"], 2),
        "wall_ratio_sklearn_loop": round(wall["sidecar"] / wall["sklearn_loop"], 2),
        "scoring_per_s": round(wall["sidecar"]),
        "per_core_s": {name: round(rate) for name, rate in core.items()},
        "wall_per_s": {name: round(rate) for name, rate in wall.items()},
    }


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
