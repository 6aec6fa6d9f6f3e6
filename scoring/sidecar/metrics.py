"""Counters, gauges and histograms of the sidecar, in Prometheus' text format."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from scoring.sidecar.batch import BatchResult
from scoring.sidecar.records import Message

# Every metric: name without prefix, type, labels, help. The prefix is fraudstream_sidecar_.
TABLE = (
    ("records_total", "counter", "", "Input records whose transaction was committed"),
    ("scored_total", "counter", "", "Records that got a flag"),
    ("flagged_total", "counter", "", "Flags whose decision is fraud"),
    ("dead_letters_total", "counter", "reason", "Records written to the dead-letter topic"),
    ("batches_total", "counter", "", "Transactions committed"),
    ("aborts_total", "counter", "", "Transactions aborted or of unknown outcome; their batch is done again"),
    ("reloads_total", "counter", "result", "Model files taken (ok) or refused (refused)"),
    ("batch_records", "histogram", "", "Records in a batch"),
    ("stage_seconds", "histogram", "stage", "Time of a batch in each stage: score, produce, commit"),
    ("latency_seconds", "histogram", "", "From a record's INGESTED_AT to the commit of its flag"),
    ("lag_records", "gauge", "topic,partition", "Records between the position and the end of an owned partition"),
    ("owned_partitions", "gauge", "", "Partitions this instance owns"),
    ("ready", "gauge", "", "1 while partitions are owned and nothing holds them up"),
    ("model_info", "gauge", "version,hash", "1 for the model in use"),
    ("start_time_seconds", "gauge", "", "Start of the process, seconds since 1970"),
)
LAG_SECONDS = 1.0
PREFIX = "fraudstream_sidecar_"
BUCKETS = {
    "batch_records": (1, 10, 100, 500, 1_000, 2_000, 5_000, 10_000),
    "stage_seconds": (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    "latency_seconds": (0.005, 0.01, 0.015, 0.025, 0.06, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0),
}

Labels = tuple[tuple[str, str], ...]


class Metrics:
    """What /metrics shows; also the state behind /readyz. Safe to read from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[tuple[str, Labels], float] = defaultdict(float)
        self._buckets: dict[tuple[str, Labels], list[int]] = {}
        self._held = "starting"
        self._lag_at = 0.0
        self.set("start_time_seconds", time.time())

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        with self._lock:
            self._values[name, _labels(labels)] += amount

    def set(self, name: str, value: float, **labels: str) -> None:
        with self._lock:
            self._values[name, _labels(labels)] = value

    def value(self, name: str, **labels: str) -> float:
        with self._lock:
            return self._values.get((name, _labels(labels)), 0.0)

    def observe(self, name: str, value: float, count: int = 1, **labels: str) -> None:
        """Count `count` observations of one value."""
        bounds, key = BUCKETS[name], _labels(labels)
        with self._lock:
            buckets = self._buckets.setdefault((name, key), [0] * (len(bounds) + 1))
            buckets[next((i for i, bound in enumerate(bounds) if value <= bound), len(bounds))] += count
            self._values[name + "_sum", key] += value * count

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.observe("stage_seconds", time.perf_counter() - begin, stage=name)

    def committed(self, messages: Sequence[Message], result: BatchResult, at: float) -> None:
        """A batch's transaction was committed, `at` in seconds since 1970."""
        self.add("records_total", len(messages))
        self.add("scored_total", result.scored)
        self.add("flagged_total", result.flagged)
        self.add("batches_total")
        for reason, count in result.rejected.items():
            self.add("dead_letters_total", count, reason=reason)
        self.observe("batch_records", len(messages))
        for ingested in result.ingested[:: max(1, len(result.ingested) // 100)]:
            self.observe("latency_seconds", max(at - ingested / 1000, 0.0))
        self._held = ""

    def aborted(self) -> None:
        self.add("aborts_total")

    def waiting(self, reason: str) -> None:
        """Nothing is processed, for this reason."""
        self._held = reason

    def polled(self, source: Any) -> None:
        """The consumer was polled: positions and lag are up to date."""
        self.set("owned_partitions", len(source.positions))
        if time.monotonic() - self._lag_at > LAG_SECONDS:
            self._lag_at = time.monotonic()
            self.lag(source.lag())
        if source.positions and self._held == "starting":
            self._held = ""

    def lag(self, lag: dict[tuple[str, int], int]) -> None:
        with self._lock:
            for key in [key for key in self._values if key[0] == "lag_records"]:
                del self._values[key]
        for (topic, partition), records in lag.items():
            self.set("lag_records", records, topic=topic, partition=str(partition))

    def model(self, version: str, hash: str) -> None:
        """This model is in use from now on."""
        with self._lock:
            for key in [key for key in self._values if key[0] == "model_info"]:
                del self._values[key]
        self.set("model_info", 1, version=version, hash=hash)

    @property
    def not_ready(self) -> str:
        """Why the sidecar is not ready; empty where it is."""
        return self._held or ("" if self.value("owned_partitions") else "no partition is assigned")

    def text(self) -> str:
        """Everything in Prometheus' text format 0.0.4."""
        self.set("ready", 0 if self.not_ready else 1)
        with self._lock:
            values, buckets = dict(self._values), {key: list(counts) for key, counts in self._buckets.items()}
        lines: list[str] = []
        for name, kind, _, help in TABLE:
            lines += [f"# HELP {PREFIX}{name} {help}", f"# TYPE {PREFIX}{name} {kind}"]
            lines += _histogram(name, values, buckets) if kind == "histogram" else _plain(name, values)
        return "\n".join(lines) + "\n"


def _labels(labels: dict[str, str]) -> Labels:
    return tuple(labels.items())


def _plain(name: str, values: dict[tuple[str, Labels], float]) -> list[str]:
    return [f"{PREFIX}{name}{_shown(labels)} {value:.17g}" for (key, labels), value in values.items() if key == name]


def _histogram(
    name: str, values: dict[tuple[str, Labels], float], buckets: dict[tuple[str, Labels], list[int]]
) -> list[str]:
    lines = []
    for (key, labels), counts in buckets.items():
        if key != name:
            continue
        total = 0
        for bound, count in zip([*map(str, BUCKETS[name]), "+Inf"], counts, strict=True):
            total += count
            lines.append(f"{PREFIX}{name}_bucket{_shown((*labels, ('le', bound)))} {total}")
        lines.append(f"{PREFIX}{name}_sum{_shown(labels)} {values[name + '_sum', labels]:.17g}")
        lines.append(f"{PREFIX}{name}_count{_shown(labels)} {total}")
    return lines


def _shown(labels: Labels) -> str:
    if not labels:
        return ""
    escaped = [(k, v.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")) for k, v in labels]
    return "{" + ",".join(f'{key}="{value}"' for key, value in escaped) + "}"
