"""An Avro schema as read from a registry: named types resolved, logical types and Connect's annotations noted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rowtime.errors import SerdeError

PRIMITIVES = {"null", "boolean", "int", "long", "float", "double", "bytes", "string"}


@dataclass(eq=False, slots=True)
class Node:
    """One type of a writer's schema.

    kind      null, boolean, int, long, float, double, bytes, string, record, enum, fixed, array, map, union
    logical   logicalType, '' if none
    """

    kind: str
    name: str = ""
    logical: str = ""
    fields: list[tuple[str, Node]] = field(default_factory=list)
    items: Node | None = None
    symbols: list[str] = field(default_factory=list)
    size: int = 0
    precision: int = 0
    scale: int = 0
    properties: Mapping[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)

    @property
    def is_map_entries(self) -> bool:
        """An array that stands for a MAP."""
        return (self.kind == "array" and self.items is not None
                and self.items.properties.get("connect.internal.type") == "MapEntry")

    @property
    def nullable(self) -> tuple[Node, int] | None:
        """Of a union with null and one other type: that type and the index of null."""
        if self.kind != "union" or len(self.fields) != 2:
            return None
        kinds = [n.kind for _, n in self.fields]
        if kinds.count("null") != 1:
            return None
        at = kinds.index("null")
        return self.fields[1 - at][1], at


def parse(text: str) -> Node:
    """The schema's root, or SerdeError."""
    try:
        return Parser().node(json.loads(text), "")
    except (ValueError, KeyError, TypeError) as e:
        raise SerdeError(f"Invalid Avro schema: {e}") from e


class Parser:
    """Reads one schema; keeps the named types it has seen."""

    def __init__(self) -> None:
        self.named: dict[str, Node] = {}

    def node(self, schema: Any, namespace: str) -> Node:
        if isinstance(schema, str):
            return self.reference(schema, namespace)
        if isinstance(schema, list):
            branches = [self.node(s, namespace) for s in schema]
            return Node("union", fields=[(branch_name(n), n) for n in branches])
        return self.object(schema, namespace)

    def reference(self, name: str, namespace: str) -> Node:
        if name in PRIMITIVES:
            return Node(name)
        full = name if "." in name or not namespace else f"{namespace}.{name}"
        return self.named[full] if full in self.named else self.named[name]

    def object(self, schema: dict[str, Any], namespace: str) -> Node:
        kind = schema["type"]
        if not isinstance(kind, str):
            return self.node(kind, namespace)
        if kind in ("record", "error", "enum", "fixed"):
            return self.definition(schema, namespace)
        if kind not in PRIMITIVES and kind not in ("array", "map"):
            return self.reference(kind, namespace)
        node = self.annotated(Node(kind), schema)
        if kind in ("array", "map"):
            node.items = self.node(schema["items" if kind == "array" else "values"], namespace)
        return node

    def annotated(self, node: Node, schema: dict[str, Any]) -> Node:
        node.logical = schema.get("logicalType", "")
        node.properties = schema
        if node.logical == "decimal" or schema.get("connect.name") == "org.apache.kafka.connect.data.Decimal":
            parameters = schema.get("connect.parameters", {})
            node.logical = "decimal"
            node.precision = int(schema.get("precision", parameters.get("connect.decimal.precision", 64)))
            node.scale = int(schema.get("scale", parameters.get("scale", 0)))
        return node

    def definition(self, schema: dict[str, Any], namespace: str) -> Node:
        name = schema["name"]
        if "." in name:
            namespace = name.rpartition(".")[0]
        else:
            namespace = schema.get("namespace", namespace) or ""
            name = f"{namespace}.{name}" if namespace else name
        kind = "record" if schema["type"] == "error" else schema["type"]
        node = self.named[name] = self.annotated(Node(kind, name), schema)
        node.size = schema.get("size", 0)
        node.symbols = schema.get("symbols", [])
        node.fields = [(f["name"], self.node(f["type"], namespace)) for f in schema.get("fields", ())]
        node.defaults = {f["name"]: f["default"] for f in schema.get("fields", ()) if "default" in f}
        return node


def branch_name(node: Node) -> str:
    """A union branch's name, as Connect names the field for it."""
    return node.name.rpartition(".")[2] if node.name else node.kind
