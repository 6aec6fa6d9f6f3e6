"""A query's plan as sub-topologies: what each reads, does and writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rowtime.engine.metastore import WindowInfo
from rowtime.engine.operators.base import Operator
from rowtime.engine.operators.source import Source
from rowtime.serde.api import Format
from rowtime.sql.types import Column, Schema, SqlType


@dataclass(slots=True)
class Input:
    """A topic a sub-topology reads.

    timestamp   position in the value (or key), type and pattern of the column event time comes from
    internal    the name of the repartition topic is completed with the query's id
    changes     each value holds a table's new and old row (rowtime.engine.output)
    """

    topic: str
    operator: Source
    key_format: Format
    key: tuple[Column, ...]
    value_format: Format
    value: tuple[Column, ...]
    used: frozenset[str]
    window: WindowInfo | None = None
    timestamp: tuple[int, SqlType, str | None] | None = None
    key_timestamp: bool = False
    internal: bool = False
    changes: bool = False
    source: str = ""

    @property
    def is_table(self) -> bool:
        return self.operator.is_table


@dataclass(slots=True)
class Target:
    """Where a sub-topology writes. `window` shapes the key's bytes."""

    topic: str
    key_format: Format
    key: tuple[Column, ...]
    value_format: Format
    value: tuple[Column, ...]
    window: WindowInfo | None = None
    internal: bool = False
    changes: bool = False
    is_table: bool = False


@dataclass(slots=True)
class Stored:
    """A changelog ksqlDB would write: only its subject is registered."""

    name: str
    value_format: Format
    value: tuple[Column, ...]


@dataclass(slots=True)
class SubTopology:
    inputs: list[Input] = field(default_factory=list)
    target: Target | None = None
    changelogs: list[Stored] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """`schema` is that of the result, key columns first; `key_format` and `value_format` its serdes.

    codes   the sub-topologies' source, one each (rowtime.engine.compiled.Code)
    keys    of a transient query: the key of its rows, which the result does not show
    """

    subs: list[SubTopology]
    schema: Schema
    is_table: bool
    window: WindowInfo | None
    key_format: Format
    value_format: Format
    retention: int | None = None
    emit_columns: list[Column] = field(default_factory=list)
    codes: list[Any] = field(default_factory=list)
    keys: tuple[Column, ...] = ()


def connect(tail: Operator, down: Operator, port: int = 0) -> None:
    tail.down, tail.port = down, port
