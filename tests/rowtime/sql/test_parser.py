"""What the parser accepts, how it reads it, and what it says when it refuses."""

from __future__ import annotations

import pytest

from rowtime.errors import ParseError
from rowtime.sql import ast, types
from rowtime.sql.format import format_expression
from rowtime.sql.parser import parse_expression, parse_schema, parse_statements, parse_type


def one(text: str) -> ast.Statement:
    (parsed,) = parse_statements(text)
    return parsed.statement


def query(text: str) -> ast.Query:
    statement = one(text)
    assert isinstance(statement, ast.QueryStatement)
    return statement.query


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELEC * FROM t;", "line 1:1: Syntax Error\nUnknown statement 'SELEC'\nDid you mean 'SELECT'?"),
        (
            "CREATE STREAM bad AS SELECT FROM t;",
            'line 1:29: Syntax Error\n"FROM" is a reserved keyword and it can\'t be used as an identifier. '
            "You can use it as an identifier by escaping it as 'FROM' ",
        ),
        ("SHOW STREAMS", "line 1:13: Syntax Error\nmissing ';' at '<EOF>'"),
        ("SELECT a FROM t GROUP BY a, (b, c);", "line 1:31: Syntax Error\nmissing ')' at ','"),
        ("SELECT *\nFROM s ORDER BY a;", "line 2:14: Syntax Error\n"),
        ("SELECT 9223372036854775808 FROM t;",
         "Failed to prepare statement: line 1:9: Invalid numeric literal: 9223372036854775808"),
        ("SELECT 1.8E308 FROM t;", "Failed to prepare statement: line 1:9: Number overflows DOUBLE: 1.8E308"),
        ("SELECT CAST(a AS NULL) FROM t;", "line 1:18: Syntax Error\nSyntax error at or near 'NULL' at line 1:18"),
        ("SELECT a FROM t GROUP BY ();",
         "Failed to prepare statement: line 1:27: GROUP BY requires at least one expression"),
        ("SELECT 'abc FROM t;", "line 1:8: Syntax Error\nthe quote ' opened here is never closed"),
        ("CREATE CONNECTOR c WITH ('a'='b');", None),
        ("SELECT a FROM t AT;", None),
        ("SELECT ${v} FROM t;", None),
    ],
)  # fmt: skip
def test_errors(text: str, message: str | None) -> None:
    with pytest.raises(ParseError) as caught:
        parse_statements(text)
    assert message is None or caught.value.message == message
    assert caught.value.statement == text


@pytest.mark.parametrize(
    "expression",
    ["(" * 5000 + "1" + ")" * 5000, "-a" * 5000, "a" + "[1]" * 5000, "a + " * 5000 + "a", "NOT " * 5000 + "a"],
)
def test_depth_is_limited(expression: str) -> None:
    with pytest.raises(ParseError):
        parse_expression(expression)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a OR b AND NOT c = 1 + 2 * -x", "(A OR (B AND (NOT (C = (1 + (2 * -X))))))"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("- -x", "- -X"),
        ("a || 'b' || c", "CONCAT(CONCAT(A, 'b'), C)"),
        ("a NOT LIKE '%x' ESCAPE '!'", "(NOT (A LIKE '%x' ESCAPE '!'))"),
        ("a is not distinct from b", "(A IS NOT DISTINCT FROM B)"),
        ("a != 1", "(A <> 1)"),
        ("x->a->`b`[1]", "X->A->`b`[1]"),
        ("reduce(m, 0, (s, k, v) => s + v)", "REDUCE(M, 0, (S, K, V) => (S + V))"),
        ("filter(r, x => x->ts > s.ts)", "FILTER(R, (X) => (X->TS > S.TS))"),
        ("struct(a := 1, `b` := map('k' := array[1, 2]))", "STRUCT(A:=1, `b`:=MAP('k':=ARRAY[1, 2]))"),
        ("case x when 1 then 'a' end", "(CASE X WHEN 1 THEN 'a' END)"),
        ("timestampadd(DAYS, 3, ts)", "TIMESTAMPADD(DAYS, 3, TS)"),
        ("count(*)", "COUNT(*)"),
        ("'it''s'", "'it''s'"),
        ("1e1", "1E1"),
        ("00012.50", "12.50"),
        ("cast(a as decimal(4,2))", "CAST(A AS DECIMAL(4, 2))"),
        ("a in (1, 2) and b not between 1 and 2", "((A IN (1, 2)) AND (NOT (B BETWEEN 1 AND 2)))"),
    ],
)
def test_expressions(text: str, printed: str) -> None:
    assert format_expression(parse_expression(text)) == printed


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2147483647", ast.IntegerLiteral),
        ("-2147483648", ast.IntegerLiteral),
        ("2147483648", ast.LongLiteral),
        ("1.5", ast.DecimalLiteral),
        ("1e1", ast.DoubleLiteral),
    ],
)
def test_numbers(text: str, kind: type) -> None:
    assert type(parse_expression(text)) is kind


