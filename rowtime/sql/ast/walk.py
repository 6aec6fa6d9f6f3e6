"""Looking at and rewriting trees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from typing import Any

from rowtime.sql.ast.node import Node


@cache
def names_of(kind: type[Any]) -> tuple[str, ...]:
    """The fields of a class of nodes."""
    return tuple(f.name for f in fields(kind))


def children(node: Any) -> list[Node]:
    """The nodes directly below, in the order of the text."""
    found: list[Node] = []
    for name in names_of(node.__class__):
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Node):
                found.append(item)
    return found


def transform(node: Any, change: Callable[[Any], Any], into: Callable[[Any], bool] = lambda node: True) -> Any:
    """A copy with `change` applied bottom-up to every node; it returns the node itself to leave it. What `into` says no
    to is left as it is, with all that is in it."""
    if not into(node):
        return node
    changes: dict[str, Any] = {}
    for name in names_of(node.__class__):
        value = getattr(node, name)
        if isinstance(value, Node):
            new: Any = transform(value, change, into)
        elif isinstance(value, tuple) and any(isinstance(v, Node) for v in value):
            new = tuple(transform(v, change, into) if isinstance(v, Node) else v for v in value)
        else:
            continue
        if new is not value:
            changes[name] = new
    return change(replace(node, **changes) if changes else node)
