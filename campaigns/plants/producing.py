"""Planted bugs at the producer. Each class is mixed into the client's own; LIVE holds this process' consumer."""

from __future__ import annotations

import uuid
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer

LIVE: dict[str, Any] = {}
MEMORY: dict[tuple[str, int], int] = {}
SOURCE = "source.position"
NAMES = ("value", "key", "partition", "callback", "on_delivery", "timestamp", "headers")
"""Arguments of produce after the topic, in their order."""


class Reachable:
    """Mixed into the consumer: it can be reached from the producer."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        LIVE["consumer"] = self


class Named:
    """Arguments of produce by name, however they were given; goes before a plant."""

    def produce(self, topic: str, *arguments: Any, **options: Any) -> None:
        super().produce(topic, **dict(zip(NAMES, arguments, strict=False)), **options)  # type: ignore[misc]


class OffsetsFirst:
    def begin_transaction(self, *arguments: Any) -> None:
        _commit(_read())
        super().begin_transaction(*arguments)  # type: ignore[misc]

    def send_offsets_to_transaction(self, *arguments: Any) -> None:
        """Done."""


class OffsetsLater:
    """With the next batch."""

    _later: Any = ()

    def begin_transaction(self, *arguments: Any) -> None:
        _commit(self._later)
        self._later = _read()
        super().begin_transaction(*arguments)  # type: ignore[misc]

    def send_offsets_to_transaction(self, *arguments: Any) -> None:
        """With the next batch."""


def _read() -> Any:
    """The offsets behind what was read."""
    consumer = LIVE["consumer"]
    return [each for each in consumer.position(consumer.assignment()) if each.offset >= 0]


def _commit(offsets: Any) -> None:
    if offsets:
        LIVE["consumer"].commit(offsets=offsets, asynchronous=False)


class RandomId:
    """With a long transaction time-out: nobody ends what a killed instance has begun for two minutes."""

    def __init__(self, settings: dict[str, Any], **options: Any) -> None:
        own = f"{settings.get('transactional.id')}-{uuid.uuid4()}"
        super().__init__({**settings, "transactional.id": own, "transaction.timeout.ms": 120_000}, **options)  # type: ignore[call-arg]


class NoGroupMetadata:
    def __init__(self, settings: dict[str, Any], **options: Any) -> None:
        super().__init__(settings, **options)  # type: ignore[call-arg]
        group = str(settings["transactional.id"]).rsplit("-", 1)[0]
        self._stranger = Consumer({"bootstrap.servers": settings["bootstrap.servers"], "group.id": group,
                                   "log_level": 0})

    def send_offsets_to_transaction(self, offsets: Any, metadata: Any, *rest: Any) -> None:
        super().send_offsets_to_transaction(offsets, self._stranger.consumer_group_metadata(), *rest)  # type: ignore[misc]


class Remembering:
    """Remembers the offsets of the last commit that was answered."""

    _sent: Any = ()

    def send_offsets_to_transaction(self, offsets: Any, *rest: Any) -> None:
        super().send_offsets_to_transaction(offsets, *rest)  # type: ignore[misc]
        self._sent = offsets

    def commit_transaction(self, *arguments: Any) -> None:
        super().commit_transaction(*arguments)  # type: ignore[misc]
        MEMORY.update({(each.topic, each.partition): each.offset for each in self._sent})


class PoisonDropped:
    def produce(self, topic: str, *arguments: Any, **options: Any) -> None:
        if not topic.endswith(".dead"):
            super().produce(topic, *arguments, **options)  # type: ignore[misc]


class TwiceOnRetry:
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._batch: list[Any] = []

    def begin_transaction(self, *arguments: Any) -> None:
        self._batch = []
        super().begin_transaction(*arguments)  # type: ignore[misc]

    def produce(self, *arguments: Any, **options: Any) -> None:
        self._batch.append((arguments, options))
        super().produce(*arguments, **options)  # type: ignore[misc]

    def abort_transaction(self, *arguments: Any) -> None:
        super().abort_transaction(*arguments)  # type: ignore[misc]
        Producer.begin_transaction(self)  # type: ignore[arg-type]
        for given, options in self._batch:
            super().produce(*given, **options)  # type: ignore[misc]
        Producer.commit_transaction(self, 10)  # type: ignore[arg-type]


class ErrorSwallowed:
    def commit_transaction(self, *arguments: Any) -> None:
        try:
            super().commit_transaction(*arguments)  # type: ignore[misc]
        except KafkaException:
            Producer.abort_transaction(self, 10)  # type: ignore[arg-type]


class OutsideTransaction:
    """Outputs by a producer of its own, idempotent but without transactions."""

    def __init__(self, settings: dict[str, Any], **options: Any) -> None:
        super().__init__(settings, **options)  # type: ignore[call-arg]
        self._plain = Producer({"bootstrap.servers": settings["bootstrap.servers"], "enable.idempotence": True,
                                "partitioner": "murmur2_random", "log_level": 0})

    def produce(self, *arguments: Any, **options: Any) -> None:
        self._plain.produce(*arguments, **options)
        self._plain.poll(0)

    def commit_transaction(self, *arguments: Any) -> None:
        self._plain.flush()
        super().commit_transaction(*arguments)  # type: ignore[misc]


class DefaultPartitioner:
    def __init__(self, settings: dict[str, Any], **options: Any) -> None:
        super().__init__({**settings, "partitioner": "consistent_random"}, **options)  # type: ignore[call-arg]


class KeyLost:
    def produce(self, topic: str, **options: Any) -> None:
        key = None if topic.endswith(".flags") else options["key"]
        super().produce(topic, **{**options, "key": key})  # type: ignore[misc]


class TimestampNow:
    def produce(self, *arguments: Any, **options: Any) -> None:
        options.pop("timestamp", None)
        super().produce(*arguments, **options)  # type: ignore[misc]


class HeadersLost:
    def produce(self, *arguments: Any, **options: Any) -> None:
        options["headers"] = [pair for pair in options.get("headers") or [] if pair[0] == SOURCE]
        super().produce(*arguments, **options)  # type: ignore[misc]


class Reversed:
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._batch: list[Any] = []

    def produce(self, *arguments: Any, **options: Any) -> None:
        self._batch.append((arguments, options))

    def send_offsets_to_transaction(self, *arguments: Any) -> None:
        batch, self._batch = self._batch, []
        for given, options in reversed(batch):
            super().produce(*given, **options)  # type: ignore[misc]
        super().send_offsets_to_transaction(*arguments)  # type: ignore[misc]
