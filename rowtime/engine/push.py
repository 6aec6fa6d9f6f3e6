"""Push queries, and reads of a stream up to now: plans that end in this process, not in a topic."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rowtime.engine.analysis import Analysis, analyse
from rowtime.engine.output import Encoder
from rowtime.engine.planning import Request, plan_query
from rowtime.engine.prepare import BOUNDS, prepare_query
from rowtime.engine.properties import With
from rowtime.engine.stretch import Stretch
from rowtime.engine.task import Task
from rowtime.engine.topology import Plan
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.types import Column, ColumnKind

if TYPE_CHECKING:
    from rowtime.engine.engine import Engine
    from rowtime.engine.pull import PullResult


class PushRow(NamedTuple):
    values: tuple[Any, ...]
    tombstone: bool = False


class Transient:
    """A query without a sink: its tasks hand records on in memory, its rows come out of `step`."""

    def __init__(self, engine: Engine, query: ast.Query, properties: Mapping[str, object], query_id: str):
        self.engine, self.id, self.limit = engine, query_id, query.limit
        self.analysis: Analysis = analyse(prepare_query(query, engine.metastore), engine.metastore, transient=True)
        context = engine.context(properties)
        self.plan: Plan = plan_query(self.analysis, Request("", "", With(), context.settings(), context.partitions))
        self.columns: Sequence[Column] = [Column(c.name, c.type, ColumnKind.VALUE) for c in self.plan.emit_columns]
        self.latest = str(context.setting("auto.offset.reset", "latest")).lower() == "latest"
        self.tasks: list[Task] = []
        self.keys = [o.expression.name if isinstance(o.expression, ast.ColumnRef) else None
                     for o in self.analysis.outputs]

    async def open(self, from_start: bool = False) -> None:
        log = self.engine.log
        partitions = {name: info.partitions for name, info in log.topics().items()}
        written = {q.planned.topic for q in self.engine.queries.values()}
        for i, sub in enumerate(self.plan.subs):
            assert sub.target is not None
            task = Task(f"{self.id}/{i}", sub, log, Encoder(sub.target))
            task.load(self.plan.codes[i])
            start: dict[tuple[str, int], int] = {}
            for source in sub.inputs:
                if source.internal:
                    partitions[source.topic] = 0
                    continue
                for p, (first, end) in enumerate(await log.offsets(source.topic)):
                    start[source.topic, p] = end if self.latest and not from_start and not source.is_table else first
            task.open(partitions, start, self.engine.cache.get, all(s.topic in written for s in sub.inputs))
            self.tasks.append(task)

    def close(self) -> None:
        for task in self.tasks:
            task.close()

    async def step(self, limit: int) -> list[PushRow] | None:
        """Rows of one round over all tasks; None when there was nothing to read."""
        worked, rows = False, []
        for i, task in enumerate(self.tasks):
            taken = await self._take(task, limit)
            if not taken:
                continue
            worked = True
            task.run(taken)
            task.passed(taken)
            made, task.made[:] = list(task.made), []
            task.problems.clear()
            if i + 1 < len(self.tasks):
                self._hand_on(task, made)
            else:
                rows = [self._row(m) for m in made if m[1] is not None or self.plan.is_table]
        return rows if worked else None

    async def _take(self, task: Task, limit: int) -> list[Any]:
        while True:
            try:
                return task.take(limit)
            except KeyError as missing:
                await self.engine.cache.fetch(missing.args[0])

    def _hand_on(self, task: Task, made: list[Any]) -> None:
        """To the task that reads this one's repartition topic, all in one partition."""
        assert task.sub.target is not None
        if not made:
            return
        for other in self.tasks:
            for i, source in enumerate(other.sub.inputs):
                if source.internal and source.topic == task.sub.target.topic:
                    box = other.memory_inbox(i, source.topic)
                    keys, rows, times, *olds = zip(*made, strict=True)
                    box.ready.append(Stretch(box, range(len(made)), times, keys, rows, olds[0] if olds else None))

    def _row(self, made: Any) -> PushRow:
        if made[1] is not None:
            return PushRow(made[1])
        names = self.key_names()
        return PushRow(tuple(made[0][names.index(n)] if n in names else None for n in self.keys), True)

    def key_names(self) -> list[str]:
        a = self.analysis
        if a.group_by:
            names = [n.name if isinstance(n, ast.ColumnRef) else "" for n in a.group_by]
            return [*names, *BOUNDS] if a.window else names
        side = a.sides[0]
        bounds = BOUNDS if side.source.window else ()
        return [side.prefix + n for n in (*(c.name for c in side.source.schema.key), *bounds)]


