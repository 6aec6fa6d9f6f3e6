"""One example for each construct of ksqlDB's SQL: what is supported is what can be done with it."""

from __future__ import annotations

from typing import NamedTuple


class Example(NamedTuple):
    """A construct and a statement that uses it, on the sources of SETUP."""

    name: str
    sql: str


SETUP = """
CREATE STREAM s (id INT KEY, a INT, e STRING, g ARRAY<INT>, m MAP<STRING, INT>, p STRUCT<x INT>)
  WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
CREATE STREAM s2 (id INT KEY, b INT) WITH (KAFKA_TOPIC = 's2', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
CREATE STREAM sw (id INT KEY, b INT) WITH (KAFKA_TOPIC = 'sw', VALUE_FORMAT = 'JSON', PARTITIONS = 1,
  WINDOW_TYPE = 'TUMBLING', WINDOW_SIZE = '1 HOUR');
CREATE TABLE t (id INT PRIMARY KEY, v STRING, ref INT) WITH (KAFKA_TOPIC = 't', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
CREATE TABLE t2 (id INT PRIMARY KEY, w STRING) WITH (KAFKA_TOPIC = 't2', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
CREATE TABLE agg AS SELECT id, COUNT(*) AS n FROM s GROUP BY id;
CREATE TABLE win AS SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY id;
CREATE TYPE address AS STRUCT<street STRING>;
"""
WITH = "WITH (KAFKA_TOPIC = 'x', VALUE_FORMAT = 'JSON', PARTITIONS = 1)"


def _selects(*clauses: tuple[str, str]) -> list[Example]:
    return [Example(name, f"CREATE STREAM x AS SELECT {sql};") for name, sql in clauses]


def _tables(*clauses: tuple[str, str]) -> list[Example]:
    return [Example(name, f"CREATE TABLE x AS SELECT {sql};") for name, sql in clauses]


STATEMENTS = [
    Example("CREATE STREAM", f"CREATE STREAM x (id INT KEY, a INT) {WITH};"),
    Example("CREATE STREAM with header columns",
            f"CREATE STREAM x (h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS) {WITH};"),
    Example("CREATE TABLE", f"CREATE TABLE x (id INT PRIMARY KEY, a INT) {WITH};"),
    Example("… IF NOT EXISTS", f"CREATE STREAM IF NOT EXISTS s (a INT) {WITH};"),
    Example("CREATE OR REPLACE STREAM | TABLE", "CREATE OR REPLACE STREAM s2 (id INT KEY, b INT, c INT) "
            "WITH (KAFKA_TOPIC = 's2', VALUE_FORMAT = 'JSON');"),
    Example("CREATE SOURCE STREAM", "CREATE SOURCE STREAM x (a INT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON');"),
    Example("CREATE SOURCE TABLE", "CREATE SOURCE TABLE x (id INT PRIMARY KEY, v STRING) "
            "WITH (KAFKA_TOPIC = 't', VALUE_FORMAT = 'JSON');"),
    Example("CREATE STREAM AS SELECT", "CREATE STREAM x AS SELECT * FROM s;"),
    Example("CREATE TABLE AS SELECT", "CREATE TABLE x AS SELECT id, COUNT(*) AS n FROM s GROUP BY id;"),
    Example("CREATE OR REPLACE … AS SELECT", "CREATE STREAM x AS SELECT id, a FROM s; "
            "CREATE OR REPLACE STREAM x AS SELECT id, a FROM s WHERE a > 1;"),
    Example("INSERT INTO … SELECT", "INSERT INTO s2 SELECT id, a AS b FROM s;"),
    Example("INSERT INTO … VALUES", "INSERT INTO s (id, a) VALUES (1, 2);"),
    Example("SELECT (pull, table)", "SELECT * FROM agg WHERE id = 1;"),
    Example("SELECT (pull, windowed table)", "SELECT * FROM win WHERE id = 1 AND WINDOWSTART > '2020-01-01';"),
    Example("SELECT (pull, stream)", "SELECT * FROM s WHERE a > 1 LIMIT 3;"),
    Example("SELECT (pull, join)", "SELECT * FROM agg JOIN t ON agg.id = t.id;"),
    Example("SELECT (push)", "SELECT * FROM s EMIT CHANGES;"),
    Example("SELECT (push, table)", "SELECT * FROM win EMIT CHANGES;"),
    Example("PRINT", "PRINT s FROM BEGINNING INTERVAL 2 LIMIT 1;"),
    Example("DROP STREAM | TABLE", "DROP STREAM IF EXISTS s2 DELETE TOPIC;"),
    Example("ALTER STREAM | TABLE", "ALTER STREAM s2 ADD COLUMN z INT;"),
    Example("ALTER SYSTEM", "ALTER SYSTEM 'auto.offset.reset' = 'latest';"),
    Example("CREATE TYPE", "CREATE TYPE person AS STRUCT<name STRING>;"),
    Example("DROP TYPE", "DROP TYPE IF EXISTS address;"),
    *(Example(f"SHOW {what}", f"SHOW {what};") for what in (
        "STREAMS EXTENDED", "TABLES", "TOPICS EXTENDED", "ALL TOPICS", "QUERIES EXTENDED", "PROPERTIES", "FUNCTIONS",
        "TYPES", "VARIABLES", "CONNECTORS", "CONNECTOR PLUGINS")),
    Example("DESCRIBE", "DESCRIBE s EXTENDED;"),
    Example("DESCRIBE STREAMS | TABLES", "DESCRIBE STREAMS;"),
    Example("DESCRIBE FUNCTION", "DESCRIBE FUNCTION SUM;"),
    Example("DESCRIBE CONNECTOR", "DESCRIBE CONNECTOR c;"),
    Example("EXPLAIN statement", "EXPLAIN SELECT a FROM s EMIT CHANGES;"),
    Example("EXPLAIN query", "EXPLAIN CTAS_AGG_9;"),
    Example("TERMINATE", "TERMINATE ALL;"),
    Example("PAUSE", "PAUSE ALL;"),
    Example("RESUME", "RESUME ALL;"),
    Example("SET", "SET 'auto.offset.reset' = 'earliest';"),
    Example("UNSET", "UNSET 'auto.offset.reset';"),
    Example("DEFINE, ${…}", "DEFINE name = 's'; DESCRIBE ${name};"),
    Example("UNDEFINE", "DEFINE name = 's'; UNDEFINE name;"),
    Example("ASSERT TOPIC", "ASSERT TOPIC s WITH (PARTITIONS = 1);"),
    Example("ASSERT NOT EXISTS TOPIC", "ASSERT NOT EXISTS TOPIC nothing;"),
    Example("ASSERT SCHEMA", "ASSERT NOT EXISTS SCHEMA SUBJECT 'nothing';"),
    Example("RUN SCRIPT (the client sends the script's statements)", "RUN SCRIPT 'x.sql';"),
    Example("CREATE CONNECTOR", "CREATE SINK CONNECTOR c WITH ('connector.class' = 'x');"),
    Example("DROP CONNECTOR", "DROP CONNECTOR c;"),
]

