"""Drift: how far scores and features have moved from what the model was made with (population stability index)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.model.reference import Distribution, Reference
from scoring.model.transforms import Array

SAMPLED = 64
BLOCK_ROWS = 1_024
BLOCKS = 20
ENOUGH_ROWS = 1_000
FLOOR = 1e-4
SCORE = ""


def psi(expected: Array, counts: Array) -> float:
    """Σ (q − p) ln(q / p) over the bins; p: expected shares, q: shares of the counts, both at least 0.0001."""
    p, q = np.maximum(expected, FLOOR), np.maximum(counts / max(counts.sum(), 1.0), FLOOR)
    return float(np.sum((q - p) * np.log(q / p)))


class Drift:
    """Counts samples of what is scored against a reference. Safe to read from another thread.

    At most 64 rows of a batch are kept, evenly spread; they are counted 1,024 at a time, and the last 20 such blocks
    are what the figures are of.
    """

    def __init__(self, reference: Reference | None) -> None:
        self._wanted: dict[str, Distribution] = {SCORE: reference.score, **reference.features} if reference else {}
        self._lock = threading.Lock()
        self._waiting: list[dict[str, NDArray[Any]]] = []
        self._waiting_rows = 0
        self._blocks: deque[tuple[int, dict[str, Array]]] = deque(maxlen=BLOCKS)

    def add(self, columns: Mapping[str, NDArray[Any]], probability: Array) -> None:
        """A batch was scored. columns: as the Scorer took them."""
        if not self._wanted or not len(probability):
            return
        step = -(-len(probability) // SAMPLED)
        sample = {name: (columns[name] if name else probability)[::step].copy()
                  for name in self._wanted if not name or name in columns}
        with self._lock:
            self._waiting.append(sample)
            self._waiting_rows += len(sample[SCORE])
            if self._waiting_rows >= BLOCK_ROWS:
                self._blocks.append((self._waiting_rows, self._counted()))
                self._waiting, self._waiting_rows = [], 0

    def figures(self) -> tuple[int, dict[str, float]]:
        """Rows looked at, and the index of the score (under "") and of each feature; none while the rows are few."""
        with self._lock:
            blocks = [*self._blocks, (self._waiting_rows, self._counted())]
        rows = sum(count for count, _ in blocks)
        if rows < ENOUGH_ROWS:
            return rows, {}
        found = {name: [counts[name] for _, counts in blocks if name in counts] for name in self._wanted}
        return rows, {name: psi(np.array(self._wanted[name].shares), np.sum(counts, axis=0))
                      for name, counts in found.items() if counts}

    def _counted(self) -> dict[str, Array]:
        """What is waiting, by bins."""
        counts = {}
        for name, distribution in self._wanted.items():
            parts = [sample[name] for sample in self._waiting if name in sample]
            if parts:
                counts[name] = distribution.count(np.concatenate(parts))
        return counts