class PushQuery:
    """A running push query: iterate over lists of rows; it ends at its LIMIT or by close()."""

    def __init__(self, engine: Engine, transient: Transient):
        self.engine, self.transient = engine, transient
        self.id, self.columns = transient.id, transient.columns
        self.rows: asyncio.Queue[list[PushRow] | Exception | None] = asyncio.Queue(64)
        self.left = transient.limit

    async def work(self, limit: int) -> bool:
        """A step, for the engine's loop; whether it did something. A reader that lags is waited for elsewhere."""
        if self.rows.full():
            return False
        try:
            rows = await self.transient.step(limit)
        except Exception as e:
            await self.rows.put(e)
            await self.close()
            return False
        if rows:
            await self.rows.put(rows)
        return rows is not None

    async def __aiter__(self) -> AsyncIterator[list[PushRow]]:
        try:
            while self.left is None or self.left > 0:
                rows = await self.rows.get()
                if rows is None:
                    return
                if isinstance(rows, Exception):
                    raise rows
                await self.engine.log.durable()
                await self.engine.team.settled()
                self.engine.wake()
                if self.left is not None:
                    rows = rows[:self.left]
                    self.left -= len(rows)
                yield rows
        finally:
            await self.close()

    async def close(self) -> None:
        self.engine.runner.transients.pop(self.id, None)
        self.transient.close()
        if not self.rows.full():
            self.rows.put_nowait(None)


async def start(engine: Engine, query: ast.Query, properties: Mapping[str, object]) -> PushQuery:
    if query.emit is None:
        raise KsqlError("A push query needs EMIT CHANGES.")
    transient = Transient(engine, query, properties, f"transient_{query.source.name}_{random.getrandbits(63)}")
    await transient.open()
    push = PushQuery(engine, transient)
    engine.runner.transients[push.id] = push
    engine.wake()
    return push


IDLE_ROUNDS = 200
"""Rounds of 10 ms without a record after which a pull query on a stream takes the rest for control records."""


async def read_stream(engine: Engine, query: ast.Query, properties: Mapping[str, object]) -> PullResult:
    """A pull query on a stream: everything in its topic now."""
    from rowtime.engine.pull import PullResult

    transient = Transient(engine, query, properties, f"pull_{random.getrandbits(63)}")
    source = transient.analysis.sides[0].source
    ends = {p: end for p, (_, end) in enumerate(await engine.log.offsets(source.topic))}
    await transient.open(from_start=True)
    rows: list[tuple[Any, ...]] = []
    idle = 0
    try:
        while any(transient.tasks[0].positions[source.topic, p] < end for p, end in ends.items()):
            made = await transient.step(1000)
            if made is None:
                idle += 1
                if idle > IDLE_ROUNDS:
                    break
                await asyncio.sleep(0.01)
                continue
            idle = 0
            rows += [r.values for r in made]
            if query.limit is not None and len(rows) >= query.limit:
                break
            await asyncio.sleep(0)
    finally:
        transient.close()
    await engine.team.settled()
    columns = [Column(c.name, c.type, ColumnKind.VALUE) for c in transient.plan.emit_columns]
    return PullResult(columns, rows[:query.limit])
