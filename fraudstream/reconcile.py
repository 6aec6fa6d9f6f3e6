"""Do the books balance? Counts over the topics, and the transactions that are missing or doubled, by id.

    produced = undecodable + rejected + enriched
    enriched = scored + dead_lettered
    scored   = joined

Read from the topics themselves (read_committed, from the first record to the end), so it is the same on any stack.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from fraudstream.addresses import Addresses
from fraudstream.topics import Topics
from fraudstream.writer_schemas import WriterSchemas

TRANSACTIONS = "transactions"
REJECTED = "transactions_rejected"
ENRICHED = "transactions_enriched"
FLAGS = "fraud_flags"
DEAD_LETTERS = "fraud_dead_letters"
JOINED = "transactions_scored"
LABELLED = "transactions_labelled"
TOPICS = (TRANSACTIONS, REJECTED, ENRICHED, FLAGS, DEAD_LETTERS, JOINED, LABELLED)
SHOWN = 10


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
    reader = Topics(addresses, timeout)
    schemas = WriterSchemas(addresses.registry)
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


def _count_inputs(reader: Topics, schemas: WriterSchemas, books: Books,
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


def _ids(reader: Topics, schemas: WriterSchemas, topic: str, books: Books,
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
