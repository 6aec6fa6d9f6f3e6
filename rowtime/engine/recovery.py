"""After a restart: statements from the command log, state from a snapshot and the steps since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rowtime.engine import snapshot
from rowtime.engine.change import Change
from rowtime.engine.prepare_statement import apply_to_metastore, prepare
from rowtime.engine.query import PersistentQuery
from rowtime.engine.registration import register
from rowtime.engine.task import Task
from rowtime.log.api import Step
from rowtime.sql import ast
from rowtime.sql.parser import parse_statements

if TYPE_CHECKING:
    from rowtime.engine.engine import Engine


def command(change: Change, sequence: int, query: PersistentQuery | None, properties: Mapping[str, object]) \
        -> dict[str, Any]:
    """The command log's entry for a statement."""
    start = [[topic, p, offset] for (topic, p), offset in query.start.items()] if query else []
    return {"sequence": sequence, "text": change.text, "properties": dict(properties),
            "query_id": query.id if query else None, "start": start}


async def recover(engine: Engine) -> None:
    pending: dict[str, PersistentQuery] = {}
    paused: dict[str, bool] = {}
    for entry in await engine.log.events("command"):
        await _again(engine, entry, pending, paused)
        engine.sequence = entry["sequence"] + 2
    seen, dumped = _newest(engine)
    for query in pending.values():
        if query.id in dumped:
            query.restore(dumped[query.id])
        for task in query.tasks:
            await _replay(engine, query, task, seen if query.id in dumped else -1)
        engine.runner.add(query)
        if paused.get(query.id):
            query.state = "PAUSED"


async def _again(engine: Engine, entry: Mapping[str, Any], pending: dict[str, PersistentQuery],
                 paused: dict[str, bool]) -> None:
    """One statement once more: the metastore changes, topics and schemas are there already."""
    parsed = parse_statements(entry["text"], types=engine.metastore.types)[0]
    context = engine.context(entry["properties"])
    change = await prepare(_without_topic_checks(parsed.statement), context)
    query_id = entry["query_id"]
    apply_to_metastore(change, context, query_id or "")
    for ended in change.terminates:
        pending.pop(ended, None)
    if isinstance(parsed.statement, ast.PauseQuery | ast.ResumeQuery):
        for name in [parsed.statement.query_id] if parsed.statement.query_id else list(pending):
            paused[name] = isinstance(parsed.statement, ast.PauseQuery)
    if change.topic is not None and change.topic.name not in engine.log.topics():
        await engine.log.create_topic(change.topic.name, change.topic.partitions, change.topic.config)
    ids = await register(engine.schemas, change.registrations)
    if change.query is not None and query_id is not None:
        query = PersistentQuery(query_id, entry["text"], change.query, entry["properties"], engine.prefix)
        start = {(topic, p): offset for topic, p, offset in entry["start"]}
        await engine.runner.build(query, ids, context, start)
        pending[query_id] = query


def _without_topic_checks(statement: ast.Statement) -> ast.Statement:
    return replace(statement, or_replace=False) if isinstance(statement, ast.CreateAs) else statement


async def _replay(engine: Engine, query: PersistentQuery, task: Task, after: int) -> None:
    """Runs the committed steps that the snapshot does not hold; all of them come after the frame `after`."""
    query.open_decoders(task, engine.cache.get)
    for _, step in await engine.log.steps(task.name, after):
        if _is_behind(task, step):
            continue
        runs = [(t, p, o, await engine.log.read(t, p, o, n)) for t, p, o, n in step.consumed]
        while True:
            try:
                decoded = task.decode(runs)
                break
            except KeyError as missing:
                await engine.cache.fetch(missing.args[0])
        task.replay(decoded, step.recorded)
    query.start.update(task.positions)


def _is_behind(task: Task, step: Step) -> bool:
    """Whether the state holds the step already."""
    return all(o + n <= task.positions.get((t, p), 0) for t, p, o, n in step.consumed)


# ---------------------------------------------------------------- snapshots
def _newest(engine: Engine) -> tuple[int, dict[str, Any]]:
    """(newest frame that had been read, query → state); a step that is missing was committed after that frame."""
    found = snapshot.newest_snapshot(engine.data_dir / "engine") if engine.data_dir is not None else None
    return (found[1]["seen"], found[1]["queries"]) if found else (-1, {})


async def take_snapshot(engine: Engine) -> None:
    """Writes the state of all queries, once everything in it is durable."""
    if engine.data_dir is None or not engine.queries:
        return
    queries = [q for q in engine.queries.values() if q.state != "ERROR"]
    seen = max((t.seen for q in queries for t in q.tasks), default=-1)
    data = snapshot.pack({"seen": seen, "queries": {q.id: q.dump() for q in queries}})
    await engine.log.durable()
    directory = engine.data_dir / "engine"
    found = snapshot.newest_snapshot(directory)
    snapshot.write_snapshot(directory, (found[0] if found else 0) + 1, data)
