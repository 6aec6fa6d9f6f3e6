"""An engine that was stopped goes on as if it had not been."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from rowtime.engine import recovery, snapshot
from rowtime.engine.local import LocalEngine, drive
from tests.rowtime.engine.scenario import append, engine, outputs, records


def again(one: LocalEngine, data_dir: Path | None = None, **options: int) -> LocalEngine:
    """Another engine on the same log."""
    return LocalEngine(log=one.log, schemas=one.schemas, data_dir=data_dir, **options)


@pytest.mark.parametrize("partitions", [1, 4])
@pytest.mark.parametrize("how", ["steps", "snapshot", "snapshot and steps"])
def test_goes_on_as_if_nothing_had_happened(tmp_path: Path, how: str, partitions: int) -> None:
    made = records(3, 300)
    whole = engine(partitions)
    data_dir = None if how == "steps" else tmp_path
    broken = engine(partitions, keep_steps=True, data_dir=data_dir, step_records=20)
    for part in (made[:100], made[100:200], made[200:]):
        append(whole, part)
        whole.run()
        append(broken, part)
        broken.run()
        if how == "snapshot" or how == "snapshot and steps" and part is not made[100:200]:
            drive(recovery.take_snapshot(broken.engine))
        if part is not made[200:]:
            broken = again(broken, data_dir, step_records=7)
    expected = outputs(whole)
    found = outputs(broken)
    for topic in expected:
        assert found[topic] == expected[topic], topic


def test_nothing_is_done_twice_after_a_restart() -> None:
    one = engine(keep_steps=True)
    append(one, records(1, 50))
    one.run()
    before = outputs(one)
    other = again(one)
    other.run()
    assert outputs(other) == before
    assert list(other.engine.queries) == list(one.engine.queries)
    assert other.engine.sequence == one.engine.sequence


def test_tables_are_queryable_after_a_restart() -> None:
    one = engine(keep_steps=True)
    append(one, records(1, 80))
    one.run()
    other = again(one)
    for text in ("SELECT * FROM by_key;", "SELECT * FROM by_second WHERE k = 'a';"):
        assert one.pull(text).rows
        assert other.pull(text).rows == one.pull(text).rows


def test_terminated_and_dropped_stay_so() -> None:
    one = engine(keep_steps=True)
    query = next(q for q in one.engine.queries if q.startswith("CSAS_FILTERED"))
    other_query = next(q for q in one.engine.queries if "REKEYED" in q)
    one.execute(f"TERMINATE {query}; DROP STREAM filtered; PAUSE {other_query};")
    other = again(one)
    assert query not in other.engine.queries
    assert other.engine.metastore.get("FILTERED") is None
    assert [q.state for q in other.engine.queries.values()].count("PAUSED") == 1


def test_recorded_values_are_used_again() -> None:
    one = LocalEngine(keep_steps=True)
    one.execute("CREATE STREAM s (k STRING KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);"
                "CREATE TABLE t AS SELECT k, LATEST_BY_OFFSET(UUID()) AS u, LATEST_BY_OFFSET(RANDOM()) AS r FROM s "
                "GROUP BY k;"
                "INSERT INTO s VALUES ('x', 1); INSERT INTO s VALUES ('y', 2);")
    one.run()
    assert again(one).pull("SELECT * FROM t;").rows == one.pull("SELECT * FROM t;").rows


def test_snapshot_keeps_plain_values() -> None:
    value = {"a": [(1, None, True, 2.5, b"x", "é"), {("k", 1): [Decimal("1.50")]}]}
    assert snapshot.unpack(snapshot.pack(value)) == value


def test_damaged_snapshot_is_passed_over(tmp_path: Path) -> None:
    for number, value in enumerate(("old", "new", "newest"), 1):
        snapshot.write_snapshot(tmp_path, number, snapshot.pack(value))
    files = sorted(tmp_path.iterdir())
    assert len(files) == snapshot.KEEP
    files[-1].write_bytes(files[-1].read_bytes()[:-1])
    assert snapshot.newest_snapshot(tmp_path) == (2, "new")
