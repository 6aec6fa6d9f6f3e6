"""Labels follow: each is let go once the replay's time has passed the moment at which it became known."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudstream.errors import UserError
from fraudstream.replay.clock import timestamps
from fraudstream.replay.rows import Label
from fraudstream.replay.source import open_source

_FIELDS = ("transaction_id", "event_time", "labelled_at", "is_fraud", "account_id", "counterparty_id", "fraud_kind")
_TIMES = ("event_time", "labelled_at")


class LabelQueue:
    """Labels by the time they are known, from a sorted file and from what is added."""

    def __init__(self, stream: Iterable[Label] = ()):
        self.stream = iter(stream)
        self.head = next(self.stream, None)
        self.heap: list[tuple[int, int, Label]] = []
        self.added = 0

    def add(self, labels: list[Label]) -> None:
        for label in labels:
            self.added += 1
            heapq.heappush(self.heap, (label.time, self.added, label))

    def due(self, time: int) -> Iterator[Label]:
        """Those known at `time` (ms), each once, in order within the file and within what was added."""
        while self.head is not None and self.head.time <= time:
            yield self.head
            self.head = next(self.stream, None)
        while self.heap and self.heap[0][0] <= time:
            yield heapq.heappop(self.heap)[2]


def read(file: Path) -> Iterator[Label]:
    """Labels of a file; raises UserError when they are not sorted by labelled_at."""
    source, last, number = open_source(file, _FIELDS), 0, 0
    for batch in source.batches():
        columns = _columns(batch, file)
        for values in zip(*columns.values(), strict=True):
            row: dict[str, Any] = dict(zip(_FIELDS, values, strict=True))
            number += 1
            if row["labelled_at"] < last:
                raise UserError(f"{file}: row {number}: labels must be sorted by labelled_at")
            last = row["labelled_at"]
            yield Label(row.pop("transaction_id"), last, row)


def _columns(batch: pa.RecordBatch, file: Path) -> dict[str, list[Any]]:
    try:
        return {name: timestamps(batch.column(name)).tolist() if name in _TIMES else batch.column(name).to_pylist()
                for name in _FIELDS}
    except pa.ArrowInvalid as error:
        raise UserError(f"{file}: event_time or labelled_at {error}") from None
