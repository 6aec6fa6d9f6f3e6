"""What the engine needs of a log, and the records that pass between them.

Two implementations: `rowtime.log.memory.MemoryLog` (in this process: tests, training, `rowtime test`) and
`rowtime.log.link.LinkClient` (a broker process at the other end of a socket). The engine cannot tell which it has.

Order is the contract. A step of a query commits one frame; frames have one total order (`seq`). What a subscriber is
delivered comes in that order, and inside a frame in the order the step produced it, across partitions. Records of
aborted Kafka transactions are never delivered; those of an open one are held back until it commits.
Delivery runs ahead of durability (a frame that depends on another commits behind it); what leaves the process for a
user waits for `durable(seq)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from rowtime.log.columns import Columns, Record, Rows


class Delivered(NamedTuple):
    """Records of one partition, in offset order, or (with `partitions` set) of several in the order produced.

    offset       of the first record; there are no gaps
    partitions   of each record, with its offset in `offsets`; partition and offset say nothing then
    """

    seq: int
    topic: str
    partition: int
    offset: int
    records: Columns | Rows
    partitions: Sequence[int] | None = None
    offsets: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class TopicInfo:
    """A topic as it is now. `id` changes when a topic is deleted and created anew."""

    name: str
    partitions: int
    config: Mapping[str, str] = field(default_factory=dict)
    id: str = ""


class Output(NamedTuple):
    """Neighbouring records that a step produces for one topic.

    partitions   of each record; None: murmur2 of its key, round robin for a null key
    rows         the same records as the engine has them, where readers in this process may take those
    """

    topic: str
    records: Columns | Rows
    partitions: Sequence[int] | None = None
    rows: Rows | None = None

    @classmethod
    def one(cls, topic: str, partition: int | None, record: Record) -> Output:
        """One record."""
        return cls(topic, Columns.of([record]), None if partition is None else [partition])


@dataclass(slots=True)
class Step:
    """One step of one query: committed whole or not at all.

    task      the query's id and sub-topology, as text
    consumed  what it read, in order: (topic, partition, first offset, number of records), run by run
    outputs   in the order produced
    recorded  what replay cannot compute again (wall clock, random values), JSON-able
    """

    task: str
    consumed: Sequence[tuple[str, int, int, int]]
    outputs: Sequence[Output] = ()
    recorded: Any = None


class Log(Protocol):
    """The engine's view. All calls but those marked async return at once; nothing here blocks on the disk."""

    # topics
    def topics(self) -> Mapping[str, TopicInfo]: ...
    async def create_topic(self, name: str, partitions: int, config: Mapping[str, str] | None = None) -> TopicInfo: ...
    async def delete_topic(self, name: str) -> None: ...

    # reading: records appended to subscribed partitions, in the order of the log
    async def offsets(self, topic: str) -> Sequence[tuple[int, int]]:
        """(log start, log end) of each partition, read_committed."""
        ...
    def subscribe(self, reader: str, topic: str, partition: int, offset: int) -> None:
        """From now on `poll(reader)` delivers this partition from this offset (clipped to the log start)."""
        ...
    def unsubscribe(self, reader: str) -> None: ...
    def poll(self, reader: str, max_records: int) -> list[Delivered]:
        """What has arrived for this reader, in order; [] when there is nothing yet."""
        ...
    async def wait(self) -> None:
        """Returns once any reader may have something to poll, or an answer to a durable() has come."""
        ...

    # writing
    def commit(self, step: Step) -> int:
        """Append one frame; returns a number for durable(). Frames commit in the order of the calls."""
        ...
    async def durable(self, number: int | None = None) -> None:
        """Returns when that frame (None: everything committed so far) is on disk."""
        ...

    # what the engine must find again after a restart
    def append_event(self, kind: str, payload: Any) -> int:
        """A small JSON-able fact of the engine (a statement, a pause), in the same total order as the frames."""
        ...
    async def events(self, kind: str) -> list[Any]:
        """All of them, oldest first."""
        ...
    async def steps(self, task: str, after: int = -1) -> list[tuple[int, Step]]:
        """(seq, step without its outputs) of a task's committed frames after `seq`, oldest first, for replay."""
        ...
    async def read(self, topic: str, partition: int, offset: int, max_records: int) -> Columns:
        """Records by position, for replay and for push queries that start in the past."""
        ...


class Schemas(Protocol):
    """What the engine needs of a Schema Registry; in process, over HTTP, or that of the broker process."""

    async def register(self, subject: str, schema: str, schema_type: str = "AVRO") -> int: ...
    async def by_id(self, schema_id: int) -> str: ...
    async def latest(self, subject: str) -> tuple[int, str] | None: ...
    async def delete_subject(self, subject: str) -> Any: ...
