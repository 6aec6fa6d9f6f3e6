"""The messages of one poll: what is asked of all of them is read once, their positions a stretch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import compress, islice, pairwise, repeat
from operator import ne
from typing import Any, NamedTuple

from scoring.sidecar.records import SOURCE_HEADER, Headers, Message, Position


class Stretch(NamedTuple):
    """Messages begin to end (behind the last) are of one partition, in the order of their offsets."""

    position: Position
    begin: int
    end: int


class Messages:
    """n messages of one type and one topic, those of a partition in order."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = messages

    @staticmethod
    def of(messages: Sequence[Message] | Messages) -> Messages:
        return messages if isinstance(messages, Messages) else Messages(messages)

    def __len__(self) -> int:
        return len(self._messages)

    def __getitem__(self, row: int) -> Message:
        return self._messages[row]

    def __iter__(self) -> Iterator[Message]:
        return iter(self._messages)

    def take(self, rows: Sequence[int]) -> Messages:
        """Some of them, in this order."""
        return Messages([self._messages[row] for row in rows])

    @cached_property
    def keys(self) -> list[Any]:
        """bytes, or None."""
        return self._each("key")

    @cached_property
    def values(self) -> list[Any]:
        """bytes, or None."""
        return self._each("value")

    @cached_property
    def offsets(self) -> list[int]:
        return self._each("offset")

    @property
    def errors(self) -> list[Any]:
        """Those that are not None."""
        return [error for error in self._each("error") if error is not None]

    @cached_property
    def stretches(self) -> list[Stretch]:
        """In order; together all messages."""
        if not self._messages:
            return []
        topic, partitions = self._messages[0].topic(), self._each("partition")
        changes = compress(range(1, len(partitions)), map(ne, partitions, islice(partitions, 1, None)))
        bounds = [0, *changes, len(partitions)]
        return [Stretch((topic, partitions[begin]), begin, end) for begin, end in pairwise(bounds)]

    @property
    def positions(self) -> set[Position]:
        """The partitions they are of."""
        return {stretch.position for stretch in self.stretches}

    @property
    def begins(self) -> dict[Position, int]:
        """The first offset in each partition."""
        return {position: self.offsets[begin] for position, begin, _ in reversed(self.stretches)}

    @property
    def ends(self) -> dict[Position, int]:
        """The offset behind the last message of each partition."""
        return {position: self.offsets[end - 1] + 1 for position, _, end in self.stretches}

    def headers(self) -> list[Headers]:
        """Of each message the input's headers and the input's position."""
        sources = zip(repeat(SOURCE_HEADER), self._sources(), strict=False)
        headers = self._each("headers")
        if not any(headers):
            return list(map(list, zip(sources, strict=True)))
        return [[*own, source] if own else [source] for own, source in zip(headers, sources, strict=True)]

    def _sources(self) -> list[bytes]:
        """topic/partition/offset of each; a topic's name cannot contain a slash or a percent sign."""
        named: list[bytes] = []
        for (topic, partition), begin, end in self.stretches:
            template = f"{topic}/{partition}/%d".encode()
            named += [template % offset for offset in self.offsets[begin:end]]
        return named

    def _each(self, name: str) -> list[Any]:
        """What the method of that name gives for each."""
        return list(map(getattr(type(self._messages[0]), name), self._messages)) if self._messages else []


def position_header(message: Message) -> bytes:
    """topic/partition/offset of an input record."""
    return f"{message.topic()}/{message.partition()}/{message.offset()}".encode()
