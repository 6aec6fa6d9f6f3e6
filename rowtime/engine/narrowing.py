"""A FILTER worked out of an earlier, wider one over the same array: what that left out need not be looked at again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from rowtime.engine.code import Code
from rowtime.engine.failing import cannot_fail
from rowtime.engine.operators.base import Event, Generator
from rowtime.sql import ast
from rowtime.sql.types import BIGINT, INTEGER, TIMESTAMP

ANY = ast.LambdaVariable(" ")
"""Any lambda's parameter: no statement can name one so."""
_WHOLE = ast.IntegerLiteral | ast.LongLiteral
_LIMIT = re.compile(r"\(fail\d+\(\) if (b\d+) is None else \1\)")
NEVER_NULL = (ast.Comparison, ast.Not, ast.IsNull, ast.IsNotNull, ast.Logical)
MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


@dataclass(slots=True)
class Done:
    """A FILTER that a local holds; `conjuncts` with the parameter's name taken out.

    error   a local that says whether it failed, '' where it cannot
    sure    none of its conditions can fail but for a limit that is NULL
    """

    node: ast.FunctionCall
    name: str
    error: str
    conjuncts: list[ast.Expression]
    sure: bool


@dataclass(slots=True)
class Narrowed:
    """A FILTER over less: the same where the source of all `guards` is true and nothing fails."""

    node: ast.FunctionCall
    event: Event
    guards: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Bound:
    """A conjunct `of op limit` where only `of` depends on the element."""

    of: ast.Expression
    op: str
    limit: ast.Expression


@dataclass(slots=True)
class Narrowing:
    """The FILTERs of one projection so far."""

    filters: list[Done] = field(default_factory=list)

    def done(self, g: Generator, event: Event, node: ast.FunctionCall, name: str, error: str) -> None:
        conjuncts = conjuncts_of(node)
        if conjuncts is not None:
            sure = len(_sure(g, event, node, conjuncts)[0]) == len(conjuncts)
            self.filters.append(Done(node, name, error, conjuncts, sure))

    def narrowed(self, g: Generator, event: Event, node: ast.FunctionCall) -> Narrowed:
        """The FILTER over what an earlier one left, if that has all that it keeps: for certain, or as comparing the two
        limits says at run time. A condition that can fail is looked at for the same elements as before."""
        mine = conjuncts_of(node)
        if mine is None:
            return Narrowed(node, event)
        sure, needed = _sure(g, event, node, mine)
        found = [(wider, limits) for wider in reversed(self.filters) if wider.node.args[0] == node.args[0]
                 for limits in [_allowed(event, g, wider, mine, sure)] if limits is not None]
        for wider in (w for w, limits in found if not limits):
            begins = mine[:len(wider.conjuncts)] == wider.conjuncts
            guards = [f"not {wider.error}"] * bool(wider.error) + ([] if begins else needed)
            rest = [c for c in mine if c not in wider.conjuncts]
            return Narrowed(_filter(wider.node, node, rest), event, guards) if rest else Narrowed(node, event)
        return self._compared(g, event, node, *found[0], needed) if found else Narrowed(node, event)

    @staticmethod
    def _compared(g: Generator, event: Event, node: ast.FunctionCall, wider: Done, limits: list[str],
                  needed: list[str]) -> Narrowed:
        every = event.expressions(g).compile(node.args[0])
        name = g.temp("among")
        g.line(f"{name} = {wider.name} if {wider.name} is not None and {' and '.join(limits)} else {every.text}")
        stand_in = ast.ColumnRef(None, f" {name}")
        values = {**event.values, stand_in: Code(name, every.type, every.nullable)}
        known = event.ordered.get(node.args[0])
        less = event.but(values=values, ordered={**event.ordered, **({stand_in: known} if known else {})})
        return Narrowed(ast.FunctionCall(node.name, (stand_in, *node.args[1:])), less, needed)


def conjuncts_of(node: ast.Expression) -> list[ast.Expression] | None:
    """The conditions of a FILTER of an array that all have to hold; None for anything else."""
    if not (isinstance(node, ast.FunctionCall) and node.name == "FILTER" and len(node.args) == 2):
        return None
    function = node.args[1]
    if not isinstance(function, ast.Lambda) or len(function.params) != 1:
        return None
    return _split(_swapped(function.body, ast.LambdaVariable(function.params[0]), ANY))


