"""Whether a JSON value is a valid default of an Avro type (a union's default is of its first branch)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowtime.registry.avro import Schema

_BITS = {"int": 31, "long": 63}


def is_valid_default(schema: Schema, value: Any) -> bool:
    kind = schema.type
    if kind == "union":
        return bool(schema.branches) and is_valid_default(schema.branches[0], value)
    if kind == "null":
        return value is None
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in _BITS:
        return _is_integer(value) and -(1 << _BITS[kind]) <= value < 1 << _BITS[kind]
    if kind in ("float", "double"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind in ("string", "bytes", "fixed"):
        return isinstance(value, str)
    if kind == "enum":
        return value in schema.symbols
    return _is_valid_collection(schema, value)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_valid_collection(schema: Schema, value: Any) -> bool:
    if schema.type == "array":
        return isinstance(value, list) and all(is_valid_default(schema.inner, item) for item in value)
    if not isinstance(value, dict):
        return False
    if schema.type == "map":
        return all(is_valid_default(schema.inner, item) for item in value.values())
    return all(_is_valid_field(field, value) for field in schema.fields)


def _is_valid_field(field: Any, value: dict[str, Any]) -> bool:
    if field.name in value:
        return is_valid_default(field.schema, value[field.name])
    return field.has_default
