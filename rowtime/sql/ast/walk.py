"""Looking at and rewriting trees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from rowtime.sql.ast.node import Node


def children(node: Any) -> list[Node]:
    """The nodes directly below, in the order of the text."""
    found: list[Node] = []
    for f in fields(node):
        value = getattr(node, f.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Node):
                found.append(item)
    return found


def transform(node: Any, change: Callable[[Any], Any]) -> Any:
    """A copy with `change` applied bottom-up to every node; it returns the node itself to leave it."""
    changes: dict[str, Any] = {}
    for f in fields(node):
        value = getattr(node, f.name)
        if isinstance(value, Node):
            new: Any = transform(value, change)
        elif isinstance(value, tuple) and any(isinstance(v, Node) for v in value):
            new = tuple(transform(v, change) if isinstance(v, Node) else v for v in value)
        else:
            continue
        if new is not value:
            changes[f.name] = new
    return change(replace(node, **changes) if changes else node)
