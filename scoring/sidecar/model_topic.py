"""The topic of models as a source: the champion and the challengers that its records name.

Read from the beginning, committed records only, the last record of a key counts: right with and without compaction.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from scoring.errors import ModelError, NoModel
from scoring.model.model import Model
from scoring.model.record import CHALLENGER, CHAMPION, MODEL, TRAIL, Trail, decode_record, decode_trail
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.kafka import admin_settings
from scoring.sidecar.log import LIBRARY
from scoring.sidecar.model_source import Found, ModelSource, Wanted

READ_SECONDS = 30.0
Stored = tuple[int, int, bytes]


class ModelTopic:
    """Follows the topic. fallback: what is used while the topic names no champion."""

    def __init__(
        self, config: SidecarConfig, fallback: ModelSource | None,
        make_consumer: Callable[[dict[str, Any]], Any] = Consumer,
    ) -> None:
        self._topic, self._fallback = config.model_topic, fallback
        self._records: dict[str, Stored] = {}
        self._behind: set[int] = set()
        self._consumer = make_consumer({
            **admin_settings(config, logging.getLogger(LIBRARY)), "group.id": f"{config.transactional_id}-models",
            "enable.auto.commit": False, "isolation.level": "read_committed", "enable.partition.eof": True,
            "auto.offset.reset": "earliest", "allow.auto.create.topics": False})
        self._assigned = False

    def look(self) -> Wanted:
        """Raises NoModel while the topic, and the fallback, name no champion."""
        self._read()
        champions = self._champions()
        champions += self._fallback_champions(needed=not champions)
        if not champions:
            raise NoModel(f"topic {self._topic} names no champion yet: fraudstream models publish, then promote")
        challengers = [self._found(key) for key in sorted(self._records) if key.startswith(CHALLENGER)]
        return Wanted(tuple(champions), tuple(f for f in challengers if f is not None))

    def close(self) -> None:
        self._consumer.close()

    def _champions(self) -> list[Found]:
        """The champion, then those before it, the last one first."""
        if CHAMPION not in self._records:
            return []
        earlier = [MODEL + version for version in reversed(self._trail().champions()[:-1])]
        return [found for key in (CHAMPION, *earlier) if (found := self._found(key)) is not None]

    def _fallback_champions(self, needed: bool) -> tuple[Found, ...]:
        try:
            return self._fallback.look().champions if self._fallback else ()
        except ModelError:
            if needed:
                raise
            return ()

    def _trail(self) -> Trail:
        try:
            return decode_trail(self._records[TRAIL][2]) if TRAIL in self._records else Trail()
        except ModelError:
            return Trail()

    def _found(self, key: str) -> Found | None:
        """None where the key is not there or its model was withdrawn."""
        if key not in self._records:
            return None
        partition, offset, value = self._records[key]
        if key.startswith(CHALLENGER) and _withdrawn(key, value):
            return None
        return Found(f"{self._topic}/{partition}/{offset} {key}", (key, partition, offset), partial(_load, key, value))

    def _read(self) -> None:
        """Up to the end, at the first time; then whatever has arrived."""
        if not self._assigned:
            self._assign()
        deadline = time.monotonic() + READ_SECONDS
        while (messages := self._consumer.consume(100, 0.2 if self._behind else 0.0)) or self._behind:
            for message in messages:
                self._take(message)
            if time.monotonic() > deadline:
                raise NoModel(f"topic {self._topic} was not read to its end within {READ_SECONDS:.0f} s")

    def _assign(self) -> None:
        try:
            found = self._consumer.list_topics(self._topic, timeout=5.0).topics[self._topic]
        except KafkaException as error:
            raise NoModel(f"topic {self._topic}: {error.args[0].str()}") from error
        if found.error is None:
            self._behind = set(found.partitions)
            self._consumer.assign([TopicPartition(self._topic, number, 0) for number in found.partitions])
            self._assigned = True
        elif found.error.code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise NoModel(f"topic {self._topic}: {found.error.str()}")

    def _take(self, message: Any) -> None:
        error = message.error()
        if error is not None:
            if error.code() == KafkaError._PARTITION_EOF:
                self._behind.discard(message.partition())
            return
        key = (message.key() or b"").decode(errors="replace")
        self._records.pop(key, None)
        if message.value() is not None:
            self._records[key] = message.partition(), message.offset(), message.value()


def _withdrawn(key: str, value: bytes) -> bool:
    try:
        return decode_record(key, value).model is None
    except ModelError:
        return False


def _load(key: str, value: bytes) -> Model:
    model = decode_record(key, value).model
    if model is None:
        raise ModelError(f"record {key}: holds no model")
    return model
