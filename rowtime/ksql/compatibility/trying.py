"""Whether an example can be done: on an engine of its own, in memory."""

from __future__ import annotations

from rowtime.engine import Engine
from rowtime.errors import KsqlError
from rowtime.ksql.compatibility.examples import SETUP, Example
from rowtime.ksql.print_topic import print_topic
from rowtime.ksql.requests import SqlRequest
from rowtime.ksql.service import Service
from rowtime.log.memory import MemoryLog
from rowtime.registry.store import SchemaStore
from rowtime.sql import ast


async def attempt(example: Example) -> str:
    """'' where it is supported, else the first line of the refusal."""
    service = Service(Engine(MemoryLog(), SchemaStore()))
    _, error = await service.run(SqlRequest(SETUP))
    if error is not None:
        raise error
    try:
        await _do(service, example)
    except KsqlError as e:
        if "Could not connect to the server." in e.message:
            return "asks Kafka Connect (`ksql.connect.url`), only to say whether it answers"
        return e.message.removeprefix("Could not determine output schema for query due to error: ").strip() \
            .replace("Syntax Error\n", "").splitlines()[0]  # fmt: skip
    return ""


async def _do(service: Service, example: Example) -> None:
    statements = service.parse(SqlRequest(example.sql))
    first = statements[0].statement
    if isinstance(first, ast.PrintTopic):
        await print_topic(service.engine, first)
    elif isinstance(first, ast.QueryStatement) and first.query.emit is None:
        await service.engine.pull(first.query, {})
    elif isinstance(first, ast.QueryStatement):
        await (await service.engine.push(first.query, {})).close()
    else:
        _, error = await service.run(SqlRequest(example.sql))
        if error is not None:
            raise error
