"""What goes in and out of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

Headers = list[tuple[str, Any]]
Position = tuple[str, int]

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
