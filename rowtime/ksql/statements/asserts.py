"""ASSERT TOPIC and ASSERT SCHEMA: wait until it holds, or answer 417."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from rowtime.ksql.entities import Entity, entity
from rowtime.ksql.errors import GenericError
from rowtime.ksql.session import Session
from rowtime.ksql.statements.handler import Handler
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement

Check = Callable[[], Awaitable[str | None]]
POLL_SECONDS = 0.05


async def wait_until(check: Check, timeout_ms: int) -> None:
    """`check` answers what is wrong, or None; GenericError 41700 with the last answer."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_ms / 1000
    while (wrong := await check()) is not None:
        if loop.time() >= deadline:
            raise GenericError(wrong, code=41700)
        await asyncio.sleep(POLL_SECONDS)


def timeout_of(session: Session, timeout: ast.Duration | None, setting: str) -> int:
    if timeout is not None:
        return timeout.ms
    return int(str(session.properties.get(setting, session.service.engine.config.get(setting, 1000))))


class AssertTopicHandler(Handler):
    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        s = parsed.statement
        assert isinstance(s, ast.AssertTopic)
        timeout = timeout_of(session, s.timeout, "ksql.assert.topic.default.timeout.ms")
        await wait_until(lambda: topic_wrong(session, s), timeout)
        return entity("assert_topic", parsed.text, topicName=s.topic, exists=s.exists)


async def topic_wrong(session: Session, s: ast.AssertTopic) -> str | None:
    found = session.service.engine.log.topics().get(s.topic)
    if not s.exists:
        return None if found is None else f"Topic {s.topic} exists"
    if found is None:
        return f"Topic {s.topic} does not exist"
    actual: dict[str, Any] = {"PARTITIONS": found.partitions, "REPLICAS": 1}
    mismatches = [
        f"For config {name.lower()}, expected {literal.value} got {actual[name]}"  # type: ignore[attr-defined]
        for name, literal in s.properties
        if name in actual and literal.value != actual[name]  # type: ignore[attr-defined]
    ]
    unknown = [name for name, _ in s.properties if name not in actual]
    if unknown:
        return f"Cannot assert unknown topic property: {unknown[0]}"
    return f"Mismatched configuration for topic {s.topic}: {', '.join(mismatches)}" if mismatches else None


class AssertSchemaHandler(Handler):
    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        s = parsed.statement
        assert isinstance(s, ast.AssertSchema)
        timeout = timeout_of(session, s.timeout, "ksql.assert.schema.default.timeout.ms")
        await wait_until(lambda: schema_wrong(session, s), timeout)
        return entity("assert_schema", parsed.text, subject=s.subject, id=s.schema_id, exists=s.exists)


async def schema_wrong(session: Session, s: ast.AssertSchema) -> str | None:
    found = await schema_exists(session, s)
    if found is s.exists:
        return None
    subject = f" subject name {s.subject}" if s.subject is not None else ""
    schema_id = f" id {s.schema_id}" if s.schema_id is not None else ""
    return f"Schema with{subject}{schema_id} {'does not exist' if s.exists else 'exists'}"


async def schema_exists(session: Session, s: ast.AssertSchema) -> bool:
    schemas = session.service.engine.schemas
    if s.subject is not None:
        latest = await schemas.latest(s.subject)
        return latest is not None and s.schema_id in (None, latest[0])
    assert s.schema_id is not None
    try:
        await schemas.by_id(s.schema_id)
    except KeyError:
        return False
    return True
