"""An engine in memory to test SQL on: statements and rows in, rows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rowtime.engine.local import drive
from rowtime.engine.metastore import DataSource
from rowtime.engine.throttle import Clock, wall_clock
from rowtime.errors import KsqlError, StatementError
from rowtime.ksql.literals import literal_of
from rowtime.log.api import Record
from rowtime.registry.store import SchemaStore
from rowtime.sql import ast
from rowtime.sql.format import format_statement
from rowtime.sql.parser import ParsedStatement, iterate_statements, parse_statements
from rowtime.testing.case import CONFIG, Harnessed, OnePartition
from rowtime.testing.expecting import Deleted, Wanted, difference
from rowtime.testing.rows import as_given, column_types, read_rows


@dataclass(slots=True)
class Bench:
    """Topics have one partition, so that rows have one order; queries run whenever rows have been put in.

    config  server properties, such as {"ksql.functions.collect_list.limit": 10}
    clock   milliseconds since the epoch, for rows inserted without a ROWTIME
    """

    config: Mapping[str, object] = field(default_factory=dict)
    clock: Clock = wall_clock
    log: OnePartition = field(init=False)
    schemas: SchemaStore = field(init=False)
    engine: Harnessed = field(init=False)
    properties: dict[str, object] = field(init=False, default_factory=dict)
    seen: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.log, self.schemas = OnePartition(), SchemaStore()
        self.engine = Harnessed(self.log, self.schemas, CONFIG | dict(self.config), clock=self.clock)
        drive(self.engine.start())

    # -------------------------------------------------- in
    def sql(self, text: str, **variables: str) -> None:
        """Statements, INSERT VALUES included; `variables` stand for ${name}. StatementError for a wrong one."""
        types = self.engine.metastore.types
        for parsed in iterate_statements(text, variables=variables, types=types):
            self.execute(parsed)

    def script(self, path: Path | str, **variables: str) -> None:
        """The statements of a file."""
        self.sql(Path(path).read_text(encoding="utf-8"), **variables)

    def execute(self, parsed: ParsedStatement) -> None:
        """One statement; then everything runs until nothing is left to do."""
        statement = parsed.statement
        if isinstance(statement, ast.InsertValues):
            drive(self.engine.insert_values(parsed, self.properties))
        elif isinstance(statement, ast.SetProperty):
            self.properties[statement.name] = statement.value
        elif isinstance(statement, ast.UnsetProperty):
            self.properties.pop(statement.name, None)
        elif not isinstance(statement, ast.DefineVariable | ast.UndefineVariable):
            self._create_topic(statement)
            drive(self.engine.execute(parsed, self.properties))
        self.run()

    def _create_topic(self, statement: ast.Statement) -> None:
        """A declared topic need not exist, as there is nobody else who could make it."""
        if not isinstance(statement, ast.CreateSource):
            return
        clause = {name.upper(): value for name, value in statement.properties}
        topic = clause.get("KAFKA_TOPIC")
        if isinstance(topic, ast.StringLiteral) and "PARTITIONS" not in clause:
            self.topic(topic.value)

    def topic(self, name: str) -> None:
        """A topic, if there is none of that name."""
        if name not in self.log.topics():
            drive(self.log.create_topic(name, 1))

    def register(self, subject: str, schema: str) -> int:
        """A schema into the registry: its id."""
        return drive(self.schemas.register(subject, schema))

    def insert(self, source: str, *rows: Mapping[str, Any]) -> None:
        """Rows by column; ROWTIME (ms) is their timestamp. Times may be text, structs and maps dicts."""
        found = self.source(source)
        types = column_types(found)
        for row in rows:
            columns = {name: name if name in types else name.upper() for name in row}
            values = tuple(literal_of(v, types.get(columns[name])) for name, v in row.items())
            statement = ast.InsertValues(found.name, tuple(columns.values()), values)
            drive(self.engine.insert_values(ParsedStatement(format_statement(statement), statement,
                                                            ast.Position(1, 0)), self.properties))
        self.run()

    def produce(self, topic: str, *records: Record) -> None:
        """Records as bytes, such as another program's."""
        self.topic(topic)
        self.log.append(topic, None, list(records))
        self.run()

    def run(self) -> None:
        """Until every query has read everything; AssertionError where one failed."""
        drive(self.engine.runner.drain())
        for query in self.engine.queries.values():
            if query.errors:
                raise AssertionError(f"query {query.id} failed: {query.errors[-1].message}")

    # -------------------------------------------------- out
    def source(self, name: str) -> DataSource:
        """A stream or table, its name in any case."""
        for wanted in (name, name.upper()):
            found = self.engine.metastore.get(wanted)
            if found is not None:
                return found
        raise KsqlError(f"There is no stream or table {name}.")

    def rows(self, source: str) -> list[dict[str, Any]]:
        """All rows of its topic; of a tombstone the key columns only."""
        found = self.source(source)
        types = {n: t for n, t in column_types(found).items() if n != "ROWTIME"}
        return [{n: as_given(row.values[n], t) for n, t in types.items() if n in row.values}
                for row in read_rows(self.engine, found)]

    def pull(self, query: str) -> list[dict[str, Any]]:
        """The rows of a pull query."""
        (parsed,) = parse_statements(query, types=self.engine.metastore.types)
        if not isinstance(parsed.statement, ast.QueryStatement):
            raise StatementError("pull takes a SELECT", parsed.text)
        result = drive(self.engine.pull(parsed.statement.query, self.properties))
        return [{c.name: as_given(v, c.type) for c, v in zip(result.columns, row, strict=True)} for row in result.rows]

    def deleted(self, **key: Any) -> Deleted:
        """An expected tombstone."""
        return Deleted(key)

    def expect(self, source: str, *rows: Wanted) -> None:
        """These rows came since the last look, in this order, and no other; columns not named do not matter."""
        self._check(source, rows, whole=True)

    def expect_next(self, source: str, row: Wanted) -> None:
        """This row came next."""
        self._check(source, (row,), whole=False)

    def _check(self, source: str, rows: Sequence[Wanted], *, whole: bool) -> None:
        found = self.source(source)
        came = read_rows(self.engine, found)
        start = self.seen.get(found.name, 0)
        new = came[start:] if whole else came[start : start + len(rows)]
        self.seen[found.name] = start + len(new)
        wrong = difference(found, rows, new)
        if wrong:
            raise AssertionError(wrong)
