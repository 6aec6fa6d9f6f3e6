"""The JSON shapes of /ksql's answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rowtime.sql.types import Array, Column, ColumnKind, Decimal, Map, SqlType, Struct

Entity = dict[str, Any]


def entity(kind: str, text: str, **fields: Any) -> Entity:
    return {"@type": kind, "statementText": text, **fields, "warnings": []}


def current_status(
    text: str, command_id: str, message: str, *, query_id: str | None = None, sequence: int = -1
) -> Entity:
    return entity(
        "currentStatus", text, commandId=command_id,
        commandStatus={"status": "SUCCESS", "message": message, "queryId": query_id}, commandSequenceNumber=sequence,
    )  # fmt: skip


def warning(text: str, message: str) -> Entity:
    return entity("warning_entity", text, message=message)


def schema_info(t: SqlType) -> Entity:
    """A type; DECIMAL carries its parameters."""
    info: Entity = {"type": _base(t), "fields": None, "memberSchema": None}
    if isinstance(t, Struct):
        info["fields"] = [{"name": f.name, "schema": schema_info(f.type)} for f in t.fields]
    elif isinstance(t, Array):
        info["memberSchema"] = schema_info(t.item)
    elif isinstance(t, Map):
        info["memberSchema"] = schema_info(t.value)
    elif isinstance(t, Decimal):
        info["parameters"] = {"precision": t.precision, "scale": t.scale}
    return info


def _base(t: SqlType) -> str:
    return str(t).partition("<")[0].partition("(")[0]


def field_info(column: Column) -> Entity:
    info: Entity = {"name": column.name, "schema": schema_info(column.type)}
    if column.kind is ColumnKind.KEY:
        info["type"] = "KEY"
    elif column.kind is ColumnKind.HEADERS:
        info["type"] = "HEADER"
    return info


def fields_info(columns: Iterable[Column]) -> list[Entity]:
    """Key columns first."""
    ordered = sorted(columns, key=lambda c: c.kind is not ColumnKind.KEY)
    return [field_info(c) for c in ordered]


def running_query(query: Any, sink_topics: Sequence[str]) -> Entity:
    return {
        "queryString": query.text, "sinks": [query.sink], "sinkKafkaTopics": list(sink_topics), "id": query.id,
        "statusCount": {query.state: 1}, "queryType": "PERSISTENT", "state": query.state,
    }  # fmt: skip


def push_info(query_id: str, text: str) -> Entity:
    return {
        "queryString": text, "sinks": [], "sinkKafkaTopics": [], "id": query_id, "statusCount": {"RUNNING": 1},
        "queryType": "PUSH", "state": "RUNNING",
    }  # fmt: skip


def offset_summary(group: str, topics: Mapping[str, list[Entity]]) -> Entity:
    return {
        "groupId": group,
        "topicSummaries": [{"kafkaTopic": t, "offsets": offsets} for t, offsets in topics.items()],
    }
