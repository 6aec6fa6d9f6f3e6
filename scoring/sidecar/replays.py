"""Replayed dead letters: the same loop over their topic, in a thread and a group of its own beside the main one.

It begins when there is something to read, so a sidecar without replays carries no second producer. It never shares a
transaction with the main loop, and a replay never slows the partitions of the input.
"""

from __future__ import annotations

import logging
import threading
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition

from scoring.sidecar.batch import BatchScorer
from scoring.sidecar.config import SidecarConfig, replayed_topic
from scoring.sidecar.kafka import consumer_settings
from scoring.sidecar.log import LIBRARY, event
from scoring.sidecar.loop import Loop
from scoring.sidecar.metrics import Metrics
from scoring.sidecar.models import ModelSlot
from scoring.sidecar.writer import source_and_writer

LOOK_SECONDS = 5.0
TIMEOUT = 5.0


class Replays:
    """Starts with start(); ends when `stop` is set, which it does itself where it fails. failure: why it did."""

    def __init__(self, config: SidecarConfig, models: ModelSlot, metrics: Metrics, stop: threading.Event) -> None:
        topic = replayed_topic(config.input_topic)
        self._main, self._stop = config, stop
        self._config = replace(config, input_topic=topic, group_id=f"{config.group_id}-replayed", start="earliest")
        self._models, self._metrics = BorrowedModels(models), _Beside(metrics)
        self._thread = threading.Thread(target=self._run, name="replays", daemon=True)
        self.failure: Exception | None = None

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            if self._wait_for_records():
                event("replays", topic=self._config.input_topic, group=self._config.group_id)
                self._score()
        except Exception as error:
            self.failure = error
            self._stop.set()

    def _score(self) -> None:
        ending = threading.Event()
        source, writer = source_and_writer(self._config, self._stop.is_set,
                                           lambda: self._stop.is_set() or ending.is_set())
        try:
            models: Any = self._models
            metrics: Any = self._metrics
            Loop(self._config, source, models, writer, metrics, self._stop.is_set).run()
        finally:
            ending.set()
            source.close()

    def _wait_for_records(self) -> bool:
        """True once the topic holds records and the main group has offsets: where it has none these may have expired,
        the replays' too, and the main loop says so."""
        consumer: Any = Consumer(consumer_settings(self._main, logging.getLogger(LIBRARY)))
        try:
            while not self._stop.is_set():
                if self._any(consumer):
                    return True
                self._stop.wait(LOOK_SECONDS)
            return False
        finally:
            consumer.close()

    def _any(self, consumer: Any) -> bool:
        try:
            topics = consumer.list_topics(timeout=TIMEOUT).topics
            if any(name not in topics for name in (self._config.input_topic, self._main.input_topic)):
                return False
            numbers = topics[self._config.input_topic].partitions
            found = [consumer.get_watermark_offsets(TopicPartition(self._config.input_topic, n), timeout=TIMEOUT)[1]
                     for n in numbers]
            main = [TopicPartition(self._main.input_topic, n) for n in topics[self._main.input_topic].partitions]
            return any(found) and any(p.offset >= 0 for p in consumer.committed(main, timeout=TIMEOUT))
        except KafkaException:
            return False


class BorrowedModels:
    """The main loop's models, in a scorer of this thread's own."""

    def __init__(self, models: ModelSlot) -> None:
        self._models, self._of = models, models.scorer
        self.scorer: BatchScorer = models.another()

    def refresh(self) -> None:
        """At a batch's boundary: what the main loop uses."""
        if self._models.scorer is not self._of:
            self._of = self._models.scorer
            self.scorer = self._models.another()


class _Beside:
    """Counts into the same metrics, and leaves readiness, partitions and lag of the input to the main loop."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def stage(self, name: str) -> AbstractContextManager[None]:
        return self._metrics.stage(name)

    def committed(self, messages: Any, result: Any, at: float | None = None) -> None:
        self._metrics.committed(messages, result, at)

    def aborted(self) -> None:
        self._metrics.aborted()

    def waiting(self, reason: str) -> None:
        """The main loop says it."""

    def polled(self, source: Any) -> None:
        """The main loop's is shown."""
