"""What operators share: the event they handle in generated code, and the module they write into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from rowtime.engine.code import Code, Module
from rowtime.engine.expressions import Expressions
from rowtime.engine.scope import Scope
from rowtime.sql import ast
from rowtime.sql.types import Array, Map, SqlType, Struct


@dataclass(slots=True)
class Generator(Module):
    """A module of one sub-topology: functions, and the slots of a partition's state.

    Functions take (st, key, row, ts[, part, off]): the partition's state, the key's columns, the row's columns (None: a
    tombstone), the timestamp. A table's changes carry the previous row as well. `held`: the function (st, keys, emit,
    failed) that emits rows of a table again, '' where there is none.
    """

    states: list[str] = field(default_factory=list)
    shared_states: list[str] = field(default_factory=list)
    functions: list[tuple[str, str, Callable[[], None]]] = field(default_factory=list)
    held: str = ""

    def state(self, initial: str) -> int:
        """A slot of the partition's state, with the source of its first value."""
        self.states.append(initial)
        return len(self.states) - 1

    def shared(self, initial: str) -> int:
        """A slot of the state that all partitions share: `shared()[slot]` in the source."""
        self.shared_states.append(initial)
        return len(self.shared_states) - 1

    def function(self, hint: str, parameters: str, body: Callable[[], None]) -> str:
        """A function written later; its name now."""
        name = self.temp(hint + "_")
        self.functions.append((name, parameters, body))
        return name

    def write(self, name: str, parameters: str, body: Callable[[], None]) -> None:
        with self.block(f"def {name}({parameters}):"):
            body()
        self.line("")

    def hashable(self, key: str, types: Sequence[SqlType]) -> str:
        """The key as something a dict takes."""
        if not any(needs_freezing(t) for t in types):
            return key
        return f"{self.bind(frozen, 'frozen')}({key})"

    def flush(self) -> None:
        while self.functions:
            self.write(*self.functions.pop(0))

    def guarded(self, target: str, value: str, fallback: str = "None") -> None:
        """target = value; an error is logged and gives the fallback."""
        self.line(f"try:\n    {target} = {value}\nexcept Exception as problem:\n"
                  f"    {target} = {fallback}\n    failed(problem)")


def needs_freezing(t: SqlType) -> bool:
    """Whether values of the type are lists or maps, or hold some."""
    return isinstance(t, (Array, Map)) or isinstance(t, Struct) and any(needs_freezing(f.type) for f in t.fields)


def frozen(value: Any) -> Any:
    """The value with tuples in the place of lists and maps."""
    if isinstance(value, (list, tuple)):
        return tuple(frozen(v) for v in value)
    return tuple((k, frozen(v)) for k, v in value.items()) if isinstance(value, dict) else value


class Split(NamedTuple):
    """An array of structs as lists of their fields.

    source   of a list of each field, then what is true where these are not there or not in the order of the first
    structs  a name of the array itself, '' where it has to be made of the lists
    part     part(field's place, wanted) → what gives the lists of those structs of it whose BOOLEAN is as wanted
    """

    source: str
    item: Struct
    structs: str = ""
    part: Callable[[int, bool], Callable[[], Any]] | None = None


@dataclass(slots=True)
class Event:
    """What an operator finds in the generated code.

    columns   plan name → (source template over {row}, type); templates may also name key, ts, part, off
    key       the key tuple's source; `windowed` when its last two elements are the window's bounds
    row       the row tuple's name; `present` when it cannot be None
    old       for tables: the previous row's name
    leave     statement that ends the handling of this event
    values    expressions whose values are known
    columnar  arrays of structs that may be had as lists of fields
    """

    columns: dict[str, tuple[str, SqlType]]
    key: str = "key"
    row: str = "row"
    ts: str = "ts"
    present: bool = False
    old: str | None = None
    leave: str = "return"
    values: dict[object, Code] = field(default_factory=dict)
    columnar: dict[ast.Expression, Split] = field(default_factory=dict)

    def scope(self, row: str | None = None) -> Scope:
        names: dict[tuple[str | None, str], Code] = {
            (None, name): Code(template.format(row=row or self.row), t)
            for name, (template, t) in self.columns.items()}
        return Scope(names, dict(self.values))

    def expressions(self, g: Generator, row: str | None = None) -> Expressions:
        return Expressions(g, self.scope(row))

    def but(self, **changes: Any) -> Event:
        return replace(self, **changes)


class Operator:
    """One step of a plan; `down` is where its results go, at the given port."""

    down: Operator
    port: int = 0

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        """Write the source that handles the event."""
        raise TypeError(type(self).__name__)

    def pass_on(self, g: Generator, event: Event) -> None:
        self.down.emit(g, event, self.port)


def cannot_fail(node: ast.Expression) -> bool:
    """Whether evaluating it raises nothing, whatever the row."""
    if isinstance(node, ast.Dereference):
        return cannot_fail(node.base)
    return isinstance(node, (ast.ColumnRef, ast.StringLiteral, ast.IntegerLiteral, ast.LongLiteral, ast.DoubleLiteral,
                             ast.DecimalLiteral, ast.BooleanLiteral, ast.NullLiteral))


def evaluate(g: Generator, expressions: Expressions, node: ast.Expression, hint: str = "x") -> Code:
    """The value of an expression as something safe to use: errors are logged and become NULL."""
    code = expressions.compile(node)
    if cannot_fail(node) or node in expressions.scope.values:
        return code
    name = g.temp(hint)
    g.guarded(name, code.text)
    return Code(name, code.type)
