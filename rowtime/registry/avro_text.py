"""The one text of a schema, as Java Avro's `Schema.toString()` writes it: what the registry stores and compares."""

from __future__ import annotations

import json
from typing import Any

from rowtime.registry.avro import Field, Schema


def canonical(schema: Schema) -> str:
    """Compact JSON, attributes in Avro's order, names as short as the enclosing namespace allows."""
    return json.dumps(_node(schema, set(), ""), separators=(",", ":"), ensure_ascii=False)


def _node(schema: Schema, written: set[str], space: str) -> Any:
    if schema.type == "union":
        return [_node(branch, written, space) for branch in schema.branches]
    if schema.type in ("array", "map"):
        key = "items" if schema.type == "array" else "values"
        return {"type": schema.type, key: _node(schema.inner, written, space), **schema.props}
    if not schema.name:
        return {"type": schema.type, **schema.props} if schema.props else schema.type
    if schema.full_name in written:
        return schema.name if schema.namespace == space else schema.full_name
    written.add(schema.full_name)
    return _named(schema, written, space)


def _named(schema: Schema, written: set[str], space: str) -> dict[str, Any]:
    node: dict[str, Any] = {"type": schema.type, "name": schema.name}
    if schema.namespace != space:
        node["namespace"] = schema.namespace
    if schema.doc is not None:
        node["doc"] = schema.doc
    if schema.type == "record":
        node["fields"] = [_field(field, written, schema.namespace) for field in schema.fields]
    elif schema.type == "enum":
        node["symbols"] = list(schema.symbols)
        if schema.default is not None:
            node["default"] = schema.default
    else:
        node["size"] = schema.size
    node.update(schema.props)
    if schema.aliases:
        node["aliases"] = [_relative(alias, schema.namespace) for alias in schema.aliases]
    return node


def _field(field: Field, written: set[str], space: str) -> dict[str, Any]:
    node: dict[str, Any] = {"name": field.name, "type": _node(field.schema, written, space)}
    if field.doc is not None:
        node["doc"] = field.doc
    if field.has_default:
        node["default"] = field.default
    if field.order != "ascending":
        node["order"] = field.order
    if field.aliases:
        node["aliases"] = list(field.aliases)
    return node | field.props


def _relative(full_name: str, space: str) -> str:
    namespace, _, name = full_name.rpartition(".")
    return name if namespace == space else full_name
