"""Avro schemas: text to a tree, checked as the Avro specification (1.11) asks, with Java Avro's messages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rowtime.registry.avro_default import is_valid_default

PRIMITIVES = frozenset(("null", "boolean", "int", "long", "float", "double", "bytes", "string"))
NAMED = frozenset(("record", "error", "enum", "fixed"))
MAX_DEPTH = 100
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = {
    "record": {"type", "name", "namespace", "doc", "fields", "aliases"},
    "enum": {"type", "name", "namespace", "doc", "symbols", "default", "aliases"},
    "fixed": {"type", "name", "namespace", "doc", "size", "aliases"},
    "array": {"type", "items"},
    "map": {"type", "values"},
    "field": {"name", "type", "doc", "default", "order", "aliases"},
}
NO_DEFAULT = object()


class InvalidAvro(ValueError):
    """Text that is not an Avro schema; str() is the reason."""


@dataclass(eq=False, slots=True)
class Field:
    """A field of a record; `aliases` are plain names."""

    name: str
    position: int
    schema: Schema
    doc: str | None = None
    default: Any = NO_DEFAULT
    order: str = "ascending"
    aliases: tuple[str, ...] = ()
    props: dict[str, Any] = field(default_factory=dict)

    @property
    def has_default(self) -> bool:
        return self.default is not NO_DEFAULT


@dataclass(eq=False, slots=True)
class Schema:
    """A node; which attributes count depends on `type` (record, enum, fixed, array, map, union or a primitive)."""

    type: str
    name: str = ""
    namespace: str = ""
    doc: str | None = None
    aliases: tuple[str, ...] = ()
    fields: list[Field] = field(default_factory=list)
    symbols: tuple[str, ...] = ()
    default: str | None = None
    size: int = 0
    element: Schema | None = None
    branches: list[Schema] = field(default_factory=list)
    props: dict[str, Any] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        return f"{self.namespace}.{self.name}" if self.namespace else self.name

    @property
    def inner(self) -> Schema:
        """Items of an array, values of a map."""
        assert self.element is not None
        return self.element


def parse(text: str) -> Schema:
    """InvalidAvro unless the text is a schema."""
    try:
        return _Parser().schema(_load(text), "")
    except RecursionError as error:
        raise InvalidAvro("schema is nested too deeply") from error


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidAvro(_json_message(error)) from error


def _json_message(error: json.JSONDecodeError) -> str:
    """As Jackson says it."""
    prefix = "com.fasterxml.jackson.core.JsonParseException"
    expected = "was expecting double-quote to start field name" if "property name" in error.msg else error.msg
    place = f"line: {error.lineno}, column: {error.colno + 1}"
    source = f"[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); {place}]"
    if error.pos >= len(error.doc):
        return f"com.fasterxml.jackson.core.io.JsonEOFException: Unexpected end-of-input: {expected}\n at {source}"
    found = error.doc[error.pos]
    return f"{prefix}: Unexpected character ({found!r} (code {ord(found)})): {expected}\n at {source}"


def _dump(node: Any) -> str:
    return json.dumps(node, separators=(",", ":"), ensure_ascii=False)


class _Parser:
    def __init__(self) -> None:
        self._named: dict[str, Schema] = {}
        self._depth = 0

    def schema(self, node: Any, space: str) -> Schema:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise InvalidAvro(f"schema is nested too deeply: more than {MAX_DEPTH} levels")
        try:
            return self._schema(node, space)
        finally:
            self._depth -= 1

    def _schema(self, node: Any, space: str) -> Schema:
        if isinstance(node, str):
            return self._reference(node, space)
        if isinstance(node, list):
            return self._union(node, space)
        if not isinstance(node, dict):
            raise InvalidAvro(f"Schema not yet supported: {_dump(node)}")
        kind = node.get("type")
        if kind is None:
            raise InvalidAvro(f"No type: {_dump(node)}")
        if not isinstance(kind, str):
            return self.schema(kind, space)
        if kind in NAMED:
            return self._define(kind, node, space)
        if kind in ("array", "map"):
            return self._container(kind, node, space)
        if kind in PRIMITIVES:
            return Schema(kind, props={key: value for key, value in node.items() if key != "type"})
        return self._reference(kind, space)

    def _reference(self, name: str, space: str) -> Schema:
        if name in PRIMITIVES:
            return Schema(name)
        full = name if "." in name or not space else f"{space}.{name}"
        found = self._named.get(full) or self._named.get(name)
        if found is None:
            raise InvalidAvro(f'Undefined name: "{name}"')
        return found

    def _union(self, node: list[Any], space: str) -> Schema:
        branches = [self.schema(branch, space) for branch in node]
        seen: set[str] = set()
        for branch in branches:
            if branch.type == "union":
                raise InvalidAvro(f"Nested union: {_dump(node)}")
            name = branch.full_name or branch.type
            if name in seen:
                raise InvalidAvro(f"Duplicate in union:{name}")
            seen.add(name)
        return Schema("union", branches=branches)

    def _container(self, kind: str, node: dict[str, Any], space: str) -> Schema:
        key = "items" if kind == "array" else "values"
        if key not in node:
            raise InvalidAvro(f"No {key} type: {_dump(node)}")
        return Schema(kind, element=self.schema(node[key], space), props=_props(kind, node))

    def _define(self, kind: str, node: dict[str, Any], space: str) -> Schema:
        kind = "record" if kind == "error" else kind
        name, namespace = _name_of(node, space)
        made = Schema(kind, name, namespace, _text(node, "doc"), _aliases(node, namespace), props=_props(kind, node))
        if made.full_name in self._named:
            raise InvalidAvro(f"Can't redefine: {made.full_name}")
        self._named[made.full_name] = made
        if kind == "record":
            made.fields = list(self._fields(made, node))
        elif kind == "enum":
            _set_symbols(made, node)
        else:
            made.size = _size(node)
        return made

    def _fields(self, record: Schema, node: dict[str, Any]) -> Iterator[Field]:
        listed = node.get("fields")
        if not isinstance(listed, list):
            raise InvalidAvro(f"Record has no fields: {_dump(node)}")
        seen: set[str] = set()
        for position, entry in enumerate(listed):
            made = self._field(record, position, entry)
            if made.name in seen:
                raise InvalidAvro(f"Duplicate field {made.name} in record {record.full_name}: "
                                  f"{made.name} type:{made.schema.type.upper()} pos:{position}")
            seen.add(made.name)
            yield made

    def _field(self, record: Schema, position: int, entry: Any) -> Field:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise InvalidAvro(f"No field name: {_dump(entry)}")
        name = _check_name(entry["name"])
        if "type" not in entry:
            raise InvalidAvro(f"No field type: {_dump(entry)}")
        schema = self.schema(entry["type"], record.namespace)
        default = entry.get("default", NO_DEFAULT)
        if default is not NO_DEFAULT and not is_valid_default(schema, default):
            raise InvalidAvro(f"Invalid default for field {name}: {_dump(default)} not a {_dump(entry['type'])}")
        order = entry.get("order", "ascending")
        if order not in ("ascending", "descending", "ignore"):
            raise InvalidAvro(f"No enum constant org.apache.avro.Schema.Field.Order.{str(order).upper()}")
        return Field(name, position, schema, _text(entry, "doc"), default, order,
                     tuple(entry.get("aliases", ())), _props("field", entry))


def _props(kind: str, node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key not in _RESERVED[kind]}


def _text(node: dict[str, Any], key: str) -> str | None:
    value = node.get(key)
    return value if isinstance(value, str) else None


def _check_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        start = not name or not re.match(r"[A-Za-z_]", name)
        raise InvalidAvro(f"Illegal initial character: {name}" if start else f"Illegal character in: {name}")
    return name


def _name_of(node: dict[str, Any], space: str) -> tuple[str, str]:
    name = node.get("name")
    if not isinstance(name, str):
        raise InvalidAvro(f"No name in schema: {_dump(node)}")
    if "." in name:
        namespace, name = name.rsplit(".", 1)
    else:
        namespace = node.get("namespace", space)
    for part in namespace.split(".") if namespace else ():
        _check_name(part)
    return _check_name(name), namespace


def _aliases(node: dict[str, Any], namespace: str) -> tuple[str, ...]:
    found = node.get("aliases", [])
    if not isinstance(found, list) or not all(isinstance(alias, str) for alias in found):
        raise InvalidAvro(f"aliases not an array of strings: {_dump(node)}")
    return tuple(alias if "." in alias or not namespace else f"{namespace}.{alias}" for alias in found)


def _set_symbols(made: Schema, node: dict[str, Any]) -> None:
    symbols = node.get("symbols")
    if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
        raise InvalidAvro(f"Enum has no symbols: {_dump(node)}")
    for number, symbol in enumerate(symbols):
        if _check_name(symbol) in symbols[:number]:
            raise InvalidAvro(f"Duplicate enum symbol: {symbol}")
    made.symbols, made.default = tuple(symbols), node.get("default")
    if made.default is not None and made.default not in made.symbols:
        raise InvalidAvro(f"The Enum Default: {made.default} is not in the enum symbol set: [{', '.join(symbols)}]")


def _size(node: dict[str, Any]) -> int:
    size = node.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise InvalidAvro(f"Invalid or no size: {_dump(node)}")
    return size
