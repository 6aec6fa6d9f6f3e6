"""The producer side: one transaction a batch, outputs and input offsets together."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition

from scoring.errors import StopError
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.kafka import RESEND_SECONDS, producer_settings
from scoring.sidecar.log import LIBRARY, event
from scoring.sidecar.outputs import Outputs, send

CALL_TIMEOUT = 5.0
FLUSH_SECONDS = 0.001
FATAL_TIMES = 3
FATAL_SECONDS = 60.0

RECORD_ERRORS = frozenset({
    KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_MSG, KafkaError.INVALID_MSG_SIZE, KafkaError.INVALID_TIMESTAMP,
    KafkaError.RECORD_LIST_TOO_LARGE, KafkaError.INVALID_RECORD, KafkaError._INVALID_ARG, KafkaError._BAD_MSG})


class TransactionAborted(Exception):
    """Nothing of the batch was written, or nobody knows: go back to the committed offsets.

    record: True where a record of the batch is the reason, so that doing the same again cannot help.
    """

    def __init__(self, text: str, record: bool = False) -> None:
        super().__init__(text)
        self.record = record


class Transactions:
    """Writes batches exactly once.

    After an error that leaves the outcome open, the producer is made anew: its initialisation ends or aborts what
    the old one left, and the committed offsets tell which.
    """

    def __init__(
        self, config: SidecarConfig, stopping: Callable[[], bool] = lambda: False,
        make_producer: Callable[[dict[str, Any]], Any] = Producer, clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config, self._stopping, self._make, self._clock = config, stopping, make_producer, clock
        self._fatal: deque[float] = deque(maxlen=FATAL_TIMES)
        self._slow = False
        self.aborts = 0
        self._producer = self._open()

    def begin(self, outputs: Outputs) -> None:
        """Begin a transaction and send its outputs. TransactionAborted: rewind and do the batch again."""
        with self._aborting():
            self._producer.begin_transaction()
            send(self._producer, outputs)

    def commit(self, offsets: list[TopicPartition], group_metadata: Any) -> None:
        """Commit what was begun, together with the input's offsets; may be called from another thread.

        Outputs first: while the broker still ends the transaction before, librdkafka tries to add outputs again after
        20 ms, offsets only after 500 ms.

        TransactionAborted: rewind and do the batch again.
        """
        with self._aborting():
            self._flush()
            self._call(self._producer.send_offsets_to_transaction, offsets, group_metadata)
            self._call(self._producer.commit_transaction)
        self._renew_where_slow()

    def _flush(self) -> None:
        """Wait until the broker has the outputs. In short steps: librdkafka, told to report errors only, looks no more
        often than each 10 ms whether it is done."""
        deadline = self._clock() + CALL_TIMEOUT
        while self._producer.flush(FLUSH_SECONDS) and self._clock() < deadline:
            pass

    @contextmanager
    def _aborting(self) -> Iterator[None]:
        try:
            yield
        except KafkaException as error:
            self._recover(error.args[0])
            raise TransactionAborted(str(error.args[0]), error.args[0].code() in RECORD_ERRORS) from error

    def abort(self) -> None:
        """Abort the open transaction."""
        self.aborts += 1
        try:
            self._call(self._producer.abort_transaction)
        except KafkaException as error:
            self._reopen(str(error.args[0]))
        self._renew_where_slow()

    def _renew_where_slow(self) -> None:
        """After a time-out, or where librdkafka may have sent a request twice, one may still be under way: a new epoch
        keeps it out of the next transaction."""
        if self._slow:
            self._reopen("a call took long; delayed requests must not meet the next transaction")

    def _call(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Call until it succeeds; the same call again after a retriable error, and nothing else."""
        while True:
            began = self._clock()
            try:
                function(*arguments, CALL_TIMEOUT)
                self._slow |= self._clock() - began >= RESEND_SECONDS
                return
            except KafkaException as error:
                if not error.args[0].retriable() or self._stopping():
                    raise
                self._slow = True
                event("retry", logging.WARNING, call=function.__name__, error=str(error.args[0]))

    def _recover(self, error: KafkaError) -> None:
        event("abort", logging.WARNING, error=str(error), fatal=error.fatal(), code=error.name())
        if error.fatal() or error.retriable():
            self.aborts += 1
            self._reopen(str(error), fatal=error.fatal())
        else:
            self.abort()

    def _reopen(self, reason: str, fatal: bool = False) -> None:
        if fatal:
            self._count_fatal(reason)
        event("new producer", logging.WARNING, reason=reason)
        self._producer.purge()
        self._slow = False
        self._producer = self._open()

    def _count_fatal(self, reason: str) -> None:
        now = self._clock()
        self._fatal.append(now)
        if len(self._fatal) == FATAL_TIMES and now - self._fatal[0] <= FATAL_SECONDS:
            raise StopError(f"transactional.id {self._config.transactional_id} was lost {FATAL_TIMES} times within "
                            f"{FATAL_SECONDS:.0f} s ({reason}); if another instance uses it too, give each its own "
                            "instance_id")

    def _open(self) -> Any:
        producer = self._make(producer_settings(self._config, logging.getLogger(LIBRARY)))
        try:
            self._call(producer.init_transactions)
        except KafkaException as error:
            raise StopError(f"cannot begin as transactional.id {self._config.transactional_id}: "
                            f"{error.args[0].str()}") from error
        self._slow = False
        return producer
