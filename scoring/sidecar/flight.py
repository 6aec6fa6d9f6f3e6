"""A batch whose outputs are sent and whose commit is under way."""

from __future__ import annotations

from concurrent.futures import Future, wait
from dataclasses import dataclass

from confluent_kafka import TopicPartition

from scoring.sidecar.batch import BatchResult
from scoring.sidecar.messages import Messages


@dataclass(frozen=True)
class Flight:
    """offsets: behind its messages, in each partition. committed: the commit's end, seconds since 1970, or why there
    was none."""

    messages: Messages
    result: BatchResult
    offsets: list[TopicPartition]
    committed: Future[float]

    def flying(self, seconds: float) -> bool:
        """True where the commit has not ended within so many seconds."""
        return bool(wait((self.committed,), seconds).not_done)
