"""Parsing LIST, SHOW and DESCRIBE."""

from __future__ import annotations

from rowtime.sql import ast
from rowtime.sql.cursor import Cursor

_PLAIN = ("PROPERTIES", "FUNCTIONS", "TYPES", "VARIABLES", "CONNECTORS")
_EXTENDABLE = ("TOPICS", "STREAMS", "TABLES", "QUERIES")


def parse_list(c: Cursor) -> ast.Statement:
    pos = c.next().pos
    for words in (("ALL", "TOPICS"), ("SOURCE", "CONNECTORS"), ("SINK", "CONNECTORS"), ("CONNECTOR", "PLUGINS")):
        if c.accept(*words):
            extended = words[0] == "ALL" and c.accept("EXTENDED")
            return ast.ListItems(" ".join(words), extended, pos=pos)
    if c.is_word(*_PLAIN):
        return ast.ListItems(c.next().value, pos=pos)
    if c.is_word(*_EXTENDABLE):
        what = c.next().value
        return ast.ListItems(what, c.accept("EXTENDED"), pos=pos)
    c.fail(f"Expecting what to list ({', '.join(_EXTENDABLE + _PLAIN)}) at '{c.token.text}'")


def parse_describe(c: Cursor) -> ast.Statement:
    pos = c.next().pos
    if c.is_word("STREAMS") or (c.is_word("TABLES") and (c.next_is(";") or c.next_is("EXTENDED"))):
        is_table = c.next().value == "TABLES"
        return ast.DescribeAll(is_table, c.accept("EXTENDED"), pos=pos)
    if c.is_word("FUNCTION") and c.is_identifier(1):
        c.next()
        return ast.DescribeFunction(c.identifier("the name of a function"), pos=pos)
    if c.is_word("CONNECTOR"):
        c.fail("connectors are not supported")
    name = c.identifier("the name of a stream or table")
    return ast.Describe(name, c.accept("EXTENDED"), pos=pos)
