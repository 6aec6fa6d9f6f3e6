"""Counters, gauges and histograms of the sidecar, in Prometheus' text format."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence, Sized
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.model.model import Model
from scoring.sidecar.batch import BatchResult
from scoring.sidecar.drift import Drift
from scoring.sidecar.metric_table import BOUNDS, PREFIX, TABLE

LAG_SECONDS = 1.0

Labels = tuple[tuple[str, str], ...]


class Metrics:
    """What /metrics shows; also the state behind /readyz. Safe to read from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[tuple[str, Labels], float] = defaultdict(float)
        self._buckets: dict[tuple[str, Labels], NDArray[np.int64]] = {}
        self._drift = Drift(None)
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

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Count one observation."""
        self.observe_all(name, np.array([value]), **labels)

    def observe_all(self, name: str, values: NDArray[Any], **labels: str) -> None:
        """Count many observations at once. values: (n,)."""
        bounds, key = BOUNDS[name], _labels(labels)
        counts = np.bincount(np.searchsorted(bounds, values, side="left"), minlength=len(bounds) + 1)
        with self._lock:
            known = self._buckets.get((name, key))
            self._buckets[name, key] = counts if known is None else known + counts
            self._values[name + "_sum", key] += float(values.sum())

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.observe("stage_seconds", time.perf_counter() - begin, stage=name)

    def committed(self, messages: Sized, result: BatchResult, at: float | None = None) -> None:
        """A batch's transaction was committed, `at` in seconds since 1970 (now, where not given)."""
        self.add("records_total", len(messages))
        self.add("scored_total", result.scored)
        self.add("flagged_total", result.flagged)
        self.add("batches_total")
        for reason, count in result.rejected.items():
            self.add("dead_letters_total", count, reason=reason)
        for version, count in result.shadowed.items():
            self.add("shadow_flags_total", count, version=version)
        self.observe("batch_records", len(messages))
        for stage, seconds in result.seconds.items():
            self.observe("stage_seconds", seconds, stage=stage)
        for columns, probability in result.samples:
            self.observe_all("scores", probability)
            self._drift.add(columns, probability)
        if result.ingested:
            late = (time.time() if at is None else at) - np.concatenate(result.ingested) / 1000
            self.observe_all("latency_seconds", np.maximum(late, 0.0))
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
            self._forget("lag_records")
        for (topic, partition), records in lag.items():
            self.set("lag_records", records, topic=topic, partition=str(partition))

    def models(self, champion: Model, challengers: Sequence[Model] = ()) -> None:
        """These models are in use from now on; drift is counted anew."""
        self._drift = Drift(champion.reference)
        with self._lock:
            self._forget("model_info")
        for role, models in (("champion", [champion]), ("challenger", challengers)):
            for model in models:
                self.set("model_info", 1, role=role, version=model.version, hash=model.hash)

    def _forget(self, name: str) -> None:
        for key in [key for key in self._values if key[0] == name]:
            del self._values[key]

    def _show_drift(self) -> None:
        rows, figures = self._drift.figures()
        self.set("drift_rows", rows)
        with self._lock:
            self._forget("drift_feature_psi")
            self._forget("drift_score_psi")
        for name, index in figures.items():
            if name:
                self.set("drift_feature_psi", index, feature=name)
            else:
                self.set("drift_score_psi", index)

    @property
    def not_ready(self) -> str:
        """Why the sidecar is not ready; empty where it is."""
        return self._held or ("" if self.value("owned_partitions") else "no partition is assigned")

    def text(self) -> str:
        """Everything in Prometheus' text format 0.0.4."""
        self.set("ready", 0 if self.not_ready else 1)
        self._show_drift()
        with self._lock:
            values, buckets = dict(self._values), {key: counts.tolist() for key, counts in self._buckets.items()}
        lines: list[str] = []
        for name, kind, _, help, _ in TABLE:
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
        for bound, count in zip([*map(str, BOUNDS[name]), "+Inf"], counts, strict=True):
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
