"""A FILTER worked out of an earlier, wider one over the same array: what that left out need not be looked at again."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowtime.engine.code import Code
from rowtime.engine.conditions import Bound, bound_of, conjuncts_of, fallible_of, filter_of, sure_of
from rowtime.engine.failing import cannot_fail
from rowtime.engine.operators.base import Event, Generator
from rowtime.sql import ast
from rowtime.sql.types import BIGINT, INTEGER, TIMESTAMP

_WHOLE = ast.IntegerLiteral | ast.LongLiteral


@dataclass(slots=True)
class Done:
    """A FILTER that a local holds; `conjuncts` with the parameter's name taken out.

    error   a local that says whether it failed, '' where it cannot
    fallible  those of its conditions that can fail for more than a limit that is NULL
    """

    node: ast.FunctionCall
    name: str
    error: str
    conjuncts: list[ast.Expression]
    fallible: list[ast.Expression]


@dataclass(slots=True)
class Narrowed:
    """A FILTER over less: the same where the source of all `guards` is true and nothing fails."""

    node: ast.FunctionCall
    event: Event
    guards: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Narrowing:
    """The FILTERs of one projection so far."""

    filters: list[Done] = field(default_factory=list)

    def done(self, g: Generator, event: Event, node: ast.FunctionCall, name: str, error: str) -> None:
        conjuncts = conjuncts_of(node)
        if conjuncts is not None:
            self.filters.append(Done(node, name, error, conjuncts, fallible_of(g, event, node, conjuncts)))

    def narrowed(self, g: Generator, event: Event, node: ast.FunctionCall) -> Narrowed:
        """The FILTER over what an earlier one left, if that has all that it keeps: for certain, or as comparing the two
        limits says at run time. A condition that can fail is looked at for the same elements as before."""
        mine = conjuncts_of(node)
        if mine is None:
            return Narrowed(node, event)
        sure, _ = sure_of(g, event, node, mine)
        fallible = fallible_of(g, event, node, mine)
        _, needed = sure_of(g, event, node, [c for c in mine if c not in fallible])
        found = [(wider, limits) for wider in reversed(self.filters) if wider.node.args[0] == node.args[0]
                 for limits in [_allowed(event, g, wider, mine, sure, fallible)] if limits is not None]
        implied = [w for w, limits in found if not limits]
        for wider in implied:
            begins = mine[:len(wider.conjuncts)] == wider.conjuncts
            guards = [f"not {wider.error}"] * bool(wider.error) + ([] if begins else needed)
            rest = [c for c in mine if c not in wider.conjuncts]
            return Narrowed(filter_of(wider.node, node, rest), event, guards) if rest else Narrowed(node, event)
        return self._compared(g, event, node, *found[0], needed) if found else Narrowed(node, event)

    @staticmethod
    def _compared(g: Generator, event: Event, node: ast.FunctionCall, wider: Done, limits: list[str],
                  needed: list[str]) -> Narrowed:
        every = event.expressions(g).compile(node.args[0])
        name = g.temp("among")
        g.line(f"{name} = {wider.name} if {wider.name} is not None and {' and '.join(limits)} else {every.text}")
        stand_in = ast.ColumnRef(None, f" {name}")
        values = {**event.values, stand_in: Code(name, every.type, every.nullable)}
        return Narrowed(ast.FunctionCall(node.name, (stand_in, *node.args[1:])), event.but(values=values), needed)


def _allowed(event: Event, g: Generator, wider: Done, mine: list[ast.Expression], sure: list[ast.Expression],
             fallible: list[ast.Expression]) -> list[str] | None:
    """As `_limits`; what can fail may come first only where `mine` begins alike, or where the wider FILTER looks at it
    for the same elements and more: it fails for both then, or for the wider one."""
    if mine[:len(wider.conjuncts)] == wider.conjuncts:
        return []
    if not wider.fallible:
        return _limits(event, g, wider.conjuncts, sure)
    if wider.fallible != fallible or not all(_before(wider.conjuncts, c) <= _before(mine, c) for c in fallible):
        return None
    return _limits(event, g, wider.conjuncts, sure + fallible)


def _before(conjuncts: list[ast.Expression], condition: ast.Expression) -> set[ast.Expression]:
    return set(conjuncts[:conjuncts.index(condition)])


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
