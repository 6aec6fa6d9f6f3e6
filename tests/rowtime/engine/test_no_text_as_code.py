"""SQL becomes Python: nothing that a statement says reaches the compiler as code, whatever names and literals are."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowtime.engine.local import LocalEngine
from rowtime.errors import KsqlError

FRAGMENTS = ["boom()", "{boom()}", "{0}", "'", '"', '"""', "'''", "\\", "\n", "\r", "\t", "#", ";", ":", "(", ")", ",",
             "`", "\u2028", "\u0085", "\x0c", "é", "😀", "__import__", "lambda: boom()", "%s", "$", " ", "a", "_", "0",
             "if", "None", "\n    boom()\n", '"""\nboom()\n"""', "'+boom()+'", '"+boom()+"', "\\N{DASH}", "\\x41", "."]
hostile = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=6).map("".join)
names = st.lists(hostile, min_size=8, max_size=8, unique_by=str.upper)
numbers = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False))


def name(text: str) -> str:
    return "`" + text.replace("`", "``") + "`"


def string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def statements(n: list[str], s: list[str], number: float, value_format: str) -> list[str]:
    stream, key, a, b, c, field, made, alias = map(name, n)
    one, two = map(string, s)
    return [
        f"CREATE STREAM {stream} ({key} STRING KEY, {a} STRING, {b} STRUCT<{field} BIGINT, p DOUBLE>, "
        f"{c} ARRAY<STRING>) WITH (KAFKA_TOPIC='in', VALUE_FORMAT='{value_format}', PARTITIONS=1);",
        f"INSERT INTO {stream} ({key}, {a}, {b}, {c}) "
        f"VALUES ({one}, {two}, STRUCT({field} := 1, p := 2), ARRAY[{one}]);",
        f"CREATE STREAM {made} AS SELECT {key}, {two} AS {alias}, {a} + {one} AS q, {b}->{field} AS r, "
        f"{b}->{field} + 1 AS r2, STRUCT({field} := {a}, x := {number}) AS t, MAP({one} := {a}) AS u, "
        f"TRANSFORM({c}, e => e + {two}) AS v, FILTER({c}, e => e = {one}) AS w, {a} LIKE {two} AS l, "
        f"{a} IN ({one}, {two}) AS i, CASE WHEN {a} = {two} THEN {one} ELSE {two} END AS d, {number} AS f "
        f"FROM {stream} WHERE {a} = {two};",
        f"CREATE TABLE counted AS SELECT {a}, COUNT(*) AS n, LATEST_BY_OFFSET({b}->{field}, 3) AS latest, "
        f"COLLECT_LIST({key}) AS ks FROM {stream} GROUP BY {a} HAVING {a} <> {one} OR COUNT(*) > 0;",
        f"CREATE STREAM joined AS SELECT x.{a} AS {a}, x.{key} AS xa, y.n AS n FROM {stream} x "
        f"LEFT JOIN counted y ON x.{a} = y.{a};",
        f"CREATE STREAM exploded AS SELECT {key}, EXPLODE({c}) AS {alias} FROM {stream} PARTITION BY {key};",
    ]


@contextmanager
def watched() -> Iterator[None]:
    """Every source that goes to the compiler is looked at: one that would call boom fails."""
    original = builtins.compile

    def look(source: Any, filename: Any, *rest: Any, **more: Any) -> Any:
        if isinstance(source, str) and str(filename).startswith("<"):
            for node in ast.walk(original(source, str(filename), "exec", ast.PyCF_ONLY_AST)):
                assert getattr(node, "id", getattr(node, "attr", None)) not in ("boom", "__import__"), source
        return original(source, filename, *rest, **more)

    with patch.object(builtins, "compile", look):
        yield


@pytest.mark.parametrize("value_format", ["JSON", "AVRO"])
@settings(max_examples=40, deadline=None)
@given(n=names, s=st.lists(hostile, min_size=2, max_size=2), number=numbers)
def test_nothing_becomes_code(value_format: str, n: list[str], s: list[str], number: float) -> None:
    """Statements are done or refused; no other error. Avro takes any name for a stream only."""
    if value_format == "AVRO":
        n = [n[0], "k", "a", "b", "c", "f", n[6], "alias"]
    engine = LocalEngine(config={"auto.offset.reset": "earliest"})
    with watched():
        for statement in statements(n, s, number, value_format):
            with suppress(KsqlError):
                engine.execute(statement)
                engine.run()


@settings(max_examples=60, deadline=None)
@given(n=names, s=st.lists(hostile, min_size=2, max_size=2))
def test_names_and_texts_come_out_as_they_went_in(n: list[str], s: list[str]) -> None:
    engine = LocalEngine(config={"auto.offset.reset": "earliest"})
    for statement in statements(n, s, 1, "JSON")[:2]:
        engine.execute(statement)
    stream, key, a, b, c, field, _, alias = map(name, n)
    one, two = s
    result = engine.pull(f"SELECT {key}, {a} + {string(one)} AS {alias}, {b}->{field} AS r, {c}[1] AS w, "
                         f"STRUCT({field} := {string(two)}) AS t, MAP({string(one)} := {a}) AS m FROM {stream} "
                         f"WHERE {a} = {string(two)};")  # fmt: skip
    assert [list(row) for row in result.rows] == [[one, two + one, 1, one, (two,), {one: two}]]
