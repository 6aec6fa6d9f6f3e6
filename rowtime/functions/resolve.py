"""Which overload a call means: exact types first, then with implicit casts; ksqlDB's preference among several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from rowtime.errors import KsqlError
from rowtime.functions.api import ArgumentType, LambdaType
from rowtime.functions.declared import declared
from rowtime.functions.parameters import (
    AnyType,
    ArrayOf,
    Exactly,
    Generic,
    LambdaOf,
    MapOf,
    ParameterType,
    Signature,
    StructOf,
)
from rowtime.sql.types import (
    BIGINT,
    BYTES,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIME,
    TIMESTAMP,
    Array,
    Decimal,
    Field,
    Map,
    SqlType,
    Struct,
)

Bindings = dict[str, SqlType]
WIDENS: Mapping[SqlType | None, tuple[SqlType | None, ...]] = {
    INTEGER: (BIGINT, None, DOUBLE), BIGINT: (None, DOUBLE), None: (DOUBLE,), STRING: (DATE, TIME, TIMESTAMP, BYTES),
}
"""Implicit casts of a primitive; None stands for DECIMAL."""


class HasSignature(Protocol):
    @property
    def signature(self) -> Signature: ...


Overload = TypeVar("Overload", bound=HasSignature)


def resolve(name: str, overloads: Sequence[Overload], arguments: Sequence[ArgumentType], *,
            casts: bool = True) -> tuple[Overload, Bindings]:
    """The overload meant and what its type variables stand for, or KsqlError with ksqlDB's message."""
    for allow in (False, True) if casts else (False,):
        found = candidates(overloads, arguments, allow)
        if found:
            return choose(name, overloads, arguments, found)
    raise KsqlError(refusal(name, arguments))


def candidates(overloads: Sequence[Overload], arguments: Sequence[ArgumentType],
               casts: bool) -> list[tuple[Overload, Bindings]]:
    found = []
    for overload in overloads:
        bound = match(overload.signature, arguments, casts)
        if bound is not None:
            found.append((overload, bound))
    return found


def choose(name: str, overloads: Sequence[Overload], arguments: Sequence[ArgumentType],
           found: list[tuple[Overload, Bindings]]) -> tuple[Overload, Bindings]:
    ranked = sorted(found, key=lambda f: preference(f[0].signature))
    if len(ranked) > 1 and preference(ranked[-1][0].signature) == preference(ranked[-2][0].signature):
        raise KsqlError(ambiguity(name, arguments))
    return ranked[-1]


def preference(s: Signature) -> tuple[int, int, int, int, int]:
    """Greater is better: fixed arity, more parameters, fewer type variables, no Object..., the later variadic."""
    generics = sum(is_generic(p) or (i == s.variadic and isinstance(p, AnyType)) for i, p in enumerate(s.parameters))
    objects = s.variadic >= 0 and isinstance(s.parameters[s.variadic], AnyType)
    return (0 if s.variadic >= 0 else 1, len(s.parameters), -generics, 0 if objects else 1, s.variadic)


def match(s: Signature, arguments: Sequence[ArgumentType], casts: bool) -> Bindings | None:
    """What the type variables stand for if the arguments fit, else None."""
    parameters = expand(s, len(arguments))
    if parameters is None:
        return None
    bound: Bindings = {}
    fits = all(accepts(p, a, bound, casts) for p, a in zip(parameters, arguments, strict=True))
    return bound if fits else None


def expand(s: Signature, count: int) -> Sequence[ParameterType] | None:
    """One parameter for each of `count` arguments, or None."""
    if s.variadic < 0:
        return s.parameters if len(s.parameters) == count else None
    repeats = count - len(s.parameters) + 1
    if repeats < 0:
        return None
    before, after = s.parameters[: s.variadic], s.parameters[s.variadic + 1 :]
    return [*before, *[s.parameters[s.variadic]] * repeats, *after]


def is_generic(p: ParameterType) -> bool:
    match p:
        case Generic():
            return True
        case ArrayOf(item):
            return is_generic(item)
        case MapOf(key, value):
            return is_generic(key) or is_generic(value)
        case LambdaOf(inputs, returns):
            return any(map(is_generic, inputs)) or is_generic(returns)
        case _:
            return False


def accepts(p: ParameterType, a: ArgumentType, bound: Bindings, casts: bool) -> bool:
    if a is None:
        return True
    if is_generic(p):
        return binds(p, a, bound)
    return compatible(p, a, casts)


def binds(p: ParameterType, a: ArgumentType, bound: Bindings) -> bool:
    """Whether a fits p, a type with variables in it; what they stand for goes into `bound`."""
    match p, a:
        case Generic(name), SqlType():
            return bound.setdefault(name, a) == a
        case ArrayOf(item), Array(t):
            return binds(item, t, bound)
        case MapOf(key, value), Map(k, v):
            return binds(key, k, bound) and binds(value, v, bound)
        case LambdaOf(), LambdaType():
            return binds_lambda(p, a, bound)
        case (Exactly() | AnyType()), _:
            return compatible(p, a, False)
        case _:
            return False


