"""What a campaign has seen: inputs, outputs, committed offsets, ends of logs, gaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

FLAG, DEAD = "flag", "dead letter"
Position = tuple[int, int]
"""Partition and offset of an input."""
Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Input:
    """A committed record of the input topic."""

    position: Position
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp: int = 0


@dataclass(frozen=True, slots=True)
class Output:
    """A committed flag or dead letter. source: what its header says, None where it says nothing that can be read."""

    kind: str
    partition: int
    offset: int
    source: Position | None
    key: bytes | None
    value: bytes
    timestamp: int = 0
    headers: Headers = ()

    @property
    def place(self) -> str:
        return f"{self.kind} {self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class Expected:
    """What an input must give: the kind, its fields but for those that tell when, and a flag's timestamp."""

    kind: str
    fields: dict[str, Any]
    timestamp: int | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """Committed offsets, asked for after outputs of `seen` (by input partition, the last offset) had been read."""

    seen: dict[int, int]
    committed: dict[int, int]


@dataclass(frozen=True, slots=True)
class Gap:
    """Seconds from what was done until outputs of later inputs flowed again in every partition; limit in seconds."""

    after: str
    seconds: float
    limit: float


@dataclass(frozen=True, slots=True)
class End:
    """Ends of an output partition's log: as read_committed readers see it, and altogether."""

    name: str
    stable: int
    log: int


@dataclass
class Observation:
    """One look. complete: every input had time to be processed; else outputs must end where the commits do.

    during: outputs in the order of arrival at a reader that ran all the time; after: read from the start.
    """

    inputs: list[Input]
    after: list[Output]
    during: list[Output]
    committed: dict[int, int]
    complete: bool = True
    samples: list[Sample] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that does not hold. kind: the same short phrase for all of the kind."""

    kind: str
    text: str
