"""An input that ends the process: counted beside the committed offset, isolated at the third attempt.

Before the first batch after an assignment, the offset is committed again with the number of attempts; the batch's own
transaction sets it back to 0. Whoever starts and finds two attempts works record by record; at the third, the record
the offset points at becomes a dead letter unread. Only a record worked on alone is counted a third time: a batch of
several may have ended the process by the record of another partition.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from confluent_kafka import TopicPartition

from scoring.sidecar.log import event
from scoring.sidecar.messages import Messages
from scoring.sidecar.note import OffsetNote
from scoring.sidecar.records import Position, Rejection

CAREFUL_AT = 2
REFUSED_AT = 3
CRASHED = "ends the process"


class Attempts:
    """Counts for the partitions owned. commit: commits offsets with their metadata, at once."""

    def __init__(self, batch_size: int, commit: Callable[[list[TopicPartition]], object]) -> None:
        self._batch_size, self._commit = batch_size, commit
        self._counts: dict[Position, int] = {}
        self._begun: set[Position] = set()
        self._refused: set[Position] = set()
        self._careful = 0
        self.topic_id = ""

    def assigned(self, position: Position, offset: int, attempts: int) -> None:
        """A partition was assigned, to begin at `offset`, where `attempts` were begun before."""
        self._counts[position] = attempts
        if attempts >= CAREFUL_AT:
            self._careful = self._batch_size
            event("careful", logging.WARNING, partition="/".join(map(str, position)), offset=offset, attempts=attempts)
        if attempts >= REFUSED_AT:
            self._refused.add(position)

    def limit(self, limit: int) -> int:
        """How many records the next batch may have."""
        return 1 if self._careful else limit

    def refused(self, messages: Messages) -> Rejection | None:
        """Why this batch, a single record, must not be touched."""
        if len(messages) > 1 or (messages[0].topic(), messages[0].partition()) not in self._refused:
            return None
        return Rejection(CRASHED, f"the process ended {REFUSED_AT} times while it worked on this record", "Crash")

    def unproven(self, messages: Messages) -> bool:
        """True where the batch touches a partition in which nothing was committed since it was assigned."""
        return bool(self._counts) and not self._counts.keys().isdisjoint(messages.positions)

    def begin(self, messages: Messages, offsets: dict[Position, int]) -> None:
        """Work on a batch begins: say so durably, for partitions where nothing was committed yet."""
        if not self.unproven(messages):
            return
        unproven = [position for position in messages.positions if position in self._counts]
        self._begun.update(unproven)
        most = REFUSED_AT if len(messages) == 1 else CAREFUL_AT
        self._commit([self._mark(p, offsets[p], min(self._counts[p] + 1, most)) for p in unproven])

    def ended(self, touched: Iterable[Position], records: int) -> None:
        """A batch's transaction was committed, and set the count to 0 in the partitions it touched."""
        self._careful = max(0, self._careful - records)
        for position in touched:
            self.forget([position])
            if self._careful:
                self._counts[position] = REFUSED_AT - 1

    def given_up(self, offsets: dict[Position, int]) -> None:
        """Partitions leave in good order, at these offsets: what was begun there did not end the process."""
        back = [position for position in offsets if position in self._begun]
        if back:
            self._begun.difference_update(back)
            self._commit([self._mark(position, offsets[position], 0) for position in back])

    def forget(self, partitions: Iterable[Position]) -> None:
        """Partitions are no longer owned, or have moved on."""
        for position in partitions:
            self._counts.pop(position, None)
            self._begun.discard(position)
            self._refused.discard(position)

    def _mark(self, position: Position, offset: int, attempts: int) -> TopicPartition:
        return TopicPartition(*position, offset, metadata=str(OffsetNote(self.topic_id, attempts)))