def binds_lambda(p: LambdaOf, a: LambdaType, bound: Bindings) -> bool:
    if len(p.inputs) != len(a.parameters):
        return False
    if a.returns is None:
        return True
    known = zip(p.inputs, a.parameters, strict=True)
    return all(t is None or binds(i, t, bound) for i, t in known) and binds(p.returns, a.returns, bound)


def compatible(p: ParameterType, a: ArgumentType, casts: bool) -> bool:
    match p, a:
        case AnyType(), _:
            return True
        case _, None:
            return True
        case LambdaOf(inputs, returns), LambdaType():
            fits = len(inputs) == len(a.parameters)
            return fits and (a.returns is None or accepts(returns, a.returns, {}, casts))
        case ArrayOf(item), Array(t):
            return compatible(item, t, casts)
        case MapOf(key, value), Map(k, v):
            return compatible(key, k, casts) and compatible(value, v, casts)
        case StructOf(fields), Struct():
            return {n: str(t) for n, t in fields} == {f.name: str(f.type) for f in a.fields} or not fields
        case Exactly(declared, _), SqlType():
            return fits_primitive(declared, a, casts)
        case _:
            return False


def fits_primitive(declared: SqlType | None, a: SqlType, casts: bool) -> bool:
    actual = None if isinstance(a, Decimal) else a
    return actual == declared or (casts and declared in WIDENS.get(actual, ()))


def as_decimal(t: SqlType) -> Decimal:
    """The DECIMAL an integer type is widened to."""
    if isinstance(t, Decimal):
        return t
    return Decimal(10, 0) if t == INTEGER else Decimal(19, 0)


def widen_decimals(types: Sequence[SqlType]) -> Decimal:
    """The DECIMAL that holds all of them."""
    decimals = [as_decimal(t) for t in types]
    scale = max(d.scale for d in decimals)
    return Decimal(max(d.precision - d.scale for d in decimals) + scale, scale)


def argument_types(s: Signature, arguments: Sequence[ArgumentType], bound: Bindings) -> tuple[ArgumentType, ...]:
    """What each argument is to be cast to."""
    parameters = expand(s, len(arguments)) or ()
    return tuple(target(p, a, bound) for p, a in zip(parameters, arguments, strict=True))


def target(p: ParameterType, a: ArgumentType, bound: Bindings) -> ArgumentType:
    if isinstance(p, Exactly):
        if p.type is not None:
            return p.type
        return as_decimal(a) if isinstance(a, SqlType) else None
    if isinstance(p, ArrayOf) and isinstance(a, Array) and not is_generic(p):
        item = target(p.item, a.item, bound)
        return Array(item) if isinstance(item, SqlType) else a
    if a is None and isinstance(p, Generic):
        return bound.get(p.name)
    return a


def result_type(p: ParameterType, bound: Bindings) -> SqlType:
    """The declared result with its variables replaced."""
    match p:
        case Exactly(SqlType() as t, _):
            return t
        case Generic(name) if name in bound:
            return bound[name]
        case ArrayOf(item):
            return Array(result_type(item, bound))
        case MapOf(key, value):
            return Map(result_type(key, bound), result_type(value, bound))
        case StructOf(fields):
            return Struct(tuple(Field(n, result_type(t, bound)) for n, t in fields))
        case _:
            raise KsqlError(f"Could not find mapping for generic type: {p}")


def printed(arguments: Sequence[ArgumentType]) -> str:
    return f"({', '.join('null' if a is None else plain(a) for a in arguments)})"


def plain(a: ArgumentType) -> str:
    if isinstance(a, LambdaType):
        return f"LAMBDA({', '.join(str(p) for p in a.parameters)})" if a.returns else "LAMBDA"
    return str(a).replace("`", "")


def alternatives(name: str) -> str:
    return "\n".join(f"{name}({overload})" for overload in declared(name).overloads)


def refusal(name: str, arguments: Sequence[ArgumentType]) -> str:
    return (f"Function '{name}' does not accept parameters {printed(arguments)}.\nValid alternatives are:\n"
            f"{alternatives(name)}\n"
            "For detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;")


def ambiguity(name: str, arguments: Sequence[ArgumentType]) -> str:
    return (f"Function '{name}' cannot be resolved due to ambiguous method parameters {printed(arguments)}.\n"
            "Use CAST() to explicitly cast your parameters to one of the supported function calls.\n"
            f"Valid function calls are:\n{alternatives(name)}\n"
            "For detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;")
