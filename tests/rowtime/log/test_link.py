from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from rowtime.log import batch, kept
from rowtime.log.api import Output, Record, Step
from rowtime.log.columns import Columns, Rows
from rowtime.log.errors import LinkLost, LogError, StorageFull
from rowtime.log.link import LinkClient
from rowtime.log.link_server import LinkServer
from rowtime.log.partitioner import partition_of
from rowtime.log.store import Append, LogStore
from rowtime.registry.store import SchemaStore
from tests.rowtime.log.contract import LogContract, arrives, places_of, record, texts

pytestmark = pytest.mark.anyio
TOKEN = "secret"


class LinkWorld:
    log: LinkClient

    def __init__(self, directory: Path | None):
        self.directory = directory
        self.lost = asyncio.Event()

    async def start(self) -> None:
        self.server = LinkServer(SchemaStore(), TOKEN, self.lost.set)
        self.store = LogStore.open(self.directory, self.server.setup)
        self.port = await self.server.start()
        self.log = await LinkClient.connect("127.0.0.1", self.port, TOKEN)

    async def stop(self) -> None:
        await self.log.close()
        await self.server.close()
        self.store.close()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def produce(self, topic: str, partition: int, records: Sequence[Record]) -> None:
        self.store.commit([Append(topic, partition, batch.encode(records))])

    async def produce_in_transaction(self, topic: str, producer: int, *values: str) -> None:
        data = batch.encode([record(value) for value in values], producer_id=producer, producer_epoch=0,
                            base_sequence=0, transactional=True)
        self.store.commit([Append(topic, 0, data)])

    async def end(self, topic: str, producer: int, commit: bool) -> None:
        self.store.commit([Append(topic, 0, batch.control_batch(producer, 0, commit, 0))])


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[LinkWorld]:
    made = LinkWorld(tmp_path / "data")
    await made.start()
    yield made
    await made.stop()


class TestLinkClient(LogContract):
    pass


class TestLinkClientInMemory(LogContract):
    @pytest.fixture
    async def world(self) -> AsyncIterator[LinkWorld]:
        made = LinkWorld(None)
        await made.start()
        yield made
        await made.stop()


async def test_everything_is_found_again_after_a_restart(world: LinkWorld) -> None:
    info = await world.log.create_topic("a", 2)
    outputs = [Output.one("a", i % 2, record(f"{i}")) for i in range(10)]
    world.log.commit(Step("q", [("x", 0, 0, 10)], outputs, {"now": 5}))
    await world.log.durable(world.log.append_event("statement", "text"))
    await world.restart()
    assert world.log.topics()["a"] == info
    assert [step for _, step in await world.log.steps("q")] == [Step("q", [("x", 0, 0, 10)], (), {"now": 5})]
    assert await world.log.events("statement") == ["text"]
    world.log.subscribe("r", "a", 1, 0)
    world.log.subscribe("r", "a", 0, 0)
    assert texts(await arrives(world.log, "r", 10)) == [f"{i}" for i in range(10)]


async def test_open_transactions_are_held_back_and_aborted_ones_dropped(world: LinkWorld) -> None:
    await world.log.create_topic("t", 1)
    await world.log.create_topic("u", 1)
    world.log.subscribe("r", "t", 0, 0)
    world.log.subscribe("r", "u", 0, 0)
    await world.produce_in_transaction("t", 1, "a", "b")
    await world.produce_in_transaction("t", 2, "never")
    await world.produce("t", 0, [record("behind")])
    await world.produce("u", 0, [record("beside")])
    assert texts(await arrives(world.log, "r", 1)) == ["beside"]
    assert list(await world.log.offsets("t")) == [(0, 0)]
    await world.end("t", 2, commit=False)
    await world.end("t", 1, commit=True)
    delivered = await arrives(world.log, "r", 3)
    assert texts(delivered) == ["a", "b", "behind"]
    assert [run.offset for run in delivered] == [0, 3]
    assert [one.value for one in await world.log.read("t", 0, 0, 10)] == [b"a", b"b", b"behind"]


