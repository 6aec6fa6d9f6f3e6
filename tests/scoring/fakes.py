"""Messages, consumers and producers without a broker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaError, KafkaException


class FakeMessage:
    """As confluent_kafka.Message, made from values."""

    def __init__(self, key: bytes | None, value: bytes | None, offset: int = 0, partition: int = 0,
                 headers: list[tuple[str, bytes]] | None = None, timestamp: int = 0) -> None:
        self._key, self._value, self._offset, self._partition = key, value, offset, partition
        self._headers, self._timestamp = headers, timestamp

    def error(self) -> None:
        return None

    def topic(self) -> str:
        return "enriched"

    def partition(self) -> int:
        return self._partition

    def offset(self) -> int:
        return self._offset

    def key(self) -> bytes | None:
        return self._key

    def value(self) -> bytes | None:
        return self._value

    def headers(self) -> list[tuple[str, bytes]] | None:
        return self._headers

    def timestamp(self) -> tuple[int, int]:
        return 1, self._timestamp


def kafka_error(code: int = KafkaError._TIMED_OUT, retriable: bool = False, abort: bool = False,
                fatal: bool = False) -> KafkaException:
    return KafkaException(KafkaError(code, "told to fail", fatal, retriable, abort))


class FakeProducer:
    """Records calls; `failures` holds, by method name, the errors its next calls raise. called: told each name."""

    def __init__(self, calls: list[str], failures: dict[str, list[Exception]],
                 called: Callable[[str], None] = lambda name: None) -> None:
        self._calls, self._failures, self._called = calls, failures, called

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **options: Any) -> None:
            self._calls.append(name)
            self._called(name)
            if self._failures.get(name):
                raise self._failures[name].pop(0)
        call.__name__ = name
        return call
