"""Takes the place of the replay's sender: rows for the embedded engine instead of records for Kafka."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fraudstream.errors import UserError
from fraudstream.replay.rows import Label, Transaction
from fraudstream.replay.sender import Sender
from fraudstream.train.stage import Row

CHUNK = 5_000
NEVER_NULL = ("transaction_id", "event_time", "ingested_at")


class RowSender(Sender):
    """Gathers rows of the source streams; `work(transactions, labels, raw)` is called with every chunk.

    raw are (key, bytes, timestamp) of transactions that come as bytes, in a chunk of their own.
    columns, label_columns: the streams' columns, lower case, in order.
    """

    def __init__(self, columns: list[str], label_columns: list[str],
                 work: Callable[[list[Row], list[Row], list[tuple[str | None, bytes, int]]], None]):
        self.columns, self.label_columns, self.work = columns, label_columns, work
        self.transactions = self.labels = self.undecodable = 0
        self.error = None
        self._rows: list[Row] = []
        self._labels: list[Row] = []

    def transaction(self, row: Transaction) -> None:
        self.transactions += 1
        when = min(row.time, row.arrival)
        if isinstance(row.value, bytes):
            self.undecodable += 1
            self.flush()
            self.work([], [], [(row.key, row.value, when)])
            return
        self._rows.append((None if row.key is None else (row.key,), self._values(row.value), when))
        if len(self._rows) >= CHUNK:
            self.flush()

    def _values(self, value: dict[str, Any]) -> tuple[Any, ...]:
        get = value.get
        found = tuple([get(name) for name in self.columns])
        for name in NEVER_NULL:
            if get(name) is None:
                raise UserError(f"does not fit schema Transaction: no {name}: {value}")
        return found if "measures" not in value else tuple([
            [(e["name"], e["value"]) for e in v] if isinstance(v, list) else v for v in found])

    def label(self, label: Label) -> None:
        self.labels += 1
        get = label.value.get
        self._labels.append(((label.transaction_id,), tuple([get(name) for name in self.label_columns]), label.time))

    def wait(self, seconds: float) -> None:
        """Nothing is awaited."""

    def flush(self) -> None:
        if self._rows or self._labels:
            rows, labels = self._rows, self._labels
            self._rows, self._labels = [], []
            self.work(rows, labels, [])
