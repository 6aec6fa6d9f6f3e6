"""Parsing CREATE, INSERT, DROP and ALTER."""

from __future__ import annotations

from rowtime.sql import ast
from rowtime.sql.cursor import Cursor
from rowtime.sql.expressions import parse_value
from rowtime.sql.lexer import Kind
from rowtime.sql.literals import parse_literal
from rowtime.sql.queries import parse_query
from rowtime.sql.typenames import parse_type


def parse_create(c: Cursor) -> ast.Statement:
    pos = c.next().pos
    if c.accept("TYPE"):
        return _create_type(c, pos)
    or_replace = c.is_word("OR")
    if or_replace:
        c.expect("OR", "REPLACE")
    if c.is_word("SINK", "SOURCE") and c.next_is("CONNECTOR"):
        c.fail("connectors are not supported")
    is_source = c.accept("SOURCE")
    is_table = _stream_or_table(c)
    if_not_exists = _flag(c, "IF", "NOT", "EXISTS")
    name = c.identifier("the name of a stream or table")
    elements = _elements(c, is_table) if c.is_symbol("(") else ()
    properties = parse_properties(c)
    if c.is_word("AS") and not elements and not is_source:
        c.expect("AS")
        return ast.CreateAs(is_table, name, parse_query(c), properties, or_replace, if_not_exists, pos=pos)
    return ast.CreateSource(is_table, name, elements, properties, or_replace, if_not_exists, is_source, pos=pos)


def _stream_or_table(c: Cursor) -> bool:
    if not c.is_word("STREAM", "TABLE"):
        c.unexpected("STREAM or TABLE")
    return c.next().value == "TABLE"


def _flag(c: Cursor, *words: str) -> bool:
    return c.accept(*words)


def _create_type(c: Cursor, pos: ast.Position) -> ast.Statement:
    if_not_exists = _flag(c, "IF", "NOT", "EXISTS")
    name = c.identifier("the name of a type")
    c.expect("AS")
    return ast.CreateType(name, parse_type(c), if_not_exists, pos=pos)


def parse_create_source(c: Cursor, pos: ast.Position) -> ast.CreateSource:
    """STREAM|TABLE name (elements) WITH (…), without CREATE."""
    is_table = _stream_or_table(c)
    name = c.identifier("the name of a stream or table")
    elements = _elements(c, is_table) if c.is_symbol("(") else ()
    return ast.CreateSource(is_table, name, elements, parse_properties(c), pos=pos)


# ---------------------------------------------------------------- columns and properties
def _elements(c: Cursor, is_table: bool) -> tuple[ast.TableElement, ...]:
    c.expect("(")
    found = [_element(c, is_table)]
    while c.accept(","):
        found.append(_element(c, is_table))
    c.expect(")")
    return tuple(found)


def _element(c: Cursor, is_table: bool) -> ast.TableElement:
    token = c.token
    name = c.identifier("the name of a column")
    kind = parse_type(c)
    if c.accept("HEADERS"):
        return ast.TableElement(name, kind, ast.Constraint.HEADERS, pos=token.pos)
    if c.accept("HEADER"):
        c.expect("(")
        header = c.string("the key of a header in single quotes")
        c.expect(")")
        return ast.TableElement(name, kind, ast.Constraint.HEADER, header, pos=token.pos)
    constraint = None
    if c.is_word("PRIMARY"):
        c.expect("PRIMARY", "KEY")
        constraint = ast.Constraint.PRIMARY_KEY
    elif c.accept("KEY"):
        constraint = ast.Constraint.KEY
    _check_key(c, name, constraint, is_table, token.pos)
    return ast.TableElement(name, kind, constraint, pos=token.pos)


_WHY = (
    "\nTables have PRIMARY KEYs, which are unique and NON NULL."
    "\nStreams have KEYs, which have no uniqueness or NON NULL constraints."
)


