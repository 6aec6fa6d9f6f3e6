"""CREATE STREAM|TABLE … AS SELECT and INSERT INTO … SELECT."""

from __future__ import annotations

from dataclasses import replace

from rowtime.engine.analysis import Analysis, Side, analyse
from rowtime.engine.change import Change, NewTopic, PlannedQuery
from rowtime.engine.context import Context
from rowtime.engine.create_source import check_name_free, registrations, with_properties
from rowtime.engine.metastore import DataSource, TimestampColumn
from rowtime.engine.planning import Request, plan_query
from rowtime.engine.prepare import prepare_query
from rowtime.engine.properties import With, read_with
from rowtime.engine.topology import Plan
from rowtime.errors import KsqlError, StatementError
from rowtime.sql import ast
from rowtime.sql.format import format_statement
from rowtime.sql.types import Schema


async def prepare_create_as(statement: ast.CreateAs, context: Context) -> Change:
    if statement.query.limit is not None:
        kind = "TABLE" if statement.is_table else "STREAM"
        raise KsqlError(f"Failed to prepare statement: CREATE {kind} AS SELECT statements don't support LIMIT clause.")
    query = prepare_query(replace(statement.query, emit=statement.query.emit or ast.Emit.CHANGES), context.metastore)
    clause = read_with(statement.properties)
    analysis = Analysed(query, context)
    prefix = str(context.setting("ksql.output.topic.name.prefix", "") or "")
    topic = clause.text("KAFKA_TOPIC") or prefix + statement.name
    first = context.metastore.require(query.source.name).topic
    partitions = clause.integer("PARTITIONS") or context.partitions(first)
    retention = clause.integer("RETENTION_MS") or context.retention(first)
    policy = "delete" if not statement.is_table else "compact,delete" if query.window else "compact"
    shown = replace(statement, query=query, properties=with_properties(
        statement.properties, {"CLEANUP_POLICY": policy, "KAFKA_TOPIC": topic, "PARTITIONS": partitions, "REPLICAS": 1,
                               "RETENTION_MS": retention}))
    text = format_statement(shown)
    try:
        plan = _plan(analysis, query, context, Request(
            statement.name, topic, clause, context.settings(), context.partitions,
            str(context.setting("ksql.persistence.default.format.key", "KAFKA")), context.clock))
        _check_kind(statement, plan)
        if not check_name_free(context, statement):
            return Change(shown, text, f"Cannot add {'table' if statement.is_table else 'stream'} `{statement.name}`: "
                          f"A {'table' if statement.is_table else 'stream'} with the same name already exists.",
                          warning=True)
    except KsqlError as e:
        raise _with_statement(e, replace(shown, properties=statement.properties), text) from e
    if statement.name in context.metastore.sources:
        raise StatementError(f"CREATE OR REPLACE is not supported while a query fills {statement.name}: DROP it first.",
                             text)
    change = Change(shown, text, "")
    change.topic = _topic(topic, partitions, retention, policy, context)
    change.source = DataSource(statement.name, statement.is_table, plan.schema, topic, plan.key_format,
                               plan.value_format, plan.window, _timestamp(clause), text, is_cas=True)
    change.registrations = registrations(topic, statement.name, plan.key_format, plan.value_format, plan.schema,
                                         reuse=False)
    change.query = PlannedQuery(plan, statement.name, topic, tuple(s.source.name for s in analysis.sides),
                                f"{'CTAS' if statement.is_table else 'CSAS'}_{statement.name}")
    return change


class Analysed:
    """The analysis of a query, made when its errors can carry the statement's text."""

    def __init__(self, query: ast.Query, context: Context):
        self.query, self.context = query, context
        self.found: Analysis | None = None

    def get(self) -> Analysis:
        if self.found is None:
            self.found = analyse(self.query, self.context.metastore)
        return self.found

    @property
    def sides(self) -> list[Side]:
        return self.get().sides


def _with_statement(e: KsqlError, plain: ast.CreateAs, text: str) -> StatementError:
    """The error with the statement's text, and in its message where ksqlDB puts it there."""
    if isinstance(e, StatementError):
        return e
    if "format does not support schema" in e.message:
        return StatementError(f"{e.message}\nStatement: {format_statement(plain)[:-1]}", text)
    return StatementError(e.message, text)


_BARE = ("Exception while preparing", "Failed to prepare")


