"""The read-process-write loop: every input record gives exactly one output, once.

One transaction a batch carries the flags, the dead letters and the input offsets, with the group's live metadata.
While one transaction is being committed, the next batch is read and scored; it is written when the one before has
ended. After every abort both are dropped and all positions go back to what the broker says was committed. Partitions
are given away only after the transaction in flight has ended.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from confluent_kafka import KafkaException, TopicPartition

from scoring.errors import RegistryError, ScoringError
from scoring.sidecar.batch import BatchResult
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.flight import Flight
from scoring.sidecar.isolation import Isolation
from scoring.sidecar.log import event
from scoring.sidecar.messages import Messages
from scoring.sidecar.metrics import Metrics
from scoring.sidecar.models import ModelSlot
from scoring.sidecar.source import Source
from scoring.sidecar.transaction import TransactionAborted
from scoring.sidecar.writer import Writer

POLL_SECONDS = 0.2
HOLD_SECONDS = (0.2, 5.0)
PAUSE_SECONDS = (0.01, 1.0)


class Loop:
    """Source → scorer → transaction, until told to stop."""

    def __init__(
        self, config: SidecarConfig, source: Source, models: ModelSlot, writer: Writer, metrics: Metrics,
        stopping: Callable[[], bool],
    ) -> None:
        self._source, self._models, self._writer = source, models, writer
        self._metrics, self._stopping = metrics, stopping
        self._isolation = Isolation(config.batch_size)
        self._committer = ThreadPoolExecutor(1, "commit")
        self._flight: Flight | None = None
        self._hold, self._pause = HOLD_SECONDS[0], PAUSE_SECONDS[0]
        source.settle = self.settle

    def run(self) -> None:
        try:
            while not self._stopping():
                self.step()
            self.settle()
        finally:
            self._committer.shutdown(wait=False)

    def step(self) -> None:
        """One batch, or one attempt at it: read and score while the transaction before is being committed, write."""
        with self._metrics.stage("consume"):
            messages = self._source.poll(POLL_SECONDS, self._limit(), self._flight)
        self._models.refresh()
        self._metrics.polled(self._source)
        if not messages or self._source.unproven(messages):
            self.settle()
        if not messages or self._source.stale:
            return
        try:
            self._begin(messages)
            result = self._score(messages)
            self.settle()
            if not self._source.stale:
                self._write(messages, result)
        except RegistryError as error:
            self.settle()
            self._wait_for_registry(error)
        except TransactionAborted as error:
            self.settle()
            self._aborted(messages, error)

    def settle(self) -> None:
        """Wait until the transaction in flight has ended; where it was aborted, positions are stale from then on."""
        flight, self._flight = self._flight, None
        if flight is None:
            return
        try:
            at = flight.committed.result()
        except TransactionAborted as error:
            self._aborted(flight.messages, error)
        else:
            self._source.advance(flight.offsets, len(flight.messages))
            self._isolation.succeeded()
            self._metrics.committed(flight.messages, flight.result, at)
            self._hold, self._pause = HOLD_SECONDS[0], PAUSE_SECONDS[0]

    def _limit(self) -> int:
        return self._source.attempts.limit(self._isolation.limit)

    def _begin(self, messages: Messages) -> None:
        try:
            self._source.begin(messages)
        except KafkaException as error:
            raise TransactionAborted(str(error.args[0])) from error

    def _score(self, messages: Messages) -> BatchResult:
        now = time.time_ns() // 1_000_000
        refused = self._isolation.refused(messages) or self._source.attempts.refused(messages)
        try:
            return self._models.scorer.process(messages, now, refused)
        except ScoringError:
            raise
        except Exception as error:
            event("scoring failed", logging.ERROR, error=repr(error), records=len(messages))
            raise TransactionAborted(repr(error), record=True) from error

    def _write(self, messages: Messages, result: BatchResult) -> None:
        """Send the outputs; their offsets and the commit follow in the committer's thread."""
        metadata = self._source.group_metadata()
        if metadata is None:
            raise TransactionAborted("not a member of the group")
        with self._metrics.stage("produce"):
            self._writer.begin(result.written)
        offsets = self._source.next_offsets(messages)
        committed = self._committer.submit(self._commit, offsets, metadata)
        self._flight = Flight(messages, result, offsets, committed)

    def _commit(self, offsets: list[TopicPartition], metadata: Any) -> float:
        with self._metrics.stage("commit"):
            self._writer.commit(offsets, metadata)
        return time.time()

    def _aborted(self, messages: Messages, error: TransactionAborted) -> None:
        """Everything goes back to the committed offsets; a pause, longer each time, unless a record is to blame."""
        self._metrics.aborted()
        self._isolation.failed(messages, error)
        self._source.rewind()
        pause = 0.0 if error.record else self._pause
        event("again", logging.WARNING, reason=str(error), seconds=pause)
        time.sleep(pause)
        self._pause = min(self._pause * 2, PAUSE_SECONDS[1]) if pause else self._pause

    def _wait_for_registry(self, error: RegistryError) -> None:
        """Stay in the group with paused partitions until it is time to try again."""
        event("waiting", logging.WARNING, reason=str(error), seconds=self._hold)
        self._metrics.waiting(str(error))
        self._source.pause()
        until = time.monotonic() + self._hold
        while time.monotonic() < until and not self._stopping():
            self._source.poll(min(POLL_SECONDS, self._hold), 1)
        self._source.rewind()
        self._source.resume()
        self._hold = min(self._hold * 2, HOLD_SECONDS[1])
