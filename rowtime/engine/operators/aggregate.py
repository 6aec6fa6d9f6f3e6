"""Aggregation: one flat piece of source a query, the states of a group in one list."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowtime.engine.code import Code
from rowtime.engine.operators.base import Event, Generator, Operator, Order, cannot_fail
from rowtime.engine.operators.filter import compile_condition
from rowtime.engine.operators.select import Select
from rowtime.engine.simplify import escapes, simplified
from rowtime.functions.api import AggregateCall
from rowtime.sql import ast
from rowtime.sql.types import Array, SqlType, Struct


@dataclass(slots=True)
class Item:
    """One aggregate: the call in the query, what it resolved to, its column arguments, the places of its states."""

    node: ast.FunctionCall
    call: AggregateCall
    arguments: list[ast.Expression]
    places: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class State:
    """A state in the group: what keeps it, of which columns."""

    call: AggregateCall
    arguments: tuple[ast.Expression, ...]


@dataclass(slots=True)
class Aggregate(Operator):
    """Updates the group of the row and passes on its result.

    A group's state is a list: the aggregates' states, of which several may share one, then the result's timestamp, then
    whether the last result passed HAVING.
    """

    group: list[tuple[ast.Expression, SqlType]]
    items: list[Item]
    having: ast.Expression | None = None
    changes: bool = False
    states: list[State] = field(default_factory=list)
    down: Operator = field(init=False)
    port: int = field(init=False, default=0)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        slot = g.state("{}")
        self.confine()
        self.place()
        if self.changes:
            self._change(g, event, slot)
            return
        arguments = self.arguments(g, event)
        self.find(g, event.key, f"st[{slot}]")
        self.update(g, event, arguments)
        self.result(g, event)

    def confine(self) -> None:
        """Aggregates whose result is only looked at by the projection, in their cheaper form."""
        if not isinstance(self.down, Select):
            return
        known = {item.node for item in self.items} | {node for node, _ in self.group}
        read = [simplified(node, known) for _, node in self.down.values]
        for item in self.items:
            if item.call.confined is not None and not any(escapes(node, item.node) for node in read):
                item.call = item.call.confined

    def place(self) -> None:
        """Gives every aggregate its states."""
        self.states = []
        for item in self.items:
            wanted = [State(call, tuple(item.arguments)) for call in item.call.states]
            self.states += [state for state in dict.fromkeys(wanted) if state not in self.states]
            item.places = [self.states.index(state) for state in wanted]

    def find(self, g: Generator, key: str, store: str) -> None:
        """The key's group as `a`, a new one if need be."""
        at = g.hashable(key, [t for _, t in self.group])
        g.line(f"a = {store}.get({at})")
        g.line(f"if a is None:\n    a = {store}[{at}] = {self.initial(g)}")

    def _change(self, g: Generator, event: Event, slot: int) -> None:
        """A table's change: takes the old row back, then adds the new one."""
        assert event.old is not None
        self.find(g, event.key, f"st[{slot}]")
        for row, what in ((event.old, "undo"), (event.row, "add")):
            with g.block(f"if {row} is not None:"):
                self._apply(g, what, self.arguments(g, event.but(row=row)))
        g.line(f"if {event.ts} > {self.time}:\n    {self.time} = {event.ts}")
        self.result(g, event)

    # -------------------------------------------------- pieces the windowed forms share
    def arguments(self, g: Generator, event: Event) -> list[list[str]]:
        """Names of locals that hold each state's arguments."""
        expressions = event.expressions(g)
        known: dict[object, str] = {}
        found = []
        for state in self.states:
            names = []
            for node, t in zip(state.arguments, state.call.argument_types, strict=True):
                key = (node, t)
                if key not in known:
                    known[key] = name = g.temp("x")
                    value = expressions.coerce(expressions.compile(node), t).text
                    if cannot_fail(node):
                        g.line(f"{name} = {value}")
                    else:
                        g.guarded(name, value)
                names.append(known[key])
            found.append(names)
        return found

    def initial(self, g: Generator) -> str:
        for state in self.states:
            g.names.update(state.call.globals)
        return "[" + "".join(f"{state.call.init}, " for state in self.states) + "-1, False]"

    @property
    def time(self) -> str:
        return f"a[{len(self.states)}]"

    @property
    def passed(self) -> str:
        return f"a[{len(self.states) + 1}]"

    def update(self, g: Generator, event: Event, arguments: list[list[str]]) -> None:
        self._apply(g, "add", arguments)
        g.line(f"if {event.ts} > {self.time}:\n    {self.time} = {event.ts}")

    def _apply(self, g: Generator, what: str, arguments: list[list[str]]) -> None:
        for i, (state, names) in enumerate(zip(self.states, arguments, strict=True)):
            template = getattr(state.call, what)
            g.line(template.format(*names, s=f"a[{i}]"))

    def result(self, g: Generator, event: Event, bounds: tuple[str, str] | None = None, ts: str | None = None) -> None:
        """Passes on the group's result, or a tombstone where it stopped passing HAVING."""
        key = event.key
        if bounds:
            key = g.temp("windowed")
            parts = "".join(f"{event.key}[{i}], " for i in range(len(self.group)))
            g.line(f"{key} = ({parts}{bounds[0]}, {bounds[1]})")
        out = event.but(columns=self.bounds(bounds), key=key, ts=ts or self.time, row="a", present=True, old=None,
                        values=self.values(event.key), ordered=self.ordered())
        if self.having is not None:
            self._having(g, out)
            out = out.but(row="kept", present=False)
        self.pass_on(g, out)

    def bounds(self, bounds: tuple[str, str] | None) -> dict[str, tuple[str, SqlType]]:
        from rowtime.sql.types import BIGINT

        return {} if bounds is None else {"WINDOWSTART": (bounds[0], BIGINT), "WINDOWEND": (bounds[1], BIGINT)}

    def values(self, key: str) -> dict[object, Code]:
        known: dict[object, Code] = {node: Code(f"{key}[{i}]", t, False) for i, (node, t) in enumerate(self.group)}
        for item in self.items:
            parts = [f"a[{i}]" for i in item.places]
            known[item.node] = Code(item.call.result.format(*parts, s=parts[0]), item.call.returns)
        return known

    def ordered(self) -> dict[object, Order]:
        known: dict[object, Order] = {}
        for item in self.items:
            t = item.call.returns
            if item.call.ordered and isinstance(t, Array) and isinstance(t.item, Struct):
                known[item.node] = Order(item.call.ordered.format(s=f"a[{item.places[0]}]"), t.item.fields[0].name)
        return known

    def _having(self, g: Generator, event: Event) -> None:
        assert self.having is not None
        g.guarded("ok", compile_condition(g, event, self.having, "HAVING").text)
        g.line(f"if ok:\n    kept = a\nelif {self.passed}:\n    kept = None\nelse:\n    {event.leave}")
        g.line(f"{self.passed} = kept is not None")
