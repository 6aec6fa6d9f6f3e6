"""Parsing the statements of test scripts only: ASSERT VALUES, ASSERT STREAM, ASSERT TABLE."""

from __future__ import annotations

from rowtime.sql import ast, ddl
from rowtime.sql.cursor import Cursor


def parse_assert(c: Cursor, pos: ast.Position) -> ast.Statement:
    """What follows ASSERT."""
    if c.is_word("STREAM", "TABLE"):
        source = ddl.parse_create_source(c, pos)
        return ast.AssertSource(source, pos=pos)
    tombstone = c.accept("NULL")
    c.expect("VALUES")
    name = c.identifier("the name of a stream or table")
    columns = ddl.parse_column_names(c)
    c.expect("KEY" if tombstone else "VALUES")
    return ast.AssertValues(name, columns, ddl.parse_values(c), tombstone, pos=pos)
