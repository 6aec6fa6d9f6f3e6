"""What pull queries may ask for."""

from __future__ import annotations

import pytest

from rowtime.engine.metastore import DataSource
from rowtime.errors import KsqlError
from rowtime.ksql.pull_rules import check
from rowtime.serde.api import Format
from rowtime.sql import ast
from rowtime.sql.parser import parse_schema, parse_statements

SCHEMA = "`A` STRING KEY, `B` INTEGER KEY, `N` BIGINT, `S` STRING"


def run(where: str, scan: bool, schema: str = SCHEMA) -> None:
    (parsed,) = parse_statements(f"SELECT * FROM t{' WHERE ' + where if where else ''};")
    assert isinstance(parsed.statement, ast.QueryStatement)
    source = DataSource("T", True, parse_schema(schema), "t", Format("JSON"), Format("JSON"))
    check(parsed.statement.query, source, scan)


@pytest.mark.parametrize(
    "where",
    ["a = 'x' AND b = 1", "(a = 'x' OR a = 'y') AND b IN (1, 2)", "a = 'x' AND 1 = b AND n > 3", "a = 'x' AND b = 1+2"],
)
def test_bound_keys(where: str) -> None:
    run(where, scan=False)


@pytest.mark.parametrize("where", ["", "n > 1", "a > 'x'", "a = 'x'", "a = s", "SUBSTRING(a, 1, 1) = 'x' OR n = 2"])
def test_scans(where: str) -> None:
    run(where, scan=True)
    with pytest.raises(KsqlError):
        run(where, scan=False)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("", "Missing WHERE clause"),
        ("n = 1 AND s = 'x'", "WHERE clause missing key column for disjunct: ((N = 1) AND (S = 'x'))"),
        ("a = 'x'", "Multi-column sources must specify every key in the WHERE clause"),
        ("a = 'x' AND a <> 'y' AND b = 1", "cannot be combined with other comparisons"),
        ("a = 'x' AND b > 1", "must currently be '='"),
        ("a = s AND b = 1", "A comparison must be between a key column and a resolvable expression."),
        ("b + 1 = 2 AND a = 'x'", "A comparison must directly reference a key column."),
        ("a = 'x' AND WINDOWSTART = 1", "Line: 1, Col: 35: WHERE column 'WINDOWSTART' cannot be resolved."),
        ("b IN (1, NULL)", "Primary key columns can not be NULL: (B = null)"),
        ("b IN ('1')", "'1' can not be converted to the type of the key column: B INTEGER KEY"),
        ("n LIKE 'x'", "The column type for Like condition must be VARCHAR. The column type is BIGINT"),
        ("n = NULL", "Comparison with NULL not supported: BIGINT = NULL\nUse 'IS NULL'"),
    ],
)
def test_messages(where: str, message: str) -> None:
    with pytest.raises(KsqlError) as caught:
        run(where, scan=False)
    assert message in caught.value.message


def test_too_many_alternatives_are_taken_as_one() -> None:
    run(" AND ".join(f"(n = {i} OR s = '{i}')" for i in range(12)), scan=True)
