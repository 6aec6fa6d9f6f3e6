"""How the compiler asks for a function, and what it gets: types, and Python source or a callable.

Scalar functions: `scalar(name, argument_types)` picks an overload as ksqlDB does (exact, then implicit widening, then
variadic), or raises KsqlError with ksqlDB's own message. Aggregates hand out source templates, so that the compiler
can write one flat function a query. Lambda arguments are typed in a second look: `lambda_parameters` says the types of
a lambda's parameters once the other arguments' types are known; the compiler types the body and asks `scalar` again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rowtime.sql.types import SqlType


@dataclass(frozen=True, slots=True)
class LambdaType:
    """The type of a lambda argument: how many parameters it has and, once its body is typed, what it returns."""

    parameters: tuple[SqlType | None, ...]
    returns: SqlType | None = None


ArgumentType = SqlType | LambdaType | None
"""None is the type of the literal NULL."""


@dataclass(frozen=True, slots=True)
class ScalarCall:
    """A resolved call.

    argument_types      what each argument must be cast to before the call (a lambda stays as it is)
    returns             the result's SQL type
    implementation      called with Python values (a lambda as a callable); may raise: the caller makes that NULL
    null_in_null_out    the compiler answers NULL without a call when any non-lambda argument is NULL
    inline              a Python expression of {0}, {1}, … for the arguments (never NULL where null_in_null_out), or ''
    volatile            its value must be recorded in the step (UNIX_TIMESTAMP(), UUID(), RANDOM())
    total               it raises nothing (arrays of arrays, maps and structs excepted)
    """

    argument_types: tuple[ArgumentType, ...]
    returns: SqlType
    implementation: Callable[..., Any]
    null_in_null_out: bool = True
    inline: str = ""
    volatile: bool = False
    total: bool = False


@dataclass(frozen=True, slots=True)
class AggregateCall:
    """A resolved aggregate. Templates are Python source; {s} is the state (any expression that can be assigned to),
    {0}, {1}, … the arguments' values (names of locals, possibly None). `add` and `undo` are statements (several lines
    allowed, relative indentation kept) that assign {s}; states are never shared or mutated once a step has committed
    unless `mutable`, then `copy` says how to copy one.

    argument_types   what the column arguments must be cast to
    returns          SQL type of the result
    state_type       SQL type of the state in the changelog's schema (golden/*/schemas)
    init             expression for a new state
    add              statements for a row
    undo             statements that take a row back, '' where a table may not be aggregated by it
    result           expression for the result
    merge            expression of {s} and {t} for two sessions' states, '' where there is none
    globals          names the templates use
    columns          expression: where the result is an array of structs, a list of each field's values, then what is
                     true while the first, whole numbers, are not in order; '' where they are not kept so
    confined         the same where its result is looked at while the row is handled and goes nowhere: cheaper
    parts            aggregates of the same columns whose states are this one's ({0}, {1}, … in `result`): others that
                     have one of them share it
    """

    argument_types: tuple[SqlType, ...]
    returns: SqlType
    state_type: SqlType
    init: str
    add: str
    result: str = "{s}"
    undo: str = ""
    merge: str = ""
    mutable: bool = False
    copy: str = "{s}"
    globals: tuple[tuple[str, Any], ...] = ()
    columns: str = ""
    confined: AggregateCall | None = None
    parts: tuple[AggregateCall, ...] = ()

    @property
    def states(self) -> tuple[AggregateCall, ...]:
        """One aggregate for each state."""
        return self.parts or (self,)


@dataclass(frozen=True, slots=True)
class TableCall:
    """A resolved table function: `implementation` gives an iterable of results (None or empty: no rows)."""

    argument_types: tuple[ArgumentType, ...]
    returns: SqlType
    implementation: Callable[..., Any]


Scalar = Callable[[str, Sequence[ArgumentType]], ScalarCall]
LambdaParameters = Callable[[str, Sequence[ArgumentType]], Sequence[tuple[SqlType, ...] | None]]
"""(name, argument types) → for each argument the types of its lambda's parameters, None where it is no lambda."""
Aggregate = Callable[[str, Sequence[SqlType | None], Sequence[Any]], AggregateCall]
"""(name, types of the column arguments, values of the trailing literal arguments such as 64 or false)."""
