"""Parsing statements: which words lead to which construct."""

from __future__ import annotations

from collections.abc import Callable

from rowtime.sql import ast, ddl, listing, testing
from rowtime.sql.cursor import Cursor
from rowtime.sql.keywords import STATEMENTS
from rowtime.sql.lexer import Kind
from rowtime.sql.queries import parse_duration, parse_query


def parse_statement(c: Cursor) -> ast.Statement:
    """One statement up to its semicolon, which stays."""
    parse = _PARSERS.get(c.token.value) if c.token.kind is Kind.WORD else None
    if parse is None:
        c.unknown_statement()
    return parse(c)


def _query(c: Cursor) -> ast.Statement:
    pos = c.pos
    return ast.QueryStatement(parse_query(c), pos=pos)


def _id_or_all(make: Callable[..., ast.Statement]) -> Callable[[Cursor], ast.Statement]:
    def parse(c: Cursor) -> ast.Statement:
        pos = c.next().pos
        if c.accept("ALL"):
            return make(None, pos=pos)
        return make(c.identifier("the id of a query or ALL"), pos=pos)

    return parse


def _set(c: Cursor) -> ast.Statement:
    pos = c.next().pos
    name = c.string("the name of a property in single quotes")
    c.expect("=")
    return ast.SetProperty(name, c.string("a value in single quotes"), pos=pos)


def _unset(c: Cursor) -> ast.Statement:
    pos = c.next().pos
    return ast.UnsetProperty(c.string("the name of a property in single quotes"), pos=pos)


def _define(c: Cursor) -> ast.Statement:
    pos = c.next().pos
    name = _variable_name(c)
    c.expect("=")
    return ast.DefineVariable(name, c.string("a value in single quotes"), pos=pos)


def _undefine(c: Cursor) -> ast.Statement:
    pos = c.next().pos
    return ast.UndefineVariable(_variable_name(c), pos=pos)


def _variable_name(c: Cursor) -> str:
    if c.token.kind is not Kind.WORD or not c.is_identifier():
        c.unexpected("the name of a variable")
    return c.next().text


def _explain(c: Cursor) -> ast.Statement:
    pos = c.next().pos
    if c.token.kind is Kind.WORD and c.token.value in STATEMENTS and not c.next_is(";"):
        with c.nested():
            return ast.Explain(statement=parse_statement(c), pos=pos)
    return ast.Explain(c.identifier("the id of a query or a statement"), pos=pos)


def parse_resource(c: Cursor, what: str) -> str:
    """The name of a topic or subject: the case stays."""
    return c.next().value if c.token.kind is Kind.STRING else c.identifier(what, keep_case=True)


def _print(c: Cursor) -> ast.Statement:
    pos = c.next().pos
    topic = parse_resource(c, "the name of a topic")
    from_beginning = c.is_word("FROM")
    if from_beginning:
        c.expect("FROM", "BEGINNING")
    interval = c.whole_number() if c.accept("INTERVAL") or c.accept("SAMPLE") else None
    limit = c.whole_number("the number of rows") if c.accept("LIMIT") else None
    return ast.PrintTopic(topic, from_beginning, interval, limit, pos=pos)


def _assert(c: Cursor) -> ast.Statement:
    pos = c.next().pos
    exists = not c.accept("NOT", "EXISTS")
    if c.accept("TOPIC"):
        topic = parse_resource(c, "the name of a topic")
        return ast.AssertTopic(topic, ddl.parse_properties(c), _timeout(c), exists, pos=pos)
    if c.accept("SCHEMA"):
        subject = parse_resource(c, "the name of a subject") if c.accept("SUBJECT") else None
        schema_id = c.whole_number("the id of a schema") if c.accept("ID") else None
        if subject is None and schema_id is None:
            c.fail_building("ASSERT SCHEMA statements much include a subject name or an id", c.token)
        return ast.AssertSchema(subject, schema_id, _timeout(c), exists, pos=pos)
    if exists and c.testing:
        return testing.parse_assert(c, pos)
    c.unexpected("TOPIC or SCHEMA")


def _timeout(c: Cursor) -> ast.Duration | None:
    return parse_duration(c) if c.accept("TIMEOUT") else None


def _run(c: Cursor) -> ast.Statement:
    if not c.testing:
        c.unknown_statement()
    pos = c.next().pos
    c.expect("SCRIPT")
    return ast.RunScript(c.string("a path in single quotes"), pos=pos)


_PARSERS: dict[str, Callable[[Cursor], ast.Statement]] = {
    "SELECT": _query, "CREATE": ddl.parse_create, "INSERT": ddl.parse_insert, "DROP": ddl.parse_drop,
    "ALTER": ddl.parse_alter, "LIST": listing.parse_list, "SHOW": listing.parse_list,
    "DESCRIBE": listing.parse_describe, "EXPLAIN": _explain, "PRINT": _print,
    "TERMINATE": _id_or_all(ast.Terminate), "PAUSE": _id_or_all(ast.PauseQuery),
    "RESUME": _id_or_all(ast.ResumeQuery), "SET": _set, "UNSET": _unset, "DEFINE": _define,
    "UNDEFINE": _undefine, "ASSERT": _assert, "RUN": _run,
}  # fmt: skip
