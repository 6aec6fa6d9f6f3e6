"""What is printed reads back as the same tree."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowtime.errors import ParseError
from rowtime.sql import ast
from rowtime.sql.format import format_expression, format_statement, format_type
from rowtime.sql.parser import parse_expression, parse_statements, parse_type
from tests.rowtime.sql import strategies as trees

RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@RELAXED
@given(trees.expressions)
def test_expressions(e: ast.Expression) -> None:
    text = format_expression(e)
    read = parse_expression(text)
    assert format_expression(read) == text
    assert read == _read_as(e)


@RELAXED
@given(trees.sql_types)
def test_types(t: Any) -> None:
    assert parse_type(format_type(t)) == t == parse_type(str(t))


@RELAXED
@given(trees.statements)
def test_statements(s: ast.Statement) -> None:
    text = format_statement(s)
    (read,) = parse_statements(text)
    assert format_statement(read.statement) == text


@RELAXED
@given(st.text(alphabet="SELECT FROM(),*'`\"a1.-><=:[]{}$;\n/", max_size=60))
def test_garbage_is_an_error_or_reads_back(text: str) -> None:
    try:
        parsed = parse_statements(text)
    except ParseError as e:
        assert e.message.startswith(("line ", "Failed to prepare statement: line "))
        assert e.line is not None
        return
    for p in parsed:
        assert parse_statements(format_statement(p.statement))[0].statement == p.statement


def _read_as(e: ast.Expression) -> ast.Expression:
    """COUNT() is printed and so read as it stands; nothing else changes."""
    return ast.transform(e, lambda n: n)


def _comparable(s: Any) -> Any:
    def change(n: Any) -> Any:
        if hasattr(n, "properties"):
            return dataclasses.replace(n, properties=tuple(sorted(n.properties, key=lambda p: p[0])))
        return dataclasses.replace(n, group_by_parenthesised=False) if isinstance(n, ast.Query) else n

    return ast.transform(s, change)


@pytest.mark.parametrize("name", ["cases.jsonl", "rest_cases.jsonl"])
def test_conformance_statements(shared: Path, name: str) -> None:
    for line in (shared / "conformance" / name).read_text().splitlines():
        case = json.loads(line)
        try:
            parsed = parse_statements("\n".join(case["statements"]))
        except ParseError as e:
            wanted = case.get("expectedException") or case.get("expectedError")
            assert wanted, (case["id"], e.message)
            continue
        for p in parsed:
            (again,) = parse_statements(format_statement(p.statement))
            assert _comparable(again.statement) == _comparable(p.statement), p.text


def test_golden_statement_texts(shared: Path) -> None:
    seen = 0
    for path in sorted((shared / "golden").glob("*/recording.json")):
        for r in json.loads(path.read_text()):
            body = json.loads(r["result"]["body"]) if "ksql" in r["step"] else []
            for entity in body if isinstance(body, list) else []:
                text = entity.get("statementText", "")
                if entity["@type"] == "currentStatus" and text.startswith("CREATE"):
                    assert format_statement(parse_statements(text)[0].statement) == text
                    seen += 1
    assert seen > 30
