"""What comes out of a partition does not depend on how many processes there are."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowtime.log.api import Record
from tests.rowtime.engine.scenario import SQL, records
from tests.rowtime.engine.workers.divided import Divided

PARTITIONS = 4
BY_PARTITION = ("FILTERED", "BY_KEY", "BY_SECOND", "BY_SESSION", "LAST_ONLY", "JOINED", "LEFT_JOINED", "FULL_JOINED",
                "WITH_TABLE", "TABLE_FILTERED", "TABLES_JOINED")
"""Made of the partitions with the same number only: every record, in its order."""
Made = list[tuple[str, Record]]


def keyed(seed: int, count: int) -> Made:
    """Records with keys: those without are put into any partition."""
    return [(topic, record) for topic, record in records(seed, count) if record.key is not None]


def divided(count: int, **options: Any) -> Divided:
    made = Divided(count, **options)
    for topic in "srt":
        made.create_topic(topic, PARTITIONS)
    made.execute(SQL)
    return made


def append(to: Divided, made: Made) -> None:
    for topic, record in made:
        to.append(topic, [record])


def ran(count: int, made: Made, **options: Any) -> Divided:
    one = divided(count, **options)
    append(one, made)
    one.run()
    return one


def newest(one: Divided, topic: str) -> dict[bytes, Any]:
    """A table: key → its last value."""
    return {r.key: r.value and json.loads(r.value) for found in one.by_partition(topic).values() for r in found}


def alike(a: Any, b: Any) -> bool:
    """Equal, sums of doubles but for the order they were added in."""
    if a is None or b is None:
        return a is b
    return all(math.isclose(a[name], b[name]) if isinstance(a[name], float) else a[name] == b[name] for name in a | b)


def placed(one: Divided, topic: str) -> Counter[Any]:
    """Each record with its partition, in any order; those without a key go round."""
    return Counter((r.key and p, tuple(r)) for p, found in one.by_partition(topic).items() for r in found)


def check_same(one: Divided, other: Divided) -> None:
    for topic in BY_PARTITION:
        assert one.by_partition(topic) == other.by_partition(topic), topic
    for topic in ("BY_GROUP", "BY_HOP", "TABLE_GROUPED"):
        a, b = newest(one, topic), newest(other, topic)
        assert {key for key in a | b if not alike(a.get(key), b.get(key))} == set(), topic
    assert placed(one, "REKEYED") == placed(other, "REKEYED")


@pytest.mark.parametrize("count", [2, 3, 4])
def test_as_with_one_process(count: int) -> None:
    made = keyed(11, 400)
    one, other = ran(1, made), ran(count, made)
    check_same(one, other)
    assert all(any(one.by_partition(topic).values()) for topic in BY_PARTITION)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.sampled_from([2, 3, 5]), step=st.sampled_from([1, 3, 50]))
def test_any_records_in_steps_of_any_size(seed: int, count: int, step: int) -> None:
    made = keyed(seed, 60)
    check_same(ran(1, made), ran(count, made, step_records=step))


@pytest.mark.parametrize("how", ["steps", "snapshot", "snapshot and steps"])
def test_goes_on_as_if_nothing_had_happened(tmp_path: Path, how: str) -> None:
    made = keyed(3, 300)
    whole = divided(2)
    broken = divided(2, step_records=20, data_dir=None if how == "steps" else tmp_path)
    for part in (made[:100], made[100:200], made[200:]):
        append(whole, part)
        whole.run()
        append(broken, part)
        broken.run()
        if how == "snapshot" or how == "snapshot and steps" and part is not made[100:200]:
            broken.snapshot()
        broken = broken.again(step_records=7)
        broken.run()
    check_same(whole, broken)


def test_each_process_reads_its_partitions_only() -> None:
    one = ran(2, keyed(5, 200))
    (query,) = [name for name in one.first.engine.queries if "BY_KEY" in name]
    read = [{p for (_, p), offset in e.engine.queries[query].offsets.items() if offset} for e in one.engines]
    assert read == [{0, 2}, {1, 3}]


def test_a_foreign_key_join_stays_whole() -> None:
    results = []
    for count in (1, 3):
        one = Divided(count)
        one.execute("CREATE TABLE l (k STRING PRIMARY KEY, f STRING) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', "
                    "PARTITIONS=4);"
                    "CREATE TABLE r (k STRING PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', "
                    "PARTITIONS=4);"
                    "CREATE TABLE j AS SELECT l.k, f, v FROM l JOIN r ON l.f = r.k;")
        for i in range(40):
            one.append("l", [Record(b"l%d" % (i % 9), b'{"f": "r%d"}' % (i % 7), i)])
            one.append("r", [Record(b"r%d" % (i % 5), b'{"v": %d}' % i, i)])
        one.run()
        results.append(newest(one, "J"))
    assert results[0] == results[1]
    assert len(results[0]) == 9
