"""docs/speed.md out of the figures of a run."""

from __future__ import annotations

import platform
from typing import Any

from benchmarks.engine.whole import GOAL
from benchmarks.engine.workload import CASES
from benchmarks.host import sentence

NAMES = {"filter": "projection and filter", "tumbling": "tumbling window, five functions",
         "hopping": "hopping window of 4, five functions", "join": "stream–stream join"}


def page(figures: dict[str, Any]) -> str:
    """Markdown; charts are Mermaid's."""
    lines = ["# Speed", "", f"Written by `make bench-engine ARGS=--write` on {figures['cores']} cores, Python "
             f"{platform.python_version()}. {sentence(figures['host'], figures['cores'])} Records wait in the topic, "
             "then the query is created; the clock stops when the last row can be read from disk. Avro in and out "
             f"through the Kafka protocol, {figures['keys']:,} keys; {_divided(figures)}; medians of "
             f"{figures['rounds']} interleaved rounds of {figures['records']:,} records. CPU: microseconds a record of "
             "the broker and of all the engine's processes. ksqlDB's figures were measured by themselves, on two "
             "cores, on another day; the ratio is to the middle of them.", "",
             "| query | rowtime, records/s | goal | ksqlDB 7.9.5, two cores | ratio | CPU | resident, all processes |",
             "|---|---|---|---|---|---|---|"]
    for name, found in figures["cases"].items():
        case = CASES[name]
        lines.append(f"| {NAMES[name]} | {found['per_second']:,.0f} | {case.goal:,} | {case.ksqldb or '–'} | "
                     f"{_ratio(found['per_second'], case.ksqldb)} | {_cpu(found)} | {found['memory_mb']:.0f} MB |")
    sql = figures["sql"]
    lines += [f"| the project's whole sql/, transactions/s | {sql['per_second']:,.0f} | {GOAL:,} | – | – | "
              f"{_cpu(sql)} | {sql['memory_mb']:.0f} MB |", "",
              f"sql/: {sql['transactions']:,} transactions of data/demo wait in four partitions with their labels, all "
              "queries paused; the clock runs from RESUME ALL to the last row that they come to: enriched or rejected, "
              f"by hour, by day. No sidecar. The engine has {figures['workers']} process(es)."]
    lines += ["", *_single(figures)]
    for title, axis, points in (("Cost against keys", "keys", figures["by_keys"]),
                                ("Cost against windows a record is in", "windows", figures["by_windows"]),
                                ("Cost against partitions", "partitions", figures["by_partitions"])):
        lines += ["", f"## {title}", "", *_chart(axis, points)]
    return "\n".join(lines) + "\n"


def _divided(figures: dict[str, Any]) -> str:
    """How many partitions and processes the throughput cases have."""
    partitions, workers = figures["partitions"], figures["workers"]
    return f"{partitions} partition(s), `--workers {workers}`; what follows the first table has one of each"


def _cpu(found: dict[str, float]) -> str:
    return f"{found['broker_us']:.1f} + {found['engine_us']:.1f}"


def _single(figures: dict[str, Any]) -> list[str]:
    one = figures["latency_ms"]
    return ["| | rowtime | goal | ksqlDB |", "|---|---|---|---|",
            f"| one record through one query, p50 | {one['p50']:.1f} ms | 3 ms | |",
            f"| p99 | {one['p99']:.1f} ms | 15 ms | |",
            f"| ready after start | {figures['ready_s']:.2f} s | 1.5 s | about 75 s |",
            f"| resident when idle, both processes | {figures['idle_mb']:.0f} MB | 120 MB | 0.9–1.0 GB, ksqlDB alone |"]


def _ratio(per_second: float, ksqldb: str) -> str:
    known = [float(text.replace(",", "")) for text in ksqldb.split("–") if text]
    return f"{per_second * len(known) / sum(known):.1f}" if known else "–"


def _chart(axis: str, points: dict[str, float]) -> list[str]:
    """Microseconds a record, as a table and a chart."""
    cost = {name: 1e6 / per_second for name, per_second in points.items()}
    top = max(cost.values()) * 1.2
    return [f"| {axis} | records/s | µs a record |", "|---|---|---|",
            *(f"| {int(name):,} | {points[name]:,.0f} | {cost[name]:.1f} |" for name in points), "",
            "```mermaid", "xychart-beta", f'  x-axis "{axis}" [{", ".join(cost)}]',
            f'  y-axis "µs a record" 0 --> {top:.0f}',
            f'  line [{", ".join(f"{v:.1f}" for v in cost.values())}]', "```"]
