"""The engine cannot tell which log it has: the same steps give the same deliveries."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowtime.log import batch, kept
from rowtime.log.api import Log, Output, Step
from rowtime.log.columns import Columns, Rows, columns_of
from rowtime.log.frame import Append
from rowtime.log.link import LinkClient
from rowtime.log.link_server import LinkServer
from rowtime.log.memory import MemoryLog
from rowtime.log.store import LogStore
from rowtime.registry.store import SchemaStore
from tests.rowtime.log.contract import places_of, record

PARTITIONS = {"a": 1, "b": 3}
places = st.one_of(*(
    st.tuples(st.just(name), st.none() | st.integers(0, count - 1)) for name, count in PARTITIONS.items()
))
keys = st.sampled_from([None, "k", "l", "m"])
outputs = st.lists(st.tuples(places, keys), max_size=8)
topics = st.sampled_from([("a", 0), ("b", 0), ("b", None), ("b", 2)])
stretches = st.tuples(topics, st.lists(keys, min_size=1, max_size=8))
commits = st.one_of(*(st.tuples(st.just(kind), what) for kind, what in (
    ("step", outputs), ("stretch", stretches), ("stretch", stretches), ("producer", stretches))))
readers = st.lists(
    st.tuples(st.sets(st.sampled_from([("a", 0), ("b", 0), ("b", 1), ("b", 2)]), min_size=1), st.integers(0, 4)),
    min_size=1, max_size=3,
)


async def deliveries(log: Log, steps: list[Any], wanted: list[Any], at_a_time: int) -> Any:
    """For each reader (topic, partition, offset, record) in order; half of the readers subscribe after the steps."""
    for name, count in PARTITIONS.items():
        await log.create_topic(name, count)
    ids = {info.id for info in log.topics().values()}
    assert len(ids) == len(PARTITIONS)
    subscribe(log, wanted, 0)
    for number, step in enumerate(steps):
        await COMMITS[step[0]](log, number, step[1])
    await log.durable()
    subscribe(log, wanted, 1)
    ends = {name: [end for _, end in await log.offsets(name)] for name in PARTITIONS}
    return ends, [await drained(log, f"r{n}", reader, ends, at_a_time) for n, reader in enumerate(wanted)]


async def one_by_one(log: Log, number: int, step: Any) -> None:
    made = [Output.one(*place, record(f"{number}.{i}", i, key)) for i, (place, key) in enumerate(step)]
    log.commit(Step("q", [("in", 0, number, 1)], made))


class Writer:
    """Rows whose bytes are what stands in them."""

    layout = "texts"

    def write(self, keys: Any, rows: Any, times: Any) -> Columns:
        return Columns(keys, rows, times)


async def in_a_stretch(log: Log, number: int, step: Any) -> None:
    """As a task commits what it made: bytes, with the rows beside them."""
    (topic, partition), keys = step
    columns = Columns.of([record(f"{number}.{i}", i, key) for i, key in enumerate(keys)])
    partitions = None if partition is None else [(partition + i // 2) % PARTITIONS[topic] for i in range(len(columns))]
    rows = Rows(columns.keys, columns.values, columns.times, Writer())
    log.commit(Step("q", [("in", 0, number, 1)], [Output(topic, columns, partitions, rows)]))


async def by_a_producer(log: Any, number: int, step: Any) -> None:
    """Beside the engine, and seen behind what it has committed."""
    (topic, partition), keys = step
    records = [record(f"{number}.{i}", i, key) for i, key in enumerate(keys)]
    if isinstance(log, MemoryLog):
        log.append(topic, partition or 0, records)
    else:
        await log.durable()
        log.broker.commit([Append(topic, partition or 0, batch.encode(Columns.of(records)))])


COMMITS: dict[str, Any] = {"step": one_by_one, "stretch": in_a_stretch, "producer": by_a_producer}


def subscribe(log: Log, wanted: list[Any], parity: int) -> None:
    for number, (chosen, offset) in enumerate(wanted):
        if number % 2 == parity:
            for topic, partition in sorted(chosen):
                log.subscribe(f"r{number}", topic, partition, offset)


async def drained(log: Log, name: str, reader: Any, ends: dict[str, list[int]], at_a_time: int) -> list[Any]:
    chosen, offset = reader
    count = sum(max(0, ends[topic][partition] - offset) for topic, partition in chosen)
    found: list[Any] = []
    while len(found) < count:
        runs = log.poll(name, at_a_time)
        for run in runs:
            found += [(run.topic, *at, one) for at, one in zip(places_of(run), columns_of(run.records), strict=True)]
        if not runs:
            await asyncio.wait_for(log.wait(), 20)
    assert log.poll(name, 1) == []
    return found


async def over_the_link(steps: list[Any], wanted: list[Any], at_a_time: int) -> Any:
    server = LinkServer(SchemaStore(), "token")
    store = LogStore.open(None, server.setup)
    log: Any = await LinkClient.connect("127.0.0.1", await server.start(), "token")
    log.broker = store
    try:
        return await deliveries(log, steps, wanted, at_a_time)
    finally:
        await log.close()
        await server.close()
        store.close()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)
@given(st.lists(commits, max_size=8), readers, st.integers(1, 9), st.sampled_from([0, 200, 1 << 20]))
def test_link_and_memory_deliver_the_same(steps: list[Any], wanted: list[Any], at_a_time: int, limit: int) -> None:
    """limit: how many bytes' rows the link keeps."""
    expected = asyncio.run(deliveries(MemoryLog(), steps, wanted, at_a_time))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "LIMIT", limit)
        assert asyncio.run(over_the_link(steps, wanted, at_a_time)) == expected
