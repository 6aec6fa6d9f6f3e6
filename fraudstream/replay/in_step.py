"""Labels and transactions in step: however fast a history is replayed, no label comes too late to count."""

from __future__ import annotations

from typing import Any

from fraudstream.replay.absorbed import Absorbed
from fraudstream.replay.rows import Label, Transaction
from fraudstream.replay.sender import Sender

ROWS = 5_000


class InStep(Sender):
    """Sends parts of 5,000 transactions: the labels that came meanwhile, then, once the stack has worked these in, the
    transactions, and waits for them too. That is the order in which `fraudstream train` works."""

    def __init__(self, inner: Sender, absorbed: Absorbed, rows: int = ROWS):
        self.inner, self.absorbed, self.rows = inner, absorbed, rows
        self.transactions = self.labels = self.undecodable = 0
        self.error = None
        self._rows: list[Transaction] = []
        self._labels: list[Label] = []

    def transaction(self, row: Transaction) -> None:
        self.transactions += 1
        if isinstance(row.value, bytes):
            self.undecodable += 1
            self.flush()
            self.inner.transaction(row)
            return
        self._rows.append(row)
        if len(self._rows) >= self.rows:
            self.flush()

    def label(self, label: Label) -> None:
        self.labels += 1
        self._labels.append(label)

    def wait(self, seconds: float) -> None:
        self.inner.wait(seconds)

    def flush(self) -> None:
        rows, labels = self._taken()
        for label in labels:
            self.inner.label(label)
        self.inner.flush()
        self.absorbed.labels(self.inner.labels)
        for row in rows:
            self.inner.transaction(row)
        self.inner.flush()
        self.absorbed.transactions(self.inner.transactions - self.inner.undecodable)

    def _taken(self) -> tuple[list[Transaction], list[Any]]:
        rows, labels = self._rows, self._labels
        self._rows, self._labels = [], []
        return rows, labels
