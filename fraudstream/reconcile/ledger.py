"""Reading the topics (committed records only) and keeping the counts; the same on any stack."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from fraudstream.addresses import Addresses
from fraudstream.reconcile.books import Books, Counts, books_of
from fraudstream.reconcile.matching import HOUR_MS, JOIN, SIDECAR, SQL, Ids, Item, Positions
from fraudstream.reconcile.names import (
    DEAD_LETTERS,
    ENRICHED,
    FLAGS,
    JOINED,
    LABELLED,
    REJECTED,
    REPLAYED,
    TRANSACTIONS,
)
from fraudstream.topics import Topics
from fraudstream.writer_schemas import WriterSchemas
from scoring.sidecar.records import SOURCE_HEADER

AGAIN_SECONDS = 0.5
Only = Callable[[bytes | None], bool]
Place = tuple[int, str]


def reconcile(addresses: Addresses, *, timeout: float = 60.0, only: Only | None = None, wait: float = 0.0) -> Books:
    """Read the topics and count. `only` keeps the records whose transaction id (bytes) it accepts.

    What does not balance is looked at again until it does or `wait` seconds are over: a running stack always has some
    on the way, which the second look tells from what is lost. Raises UserError when a topic is not there or Kafka does
    not answer.
    """
    ledger, until = Ledger.of(addresses, timeout, only), time.monotonic() + wait
    try:
        while True:
            ledger.update()
            books = ledger.books()
            if books.balanced or time.monotonic() >= until:
                return books
            time.sleep(AGAIN_SECONDS)
    finally:
        ledger.close()


class Ledger:
    """Counts that update() carries on from where the last one ended. clock: seconds, for the age of what is missing."""

    def __init__(self, reader: Topics, schemas: WriterSchemas, only: Only | None = None,
                 clock: Callable[[], float] = time.monotonic):
        self.reader, self.schemas, self.only = reader, schemas, only
        self.sql, self.sidecar, self.join = Ids(SQL, clock), Positions(SIDECAR, clock), Ids(JOIN, clock)
        self.hours: dict[int, Counts] = defaultdict(Counts)
        self.reasons: Counter[str] = Counter()
        self._read: dict[str, dict[int, int]] = defaultdict(dict)
        self._look = 0

    @classmethod
    def of(cls, addresses: Addresses, timeout: float = 60.0, only: Only | None = None) -> Ledger:
        return cls(Topics(addresses, timeout), WriterSchemas(addresses.registry, plain=True), only)

    def update(self) -> None:
        """Read on to the end of every topic, what comes first first."""
        self._look += 1
        for stage in (self.sql, self.sidecar, self.join):
            stage.look = self._look
        for topic, take in ((TRANSACTIONS, self._transaction), (REJECTED, self._rejected), (ENRICHED, self._enriched),
                            (REPLAYED, self._replayed), (FLAGS, self._flag), (DEAD_LETTERS, self._dead_letter),
                            (JOINED, self._joined), (LABELLED, self._labelled)):
            if topic == REPLAYED and not self.reader.there(topic):
                continue
            for message in self._new(topic):
                take(message)

    def books(self) -> Books:
        """What the last reading saw for the first time may be on its way; after a single one everything is final."""
        for counts in self.hours.values():
            counts.on_way_sql = counts.on_way_sidecar = counts.on_way_join = 0
        for by, items in ((1, self._missing()), (-1, self._doubled())):
            for item in items:
                if not self._final(item):
                    name = f"on_way_{item.stage}"
                    setattr(self.hours[item.hour], name, getattr(self.hours[item.hour], name) + by)
        return books_of(self.hours, dict(self.reasons.most_common()), self.missing(), self.doubled())

    def missing(self) -> list[Item]:
        return [item for item in self._missing() if self._final(item)]

    def doubled(self) -> list[Item]:
        return [item for item in self._doubled() if self._final(item)]

    def _final(self, item: Item) -> bool:
        return self._look <= 1 or item.look < self._look

    def _missing(self) -> list[Item]:
        return [*self.sql.missing(), *self.sidecar.missing(), *self.join.missing()]

    def _doubled(self) -> list[Item]:
        return [*self.sql.doubled(), *self.sidecar.doubled(), *self.join.doubled()]

    def close(self) -> None:
        self.reader.close()

    def _new(self, topic: str) -> Iterator[Any]:
        positions, found = self._read[topic], self.reader.messages(topic, self._read[topic])
        message: Any
        for message in found:
            positions[message.partition()] = message.offset() + 1
            yield message

    def _mine(self, id: bytes | None) -> bool:
        return self.only is None or self.only(id)

    def _transaction(self, message: Any) -> None:
        row = self.schemas.decode(message.value())
        id = row.get("transaction_id") if row else None
        if not self._mine(None if row is None else (id or "").encode()):
            return
        hour = _hour(row.get("event_time") if row else None, message)
        self.hours[hour].produced += 1
        if row is None:
            self.hours[hour].undecodable += 1
        else:
            self.sql.want(id or "", hour, _place(message))

    def _rejected(self, message: Any) -> None:
        row = self.schemas.decode(message.value()) or {}
        id = row.get("TRANSACTION_ID") or ""
        if self._mine(id.encode()):
            hour = _hour(row.get("EVENT_TIME"), message)
            self.hours[hour].rejected += 1
            self.reasons[row.get("REASON") or "unknown"] += 1
            self.sql.got(id, hour, _place(message))

    def _enriched(self, message: Any) -> None:
        if self._mine(message.key()):
            id, hour = _id(message), _hour(None, message)
            self.hours[hour].enriched += 1
            self.sql.got(id, hour, _place(message))
            self.sidecar.want(ENRICHED, message.partition(), message.offset(), id, hour)

    def _replayed(self, message: Any) -> None:
        if self._mine(message.key()):
            hour = _hour(None, message)
            self.hours[hour].replayed += 1
            self.sidecar.want(REPLAYED, message.partition(), message.offset(), _id(message), hour)

    def _flag(self, message: Any) -> None:
        if self._mine(message.key()):
            id, hour = _id(message), _hour(None, message)
            self.hours[hour].scored += 1
            self.hours[hour].flagged += bool((self.schemas.decode(message.value()) or {}).get("is_fraud"))
            self._output(message, id, hour)
            self.join.want(id, hour, _place(message))

    def _dead_letter(self, message: Any) -> None:
        if self._mine(message.key()):
            row = self.schemas.decode(message.value()) or {}
            hour = _hour(row.get("timestamp"), message)
            self.hours[hour].dead_lettered += 1
            self._output(message, _id(message), hour)

    def _output(self, message: Any, id: str, hour: int) -> None:
        source = dict(message.headers() or []).get(SOURCE_HEADER)
        if source is not None:
            topic, partition, offset = source.decode().rsplit("/", 2)
            self.sidecar.got(topic, int(partition), int(offset), id, hour)

    def _joined(self, message: Any) -> None:
        if self._mine(message.key()):
            hour = _hour(None, message)
            self.hours[hour].joined += 1
            self.join.got(_id(message), hour, _place(message))

    def _labelled(self, message: Any) -> None:
        if self._mine(message.key()):
            self.hours[_hour(None, message)].labelled += 1


def _id(message: Any) -> str:
    return (message.key() or b"").decode(errors="replace")


def _place(message: Any) -> str:
    return f"{message.topic()}/{message.partition()}/{message.offset()}"


def _hour(time: Any, message: Any) -> int:
    """Of an event time in milliseconds where there is one, of the record's timestamp where not."""
    return int(time if isinstance(time, int) else message.timestamp()[1]) // HOUR_MS
