"""Calls of functions by name and types, as the compiler makes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rowtime.functions import aggregate, scalar
from rowtime.functions.api import AggregateCall, ArgumentType
from rowtime.sql.types import BIGINT, BOOLEAN, BYTES, DOUBLE, INTEGER, STRING, SqlType


def type_of(value: Any) -> ArgumentType:
    kinds: dict[type, SqlType] = {bool: BOOLEAN, str: STRING, float: DOUBLE, bytes: BYTES}
    if isinstance(value, int) and not isinstance(value, bool):
        return INTEGER if -(2**31) <= value < 2**31 else BIGINT
    return kinds.get(type(value))


def call_scalar(name: str, *args: Any, types: list[ArgumentType] | None = None) -> Any:
    """The function's value; NULL where the caller answers NULL or the function raises."""
    resolved = scalar(name, types if types is not None else [type_of(a) for a in args])
    if resolved.null_in_null_out and None in args:
        return None
    if resolved.inline:
        names = [f"a{i}" for i in range(len(args))]
        return eval(resolved.inline.format(*names), dict(zip(names, args, strict=True)))
    try:
        return resolved.implementation(*args)
    except (ValueError, ArithmeticError, LookupError, TypeError):
        return None


class Aggregate:
    """An aggregate's templates, compiled; `s` and `t` are lists of its states."""

    def __init__(self, resolved: AggregateCall):
        self.call = resolved
        names = [f"a{i}" for i in range(max(1, len(resolved.argument_types)))]
        scope: dict[str, Any] = {name: value for call in resolved.states for name, value in call.globals}
        scope.update(resolved.globals)
        states = [f"s[{i}]" for i in range(len(resolved.states))]
        inits = "".join(f"{call.init}, " for call in resolved.states)
        merges = "".join(f"{call.merge.format(s=s, t=f't{s[1:]}') or None}, "
                         for s, call in zip(states, resolved.states, strict=True))
        source = [f"def init():\n    return [{inits}]", f"def merge(s, t):\n    return [{merges}]",
                  f"def result(s):\n    return {resolved.result.format(*states, s='s[0]')}"]
        for step in ("add", "undo"):
            body = "\n".join(getattr(call, step).format(*names, s=s) or "pass"
                             for s, call in zip(states, resolved.states, strict=True))
            lines = "\n".join(f"    {line}" for line in body.split("\n"))
            source.append(f"def {step}(s, {', '.join(names)}):\n    s = list(s)\n{lines}\n    return s")
        exec("\n".join(source), scope)
        self.init, self.add, self.undo = scope["init"], scope["add"], scope["undo"]
        self.result, self.merge = scope["result"], scope["merge"]

    def state(self, *rows: Any) -> Any:
        s = self.init()
        for row in rows:
            s = self.add(s, *(row if isinstance(row, tuple) else (row,)))
        return s

    def of(self, *rows: Any) -> Any:
        return self.result(self.state(*rows))


@pytest.fixture
def call() -> Callable[..., Any]:
    return call_scalar


@pytest.fixture
def made() -> Callable[..., Aggregate]:
    """aggregate(name, columns' types, *literals) compiled."""

    def make(name: str, types: list[SqlType], *literals: Any, **kwargs: Any) -> Aggregate:
        return Aggregate(aggregate(name, types, literals, **kwargs))

    return make
