"""What the size of a batch does: records a second at full speed, latency at a steady rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.sidecar.broker import Bench
from benchmarks.sidecar.contender import measure, sidecar_command
from benchmarks.sidecar.latency import latency

SIZES = (50, 200, 1_000, 2_500, 5_000, 10_000, 20_000)
RATE = 5_000


@dataclass(frozen=True)
class Point:
    """One batch size: records a second at full speed; milliseconds at 5,000 a second, or half of the full speed where
    that is less."""

    batch_size: int
    wall: float
    p50: float
    p99: float


def sweep(bench: Bench, seconds: float, say: Callable[[str], None]) -> list[Point]:
    points = []
    for size in SIZES:
        topics = bench.topics()
        rates = measure(bench, topics, sidecar_command(bench, topics, batch_size=size), 1.0, seconds)
        bench.delete(topics)
        rate = min(RATE, int(rates.wall / 2))
        late = latency(bench, rate, seconds, seconds, batch_size=size)
        points.append(Point(size, rates.wall, late.p50, late.p99))
        say(f"batch size {size:6,}: {rates.wall:9,.0f} records/s; at {rate:,}/s p50 {late.p50} ms, p99 {late.p99} ms")
    return points