def _plan(analysis: Analysed, query: ast.Query, context: Context, request: Request) -> Plan:
    try:
        return plan_query(analysis.get(), request)
    except KsqlError as e:
        if e.message.startswith(_BARE):
            raise
        raise KsqlError(f"Could not determine output schema for query due to error: {e.message}") from e


def _check_kind(statement: ast.CreateAs, plan: Plan) -> None:
    if statement.is_table and not plan.is_table:
        raise KsqlError("Invalid result type. Your SELECT query produces a STREAM. "
                        "Please use CREATE STREAM AS SELECT statement instead.")
    if not statement.is_table and plan.is_table:
        raise KsqlError("Invalid result type. Your SELECT query produces a TABLE. "
                        "Please use CREATE TABLE AS SELECT statement instead.")


def _timestamp(clause: With) -> TimestampColumn | None:
    name = clause.text("TIMESTAMP")
    if name is None:
        return None
    wanted = name.strip("`") if name.startswith("`") else name.upper()
    return TimestampColumn(wanted, clause.text("TIMESTAMP_FORMAT"), name)


def _topic(topic: str, partitions: int, retention: int, policy: str, context: Context) -> NewTopic | None:
    existing = context.topics.get(topic)
    if existing is None:
        return NewTopic(topic, partitions, {"cleanup.policy": policy, "retention.ms": str(retention)})
    if existing.partitions != partitions:
        raise KsqlError(f"A Kafka topic with the name '{topic}' already exists, with different partition/replica "
                        f"configuration than required. KSQL expects {partitions} partitions (topic has "
                        f"{existing.partitions}), and 1 replication factor (topic has 1).")
    return None


async def prepare_insert_into(statement: ast.InsertInto, context: Context) -> Change:
    target = context.metastore.require(statement.target)
    if statement.query.limit is not None:
        raise KsqlError("Failed to prepare statement: INSERT INTO statements don't support LIMIT clause.")
    if target.is_table:
        raise KsqlError(f"INSERT INTO can only be used to insert into a stream. {target.name} is a table.")
    if target.is_source:
        raise KsqlError(f"Cannot insert into read-only stream: {target.name}")
    query = prepare_query(replace(statement.query, emit=statement.query.emit or ast.Emit.CHANGES), context.metastore)
    clause = _target_clause(target)
    analysis = Analysed(query, context)
    shown = replace(statement, query=query)
    text = format_statement(shown)
    try:
        plan = _plan(analysis, query, context, Request(target.name, target.topic, clause, context.settings(),
                                                       context.partitions, target.key_format.name, context.clock))
        _check_same(target, plan)
    except KsqlError as e:
        raise e if isinstance(e, StatementError) else StatementError(e.message, text) from e
    _reorder(plan, target)
    change = Change(shown, text, "")
    change.query = PlannedQuery(plan, target.name, target.topic, tuple(s.source.name for s in analysis.sides),
                                "INSERTQUERY")
    change.registrations = registrations(target.topic, target.name, target.key_format, target.value_format,
                                         target.schema, reuse=True)
    return change


def _target_clause(target: DataSource) -> With:
    """The target's formats as if they had been asked for."""
    values: dict[str, object] = {"VALUE_FORMAT": target.value_format.name}
    if target.schema.key:
        values["KEY_FORMAT"] = target.key_format.name
    if target.timestamp is not None:
        values["TIMESTAMP"] = f"`{target.timestamp.column}`"
        if target.timestamp.format:
            values["TIMESTAMP_FORMAT"] = target.timestamp.format
    return With(values)


def _check_same(target: DataSource, plan: Plan) -> None:
    if plan.is_table:
        raise KsqlError("Incompatible data sink: INSERT INTO needs a query that produces a STREAM.")
    result, wanted = [*plan.schema.key, *plan.schema.value], [*target.schema.key, *target.schema.value]
    if [(c.name, c.kind) for c in result] != [(c.name, c.kind) for c in wanted] or \
            any(a.type != b.type for a, b in zip(result, wanted, strict=True)):
        raise KsqlError("Incompatible schema between results and sink.\n"
                        f"Result schema is {plan.schema}\nSink schema is {Schema(tuple(wanted))}")


def _reorder(plan: Plan, target: DataSource) -> None:
    made = plan.subs[-1].target
    assert made is not None
    made.key_format, made.value_format = target.key_format, target.value_format
    made.window = plan.window
