"""The producer side without transactions: outputs first, then offsets. A failure may write outputs twice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaException, Producer, TopicPartition

from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.kafka import idempotent_settings
from scoring.sidecar.log import LIBRARY, event
from scoring.sidecar.outputs import Outputs, send
from scoring.sidecar.transaction import CALL_TIMEOUT, RECORD_ERRORS, TransactionAborted

Commit = Callable[[list[TopicPartition]], object]


class AtLeastOnce:
    """Stands in for Transactions: nothing is lost, and what was written before a failure is written again.

    commit: commits the consumer's offsets, at once.
    """

    def __init__(
        self, config: SidecarConfig, commit: Commit, stopping: Callable[[], bool] = lambda: False,
        make_producer: Callable[[dict[str, Any]], Any] = Producer,
    ) -> None:
        self._config, self._commit, self._stopping, self._make = config, commit, stopping, make_producer
        self._errors: list[Any] = []
        self._producer = self._open()

    def begin(self, outputs: Outputs) -> None:
        """Send the outputs. TransactionAborted: rewind and do the batch again."""
        try:
            send(self._producer, outputs)
        except KafkaException as error:
            raise self._failed(error.args[0]) from error

    def commit(self, offsets: list[TopicPartition], group_metadata: Any) -> None:
        """Wait for the outputs, then commit the offsets; may be called from another thread."""
        while self._producer.flush(CALL_TIMEOUT) and not self._errors:
            if self._stopping():
                raise TransactionAborted("told to stop before the broker took the outputs")
        if self._errors:
            raise self._failed(self._errors[0])
        try:
            self._commit(offsets)
        except KafkaException as error:
            raise TransactionAborted(str(error.args[0])) from error

    def _failed(self, error: Any) -> TransactionAborted:
        """A new producer, so that nothing of the batch is sent any more."""
        event("new producer", logging.WARNING, reason=str(error))
        self._producer.purge()
        self._producer.flush(CALL_TIMEOUT)
        self._producer = self._open()
        return TransactionAborted(str(error), error.code() in RECORD_ERRORS)

    def _open(self) -> Any:
        self._errors = []
        settings = idempotent_settings(self._config, logging.getLogger(LIBRARY))
        return self._make({**settings, "on_delivery": self._delivered})

    def _delivered(self, error: Any, message: Any) -> None:
        if error is not None:
            self._errors.append(error)
