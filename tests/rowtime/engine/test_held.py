"""What a pull query reads of an aggregate is what was written last, for each key and window that is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowtime.engine import recovery
from rowtime.engine.keys import bounds
from rowtime.engine.local import LocalEngine, drive
from rowtime.engine.metastore import WindowInfo
from rowtime.log.api import Record
from rowtime.sql.ast import WindowType

HOUR = 3_600_000
SOURCE = "CREATE STREAM s (k STRING KEY, x DOUBLE) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);"
SELECT = "CREATE TABLE out AS SELECT k, COUNT(*) AS n, SUM(x) AS total, AVG(x) AS mean, MIN(x) AS least, " \
         "MAX(x) AS most, LATEST_BY_OFFSET(x, 2) AS last FROM s {window} GROUP BY k {having} EMIT CHANGES;"
WINDOWS = {
    "": (0, 0, 0),
    "WINDOW TUMBLING (SIZE 5 HOURS, RETENTION 30 HOURS, GRACE PERIOD 2 HOURS)": (5, 5, 30),
    "WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 0 HOURS)": (1, 1, 24),
    "WINDOW HOPPING (SIZE 6 HOURS, ADVANCE BY 2 HOURS, GRACE PERIOD 30 HOURS)": (6, 2, 36),
    "WINDOW HOPPING (SIZE 5 HOURS, ADVANCE BY 3 HOURS)": (5, 3, 24),
}
"""Size, advance and how long a window is kept behind the newest one: hours."""
VALUES = st.one_of(st.none(), st.sampled_from([0.0, -0.0, 1.5]), st.integers(-3, 3).map(float))
ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(-9, 8), VALUES), max_size=40)


def records(rows: list[tuple[str, int, float | None]]) -> list[Record]:
    """Time goes on by the second number, in hours; some rows come late."""
    now, made = 100 * HOUR, []
    for key, step, x in rows:
        now += max(step, 0) * HOUR
        made.append(Record(key.encode(), json.dumps({"X": x}).encode(), now + min(step, 0) * HOUR))
    return made


def written_last(engine: LocalEngine, size: int, advance: int, kept: int) -> list[Any]:
    """Key, bounds and row of the newest record of each key and window that is not a tombstone."""
    found: dict[Any, Any] = {}
    for partition in (0, 1):
        times = [record.timestamp for record in engine.records("s", partition)]
        newest = max(times, default=0) // HOUR // max(advance, 1) * advance
        for record in engine.records("OUT", partition):
            at = full_key(record.key or b"", size)
            found.pop(at, None)
            if record.value is not None and (not size or at[1] > (newest - kept) * HOUR):
                found[at] = list(json.loads(record.value).values())
    return sorted([*at, *map(repr, row)] for at, row in found.items())


def full_key(key: bytes, size: int) -> Any:
    return (key[:1].decode(), *(bounds(key, WindowInfo(WindowType.TUMBLING, size * HOUR)) if size else ()))


def pulled(engine: LocalEngine, size: int) -> list[Any]:
    width = 3 if size else 1
    return sorted([*row[:width], *map(repr, row[width:])] for row in engine.pull("SELECT * FROM out;").rows)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("having", ["", "HAVING SUM(x) > 0"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, step=st.integers(1, 9), snapshots=st.booleans())
def test_a_table_is_what_was_written_last(tmp_path: Path, rows: list, step: int, snapshots: bool, window: str,
                                          having: str) -> None:
    """Also after a restart, from a snapshot and what came behind it."""
    made = records(rows)
    folder = tmp_path / str(len(list(tmp_path.iterdir())))
    one = LocalEngine(step_records=step, keep_steps=True, data_dir=folder)
    one.execute(SOURCE + SELECT.format(window=window, having=having))
    one.append("s", made[:20])
    one.run()
    if snapshots:
        drive(recovery.take_snapshot(one.engine))
    one.append("s", made[20:])
    one.run()
    expected = written_last(one, *WINDOWS[window])
    assert pulled(one, WINDOWS[window][0]) == expected
    again = LocalEngine(log=one.log, schemas=one.schemas, data_dir=folder, step_records=3)
    assert pulled(again, WINDOWS[window][0]) == expected


@pytest.mark.parametrize("window", [w for w in WINDOWS if w])
def test_windows_of_a_key_come_in_their_order(window: str) -> None:
    engine = LocalEngine()
    engine.execute(SOURCE + SELECT.format(window=window, having=""))
    engine.append("s", records([("a", 3, 1.0), ("b", 4, 1.0), ("a", -2, 1.0), ("a", 5, 2.0), ("b", 0, 2.0)]))
    engine.run()
    found = engine.pull("SELECT * FROM out WHERE k = 'a';").rows
    assert [row[1] for row in found] == sorted(row[1] for row in found)
    assert {row[0] for row in found} == {"a"}
    assert [row for row in engine.pull("SELECT * FROM out;").rows if row[0] == "a"] == list(found)


def test_values_that_change_by_themselves_are_those_that_were_written() -> None:
    engine = LocalEngine()
    engine.execute(SOURCE + "CREATE TABLE out AS SELECT k, COUNT(*) AS n, UUID() AS u FROM s GROUP BY k;")
    engine.append("s", records([("a", 0, 1.0), ("a", 0, 1.0)]))
    engine.run()
    written = json.loads(engine.records("OUT")[-1].value or b"")
    assert [list(row) for row in engine.pull("SELECT * FROM out;").rows] == [["a", 2, written["U"]]]


def test_an_expression_that_fails_is_null_when_it_is_read_as_when_it_was_written() -> None:
    engine = LocalEngine()
    engine.execute(SOURCE + "CREATE TABLE out AS SELECT k, 10 / CAST(SUM(x) AS INT) AS part FROM s GROUP BY k;")
    engine.append("s", records([("a", 0, 0.0)]))
    engine.run()
    assert [list(row) for row in engine.pull("SELECT * FROM out;").rows] == [["a", None]]
    assert not any(task.problems for query in engine.engine.queries.values() for task in query.tasks)