SEVERAL = "WITH (KEY_FORMAT = 'JSON')"
CLAUSES = [
    Example("PARTITION BY several", f"CREATE STREAM x {SEVERAL} AS SELECT a, e, id FROM s PARTITION BY a, e;"),
    Example("GROUP BY several", f"CREATE TABLE x {SEVERAL} AS SELECT a, e, COUNT(*) AS n FROM s GROUP BY a, e;"),
    *_selects(
        ("WHERE", "id, a FROM s WHERE a > 1 AND NOT e LIKE 'x%' ESCAPE '!'"),
        ("PARTITION BY", "a, e FROM s PARTITION BY a"),
        ("CASE", "id, CASE WHEN a > 1 THEN 'x' ELSE 'y' END AS c FROM s"),
        ("CASE value", "id, CASE a WHEN 1 THEN 'x' END AS c FROM s"), ("CAST", "id, CAST(a AS STRING) AS c FROM s"),
        ("IN", "id, a FROM s WHERE a IN (1, 2)"), ("BETWEEN", "id, a FROM s WHERE a BETWEEN 1 AND 2"),
        ("IS [NOT] NULL", "id, a FROM s WHERE a IS NOT NULL"),
        ("IS [NOT] DISTINCT FROM", "id, a FROM s WHERE a IS DISTINCT FROM 1"),
        ("lambdas", "id, TRANSFORM(g, x => x + 1) AS g FROM s"), ("struct ->", "id, p->x FROM s"),
        ("struct ->*", "id, p->* FROM s"), ("array [i]", "id, g[1] AS f FROM s"), ("map [k]", "id, m['k'] AS f FROM s"),
        ("ARRAY, MAP, STRUCT", "id, ARRAY[1] AS x, MAP('k' := 1) AS y, STRUCT(f := 1) AS z FROM s"),
        ("table functions", "id, EXPLODE(g) AS f FROM s"), ("ROWTIME", "id, ROWTIME AS r FROM s"),
        ("ROWPARTITION, ROWOFFSET", "id, ROWPARTITION AS p, ROWOFFSET AS o FROM s"),
        ("stream–stream join", "s.id, a, b FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s2.id"),
        ("… LEFT, WITHIN (before, after), GRACE PERIOD",
         "s.id, a, b FROM s LEFT JOIN s2 WITHIN (1 HOUR, 2 HOURS) GRACE PERIOD 1 DAY ON s.id = s2.id"),
        ("… RIGHT", "s.id, a, b FROM s RIGHT JOIN s2 WITHIN 1 HOUR ON s.id = s2.id"),
        ("… FULL OUTER", "ROWKEY, a, b FROM s FULL OUTER JOIN s2 WITHIN 1 HOUR ON s.id = s2.id"),
        ("… on expressions", "ROWKEY, a, b FROM s JOIN s2 WITHIN 1 HOUR ON s.a + 1 = s2.b + 1"),
        ("stream–table join", "s.id, a, v FROM s JOIN t ON s.id = t.id"),
        ("… LEFT", "s.id, a, v FROM s LEFT JOIN t ON s.a = t.id"),
        ("n-way join", "s.id, a, v, w FROM s JOIN t ON s.id = t.id JOIN t2 ON s.id = t2.id"),
        ("self join", "x.id, y.a FROM s x JOIN s y WITHIN 1 HOUR ON x.id = y.id"),
        ("windowed source", "id, b, WINDOWSTART AS w FROM sw"),
    ),
    *_tables(
        ("GROUP BY", "a, COUNT(*) AS n FROM s GROUP BY a"),
        ("GROUP BY on a table", "v, COUNT(*) AS n FROM t GROUP BY v"),
        ("HAVING", "a, COUNT(*) AS n FROM s GROUP BY a HAVING COUNT(*) > 1"),
        ("WHERE on a table", "id, v FROM t WHERE v LIKE 'a%'"),
        ("WINDOW TUMBLING", "a, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY a"),
        ("WINDOW HOPPING", "a, COUNT(*) AS n FROM s WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 5 MINUTES) GROUP BY a"),
        ("WINDOW SESSION", "a, COUNT(*) AS n FROM s WINDOW SESSION (1 HOUR) GROUP BY a"),
        ("RETENTION, GRACE PERIOD",
         "a, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR, RETENTION 2 DAYS, GRACE PERIOD 1 DAY) GROUP BY a"),
        ("WINDOWSTART, WINDOWEND",
         "a, WINDOWSTART AS w, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY a"),
        ("EMIT FINAL", "a, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY a EMIT FINAL"),
        ("EMIT FINAL, sessions", "a, COUNT(*) AS n FROM s WINDOW SESSION (1 HOUR) GROUP BY a EMIT FINAL"),
        ("table–table join", "t.id, v, w FROM t JOIN t2 ON t.id = t2.id"),
        ("… LEFT, RIGHT", "t.id, v, w FROM t LEFT JOIN t2 ON t.id = t2.id"),
        ("… FULL OUTER", "ROWKEY, v, w FROM t FULL OUTER JOIN t2 ON t.id = t2.id"),
        ("foreign-key join", "t.id, v, w FROM t JOIN t2 ON t.ref = t2.id"),
        ("… LEFT", "t.id, v, w FROM t LEFT JOIN t2 ON t.ref = t2.id"),
        ("… RIGHT", "t.id, v, w FROM t RIGHT JOIN t2 ON t.ref = t2.id"),
    ),
]  # fmt: skip

