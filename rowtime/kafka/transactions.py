"""The transaction coordinator: transactional ids, their producer ids and epochs, and the end of transactions.

The state of a transactional id changes only by `kafka.transaction` events, each the whole new state. The end of a
transaction is one frame: a marker in every partition and the new state, so there is nothing to resume after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from rowtime.kafka.clock import Clock, Timer
from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.log.batch import control_batch
from rowtime.log.errors import StorageFull

EMPTY, ONGOING, COMMITTED, ABORTED = "Empty", "Ongoing", "CompleteCommit", "CompleteAbort"
MAX_EPOCH = 32767
NO_EPOCH = -1
_BLOCK = 1000
_RETRY_MS = 1000


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transactional id as it is now; `started` is wall-clock ms, `timeout` ms.

    `previous` is the (producer id, epoch) that the last InitProducerId replaced: its repetition gets the same answer.
    """

    transactional_id: str
    producer_id: int
    epoch: int
    timeout: int
    status: str = EMPTY
    previous: tuple[int, int] = (-1, NO_EPOCH)
    partitions: tuple[tuple[str, int], ...] = ()
    groups: tuple[str, ...] = ()
    started: int = -1

    @classmethod
    def from_event(cls, payload: dict[str, Any]) -> Transaction:
        """The inverse of `event`, whose tuples may have become lists."""
        partitions = tuple((topic, partition) for topic, partition in payload["partitions"])
        groups, previous = tuple(payload["groups"]), tuple(payload["previous"])
        return cls(**{**payload, "partitions": partitions, "groups": groups, "previous": previous})

    def event(self) -> dict[str, Any]:
        """JSON-able payload of `kafka.transaction`."""
        return asdict(self)


Commit = Callable[[list[tuple[str, int, bytes]], list[tuple[str, dict[str, Any]]]], None]
"""Appends (topic, partition, batch) and events (kind, payload) as one frame."""


