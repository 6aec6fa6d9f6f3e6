"""Do the books balance? Counts over the topics, and the transactions that are missing or doubled, by id.

    produced = undecodable + rejected + enriched
    enriched = scored + dead_lettered
    scored   = joined

Read from the topics themselves (read_committed, from the first record to the end), so it is the same on any stack.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from io import BytesIO
from typing import Any

from fraudstream.addresses import Addresses
from fraudstream.errors import UserError
from fraudstream.registry import SchemaRegistry

TRANSACTIONS = "transactions"
REJECTED = "transactions_rejected"
ENRICHED = "transactions_enriched"
FLAGS = "fraud_flags"
DEAD_LETTERS = "fraud_dead_letters"
JOINED = "transactions_scored"
LABELLED = "transactions_labelled"
TOPICS = (TRANSACTIONS, REJECTED, ENRICHED, FLAGS, DEAD_LETTERS, JOINED, LABELLED)
SHOWN = 10
CONNECT_SECONDS = 5.0


@dataclass(slots=True)
class Books:
    """Record counts; `missing` and `duplicated` count transaction ids between enriched, flags and the join."""

    produced: int = 0
    undecodable: int = 0
    rejected: int = 0
    enriched: int = 0
    scored: int = 0
    dead_lettered: int = 0
    flagged: int = 0
    joined: int = 0
    labelled: int = 0
    missing: int = 0
    duplicated: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)

    @property
    def balanced(self) -> bool:
        return not self.problems()

    def problems(self) -> list[str]:
        """One line for each equation that does not hold."""
        found = []
        if self.produced != self.undecodable + self.rejected + self.enriched:
            found.append(f"produced {self.produced} is not undecodable {self.undecodable} + rejected {self.rejected} "
                         f"+ enriched {self.enriched}")
        if self.enriched != self.scored + self.dead_lettered:
            found.append(f"enriched {self.enriched} is not scored {self.scored} + dead-lettered {self.dead_lettered}")
        if self.scored != self.joined:
            found.append(f"scored {self.scored} is not joined {self.joined}")
        if self.missing or self.duplicated:
            found.append(f"{self.missing} transactions missing and {self.duplicated} doubled, such as "
                         f"{', '.join(self.examples[:SHOWN])}")
        return found

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def reconcile(addresses: Addresses, *, timeout: float = 60.0,
              only: Callable[[bytes | None], bool] | None = None) -> Books:
    """Read the topics and count. `only` keeps the records whose transaction id (bytes) it accepts.

    Raises UserError when a topic is not there or Kafka does not answer.
    """
    reader = _Topics(addresses, timeout)
    schemas = _WriterSchemas(addresses.registry)
    books = Books()
    try:
        _count_inputs(reader, schemas, books, only)
        ids = {topic: _ids(reader, schemas, topic, books, only) for topic in (ENRICHED, FLAGS, JOINED)}
        dead = _ids(reader, schemas, DEAD_LETTERS, books, only)
        books.labelled = sum(1 for key, _ in reader.read(LABELLED) if only is None or only(key))
    finally:
        reader.close()
    books.enriched, books.scored, books.joined = (sum(ids[t].values()) for t in (ENRICHED, FLAGS, JOINED))
    books.dead_lettered = sum(dead.values())
    _compare(ids[ENRICHED], ids[FLAGS] + dead, books)
    _compare(ids[FLAGS], ids[JOINED], books)
    return books


def _count_inputs(reader: _Topics, schemas: _WriterSchemas, books: Books,
                  only: Callable[[bytes | None], bool] | None) -> None:
    for _, value in reader.read(TRANSACTIONS):
        row = schemas.decode(value)
        if only is not None and (row is None or not only((row.get("transaction_id") or "").encode())):
            continue
        books.produced += 1
        books.undecodable += row is None
    reasons: Counter[str] = Counter()
    for _, value in reader.read(REJECTED):
        row = schemas.decode(value) or {}
        if only is None or only((row.get("TRANSACTION_ID") or "").encode()):
            reasons[row.get("REASON") or "unknown"] += 1
    books.rejected, books.reasons = sum(reasons.values()), dict(reasons.most_common())


def _ids(reader: _Topics, schemas: _WriterSchemas, topic: str, books: Books,
         only: Callable[[bytes | None], bool] | None) -> Counter[bytes | None]:
    found: Counter[bytes | None] = Counter()
    for key, value in reader.read(topic):
        if only is not None and not only(key):
            continue
        found[key] += 1
        if topic == FLAGS:
            books.flagged += bool((schemas.decode(value) or {}).get("is_fraud"))
    return found


def _compare(wanted: Counter[bytes | None], got: Counter[bytes | None], books: Books) -> None:
    missing, extra = wanted - got, got - wanted
    books.missing += sum(missing.values())
    books.duplicated += sum(extra.values())
    examples = [*missing, *extra][:SHOWN]
    books.examples += [e.decode(errors="replace") if e else "a record without key" for e in examples]


class _Topics:
    """Reads whole topics, committed records only."""

    def __init__(self, addresses: Addresses, timeout: float):
        from fraudstream.kafka import reader, wait_kafka

        wait_kafka(addresses.kafka, min(timeout, CONNECT_SECONDS))
        self.kafka = addresses.kafka
        self.consumer = reader(addresses.kafka, {"fetch.wait.max.ms": 50})
        self.timeout = timeout

    def read(self, topic: str) -> Iterator[tuple[bytes | None, bytes | None]]:
        """(key, value) of every record up to the end of each partition."""
        from confluent_kafka import KafkaError, TopicPartition

        open_partitions = set(self._partitions(topic))
        self.consumer.assign([TopicPartition(topic, p, 0) for p in open_partitions])
        while open_partitions:
            messages = self.consumer.consume(10_000, timeout=0.2) or self.consumer.consume(1, timeout=self.timeout)
            if not messages:
                raise UserError(f"topic {topic}: Kafka sent nothing for {self.timeout:.0f} s")
            for message in messages:
                error = message.error()
                if error is None:
                    yield message.key(), message.value()
                elif error.code() == KafkaError._PARTITION_EOF:
                    open_partitions.discard(message.partition())
                else:
                    raise UserError(f"topic {topic}: {error.str()}")

    def _partitions(self, topic: str) -> list[int]:
        from confluent_kafka import KafkaException

        try:
            found = self.consumer.list_topics(topic, timeout=self.timeout).topics[topic]
        except KafkaException as error:
            raise UserError(f"no Kafka answers at {self.kafka}: {error.args[0].str()}") from None
        if found.error is not None:
            raise UserError(f"topic {topic}: {found.error.str()}; has `fraudstream deploy` been run?")
        return list(found.partitions)

    def close(self) -> None:
        self.consumer.close()


class _WriterSchemas:
    """Decodes Confluent Avro by the registry's schemas; what does not decode is None."""

    def __init__(self, registry: str):
        from fastavro import schemaless_reader

        self.registry, self.read = SchemaRegistry(registry), schemaless_reader
        self.known: dict[int, Any] = {}

    def decode(self, value: bytes | None) -> dict[str, Any] | None:
        if value is None or len(value) < 5 or value[0] != 0:
            return None
        schema = self._schema(int.from_bytes(value[1:5], "big"))
        if schema is None:
            return None
        try:
            row = self.read(BytesIO(value[5:]), schema, None)
        except (EOFError, ValueError, IndexError, UnicodeDecodeError, OverflowError):
            return None
        return row if isinstance(row, dict) else None

    def _schema(self, schema_id: int) -> Any:
        from fastavro import parse_schema

        if schema_id not in self.known:
            found = self.registry.schema(schema_id)
            self.known[schema_id] = None if found is None else parse_schema(found)
        return self.known[schema_id]
