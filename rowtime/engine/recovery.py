"""After a restart: statements from the command log, state from a snapshot and the steps since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowtime.engine import snapshot
from rowtime.engine.change import Change
from rowtime.engine.prepare_statement import apply_to_metastore, prepare
from rowtime.engine.query import PersistentQuery
from rowtime.engine.registration import register
from rowtime.engine.task import Task
from rowtime.engine.workers.count import check_count
from rowtime.log.api import Step, TopicInfo
from rowtime.sql import ast
from rowtime.sql.parser import parse_statements

if TYPE_CHECKING:
    from rowtime.engine.engine import Engine


def command(change: Change, sequence: int, query: PersistentQuery | None, properties: Mapping[str, object]) \
        -> dict[str, Any]:
    """The command log's entry for a statement; `topic`: that it made."""
    start = [[topic, p, offset] for (topic, p), offset in query.start.items()] if query else []
    return {"sequence": sequence, "text": change.text, "properties": dict(properties),
            "query_id": query.id if query else None, "start": start,
            "topic": change.topic.name if change.topic is not None else None}


@dataclass(slots=True)
class Standing:
    """What statements done once more leave behind.

    topics    as statements made them; later ones may have deleted them
    sources   what is to be there for each: its topic, its schemas
    queries   each with its entry of the command log; None: it runs already
    """

    topics: dict[str, TopicInfo] = field(default_factory=dict)
    sources: dict[str, Change] = field(default_factory=dict)
    queries: dict[str, tuple[Change, Mapping[str, Any]] | None] = field(default_factory=dict)
    paused: dict[str, bool] = field(default_factory=dict)


async def recover(engine: Engine) -> None:
    await check_count(engine.log, engine.share)
    standing = Standing()
    for entry in await engine.log.events("command"):
        await _again(engine, entry, standing)
    if engine.share.number == 0:
        await _make_again(engine, standing)
    queries = [await _build(engine, *found) for found in standing.queries.values() if found]
    engine.start_team()
    seen, dumped = _newest(engine)
    for query in queries:
        if query.id in dumped:
            query.restore(dumped[query.id])
        for task in query.tasks:
            await _replay(engine, query, task, seen if query.id in dumped else -1)
        engine.runner.add(query)
        if standing.paused.get(query.id):
            query.state = "PAUSED"
    await engine.team.follow()


async def follow(engine: Engine) -> None:
    """Does what another process of the engine has executed since."""
    standing = Standing(queries=dict.fromkeys(engine.queries))
    for entry in await engine.log.events("command"):
        if entry["sequence"] >= engine.sequence:
            for ended in (await _again(engine, entry, standing)).terminates:
                await engine.runner.terminate(ended)
    for found in filter(None, standing.queries.values()):
        engine.runner.add(await _build(engine, *found))
    for query_id, paused in standing.paused.items():
        engine.runner.pause(query_id, paused)
    engine.wake()


async def _again(engine: Engine, entry: Mapping[str, Any], standing: Standing) -> Change:
    """One statement once more, as the metastore and the topics were then."""
    parsed = parse_statements(entry["text"], types=engine.metastore.types)[0]
    context = engine.context(entry["properties"])
    context.topics.update(standing.topics)
    context.topics.pop(entry.get("topic") or "", None)
    change = await prepare(_without_topic_checks(parsed.statement), context)
    query_id = entry["query_id"]
    apply_to_metastore(change, context, query_id or "")
    engine.sequence = entry["sequence"] + 2
    for ended in change.terminates:
        standing.queries.pop(ended, None)
    if isinstance(parsed.statement, ast.PauseQuery | ast.ResumeQuery):
        for name in [parsed.statement.query_id] if parsed.statement.query_id else list(standing.queries):
            standing.paused[name] = isinstance(parsed.statement, ast.PauseQuery)
    _note_source(change, standing)
    if change.query is not None and query_id is not None:
        standing.queries[query_id] = change, entry
    return change


def _note_source(change: Change, standing: Standing) -> None:
    standing.sources.pop(change.drops, None)
    if change.topic is not None:
        standing.topics[change.topic.name] = TopicInfo(change.topic.name, change.topic.partitions, change.topic.config)
    if change.source is not None and isinstance(change.statement, ast.CreateSource | ast.CreateAs):
        standing.sources[change.source.name] = change


async def _make_again(engine: Engine, standing: Standing) -> None:
    """Topics and schemas of the sources that there are, where somebody has deleted them."""
    for change in standing.sources.values():
        if change.topic is not None and change.topic.name not in engine.log.topics():
            await engine.log.create_topic(change.topic.name, change.topic.partitions, change.topic.config)
        await register(engine.schemas, change.registrations)


async def _build(engine: Engine, change: Change, entry: Mapping[str, Any]) -> PersistentQuery:
    assert change.query is not None
    query = PersistentQuery(entry["query_id"], entry["text"], change.query, entry["properties"], engine.prefix)
    start = {(topic, p): offset for topic, p, offset in entry["start"]}
    ids = await register(engine.schemas, change.registrations)
    await engine.runner.build(query, ids, engine.context(entry["properties"]), start)
    return query


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
    found = snapshot.newest_snapshot(_directory(engine, engine.data_dir)) if engine.data_dir is not None else None
    return (found[1]["seen"], found[1]["queries"]) if found else (-1, {})


def _directory(engine: Engine, data_dir: Path) -> Path:
    number = engine.share.number
    return data_dir / (f"engine-{number}" if number else "engine")


async def take_snapshot(engine: Engine) -> None:
    """Writes the state of all queries, once everything in it is durable."""
    if engine.data_dir is None or not engine.queries:
        return
    queries = [q for q in engine.queries.values() if q.state != "ERROR"]
    seen = max((t.seen for q in queries for t in q.tasks), default=-1)
    data = snapshot.pack({"seen": seen, "queries": {q.id: q.dump() for q in queries}})
    await engine.log.durable()
    directory = _directory(engine, engine.data_dir)
    found = snapshot.newest_snapshot(directory)
    snapshot.write_snapshot(directory, (found[0] if found else 0) + 1, data)
