"""Rings kept as columns, and arrays split into columns, give what lists of structs give: late arrivals, ties, NULLs,
overflows, restarts."""

from __future__ import annotations

import itertools
from functools import cache
from operator import itemgetter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rowtime.engine.local import LocalEngine
from rowtime.engine.snapshot import pack, unpack
from rowtime.engine.splitting import Splitter
from rowtime.functions.aggregate.lineage import followed
from rowtime.sql.parser import parse_type

RING = "LATEST_BY_OFFSET(STRUCT(ts := ts, amount := amount, party := party), 5)"
WINDOW = "FILTER(x->ring, (r) => r->ts > x->t - 10 AND r->ts <= x->t)"
FEATURES = {
    "n": f"ARRAY_LENGTH({WINDOW})",
    "total": f"REDUCE({WINDOW}, CAST(0 AS DOUBLE), (s, r) => s + r->amount)",
    "most": f"ARRAY_MAX(TRANSFORM({WINDOW}, (r) => r->amount))",
    "parties": f"ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM(FILTER({WINDOW}, (r) => r->party IS NOT NULL), "
               "(r) => r->party)))",
    "pair": "ARRAY_LENGTH(FILTER(x->ring, (r) => r->party = x->ring[-1]->party AND r->ts <= x->t))",
    "before": "ARRAY_MAX(TRANSFORM(FILTER(SLICE(x->ring, 1, ARRAY_LENGTH(x->ring) - 1), (r) => r->ts <= x->t), "
              "(r) => r->ts))",
    "oldest": "ARRAY_MAX(TRANSFORM(SLICE(x->ring, 1, 2), (r) => r->ts))",
    "times": "TRANSFORM(x->ring, (r) => r->ts)",
    "inside": WINDOW,
}
SQL = f"""
CREATE STREAM s (id STRING KEY, ts BIGINT, amount DOUBLE, party STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='AVRO');
CREATE TABLE t WITH (KAFKA_TOPIC='t', VALUE_FORMAT='AVRO') AS SELECT id, TRANSFORM(ARRAY[STRUCT(
  ring := {RING}, t := LATEST_BY_OFFSET(ts))],
  (x) => STRUCT({', '.join(f'{n} := {e}' for n, e in FEATURES.items())}))[1]
  AS f FROM s GROUP BY id EMIT CHANGES;
"""
ROWS = st.lists(st.tuples(st.sampled_from("ab"), st.one_of(st.none(), st.integers(0, 40)),
                          st.one_of(st.none(), st.sampled_from([1.5, 2.25, 1e16, -1.0])),
                          st.one_of(st.none(), st.sampled_from(["p", "q"]))), max_size=30)
INORDER = ROWS.map(lambda rows: sorted((r for r in rows if r[1] is not None), key=itemgetter(1)))


EXAMPLES = itertools.count()
"""Part of the keys: examples share an engine."""


def engine() -> LocalEngine:
    made = LocalEngine(takes_rows=True)
    made.create_topic("s")
    made.execute(SQL)
    return made


the_engine = cache(engine)


def expected(ring: list[Any], t: int | None) -> tuple[Any, ...]:
    """The features of a ring of (ts, amount, party), each NULL where something in it fails."""
    def of(value: Any) -> Any:
        try:
            return value()
        except TypeError:
            return None

    def inside() -> list[Any]:
        return [r for r in ring if r[0] is not None and r[0] > t - 10 and r[0] <= t]  # type: ignore[operator]

    def known(times: list[Any]) -> Any:
        return max([x for x in times if x is not None], default=None)

    def total() -> Any:
        found = 0.0
        for r in inside():
            found += r[1]
        return found

    last = ring[-1][2]
    earlier = [r[0] for r in ring[:-1] if r[0] is not None and t is not None and r[0] <= t]
    return (of(lambda: len(inside())), of(total), of(lambda: known([r[1] for r in inside()])),
            of(lambda: len({r[2] for r in inside() if r[2] is not None})),
            len([r for r in ring if last is not None and r[2] == last and r[0] is not None and t is not None
                 and r[0] <= t]),
            known(earlier), known([r[0] for r in ring[:2]]) if len(ring) > 1 else None, [r[0] for r in ring],
            of(inside))


def check(rows: list[Any]) -> None:
    work, example, rings, last, wanted = the_engine(), next(EXAMPLES), {}, {}, []
    rows = [(f"{key}{example}", *value) for key, *value in rows]
    for key, *value in rows:
        ring = rings[key] = [*rings.get(key, []), tuple(value)][-5:]
        last[key] = value[0] if value[0] is not None else last.get(key)
        wanted.append(((key,), (expected(ring, last[key]),)))
    work.append_rows("s", [((key,), tuple(value), i) for i, (key, *value) in enumerate(rows)])
    work.run()
    made = [row[:2] for row in work.rows("t")]
    work.forget()
    assert repr(made) == repr(wanted)


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_a_ring_gives_the_same_in_any_order(rows: list[Any]) -> None:
    check(rows)


@settings(max_examples=150, deadline=None)
@given(INORDER)
def test_a_ring_in_order_gives_the_same(rows: list[Any]) -> None:
    check(rows)


@settings(max_examples=8, deadline=None)
@given(ROWS, st.integers(0, 30))
def test_a_ring_goes_on_from_a_snapshot(rows: list[Any], at: int) -> None:
    work, whole = engine(), engine()
    given_rows = [((key,), tuple(value), i) for i, (key, *value) in enumerate(rows)]
    whole.append_rows("s", given_rows)
    whole.run()
    work.append_rows("s", given_rows[:at])
    work.run()
    for query in work.engine.queries.values():
        query.restore(unpack(pack(query.dump())))
    work.append_rows("s", given_rows[at:])
    work.run()
    assert repr(list(map(tuple, work.rows("t")))) == repr(list(map(tuple, whole.rows("t"))))


LABEL = parse_type("STRUCT<KNOWN BIGINT, FRAUD BOOLEAN>")
LABELS = st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=25)
MAYBE = st.lists(st.none() | st.tuples(st.none() | st.integers(0, 9), st.none() | st.booleans()), max_size=25)


def split_of(values: list[Any]) -> Any:
    """What a splitter should say of an array and of its parts."""
    if any(v is None or None in v for v in values):
        return None
    known = [v[0] for v in values]
    if known != sorted(known):
        return None
    parts = [[[v[i] for v in values if v[1] is wanted] for i in (0, 1)] for wanted in (True, False)]
    return [known, [v[1] for v in values], *parts]


@given(LABELS.map(sorted) | LABELS | MAYBE, st.integers(1, 4), st.sets(st.integers(0, 24)))
def test_a_ring_is_split_item_by_item(values: list[Any], n: int, looked_at: set[int]) -> None:
    """However many items have come since it was looked at last."""
    split = Splitter(LABEL)  # type: ignore[arg-type]
    parts = [split.part(1, True), split.part(1, False)]
    push = followed(LABEL, lambda state, value: ([*state[0][1 - n:], value] if n > 1 else [value], None))
    state: tuple[list[Any], Any] = [], None
    for i, value in enumerate(values):
        state = push(state, value)
        if i in looked_at:
            *fields, unfit = split(state[0])
            assert (None if unfit else [*fields, *(part() for part in parts)]) == split_of(state[0])


def test_an_array_that_is_not_there_is_not_split() -> None:
    split = Splitter(LABEL)  # type: ignore[arg-type]
    assert split(None)[-1] and split([None])[-1] and not split([])[-1]