class Transactions:
    """All transactional ids, and the producer ids handed out."""

    def __init__(self, clock: Clock, commit: Commit, exists: Callable[[str, int], bool], max_timeout: int):
        self._clock, self._commit, self._exists, self._max_timeout = clock, commit, exists, max_timeout
        self._by_id: dict[str, Transaction] = {}
        self._by_producer: dict[int, str] = {}
        self._timers: dict[str, Timer] = {}
        self._next = self._reserved = 0
        self._live = False

    # events

    def on_transaction(self, payload: dict[str, Any]) -> Transaction:
        """Event kafka.transaction."""
        transaction = Transaction.from_event(payload)
        known = self._by_id.get(transaction.transactional_id)
        if known is not None and known.producer_id != transaction.producer_id:
            self._by_producer.pop(known.producer_id, None)
        self._by_id[transaction.transactional_id] = transaction
        self._by_producer[transaction.producer_id] = transaction.transactional_id
        if self._live:
            self._set_timer(transaction)
        return transaction

    def on_producer_ids(self, payload: dict[str, Any]) -> None:
        """Event kafka.producer_ids: ids below `reserved` may have been handed out."""
        self._reserved = payload["reserved"]
        if not self._live:
            self._next = self._reserved

    def start(self) -> None:
        """Recovery is over: time-outs of open transactions run on from when they were started."""
        self._live = True
        for transaction in self._by_id.values():
            self._set_timer(transaction)

    # requests

    def of(self, transactional_id: str) -> Transaction | None:
        return self._by_id.get(transactional_id)

    def all(self) -> Iterable[Transaction]:
        return self._by_id.values()

    def open_producers(self) -> set[int]:
        """Producer ids with a transaction open."""
        return {transaction.producer_id for transaction in self._by_id.values() if transaction.status == ONGOING}

    def new_producer_id(self) -> int:
        """Never handed out before, also not before a crash."""
        if self._next >= self._reserved:
            self._commit([], [("kafka.producer_ids", {"reserved": self._next + _BLOCK})])
        self._next += 1
        return self._next - 1

    def init(self, transactional_id: str, timeout: int, producer_id: int, epoch: int) -> tuple[int, int]:
        """InitProducerId: (producer id, epoch) to write with; an open transaction is aborted first."""
        if not 0 < timeout <= self._max_timeout:
            raise KafkaError(ErrorCode.invalid_transaction_timeout)
        known = self._by_id.get(transactional_id)
        if known is None:
            if producer_id >= 0:
                raise KafkaError(ErrorCode.invalid_producer_id_mapping)
            return self._store(Transaction(transactional_id, self.new_producer_id(), 0, timeout))
        if producer_id >= 0 and (producer_id, epoch) != (known.producer_id, known.epoch):
            if (producer_id, epoch) == known.previous:
                return known.producer_id, known.epoch
            raise KafkaError(ErrorCode.producer_fenced)
        given = (producer_id, epoch) if producer_id >= 0 else (-1, NO_EPOCH)
        if known.status == ONGOING:
            known = self._end(known, commit=False, epoch=known.epoch + 1)
            if known.epoch < MAX_EPOCH:
                return self._store(replace(known, timeout=timeout, status=EMPTY, previous=given))
        if known.epoch >= MAX_EPOCH - 1:
            fresh = self.new_producer_id()
            return self._store(Transaction(transactional_id, fresh, 0, timeout, previous=given))
        return self._store(replace(known, epoch=known.epoch + 1, timeout=timeout, status=EMPTY, previous=given))

    def _store(self, transaction: Transaction) -> tuple[int, int]:
        self._commit([], [("kafka.transaction", transaction.event())])
        return transaction.producer_id, transaction.epoch

    def add(
        self, known: Transaction, partitions: Iterable[tuple[str, int]] = (), groups: Iterable[str] = ()
    ) -> None:
        """Partitions and groups join the transaction, which begins with the first of them."""
        fresh = known.status != ONGOING
        base = replace(known, status=ONGOING, started=self._clock.wall(), partitions=(), groups=()) if fresh else known
        wanted = replace(
            base,
            partitions=tuple(dict.fromkeys((*base.partitions, *partitions))),
            groups=tuple(dict.fromkeys((*base.groups, *groups))),
        )
        if wanted != known:
            self._commit([], [("kafka.transaction", wanted.event())])

    def current(self, transactional_id: str, producer_id: int, epoch: int) -> Transaction:
        """The state, for the producer that owns it; refused for any other."""
        known = self._by_id.get(transactional_id)
        if known is None or known.producer_id != producer_id:
            raise KafkaError(ErrorCode.invalid_producer_id_mapping)
        if known.epoch != epoch:
            raise KafkaError(ErrorCode.producer_fenced)
        return known

    def end(self, known: Transaction, commit: bool) -> None:
        """EndTxn; repeating the same end is answered as the first."""
        if known.status == ONGOING:
            self._end(known, commit, known.epoch)
        elif known.status != (COMMITTED if commit else ABORTED):
            raise KafkaError(ErrorCode.invalid_txn_state)

    def _end(self, known: Transaction, commit: bool, epoch: int) -> Transaction:
        marker = control_batch(known.producer_id, epoch, commit, self._clock.wall())
        appends = [(topic, number, marker) for topic, number in known.partitions if self._exists(topic, number)]
        status = COMMITTED if commit else ABORTED
        done = replace(known, status=status, epoch=epoch, partitions=(), groups=(), started=-1)
        self._commit(appends, [("kafka.transaction", done.event())])
        return done

    def check_write(self, producer_id: int, epoch: int, topic: str, partition: int, transactional: bool) -> None:
        """Refuse a batch that is not part of its producer's open transaction."""
        known = self._by_id.get(self._by_producer.get(producer_id, ""))
        if known is None:
            if transactional:
                raise KafkaError(ErrorCode.invalid_producer_id_mapping)
            return
        if epoch != known.epoch:
            raise KafkaError(ErrorCode.invalid_producer_epoch)
        if not transactional or known.status != ONGOING or (topic, partition) not in known.partitions:
            raise KafkaError(ErrorCode.invalid_txn_state)

    # time-outs

    def _set_timer(self, transaction: Transaction) -> None:
        name = transaction.transactional_id
        if transaction.status != ONGOING:
            timer = self._timers.pop(name, None)
            if timer is not None:
                timer.cancel()
        elif name not in self._timers:
            elapsed = max(0, self._clock.wall() - transaction.started)
            self._timers[name] = self._clock.call_later(transaction.timeout - elapsed, lambda: self._expire(name))

    def _expire(self, name: str) -> None:
        self._timers.pop(name, None)
        known = self._by_id[name]
        if known.status != ONGOING:
            return
        try:
            self._end(known, commit=False, epoch=known.epoch + 1)
        except StorageFull:
            self._timers[name] = self._clock.call_later(_RETRY_MS, lambda: self._expire(name))

    def close(self) -> None:
        """Stop all timers."""
        self._live = False
        for timer in self._timers.values():
            timer.cancel()
