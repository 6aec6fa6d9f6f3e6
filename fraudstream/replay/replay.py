"""Files into Kafka."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from fraudstream.addresses import Addresses
from fraudstream.kafka import Options, producer, wait_kafka
from fraudstream.registry import SchemaRegistry
from fraudstream.replay.absorbed import Absorbed
from fraudstream.replay.encode import Encoder
from fraudstream.replay.feed import Feed, Sent, Window
from fraudstream.replay.in_step import InStep
from fraudstream.replay.labels import LabelQueue, read
from fraudstream.replay.mapping import load
from fraudstream.replay.rate import parse
from fraudstream.replay.rows import Transaction, rows
from fraudstream.replay.sender import LABELS, TRANSACTIONS, Sender
from fraudstream.replay.source import open_source


def replay(source: Path, addresses: Addresses, *, mapping: str = "simulator", rate: str | None = None, skip: int = 0,
           limit: int | None = None, labels: str = "all", wait: float = 10.0,
           on_total: Callable[[int | None], object] = lambda total: None,
           on_progress: Callable[[int], object] = lambda done: None,
           on_sent: Callable[[Transaction], object] | None = None, stop: Callable[[], bool] = lambda: False,
           kafka: Options | None = None, in_step: bool = False,
           on_enriched: Callable[[bytes, bytes], object] = lambda key, value: None) -> Sent:
    """Play a CSV or Parquet file (or a folder of `fraudstream simulate`) into the topics transactions and fraud_labels.

    mapping: paysim, handbook, simulator or a TOML file. rate: `500/s`, `60x` or None (as fast as it goes). labels: all,
    elapsed or none; with skip, those known before the first row sent count as sent already. on_total is told how many
    rows there will be, None when the file does not say. in_step: part after part, labels first, each awaited (see
    InStep); on_enriched then gets (transaction id, bytes) of what comes out. Raises UserError with one clear line.
    """
    wanted = load(mapping)
    pace, file = parse(rate), open_source(source, wanted.columns(), wanted.texts())
    on_total(total(file.rows, skip, limit))
    queue = LabelQueue()
    if wanted.labels and wanted.labels.file and labels != "none":
        queue = LabelQueue(read(file.path.parent / wanted.labels.file))
    with ExitStack() as stack:
        to = sender(addresses, wait, kafka)
        if in_step:
            absorbed = Absorbed(addresses, kafka, on_enriched=on_enriched)
            stack.callback(absorbed.close)
            to = InStep(to, absorbed)
        feed = Feed(to, pace, labels, Window(skip, limit), on_progress, on_sent, stop)
        return feed.run(rows(file, wanted), queue)


def sender(addresses: Addresses, wait: float = 10.0, kafka: Options | None = None) -> Sender:
    """Connected to a stack that has been deployed to; raises UserError when it does not answer within wait seconds."""
    wait_kafka(addresses.kafka, wait, kafka)
    registry = SchemaRegistry(addresses.registry)
    encoders = [Encoder.of(registry, f"{topic}-value") for topic in (TRANSACTIONS, LABELS)]
    return Sender(producer(addresses.kafka, {"delivery.report.only.error": True} | dict(kafka or {})), *encoders)


def total(known: int | None, skip: int, limit: int | None) -> int | None:
    """How many rows will be sent, as far as the file says."""
    left = None if known is None else max(0, known - skip)
    return left if limit is None else limit if left is None else min(limit, left)
