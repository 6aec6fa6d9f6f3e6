"""Connections to Kafka with confluent-kafka, set up in one place; SASL and TLS as the environment says."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka import KafkaError as LibraryError
from confluent_kafka.admin import AdminClient

from fraudstream.errors import UserError
from scoring.security import kafka_security

_REFUSED = (LibraryError._AUTHENTICATION, LibraryError._SSL)
Options = Mapping[str, Any]


class KafkaError(UserError):
    """Kafka could not be reached or refused something."""


def admin(bootstrap: str, options: Options | None = None) -> AdminClient:
    return AdminClient(_settings(bootstrap, options))


def producer(bootstrap: str, options: Options | None = None) -> Producer:
    """Idempotent, places keys where ksqlDB and Kafka Streams do (murmur2), batches for throughput."""
    settings = {"enable.idempotence": True, "partitioner": "murmur2_random", "linger.ms": 5, "compression.type": "lz4",
                "batch.num.messages": 10_000, "queue.buffering.max.messages": 200_000}
    return Producer(settings | _settings(bootstrap, options))


def reader(bootstrap: str, options: Options | None = None) -> Consumer:
    """A consumer for reading whole topics by assignment: committed records only, no group, end of partition told."""
    settings = {"group.id": "fraudstream-reader", "enable.auto.commit": False, "enable.partition.eof": True,
                "auto.offset.reset": "earliest", "isolation.level": "read_committed"}
    return Consumer(settings | _settings(bootstrap, options))


def wait_kafka(bootstrap: str, timeout: float, options: Options | None = None,
               clock: Callable[[], float] = time.monotonic) -> None:
    """Return when a broker answers; raises KafkaError when none does within timeout seconds."""
    said: list[Any] = []
    client, until = admin(bootstrap, {**(options or {}), "error_cb": said.append}), clock() + timeout
    while True:
        try:
            client.list_topics(timeout=max(0.1, min(2.0, until - clock())))
            return
        except KafkaException as error:
            client.poll(0)
            refused = [event.str() for event in said if event.code() in _REFUSED]
            if refused:
                raise KafkaError(f"Kafka at {bootstrap} refuses the connection: {refused[-1]}") from error
            if clock() >= until:
                message = f"no Kafka answers at {bootstrap} after {timeout:g} s: is the stack running?"
                raise KafkaError(message) from error


def _settings(bootstrap: str, options: Options | None) -> dict[str, Any]:
    quiet = {"bootstrap.servers": bootstrap, "log_level": 2, "error_cb": lambda error: None}
    return quiet | kafka_security() | dict(options or {})
