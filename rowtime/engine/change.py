"""What a statement will do, worked out before anything is done."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowtime.engine.metastore import DataSource
from rowtime.engine.topology import Plan
from rowtime.sql import ast


@dataclass(slots=True)
class NewTopic:
    name: str
    partitions: int
    config: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Registration:
    """A schema a statement registers; `reuse`: only where the subject has none yet."""

    subject: str
    schema: str
    reuse: bool = False


@dataclass(slots=True)
class PlannedQuery:
    """A persistent query: where it writes, what it reads, its plan, made anew for every start."""

    plan: Plan
    sink: str
    topic: str
    sources: tuple[str, ...]
    prefix: str


@dataclass(slots=True)
class Change:
    """text: the statement as ksqlDB prints it. Exactly what it names is done, in the order of the fields."""

    statement: ast.Statement
    text: str
    message: str
    topic: NewTopic | None = None
    registrations: list[Registration] = field(default_factory=list)
    source: DataSource | None = None
    query: PlannedQuery | None = None
    drops: str = ""
    deletes_topic: str = ""
    terminates: list[str] = field(default_factory=list)
    warning: bool = False
    replaces: bool = False
    key_subject: str = ""
    value_subject: str = ""
