"""The online side: an embedded stack, schemas/ and sql/ deployed to it, Avro records in and Avro records out."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from fraudstream.addresses import Addresses
from fraudstream.deploy import deploy
from fraudstream.errors import UserError
from fraudstream.replay import Sent, replay
from fraudstream.replay.absorbed import LABEL_RINGS
from fraudstream.topics import Topics
from fraudstream.writer_schemas import WriterSchemas, plain_schema
from scoring.avro.wire import HEADER_SIZE

PARTIES = "counterparty_features"
KAFKA_SECONDS = 30.0
Places = dict[tuple[Any, ...], deque[int]]


@dataclass
class Online:
    """records: (transaction id, Avro bytes) of every enriched transaction, in the order they came. parties, labels:
    where in their counterparty's order each transaction (account, id) and each label (counterparty, known, verdict)
    came."""

    sent: Sent
    schema: dict[str, Any]
    records: list[tuple[bytes, bytes]] = field(default_factory=list)
    parties: Places = field(default_factory=dict)
    labels: Places = field(default_factory=dict)


def run(source: Path, mapping: str, rows: int, partitions: int | None, work: Path, schema: dict[str, Any],
        on_progress: Callable[[int], object]) -> Online:
    """Replay the first rows of a file in step through a stack that lives in `work`."""
    with _stack(work) as addresses:
        report = deploy(addresses, partitions=partitions)
        if bad := next((action for action in report.actions if not action.ok), None):
            raise UserError(f"deployment failed at {bad.kind} {bad.name}: {bad.detail}")
        records: list[tuple[bytes, bytes]] = []
        sent = replay(source, addresses, mapping=mapping, limit=rows, labels="elapsed", in_step=True,
                      on_enriched=lambda key, value: records.append((key, value)), on_progress=on_progress)
        parties = _places(addresses, PARTIES, lambda key, value: (value["ACCOUNT_ID"], value["TX"]["ID"]))
        labels = _places(addresses, LABEL_RINGS, lambda key, value: (key, *value["LABELS"][-1].values()))
        return Online(sent, schema, records, parties, labels)


@contextmanager
def _stack(work: Path) -> Iterator[Addresses]:
    from rowtime.serve import Stack

    work.mkdir(parents=True, exist_ok=True)
    with (work / "rowtime.log").open("ab") as errors, Stack(work / "rowtime", errors=errors) as stack:
        yield Addresses(stack.kafka, stack.registry, stack.ksql)


def _places(addresses: Addresses, topic: str, name: Callable[[str, dict[str, Any]], tuple[Any, ...]]) -> Places:
    """Numbers of the topic's records, ascending within a partition, by what they are about."""
    found: Places = defaultdict(deque)
    for number, (key, value) in enumerate(_records(addresses, topic)):
        found[name(key, value)].append(number)
    return found


def _records(addresses: Addresses, topic: str) -> Iterator[tuple[str, dict[str, Any]]]:
    topics, schemas = Topics(addresses, KAFKA_SECONDS), WriterSchemas(addresses.registry, plain=True)
    try:
        for key, value in topics.read(topic):
            row = schemas.decode(value)
            if key is None or row is None:
                raise UserError(f"topic {topic}: a record without key, or that its schema does not decode")
            yield key.decode(), row
    finally:
        topics.close()


def decoded(found: Online) -> Iterator[dict[str, Any]]:
    """Every record as the registered schema reads it, with its key as TRANSACTION_ID."""
    from fastavro import parse_schema, schemaless_reader

    schema: Any = parse_schema(plain_schema(found.schema))
    for key, value in found.records:
        row: Any = schemaless_reader(BytesIO(value[HEADER_SIZE:]), schema, None)
        yield {**row, "TRANSACTION_ID": key.decode()}


__all__ = ["Online", "Places", "decoded", "run"]
