"""Aggregation: one flat piece of source a query, the states of a group in one list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import accumulate

from rowtime.engine.code import Code
from rowtime.engine.operators.base import Event, Generator, Operator, Split, cannot_fail
from rowtime.engine.operators.filter import compile_condition
from rowtime.engine.operators.select import Select
from rowtime.engine.operators.sink import Sink
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

    A group `a` is a list: the aggregates' states, of which several may share one, then the result's timestamp, then,
    where there is a HAVING, whether the last result passed it.
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
        self.hold(g, event, lambda inner: self._hold_groups(g, inner, slot))
        if self.changes:
            self._change(g, event, slot)
            return
        arguments = self.arguments(g, event)
        self.find(g, event.key, f"st[{slot}]")
        self.update(g, event, arguments)
        self.result(g, event)

    def hold(self, g: Generator, event: Event, write: Callable[[Event], None]) -> None:
        """A function that emits rows of the result again, where they follow from the state alone. `write` goes through
        `keys` (None: all) with `each_key`, finds their groups `a` in `st` and calls `again` for each."""
        select = self.down
        sink = select.down if isinstance(select, Select) and select.key is None else None
        if isinstance(sink, Sink) and sink.timestamp is None:
            inner = event.but(key="key", leave="continue")
            g.held = g.function("held", "st, keys, emit, failed", lambda: write(inner))

    def _hold_groups(self, g: Generator, event: Event, slot: int) -> None:
        with self.each_key(g, f"st[{slot}]"):
            g.line(f"a = st[{slot}].get(who)")
            self.again(g, event)

    @contextmanager
    def each_key(self, g: Generator, store: str) -> Iterator[None]:
        """`who`: a key as it is in a store, `key`: as it is in a row."""
        alone = len(self.group) == 1
        with g.block(f"for who in {store} if keys is None else {'[key[0] for key in keys]' if alone else 'keys'}:"):
            g.line("key = (who,)" if alone else "key = who")
            yield

    def again(self, g: Generator, event: Event, bounds: tuple[str, str] | None = None) -> None:
        """The group's last result once more, if it has one."""
        g.line(f"if a is None{f' or not {self.passed}' if self.having is not None else ''}:\n    continue")
        self.pass_on(g, self.out(g, event, bounds))

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
        at = self.place_of(g, key)
        g.line(f"a = {store}.get({at})")
        g.line(f"if a is None:\n    a = {store}[{at}] = {self.initial(g)}")

    def place_of(self, g: Generator, key: str) -> str:
        """What a store has for the key: a single column stands for itself."""
        at = g.hashable(key, [t for _, t in self.group])
        return f"{at}[0]" if len(self.group) == 1 else at

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
                    if value == event.ts and value.isidentifier():
                        known[key] = value
                    elif cannot_fail(node):
                        g.line(f"{name} = {value}")
                    else:
                        g.guarded(name, value)
                names.append(known[key])
            found.append(names)
        return found

    def initial(self, g: Generator) -> str:
        return f"[{', '.join(self.initials(g))}]"

    def initials(self, g: Generator) -> list[str]:
        """What a new group holds."""
        for state in self.states:
            g.names.update(state.call.globals)
        return [*(state.call.init for state in self.states), "-1", *["False"] * self.remembers]

    def slot(self, i: int) -> str:
        """Where the generated code has a part of the group."""
        return f"a[{i}]"

    @property
    def remembers(self) -> bool:
        """Whether groups say if their last result passed HAVING."""
        return self.having is not None

    @property
    def time(self) -> str:
        return self.slot(len(self.states))

    @property
    def passed(self) -> str:
        return self.slot(len(self.states) + 1)

    def update(self, g: Generator, event: Event, arguments: list[list[str]]) -> None:
        self._apply(g, "add", arguments, event.ts)
        g.line(f"if {event.ts} > {self.time}:\n    {self.time} = {event.ts}")

    def _apply(self, g: Generator, what: str, arguments: list[list[str]], sure: str = "") -> None:
        """What asks for the same argument not to be NULL stands in one block; `sure`: an argument that never is."""
        blocks: dict[str, list[str]] = {}
        for i, (state, names) in enumerate(zip(self.states, arguments, strict=True)):
            text = getattr(state.call, what).format(*names, s=self.slot(i))
            inner = unguarded(text, names[0]) if names else ""
            blocks.setdefault(names[0] if inner and names[0] != sure else "", []).append(inner or text)
        for name, texts in blocks.items():
            with g.block(f"if {name} is not None:") if name else nullcontext():
                for text in texts:
                    g.line(text)

    def result(self, g: Generator, event: Event, bounds: tuple[str, str] | None = None, ts: str | None = None) -> None:
        """Passes on the group's result, or a tombstone where it stopped passing HAVING."""
        out = self.out(g, event, bounds, ts)
        if self.having is not None:
            self._having(g, out)
            out = out.but(row="kept", present=False)
        self.pass_on(g, out)

    def out(self, g: Generator, event: Event, bounds: tuple[str, str] | None = None, ts: str | None = None) -> Event:
        """The event of a group's result; a windowed one with the window's bounds."""
        key = event.key
        if bounds:
            key = g.temp("windowed")
            parts = "".join(f"{event.key}[{i}], " for i in range(len(self.group)))
            g.line(f"{key} = ({parts}{bounds[0]}, {bounds[1]})")
        return event.but(columns=self.bounds(bounds), key=key, ts=ts or self.time, row="a", present=True, old=None,
                         values=self.values(event.key), columnar=self.columnar())

    def bounds(self, bounds: tuple[str, str] | None) -> dict[str, tuple[str, SqlType]]:
        from rowtime.sql.types import BIGINT

        return {} if bounds is None else {"WINDOWSTART": (bounds[0], BIGINT), "WINDOWEND": (bounds[1], BIGINT)}

    def values(self, key: str) -> dict[object, Code]:
        known: dict[object, Code] = {node: Code(f"{key}[{i}]", t, False) for i, (node, t) in enumerate(self.group)}
        for item in self.items:
            parts = [self.slot(i) for i in item.places]
            known[item.node] = Code(item.call.result.format(*parts, s=parts[0]), item.call.returns)
        return known

    def columnar(self) -> dict[ast.Expression, Split]:
        known: dict[ast.Expression, Split] = {}
        for item in self.items:
            t = item.call.returns
            if item.call.columns and isinstance(t, Array) and isinstance(t.item, Struct):
                known[item.node] = Split(item.call.columns.format(s=self.slot(item.places[0])), t.item)
        return known

    def _having(self, g: Generator, event: Event) -> None:
        assert self.having is not None
        g.guarded("ok", compile_condition(g, event, self.having, "HAVING").text)
        g.line(f"if ok:\n    kept = a\nelif {self.passed}:\n    kept = None\nelse:\n    {event.leave}")
        g.line(f"{self.passed} = kept is not None")


def unguarded(text: str, name: str) -> str:
    """What an `if` statement does where `name` is not None, if that is all or the first thing it asks; else ''."""
    head, _, body = text.partition("\n")
    asked = f"if {name} is not None"
    lines = body.split("\n")
    if not head.startswith(asked) or not all(line.startswith("    ") for line in lines):
        return ""
    rest = head[len(asked):]
    if rest == ":":
        return "\n".join(line[4:] for line in lines)
    more = rest.removeprefix(" and ")
    whole = " or " not in more or _enclosed(more.removesuffix(":"))
    return f"if {more}\n{body}" if more != rest and whole else ""


def _enclosed(text: str) -> bool:
    """Whether the first character is a bracket that the last one closes."""
    depths = list(accumulate((c == "(") - (c == ")") for c in text))
    return depths.index(0) == len(text) - 1 if 0 in depths else False
