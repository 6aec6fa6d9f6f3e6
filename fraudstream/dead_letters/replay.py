"""Replay: the original records again, each once, into a topic the sidecar reads beside its input.

A transaction carries records and marks together, so what is marked was published and nothing else was. All who replay
share a transactional.id: who starts later ends the transaction of who came before, and reads marks after that.

The input topic itself is not written: a second copy of an enriched transaction would meet its flag twice in the join.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import NewTopic

from fraudstream.addresses import Addresses
from fraudstream.dead_letters.letters import MARKS, REPLAYED_FROM, TOPIC, Filter, Headers, Letter, find, marked
from fraudstream.errors import UserError
from fraudstream.kafka import admin, producer, reader
from fraudstream.topics import Topics
from fraudstream.writer_schemas import WriterSchemas
from scoring.sidecar.config import replayed_topic
from scoring.sidecar.dead_letters import ERRORS_HEADERS, ORIGINAL
from scoring.sidecar.records import SOURCE_HEADER

TIMEOUT = 30.0
BATCH = 500


@dataclass
class Replayed:
    """found: letters meant. replayed: published and marked by this run. before: marked already. refused: id → why."""

    found: int = 0
    replayed: int = 0
    before: int = 0
    refused: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Original:
    """A record as it was read."""

    key: bytes | None
    value: bytes | None
    headers: Headers


def replay(addresses: Addresses, wanted: Filter, *, who: str, why: str = "", dry_run: bool = False, batch: int = BATCH,
           topic: str = TOPIC, on_batch: Callable[[int], object] = lambda done: None) -> Replayed:
    """Publish the original bytes of every letter meant that was not replayed before. Raises UserError."""
    marks = f"{topic}_replayed" if topic != TOPIC else MARKS
    run = _Run(addresses, who, why, marks)
    try:
        return run.go(wanted, topic, dry_run, batch, on_batch)
    except KafkaException as error:
        raise UserError(f"replay stopped: {error.args[0].str()}; what is marked in {marks} was published, the rest was "
                        "not; run it again") from None
    finally:
        run.close()


class _Run:
    def __init__(self, addresses: Addresses, who: str, why: str, marks: str):
        self.addresses, self.who, self.why, self.marks = addresses, who, why, marks
        self.reader, self.schemas = Topics(addresses, TIMEOUT), WriterSchemas(addresses.registry, plain=True)
        self.sources = _Sources(addresses)

    def go(self, wanted: Filter, topic: str, dry_run: bool, batch: int, on_batch: Callable[[int], object]) -> Replayed:
        client = None if dry_run else self._producer()
        before, done = marked(self.reader, self.marks), Replayed()
        letters = list(find(self.reader, self.schemas, wanted, topic))
        fresh = [letter for letter in letters if letter.id not in before]
        done.found, done.before = len(letters), len(letters) - len(fresh)
        self._check_targets({replayed_topic(letter.topic) for letter in fresh})
        for at in range(0, len(fresh), batch):
            ready = list(self._originals(fresh[at:at + batch], done))
            if client is not None and ready:
                self._write(client, ready)
            done.replayed += len(ready)
            on_batch(done.replayed)
        return done

    def close(self) -> None:
        self.reader.close()
        self.sources.close()

    def _check_targets(self, targets: set[str]) -> None:
        absent = [target for target in sorted(targets) if not self.reader.there(target)]
        if absent:
            raise UserError(f"topic {', '.join(absent)} is not there; `fraudstream deploy` makes it")

    def _producer(self) -> Any:
        """From here on nobody else's transaction is open."""
        client = admin(self.addresses.kafka)
        if self.marks not in client.list_topics(timeout=TIMEOUT).topics:
            new = NewTopic(self.marks, 1, config={"cleanup.policy": "compact"})
            client.create_topics([new])[self.marks].result(TIMEOUT)
        made = producer(self.addresses.kafka, {"transactional.id": f"fraudstream-{self.marks}",
                                               "transaction.timeout.ms": 60_000})
        made.init_transactions(TIMEOUT)
        return made

    def _originals(self, letters: Sequence[Letter], done: Replayed) -> Iterator[tuple[Letter, Original]]:
        for letter in letters:
            original = Original(letter.key, letter.value, letter.headers) if letter.shows == ORIGINAL \
                else self.sources.record(letter)
            if original is None:
                done.refused[letter.id] = f"its value is {letter.shows}, and {letter.source} is not there any more"
            else:
                yield letter, original

    def _write(self, client: Any, ready: list[tuple[Letter, Original]]) -> None:
        client.begin_transaction()
        when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for letter, original in ready:
            target = replayed_topic(letter.topic)
            headers = [(name, value) for name, value in original.headers if not _dropped(name)]
            client.produce(target, original.value, original.key, timestamp=letter.timestamp,
                           headers=[*headers, (REPLAYED_FROM, letter.id.encode())])
            mark = {"source": letter.source, "target": target, "who": self.who, "when": when, "why": self.why}
            client.produce(self.marks, json.dumps(mark).encode(), letter.id.encode())
            client.poll(0)
        client.commit_transaction(TIMEOUT)


def _dropped(name: str) -> bool:
    return name in (SOURCE_HEADER, REPLAYED_FROM) or name.startswith(ERRORS_HEADERS)


class _Sources:
    """Records looked up where they were read."""

    def __init__(self, addresses: Addresses):
        self.consumer = reader(addresses.kafka)

    def record(self, letter: Letter) -> Original | None:
        """None where the record is not there any more."""
        self.consumer.assign([TopicPartition(letter.topic, letter.partition, letter.offset)])
        message = self.consumer.poll(TIMEOUT)
        if message is None or message.error() is not None or message.offset() != letter.offset:
            return None
        headers: Any = message.headers() or []
        return Original(message.key(), message.value(), headers)

    def close(self) -> None:
        self.consumer.close()
