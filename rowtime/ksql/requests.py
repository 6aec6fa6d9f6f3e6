"""Bodies of requests."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from rowtime.ksql.errors import GenericError
from rowtime.ksql.settings import FIXED, is_known


@dataclass(slots=True)
class SqlRequest:
    """A request with SQL: /ksql, /query (`ksql`, `streamsProperties`) or /query-stream (`sql`, `properties`)."""

    sql: str
    properties: dict[str, object] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    request_properties: dict[str, object] = field(default_factory=dict)
    command_sequence_number: int | None = None


async def read_json(request: Request) -> dict[str, Any]:
    """The body as an object; GenericError 40000 when it is none."""
    return parse_json(await request.body())


def parse_json(body: bytes | str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError as e:
        raise GenericError(f"Invalid JSON in request: {e}") from None
    if not isinstance(found, dict):
        raise GenericError(f"Invalid JSON in request: expected an object, got {type(found).__name__}")
    return found


async def read_sql(
    request: Request, text_field: str = "ksql", properties_field: str = "streamsProperties"
) -> SqlRequest:
    return read_body(await read_json(request), text_field, properties_field)


def read_body(
    body: dict[str, Any], text_field: str = "ksql", properties_field: str = "streamsProperties"
) -> SqlRequest:
    """A request's body that is read already."""
    sequence = body.get("commandSequenceNumber")
    properties = _object(body, properties_field)
    for name, value in properties.items():
        _check_property(name, value)
    return SqlRequest(
        _text(body, text_field),
        properties,
        {name: str(value) for name, value in _object(body, "sessionVariables").items()},
        _object(body, "requestProperties"),
        sequence if isinstance(sequence, int) else None,
    )


def _check_property(name: str, value: object) -> None:
    if name.removeprefix("ksql.streams.") in FIXED:
        raise GenericError(f"Failed to coerce type of value '{value}' for key '{name}'\n"
                           f"Caused by: Cannot override property '{name}'")  # fmt: skip
    if not is_known(name):
        message = f"Not recognizable as ksql, streams, consumer, or producer property: '{name}'"
        raise GenericError(message, code=40000)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        raise GenericError(f'Invalid JSON in request: "{name}" is missing')
    if not isinstance(value, str):
        raise GenericError(f'Invalid JSON in request: "{name}" must be a string')
    return value


def _object(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise GenericError(f'Invalid JSON in request: "{name}" must be an object')
    return dict(value)
