"""The engine: statements in, records on. One task of asyncio runs every query in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rowtime.engine import insert_values, pull, push, recovery
from rowtime.engine.change import Change
from rowtime.engine.context import Context
from rowtime.engine.metastore import Metastore
from rowtime.engine.prepare_statement import apply_to_metastore, prepare
from rowtime.engine.processing_log import problem_outputs
from rowtime.engine.query import PersistentQuery
from rowtime.engine.registration import register
from rowtime.engine.runner import Runner
from rowtime.engine.sandbox import Sandbox
from rowtime.engine.schema_cache import SchemaCache
from rowtime.engine.throttle import Clock, wall_clock
from rowtime.engine.workers.alone import Alone
from rowtime.engine.workers.api import Team
from rowtime.engine.workers.share import ALL, Share
from rowtime.engine.written import check_written
from rowtime.errors import KsqlError, StatementError
from rowtime.log.api import Log, Schemas
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement, parse_statements

Properties = Mapping[str, object]
NONE: Properties = {}


@dataclass(frozen=True, slots=True)
class Executed:
    """What a statement did; see rowtime.ksql.backend."""

    text: str
    message: str
    query_id: str | None = None
    sequence: int = -1
    warning: bool = False


class Engine:
    """Log and schemas are given; `data_dir` keeps snapshots (None: state comes back from the log alone).

    config   server properties; `rowtime.step.records` is how many records a step takes
    share    the partitions that this process works on; team: the engine's other processes
    """

    def __init__(self, log: Log, schemas: Schemas, config: Properties | None = None,
                 data_dir: Path | None = None, *, consecutive_ids: bool = False, clock: Clock = wall_clock,
                 share: Share = ALL, team: Team | None = None):
        self.log, self.schemas = log, schemas
        self.config: dict[str, object] = dict(config or {})
        self.data_dir = data_dir
        self.share, self.team = share, team or Alone()
        self.metastore = Metastore()
        self.runner = Runner(self)
        self.cache = SchemaCache(schemas)
        self.sequence = 0
        self.consecutive_ids, self.clock = consecutive_ids, clock
        self.prefix = f"_confluent-ksql-{self.config.get('ksql.service.id', 'default_')}query_"
        self._executing = asyncio.Lock()
        self.awake = asyncio.Event()

    @property
    def queries(self) -> dict[str, PersistentQuery]:
        return self.runner.queries

    # -------------------------------------------------- life
    async def start(self) -> None:
        """Brings back what was declared and where every query stood."""
        await recovery.recover(self)

    async def run(self) -> None:
        """Runs the queries until cancelled."""
        await self.runner.run()

    async def stop(self) -> None:
        await recovery.take_snapshot(self)
        for query in self.queries.values():
            query.close()

    # -------------------------------------------------- statements
    def context(self, properties: Properties = NONE, *, sandbox: bool = False) -> Context:
        metastore = self.metastore.clone() if sandbox else self.metastore
        return Context(metastore, dict(self.log.topics()), self.schemas, self.config, properties, clock=self.clock)

    async def validate(self, statements: Iterable[ParsedStatement], properties: Properties = NONE) -> Any:
        """Tries statements in a sandbox; StatementError for the first that is wrong. Gives the commands' changes."""
        sandbox = self.sandbox()
        changes = [await sandbox.attempt(parsed, properties) for parsed in statements]
        return [change for change in changes if change is not None]

    def sandbox(self) -> Sandbox:
        """Where the statements of a request are tried before any is done."""
        return Sandbox(self)

    async def prepared(self, parsed: ParsedStatement, context: Context) -> Change:
        try:
            check_written(parsed.statement)
            return await prepare(parsed.statement, context)
        except StatementError as e:
            raise StatementError(e.message, e.statement or parsed.text, code=e.code) from e
        except KsqlError as e:
            if e.code == 40000 and e.message.startswith("Topic '"):
                raise
            raise StatementError(e.message, parsed.text) from e

    async def execute(self, parsed: ParsedStatement, properties: Properties = NONE) -> Executed:
        """Does one statement; it is durable when this returns."""
        async with self._executing:
            context = self.context(properties)
            change = await self.prepared(parsed, context)
            if change.warning and not isinstance(change.statement, ast.DropSource):
                return Executed(change.text, change.message, warning=True)
            sequence = self.sequence
            query_id = self.query_id(change, sequence, self.metastore)
            query = await self._make(change, query_id, context)
            self.sequence += 2
            self.log.append_event("command", recovery.command(change, sequence, query, properties))
            apply_to_metastore(change, context, query_id or "")
            await self._finish(change, query)
            await self.log.durable()
            message = f"Created query with ID {query_id}" if query_id else change.message
            return Executed(change.text, message, query_id, sequence, change.warning)

    def query_id(self, change: Change, sequence: int, metastore: Metastore) -> str | None:
        if change.query is None:
            return None
        given = dict(getattr(change.statement, "properties", ())).get("QUERY_ID")
        if given is not None:
            return str(given.value)  # type: ignore[attr-defined]
        if self.consecutive_ids:
            return f"{change.query.prefix}_{len(metastore.queries)}"
        return f"{change.query.prefix}_{max(sequence - 1, 0)}"

    async def _make(self, change: Change, query_id: str | None, context: Context) -> PersistentQuery | None:
        """Topics and schemas first; then the query, built but not reading."""
        if change.topic is not None and change.topic.name not in self.log.topics():
            await self.log.create_topic(change.topic.name, change.topic.partitions, change.topic.config)
        ids = await register(self.schemas, change.registrations)
        if change.query is None or query_id is None:
            return None
        query = PersistentQuery(query_id, change.text, change.query, dict(context.properties), self.prefix)
        await self.runner.build(query, ids, context)
        return query

    async def _finish(self, change: Change, query: PersistentQuery | None) -> None:
        self.start_team()
        if query is not None or change.terminates or isinstance(change.statement, ast.PauseQuery | ast.ResumeQuery):
            await self.team.follow()
        for ended in change.terminates:
            await self.runner.terminate(ended)
        if change.deletes_topic:
            await self._delete_topic(change.deletes_topic)
        if isinstance(change.statement, ast.PauseQuery | ast.ResumeQuery):
            self.runner.pause(change.statement.query_id, isinstance(change.statement, ast.PauseQuery))
        if query is not None:
            self.runner.add(query)
        self.wake()

    def start_team(self) -> None:
        """The other processes are there once a source has several partitions."""
        topics = self.log.topics()
        if any(s.topic in topics and topics[s.topic].partitions > 1 for s in self.metastore.sources.values()):
            self.team.start()

    async def _delete_topic(self, topic: str) -> None:
        if topic in self.log.topics():
            await self.log.delete_topic(topic)
        for side in ("key", "value"):
            await self.schemas.delete_subject(f"{topic}-{side}")

    async def execute_text(self, text: str, properties: Properties = NONE) -> list[Executed]:
        """All statements of a text, as /ksql would: tried first, then done. INSERT VALUES included."""
        parsed = parse_statements(text, types=self.metastore.types)
        await self.validate(parsed, properties)
        done, settings = [], dict(properties)
        for one in parsed:
            if isinstance(one.statement, ast.InsertValues):
                await self.insert_values(one, settings)
            elif isinstance(one.statement, ast.SetProperty):
                settings[one.statement.name] = one.statement.value
            elif isinstance(one.statement, ast.UnsetProperty):
                settings.pop(one.statement.name, None)
            elif not isinstance(one.statement, ast.DefineVariable | ast.UndefineVariable):
                done.append(await self.execute(one, settings))
        return done

    # -------------------------------------------------- data
    async def insert_values(self, parsed: ParsedStatement, properties: Properties = NONE) -> None:
        """INSERT INTO … VALUES: durable when this returns."""
        await insert_values.insert(self, parsed, properties)

    async def pull(self, query: ast.Query, properties: Properties = NONE) -> pull.PullResult:
        """All rows of a pull query as of now."""
        await self.log.durable()
        return await pull.pull(self, query, properties)

    async def offsets(self, query_id: str) -> dict[tuple[str, int], int]:
        """(topic, partition) → next offset that a query reads."""
        query = self.queries[query_id]
        return {**query.offsets, **(await self.team.positions(query_id) if query.share.divides else {})}

    async def push(self, query: ast.Query, properties: Properties = NONE) -> push.PushQuery:
        return await push.start(self, query, properties)

    def wake(self) -> None:
        """Something changed that the log does not know of."""
        self.awake.set()

    def report(self, outputs: list[Any]) -> list[Any]:
        """Problems of a step as records of the processing log, where that topic exists."""
        return problem_outputs(outputs, self.log.topics(), self.config)
