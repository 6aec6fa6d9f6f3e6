"""A projection worked out as a whole gives what each of its expressions gives alone, looked at carefully."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowtime.engine.code import Code, Module
from rowtime.engine.expressions import Expressions
from rowtime.engine.operators.base import Event, Generator, Operator
from rowtime.engine.operators.select import Select
from rowtime.engine.scope import Scope
from rowtime.functions.aggregate.by_offset import keeper
from rowtime.sql.parser import parse_expression, parse_type

COLUMNS = {"T": "BIGINT", "RING": "ARRAY<STRUCT<TS BIGINT, AMOUNT DOUBLE, N INT, PARTY STRING>>",
           "IDS": "ARRAY<STRING>", "ID": "STRING", "S": "STRUCT<A INT, B DOUBLE, C STRING>", "NUMBERS": "ARRAY<BIGINT>",
           "X": "DOUBLE", "LABELS": "ARRAY<STRUCT<KNOWN BIGINT, FRAUD BOOLEAN>>"}
TYPES = {name: parse_type(text) for name, text in COLUMNS.items()}


def window(width: int, more: str = "") -> str:
    return f"FILTER(RING, (r) => r->ts > T - {width} AND r->ts <= T{more})"


def verdicts(width: int, more: str = "") -> str:
    return f"FILTER(LABELS, (x) => x->known > T - {width} AND x->known <= T{more})"


def latest(verdict: str) -> str:
    known = f"ARRAY_MAX(TRANSFORM(FILTER(LABELS, (x) => x->known <= T AND {verdict}), (x) => x->known))"
    return f"ARRAY[COALESCE({known}, CAST(0 AS BIGINT))]"


PROJECTION = [
    *[f"ARRAY_LENGTH({window(w)})" for w in (3, 50, 1000)],
    *[f"REDUCE({window(w)}, CAST(0 AS DOUBLE), (s, r) => s + r->amount)" for w in (3, 50, 1000)],
    *[f"ARRAY_MAX(TRANSFORM({window(w)}, (r) => r->amount))" for w in (3, 1000)],
    *[f"ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM({window(w, ' AND r->party IS NOT NULL')}, (r) => r->party)))"
      for w in (50, 1000)],
    "FILTER(RING, (q) => q->ts >= T + 3 AND q->amount < X)", "FILTER(RING, (q) => q->ts >= T + 1 AND q->amount < X)",
    "FILTER(RING, (r) => T - 7 < r->ts AND r->ts <= T)", "TRANSFORM(RING, (r) => T - r->ts)",
    "ARRAY_MIN(TRANSFORM(FILTER(SLICE(RING, 1, ARRAY_LENGTH(RING) - 1), (r) => r->ts <= T), (r) => T - r->ts))",
    "ARRAY_LENGTH(FILTER(RING, (r) => r->party = RING[-1]->party AND r->ts <= T))",
    "ARRAY_LENGTH(FILTER(IDS, (i) => i = ID)) > 1", "FILTER(IDS, (i) => i = ID)", "FILTER(IDS, (i) => i <> ID)",
    "ARRAY_LENGTH(FILTER(NUMBERS, (i) => i = T))", "REDUCE(NUMBERS, 1, (s, n) => s + CAST(n AS INT))",
    "REDUCE(NUMBERS, CAST(5 AS BIGINT), (s, n) => s + n)", "REDUCE(NUMBERS, T, (s, n) => s + n)",
    "REDUCE(RING, 0, (s, r) => s + r->n)", "REDUCE(RING, X, (s, r) => s * r->amount)",
    "COALESCE(ARRAY_LENGTH(FILTER(NUMBERS, (n) => n > T - 100 AND n <= T)), 0)",
    "COALESCE(ARRAY_LENGTH(FILTER(NUMBERS, (n) => n > T - 10 AND n <= T)), 0)", "COALESCE(S->C, ID)",
    "S->A + 1", "S->B / S->A", "S->B / X", "CASE WHEN S->B > 0 THEN X / S->B ELSE CAST(1 AS DOUBLE) END", "S->C = ID",
    "S->A > 2 AND T < 5", "X + 1", "T * 4", "STRUCT(P := S->A, Q := T)",
    "FILTER(IDS, (i) => CAST(i AS INT) > 3 AND i <> ID)", "FILTER(IDS, (i) => CAST(i AS INT) > 3)",
    *[f"ARRAY_LENGTH({verdicts(w, more)})" for w in (9, 100) for more in ("", " AND x->fraud", " AND NOT x->fraud")],
    "ARRAY_LENGTH(FILTER(LABELS, (x) => x->fraud))", "FILTER(LABELS, (x) => x->fraud AND x->known <= T)",
    "FILTER(LABELS, (x) => x->known <= T AND x->fraud)", "FILTER(LABELS, (y) => y->known <= T)",
    f"TRANSFORM({latest('NOT x->fraud')}, (m) => ARRAY_LENGTH({verdicts(100, ' AND x->fraud AND x->known >= m')}))[1]",
    f"COALESCE(TRANSFORM({latest('x->fraud')}, (m) => "
    f"ARRAY_LENGTH({verdicts(100, ' AND NOT x->fraud AND x->known > m')}))[1], 0)",
    f"TRANSFORM({latest('NOT x->fraud')}, (m) => T - COALESCE(ARRAY_MIN(TRANSFORM("
    f"{verdicts(100, ' AND x->fraud AND x->known >= m')}, (x) => x->known)), T))[1]",
    "FILTER(IDS, (x) => x = ID AND ARRAY_LENGTH(FILTER(IDS, (x) => x = ID)) > 1)",
    "FILTER(IDS, (y) => y = ID AND ARRAY_LENGTH(FILTER(IDS, (x) => y = ID)) > 1)",
]
"""As sql/ computes its windows, and what is close to it."""

LONG = st.one_of(st.integers(-60, 60), st.sampled_from([2**63 - 1, -(2**63), 2**63 - 30, -(2**63) + 30, 900, -900]))
DOUBLE = st.one_of(st.floats(width=32), st.sampled_from([0.0, -0.0, 1.5]))
TEXT = st.sampled_from(["a", "b", "3", "7"])
ELEMENT = st.one_of(st.tuples(*map(st.none().__or__, (LONG, DOUBLE, st.integers(-(2**31), 2**31 - 1), TEXT))),
                    st.tuples(LONG, DOUBLE, st.integers(-3, 3), TEXT))
ROW = st.tuples(
    st.none() | LONG, st.none() | st.lists(ELEMENT | st.none(), max_size=9) | st.lists(ELEMENT, max_size=9),
    st.none() | st.lists(st.none() | TEXT, max_size=6), st.none() | TEXT,
    st.none() | st.tuples(st.none() | st.integers(-(2**31), 2**31 - 1), st.none() | DOUBLE, st.none() | TEXT),
    st.none() | st.lists(st.none() | LONG, max_size=6), st.none() | DOUBLE,
    st.none() | st.lists(st.tuples(LONG, st.booleans()), max_size=9)
    | st.lists(st.tuples(LONG, st.none() | st.booleans()), max_size=9).map(partial(sorted, key=itemgetter(0)))
    | st.lists(st.none() | st.tuples(st.none() | LONG, st.none() | st.booleans()), max_size=9))


class Return(Operator):
    """Hands the row back to whoever called the function."""

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        g.line(f"return {event.row}")


def together(texts: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """The row that Select makes."""
    g = Generator()
    select = Select(None, [(f"C{i}", parse_expression(text)) for i, text in enumerate(texts)])
    select.down = Return()
    columns = {name: (f"{{row}}[{i}]", t) for i, (name, t) in enumerate(TYPES.items())}
    g.names["failed"] = lambda problem: None
    event = Event(columns, present=True)
    g.write("value", "row, key=(), ts=0", lambda: select.emit(g, event))
    return g.load("together")["value"]


def alone(text: str) -> Callable[..., Any]:
    """One expression, every NULL looked at; an error is NULL."""
    module = Module()
    scope = Scope({(None, name): Code(name.lower(), t) for name, t in TYPES.items()})
    code = Expressions(module, scope).compile(parse_expression(text))
    with module.block(f"def value({', '.join(name.lower() for name in TYPES)}):"):
        module.line(f"try:\n    return {code.text}\nexcept Exception:\n    return None")
    return module.load("alone")["value"]


TOGETHER, ALONE = together(PROJECTION), [alone(text) for text in PROJECTION]


@settings(max_examples=400, deadline=None)
@given(ROW)
def test_a_projection_gives_what_its_expressions_give(row: tuple[Any, ...]) -> None:
    expected = [one(*row) for one in ALONE]
    for text, made, wanted in zip(PROJECTION, TOGETHER(row), expected, strict=True):
        assert repr(made) == repr(wanted), text


SLICED = [*PROJECTION, *(
    f"FILTER(RING, (r) => {condition})" for condition in (
        "r->ts > T", "r->ts >= T", "r->ts < T", "T >= r->ts", "r->ts > T - 9 AND r->ts > T - 7 AND r->ts < T",
        "r->ts > X", "r->ts > T AND r->amount > X", "r->ts >= T - 3 AND r->ts < T + 3")),
    "ARRAY_MAX(TRANSFORM(RING, (r) => r->ts))", "ARRAY_MIN(TRANSFORM(FILTER(RING, (r) => r->ts > T), (r) => r->ts))",
    "T - ARRAY_MAX(TRANSFORM(FILTER(SLICE(RING, 1, ARRAY_LENGTH(RING) - 1), (r) => r->ts <= T), (r) => r->ts))",
    "ARRAY_MAX(TRANSFORM(SLICE(RING, 1, 3), (r) => r->ts))", "ARRAY_MAX(TRANSFORM(RING, (r) => r->amount))"]
CUT = together(SLICED)
SLICED_ALONE = [alone(text) for text in SLICED]


@settings(max_examples=200, deadline=None)
@given(ROW, st.lists(st.tuples(LONG, DOUBLE, st.integers(-3, 3), st.none() | TEXT), max_size=9))
def test_an_array_in_order_gives_the_same(row: tuple[Any, ...], ring: list[tuple[Any, ...]]) -> None:
    row = (row[0], sorted(ring, key=lambda r: r[0]), *row[2:])
    for text, made, one in zip(SLICED, CUT(row), SLICED_ALONE, strict=True):
        assert repr(made) == repr(one(*row)), text


@given(st.lists(st.tuples(st.none() | st.integers(0, 5), st.sampled_from("xy"))), st.integers(1, 4))
def test_a_ring_that_says_it_is_in_order_is(values: list[Any], n: int) -> None:
    keep, state = keeper(n), [[], [], 0]
    for i, value in enumerate(values):
        keep(state, value)
        assert list(zip(*state[:-1], strict=True)) == values[max(i + 1 - n, 0):i + 1]
        if not state[-1]:
            assert state[0] == sorted(state[0])


def test_a_ring_is_in_order_again_once_the_late_one_is_gone() -> None:
    keep, state = keeper(3), [[], 0]
    said = []
    for ts in (1, 5, 2, 6, 7, 8, 9):
        keep(state, (ts,))
        said.append(not state[-1])
    assert said == [True, True, False, False, False, True, True]


@pytest.mark.parametrize("text", [
    "TRANSFORM(ARRAY[STRUCT(a := S->A, t := T)], (x) => x->a + x->t)[1]",
    "TRANSFORM(TRANSFORM(ARRAY[STRUCT(ring := RING, t := T)], (x) => STRUCT(x := x, wide := FILTER(x->ring, (r) => "
    "r->ts <= x->t))), (y) => STRUCT(n := ARRAY_LENGTH(FILTER(y->wide, (r) => r->ts > y->x->t - 9)), m := y->x->t))[1]",
    "TRANSFORM(ARRAY[STRUCT(a := IDS)], (x) => CAST(x->a[1] AS INT))[1]",
    "TRANSFORM(ARRAY[STRUCT(a := IDS)], (x) => x)[1]", "TRANSFORM(ARRAY[IDS], (x) => ARRAY_LENGTH(x))[1]",
    "TRANSFORM(ARRAY[T + 1], (m) => ARRAY_LENGTH(FILTER(NUMBERS, (m) => m > T)) + m)[1]",
    "COALESCE(TRANSFORM(ARRAY[T], (m) => CAST(ID AS BIGINT) + m)[1], T)",
    "TRANSFORM(ARRAY[STRUCT(a := IDS)], (x) => FILTER(x->a, (x) => x = 'a'))[1]",
])
@settings(max_examples=60, deadline=None)
@given(row=ROW)
def test_names_given_by_a_transform(text: str, row: tuple[Any, ...]) -> None:
    assert repr(together([text])(row)) == repr((alone(text)(*row),))
