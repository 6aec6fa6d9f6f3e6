"""Long descriptions of sources and queries: DESCRIBE, EXPLAIN, SHOW … EXTENDED."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rowtime.functions.declared import Overload, declared
from rowtime.functions.registry import Function
from rowtime.ksql.entities import Entity, fields_info, offset_summary, running_query
from rowtime.ksql.explaining import explain
from rowtime.ksql.plan_text import plan_text, topology_text
from rowtime.log.api import Log
from rowtime.serde.hash_map import hash_map


def running(engine: Any, query: Any) -> Entity:
    sink = engine.metastore.get(query.sink)
    return running_query(query, [sink.topic] if sink else [])


def _running(engine: Any, ids: Sequence[str]) -> list[Entity]:
    return [running(engine, engine.queries[i]) for i in ids if i in engine.queries]


async def source(engine: Any, found: Any, extended: bool) -> Entity:
    """A stream or table, with the queries that read and write it."""
    store = engine.metastore
    topic = engine.log.topics().get(found.topic)
    readers = [i for i in store.readers(found.name) if i in engine.queries]
    writers = [i for i in store.writers(found.name) if i in engine.queries]
    return {
        "name": found.name,
        "windowType": found.window.type.value if found.window else None,
        "readQueries": _running(engine, readers),
        "writeQueries": _running(engine, writers),
        "fields": fields_info(found.schema),
        "type": "TABLE" if found.is_table else "STREAM",
        "timestamp": found.timestamp.column if found.timestamp else "",
        "statistics": "",
        "errorStats": "",
        "extended": extended,
        "keyFormat": found.key_format.name,
        "valueFormat": found.value_format.name,
        "topic": found.topic,
        "partitions": topic.partitions if topic else 0,
        "replication": 1 if topic else 0,
        "statement": found.sql,
        "queryOffsetSummaries": await _summaries(engine, writers) if extended else [],
        "sourceConstraints": sorted(store.children(found.name)),
        "clusterStatistics": [],
        "clusterErrorStats": [],
    }


async def _summaries(engine: Any, ids: Sequence[str]) -> list[Entity]:
    return [
        offset_summary(group_of(engine, i), await topic_offsets(engine.log, await engine.offsets(i))) for i in ids
    ]


def group_of(engine: Any, query_id: str) -> str:
    service = engine.config.get("ksql.service.id", "default_")
    return f"_confluent-ksql-{service}query_{query_id}"


def transient_group(engine: Any, query_id: str) -> str:
    service = engine.config.get("ksql.service.id", "default_")
    return f"_confluent-ksql-{service}transient_{query_id}_{time.time_ns() // 1_000_000}"


async def topic_offsets(log: Log, consumed: Mapping[tuple[str, int], int]) -> dict[str, list[Entity]]:
    found: dict[str, list[Entity]] = {}
    for topic in hash_map(dict.fromkeys(sorted({t for t, _ in consumed}))):
        ends = await log.offsets(topic) if topic in log.topics() else []
        found[topic] = [
            {
                "partition": p, "logStartOffset": start, "logEndOffset": end,
                "consumerOffset": consumed.get((topic, p), 0),
            }
            for p, (start, end) in enumerate(ends)
        ]  # fmt: skip
    return found


def query(engine: Any, found: Any, host: str) -> Entity:
    """A persistent query."""
    sink = engine.metastore.get(found.sink)
    return {
        "id": found.id,
        "statementText": found.text,
        "windowType": sink.window.type.value if sink and sink.window else None,
        "fields": fields_info(sink.schema) if sink else [],
        "sources": list(found.sources),
        "sinks": [found.sink],
        "topology": topology_text(found.plan),
        "executionPlan": plan_text(found.plan),
        "overriddenProperties": {name: typed(value) for name, value in found.properties.items()},
        "ksqlHostQueryStatus": {host: found.state},
        "queryType": "PERSISTENT",
        "queryErrors": [{"timestamp": e.timestamp, "errorMessage": e.message, "type": e.type} for e in found.errors],
        "tasksMetadata": [],
        "consumerGroupId": group_of(engine, found.id),
        "state": found.state,
    }


def typed(value: object) -> object:
    """A property's value as a number where it is one."""
    if isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    return value


def function(found: Function) -> Entity:
    """DESCRIBE FUNCTION."""
    return {
        "name": found.name.upper(),
        "description": found.about,
        "author": declared(found.name).author,
        "version": "",
        "path": "internal",
        "functions": [_overload(o) for o in declared(found.name).overloads],
        "type": found.kind,
    }


def _overload(found: Overload) -> Entity:
    arguments = [{"name": p.name, "type": p.type, "description": "", "isVariadic": p.variadic}
                 for p in found.parameters]  # fmt: skip
    types = [p.type for p in found.parameters]
    return {"arguments": arguments, "returnType": found.returns, "description": "", "argumentTypes": types}


async def explained(engine: Any, statement: Any, text: str, properties: Mapping[str, object]) -> Entity:
    """EXPLAIN of a statement that does not run."""
    found = await explain(engine, statement, text, properties)
    plan = found.plan
    return {
        "id": found.id,
        "statementText": text,
        "windowType": plan.window.type.value if plan.window else None,
        "fields": fields_info([*plan.keys, *plan.schema]),
        "sources": found.sources,
        "sinks": found.sinks,
        "topology": topology_text(plan),
        "executionPlan": plan_text(plan),
        "overriddenProperties": {name: typed(value) for name, value in properties.items()},
        "ksqlHostQueryStatus": {},
        "queryType": "PERSISTENT" if found.sinks else "PUSH",
        "queryErrors": [],
        "tasksMetadata": [],
        "consumerGroupId": group_of(engine, found.id) if found.sinks else transient_group(engine, found.id),
        "state": None,
    }
