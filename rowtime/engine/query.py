"""A persistent query: its plan at work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rowtime.engine.change import PlannedQuery
from rowtime.engine.held import Held
from rowtime.engine.materialised import Materialised
from rowtime.engine.operators.base import needs_freezing
from rowtime.engine.output import Encoder
from rowtime.engine.task import Task
from rowtime.engine.topology import Plan
from rowtime.engine.workers.share import ALL, Share
from rowtime.log.api import Log
from rowtime.serde.api import SchemaById


@dataclass(slots=True)
class QueryError:
    """What stopped a query."""

    message: str
    timestamp: int = 0
    type: str = "SYSTEM"


@dataclass(slots=True)
class PersistentQuery:
    """id, text, sink, sources, state, properties, errors: as REST shows them.

    state   RUNNING, PAUSED, ERROR or TERMINATED
    table   the result now, where it is a table; of several processes each has the rows of its partitions
    share   the partitions that this process works on
    """

    id: str
    text: str
    planned: PlannedQuery
    properties: Mapping[str, object]
    prefix: str
    tasks: list[Task] = field(default_factory=list)
    state: str = "RUNNING"
    errors: list[QueryError] = field(default_factory=list)
    table: Materialised | Held | None = None
    start: dict[tuple[str, int], int] = field(default_factory=dict)
    strict: bool = False
    share: Share = ALL

    @property
    def sink(self) -> str:
        return self.planned.sink

    @property
    def sources(self) -> tuple[str, ...]:
        return self.planned.sources

    @property
    def plan(self) -> Plan:
        return self.planned.plan

    @property
    def offsets(self) -> dict[tuple[str, int], int]:
        return {place: offset for task in self.tasks for place, offset in task.positions.items()}

    def internal(self, suffix: str) -> str:
        """The full name of an internal topic."""
        return f"{self.prefix}{self.id}-{suffix}"

    def internal_topics(self) -> list[str]:
        """Repartition topics, to be made and deleted with the query."""
        return [sub.target.topic for sub in self.plan.subs if sub.target and sub.target.internal]

    def internal_subjects(self) -> list[str]:
        """Of internal topics and changelogs; each is in the registry once a record has come."""
        stored = [self.internal(f"{stored.name}-changelog") for sub in self.plan.subs for stored in sub.changelogs]
        return [f"{topic}-{side}" for topic in [*self.internal_topics(), *stored] for side in ("key", "value")]

    def name_topics(self) -> None:
        """Completes the names of internal topics with the query's id, once."""
        for sub in self.plan.subs:
            places: list[Any] = [*sub.inputs, sub.target]
            for place in places:
                if place is not None and place.internal and not place.topic.startswith(self.prefix):
                    place.topic = self.internal(place.topic)

    def divide(self, share: Share) -> None:
        """Says which process has which partitions; a query whose state is that of all partitions stays whole."""
        self.share = share.whole() if any(code.generator.shared_states for code in self.plan.codes) else share

    def build(self, log: Log, partitions: Mapping[str, int]) -> None:
        """Compiles the plan and makes its tasks; they read nothing yet."""
        for i, sub in enumerate(self.plan.subs):
            assert sub.target is not None
            encoder = Encoder(sub.target, partitions.get(sub.target.topic, 1), getattr(log, "takes_rows", False))
            task = Task(self.share.task_name(f"{self.id}/{i}"), sub, log, encoder, self.share)
            task.load(self.plan.codes[i])
            self.tasks.append(task)
        last = self.plan.subs[-1].target
        if last is not None and last.is_table and self.planned.prefix.startswith(("CTAS", "CST")):
            nested = any(needs_freezing(c.type) for c in last.key)
            size = last.window.size if last.window is not None else None
            held = self.tasks[-1].compiled.held
            if held is not None:
                self.table = Held(held, lambda: self.tasks[-1].states, last.window is not None, nested)
            else:
                self.table = Materialised(last.window is not None, self.plan.retention, size=size, nested=nested)
                self.tasks[-1].on_rows = self.table.update

    def open(self, partitions: Mapping[str, int], schemas: SchemaById, written: set[str]) -> None:
        """Begins to read; `written`: topics that the engine itself writes."""
        for task in self.tasks:
            inside = all(i.topic in written or i.internal for i in task.sub.inputs)
            task.open(partitions, self.start, schemas, inside, self.strict)

    def open_decoders(self, task: Task, schemas: SchemaById) -> None:
        """For replay: the task can read records it is given, but is not subscribed."""
        task.place_inboxes(dict.fromkeys((i.topic for i in task.sub.inputs), 0), self.start, schemas, self.strict)

    def fail(self, error: QueryError) -> None:
        """Stops it, here; it is read no further until the engine starts anew."""
        self.state = "ERROR"
        self.errors.append(error)

    def close(self) -> None:
        for task in self.tasks:
            task.close()

    def source_code(self) -> str:
        """The generated Python, for EXPLAIN."""
        return "\n".join(f"# {task.name}\n{task.compiled.source}" for task in self.tasks)

    def dump(self) -> dict[str, Any]:
        """Everything a snapshot keeps of the query."""
        return {"tasks": {t.name: (t.states, t.positions) for t in self.tasks},
                "table": self.table.dump() if isinstance(self.table, Materialised) else None}

    def restore(self, dumped: Mapping[str, Any]) -> None:
        for task in self.tasks:
            states, positions = dumped["tasks"][task.name]
            task.states = states
            task.positions.update(positions)
            self.start.update(positions)
        if isinstance(self.table, Materialised) and dumped["table"] is not None:
            self.table.restore(dumped["table"])
