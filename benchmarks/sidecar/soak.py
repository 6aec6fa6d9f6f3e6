"""A long run: is memory flat at full speed, does a lag go away, does overload only slow it down?

    python -m benchmarks.sidecar.soak [--minutes 30] [--stop 300]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from confluent_kafka import Producer

from benchmarks.sidecar import stream
from benchmarks.sidecar.broker import Bench, Topics, bench
from benchmarks.sidecar.contender import Progress, sidecar_command
from benchmarks.sidecar.rounds import progress as say
from benchmarks.sidecar.stream import ROOT

SAMPLE_SECONDS = 10.0
KEPT = {"retention_bytes": str(1 << 30), "segment_bytes": str(64 << 20)}
"""A partition keeps this much: more than the sidecar may be behind, less than half an hour of records."""


class Feed(threading.Thread):
    """Records as fast as the broker takes them, at most `ahead` more than were processed: overload without end."""

    def __init__(self, bench: Bench, topics: Topics, progress: Progress, ahead: int) -> None:
        super().__init__(daemon=True)
        self._bench, self._topics, self._progress, self._ahead = bench, topics, progress, ahead
        self.sent, self.ending = 0, threading.Event()

    def run(self) -> None:
        producer = Producer({"bootstrap.servers": self._bench.bootstrap, "partitioner": "murmur2_random",
                             "linger.ms": 20, "queue.buffering.max.messages": 200_000})
        values = [stream.payload(stream.row(number)) for number in range(1_000)]
        while not self.ending.is_set():
            if self.sent - self._progress.committed() > self._ahead:
                time.sleep(0.1)
                continue
            for number in range(self.sent, self.sent + 20_000):
                producer.produce(self._topics.input, values[number % 1_000], b"%d" % number)
            self.sent += 20_000
            producer.flush(60)


def resident_mb(pid: int) -> float:
    """Resident memory of a process (Linux)."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) / 1024


def soak(bench: Bench, minutes: float, stop: float) -> dict[str, Any]:
    """Full speed for so long; then a stop of so many seconds with the feed running, and the time until it caught up."""
    topics = bench.topics("soak", **KEPT)
    bench.create(topics.input, **KEPT)
    watch, feeding = Progress(bench.bootstrap, topics), Progress(bench.bootstrap, topics)
    feed = Feed(bench, topics, feeding, 2_000_000)
    process = _start(bench, topics)
    feed.start()
    memory = []
    for _ in range(int(minutes * 60 / SAMPLE_SECONDS)):
        time.sleep(SAMPLE_SECONDS)
        memory.append(resident_mb(process.pid))
        say(f"{watch.committed():13,} records, {memory[-1]:.0f} MB")
    alive, done = process.poll() is None, watch.committed()
    process.terminate()
    process.wait(30)
    time.sleep(stop)
    feed.ending.set()
    feed.join(90)
    behind, began = feed.sent - watch.committed(), time.monotonic()
    process = _start(bench, topics)
    while watch.committed() < feed.sent:
        time.sleep(0.2)
    seconds = time.monotonic() - began
    process.kill()
    return {"minutes": minutes, "records": done, "alive_under_overload": alive, "memory_mb": _quarters(memory),
            "stopped_s": stop, "lag": behind, "caught_up_s": round(seconds, 1)}


def _start(bench: Bench, topics: Topics) -> subprocess.Popen[bytes]:
    return subprocess.Popen(sidecar_command(bench, topics), cwd=ROOT, stderr=subprocess.DEVNULL)


def _quarters(memory: list[float]) -> list[float]:
    """Mean of each quarter of the run."""
    size = max(1, len(memory) // 4)
    parts = [memory[at:at + size] for at in range(0, 4 * size, size)]
    return [round(sum(part) / len(part), 1) for part in parts if part]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0, help="at full speed [%(default)s]")
    parser.add_argument("--stop", type=float, default=300.0, help="seconds the sidecar is stopped [%(default)s]")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak") as folder, bench(Path(folder)) as made:
        print(json.dumps(soak(made, options.minutes, options.stop)))


if __name__ == "__main__":
    main()
