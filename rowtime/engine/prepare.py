"""Makes a query explicit as ksqlDB prints it: columns qualified by their source, every select item named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rowtime.engine.metastore import DataSource, Metastore
from rowtime.engine.schema_rules import RESERVED
from rowtime.errors import KsqlError
from rowtime.sql import ast

PSEUDO = ("ROWTIME", "ROWPARTITION", "ROWOFFSET")
BOUNDS = ("WINDOWSTART", "WINDOWEND")


class Sources:
    """The sources of one query by alias."""

    def __init__(self, query: ast.Query, metastore: Metastore):
        self.by_alias: dict[str, DataSource] = {}
        for item in (query.source, *(j.source for j in query.joins)):
            source = metastore.require(item.name)
            if item.alias in self.by_alias or any(s.name == source.name for s in self.by_alias.values()):
                raise_duplicate(item, source, query)
            self.by_alias[item.alias] = source

    def owners(self, name: str) -> list[str]:
        """Aliases of the sources that have a column of this name."""
        return [alias for alias, source in self.by_alias.items() if has_column(source, name)]

    @property
    def is_join(self) -> bool:
        return len(self.by_alias) > 1


def raise_duplicate(item: ast.Source, source: DataSource, query: ast.Query) -> None:
    if len(query.joins) > 1:
        raise KsqlError(f"N-way joins do not support multiple occurrences of the same source. Source: '{source.name}'")
    raise KsqlError(f"Can not join '{query.source.name}' to '{item.name}': self joins are not yet supported.")


def has_column(source: DataSource, name: str) -> bool:
    return source.schema.find(name) is not None or name in PSEUDO or bool(source.window) and name in BOUNDS


def where_is(node: ast.Node) -> str:
    """`Line: L, Col: C: ` or nothing."""
    return f"Line: {node.pos.line}, Col: {node.pos.column + 1}: " if node.pos else ""


def prepare_query(query: ast.Query, metastore: Metastore) -> ast.Query:
    sources = Sources(query, metastore)
    ast.transform(query, lambda node: _checked(node, sources))
    qualified = ast.transform(query, lambda node: _qualify(node, sources))
    return replace(qualified, select=_named(qualified.select, sources))


def _qualify(node: Any, sources: Sources) -> Any:
    return _qualify_column(node, sources) if isinstance(node, ast.ColumnRef) else node


def _checked(node: Any, sources: Sources) -> Any:
    if isinstance(node, ast.Lambda):
        for parameter in node.params:
            if any(source.schema.find(parameter) for source in sources.by_alias.values()):
                raise KsqlError("Exception while preparing statement: Lambda function argument can't be a column name: "
                                f"{parameter}")
    if isinstance(node, ast.ColumnRef | ast.AllColumns) and node.source is not None \
            and node.source not in sources.by_alias:
        raise KsqlError(f"Failed to prepare statement: '{node.source}' is not a valid stream/table name or alias.")
    return node


def _qualify_column(node: ast.ColumnRef, sources: Sources) -> ast.ColumnRef:
    if node.source is not None:
        return node
    owners = sources.owners(node.name)
    if len(owners) > 1:
        options = " or ".join(f"{o}.{node.name}" for o in sorted(owners))
        raise KsqlError(f"Exception while preparing statement: {where_is(node)}Column '{node.name}' is ambiguous. "
                        f"Could be {options}.")
    return replace(node, source=owners[0]) if owners else node


def _named(items: tuple[ast.SelectItem, ...], sources: Sources) -> tuple[ast.SelectItem, ...]:
    fields = {c.name for s in sources.by_alias.values() for c in s.schema}
    used = {i.alias for i in items if isinstance(i, ast.SingleColumn) and i.alias}
    used |= {i.expression.name for i in items if isinstance(i, ast.SingleColumn) and not i.alias
             and isinstance(i.expression, ast.ColumnRef)}
    for source in sources.by_alias.values():
        used |= {c.name for c in source.schema if c.name.startswith("KSQL_COL_")}
    return tuple(_name_item(item, sources, used, fields) for item in items)


def _name_item(item: ast.SelectItem, sources: Sources, used: set[str], fields: set[str]) -> ast.SelectItem:
    if not isinstance(item, ast.SingleColumn):
        return item
    if item.alias:
        if item.alias in RESERVED:
            raise KsqlError(f"`{item.alias}` is a reserved column name. You cannot use it as an alias for a column.")
        return item
    return replace(item, alias=_alias(item.expression, sources, used, fields))


def _alias(node: ast.Expression, sources: Sources, used: set[str], fields: set[str]) -> str:
    if isinstance(node, ast.ColumnRef):
        clash = node.source is not None and len(sources.owners(node.name)) > 1
        return f"{node.source}_{node.name}" if clash else node.name
    if isinstance(node, ast.Dereference) and node.field:
        return _unique(node.field, used, fields)
    return _unique("KSQL_COL", used, {"KSQL_COL"}, start=0)


def _unique(stem: str, used: set[str], taken: set[str], start: int = 1) -> str:
    """The stem itself unless it is taken, else the stem with the first number that is free."""
    name, n = stem, start
    while name in used or name in taken:
        name = f"{stem}_{n}"
        n += 1
    used.add(name)
    return name
