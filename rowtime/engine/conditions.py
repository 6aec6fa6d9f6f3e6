"""The conditions of a FILTER(array, (x) => a AND b …), each with the parameter's name taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rowtime.engine.failing import cannot_fail
from rowtime.engine.operators.base import Event, Generator
from rowtime.sql import ast

ANY = ast.LambdaVariable(" ")
"""Any lambda's parameter: no statement can name one so."""
_LIMIT = re.compile(r"\(fail\d+\(\) if (b\d+) is None else \1\)")
NEVER_NULL = (ast.Comparison, ast.Not, ast.IsNull, ast.IsNotNull, ast.Logical)
MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


@dataclass(slots=True)
class Bound:
    """A conjunct `of op limit` where only `of` depends on the element."""

    of: ast.Expression
    op: str
    limit: ast.Expression


def conjuncts_of(node: ast.Expression) -> list[ast.Expression] | None:
    """The conditions of a FILTER of an array that all have to hold; None for anything else."""
    if not (isinstance(node, ast.FunctionCall) and node.name == "FILTER" and len(node.args) == 2):
        return None
    function = node.args[1]
    if not isinstance(function, ast.Lambda) or len(function.params) != 1:
        return None
    return _split(swapped(function.body, ast.LambdaVariable(function.params[0]), ANY))


def swapped(node: ast.Expression, old: ast.LambdaVariable, new: ast.LambdaVariable) -> ast.Expression:
    """One parameter for another; lambdas inside that have one of the same name keep theirs."""
    return ast.transform(node, lambda n: new if n == old else n,
                         lambda n: not (isinstance(n, ast.Lambda) and old.name in n.params))


def _split(node: ast.Expression) -> list[ast.Expression]:
    if isinstance(node, ast.Logical) and node.op.upper() == "AND":
        return _split(node.left) + _split(node.right)
    return [node]


def sure_of(g: Generator, event: Event, node: ast.FunctionCall, conjuncts: list[ast.Expression]) \
        -> tuple[list[ast.Expression], list[str]]:
    """Those before the first that can fail, and what has to be true for that: a limit is not NULL."""
    expressions = event.expressions(g)
    known: list[ast.Expression] = []
    needed: list[str] = []
    for condition in conjuncts:
        text = expressions.compile(filter_of(node.args[0], node, [condition])).text
        if not cannot_fail(_LIMIT.sub(r"\1", text)):
            break
        known.append(condition)
        needed += [f"{name} is not None" for name in _LIMIT.findall(text)]
    return known, list(dict.fromkeys(needed))


def fallible_of(g: Generator, event: Event, node: ast.FunctionCall, conjuncts: list[ast.Expression]) \
        -> list[ast.Expression]:
    """Those that can fail for more than a limit that is NULL."""
    return [c for c in conjuncts if not sure_of(g, event, node, [c])[0]]


def bound_of(node: ast.Expression) -> Bound | None:
    """The limit that a condition is, with the parameter's name taken out; None for any other."""
    if not isinstance(node, ast.Comparison) or node.op not in MIRRORED:
        return None
    left, right = _depends(node.left), _depends(node.right)
    if left and not right:
        return Bound(node.left, node.op, node.right)
    return Bound(node.right, MIRRORED[node.op], node.left) if right and not left else None


def _depends(node: Any) -> bool:
    return node == ANY or any(_depends(child) for child in ast.children(node))


def filter_of(wider: ast.Expression, node: ast.FunctionCall, rest: list[ast.Expression]) -> ast.FunctionCall:
    """FILTER of what the wider one left, by the remaining conditions."""
    function = node.args[1]
    assert isinstance(function, ast.Lambda)
    parameter = ast.LambdaVariable(function.params[0])
    body, *more = [swapped(condition, ANY, parameter) for condition in rest]
    if not more and not isinstance(body, NEVER_NULL):
        more = [ast.BooleanLiteral(True)]
    for condition in more:
        body = ast.Logical("AND", body, condition)
    return ast.FunctionCall(node.name, (wider, ast.Lambda(function.params, body)))
