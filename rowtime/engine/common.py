"""Function calls that several expressions of a projection share: worked out once a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rowtime.engine.code import Code
from rowtime.engine.operators.base import Event, Generator, cannot_fail
from rowtime.errors import KsqlError
from rowtime.functions import is_scalar
from rowtime.sql import ast
from rowtime.sql.types import Decimal

VOLATILE = frozenset({"UUID", "RANDOM", "UNIX_TIMESTAMP", "UNIX_DATE"})


LOOPS = ("FILTER", "TRANSFORM", "REDUCE")


def with_common(g: Generator, event: Event, nodes: Iterable[ast.Expression]) -> Event:
    """Writes the shared calls, smallest first, and gives the event that knows their values."""
    counts: Counter[Any] = Counter()
    for node in nodes:
        _count(node, counts, event.values)
    shared = sorted((n for n, times in counts.items() if times > 1 or n.name in LOOPS), key=_size)
    for node in shared:
        event = _shared(g, event, node)
    return event


def _count(node: Any, counts: Counter[Any], known: Mapping[object, Code]) -> None:
    if node in known:
        return
    if _may_be_shared(node, known):
        counts[node] += 1
    for child in ast.children(node):
        _count(child, counts, known)


def _may_be_shared(node: Any, known: Mapping[object, Code]) -> bool:
    """A scalar function whose arguments cannot fail: its error is NULL wherever it stands, so it may stand apart."""
    return isinstance(node, ast.FunctionCall) and is_scalar(node.name) and not _free(node, frozenset()) and \
        _repeatable(node, known) and all(_harmless(a, known) for a in node.args)


def _repeatable(node: Any, known: Mapping[object, Code]) -> bool:
    if node in known:
        return True
    if isinstance(node, ast.FunctionCall) and (
            node.name in VOLATILE and not node.args or node.name == "UUID" or not is_scalar(node.name)):
        return False
    return all(_repeatable(child, known) for child in ast.children(node))


def _harmless(node: Any, known: Mapping[object, Code]) -> bool:
    if node in known or isinstance(node, ast.Lambda) or _may_be_shared(node, known):
        return True
    if isinstance(node, ast.Arithmetic) and node.op in ("+", "-", "*"):
        return _harmless(node.left, known) and _harmless(node.right, known)
    return cannot_fail(node)


def _free(node: Any, bound: frozenset[str]) -> bool:
    """Whether it uses a lambda's parameter from outside of it."""
    if isinstance(node, ast.LambdaVariable):
        return node.name not in bound
    if isinstance(node, ast.Lambda):
        bound = bound | set(node.params)
    return any(_free(child, bound) for child in ast.children(node))


def _walk(node: Any) -> Iterable[Any]:
    yield node
    for child in ast.children(node):
        yield from _walk(child)


def _size(node: Any) -> int:
    return sum(1 for _ in _walk(node))


def _shared(g: Generator, event: Event, node: ast.Expression) -> Event:
    expressions = event.expressions(g)
    expressions.alone = True
    try:
        code = expressions.compile(node)
    except KsqlError:
        return event
    if code.type is None or isinstance(code.type, Decimal):
        return event
    name = g.temp("same")
    bold = expressions.within(expressions.scope, bold=True).compile(node).text
    if bold.count("None") < code.text.count("None"):
        g.line(f"try:\n    {name} = {bold}\nexcept TypeError:")
        g.depth += 1
        g.guarded(name, code.text)
        g.depth -= 1
    else:
        g.guarded(name, code.text)
    return event.but(values={**event.values, node: Code(name, code.type, code.nullable)})
