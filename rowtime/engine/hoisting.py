"""Columns, aggregates' results and fields of structs that a projection reads more than once, in local variables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rowtime.engine import lambdas
from rowtime.engine.code import Code
from rowtime.engine.operators.base import Event, Generator
from rowtime.sql import ast
from rowtime.sql.types import Struct

IN_A_LOOP = 2
"""Uses that one inside of a lambda counts for."""


@dataclass(slots=True)
class Uses:
    """How often each input is read as a whole, and which fields of it."""

    whole: Counter[Any] = field(default_factory=Counter)
    fields: dict[Any, Counter[str]] = field(default_factory=dict)


def hoisted(g: Generator, event: Event, nodes: Iterable[ast.Expression]) -> Event:
    """Writes the assignments and gives the event that knows the names."""
    uses = Uses()
    for node in nodes:
        _look(node, event, uses, 1)
    for base, names in uses.fields.items():
        event = _with_fields(g, event, base, names)
    for base, times in uses.whole.items():
        if times > 1:
            event = _with_whole(g, event, base)
    return event


def _look(node: Any, event: Event, uses: Uses, weight: int) -> None:
    if _is_input(node, event):
        uses.whole[node] += weight
        return
    if isinstance(node, ast.Dereference) and node.field and _is_input(node.base, event):
        uses.fields.setdefault(node.base, Counter())[node.field] += weight
        return
    inner = IN_A_LOOP if isinstance(node, ast.Lambda) else weight
    for child in ast.children(node):
        _look(child, event, uses, inner)


def _is_input(node: Any, event: Event) -> bool:
    if node in event.columnar:
        return False
    if isinstance(node, ast.ColumnRef):
        return node.source is None and node.name in event.columns
    return node in event.values


def _with_fields(g: Generator, event: Event, base: Any, names: Counter[str]) -> Event:
    code = event.expressions(g).compile(base)
    if not isinstance(code.type, Struct) or sum(names.values()) < 2 or any(code.type.index(n) < 0 for n in names):
        return event
    at = {code.type.index(n): n for n in names}
    local = {i: g.temp(_readable(n)) for i, n in sorted(at.items())}
    whole = g.temp("struct")
    g.line(f"{whole} = {code.text}")
    every = [local.get(i, "_") for i in range(len(code.type.fields))]
    nothing = g.bind((None,) * len(every), "nulls")
    if len(local) * 4 >= len(every):
        g.line(f"({', '.join(every)},) = {nothing} if {whole} is None else {whole}")
    else:
        g.line(f"{whole} = {nothing} if {whole} is None else {whole}")
        g.line("\n".join(f"{name} = {whole}[{i}]" for i, name in local.items()))
    known = {ast.Dereference(base, n): Code(local[i], code.type.fields[i].type) for i, n in at.items()}
    return event.but(values={**event.values, **known})


def _with_whole(g: Generator, event: Event, base: Any) -> Event:
    code = event.expressions(g).compile(base)
    if code.is_name or code.type is None:
        return event
    name = g.temp("in")
    g.line(f"{name} = {code.text}")
    return event.but(values={**event.values, base: Code(name, code.type, code.nullable)})


def _readable(name: str) -> str:
    """A field's name as part of a local's."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower().encode("ascii", "replace").decode())[:24]
    return f"f_{plain}_"


def with_invariants(g: Generator, event: Event, node: ast.FunctionCall) -> Event:
    """What a lambda reads that does not depend on its parameters, in locals."""
    for function in (a for a in node.args if isinstance(a, ast.Lambda)):
        for part, code in lambdas.invariants(event.expressions(g), function.body):
            name = g.temp("b")
            g.line(f"{name} = {code.text}")
            event = event.but(values={**event.values, part: lambdas.held(name, part, code)})
    return event
