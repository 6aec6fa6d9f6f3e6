"""rowtime's speed: medians of interleaved rounds, each on a stack of its own.

    python -m benchmarks.engine [--records 400000] [--workers 2] [--rounds 3] [--only filter join] [--json] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.engine.report import page
from benchmarks.engine.run import Ran, latency, start, throughput
from benchmarks.engine.whole import whole_sql
from benchmarks.engine.workload import CASES, hopping
from benchmarks.host import host

PAGE = Path("docs/speed.md")
KEYS = (1_000, 10_000, 100_000, 1_000_000)
WINDOWS = (1, 2, 4, 8)
PARTITIONS = (1, 2, 4, 8)
OTHERS = ("sql", "latency", "start", "growth")
TRANSACTIONS_TO_RECORDS = 20
"""Records of the other cases for one transaction of sql/, which is that much more work."""
Say = Callable[[str], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=400_000, help="records a run [%(default)s]")
    parser.add_argument("--keys", type=int, default=100_000, help="different keys [%(default)s]")
    parser.add_argument("--workers", type=int, default=2, help="processes of the engine [%(default)s]")
    parser.add_argument("--partitions", type=int, default=4, help="of the topics of queries and joins [%(default)s]")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each case, interleaved [%(default)s]")
    parser.add_argument("--only", nargs="*", choices=[*CASES, *OTHERS], help="not everything")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE} (needs a run of everything)")
    given = parser.parse_args()
    if given.write and given.only:
        parser.error("--write needs a run of everything: leave --only out")
    say: Say = lambda text: print(text, file=sys.stderr, flush=True)  # noqa: E731
    figures = measure(given, set(given.only or [*CASES, *OTHERS]), say)
    if given.write:
        PAGE.write_text(page(figures), encoding="utf-8")
        say(f"{PAGE} written")
    if given.json:
        print(json.dumps(figures))


def measure(given: argparse.Namespace, only: set[str], say: Say) -> dict[str, Any]:
    figures: dict[str, Any] = {"cores": os.cpu_count(), "records": given.records, "keys": given.keys,
                               "rounds": given.rounds, "workers": given.workers, "partitions": given.partitions,
                               "host": host()}
    figures["cases"] = _cases([n for n in CASES if n in only], given, say)
    if "sql" in only:
        figures["sql"] = _sql(max(given.records // TRANSACTIONS_TO_RECORDS, 1), given.rounds, given.workers, say)
    if "latency" in only:
        times = latency(1000)
        figures["latency_ms"] = {"p50": times[len(times) // 2], "p99": times[len(times) * 99 // 100]}
        say(f"one record: {figures['latency_ms']}")
    if "start" in only:
        starts = [start() for _ in range(max(given.rounds, 3))]
        figures["ready_s"], figures["idle_mb"] = (median(s[i] for s in starts) for i in (0, 1))
        say(f"ready in {figures['ready_s']:.2f} s, {figures['idle_mb']:.0f} MB idle")
    if "growth" in only:
        figures |= _growth(given.records, given.keys, say)
    return figures


def _cases(names: list[str], given: argparse.Namespace, say: Say) -> dict[str, dict[str, float]]:
    runs: dict[str, list[Ran]] = {name: [] for name in names}
    for number in range(given.rounds):
        for name in names:
            ran = throughput(CASES[name], given.records, given.keys, given.partitions, given.workers)
            runs[name].append(ran)
            cpu = " + ".join(f"{_cost([ran], i, given.records):.1f}" for i in (0, 1))
            say(f"round {number + 1}: {name} {ran.per_second:,.0f} records/s, {ran.memory_mb:.0f} MB, {cpu} µs CPU")
    return {name: {"per_second": median(r.per_second for r in ran), "memory_mb": median(r.memory_mb for r in ran),
                   "broker_us": _cost(ran, 0, given.records), "engine_us": _cost(ran, 1, given.records)}
            for name, ran in runs.items()}


def _cost(ran: Sequence[Ran], process: int, count: int) -> float:
    """Microseconds of CPU a record."""
    return median(r.cpu[process] for r in ran) / count * 1e6


def _sql(count: int, rounds: int, workers: int, say: Say) -> dict[str, float]:
    ran = []
    for number in range(rounds):
        ran.append(whole_sql(count, workers))
        say(f"round {number + 1}: sql/ {ran[-1].per_second:,.0f} transactions/s, {ran[-1].memory_mb:.0f} MB")
    return {"transactions": count, "per_second": median(r.per_second for r in ran),
            "memory_mb": median(r.memory_mb for r in ran), "broker_us": _cost(ran, 0, count),
            "engine_us": _cost(ran, 1, count)}


def _growth(count: int, keys: int, say: Say) -> dict[str, dict[str, float]]:
    """Records/s of the tumbling window, one thing changed at a time."""
    tumbling = CASES["tumbling"]

    def each(what: str, of: Iterable[int], run: Callable[[int], Ran]) -> dict[str, float]:
        found = {}
        for n in of:
            found[str(n)] = run(n).per_second
            say(f"{what} {n}: {found[str(n)]:,.0f} records/s")
        return found

    return {"by_keys": each("keys", KEYS, lambda n: throughput(tumbling, max(count, n), n)),
            "by_windows": each("windows", WINDOWS, lambda n: throughput(hopping(n), count, keys)),
            "by_partitions": each("partitions", PARTITIONS, lambda n: throughput(tumbling, count, keys, n))}


if __name__ == "__main__":
    main()
