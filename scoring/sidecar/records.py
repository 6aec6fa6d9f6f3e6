"""What goes in and out of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

Headers = list[tuple[str, Any]]

SOURCE_HEADER = "source.position"


class Message(Protocol):
    """The part of confluent_kafka.Message that scoring reads."""

    def error(self) -> Any: ...
    def topic(self) -> str: ...
    def partition(self) -> int: ...
    def offset(self) -> int: ...
    def key(self) -> bytes | None: ...
    def value(self) -> bytes | None: ...
    def headers(self) -> Headers | None: ...
    def timestamp(self) -> tuple[int, int]: ...


class Output(NamedTuple):
    """One record to write. timestamp: milliseconds since 1970."""

    topic: str
    key: bytes | None
    value: bytes
    timestamp: int
    headers: Headers


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a record cannot be scored. reason: the same short phrase for all of the kind; error: in full, one line."""

    reason: str
    error: str
    error_class: str = "ScoringError"


def position_header(message: Message) -> bytes:
    """topic/partition/offset of an input record; a topic's name cannot contain a slash."""
    return f"{message.topic()}/{message.partition()}/{message.offset()}".encode()


def with_source(messages: Sequence[Message]) -> list[Headers]:
    """Of each message the input's headers and the input's position; all are of one topic."""
    prefixes = {number: f"{messages[0].topic()}/{number}/" for number in {message.partition() for message in messages}}
    positions = [f"{prefixes[message.partition()]}{message.offset()}".encode() for message in messages]
    headers = [message.headers() for message in messages]
    return [[*own, (SOURCE_HEADER, at)] if own else [(SOURCE_HEADER, at)]
            for own, at in zip(headers, positions, strict=True)]
