"""What goes in and out of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
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


def position_header(message: Message) -> bytes:
    """topic/partition/offset of an input record; a topic's name cannot contain a slash."""
    return f"{message.topic()}/{message.partition()}/{message.offset()}".encode()


def each(messages: Sequence[Message], name: str) -> list[Any]:
    """What the method of that name gives for each message; all messages are of one type."""
    return list(map(getattr(type(messages[0]), name), messages)) if messages else []


def positions(messages: Sequence[Message]) -> list[Position]:
    """Each message's topic and partition."""
    return list(zip(each(messages, "topic"), each(messages, "partition"), strict=True))


def begins(messages: Sequence[Message]) -> dict[Position, int]:
    """The first offset in each partition; messages of a partition are in order."""
    return dict(zip(reversed(positions(messages)), reversed(each(messages, "offset")), strict=True))


def ends(messages: Sequence[Message]) -> dict[Position, int]:
    """The offset behind the last message of each partition."""
    last = dict(zip(positions(messages), each(messages, "offset"), strict=True))
    return {position: offset + 1 for position, offset in last.items()}


def with_source(messages: Sequence[Message]) -> list[Headers]:
    """Of each message the input's headers and the input's position."""
    where = positions(messages)
    prefixes = {position: f"{position[0]}/{position[1]}/" for position in set(where)}
    offsets = each(messages, "offset")
    named = "\n".join([f"{prefixes[position]}{offset}" for position, offset in zip(where, offsets, strict=True)])
    sources = zip(repeat(SOURCE_HEADER), named.encode().split(b"\n"), strict=False)
    headers = each(messages, "headers")
    if not any(headers):
        return list(map(list, zip(sources, strict=True)))
    return [[*own, source] if own else [source] for own, source in zip(headers, sources, strict=True)]