def test_lambda_parameters_hide_columns() -> None:
    e = parse_expression("transform(r, x => x + y)")
    assert isinstance(e, ast.FunctionCall) and isinstance(e.args[1], ast.Lambda)
    body = e.args[1].body
    assert body == ast.Arithmetic("+", ast.LambdaVariable("X"), ast.ColumnRef(None, "Y"))


def test_windows_and_joins() -> None:
    q = query(
        "SELECT * FROM a JOIN b WITHIN (1 HOUR, 2 DAYS) GRACE PERIOD 400 DAYS ON a.id = b.id "
        "WINDOW HOPPING (SIZE 24 HOURS, ADVANCE BY 6 HOURS, RETENTION 10 DAYS, GRACE PERIOD 7 DAYS) EMIT FINAL;"
    )
    within = q.joins[0].within
    assert within is not None and within.grace is not None and q.window is not None and q.window.grace is not None
    assert (within.before.ms, within.after.ms, within.grace.ms) == (3_600_000, 172_800_000, 400 * 86_400_000)
    assert (q.window.type, q.window.size.ms, q.emit) == (ast.WindowType.HOPPING, 86_400_000, ast.Emit.FINAL)


def test_group_by_parentheses() -> None:
    assert query("SELECT a FROM t GROUP BY (a, b);").group_by_parenthesised
    assert not query("SELECT a FROM t GROUP BY (a + b) * 2;").group_by_parenthesised


def test_clause_words_as_names() -> None:
    q = query("SELECT partition, emit, key AS `from` FROM date PARTITION BY partition EMIT CHANGES;")
    assert [i.alias for i in q.select if isinstance(i, ast.SingleColumn)] == [None, None, "from"]
    assert q.partition_by == (ast.ColumnRef(None, "PARTITION"),)


def test_columns_and_properties() -> None:
    s = one("CREATE OR REPLACE TABLE IF NOT EXISTS t (k INT PRIMARY KEY, v VARCHAR, h BYTES HEADER('x')) "
            "WITH (kafka_topic='t', 'Value_Format'='JSON', partitions=2);")  # fmt: skip
    assert isinstance(s, ast.CreateSource)
    assert [e.constraint for e in s.elements] == [ast.Constraint.PRIMARY_KEY, None, ast.Constraint.HEADER]
    assert dict(s.properties)["VALUE_FORMAT"] == ast.StringLiteral("JSON")


def test_key_of_a_table_is_primary() -> None:
    with pytest.raises(ParseError, match="please use 'PRIMARY KEY' for tables"):
        parse_statements("CREATE TABLE t (k INT KEY) WITH (kafka_topic='t');")


def test_variables() -> None:
    text = "DEFINE Place = 'orders'; PRINT ${place}; SELECT '${PLACE}-${other}' FROM ${t}; UNDEFINE place;"
    parsed = parse_statements(text, variables={"T": "s", "other": "it's"})
    assert [p.text for p in parsed[1:3]] == ["PRINT orders;", "SELECT 'orders-it''s' FROM s;"]
    with pytest.raises(ParseError, match="one name or literal only"):
        parse_statements("SELECT * FROM ${t};", variables={"t": "a; DROP STREAM b"})


def test_custom_types() -> None:
    parsed = parse_statements("CREATE TYPE address AS STRUCT<n INT>; CREATE STREAM s (a ARRAY<ADDRESS>);")
    made = parsed[1].statement
    assert isinstance(made, ast.CreateSource)
    assert str(made.elements[0].type) == "ARRAY<STRUCT<`N` INTEGER>>"
    assert parse_type("address", types={"ADDRESS": types.BIGINT}) == types.BIGINT


def test_schemas() -> None:
    text = "`ID` STRING KEY, `n` BIGINT, `S` STRUCT<`A` DECIMAL(4, 2)>"
    assert str(parse_schema(text)) == text


def test_statements_keep_their_text_and_place() -> None:
    parsed = parse_statements("-- first\nSHOW STREAMS; /* then */ LIST\nTOPICS;")
    assert [p.text for p in parsed] == ["SHOW STREAMS;", "LIST\nTOPICS;"]
    assert [(p.pos.line, p.pos.column) for p in parsed] == [(2, 0), (2, 25)]


def test_test_statements_only_where_allowed() -> None:
    text = "ASSERT VALUES s (a) VALUES (1); ASSERT NULL VALUES s (a) KEY (1);"
    assert len(parse_statements(text, testing=True)) == 2
    with pytest.raises(ParseError):
        parse_statements(text)
