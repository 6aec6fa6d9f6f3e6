"""The loop that both replay and live simulation run: pace, labels when they are due, counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from fraudstream.errors import UserError
from fraudstream.replay.labels import LabelQueue
from fraudstream.replay.rate import UNLIMITED, Pace, Rate
from fraudstream.replay.rows import Rows, Transaction
from fraudstream.replay.sender import Sender

LABELS = ("all", "elapsed", "none")
_STEP = 0.1
_REPORT_EVERY = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """What went out; undecodable is part of transactions. last_time: ms, arrival of the last transaction."""

    transactions: int
    labels: int
    undecodable: int
    seconds: float
    last_time: int

    @property
    def per_second(self) -> float:
        return self.transactions / self.seconds if self.seconds else 0.0

    def __str__(self) -> str:
        undecodable = f" ({self.undecodable} of them undecodable)" if self.undecodable else ""
        return (f"{self.transactions:,} transactions{undecodable} and {self.labels:,} labels in {self.seconds:.1f} s, "
                f"{self.per_second:,.0f} tx/s")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"per_second": round(self.per_second, 1)}


@dataclass(slots=True)
class Window:
    """Which part of the rows: `limit` of them after `skip`. Labels known before the first sent row count as sent."""

    skip: int = 0
    limit: int | None = None


@dataclass(slots=True)
class Feed:
    """Sends rows. labels: all (those not yet due follow at the end), elapsed (they are left out) or none.

    on_progress is told the number of transactions done; on_sent each transaction as it is handed to Kafka; stop ends
    the run early when it gives True.
    """

    sender: Sender
    rate: Rate = UNLIMITED
    labels: str = "all"
    window: Window = None  # type: ignore[assignment]
    on_progress: Callable[[int], object] = lambda done: None
    on_sent: Callable[[Transaction], object] | None = None
    stop: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.window = self.window or Window()
        if self.labels not in LABELS:
            raise UserError(f"labels {self.labels!r}: one of {', '.join(LABELS)}")

    def run(self, batches: Iterable[Rows], queue: LabelQueue) -> Sent:
        """Send all rows of the window, then wait until Kafka has them."""
        begun, pace = self.clock(), Pace(self.rate, self.clock)
        last, newest, number = 0, 0, 0
        for transactions, labels in batches:
            if self.labels != "none":
                queue.add(labels)
            for row in transactions:
                number += 1
                if number <= self.window.skip:
                    last, newest = row.arrival, max(newest, min(row.time, row.arrival))
                    continue
                if self._full() or self.stop():
                    return self._end(queue, begun, last, newest)
                self._one(row, queue, pace, last)
                last, newest = row.arrival, max(newest, min(row.time, row.arrival))
        return self._end(queue, begun, last, newest)

    def _full(self) -> bool:
        return self.window.limit is not None and self.sender.transactions >= self.window.limit

    def _one(self, row: Transaction, queue: LabelQueue, pace: Pace, before: int) -> None:
        if not self.sender.transactions:
            for _ in queue.due(before):  # sent by the run that sent the rows skipped here
                continue
        if self.labels != "none":
            for label in queue.due(row.arrival):
                self.sender.label(label)
        if not self.rate.unlimited and not self._wait(pace.due(row.arrival)):
            return
        self.sender.transaction(row)
        if self.on_sent:
            self.on_sent(row)
        if self.sender.transactions % _REPORT_EVERY == 0 or not self.rate.unlimited:
            self.sender.wait(0)
            self.on_progress(self.sender.transactions)

    def _wait(self, due: float) -> bool:
        """Let time pass until `due`; whether the run goes on."""
        while (seconds := due - self.clock()) > 0.0005:
            self.sender.wait(min(seconds, _STEP))
            if self.stop():
                return False
        return True

    def _end(self, queue: LabelQueue, begun: float, last: int, newest: int) -> Sent:
        if self.labels == "all":
            for label in queue.due(2**62):
                if label.value["event_time"] <= newest:
                    self.sender.label(label)
        self.sender.flush()
        self.on_progress(self.sender.transactions)
        return Sent(self.sender.transactions, self.sender.labels, self.sender.undecodable, self.clock() - begun, last)