async def test_transactions_on_several_partitions_come_in_the_order_written(world: LinkWorld) -> None:
    await world.log.create_topic("t", 1)
    await world.log.create_topic("u", 1)
    await world.produce_in_transaction("u", 1, "first")
    await world.produce_in_transaction("t", 1, "second")
    await world.produce("t", 0, [record("third")])
    marker = batch.control_batch(1, 0, True, 0)
    world.store.commit([Append("t", 0, marker), Append("u", 0, marker)])
    world.log.subscribe("r", "t", 0, 0)
    world.log.subscribe("r", "u", 0, 0)
    assert texts(await arrives(world.log, "r", 3)) == ["first", "second", "third"]


async def test_a_backlog_larger_than_the_window_arrives_whole(world: LinkWorld) -> None:
    await world.log.create_topic("t", 1)
    value = "x" * 10_000
    for start in range(0, 4000, 100):
        await world.produce("t", 0, [record(value, start + i) for i in range(100)])
    world.log.subscribe("r", "t", 0, 0)
    delivered = await arrives(world.log, "r", 4000, at_a_time=333)
    assert [one.timestamp for run in delivered for one in run.records] == list(range(4000))


async def test_a_step_for_a_topic_deleted_meanwhile_is_kept_without_those_records(world: LinkWorld) -> None:
    await world.log.create_topic("a", 1)
    await world.log.create_topic("b", 1)
    world.store.delete_topic("a")
    world.store.create_topic("a", 1)
    outputs = [Output.one(topic, 0, record(text)) for topic, text in (("a", "gone"), ("b", "kept"), ("a", "gone"))]
    await world.log.durable(world.log.commit(Step("q", [], outputs)))
    assert list(await world.log.offsets("a")) == [(0, 0)]
    assert list(await world.log.offsets("b")) == [(0, 1)]


async def test_reading_on_gives_the_same_as_reading_anywhere(world: LinkWorld) -> None:
    await world.log.create_topic("t", 1)
    for start in range(0, 9000, 50):
        await world.produce("t", 0, [record("x" * 1000, start + i) for i in range(50)])
        if start % 1000 == 0:
            await world.produce_in_transaction("t", 1, "y")
            await world.end("t", 1, commit=True)
    world.store.sync()
    everything = await world.log.read("t", 0, 0, 10_000)
    offsets = [at for at in range(9018) if at % 1002 != 51]
    by_offset = dict(zip(offsets, everything, strict=True))
    assert len(everything) == 9009
    for start, count in [*((at, 7) for at in range(0, 4000, 7)), (8000, 5), (0, 3), (3, 3), (9000, 50), (9017, 1)]:
        found = await world.log.read("t", 0, start, count)
        assert found == [by_offset[at] for at in offsets if at >= start][:count], start


async def test_more_steps_than_one_answer_holds(world: LinkWorld) -> None:
    for number in range(1100):
        world.log.commit(Step("q", [("t", 0, number, 1)]))
    found = await world.log.steps("q")
    assert [step.consumed[0][2] for _, step in found] == list(range(1100))
    assert len(await world.log.steps("q", found[499][0])) == 600


def stretch(topic: str, number: int, count: int = 4) -> Output:
    """As a task commits it: bytes, and the rows they come of."""
    columns = Columns.of([record(f"{number}.{i}", i, f"k{i}") for i in range(count)])
    keys, rows = [(f"k{i}",) for i in range(count)], [(i,) for i in range(count)]
    return Output(topic, columns, None, Rows(keys, rows, columns.times, None))


