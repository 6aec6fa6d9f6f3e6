from __future__ import annotations

import asyncio
import errno
import threading
from pathlib import Path
from typing import Any

import pytest

from rowtime.log import batch
from rowtime.log.api import Record
from rowtime.log.errors import (
    InvalidBatch,
    LogError,
    OffsetOutOfRange,
    StorageError,
    StorageFull,
    TopicExists,
    UnknownTopic,
)
from rowtime.log.files import Files
from rowtime.log.partition import AbortedTransaction, Partition
from rowtime.log.store import Append, Event, LogStore

pytestmark = pytest.mark.anyio


def data(*timestamps: int, producer: int = -1, size: int = 1) -> bytes:
    records = [Record(b"k", b"v" * size, timestamp) for timestamp in timestamps]
    return batch.encode(records, producer_id=producer, transactional=producer >= 0)


@pytest.fixture
def store() -> LogStore:
    made = LogStore.open(None)
    made.create_topic("t", 2)
    return made


def test_a_commit_places_batches_one_behind_the_other(store: LogStore) -> None:
    found = store.commit([Append("t", 0, data(1, 2)), Append("t", 1, data(3)), Append("t", 0, data(4))])
    assert found.base_offsets == [0, 0, 2]
    partition = store.partition("t", 0)
    read = partition.read(0, 1 << 20)
    assert [(one.base_offset, one.next_offset, one.seq) for one in read] == [(0, 2, found.seq), (2, 3, found.seq)]
    assert [batch.check(one.data).base_offset for one in read] == [0, 2]
    assert [one.timestamp for one in batch.decode(read[0].data)] == [1, 2]


def test_a_refused_commit_leaves_no_trace(store: LogStore) -> None:
    seen: list[Any] = []
    store.on_event("x", lambda seq, payload: seen.append(payload))
    before = store.seq
    for bad, error in ((Append("t", 2, data(1)), UnknownTopic), (Append("u", 0, data(1)), UnknownTopic),
                       (Append("t", 0, b"junk"), InvalidBatch)):
        with pytest.raises(error):
            store.commit([Append("t", 0, data(1)), bad], [Event("x", 1)])
    assert (store.seq, store.partition("t", 0).end_offset, seen) == (before, 0, [])


def test_read_gives_the_batch_around_the_offset_and_what_fits(store: LogStore) -> None:
    partition = store.partition("t", 0)
    for _ in range(4):
        store.commit([Append("t", 0, data(1, 2, 3, size=100))])
    size = len(partition.batch(0).data)
    assert [one.base_offset for one in partition.read(4, 1)] == [3]
    assert [one.base_offset for one in partition.read(4, 2 * size)] == [3, 6]
    assert [one.base_offset for one in partition.read(0, 1 << 20, upto=6)] == [0, 3]
    assert partition.read(12, 1 << 20) == []
    store.delete_records({("t", 0): 4})
    for offset in (3, 13):
        with pytest.raises(OffsetOutOfRange, match="t-0 has 4 to 12"):
            partition.read(offset, 1)


def test_topics_are_configured_and_grown(store: LogStore) -> None:
    store.set_config("t", {"a": "1", "b": "2"})
    store.set_config("t", {"a": None, "b": "3"})
    store.add_partitions("t", 3)
    assert (store.topics["t"].config, len(store.topics["t"].partitions)) == ({"b": "3"}, 3)
    with pytest.raises(LogError, match="has 3 partitions already"):
        store.add_partitions("t", 3)
    with pytest.raises(TopicExists):
        store.create_topic("t", 1)
    for name in ("", "a b", "..", "x" * 250):
        with pytest.raises(LogError, match="not valid"):
            store.create_topic(name, 1)
    with pytest.raises(LogError, match="at least 1"):
        store.create_topic("u", 0)