def _check_key(
    c: Cursor, name: str, constraint: ast.Constraint | None, is_table: bool, pos: ast.Position
) -> None:
    wrong, right, what = (
        (ast.Constraint.KEY, "PRIMARY KEY", "tables") if is_table else (ast.Constraint.PRIMARY_KEY, "KEY", "streams")
    )
    if constraint is wrong:
        token = next(t for t in c.tokens if t.pos == pos)
        detail = f"Column `{name}` is a '{wrong.value}' column: please use '{right}' for {what}.{_WHY}"
        c.fail_building(detail, token)


def parse_properties(c: Cursor) -> ast.Properties:
    """WITH (name = literal, …), or nothing."""
    if not c.accept("WITH"):
        return ()
    c.expect("(")
    found: dict[str, ast.Expression] = {}
    while not found or c.accept(","):
        token = c.token
        name = (c.next().value if token.kind is Kind.STRING else c.identifier("the name of a property")).upper()
        if name in found:
            c.fail_building(f"Duplicate property '{name}' in the WITH clause", token)
        c.expect("=")
        found[name] = parse_literal(c)
    c.expect(")")
    return tuple(found.items())


# ---------------------------------------------------------------- the others
def parse_insert(c: Cursor) -> ast.Statement:
    pos = c.next().pos
    c.expect("INTO")
    target = c.identifier("the name of a stream or table")
    if c.is_word("WITH", "SELECT"):
        properties = parse_properties(c)
        return ast.InsertInto(target, parse_query(c), properties, pos=pos)
    columns = parse_column_names(c)
    c.expect("VALUES")
    values = parse_values(c)
    _check_values(c, columns, values)
    return ast.InsertValues(target, columns, values, pos=pos)


def _check_values(c: Cursor, columns: tuple[str, ...], values: tuple[ast.Expression, ...]) -> None:
    if columns and len(columns) != len(values):
        c.fail_preparing(f"Expected number columns and values to match: {len(columns)}, {len(values)}")
    for value in values:
        if isinstance(value, ast.ColumnRef) and value.source is not None:
            c.fail_preparing(f"'{value.source}' is not a valid stream/table name or alias.")


def parse_column_names(c: Cursor) -> tuple[str, ...]:
    """(a, b), or nothing."""
    if not c.accept("("):
        return ()
    names = [c.identifier("the name of a column")]
    while c.accept(","):
        names.append(c.identifier("the name of a column"))
    c.expect(")")
    return tuple(names)


def parse_values(c: Cursor) -> tuple[ast.Expression, ...]:
    c.expect("(")
    values: list[ast.Expression] = []
    while not c.accept(")"):
        if values:
            c.expect(",")
        values.append(parse_value(c))
    return tuple(values)


def parse_drop(c: Cursor) -> ast.Statement:
    pos = c.next().pos
    if c.accept("TYPE"):
        if_exists = _flag(c, "IF", "EXISTS")
        return ast.DropType(c.identifier("the name of a type"), if_exists, pos=pos)
    if c.is_word("CONNECTOR"):
        c.fail("connectors are not supported")
    is_table = _stream_or_table(c)
    if_exists = _flag(c, "IF", "EXISTS")
    name = c.identifier("the name of a stream or table")
    delete_topic = c.is_word("DELETE")
    if delete_topic:
        c.expect("DELETE", "TOPIC")
    return ast.DropSource(is_table, name, if_exists, delete_topic, pos=pos)


def parse_alter(c: Cursor) -> ast.Statement:
    pos = c.next().pos
    if c.accept("SYSTEM"):
        name = c.string("the name of a property in single quotes")
        c.expect("=")
        return ast.AlterSystem(name, c.string("a value in single quotes"), pos=pos)
    is_table = _stream_or_table(c)
    name = c.identifier("the name of a stream or table")
    columns = [_added(c)]
    while c.accept(","):
        columns.append(_added(c))
    return ast.AlterSource(is_table, name, tuple(columns), pos=pos)


def _added(c: Cursor) -> ast.TableElement:
    c.expect("ADD")
    if c.is_word("COLUMN") and c.is_identifier(1):
        c.expect("COLUMN")
    pos = c.pos
    name = c.identifier("the name of a column")
    return ast.TableElement(name, parse_type(c), pos=pos)
