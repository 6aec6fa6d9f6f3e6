"""The main loop: which query steps when."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from rowtime.engine.change import Registration
from rowtime.engine.context import Context
from rowtime.engine.query import PersistentQuery, QueryError
from rowtime.engine.recovery import take_snapshot
from rowtime.engine.registration import register
from rowtime.engine.stretch import Stretch
from rowtime.engine.task import Task
from rowtime.log.api import Step
from rowtime.log.errors import LinkLost
from rowtime.serde import key_schema, value_schema
from rowtime.serde.api import Format
from rowtime.sql.types import Column

if TYPE_CHECKING:
    from rowtime.engine.engine import Engine
    from rowtime.engine.push import PushQuery

STEP_SECONDS = 0.02
ROUND = 50_000


class Runner:
    """Runs every query to its end before the next in the order of creation, in rounds of rowtime.round.records."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.queries: dict[str, PersistentQuery] = {}
        self.limit = int(str(engine.config.get("rowtime.step.records", 1000)))
        self.round_records = int(str(engine.config.get("rowtime.round.records", ROUND)))
        self.since_snapshot = 0
        self.transients: dict[str, PushQuery] = {}
        self.snapshot_every = int(str(engine.config.get("rowtime.snapshot.records", 500_000)))

    # -------------------------------------------------- queries come and go
    async def build(self, query: PersistentQuery, ids: dict[str, int], context: Context,
                    start: dict[tuple[str, int], int] | None = None) -> None:
        """Makes internal topics and tasks, and says where reading starts."""
        query.divide(self.engine.share)
        query.name_topics()
        query.strict = str(context.setting("ksql.timestamp.throw.on.invalid", "false")).lower() == "true"
        log = self.engine.log
        most = max(log.topics()[i.topic].partitions for sub in query.plan.subs for i in sub.inputs if not i.internal)
        for topic in query.internal_topics():
            if topic not in log.topics():
                await log.create_topic(topic, most, {"cleanup.policy": "delete", "retention.ms": "-1"})
        partitions = {name: info.partitions for name, info in log.topics().items()}
        query.build(log, partitions)
        sink = query.planned.topic
        query.tasks[-1].encoder.open(ids.get(f"{sink}-key", 0), ids.get(f"{sink}-value", 0))
        query.start = await self._starts(query, context) if start is None else start

    async def _starts(self, query: PersistentQuery, context: Context) -> dict[tuple[str, int], int]:
        latest = str(context.setting("auto.offset.reset", "latest")).lower() == "latest"
        starts: dict[tuple[str, int], int] = {}
        for sub in query.plan.subs:
            for i in sub.inputs:
                ranges = await self.engine.log.offsets(i.topic)
                for p, (first, end) in enumerate(ranges):
                    starts[i.topic, p] = end if latest and not i.internal and not i.is_table else first
        return starts

    def add(self, query: PersistentQuery) -> None:
        """Begins to read."""
        engine = self.engine
        partitions = {name: info.partitions for name, info in engine.log.topics().items()}
        written = {q.planned.topic for q in self.queries.values()}
        query.open(partitions, engine.cache.get, written)
        self.queries[query.id] = query

    async def terminate(self, query_id: str) -> None:
        query = self.queries.pop(query_id, None)
        if query is None:
            return
        query.state = "TERMINATED"
        query.close()
        if self.engine.share.number == 0:
            await self._delete_internal(query)

    async def _delete_internal(self, query: PersistentQuery) -> None:
        """Topics and subjects that only this query used."""
        for topic in query.internal_topics():
            if topic in self.engine.log.topics():
                await self.engine.log.delete_topic(topic)
        for subject in query.internal_subjects():
            if await self.engine.schemas.latest(subject) is not None:
                await self.engine.schemas.delete_subject(subject)

    def pause(self, query_id: str | None, paused: bool) -> None:
        for query in self.queries.values():
            if query_id in (None, query.id) and query.state in ("RUNNING", "PAUSED"):
                query.state = "PAUSED" if paused else "RUNNING"

    # -------------------------------------------------- work
    async def run(self) -> None:
        while True:
            self.engine.awake.clear()
            if not await self.round():
                await self._wait()

    async def _wait(self) -> None:
        """For records, or for a push query that wants some."""
        waits = [asyncio.ensure_future(self.engine.log.wait()), asyncio.ensure_future(self.engine.awake.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def drain(self) -> None:
        """Until no query has anything left to read."""
        while await self.round():
            pass

    async def round(self) -> bool:
        """Each running query in turn; whether any did something."""
        worked = False
        for query in list(self.queries.values()):
            if query.state == "RUNNING":
                worked = await self.drain_query(query) or worked
        for push in list(self.transients.values()):
            worked = await push.work(self.limit) or worked
        if self.since_snapshot >= self.snapshot_every:
            self.since_snapshot = 0
            await take_snapshot(self.engine)
        return worked

    async def drain_query(self, query: PersistentQuery) -> bool:
        """Each of its tasks to its end before the next, so that what a task reads does not depend on how many records a
        step takes; but no more than a round's records of one, so that no query waits for ever."""
        worked = False
        for task in query.tasks:
            left = self.round_records
            while left > 0 and query.state == "RUNNING":
                taken = await self.advance(query, task, left)
                if not taken:
                    break
                worked, left = True, left - taken
        return worked

    async def advance(self, query: PersistentQuery, task: Task, most: int = ROUND) -> int:
        """One step of a task, how many records it took; an error stops its query and no other."""
        try:
            taken = await self._take(query, task, most)
            if not taken or query.state != "RUNNING":
                task.give_back(taken)
                return 0
            began, count = time.perf_counter(), sum(map(len, taken))
            step = task.work(taken)
            self._commit(task, step)
            task.learn(time.perf_counter() - began, count, STEP_SECONDS, self.limit)
        except (asyncio.CancelledError, LinkLost):
            raise
        except Exception as e:
            self._fail(query, task, e)
            return 0
        await asyncio.sleep(0)
        return count

    async def _take(self, query: PersistentQuery, task: Task, most: int) -> list[Stretch]:
        while True:
            try:
                taken = task.take(min(task.pace, self.limit, most))
            except KeyError as missing:
                await self.engine.cache.fetch(missing.args[0])
                continue
            if taken and not task.registered:
                await self._register(query, task)
            return taken

    async def _register(self, query: PersistentQuery, task: Task) -> None:
        """The subjects of a task's internal topics, when its first record has come."""
        task.registered = True
        target = task.sub.target
        assert target is not None
        if target.internal:
            ids = [await self._subject(query, target.topic, side, fmt, columns) for side, fmt, columns in (
                ("key", target.key_format, target.key), ("value", target.value_format, target.value))]
            task.encoder.open(*ids)
        for stored in task.sub.changelogs:
            await self._subject(query, query.internal(f"{stored.name}-changelog"), "value", stored.value_format,
                                stored.value)

    async def _subject(self, query: PersistentQuery, topic: str, side: str, fmt: Format,
                       columns: tuple[Column, ...]) -> int:
        if fmt.name != "AVRO" or not columns:
            return 0
        text = value_schema(columns) if side == "value" else key_schema(columns, query.sink)
        subject = f"{topic}-{side}"
        return (await register(self.engine.schemas, [Registration(subject, text)]))[subject]

    def _commit(self, task: Task, step: Step) -> None:
        if task.problems:
            problems, task.problems = task.problems, []
            step.outputs = [*step.outputs, *self.engine.report(problems)]
        self.engine.log.commit(step)
        self.since_snapshot += sum(n for _, _, _, n in step.consumed)

    def _fail(self, query: PersistentQuery, task: Task, e: Exception) -> None:
        message = f"Exception caught in process. taskId={task.name}, {type(e).__name__}: {e}"
        error = QueryError(message, int(time.time() * 1000))
        query.fail(error)
        self.engine.team.failed(query.id, error)
