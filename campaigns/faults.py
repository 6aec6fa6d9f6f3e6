"""Failures injected into the Kafka client of a sidecar: every n-th transaction fails, at its offsets or its commit,
before or after the broker did it."""

from __future__ import annotations

import itertools
from typing import Any

from confluent_kafka import KafkaError, KafkaException

AT_OFFSETS, AT_COMMIT, FATAL, FATAL_AFTER = "offsets", "commit", "fatal", "fatal after the commit"
KINDS = (AT_OFFSETS, AT_COMMIT, FATAL_AFTER, AT_COMMIT, AT_OFFSETS, FATAL)


class FailingTransactions:
    """Mixed into a producer class. every: one transaction in so many fails; 0: none."""

    every = 0
    _transactions = itertools.count(1)
    _kinds = itertools.cycle(KINDS)
    _kind = ""

    def begin_transaction(self, *arguments: Any) -> None:
        self._kind = next(self._kinds) if self.every and next(self._transactions) % self.every == 0 else ""
        super().begin_transaction(*arguments)  # type: ignore[misc]

    def send_offsets_to_transaction(self, *arguments: Any) -> None:
        if self._kind == AT_OFFSETS:
            raise injected()
        super().send_offsets_to_transaction(*arguments)  # type: ignore[misc]

    def commit_transaction(self, *arguments: Any) -> None:
        kind, self._kind = self._kind, ""
        if kind == AT_COMMIT:
            raise injected()
        if kind == FATAL:
            raise injected(fatal=True)
        super().commit_transaction(*arguments)  # type: ignore[misc]
        if kind == FATAL_AFTER:
            raise injected(fatal=True)


def injected(fatal: bool = False) -> KafkaException:
    """An error as librdkafka gives it: fatal, or one after which the transaction must be aborted."""
    return KafkaException(KafkaError(KafkaError._FATAL if fatal else KafkaError._STATE, "injected by the campaign",
                                     fatal, False, not fatal))
