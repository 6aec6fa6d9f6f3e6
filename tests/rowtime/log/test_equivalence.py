"""The engine cannot tell which log it has: the same steps give the same deliveries."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowtime.log.api import Log, Output, Step
from rowtime.log.link import LinkClient
from rowtime.log.link_server import LinkServer
from rowtime.log.memory import MemoryLog
from rowtime.log.store import LogStore
from rowtime.registry.store import SchemaStore
from tests.rowtime.log.contract import record

PARTITIONS = {"a": 1, "b": 3}
places = st.one_of(*(
    st.tuples(st.just(name), st.none() | st.integers(0, count - 1)) for name, count in PARTITIONS.items()
))
outputs = st.lists(st.tuples(places, st.sampled_from([None, "k", "l", "m"])), max_size=8)
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
        made = [Output.one(*place, record(f"{number}.{i}", i, key)) for i, (place, key) in enumerate(step)]
        log.commit(Step("q", [("in", 0, number, 1)], made))
    await log.durable()
    subscribe(log, wanted, 1)
    ends = {name: [end for _, end in await log.offsets(name)] for name in PARTITIONS}
    return ends, [await drained(log, f"r{n}", reader, ends, at_a_time) for n, reader in enumerate(wanted)]


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
        found += [(run.topic, run.partition, run.offset + i, one) for run in runs for i, one in enumerate(run.records)]
        if not runs:
            await asyncio.wait_for(log.wait(), 20)
    assert log.poll(name, 1) == []
    return found


async def over_the_link(steps: list[Any], wanted: list[Any], at_a_time: int) -> Any:
    server = LinkServer(SchemaStore(), "token")
    store = LogStore.open(None, server.setup)
    log = await LinkClient.connect("127.0.0.1", await server.start(), "token")
    try:
        return await deliveries(log, steps, wanted, at_a_time)
    finally:
        await log.close()
        await server.close()
        store.close()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(st.lists(outputs, max_size=6), readers, st.integers(1, 9))
def test_link_and_memory_deliver_the_same(steps: list[Any], wanted: list[Any], at_a_time: int) -> None:
    expected = asyncio.run(deliveries(MemoryLog(), steps, wanted, at_a_time))
    assert asyncio.run(over_the_link(steps, wanted, at_a_time)) == expected
