"""SHOW STREAMS, TABLES, TOPICS, QUERIES, PROPERTIES, FUNCTIONS, TYPES, VARIABLES."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rowtime import functions
from rowtime.ksql import connectors, descriptions, settings
from rowtime.ksql.entities import Entity, entity, push_info, schema_info
from rowtime.ksql.session import Session
from rowtime.ksql.statements.handler import Handler
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement

HIDDEN = re.compile(r"_confluent.*|__.*|_schemas|rowtime\..*")


class ListHandler(Handler):
    async def validate(self, session: Session, parsed: ParsedStatement) -> None:
        assert isinstance(parsed.statement, ast.ListItems)
        if parsed.statement.what not in _LISTS:
            await connectors.refuse(str(session.service.engine.config.get("ksql.connect.url", connectors.URL)))

    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        s = parsed.statement
        assert isinstance(s, ast.ListItems)
        if s.extended and s.what in ("STREAMS", "TABLES"):
            return await described(session, parsed.text, s.what == "TABLES")
        return _LISTS[s.what](session, parsed.text, s.extended)


async def described(session: Session, text: str, is_table: bool, extended: bool = True) -> Entity:
    sources = _sources(session, is_table)
    found = [await descriptions.source(session.service.engine, s, extended) for s in sources]
    return entity("source_descriptions", text, sourceDescriptions=found)


def _sources(session: Session, is_table: bool) -> list[Any]:
    found = [s for s in session.service.engine.metastore.sources.values() if s.is_table is is_table]
    return sorted(found, key=lambda s: s.name)


def source_info(source: Any) -> Entity:
    return {
        "type": "TABLE" if source.is_table else "STREAM", "name": source.name, "topic": source.topic,
        "keyFormat": source.key_format.name, "valueFormat": source.value_format.name,
        "isWindowed": source.window is not None,
    }  # fmt: skip


def _streams(session: Session, text: str, extended: bool) -> Entity:
    return entity("streams", text, streams=[source_info(s) for s in _sources(session, False)])


def _tables(session: Session, text: str, extended: bool) -> Entity:
    return entity("tables", text, tables=[source_info(s) for s in _sources(session, True)])


def _topics(session: Session, text: str, extended: bool, hidden: bool = False) -> Entity:
    topics = session.service.engine.log.topics()
    names = sorted(n for n in topics if hidden or not HIDDEN.fullmatch(n))
    infos: list[Entity] = [{"name": n, "replicaInfo": [1] * topics[n].partitions} for n in names]
    if not extended:
        return entity("kafka_topics", text, topics=infos)
    extra = {"consumerCount": 0, "consumerGroupCount": 0}
    return entity("kafka_topics_extended", text, topics=[{**i, **extra} for i in infos])


def _all_topics(session: Session, text: str, extended: bool) -> Entity:
    return _topics(session, text, extended, True)


def _queries(session: Session, text: str, extended: bool) -> Entity:
    engine = session.service.engine
    queries = list(engine.queries.values())
    if extended:
        found = [descriptions.query(engine, q, session.service.host) for q in queries]
        return entity("query_descriptions", text, queryDescriptions=found)
    running = [descriptions.running(engine, q) for q in queries]
    pushes = [push_info(i, push.text) for i, push in session.service.push_queries.items()]
    return entity("queries", text, queries=running + pushes)


def _properties(session: Session, text: str, extended: bool) -> Entity:
    own = {"ksql.streams.application.server": f"http://{session.service.host}"}
    config = {**own, **session.service.engine.config, **session.properties}
    return entity(
        "properties", text, properties=settings.listing(config), overwrittenProperties=sorted(session.properties),
        defaultProperties=settings.defaults(config),
    )  # fmt: skip


def category(name: str) -> str:
    return name.replace("_", " ").upper().replace("DATE TIME", "DATE / TIME") if name else "OTHER"


def _functions(session: Session, text: str, extended: bool) -> Entity:
    found = [
        {"name": f.name.upper(), "type": f.kind, "category": "AGGREGATE" if f.kind == "AGGREGATE" else
         "TABLE" if f.kind == "TABLE" else category(getattr(f, "category", ""))}
        for f in functions.names()
    ]  # fmt: skip
    return entity("function_names", text, functions=sorted(found, key=lambda f: f["name"]))


def _types(session: Session, text: str, extended: bool) -> Entity:
    types = session.service.engine.metastore.types
    return entity("type_list", text, types={name: schema_info(t) for name, t in sorted(types.items())})


def _variables(session: Session, text: str, extended: bool) -> Entity:
    return entity("variables", text, variables=[{"name": n, "value": v} for n, v in sorted(session.variables.items())])


_LISTS: dict[str, Callable[[Session, str, bool], Entity]] = {
    "STREAMS": _streams, "TABLES": _tables, "TOPICS": _topics, "ALL TOPICS": _all_topics, "QUERIES": _queries,
    "PROPERTIES": _properties, "FUNCTIONS": _functions, "TYPES": _types, "VARIABLES": _variables,
}  # fmt: skip

__all__ = ["ListHandler", "described", "source_info"]