def _swapped(node: ast.Expression, old: ast.LambdaVariable, new: ast.LambdaVariable) -> ast.Expression:
    """One parameter for another; lambdas inside that have one of the same name keep theirs."""
    return ast.transform(node, lambda n: new if n == old else n,
                         lambda n: not (isinstance(n, ast.Lambda) and old.name in n.params))


def _split(node: ast.Expression) -> list[ast.Expression]:
    if isinstance(node, ast.Logical) and node.op.upper() == "AND":
        return _split(node.left) + _split(node.right)
    return [node]


def _sure(g: Generator, event: Event, node: ast.FunctionCall, conjuncts: list[ast.Expression]) \
        -> tuple[list[ast.Expression], list[str]]:
    """Those before the first that can fail, and what has to be true for that: a limit is not NULL."""
    expressions = event.expressions(g)
    known: list[ast.Expression] = []
    needed: list[str] = []
    for condition in conjuncts:
        text = expressions.compile(_filter(node.args[0], node, [condition])).text
        if not cannot_fail(_LIMIT.sub(r"\1", text)):
            break
        known.append(condition)
        needed += [f"{name} is not None" for name in _LIMIT.findall(text)]
    return known, list(dict.fromkeys(needed))


def _allowed(event: Event, g: Generator, wider: Done, mine: list[ast.Expression], sure: list[ast.Expression]) \
        -> list[str] | None:
    """As `_limits`; what can fail may come first only where `mine` begins alike: it fails for both then."""
    if mine[:len(wider.conjuncts)] == wider.conjuncts:
        return []
    return _limits(event, g, wider.conjuncts, sure) if wider.sure else None


def _limits(event: Event, g: Generator, wider: list[ast.Expression], mine: list[ast.Expression]) -> list[str] | None:
    """Conditions under which `mine` imply `wider`; empty: always; None: not known."""
    found: list[str] = []
    for condition in wider:
        if condition in mine:
            continue
        texts = [t for c in mine for t in [_implied(event, g, condition, c)] if t]
        if not texts:
            return None
        found.append(texts[0])
    return found


def _implied(event: Event, g: Generator, wider: ast.Expression, mine: ast.Expression) -> str:
    """The comparison of limits that makes `wider` follow from `mine`; '' where there is none."""
    a, b = bound_of(wider), bound_of(mine)
    if a is None or b is None or (a.of, a.op) != (b.of, b.op) or not _likely(a, b):
        return ""
    codes = [event.expressions(g).compile(n.limit) for n in (a, b)]
    if not all(code.type in (INTEGER, BIGINT, TIMESTAMP) and (code.is_name or not code.nullable)
               and cannot_fail(code.text) for code in codes):
        return ""
    checks = [f"{code.text} is not None" for code in codes if code.nullable]
    return " and ".join([*checks, f"{codes[0].text} {'<=' if '>' in a.op else '>='} {codes[1].text}"])


def _likely(wider: Bound, mine: Bound) -> bool:
    """Whether `x - 7` beside `x - 1` looks like the wider limit."""
    a, b = wider.limit, mine.limit
    if not (isinstance(a, ast.Arithmetic) and isinstance(b, ast.Arithmetic) and (a.op, a.left) == (b.op, b.left)):
        return True
    if a.op not in ("-", "+") or not isinstance(a.right, _WHOLE) or not isinstance(b.right, _WHOLE):
        return True
    return (a.right.value >= b.right.value) == ((a.op == "-") == (">" in wider.op))


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


def _filter(wider: ast.Expression, node: ast.FunctionCall, rest: list[ast.Expression]) -> ast.FunctionCall:
    """FILTER of what the wider one left, by the remaining conditions."""
    function = node.args[1]
    assert isinstance(function, ast.Lambda)
    parameter = ast.LambdaVariable(function.params[0])
    body, *more = [_swapped(condition, ANY, parameter) for condition in rest]
    if not more and not isinstance(body, NEVER_NULL):
        more = [ast.BooleanLiteral(True)]
    for condition in more:
        body = ast.Logical("AND", body, condition)
    return ast.FunctionCall(node.name, (wider, ast.Lambda(function.params, body)))