class TestTransactions:
    def marker(self, store: LogStore, producer: int, commit: bool) -> None:
        store.commit([Append("t", 0, batch.control_batch(producer, 0, commit, 0))])

    def test_the_last_stable_offset_waits_for_the_oldest(self, store: LogStore) -> None:
        partition = store.partition("t", 0)
        stable = []
        for step in (data(1), data(1, 2, producer=5), data(1, producer=6), data(1)):
            store.commit([Append("t", 0, step)])
            stable.append(partition.last_stable_offset)
        self.marker(store, 6, commit=True)
        stable.append(partition.last_stable_offset)
        self.marker(store, 5, commit=False)
        assert [*stable, partition.last_stable_offset] == [1, 1, 1, 1, 1, 7]
        assert partition.high_watermark == 7

    def test_aborted_ranges_of_overlapping_producers(self, store: LogStore) -> None:
        partition = store.partition("t", 0)
        for producer in (1, 2, 1):
            store.commit([Append("t", 0, data(1, producer=producer))])
        self.marker(store, 2, commit=False)
        store.commit([Append("t", 0, data(1, producer=2))])
        self.marker(store, 1, commit=False)
        self.marker(store, 2, commit=True)
        first, second = AbortedTransaction(2, 1, 3), AbortedTransaction(1, 0, 5)
        assert partition.aborted_in(0, 7) == [first, second]
        assert partition.aborted_in(4, 7) == [second]
        assert partition.aborted_in(0, 1) == [second]

    def test_an_empty_transaction_aborts_nothing(self, store: LogStore) -> None:
        self.marker(store, 3, commit=False)
        partition = store.partition("t", 0)
        assert (partition.aborted, partition.last_stable_offset) == ([], 1)


def test_offsets_by_timestamp(store: LogStore) -> None:
    partition = store.partition("t", 0)
    assert (partition.offset_for_timestamp(0), partition.max_timestamp()) == (None, None)
    for timestamps in ((10, 30, 20), (5, 40), (35,)):
        store.commit([Append("t", 0, data(*timestamps))])
    found = [partition.offset_for_timestamp(at) for at in (0, 11, 31, 40, 41)]
    assert found == [(0, 10), (1, 30), (4, 40), (4, 40), None]
    assert partition.max_timestamp() == (4, 40)
    store.delete_records({("t", 0): 2})
    assert partition.offset_for_timestamp(11) == (2, 20)


class TestRetention:
    def fill(self, store: LogStore, *config: tuple[str, str]) -> Partition:
        store.set_config("t", dict(config))
        for timestamp in (10, 20, 30, 40):
            store.commit([Append("t", 0, data(timestamp))])
        return store.partition("t", 0)

    def test_by_time(self, store: LogStore) -> None:
        partition = self.fill(store, ("retention.ms", "15"))
        assert store.apply_retention(40) == {("t", 0): 2}
        assert (partition.start_offset, len(partition)) == (2, 2)
        assert store.apply_retention(40) == {}

    def test_by_size(self, store: LogStore) -> None:
        partition = self.fill(store, ("retention.bytes", "150"))
        assert store.apply_retention(0) == {("t", 0): 2}
        assert partition.size_in_bytes <= 150

    def test_kept_forever_compacted_or_unset(self, store: LogStore) -> None:
        for config in ([("retention.ms", "-1")], [("cleanup.policy", "compact"), ("retention.ms", "1")], []):
            self.fill(store, *config)
            assert store.apply_retention(10**12) == {}
        store.set_config("t", {"cleanup.policy": None, "retention.ms": None})
        assert store.apply_retention(10**12, default_ms=10**9) == {("t", 0): 12}

    def test_never_above_the_last_stable_offset(self, store: LogStore) -> None:
        self.fill(store, ("retention.ms", "1"))
        store.commit([Append("t", 0, data(1, producer=1))])
        store.commit([Append("t", 0, data(1))])
        assert store.apply_retention(10**12) == {("t", 0): 4}


