"""The sidecar against quixstreams and a plain scikit-learn loop on a real Apache Kafka; its latency at a steady rate.

    python -m benchmarks.sidecar [--rounds 5] [--seconds 8] [--json] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.host import host, sentence
from benchmarks.sidecar.broker import Bench, bench
from benchmarks.sidecar.contender import Command
from benchmarks.sidecar.contenders import minimal, sidecar
from benchmarks.sidecar.latency import latency
from benchmarks.sidecar.report import write
from benchmarks.sidecar.rounds import compare, progress, ratios
from benchmarks.sidecar.stages import stages
from benchmarks.sidecar.sweep import sweep
from campaigns.harness.kafka_server import Unavailable

RECORDS_A_SECOND = 200_000


LATENCIES: dict[str, Command] = {"sidecar": sidecar, "minimal loop": minimal}


def _latency(bench: Bench, options: argparse.Namespace, name: str, command: Command) -> dict[str, float]:
    late = latency(bench, options.rate, options.warm, options.warm, command)
    progress(f"latency at {options.rate} records/s: {name:13} p50 {late.p50} ms, p99 {late.p99} ms "
             f"of {late.flags} flags")
    return {"p50": late.p50, "p99": late.p99}


def run(bench: Bench, options: argparse.Namespace) -> dict[str, Any]:
    found = host()
    progress(sentence(found, os.cpu_count()))
    bench.fill(int(RECORDS_A_SECOND * (options.seconds + 5)))
    figures = ratios(compare(bench, options.rounds, options.seconds, progress))
    late, least = (_latency(bench, options, name, command) for name, command in LATENCIES.items())
    figures |= {"latency_ms": late, "latency_ms_minimal_loop": least, "rounds": options.rounds, "host": found}
    if options.write:
        write(figures, stages(bench, 2.0, options.seconds), sweep(bench, options.seconds, progress))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of all contenders in turn [%(default)s]")
    parser.add_argument("--seconds", type=float, default=8.0, help="measured each time [%(default)s]")
    parser.add_argument("--rate", type=int, default=1_000, help="records a second for the latency [%(default)s]")
    parser.add_argument("--warm", type=float, default=60.0, help="seconds of load before latency is measured for as "
                                                                 "long [%(default)s]")
    parser.add_argument("--write", action="store_true", help="also stages and the sweep of batch sizes, all into "
                                                             "docs/sidecar.md and its plot")
    parser.add_argument("--json", action="store_true", help="nothing on standard output but one line of JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-sidecar") as folder:
        try:
            with bench(Path(folder)) as made:
                figures = run(made, options)
        except Unavailable as error:
            raise SystemExit(f"the benchmark needs a real Kafka: {error}") from error
    print(json.dumps(figures) if options.json else json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
