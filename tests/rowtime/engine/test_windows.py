"""Windows and joins against plain models of what they mean."""

from __future__ import annotations

import json
from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from rowtime.engine.keys import bounds
from rowtime.engine.local import LocalEngine
from rowtime.engine.metastore import WindowInfo
from rowtime.log.api import Record
from rowtime.sql.ast import WindowType

ROWS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(-12, 3)), max_size=25)
SOURCE = "CREATE STREAM s (k STRING KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);"
RIGHT = "CREATE STREAM r (k STRING KEY, b INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);"


def timed(rows: list[tuple[str, int, int]]) -> list[tuple[str, int]]:
    """(key, timestamp): time goes on by the last number, some rows come late."""
    now, out = 20, []
    for key, _, step in rows:
        now += max(step, 0)
        out.append((key, max(now + min(step, 0), 0)))
    return out


def run(sql: str, rows: list[tuple[str, int]], topic: str = "OUT") -> list[Record]:
    engine = LocalEngine(step_records=3)
    engine.execute(SOURCE + sql)
    engine.append("s", [Record(k.encode(), json.dumps({"A": i}).encode(), ts) for i, (k, ts) in enumerate(rows)])
    engine.run()
    return engine.records(topic)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.sampled_from([(4, 4), (6, 2), (5, 3)]), st.integers(0, 6))
def test_hopping_windows_count_what_is_not_late(rows: list, shape: tuple[int, int], grace: int) -> None:
    size, advance = shape
    given_rows = timed(rows)
    found = run(f"CREATE TABLE out AS SELECT k, COUNT(*) AS n FROM s WINDOW HOPPING (SIZE {size} MILLISECONDS, "
                f"ADVANCE BY {advance} MILLISECONDS, GRACE PERIOD {grace} MILLISECONDS) GROUP BY k EMIT CHANGES;",
                given_rows)
    counts: dict[tuple[str, int], int] = defaultdict(int)
    stream_time, expected = -1, []
    for key, ts in given_rows:
        stream_time = max(stream_time, ts)
        for start in range(0, ts + 1, advance):
            if start <= ts < start + size and start + size > stream_time - grace:
                counts[key, start] += 1
                expected.append((key, start, counts[key, start]))
    window = WindowInfo(WindowType.HOPPING, size)
    assert [(r.key[:1].decode(), bounds(r.key, window)[0], json.loads(r.value or b"")["N"])
            for r in found if r.key] == expected


@settings(max_examples=40, deadline=None)
@given(ROWS, st.integers(1, 5))
def test_sessions_end_where_the_gap_is(rows: list, gap: int) -> None:
    """With a grace that lets every row in, what is left are the runs of rows with no gap between them."""
    given_rows = timed(rows)
    found = run(f"CREATE TABLE out AS SELECT k, COUNT(*) AS n FROM s WINDOW SESSION ({gap} MILLISECONDS, GRACE PERIOD "
                "1 DAY) GROUP BY k EMIT CHANGES;", given_rows)
    left: dict[tuple[str, int, int], int] = {}
    window = WindowInfo(WindowType.SESSION)
    for r in found:
        assert r.key is not None
        at = (r.key[:1].decode(), *bounds(r.key, window))
        if r.value is None:
            del left[at]
        else:
            left[at] = json.loads(r.value)["N"]
    assert left == sessions(given_rows, gap)


def sessions(rows: list[tuple[str, int]], gap: int) -> dict[tuple[str, int, int], int]:
    found: dict[tuple[str, int, int], int] = {}
    for key in {k for k, _ in rows}:
        times = sorted(ts for k, ts in rows if k == key)
        start, last, count = times[0], times[0], 0
        for ts in times:
            if ts - last > gap:
                found[key, start, last] = count
                start, count = ts, 0
            last, count = ts, count + 1
        found[key, start, last] = count
    return found


@settings(max_examples=40, deadline=None)
@given(ROWS, st.integers(0, 4), st.integers(0, 4), st.sampled_from(["", "LEFT", "FULL OUTER"]))
def test_stream_joins_pair_what_is_near(rows: list, before: int, after: int, kind: str) -> None:
    """With a grace that keeps every row: each pair within the bounds comes out once; what had no partner when it came
    stands alone first."""
    given_rows = timed(rows)
    engine = LocalEngine()
    engine.execute(SOURCE + RIGHT + f"CREATE STREAM out AS SELECT {'ROWKEY AS k' if 'FULL' in kind else 's.k'}, a, b "
                   f"FROM s {kind} JOIN r WITHIN ({before} MILLISECONDS, {after} MILLISECONDS) ON s.k = r.k "
                   "EMIT CHANGES;")
    expected, seen = [], []
    for i, (key, ts) in enumerate(given_rows):
        topic = "sr"[rows[i][1] % 2]
        engine.append(topic, [Record(key.encode(), json.dumps({"A": i, "B": i}).encode(), ts)])
        engine.run()
        pairs = [(j, i) if topic == "r" else (i, j) for k, t, other, j in seen if k == key and other != topic
                 and -before <= (ts - t if topic == "r" else t - ts) <= after]
        alone = (i, None) if topic == "s" else (None, i)
        wanted = kind == "FULL OUTER" or kind == "LEFT" and topic == "s"
        expected.append(sorted(pairs) or ([alone] if wanted else []))
        seen.append((key, ts, topic, i))
    found = [(v["A"], v["B"]) for v in (json.loads(r.value or b"") for r in engine.records("OUT"))]
    assert sorted(map(str, found)) == sorted(str(p) for pairs in expected for p in pairs)
