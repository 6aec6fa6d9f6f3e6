"""How long no flags flow after a kill -9 and after a clean stop, with the product's own time-outs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from campaigns.arena import Arena
from campaigns.fleet import Fleet
from campaigns.run import quantile
from campaigns.traffic import Traffic
from campaigns.watch import Watcher
from scoring.sidecar.config import SidecarConfig

LIMITS = {"kill": 10.0, "clean": 3.0}
INSTANCES = 3
WAIT_SECONDS = 60.0


def measure(broker: str, count: int, seed: int, say: Callable[[str], None]) -> dict[str, object]:
    """p50, p99 and the longest of `count` gaps each; violations where a p99 is beyond its limit.

    A gap ends when every partition has the output of an input sent after the beginning.
    """
    defaults = SidecarConfig()
    with tempfile.TemporaryDirectory(prefix="campaign") as folder:
        arena = Arena(broker, Path(folder), defaults.session_timeout_ms)
        arena.new_model()
        cluster = arena.new_cluster()
        fleet = Fleet(arena, cluster, INSTANCES, ("-m", "scoring"), batch_size=defaults.batch_size, reload_seconds=10,
                      transaction_timeout_ms=defaults.transaction_timeout_ms)
        watcher, traffic = Watcher(cluster), Traffic(cluster, 100, seed)
        try:
            fleet.up()
            _wait(watcher, traffic)
            random = Random(seed)
            times = {kind: [_gap(kind, fleet, random, watcher, traffic, say) for _ in range(count)] for kind in LIMITS}
        finally:
            traffic.close()
            watcher.close()
            fleet.close()
            arena.close()
    summary = {kind: {"p50": quantile(each, 0.5), "p99": quantile(each, 0.99), "max": round(max(each), 2)}
               for kind, each in times.items()}
    wrong = [f"p99 after {kind} is {summary[kind]['p99']} s, limit {limit} s" for kind, limit in LIMITS.items()
             if summary[kind]["p99"] > limit]
    return {"broker": broker, "seed": seed, "count": count, "gap_s": summary, "violations": wrong}


def _gap(kind: str, fleet: Fleet, random: Random, watcher: Watcher, traffic: Traffic, say: Callable[[str], None]
         ) -> float:
    """One to three killed, or one stopped, and started again at once."""
    chosen = random.sample(range(INSTANCES), random.randint(1, 3) if kind == "kill" else 1)
    began = time.monotonic()
    if kind == "kill":
        fleet.kill(*chosen)
    else:
        fleet.stop(*chosen)
    fleet.up(*chosen)
    _wait(watcher, traffic)
    seconds = time.monotonic() - began
    say(f"{kind} of {chosen}: {seconds:.2f} s")
    time.sleep(random.uniform(0.5, 2.0))
    _wait(watcher, traffic)
    return seconds


def _wait(watcher: Watcher, traffic: Traffic) -> None:
    marks = dict(traffic.ends)
    watcher.wait(lambda latest: bool(latest) and all(latest.get(p, -1) >= end for p, end in marks.items()),
                 WAIT_SECONDS)
