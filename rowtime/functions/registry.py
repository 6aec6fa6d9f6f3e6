"""The table of functions, and the decorators that fill it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rowtime.errors import KsqlError
from rowtime.functions.api import AggregateCall, ArgumentType
from rowtime.functions.parameters import Signature, signature
from rowtime.sql.types import SqlType

Returns = Callable[[Sequence[Any]], SqlType]
"""Computes the result's type from the arguments' types."""
Factory = Callable[[Sequence[Any]], Callable[..., Any]]
"""Makes an implementation for the arguments' types."""


@dataclass(frozen=True, slots=True)
class ScalarOverload:
    signature: Signature
    implementation: Callable[..., Any]
    returns: Returns | None = None
    factory: bool = False
    handles_null: bool = False
    inline: str = ""
    volatile: bool = False
    total: bool = False


@dataclass(frozen=True, slots=True)
class AggregateContext:
    """What an aggregate is made from: types of its columns, values of its literals, and the query's settings."""

    types: tuple[SqlType, ...]
    literals: tuple[Any, ...]
    sessions: bool
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AggregateOverload:
    signature: Signature
    make: Callable[[AggregateContext], AggregateCall]
    literals: int = 0


@dataclass(slots=True)
class Function:
    """A function: its display name, kind (SCALAR, AGGREGATE, TABLE), category, what it does, and its overloads."""

    name: str
    kind: str
    category: str
    about: str
    overloads: list[Any] = field(default_factory=list)


FUNCTIONS: dict[str, Function] = {}


def entry(name: str, kind: str, category: str, about: str) -> Function:
    return FUNCTIONS.setdefault(name.upper(), Function(name, kind, category, about))


def scalar_function(name: str, *signatures: str, category: str, about: str = "", returns: Returns | None = None,
                    factory: bool = False, handles_null: bool = False, inline: str = "",
                    volatile: bool = False, total: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a scalar function's overloads, all with this implementation (or, `factory`, what it makes of the
    arguments' types). Unless it `handles_null`, it is never called with NULL. `total`: it raises nothing."""
    function = entry(name, "SCALAR", category, about)

    def register(implementation: Callable[..., Any]) -> Callable[..., Any]:
        function.overloads += [
            ScalarOverload(signature(s), implementation, returns, factory, handles_null, inline, volatile, total)
            for s in signatures
        ]
        return implementation

    return register


def table_function_of(name: str, *signatures: str, about: str = "") -> Callable[[Callable[..., Any]], Any]:
    """Registers a table function: it answers the rows for its arguments (NULL included)."""
    function = entry(name, "TABLE", "TABLE", about)

    def register(implementation: Callable[..., Any]) -> Callable[..., Any]:
        function.overloads += [ScalarOverload(signature(s), implementation, handles_null=True) for s in signatures]
        return implementation

    return register


def aggregate_function(name: str, *signatures: str, literals: int = 0,
                       about: str = "") -> Callable[[Callable[[AggregateContext], AggregateCall]], Any]:
    """Registers an aggregate; the last `literals` parameters are literals."""
    function = entry(name, "AGGREGATE", "AGGREGATE", about)

    def register(make: Callable[[AggregateContext], AggregateCall]) -> Callable[[AggregateContext], AggregateCall]:
        function.overloads += [AggregateOverload(signature(s), make, literals) for s in signatures]
        return make

    return register


def find(name: str, kind: str) -> Function:
    """The function, or KsqlError."""
    function = FUNCTIONS.get(name.upper())
    if function is None or function.kind != kind:
        raise KsqlError(f"Can't find any functions with the name '{name}'")
    return function


def types_of(arguments: Sequence[ArgumentType]) -> tuple[SqlType, ...]:
    return tuple(a for a in arguments if isinstance(a, SqlType))
