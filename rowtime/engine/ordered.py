"""Projections that read arrays of structs by limits of their first field, a whole number.

While an array is in the order of that field, as a ring of arrivals is when none is late, its fields are lists of their
own: a FILTER by limits is a pair of places in them, found by bisection, what is made of it a slice of one list. That is
the quick way. Where the array is not in order, or anything fails on the quick way, such as NULL in arithmetic, the
careful way works the same out of the structs.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

from rowtime.engine.code import Code
from rowtime.engine.columnar import STRUCTS, Columns, Places, each, fields_of
from rowtime.engine.conditions import ANY, Bound, bound_of, conjuncts_of, filter_of
from rowtime.engine.hoisting import with_invariants
from rowtime.engine.operators.base import Event, Generator, Split
from rowtime.engine.splitting import Splitter
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.types import BIGINT, BOOLEAN, DATE, INTEGER, STRING, TIME, TIMESTAMP, Array, Struct

WORTH = 3
"""Limits from which on it is worth the look."""
_NUMBERS = (INTEGER, BIGINT, TIMESTAMP)
_PLACE: dict[str, tuple[Callable[..., int], bool]] = {
    ">": (bisect_right, True), ">=": (bisect_left, True), "<": (bisect_left, False), "<=": (bisect_right, False)}
"""What finds the first element that is in (True), or the first behind."""
_COUNTED = (STRING, INTEGER, BIGINT, BOOLEAN, DATE, TIME, TIMESTAMP)


def walk(node: Any) -> Iterable[Any]:
    yield node
    for child in ast.children(node):
        yield from walk(child)


def with_arrays(g: Generator, event: Event, nodes: Iterable[ast.Expression]) -> Event:
    """Knows of the arrays that several FILTERs limit by their first field how to split them into lists of fields."""
    limits: Counter[ast.Expression] = Counter()
    for node in dict.fromkeys(n for root in nodes for n in walk(root)):
        for condition in conjuncts_of(node) or ():
            bound = bound_of(condition)
            limits[node.args[0]] += bound is not None and isinstance(bound.of, ast.Dereference)
    for array in [a for a, times in limits.items() if times >= WORTH and a not in event.columnar]:
        event = _split(g, event, array)
    return event


def _split(g: Generator, event: Event, array: ast.Expression) -> Event:
    try:
        code = event.expressions(g).compile(array)
    except KsqlError:
        return event
    t = code.type.item if isinstance(code.type, Array) else None
    if not isinstance(t, Struct) or t.fields[0].type not in _NUMBERS or not code.is_name:
        return event
    splitter = Splitter(t)
    split = Split(f"{g.bind(splitter, 'split')}({code.text})", t, code.text, splitter.part)
    return event.but(columnar={**event.columnar, array: split})


@dataclass(slots=True)
class Part:
    """What a FILTER of `array` by conditions that are no limits leaves, among what the limits before these leave."""

    array: ast.Expression
    before: list[ast.Expression]
    rest: list[ast.Expression]
    columns: Columns


@dataclass(slots=True)
class Quick:
    """The quick way, written line by line; `event` knows what has been worked out so far."""

    g: Generator
    event: Event
    parts: list[Part] = field(default_factory=list)
    structs: dict[str, Columns] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def array(self, node: ast.Expression, columns: Columns) -> None:
        """From now on the node is known as columns; structs are made of these where something wants them."""
        name = self.g.temp("structs")
        self.structs[name] = columns
        self._know(node, Code(name, Array(columns.item), bool(columns.null), columns=columns))

    def call(self, node: ast.FunctionCall, name: str) -> None:
        """name = the call; '' where whoever wants its value may work it out."""
        self.event = with_invariants(self.g, self.event, node)
        columns = self._filtered(node) or self._sliced(node)
        if columns is not None:
            self.array(node, columns)
        if name:
            code = self._compiled(node)
            self.g.line(f"{name} = {code.text}")
            self._know(node, Code(name, code.type, code.nullable, columns=columns))

    def _know(self, node: ast.Expression, code: Code) -> None:
        self.event = self.event.but(values={**self.event.values, node: code})

    def _compiled(self, node: ast.Expression) -> Code:
        code = self.event.expressions(self.g).within(self.event.scope(), bold=True).compile(node)
        for name in [name for name in self.structs if re.search(rf"\b{name}\b", code.text)]:
            columns = self.structs.pop(name)
            self.g.line(f"{name} = {columns.code(columns.slice(STRUCTS), Array(columns.item)).text}")
        return code

    def _columns(self, node: ast.Expression) -> Columns | None:
        known = self.event.values.get(node)
        return known.columns if known is not None else None

    # -------------------------------------------------- SLICE
    def _sliced(self, node: ast.FunctionCall) -> Columns | None:
        """SLICE(A, 2, n): NULL where A has less than n elements."""
        columns = self._columns(node.args[0]) if node.name == "SLICE" and len(node.args) == 3 else None
        start = node.args[1] if columns is not None else None
        if columns is None or columns.null or any(columns.places()) or not isinstance(start, ast.IntegerLiteral) \
                or start.value < 1:
            return None
        begin, end = str(start.value - 1), self.g.temp("end")
        last = self.g.bind(not_before, "not_before")
        self.g.line(f"{end} = {last}({begin}, {self._compiled(node.args[2]).text})")
        return Columns(self.g, columns.item, columns.lists, lambda: ("" if begin == "0" else begin, end),
                       f"{end} > len({columns.lists(columns.first)})")

    # -------------------------------------------------- FILTER
    def _filtered(self, node: ast.FunctionCall) -> Columns | None:
        columns, conjuncts = self._columns(node.args[0]) if node.args else None, conjuncts_of(node)
        if columns is None or conjuncts is None:
            return None
        rest = [c for c in conjuncts if self._limit(c, columns) is None]
        if not rest:
            return self._cut(columns, conjuncts)
        if any(fields_of(c, ANY, columns.item) is None for c in rest):
            return None
        before = conjuncts[:conjuncts.index(rest[0])]
        part = self._part(node, columns, before, rest)
        cut = self._cut(part.columns, [c for c in conjuncts if c not in part.before and c not in rest])
        cut.counted = self._counter(self._cut(columns, [c for c in conjuncts if c not in rest]), rest)
        return cut

    def _limit(self, condition: ast.Expression, columns: Columns) -> Bound | None:
        """The condition as a limit of the first field."""
        bound = bound_of(condition)
        if bound is None or bound.of != ast.Dereference(ANY, columns.first):
            return None
        limit = self.event.expressions(self.g).compile(bound.limit)
        return bound if limit.type in _NUMBERS else None

    def _cut(self, columns: Columns, limits: list[ast.Expression]) -> Columns:
        bounds = [bound for c in limits for bound in [self._limit(c, columns)] if bound is not None]
        return Columns(self.g, columns.item, columns.lists, lambda: self._places(columns, bounds), columns.null)

    def _places(self, columns: Columns, bounds: list[Bound]) -> Places:
        begin, end = columns.places()
        for bound in bounds:
            find, is_first = _PLACE[bound.op]
            name, limit = self.g.temp("at"), self._compiled(bound.limit).text
            among = f", {begin or 0}, {end}" if end else f", {begin}" if begin else ""
            place = self.g.bind(find, "place_behind" if find is bisect_right else "place_of")
            text = f"{place}({columns.lists(columns.first)}, {limit}{among})"
            if text not in self.places:
                self.g.line(f"{name} = {text}")
            name = self.places.setdefault(text, name)
            begin, end = (name, end) if is_first else (begin, name)
        return begin, end

    def _part(self, node: ast.FunctionCall, columns: Columns, before: list[ast.Expression],
              rest: list[ast.Expression]) -> Part:
        """One from before where that looked at the same elements and maybe more; else a new one."""
        for part in self.parts:
            if (part.array, part.rest) == (node.args[0], rest) and all(c in before for c in part.before):
                return part
        whole = self._split_part(node.args[0], columns, rest)
        kept = self._kept(node, self._cut(columns, before), rest) if whole is None else whole
        self.parts.append(Part(node.args[0], before if whole is None else [], rest, kept))
        return self.parts[-1]

    def _split_part(self, array: ast.Expression, columns: Columns, rest: list[ast.Expression]) -> Columns | None:
        """The part of an array that is split where a BOOLEAN field is true, or is not."""
        split, test = self.event.columnar.get(array), rest[0]
        wanted = not isinstance(test, ast.Not)
        field = test.operand if isinstance(test, ast.Not) else test
        if split is None or split.part is None or len(rest) > 1 or not isinstance(field, ast.Dereference) \
                or field.base != ANY or columns.type_of(field.field or "") != BOOLEAN:
            return None
        part = self.g.bind(split.part(columns.item.index(field.field or ""), wanted), "part")
        names = {f.name: self.g.temp(_readable(f.name)) for f in columns.item.fields}

        def lists(name: str) -> str:
            if name == STRUCTS:
                self.g.line(f"{made} = list(zip({', '.join(names.values())}))")
                return made
            return names[name]

        made = self.g.temp("structs")
        self.g.line(f"{', '.join(names.values())} = {part}()")
        return Columns(self.g, columns.item, lists)

    def _kept(self, node: ast.FunctionCall, among: Columns, rest: list[ast.Expression]) -> Columns:
        """Lists of the elements for which all conditions are true."""
        def choose() -> str:
            chosen.append(self.g.temp("chosen"))
            function: Any = filter_of(node.args[0], node, rest).args[1]
            element = ast.LambdaVariable(function.params[0])
            fields = fields_of(function.body, element, among.item) or []
            c = self.event.expressions(self.g).within(self.event.scope(), bold=True)
            body, loop = each(c, function.body, element, fields, among)
            self.g.line(f"{chosen[0]} = [{body.text} {loop}]")
            return chosen[0]

        def chosen_of(name: str) -> str:
            flags, made = chosen[0] if chosen else choose(), self.g.temp("kept")
            self.g.line(f"{made} = list({self.g.bind(compress, 'compress')}({among.slice(name)}, {flags}))")
            return made

        chosen: list[str] = []
        return Columns(self.g, among.item, chosen_of, null=among.null)

    def _counter(self, columns: Columns, rest: list[ast.Expression]) -> Callable[[], str] | None:
        """How many elements have a field that is equal to a value that cannot fail."""
        test = rest[0]
        if len(rest) != 1 or not isinstance(test, ast.Comparison) or test.op != "=":
            return None
        for element, other in ((test.left, test.right), (test.right, test.left)):
            if isinstance(element, ast.Dereference) and element.base == ANY and not fields_of(other, ANY, columns.item):
                value = self.event.expressions(self.g).compile(other)
                t = columns.type_of(element.field or "")
                if value.type == t and t in _COUNTED and value.is_name:
                    name = element.field or ""
                    return lambda: f"(0 if {value.text} is None else {columns.slice(name)}.count({value.text}))"
        return None


def not_before(first: int, last: int) -> int:
    """The end of a slice; ValueError where it would be before the beginning."""
    if last < first:
        raise ValueError(f"fromIndex({first}) > toIndex({last})")
    return last


def lists_of(g: Generator, split: Split, structs: str) -> tuple[Columns, str]:
    """Writes the lists' names; gives the array as columns, and the name of what is true where these will not do."""
    names = {f.name: g.temp(_readable(f.name)) for f in split.item.fields}
    late = g.temp("late")
    g.line(f"{', '.join(names.values())}, {late} = {split.source}")

    def lists(name: str) -> str:
        if name != STRUCTS:
            return names[name]
        if split.structs:
            return split.structs
        g.line(f"{structs} = list(zip({', '.join(names.values())}))")
        return structs

    return Columns(g, split.item, lists), late


def _readable(name: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in name.lower()) + "_"