class SlowFiles(Files):
    """Syncs when it is let; `error` makes it fail; `full` makes writes fail."""

    def __init__(self) -> None:
        self.let, self.error, self.syncs = threading.Event(), None, 0
        self.let.set()
        self.full, self.refused = False, threading.Event()

    def write(self, file: int, at: int, data: bytes) -> None:
        if self.full:
            super().write(file, at, data[: len(data) // 2])
            self.refused.set()
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(file, at, data)

    def sync(self, file: int) -> None:
        assert self.let.wait(20)
        if self.error is not None:
            raise self.error
        self.syncs += 1
        super().sync(file)


async def test_the_high_watermark_is_the_durable_end(tmp_path: Path) -> None:
    files = SlowFiles()
    store = LogStore.open(tmp_path, files=files)
    store.create_topic("t", 1)
    await store.durable()
    partition, woken = store.partition("t", 0), []
    store.on_durable(lambda seq, moved: woken.append((seq, moved)))
    files.let.clear()
    store.commit([Append("t", 0, data(1, producer=3))])
    seq = store.commit([Append("t", 0, batch.control_batch(3, 0, True, 0))]).seq
    waiting = asyncio.ensure_future(store.durable(seq))
    await asyncio.sleep(0)
    assert not waiting.done()
    assert (partition.end_offset, partition.stable_end) == (2, 2)
    assert (partition.high_watermark, partition.last_stable_offset, partition.read(0, 100)) == (0, 0, [])
    files.let.set()
    await asyncio.wait_for(waiting, 20)
    assert (partition.high_watermark, partition.last_stable_offset) == (2, 2)
    assert woken[-1] == (seq, {partition})
    store.close()


async def test_one_sync_covers_all_that_came_before(tmp_path: Path) -> None:
    files = SlowFiles()
    store = LogStore.open(tmp_path, files=files)
    store.create_topic("t", 1)
    await store.durable()
    before = files.syncs
    for _ in range(500):
        store.commit([Append("t", 0, data(1))])
    await store.durable()
    assert files.syncs - before < 50
    store.close()


async def test_when_the_disk_fails_waiters_hear_of_it(tmp_path: Path) -> None:
    files = SlowFiles()
    store = LogStore.open(tmp_path, files=files)
    store.create_topic("t", 1)
    await store.durable()
    failures: list[BaseException] = []
    store.on_failure(failures.append)
    files.error = OSError(5, "Input/output error")
    with pytest.raises(StorageError, match="Input/output error"):
        await asyncio.wait_for(store.durable(store.commit([Append("t", 0, data(1))]).seq), 20)
    with pytest.raises(StorageError):
        store.commit([Append("t", 0, data(1))])
    assert (failures, store.partition("t", 0).high_watermark) == ([files.error], 0)
    files.error = None
    store.close()
    again = LogStore.open(tmp_path, background=False)
    assert again.topics["t"].partitions[0].start_offset == 0
    again.close()


async def test_old_batches_are_read_from_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rowtime.log.segments._CACHE_BYTES", 2000)
    store = LogStore.open(tmp_path, segment_bytes=5000)
    store.create_topic("t", 1)
    for timestamp in range(50):
        store.commit([Append("t", 0, data(timestamp, size=300))])
        await store.durable()
    partition = store.partition("t", 0)
    assert len(list((tmp_path / "log").iterdir())) > 3
    assert [batch.decode(one.data)[0].timestamp for one in partition.read(0, 1 << 20)] == list(range(50))
    store.close()


async def test_a_write_to_a_full_disk_is_repeated_until_it_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rowtime.log.segments._RETRY_SECONDS", 0.01)
    files = SlowFiles()
    store = LogStore.open(tmp_path, files=files, segment_bytes=400)
    store.create_topic("t", 1)
    await store.durable()
    files.full = True
    seqs = [store.commit([Append("t", 0, data(at, size=200))]).seq for at in range(3)]
    assert await asyncio.to_thread(files.refused.wait, 20)
    while True:
        try:
            store.commit([Append("t", 0, data(9))])
        except StorageFull:
            break
        await asyncio.sleep(0)
    assert store.partition("t", 0).high_watermark == 0
    files.full = False
    await asyncio.wait_for(store.durable(seqs[-1]), 20)
    end = store.partition("t", 0).end_offset
    store.close()
    again = LogStore.open(tmp_path, background=False)
    assert again.partition("t", 0).end_offset == end
    again.close()


async def test_closing_on_a_full_disk_ends(tmp_path: Path) -> None:
    files = SlowFiles()
    store = LogStore.open(tmp_path, files=files)
    store.create_topic("t", 1)
    await store.durable()
    files.full = True
    store.commit([Append("t", 0, data(1))])
    store.close()
    again = LogStore.open(tmp_path, background=False)
    assert (again.seq, again.partition("t", 0).end_offset) == (0, 0)
    again.close()


def test_markers_and_events_may_use_the_room_kept_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LogStore.open(tmp_path, background=False)
    store.create_topic("t", 1)
    monkeypatch.setattr(Files, "free_bytes", lambda self, directory: 20 << 20)
    store.sync()
    with pytest.raises(StorageFull):
        store.commit([Append("t", 0, data(1))])
    store.commit([Append("t", 0, batch.control_batch(1, 0, False, 0))], [Event("x", 1)])
    store.delete_records({("t", 0): 1})
    store.close()