TYPES = [
    Example(name, f"CREATE STREAM x (id INT KEY, a {name}) {WITH};") for name in (
        "BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "STRING", "BYTES", "DECIMAL(6, 2)", "DATE", "TIME", "TIMESTAMP",
        "ARRAY<INT>", "MAP<STRING, INT>", "MAP<INT, INT>", "STRUCT<x INT>", "address")
]  # fmt: skip

FORMATS = ("JSON", "AVRO", "DELIMITED", "KAFKA", "NONE", "JSON_SR", "PROTOBUF", "PROTOBUF_NOSR")


def format_examples() -> list[tuple[str, Example, Example]]:
    """Format, and an example of it for values and for keys."""
    found = []
    for name in FORMATS:
        columns = "id INT KEY" if name == "NONE" else "id INT KEY, a INT"
        value = f"CREATE STREAM x ({columns}) WITH (KAFKA_TOPIC = 'x', VALUE_FORMAT = '{name}', PARTITIONS = 1);"
        columns = "a INT" if name == "NONE" else "id INT KEY, a INT"
        key = f"CREATE STREAM x ({columns}) WITH (KAFKA_TOPIC = 'x', KEY_FORMAT = '{name}', VALUE_FORMAT = 'JSON', " \
              "PARTITIONS = 1);"
        found.append((name, Example(name, value), Example(name, key)))
    return found
