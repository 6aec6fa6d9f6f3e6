"""The figures into docs/sidecar.md, between its two marks, and the plot beside it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.host import sentence
from benchmarks.sidecar.environment import QUIXSTREAMS
from benchmarks.sidecar.plot import svg
from benchmarks.sidecar.stream import ROOT
from benchmarks.sidecar.sweep import Point

PAGE, PLOT = ROOT / "docs" / "sidecar.md", ROOT / "docs" / "sidecar-batch.svg"
BLOCK = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)


def write(figures: Mapping[str, Any], stages: Mapping[str, float], points: Sequence[Point]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    text = "\n".join(_lines(figures, stages, points))
    PAGE.write_text(BLOCK.sub(lambda _: text, page), encoding="utf-8")
    PLOT.write_text(svg(points), encoding="utf-8")


def _lines(figures: Mapping[str, Any], stages: Mapping[str, float], points: Sequence[Point]) -> list[str]:
    names = {"sidecar": "the sidecar, exactly once", "quixstreams": f"quixstreams {QUIXSTREAMS}, exactly once",
             "sklearn_loop": "confluent-kafka and scikit-learn, at least once"}
    late, least = figures["latency_ms"], figures["latency_ms_minimal_loop"]
    total = sum(us for name, us in stages.items() if name != "commit")
    return [
        f"Measured {time.strftime('%Y-%m-%d', time.gmtime())}, medians of {figures['rounds']} interleaved rounds, two "
        f"cores that also run the broker. {sentence(figures['host'], os.cpu_count())}", "",
        "| | records/s | per core-second |", "|---|---|---|",
        *(f"| {label} | {figures['wall_per_s'][name]:,} | {figures['per_core_s'][name]:,} |"
          for name, label in names.items()), "",
        f"{figures['wall_ratio_quixstreams']} × quixstreams by the clock and {figures['per_core_ratio_quixstreams']} × "
        f"per core; {figures['wall_ratio_sklearn_loop']} × the plain loop. At 1,000 records/s a flag is committed "
        f"{late['p50']} ms (p50) and {late['p99']} ms (p99) after its record was sent; the least loop of one "
        f"transaction at a time, by hand, on the same broker: {least['p50']} and {least['p99']} ms.", "",
        "| stage | µs a record | share |", "|---|---|---|",
        *(f"| {name} | {us} | {us / total:.0%} |" if name != "commit" else f"| {name} | {us} | beside the others |"
          for name, us in stages.items()), "",
        "| batch size | records/s | p50 ms | p99 ms |", "|---|---|---|---|",
        *(f"| {p.batch_size:,} | {p.wall:,.0f} | {p.p50} | {p.p99} |" for p in points), "", ""]
