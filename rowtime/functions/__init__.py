"""The built-in functions. See `api` for the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rowtime.errors import KsqlError
from rowtime.functions import aggregate as _aggregates
from rowtime.functions import scalar as _scalars
from rowtime.functions import table as _tables
from rowtime.functions.api import AggregateCall, ArgumentType, LambdaType, ScalarCall, TableCall
from rowtime.functions.parameters import INTERVAL_UNIT, Generic, LambdaOf
from rowtime.functions.registry import FUNCTIONS, AggregateContext, Function, ScalarOverload, find, types_of
from rowtime.functions.resolve import argument_types, binds, resolve, result_type
from rowtime.sql.types import BIGINT, BOOLEAN, DOUBLE, INTEGER, STRING, SqlType

__all__ = ["INTERVAL_UNIT", "aggregate", "describe", "is_aggregate", "is_scalar", "is_table_function",
           "lambda_parameters", "names", "passes_null", "scalar", "table_function"]
_LOADED = (_aggregates, _scalars, _tables)


def scalar(name: str, arguments: Sequence[ArgumentType]) -> ScalarCall:
    """The overload of a scalar function for these argument types; KsqlError if there is none or several."""
    function = find(name, "SCALAR")
    overload, bound = resolve(function.name, function.overloads, arguments)
    bind_lambdas(overload, arguments, bound)
    cast = argument_types(overload.signature, arguments, bound)
    if overload.returns is not None:
        returns = overload.returns(cast)
    elif any(isinstance(a, LambdaType) and a.returns is None for a in arguments):
        raise KsqlError(f"Function '{function.name}': the lambda's type is not known yet.")
    else:
        returns = result_type(overload.signature.returns, bound)
    implementation = overload.implementation(cast) if overload.factory else overload.implementation
    return ScalarCall(cast, returns, implementation, not overload.handles_null, overload.inline, overload.volatile,
                      overload.total)


def bind_lambdas(overload: ScalarOverload, arguments: Sequence[ArgumentType], bound: dict[str, SqlType]) -> None:
    for parameter, argument in zip(overload.signature.parameters, arguments, strict=False):
        if isinstance(parameter, LambdaOf) and isinstance(argument, LambdaType) and argument.returns is not None:
            binds(parameter, argument, bound)


def lambda_parameters(name: str, arguments: Sequence[ArgumentType]) -> list[tuple[SqlType, ...] | None]:
    """For each argument the types of its lambda's parameters, None where it is no lambda. Lambdas come in as
    LambdaType with as many parameters as they have (the types None), or typed already, from left to right."""
    function = find(name, "SCALAR")
    overload, bound = resolve(function.name, function.overloads, arguments)
    out: list[tuple[SqlType, ...] | None] = []
    for parameter, argument in zip(overload.signature.parameters, arguments, strict=False):
        if isinstance(parameter, LambdaOf) and isinstance(argument, LambdaType):
            out.append(tuple(lambda_input(p, bound) for p in parameter.inputs))
        else:
            out.append(None)
    return out


def lambda_input(parameter: Any, bound: Mapping[str, SqlType]) -> SqlType:
    if isinstance(parameter, Generic) and parameter.name not in bound:
        raise KsqlError(f"Could not resolve type for generic {parameter}. The generic mapping so far: {dict(bound)}")
    return result_type(parameter, dict(bound))


def aggregate(name: str, columns: Sequence[SqlType | None], literals: Sequence[Any] = (), *, sessions: bool = False,
              properties: Mapping[str, Any] | None = None) -> AggregateCall:
    """The aggregate for these columns' types and literal arguments. `sessions`: states must be mergeable (a session
    window); without, `merge` may be empty and the state smaller. `properties`: the query's settings."""
    function = find(name, "AGGREGATE")
    arguments = [*columns, *map(literal_type, literals)]
    overload, bound = resolve(function.name, function.overloads, arguments, casts=False)
    if overload.literals != len(literals):
        split = len(arguments) - overload.literals
        raise KsqlError(f"Parameter {split + 1} passed to function {function.name} must be a literal constant.")
    types = types_of(argument_types(overload.signature, arguments, bound))
    settings = properties or {}
    return overload.make(AggregateContext(types[: len(columns)], tuple(literals), sessions, settings))


def literal_type(value: Any) -> SqlType | None:
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return INTEGER if -(2**31) <= value < 2**31 else BIGINT
    return DOUBLE if isinstance(value, float) else STRING if isinstance(value, str) else None


def literal_count(name: str, arguments: Sequence[ArgumentType]) -> int:
    """How many of an aggregate's trailing arguments are literals, from all arguments' types."""
    function = find(name, "AGGREGATE")
    overload, _ = resolve(function.name, function.overloads, arguments, casts=False)
    return overload.literals


def table_function(name: str, arguments: Sequence[ArgumentType]) -> TableCall:
    """The overload of a table function for these argument types."""
    function = find(name, "TABLE")
    overload, bound = resolve(function.name, function.overloads, arguments)
    cast = argument_types(overload.signature, arguments, bound)
    return TableCall(cast, result_type(overload.signature.returns, bound), overload.implementation)


def passes_null(name: str) -> bool:
    """Whether a scalar function gives NULL wherever an argument is NULL."""
    return not any(overload.handles_null for overload in find(name, "SCALAR").overloads)


def kind_of(name: str) -> str:
    function = FUNCTIONS.get(name.upper())
    return function.kind if function else ""


def is_scalar(name: str) -> bool:
    return kind_of(name) == "SCALAR"


def is_aggregate(name: str) -> bool:
    return kind_of(name) == "AGGREGATE"


def is_table_function(name: str) -> bool:
    return kind_of(name) == "TABLE"


def names() -> list[Function]:
    """All functions, sorted by name."""
    return [FUNCTIONS[n] for n in sorted(FUNCTIONS)]


def describe(name: str) -> Function:
    """One function: name, kind, category, what it does, overloads (each with its signature)."""
    function = FUNCTIONS.get(name.upper())
    if function is None:
        raise KsqlError(f"Can't find any functions with the name '{name}'")
    return function
