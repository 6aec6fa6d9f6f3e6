"""Function calls that several expressions of a projection share: worked out once a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rowtime.engine import lambdas
from rowtime.engine.code import Code
from rowtime.engine.failing import cannot_fail, fail
from rowtime.engine.hoisting import hoisted, with_invariants
from rowtime.engine.narrowing import Narrowing
from rowtime.engine.operators.base import Event, Generator
from rowtime.engine.ordered import Quick, lists_of, walk, with_arrays
from rowtime.engine.simplify import shareable
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.types import Decimal

LOOPS = ("FILTER", "TRANSFORM", "REDUCE")


def with_common(g: Generator, event: Event, nodes: Iterable[ast.Expression]) -> Event:
    """Writes the shared calls, smallest first and wide windows before narrow ones, and gives the event that knows their
    values."""
    nodes = list(nodes)
    event = with_arrays(g, hoisted(g, event, nodes), nodes)
    counts: Counter[Any] = Counter()
    for node in nodes:
        _count(node, counts, event)
    outer = {n: None for node in nodes for n in _outermost(node, event)}
    shared = sorted((n for n, times in counts.items() if times > 1 or n.name in LOOPS or n in outer
                     or n.name == "SLICE" and _reads(n, event)), key=_order)
    event = _careful(g, event, [n for n in shared if not _reads(n, event)])
    return _two_ways(g, event, [n for n in shared if _reads(n, event)], list(outer))


def _count(node: Any, counts: Counter[Any], event: Event) -> None:
    if node in event.values:
        return
    if shareable(node, event.values):
        counts[node] += 1
    for child in lambdas.counted(node) or ast.children(node):
        _count(child, counts, event)


def _outermost(node: Any, event: Event) -> list[ast.FunctionCall]:
    """The calls that read arrays which may be there as columns, and are not part of another such."""
    if not _reads(node, event) or node in event.values:
        return []
    if shareable(node, event.values):
        return [node]
    return [found for child in ast.children(node) for found in _outermost(child, event)]


def _reads(node: Any, event: Event) -> bool:
    return bool(event.columnar) and any(n == array for n in walk(node) for array in event.columnar)


def _order(node: Any) -> tuple[int, int]:
    """Size, then the largest number in it downwards."""
    inside = list(walk(node))
    numbers = [n.value for n in inside if isinstance(n, ast.IntegerLiteral | ast.LongLiteral)]
    return len(inside), -max(numbers, default=0)


def _two_ways(g: Generator, event: Event, reads: list[ast.FunctionCall], outer: list[ast.FunctionCall]) -> Event:
    """The quick way and the careful way to what calls make of arrays in order."""
    if not reads:
        return event
    for node in reads:
        event = with_invariants(g, event, node)
    with _set_aside(g) as lines:
        known = _careful(g, _with_structs(g, event), reads).values
    ends = {node: known[node] for node in outer if node in known}
    quick = g.temp("quick")
    _quickly(g, event, reads, ends, quick)
    with g.block(f"if not {quick}:"):
        for line in lines:
            g.line(line)
    return event.but(values={**event.values, **ends})


@contextmanager
def _set_aside(g: Generator) -> Iterator[list[str]]:
    """Lines written inside go to a list of their own."""
    lines, depth = g.lines, g.depth
    g.lines, g.depth = [], 0
    aside = g.lines
    yield aside
    g.lines, g.depth = lines, depth


def _with_structs(g: Generator, event: Event) -> Event:
    """Arrays that are there as columns as lists of structs."""
    for array in event.columnar:
        code = event.expressions(g).compile(array)
        if not code.is_name:
            name = g.temp("in")
            g.line(f"{name} = {code.text}")
            event = event.but(values={**event.values, array: Code(name, code.type, code.nullable)})
    return event


def _quickly(g: Generator, event: Event, reads: Sequence[ast.FunctionCall], ends: dict[Any, Code], quick: str) -> None:
    """Writes the quick way, which gives `ends` their values; the local `quick` says afterwards whether it did."""
    way, late = Quick(g, event), []
    for array, split in event.columnar.items():
        columns, unfit = lists_of(g, split, g.temp("structs"))
        way.array(array, columns)
        late.append(unfit)
    g.line(f"{quick} = not {late[0]}" if len(late) == 1 else f"{quick} = not ({' or '.join(late)})")
    with g.block(f"if {quick}:"):
        with g.block("try:"):
            for node in reads:
                way.call(node, ends[node].text if node in ends else "")
            failed = [code.error for code in ends.values() if code.error]
            g.line(" = ".join([*failed, "False"]) if failed else "pass")
        g.line(f"except Exception:\n    {quick} = False")


def _careful(g: Generator, event: Event, nodes: Iterable[ast.FunctionCall]) -> Event:
    narrowing = Narrowing()
    for node in nodes:
        event = _shared(g, event, node, narrowing)
    return event


def _shared(g: Generator, event: Event, node: ast.FunctionCall, narrowing: Narrowing) -> Event:
    try:
        event = with_invariants(g, event, node)
        code = event.expressions(g).compile(node)
        less = narrowing.narrowed(g, event, node)
        bold = less.event.expressions(g).within(less.event.scope(), bold=True).compile(less.node).text
    except KsqlError:
        return event
    if code.type is None or isinstance(code.type, Decimal):
        return event
    name = g.temp("same")
    error = "" if cannot_fail(code.text) else f"{name}_failed"
    if less.guards:
        bold = f"({bold} if {' and '.join(less.guards)} else {g.bind(fail, 'fail')}())"
    _assigned(g, name, error, code.text, bold)
    narrowing.done(g, event, node, name, error)
    return event.but(values={**event.values, node: Code(name, code.type, code.nullable or bool(error), error)})


def _assigned(g: Generator, name: str, error: str, careful: str, bold: str) -> None:
    """name = the value, by way of the bold source; `error`, if not '', says whether there was one."""
    nothing = "None"
    if error:
        g.line(f"{error} = False")
        nothing = f"None; {error} = True"
    if bold == careful:
        g.guarded(name, careful, nothing)
        return
    g.line(f"try:\n    {name} = {bold}\nexcept Exception:")
    g.depth += 1
    g.guarded(name, careful, nothing)
    g.depth -= 1
