"""Scripts that test themselves: `--@test: name`, statements, ASSERT VALUES, ASSERT NULL VALUES, ASSERT STREAM|TABLE.

`--@expected.error: type` and `--@expected.message: text` say that the test ends in an error (of any type here) with
that text in its message. RUN SCRIPT takes the statements of another file, by its path from the script's directory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rowtime.engine.create_source import window_info
from rowtime.engine.insert_values import evaluate
from rowtime.engine.metastore import DataSource
from rowtime.engine.properties import key_format, read_with, value_format
from rowtime.errors import KsqlError, ParseError, RowtimeError, StatementError
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement, iterate_statements
from rowtime.testing.bench import Bench
from rowtime.testing.expecting import Deleted
from rowtime.testing.rows import as_given, column_types

DIRECTIVE = re.compile(r"\s*--@([\w.]+):\s*(.*?)\s*$")
DIRECTIVES = ("test", "expected.error", "expected.message")
NOT_TESTED = (ast.QueryStatement, ast.PrintTopic, ast.ListItems, ast.Describe, ast.DescribeAll, ast.DescribeFunction,
              ast.Explain, ast.AlterSystem, ast.AssertTopic, ast.AssertSchema)  # fmt: skip


@dataclass(slots=True)
class ScriptTest:
    """One test of a file; `text` keeps the file's line numbers."""

    path: Path
    name: str
    line: int
    text: str = ""
    expected: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`failure` is '' for a test that passed."""

    test: ScriptTest
    failure: str = ""


def load(path: Path) -> list[ScriptTest]:
    """The tests of a file, or of all *.sql files in a directory and below. RowtimeError where there is none."""
    if not path.exists():
        raise RowtimeError(f"{path}: there is no such file or directory")
    files = sorted(path.rglob("*.sql")) if path.is_dir() else [path]
    tests = [test for file in files for test in _tests(file)]
    if not tests:
        raise RowtimeError(f"{path}: no test found; a test begins with a line `--@test: name` in a file *.sql")
    return tests


def _tests(path: Path) -> list[ScriptTest]:
    found: list[ScriptTest] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        directive = DIRECTIVE.match(line)
        if directive is None:
            if found:
                found[-1].text += line + "\n"
            continue
        name, value = directive.groups()
        if name not in DIRECTIVES:
            raise RowtimeError(f"{path}:{number}: unknown --@{name}; known are {', '.join(DIRECTIVES)}")
        if name == "test":
            found.append(ScriptTest(path, value, number, "\n" * number))
        elif not found:
            raise RowtimeError(f"{path}:{number}: --@{name} before the first --@test")
        else:
            found[-1].expected[name] = value
            found[-1].text += "\n"
    return found


def run(test: ScriptTest, properties: Mapping[str, object] | None = None) -> Outcome:
    """Runs it on an engine of its own, with these server properties."""
    failure = _Run(Bench(properties or {}), test.path).all(test.text)
    if not test.expected:
        return Outcome(test, failure)
    wanted = test.expected.get("expected.message", "")
    if not failure:
        return Outcome(test, f"{test.path}:{test.line}: an error was expected{': ' + wanted if wanted else ''}")
    if wanted in failure:
        return Outcome(test)
    return Outcome(test, f"{test.path}:{test.line}: expected an error with: {wanted}\n{failure}")


class _Run:
    def __init__(self, bench: Bench, path: Path):
        self.bench, self.path = bench, path
        self.handlers: dict[type, Any] = {
            ast.AssertValues: self._assert_values, ast.AssertSource: self._assert_source, ast.RunScript: self._script,
        }  # fmt: skip

    def all(self, text: str) -> str:
        """What went wrong first, with its place in the file; '' for nothing."""
        try:
            for parsed in self._statements(text):
                try:
                    self._one(parsed)
                except (KsqlError, AssertionError, ValueError) as e:
                    return f"{self.path}:{parsed.pos.line}: {e}"
        except ParseError as e:
            return f"{self.path}:{e.line}: {e.message}"
        return ""

    def _statements(self, text: str) -> Iterator[ParsedStatement]:
        return iterate_statements(text, types=self.bench.engine.metastore.types, testing=True)

    def _one(self, parsed: ParsedStatement) -> None:
        statement = parsed.statement
        if isinstance(statement, NOT_TESTED):
            raise StatementError("This statement has no place in a test script.", parsed.text)
        handler = self.handlers.get(type(statement))
        if handler is None:
            self.bench.execute(parsed)
        else:
            handler(statement)

    def _script(self, statement: ast.RunScript) -> None:
        path = self.path.parent / statement.path
        if not path.is_file():
            raise KsqlError(f"RUN SCRIPT: there is no file {path}")
        failure = _Run(self.bench, path).all(path.read_text(encoding="utf-8"))
        if failure:
            raise KsqlError(failure)

    def _assert_values(self, statement: ast.AssertValues) -> None:
        source = self.bench.source(statement.source)
        types = column_types(source)
        names = statement.columns or tuple(c.name for c in (*source.schema.key, *source.schema.value))
        if len(names) != len(statement.values):
            raise KsqlError(f"ASSERT VALUES names {len(names)} columns and gives {len(statement.values)} values.")
        row = {n: _constant(v, n, types) for n, v in zip(names, statement.values, strict=True)}
        if statement.tombstone:
            self._check_tombstone(source, row)
        self.bench.expect_next(source.name, Deleted(row) if statement.tombstone else row)

    @staticmethod
    def _check_tombstone(source: DataSource, row: Mapping[str, Any]) -> None:
        for name in row:
            if any(c.name == name for c in source.schema.value):
                raise KsqlError(f"ASSERT NULL VALUES takes key columns only, not {name}.")

    def _assert_source(self, statement: ast.AssertSource) -> None:
        expected = statement.source
        source = self.bench.source(expected.name)
        for what, wanted, found in _facts(expected, source):
            if wanted != found:
                raise AssertionError(f"{source.name}: another {what}\n- {wanted}   expected\n+ {found}   actual")


def _constant(node: ast.Expression, name: str, types: Mapping[str, Any]) -> Any:
    if name not in types:
        raise KsqlError(f"There is no column {name}. There are {', '.join(types)}.")
    return as_given(evaluate(node, types[name], f"{name}: "), types[name])


def _facts(expected: ast.CreateSource, source: DataSource) -> Iterator[tuple[str, str, str]]:
    """What is compared: kind and columns always, of the WITH clause what it names."""
    yield "kind", "TABLE" if expected.is_table else "STREAM", source.kind
    if expected.elements:
        keys = {c.name for c in source.schema.key}
        yield "schema", _columns((e.name, e.type, e.constraint is not None) for e in expected.elements), \
            _columns((c.name, c.type, c.name in keys) for c in source.schema)  # fmt: skip
    clause = read_with(expected.properties)
    if clause.text("KAFKA_TOPIC") is not None:
        yield "topic", str(clause.text("KAFKA_TOPIC")), source.topic
    if clause.text("KEY_FORMAT") or clause.text("FORMAT"):
        yield "key format", key_format(clause, "", True).name, source.key_format.name
    if clause.text("VALUE_FORMAT") or clause.text("FORMAT"):
        yield "value format", value_format(clause, None).name, source.value_format.name
    if clause.text("TIMESTAMP") is not None:
        yield "timestamp", str(clause.text("TIMESTAMP")).upper(), source.timestamp.column if source.timestamp else ""
    if clause.text("WINDOW_TYPE") is not None:
        yield "window", str(window_info(clause)), str(source.window)


def _columns(found: Iterator[tuple[str, Any, bool]]) -> str:
    return ", ".join(f"{name} {t}{' KEY' if key else ''}" for name, t, key in sorted(found, key=lambda c: not c[2]))
