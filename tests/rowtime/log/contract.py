"""What every implementation of `rowtime.log.api.Log` does; run by test_memory.py and test_link.py.

A test gets `world`: `world.log`, and `world.produce(topic, partition, records)` for a producer beside the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import pytest

from rowtime.log.api import Delivered, Log, Output, Record, Step
from rowtime.log.errors import TopicExists, UnknownTopic


class World(Protocol):
    log: Log

    async def produce(self, topic: str, partition: int, records: Sequence[Record]) -> None: ...


def record(text: str, timestamp: int = 0, key: str | None = None) -> Record:
    return Record(None if key is None else key.encode(), text.encode(), timestamp)


def texts(delivered: Sequence[Delivered]) -> list[str]:
    return [str(found.value, "utf-8") for run in delivered for found in run.records if found.value is not None]


def places_of(run: Delivered) -> list[tuple[int, int]]:
    """Partition and offset of each record."""
    if run.partitions is None or run.offsets is None:
        return [(run.partition, run.offset + i) for i in range(len(run.records))]
    return list(zip(run.partitions, run.offsets, strict=True))


async def arrives(log: Log, reader: str, count: int, at_a_time: int = 1000) -> list[Delivered]:
    """Polls until so many records have come."""
    found: list[Delivered] = []
    have = 0
    while have < count:
        delivered = log.poll(reader, at_a_time)
        assert sum(len(run.records) for run in delivered) <= at_a_time
        if not delivered:
            await asyncio.wait_for(log.wait(), 20)
        found += delivered
        have += sum(len(run.records) for run in delivered)
    return found


class LogContract:
    async def test_topics_are_created_described_and_deleted(self, world: World) -> None:
        info = await world.log.create_topic("t", 3, {"retention.ms": "-1"})
        assert (info.name, info.partitions, info.config) == ("t", 3, {"retention.ms": "-1"})
        assert world.log.topics()["t"] == info
        assert list(await world.log.offsets("t")) == [(0, 0)] * 3
        with pytest.raises(TopicExists, match="topic t exists"):
            await world.log.create_topic("t", 1)
        await world.log.delete_topic("t")
        assert "t" not in world.log.topics()
        with pytest.raises(UnknownTopic, match="topic t does not exist"):
            await world.log.delete_topic("t")

    async def test_a_topic_made_again_is_another_one(self, world: World) -> None:
        first = await world.log.create_topic("t", 1)
        await world.produce("t", 0, [record("old")])
        world.log.subscribe("r", "t", 0, 0)
        await world.log.delete_topic("t")
        second = await world.log.create_topic("t", 1)
        assert first.id != second.id
        assert list(await world.log.offsets("t")) == [(0, 0)]
        world.log.subscribe("r", "t", 0, 0)
        await world.produce("t", 0, [record("new")])
        assert texts(await arrives(world.log, "r", 1)) == ["new"]

    async def test_delivers_from_the_offset_subscribed(self, world: World) -> None:
        await world.log.create_topic("t", 1)
        await world.produce("t", 0, [record(f"{i}", i) for i in range(10)])
        world.log.subscribe("r", "t", 0, 4)
        delivered = await arrives(world.log, "r", 6)
        assert (delivered[0].topic, delivered[0].partition, delivered[0].offset) == ("t", 0, 4)
        assert texts(delivered) == list("456789")
        assert world.log.poll("r", 10) == []

    async def test_records_come_back_as_they_were(self, world: World) -> None:
        await world.log.create_topic("t", 1)
        records = [
            Record(None, None, 0),
            Record(b"", b"", 3),
            Record(b"k", b"v", 1_700_000_000_000, (("h", b"x"), ("h", None))),
            Record(b"k", None, 5, (("é", b""),)),
        ]
        world.log.commit(Step("q", [], [Output.one("t", 0, one) for one in records]))
        world.log.subscribe("r", "t", 0, 0)
        delivered = await arrives(world.log, "r", len(records))
        assert [one for run in delivered for one in run.records] == records
        assert await world.log.read("t", 0, 0, 100) == records
        assert await world.log.read("t", 0, 1, 2) == records[1:3]
        assert await world.log.read("t", 0, 4, 2) == []

    async def test_a_step_is_delivered_in_the_order_produced_across_topics_and_partitions(self, world: World) -> None:
        await world.log.create_topic("a", 2)
        await world.log.create_topic("b", 1)
        targets = [("a", 0), ("a", 0), ("b", 0), ("a", 1), ("a", 0), ("b", 0), ("b", 0), ("a", 1)]
        for base in (0, 100):
            outputs = [Output.one(name, at, record(f"{base + i}")) for i, (name, at) in enumerate(targets)]
            world.log.commit(Step("q", [], outputs))
        for name, at in (("a", 0), ("a", 1), ("b", 0)):
            world.log.subscribe("r", name, at, 0)
        delivered = await arrives(world.log, "r", 16, at_a_time=3)
        assert texts(delivered) == [f"{base + i}" for base in (0, 100) for i in range(8)]
        places = [(run.topic, run.partition, run.offset) for run in delivered[:3]]
        assert places == [("a", 0, 0), ("b", 0, 0), ("a", 1, 0)]
        assert [run.seq for run in delivered] == sorted(run.seq for run in delivered)

    async def test_the_order_within_a_step_holds_when_some_of_it_was_read_before(self, world: World) -> None:
        await world.log.create_topic("a", 2)
        outputs = [Output.one("a", i % 2, record(f"{i}")) for i in range(8)]
        world.log.commit(Step("q", [], outputs))
        world.log.subscribe("r", "a", 0, 2)
        world.log.subscribe("r", "a", 1, 1)
        assert texts(await arrives(world.log, "r", 5)) == ["3", "4", "5", "6", "7"]

    async def test_frames_come_in_the_order_of_the_log(self, world: World) -> None:
        await world.log.create_topic("a", 2)
        for i in range(20):
            await world.produce("a", i * 7 % 2, [record(f"{i}.{j}") for j in range(3)])
        world.log.subscribe("r", "a", 1, 0)
        world.log.subscribe("r", "a", 0, 0)
        expected = [f"{i}.{j}" for i in range(20) for j in range(3)]
        assert texts(await arrives(world.log, "r", 60, at_a_time=7)) == expected

    async def test_readers_are_independent(self, world: World) -> None:
        await world.log.create_topic("t", 1)
        await world.produce("t", 0, [record(f"{i}") for i in range(5)])
        world.log.subscribe("one", "t", 0, 0)
        world.log.subscribe("two", "t", 0, 3)
        assert texts(await arrives(world.log, "one", 5)) == list("01234")
        assert texts(await arrives(world.log, "two", 2)) == list("34")
        world.log.unsubscribe("one")
        await world.produce("t", 0, [record("5")])
        assert texts(await arrives(world.log, "two", 1)) == ["5"]
        assert world.log.poll("one", 10) == []

    async def test_subscribing_again_moves_the_reader(self, world: World) -> None:
        await world.log.create_topic("t", 1)
        await world.produce("t", 0, [record(f"{i}") for i in range(5)])
        world.log.subscribe("r", "t", 0, 0)
        assert texts(await arrives(world.log, "r", 2, at_a_time=2)) == ["0", "1"]
        world.log.subscribe("r", "t", 0, 4)
        assert texts(await arrives(world.log, "r", 1)) == ["4"]

    async def test_wait_returns_when_a_poll_left_something(self, world: World) -> None:
        await world.log.create_topic("t", 1)
        await world.produce("t", 0, [record(f"{i}") for i in range(5)])
        world.log.subscribe("r", "t", 0, 0)
        await arrives(world.log, "r", 2, at_a_time=2)
        await asyncio.wait_for(world.log.wait(), 20)
        assert texts(await arrives(world.log, "r", 3)) == ["2", "3", "4"]

    async def test_outputs_without_a_partition_go_by_key(self, world: World) -> None:
        await world.log.create_topic("t", 4)
        keys = [f"key-{i}" for i in range(50)]
        world.log.commit(Step("q", [], [Output.one("t", None, record(key, key=key)) for key in keys * 2]))
        for at in range(4):
            world.log.subscribe("r", "t", at, 0)
        places: dict[str, set[int]] = {}
        delivered = await arrives(world.log, "r", 100)
        for run in delivered:
            for text, (partition, _) in zip(texts([run]), places_of(run), strict=True):
                places.setdefault(text, set()).add(partition)
        assert texts(delivered) == keys * 2
        assert all(len(found) == 1 for found in places.values())
        assert {at for found in places.values() for at in found} == {0, 1, 2, 3}

    async def test_null_keys_go_round(self, world: World) -> None:
        await world.log.create_topic("t", 4)
        world.log.commit(Step("q", [], [Output.one("t", None, record(f"{i}")) for i in range(8)]))
        assert list(await world.log.offsets("t")) == [(0, 2)] * 4

    async def test_commit_to_an_unknown_topic_leaves_no_trace(self, world: World) -> None:
        await world.log.create_topic("t", 1)
        for name, at in (("nope", 0), ("t", 1)):
            with pytest.raises(UnknownTopic, match="topic"):
                world.log.commit(Step("q", [], [Output.one("t", 0, record("x")), Output.one(name, at, record("y"))]))
        assert list(await world.log.offsets("t")) == [(0, 0)]
        assert await world.log.steps("q") == []
        with pytest.raises(UnknownTopic, match="topic nope does not exist"):
            world.log.subscribe("r", "nope", 0, 0)

    async def test_events_are_found_again_by_kind(self, world: World) -> None:
        world.log.append_event("statement", {"text": "CREATE …", "at": 1})
        world.log.append_event("pause", ["q"])
        await world.log.durable(world.log.append_event("statement", {"text": "DROP …"}))
        assert await world.log.events("statement") == [{"text": "CREATE …", "at": 1}, {"text": "DROP …"}]
        assert await world.log.events("pause") == [["q"]]
        assert await world.log.events("none") == []

    async def test_steps_are_found_again_by_task(self, world: World) -> None:
        await world.log.create_topic("t", 1)
        for i in range(5):
            step = Step(f"q{i % 2}", [("t", 0, i, 1)], [Output.one("t", 0, record(f"{i}"))], {"now": i})
            world.log.commit(step)
        await world.log.durable()
        found = await world.log.steps("q0")
        assert [step for _, step in found] == [Step("q0", [("t", 0, i, 1)], (), {"now": i}) for i in (0, 2, 4)]
        assert await world.log.steps("q0", found[0][0]) == found[1:]
        assert await world.log.steps("q9") == []

    async def test_durable_covers_what_was_committed_before(self, world: World) -> None:
        await world.log.create_topic("t", 1)
        numbers = [world.log.commit(Step("q", [], [Output.one("t", 0, record("x"))])) for _ in range(10)]
        assert numbers == sorted(set(numbers))
        await asyncio.gather(*(world.log.durable(number) for number in reversed(numbers)))
        await world.log.durable()
        assert list(await world.log.offsets("t")) == [(0, 10)]
