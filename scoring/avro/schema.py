"""Avro schemas as a small tree."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from scoring.errors import SchemaError

PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
MAX_DEPTH = 64


@dataclass(frozen=True)
class AvroType:
    """One type: `kind` is a primitive's name or record, enum, array, map, fixed, union.

    branches: a union's, an array's item or a map's value. fields: a record's. logical: the logical type's name.
    """

    kind: str
    branches: tuple[AvroType, ...] = ()
    fields: tuple[AvroField, ...] = ()
    symbols: tuple[str, ...] = ()
    size: int = 0
    logical: str = ""
    name: str = ""

    @property
    def nullable(self) -> bool:
        return self.kind == "null" or any(branch.kind == "null" for branch in self.branches if self.kind == "union")

    @property
    def value(self) -> AvroType:
        """The type itself, or the one branch beside null of a nullable union."""
        others = [branch for branch in self.branches if branch.kind != "null"]
        return others[0] if self.kind == "union" and len(others) == 1 else self

    def field(self, name: str) -> AvroField | None:
        """A record's field, or where the name has a dot, that entry of an array of records {NAME, VALUE}."""
        found = next((field for field in self.fields if field.name == name), None)
        array, dot, entry = name.partition(".")
        if found or not (dot and entry):
            return found
        outer = next((field for field in self.fields if field.name == array), None)
        record = outer and item_record(outer.type)
        value = record and record.field("VALUE")
        return AvroField(name, AvroType("union", (AvroType("null"), value.type.value))) if value else None


@dataclass(frozen=True)
class AvroField:
    """A record's field; `default` is meaningful where `has_default`; `properties` are attributes Avro ignores."""

    name: str
    type: AvroType
    has_default: bool = False
    default: Any = None
    properties: tuple[tuple[str, Any], ...] = ()


def item_record(type: AvroType) -> AvroType | None:
    """The record {NAME, VALUE} that a (nullable) array holds, None for other types."""
    item = type.value.branches[0].value if type.value.kind == "array" else None
    return item if item and item.kind == "record" and {"NAME", "VALUE"} <= {f.name for f in item.fields} else None


def parse_schema(text: str) -> AvroType:
    """The tree of a schema's JSON text; SchemaError where it is not Avro, recursive or nested too deeply."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SchemaError(f"schema is not JSON: {error}") from error
    return _Parser().parse(document, "", 0)


def parse_record(text: str) -> AvroType:
    """As parse_schema, for a schema that must be a record."""
    schema = parse_schema(text)
    if schema.kind != "record":
        raise SchemaError(f"expected a record schema, found {schema.kind}")
    return schema


class _Parser:
    def __init__(self) -> None:
        self._named: dict[str, AvroType | None] = {}

    def parse(self, document: Any, namespace: str, depth: int) -> AvroType:
        if depth > MAX_DEPTH:
            raise SchemaError(f"schema is nested more than {MAX_DEPTH} deep")
        if isinstance(document, str):
            return self._by_name(document, namespace)
        if isinstance(document, list):
            return AvroType("union", tuple(self.parse(branch, namespace, depth + 1) for branch in document))
        if not isinstance(document, dict) or "type" not in document:
            raise SchemaError(f"not an Avro type: {str(document)[:60]}")
        return self._complex(document, namespace, depth)

    def _by_name(self, name: str, namespace: str) -> AvroType:
        if name in PRIMITIVES:
            return AvroType(name)
        full = name if "." in name or not namespace else f"{namespace}.{name}"
        found = self._named.get(full, self._named.get(name, False))
        if found is None:
            raise SchemaError(f"recursive type {name} is not supported")
        if found is False:
            raise SchemaError(f"unknown type {name}")
        return found  # type: ignore[return-value]

    def _complex(self, document: dict[str, Any], namespace: str, depth: int) -> AvroType:
        kind, logical = document["type"], str(document.get("logicalType", ""))
        if not isinstance(kind, str) or kind in PRIMITIVES:
            inner = self.parse(kind, namespace, depth + 1)
            return replace(inner, logical=logical or inner.logical)
        if kind in ("array", "map"):
            item = self.parse(document.get("items" if kind == "array" else "values"), namespace, depth + 1)
            return AvroType(kind, (item,))
        if kind in ("record", "enum", "fixed"):
            return self._definition(kind, document, namespace, depth, logical)
        return self._by_name(kind, namespace)

    def _definition(self, kind: str, document: dict[str, Any], namespace: str, depth: int, logical: str) -> AvroType:
        name = str(document.get("name", ""))
        if not name:
            raise SchemaError(f"a {kind} has no name")
        space = str(document.get("namespace", name.rpartition(".")[0] or namespace))
        full = name if "." in name or not space else f"{space}.{name}"
        self._named[full] = None
        made = self._made(kind, document, space, depth, logical, full)
        self._named[full] = made
        return made

    def _made(self, kind: str, document: dict[str, Any], space: str, depth: int, logical: str, full: str) -> AvroType:
        if kind == "enum":
            return AvroType("enum", symbols=tuple(document.get("symbols", ())), name=full)
        if kind == "fixed":
            return AvroType("fixed", size=int(document.get("size", 0)), logical=logical, name=full)
        fields = tuple(self._field(field, space, depth) for field in document.get("fields", ()))
        return AvroType("record", fields=fields, name=full)

    def _field(self, field: Any, space: str, depth: int) -> AvroField:
        if not isinstance(field, dict) or "name" not in field or "type" not in field:
            raise SchemaError(f"not an Avro field: {str(field)[:60]}")
        known = ("name", "type", "default", "doc", "order", "aliases")
        extra = tuple((key, value) for key, value in field.items() if key not in known)
        return AvroField(field["name"], self.parse(field["type"], space, depth + 1), "default" in field,
                         field.get("default"), extra)
