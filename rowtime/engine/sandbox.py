"""Statements tried without doing anything: a copy of the metastore on which each is planned in its turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rowtime.engine import insert_values
from rowtime.engine.change import Change
from rowtime.engine.metastore import Metastore
from rowtime.engine.prepare_statement import apply_to_metastore, is_command
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement

if TYPE_CHECKING:
    from rowtime.engine.engine import Engine


class Sandbox:
    """What the metastore and the topics would be after the statements tried so far."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.context = engine.context(sandbox=True)
        self.sequence = engine.sequence

    @property
    def metastore(self) -> Metastore:
        return self.context.metastore

    async def attempt(self, parsed: ParsedStatement, properties: Mapping[str, object]) -> Change | None:
        """What a command would do, None for other statements; StatementError where it is wrong."""
        if isinstance(parsed.statement, ast.InsertValues):
            insert_values.check(self.metastore, parsed)
        if not is_command(parsed.statement):
            return None
        self.context.properties = properties
        change = await self.engine.prepared(parsed, self.context)
        apply_to_metastore(change, self.context, self.engine.query_id(change, self.sequence, self.metastore) or "")
        self.sequence += 2
        return change