async def test_rows_are_handed_to_readers_that_are_there(world: LinkWorld) -> None:
    await world.log.create_topic("t", 2)
    for name, partitions in (("all", (0, 1)), ("one", (1,))):
        for partition in partitions:
            world.log.subscribe(name, "t", partition, 0)
    made = stretch("t", 0)
    world.log.commit(Step("q", [], [made]))
    (whole,) = await arrives(world.log, "all", 4)
    assert whole.records is made.rows
    assert whole.partitions == [partition_of(key or b"", 2) for key in made.records.keys]
    mine = [row for row, partition in zip(made.rows or (), whole.partitions, strict=True) if partition == 1]
    assert [list(run.records) for run in await arrives(world.log, "one", len(mine))] == [mine]
    assert len(world.log.kept) == 0
    world.log.subscribe("late", "t", 1, 0)
    assert [type(run.records) for run in await arrives(world.log, "late", len(mine))] == [Columns]


async def test_rows_are_let_go_with_their_readers(world: LinkWorld) -> None:
    await world.log.create_topic("t", 2)
    await world.log.create_topic("u", 1)
    for topic in ("t", "u"):
        world.log.subscribe(topic, topic, 0, 0)
        world.log.commit(Step("q", [], [stretch(topic, 0)]))
    assert len(world.log.kept) == 2
    world.log.unsubscribe("t")
    assert len(world.log.kept) == 1
    await world.log.delete_topic("u")
    assert len(world.log.kept) == 0


async def test_rows_beyond_the_limit_come_as_bytes(world: LinkWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "LIMIT", 1000)
    await world.log.create_topic("t", 1)
    world.log.subscribe("r", "t", 0, 0)
    await world.log.create_topic("busy", 1)
    for number in range(50):
        world.log.commit(Step("q", [], [stretch("t", number)]))
    delivered = await arrives(world.log, "r", 200)
    assert Columns in {type(run.records) for run in delivered}
    assert [at for run in delivered for at in places_of(run)] == [(0, offset) for offset in range(200)]
    assert len(world.log.kept) == 0


async def test_schemas_go_through(world: LinkWorld) -> None:
    number = await world.log.register("s", '"string"')
    assert await world.log.by_id(number) == '"string"'
    assert await world.log.latest("s") == (number, '"string"')
    await world.log.delete_subject("s")
    assert await world.log.latest("s") is None
    with pytest.raises(KeyError):
        await world.log.by_id(99)


async def test_steps_wait_while_the_disk_is_full(world: LinkWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.log.create_topic("t", 1)
    monkeypatch.setattr("rowtime.log.link_server._RETRY_SECONDS", 0.01)
    commit, refusals = world.store.commit, iter(range(3))

    def full(*arguments: object, **options: object) -> object:
        if next(refusals, None) is not None:
            raise StorageFull("no room")
        return commit(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(world.store, "commit", full)
    for number in range(20):
        world.log.commit(Step("q", [], [Output.one("t", 0, record(f"{number}"))]))
    await asyncio.wait_for(world.log.durable(), 20)
    assert [one.value for one in await world.log.read("t", 0, 0, 50)] == [b"%d" % number for number in range(20)]
    assert next(refusals, None) is None


async def test_a_wrong_token_and_a_second_engine_are_refused(world: LinkWorld) -> None:
    with pytest.raises(LogError, match="wrong token"):
        await LinkClient.connect("127.0.0.1", world.port, "guess")
    with pytest.raises(LogError, match="connected already"):
        await LinkClient.connect("127.0.0.1", world.port, TOKEN)
    assert not world.lost.is_set()


async def test_both_ends_notice_the_other_s_end(world: LinkWorld) -> None:
    await world.log.create_topic("t", 1)
    await world.server.close()
    with pytest.raises(LinkLost, match="broker process is gone"):
        while True:
            await asyncio.wait_for(world.log.wait(), 20)
    with pytest.raises(LinkLost):
        world.log.commit(Step("q", []))
    with pytest.raises(LinkLost):
        await world.log.durable()
    await asyncio.wait_for(world.log.lost(), 20)
    await asyncio.wait_for(world.lost.wait(), 20)
    with pytest.raises(LinkLost, match="no broker answers"):
        await LinkClient.connect("127.0.0.1", world.port, TOKEN)
