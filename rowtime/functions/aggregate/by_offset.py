"""LATEST_BY_OFFSET and EARLIEST_BY_OFFSET: (column), (column, ignore nulls), (column, n), (column, n, ignore nulls).

A state is the value itself, or the list of values (for the latest n with the bytes each has in a sink).
In session windows, where states are merged, each value carries the sequence number of its arrival, as ksqlDB's does.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable
from typing import Any

from rowtime.errors import KsqlError
from rowtime.functions.aggregate.lineage import followed
from rowtime.functions.api import AggregateCall
from rowtime.functions.registry import AggregateContext, aggregate_function
from rowtime.serde.avro.encode import element_encoder
from rowtime.serde.ring import pusher
from rowtime.sql.types import BIGINT, INTEGER, TIMESTAMP, Array, Field, SqlType, Struct

SEQUENCE = itertools.count(time.time_ns()).__next__

def sequenced(t: SqlType) -> Struct:
    """The state's type in a changelog."""
    return Struct((Field("SEQ", BIGINT), Field("VAL", t)))


@aggregate_function("LATEST_BY_OFFSET", "(T)->T", about="The last value, or the last n values, by offset.")
@aggregate_function("LATEST_BY_OFFSET", "(T, BOOLEAN)->T", literals=1)
def latest(context: AggregateContext) -> AggregateCall:
    (t,), ignore = context.types, (*context.literals, True)[0]
    if context.sessions:
        return sequenced_latest(t, ignore)
    add = "if {0} is not None:\n    {s} = {0}" if ignore else "{s} = {0}"
    return AggregateCall((t,), t, sequenced(t), "None", add)


def sequenced_latest(t: SqlType, ignore: bool) -> AggregateCall:
    add = "if {0} is not None:\n    {s} = (_seq(), {0})" if ignore else "{s} = (_seq(), {0})"
    return AggregateCall((t,), t, sequenced(t), "(_seq(), None)", add, result="{s}[1]",
                         merge="_later_value({s}, {t})" if ignore else "max({s}, {t}, key=_sequence)", globals=SCOPE)


@aggregate_function("EARLIEST_BY_OFFSET", "(T)->T", about="The first value, or the first n values, by offset.")
@aggregate_function("EARLIEST_BY_OFFSET", "(T, BOOLEAN)->T", literals=1)
def earliest(context: AggregateContext) -> AggregateCall:
    (t,), ignore = context.types, (*context.literals, True)[0]
    condition = "{s} is None and {0} is not None" if ignore else "{s} is None"
    return AggregateCall((t,), t, sequenced(t), "None", f"if {condition}:\n    {{s}} = (_seq(), {{0}})",
                         result="({s} and {s}[1])", merge="_earlier({s}, {t})", globals=SCOPE)


@aggregate_function("LATEST_BY_OFFSET", "(T, INT)->ARRAY<T>", literals=1)
@aggregate_function("LATEST_BY_OFFSET", "(T, INT, BOOLEAN)->ARRAY<T>", literals=2)
def latest_n(context: AggregateContext) -> AggregateCall:
    n, ignore = count_and_nulls(context, "latestN")
    (t,) = context.types
    push = f"_push_{n}_" + re.sub(r"\W+", "_", str(t))
    keep = f"[*{{s}}[{1 - n}:], (_seq(), {{0}})]" if n > 1 else "[(_seq(), {0})]"
    if not context.sessions:
        keep = f"{push}({{s}}, {{0}})"
    add = f"if {{0}} is not None:\n    {{s}} = {keep}" if ignore else f"{{s}} = {keep}"
    if context.sessions:
        return several(context, add, n)
    keep_and_tell = followed(t, pusher(t, n, element_encoder(t)))
    return AggregateCall((t,), Array(t), Array(sequenced(t)), "([], None)", add, result="{s}[0]",
                         globals=((push, keep_and_tell),), confined=in_place(t, n, ignore))


