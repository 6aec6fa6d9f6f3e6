"""One set of queries, a query of every kind, and random records for them."""

from __future__ import annotations

import json
import random
from typing import Any

from rowtime.engine.local import LocalEngine
from rowtime.log.api import Record

SQL = """
CREATE STREAM s (k STRING KEY, a INT, g STRING, x DOUBLE, ts BIGINT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', TIMESTAMP='ts');
CREATE STREAM r (k STRING KEY, b INT, ts BIGINT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', TIMESTAMP='ts');
CREATE TABLE t (k STRING PRIMARY KEY, g STRING, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE STREAM filtered AS SELECT k, a + 1 AS a1, UCASE(g) AS g FROM s WHERE a > 2 OR x < 0 EMIT CHANGES;
CREATE STREAM rekeyed AS SELECT g, k AS was, a, x FROM s PARTITION BY g EMIT CHANGES;
CREATE TABLE by_key
  AS SELECT k, COUNT(*) AS n, SUM(x) AS total, LATEST_BY_OFFSET(a, 3) AS ring FROM s GROUP BY k EMIT CHANGES;
CREATE TABLE by_group AS SELECT g, COUNT(*) AS n, AVG(x) AS mean FROM s GROUP BY g HAVING COUNT(*) > 1 EMIT CHANGES;
CREATE TABLE by_second
  AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND, GRACE PERIOD 2 SECONDS) GROUP BY k EMIT CHANGES;
CREATE TABLE by_hop
  AS SELECT g, SUM(a) AS n FROM s WINDOW HOPPING (SIZE 2 SECONDS, ADVANCE BY 1 SECOND) GROUP BY g EMIT CHANGES;
CREATE TABLE by_session AS SELECT k, COUNT(*) AS n FROM s WINDOW SESSION (500 MILLISECONDS) GROUP BY k EMIT CHANGES;
CREATE TABLE last_only AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k EMIT FINAL;
CREATE STREAM joined
  AS SELECT s.k, a, b FROM s JOIN r WITHIN 1 SECOND GRACE PERIOD 1 SECOND ON s.k = r.k EMIT CHANGES;
CREATE STREAM left_joined
  AS SELECT s.k, a, b FROM s LEFT JOIN r WITHIN 1 SECOND GRACE PERIOD 1 SECOND ON s.k = r.k EMIT CHANGES;
CREATE STREAM full_joined
  AS SELECT ROWKEY AS id, a, b FROM s FULL OUTER JOIN r WITHIN 1 SECOND ON s.k = r.k EMIT CHANGES;
CREATE STREAM with_table AS SELECT s.k, a, v FROM s LEFT JOIN t ON s.k = t.k EMIT CHANGES;
CREATE STREAM with_table_by_group AS SELECT s.g, a, v FROM s JOIN t ON s.g = t.k EMIT CHANGES;
CREATE TABLE table_filtered AS SELECT k, v * 2 AS v2 FROM t WHERE v > 3 EMIT CHANGES;
CREATE TABLE table_grouped AS SELECT g, COUNT(*) AS n, SUM(v) AS total FROM t GROUP BY g EMIT CHANGES;
CREATE TABLE tables_joined AS SELECT ROWKEY AS k, v, n FROM t FULL OUTER JOIN by_key ON t.k = by_key.k EMIT CHANGES;
"""


def records(seed: int, count: int) -> list[tuple[str, Record]]:
    rng = random.Random(seed)
    now, made = 10_000, []
    for _ in range(count):
        now += rng.randrange(300)
        ts = now - (rng.randrange(4000) if rng.random() < 0.2 else 0)
        key = rng.choice(["a", "b", "c", "d", None]) if rng.random() < 0.3 else rng.choice("abcdefgh")
        topic = rng.choices("srt", (5, 3, 2))[0]
        key = rng.choice("xyz") if topic == "t" and rng.random() < 0.4 else key
        made.append((topic, Record(key and key.encode(), _value(topic, ts, rng), now if topic == "t" else ts)))
    return made


def _value(topic: str, ts: int, rng: random.Random) -> bytes | None:
    if rng.random() < 0.05:
        return None if topic == "t" or rng.random() < 0.5 else b"{not json"
    if topic == "s":
        g = rng.choice(["x", "y", "z", None])
        row: dict[str, Any] = {"a": rng.randrange(10), "g": g, "x": rng.uniform(-1, 5), "ts": ts}
    else:
        row = {"b": rng.randrange(10), "ts": ts} if topic == "r" else {"g": rng.choice("xyz"), "v": rng.randrange(10)}
    return json.dumps(row).encode()


def engine(partitions: int = 1, **options: Any) -> LocalEngine:
    made = LocalEngine(**options)
    for topic in "srt":
        made.create_topic(topic, partitions)
    made.execute(SQL)
    return made


def append(to: LocalEngine, made: list[tuple[str, Record]]) -> None:
    for topic, record in made:
        to.append(topic, [record])


def outputs(of: LocalEngine) -> dict[str, dict[int, list[Record]]]:
    """Every topic's records by partition."""
    return {name: {p: of.records(name, p) for p in range(info.partitions)} for name, info in of.log.topics().items()}
