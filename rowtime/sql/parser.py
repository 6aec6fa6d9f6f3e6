"""ksqlDB SQL to syntax trees. What is not understood is a ParseError with line and column, never a guess."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from rowtime.errors import ParseError
from rowtime.sql import ast
from rowtime.sql.cursor import Cursor
from rowtime.sql.expressions import parse_boolean
from rowtime.sql.keywords import STATEMENTS
from rowtime.sql.lexer import Kind, Token, tokenize
from rowtime.sql.statements import parse_statement
from rowtime.sql.typenames import parse_type as _parse_type
from rowtime.sql.types import Column, ColumnKind, Schema, SqlType
from rowtime.sql.variables import normalise, substitute

MAX_HEIGHT = 250
"""Limit on a tree's height, so that walking it never runs out of stack."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ParsedStatement:
    """`text` as written, semicolon and substituted variables included; `pos` where it begins in the whole text."""

    text: str
    statement: ast.Statement
    pos: ast.Position


def parse_statements(
    text: str, *, variables: Mapping[str, str] = {}, types: Mapping[str, SqlType] = {}, testing: bool = False
) -> list[ParsedStatement]:
    """All statements of `text`. DEFINE and CREATE TYPE act on the statements after them.

    `variables` replace ${name} (names are case-insensitive), `types` are the custom types, `testing` allows the
    statements of test scripts. Raises ParseError.
    """
    return list(iterate_statements(text, variables=variables, types=types, testing=testing))


def iterate_statements(
    text: str, *, variables: Mapping[str, str] = {}, types: Mapping[str, SqlType] = {}, testing: bool = False
) -> Iterator[ParsedStatement]:
    """The same, one after another: a statement is given out before the next one is looked at."""
    known_variables, known_types = normalise(variables), dict(types)
    for tokens in _split(text):
        parsed = _parse_one(text, tokens, known_variables, known_types, testing)
        match parsed.statement:
            case ast.DefineVariable(name, value):
                known_variables[name.upper()] = value
            case ast.UndefineVariable(name):
                known_variables.pop(name.upper(), None)
            case ast.CreateType(name, made):
                known_types.setdefault(name, made)
            case ast.DropType(name):
                known_types.pop(name, None)
        yield parsed


def parse_expression(text: str, *, types: Mapping[str, SqlType] = {}) -> ast.Expression:
    """One expression and nothing else."""
    return _parse_whole(text, types, parse_boolean)


def parse_type(text: str, *, types: Mapping[str, SqlType] = {}) -> SqlType:
    """One type, such as `STRUCT<A INT, B ARRAY<STRING>>`."""
    return _parse_whole(text, types, _parse_type)


def parse_schema(text: str, *, types: Mapping[str, SqlType] = {}) -> Schema:
    """Columns as a schema prints them: `` `ID` STRING KEY, `N` BIGINT``."""
    return _parse_whole(text, types, _parse_columns)


def _parse_columns(c: Cursor) -> Schema:
    columns: list[Column] = []
    while c.token.kind is not Kind.END:
        if columns:
            c.expect(",")
        name, kind = c.identifier("the name of a column"), _parse_type(c)
        c.accept("PRIMARY")
        is_key = c.accept("KEY")
        columns.append(Column(name, kind, ColumnKind.KEY if is_key else ColumnKind.VALUE))
    return Schema(tuple(columns))


def _parse_whole(text: str, types: Mapping[str, SqlType], parse: Callable[[Cursor], T]) -> T:
    c = Cursor(tokenize(text), text, types)
    found = _guarded(c, parse)
    if c.token.kind is not Kind.END:
        c.fail(f"Expecting the end at '{c.token.text}'")
    return found


def _split(text: str) -> Iterator[list[Token]]:
    """The tokens of each statement, its semicolon included, without the end token."""
    tokens: list[Token] = []
    for token in tokenize(text):
        tokens.append(token)
        if token.kind is Kind.SYMBOL and token.text == ";":
            yield tokens
            tokens = []
    if len(tokens) > 1:
        yield tokens


def _parse_one(
    text: str, tokens: list[Token], variables: Mapping[str, str], types: Mapping[str, SqlType], testing: bool
) -> ParsedStatement:
    start = tokens[0]
    own = substitute(text, tokens, variables)
    if own != text[start.start : tokens[-1].end]:
        tokens = tokenize(own, start.pos)
    end = tokens[-1]
    if end.kind is not Kind.END:
        tokens = [*tokens, Token(Kind.END, "<EOF>", "<EOF>", end.pos, end.end, end.end)]
    c = Cursor(tokens, text, types, testing)
    statement = _guarded(c, parse_statement)
    _end_of_statement(c)
    return ParsedStatement(own, statement, start.pos)


def _end_of_statement(c: Cursor) -> None:
    if c.accept(";"):
        return
    if c.token.kind is Kind.END or c.is_word(*STATEMENTS):
        c.missing(";")
    c.fail("")


def _guarded(c: Cursor, parse: Callable[[Cursor], T]) -> T:
    try:
        found = parse(c)
    except RecursionError:
        c.fail("nested too deeply")
    if isinstance(found, ast.Node):
        _check_height(c, found)
    return found


def _check_height(c: Cursor, root: ast.Node) -> None:
    level: list[ast.Node] = [root]
    for _ in range(MAX_HEIGHT):
        level = [child for node in level for child in ast.children(node)]
        if not level:
            return
    pos = next((n.pos for n in level if n.pos), None) or ast.Position(1, 0)
    message = f"line {pos.line}:{pos.column + 1}: Syntax Error\nan expression of more than {MAX_HEIGHT} levels"
    raise ParseError(message, c.text, line=pos.line, column=pos.column)