def in_place(t: SqlType, n: int, ignore: bool) -> AggregateCall:
    """The latest n in one list that is changed, structs in a list of each field."""
    keep = f"{{s}}.append({{0}})\nif len({{s}}) > {n}:\n    del {{s}}[0]"
    if isinstance(t, Struct) and t.fields[0].type in (INTEGER, BIGINT, TIMESTAMP) and ignore:
        return in_columns(t, n)
    add = "if {0} is not None:\n    " + keep.replace("\n", "\n    ") if ignore else keep
    return AggregateCall((t,), Array(t), Array(sequenced(t)), "[]", add, mutable=True, copy="{s}.copy()")


def in_columns(t: Struct, n: int) -> AggregateCall:
    """The latest n that are not NULL: a list of each field, then for how many more values the first may be out of
    order."""
    return AggregateCall((t,), Array(t), Array(sequenced(t)), f"[{'[], ' * len(t.fields)}0]",
                         f"if {{0}} is not None:\n    _keep_{n}({{s}}, {{0}})", result="list(zip(*{s}[:-1]))",
                         mutable=True, copy="[*map(list, {s}[:-1]), {s}[-1]]", columns="{s}",
                         globals=((f"_keep_{n}", keeper(n)),))


def keeper(n: int) -> Callable[[list[Any], Any], None]:
    """keep(state, value): the latest n structs; state[-1] is 0 where no first field is less than the last."""

    def keep(state: list[Any], value: Any) -> None:
        firsts, first = state[0], value[0]
        try:
            late = first < firsts[-1] if firsts else first is None
        except TypeError:
            late = True
        for column, field in zip(state, value, strict=False):
            column.append(field)
        if len(firsts) > n:
            for column in state[:-1]:
                del column[0]
        if late:
            state[-1] = n
        elif state[-1]:
            state[-1] -= 1

    return keep


@aggregate_function("EARLIEST_BY_OFFSET", "(T, INT)->ARRAY<T>", literals=1)
@aggregate_function("EARLIEST_BY_OFFSET", "(T, INT, BOOLEAN)->ARRAY<T>", literals=2)
def earliest_n(context: AggregateContext) -> AggregateCall:
    n, ignore = count_and_nulls(context, "earliestN")
    value = "(_seq(), {0})" if context.sessions else "{0}"
    condition = f"{{0}} is not None and len({{s}}) < {n}" if ignore else f"len({{s}}) < {n}"
    return several(context, f"if {condition}:\n    {{s}} = [*{{s}}, {value}]", n)


def several(context: AggregateContext, add: str, n: int) -> AggregateCall:
    """The array forms; both keep the n *oldest* values when sessions merge."""
    (t,) = context.types
    result, merge = "{s}", ""
    if context.sessions:
        result, merge = "[v for _, v in {s}]", f"sorted({{s}} + {{t}}, key=_sequence)[:{n}]"
    return AggregateCall((t,), Array(t), Array(sequenced(t)), "[]", add, result=result, merge=merge, globals=SCOPE)


def count_and_nulls(context: AggregateContext, parameter: str) -> tuple[int, bool]:
    n, ignore = (*context.literals, True)[:2]
    if n <= 0:
        raise KsqlError(f"{parameter} must be 1 or greater")
    return n, ignore


def first(state: tuple[int, Any]) -> int:
    return state[0]


def later_value(a: tuple[int, Any], b: tuple[int, Any]) -> tuple[int, Any]:
    """The later of two states that have a value; the first if neither has."""
    if b[1] is None:
        return a
    return b if a[1] is None or b[0] > a[0] else a


def earlier(a: tuple[int, Any] | None, b: tuple[int, Any] | None) -> tuple[int, Any] | None:
    if a is None or b is None:
        return a or b
    return a if a[0] < b[0] else b


SCOPE = (("_seq", SEQUENCE), ("_sequence", first), ("_later_value", later_value),
         ("_earlier", earlier))
