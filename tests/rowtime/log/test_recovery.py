from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowtime.log.errors import CorruptLog, DirectoryInUse, LogError, StorageError, StorageFull
from rowtime.log.files import Files
from rowtime.log.store import Event, LogStore
from tests.rowtime.log.disk import PowerCut, SimulatedDisk
from tests.rowtime.log.scripts import Opened, Operation, operations, run

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
DATA = Path("/data")
scripts = st.lists(operations, min_size=3, max_size=25)


@UNHURRIED
@given(scripts)
def test_what_is_recovered_is_what_was_there(script: list[Operation]) -> None:
    disk = SimulatedDisk()
    opened = Opened(DATA, disk)
    for operation in [("create", "a", 2), *script]:
        run(opened.store, operation)
    before = opened.holds()
    opened.store.close()
    again = Opened(DATA, disk)
    assert again.holds() == before
    assert all(p.high_watermark == p.end_offset for t in again.store.topics.values() for p in t.partitions)
    again.store.close()
    memory = Opened(None)
    for operation in [("create", "a", 2), *script]:
        run(memory.store, operation)
    assert memory.seen == before["seen"]


class Acknowledged:
    """A run until the power goes: states after each frame, and the last frame that was acknowledged."""

    def __init__(self, disk: SimulatedDisk):
        self.disk = disk
        self.states: dict[int, Any] = {}
        self.durable = -1

    def run(self, script: list[Operation]) -> None:
        try:
            opened = Opened(DATA, self.disk)
            self.states[opened.store.seq] = opened.holds()
            for operation in script:
                run(opened.store, operation)
                self.states[opened.store.seq] = opened.holds()
                self.durable = opened.store.durable_seq
            opened.store.close()
        except PowerCut:
            pass


@settings(UNHURRIED, max_examples=200)
@given(scripts, st.integers(0, 120), st.integers(0, 2**32))
def test_a_power_cut_loses_nothing_acknowledged_and_leaves_a_prefix(
    script: list[Operation], countdown: int, seed: int
) -> None:
    """Power goes at any file operation; any subset of the unsynced sectors and names survives; twice in a row."""
    choose = random.Random(seed)
    life = Acknowledged(SimulatedDisk(countdown=countdown))
    life.run([("create", "a", 2), *script])
    after = life.disk.cut(lambda: choose.random() < 0.5)
    after.countdown = choose.randrange(12)
    try:
        Opened(DATA, after).store.close()
    except PowerCut:
        after = after.cut(lambda: choose.random() < 0.5)
    after.countdown = None
    again = Opened(DATA, after)
    assert again.store.seq >= life.durable
    if life.states and again.store.seq >= 0:
        assert again.holds() == life.states[again.store.seq]
    run(again.store, ("create", "new", 1))
    again.store.sync()
    final = again.holds()
    again.store.close()
    assert Opened(DATA, after).holds() == final


BUSY: list[Operation] = [
    ("create", "a", 1),
    *[("commit", [("a", 0, [b"v" * 900], None)], [("x", number)], True) for number in range(3)],
    ("sync",),
    *[("commit", [("a", 0, [b"v" * 900], 1)], [], False) for _ in range(3)],
    ("end", "a", 0, 1, True),
]


@pytest.mark.parametrize("survives", [False, True])
def test_what_a_start_after_a_kill_shows_survives_a_power_cut(survives: bool) -> None:
    """The process dies at each of its file operations in turn."""
    countdown, operations_left = 0, True
    while operations_left:
        life = Acknowledged(SimulatedDisk(countdown=countdown))
        life.run(BUSY)
        operations_left = life.disk.countdown is not None and life.disk.countdown < 0
        disk = life.disk.kill()
        opened = Opened(DATA, disk)
        assert opened.store.seq >= life.durable
        shown = opened.holds()
        assert Opened(DATA, disk.cut(lambda: survives)).holds() == shown
        run(opened.store, ("create", "new", 1))
        opened.store.sync()
        shown = opened.holds()
        assert Opened(DATA, disk.cut(lambda: survives)).holds() == shown
        countdown += 1
    assert countdown > 20


def filled(disk: SimulatedDisk, count: int = 12) -> None:
    opened = Opened(DATA, disk)
    run(opened.store, ("create", "a", 1))
    for number in range(count):
        run(opened.store, ("commit", [("a", 0, [b"v" * 200], None)], [("x", number)], number % 2 == 0))
        run(opened.store, ("sync",))
    opened.store.close()


def test_any_flipped_byte_of_a_synced_log_is_refused_with_file_and_place() -> None:
    disk = SimulatedDisk()
    filled(disk, 4)
    whole = disk.contents()
    logs = [path for path in whole if path.suffix == ".log"]
    header_padding = range(28, 32)
    for path in logs:
        for at in set(range(0, len(whole[path]), 7)) | {len(whole[path]) - 1} - set(header_padding):
            damaged = bytearray(whole[path])
            damaged[at] ^= 0x40
            if at in header_padding:
                continue
            with pytest.raises(CorruptLog, match=f"{path.name} is damaged at byte"):
                Opened(DATA, SimulatedDisk({**whole, path: bytes(damaged)}))


@pytest.mark.parametrize("keep_mark", [True, False])
def test_a_hole_before_synced_frames_is_damage_even_without_the_mark(keep_mark: bool) -> None:
    disk = SimulatedDisk()
    filled(disk, 6)
    whole = disk.contents()
    path = next(path for path in whole if path.suffix == ".log")
    damaged = bytearray(whole[path])
    damaged[100] ^= 1
    names = {**whole, path: bytes(damaged)}
    if not keep_mark:
        names[DATA / "synced"] = b""
    with pytest.raises(CorruptLog, match="restore the data directory"):
        Opened(DATA, SimulatedDisk(names))


def test_a_missing_segment_is_refused() -> None:
    disk = SimulatedDisk()
    filled(disk, 40)
    whole = disk.contents()
    logs = sorted(path for path in whole if path.suffix == ".log")
    assert len(logs) >= 3
    for missing in (logs[0], logs[1], logs[-1]):
        with pytest.raises(CorruptLog):
            Opened(DATA, SimulatedDisk({path: data for path, data in whole.items() if path != missing}))


@pytest.mark.parametrize("tail", [b"\0" * 700, b"RtFr" + b"\x01" * 200, b"\xff" * 39])
def test_an_unfinished_tail_is_cut(tail: bytes) -> None:
    disk = SimulatedDisk()
    filled(disk, 4)
    whole = disk.contents()
    path = max(path for path in whole if path.suffix == ".log")
    expected = Opened(DATA, SimulatedDisk(whole)).holds()
    found = SimulatedDisk({**whole, path: whole[path] + tail})
    opened = Opened(DATA, found)
    assert opened.holds() == expected
    assert found.contents()[path] == whole[path]


def test_frames_of_an_older_life_behind_the_tail_are_not_read() -> None:
    disk = SimulatedDisk()
    filled(disk, 4)
    whole = disk.contents()
    path = max(path for path in whole if path.suffix == ".log")
    other = SimulatedDisk()
    filled(other, 8)
    theirs = other.contents()
    old = b"".join(theirs[name] for name in sorted(theirs) if name.suffix == ".log")
    own_old = whole[path][32:]
    expected = Opened(DATA, SimulatedDisk(whole)).holds()
    for planted in (old, own_old):
        assert Opened(DATA, SimulatedDisk({**whole, path: whole[path] + planted})).holds() == expected


def test_a_failed_sync_acknowledges_nothing_and_ends_all_writing() -> None:
    disk = SimulatedDisk()
    opened = Opened(DATA, disk)
    failures: list[BaseException] = []
    opened.store.on_failure(failures.append)
    run(opened.store, ("create", "a", 1))
    opened.store.sync()
    opened.store.commit((), [Event("x", 1)])
    disk.failing = OSError(5, "Input/output error")
    with pytest.raises(StorageError, match="Input/output error.*only what was synced"):
        opened.store.sync()
    assert opened.store.durable_seq == 0
    disk.failing = None
    for attempt in (opened.store.sync, lambda: opened.store.commit((), [Event("x", 2)])):
        with pytest.raises(StorageError):
            attempt()
    assert len(failures) == 1


def test_a_full_disk_refuses_writes_until_there_is_room() -> None:
    disk = SimulatedDisk()
    disk.free = 9 << 20
    opened = Opened(DATA, disk)
    run(opened.store, ("create", "a", 1))
    with pytest.raises(StorageFull, match="MB free"):
        opened.store.commit((), [Event("x", b"x" * (2 << 20))])
    disk.free = 1 << 30
    opened.store.commit((), [Event("x", b"x" * (2 << 20))])
    opened.store.sync()
    assert opened.store.durable_seq == 1


def test_a_second_process_is_refused_and_a_crashed_one_leaves_no_lock(tmp_path: Path) -> None:
    first = LogStore.open(tmp_path / "data", background=False)
    with pytest.raises(DirectoryInUse, match="in use by another process"):
        LogStore.open(tmp_path / "data", background=False)
    first.close()
    LogStore.open(tmp_path / "data", background=False).close()


@pytest.mark.parametrize(("version", "advice"), [(3, "upgrade"), (1, "read it with the rowtime that wrote it")])
def test_another_format_is_refused_untouched(tmp_path: Path, version: int, advice: str) -> None:
    LogStore.open(tmp_path, background=False).close()
    (tmp_path / "format").write_text(f"{version}\n")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(LogError, match=f"has format {version}, this version reads 2: {advice}"):
        LogStore.open(tmp_path, background=False)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_files_are_private(tmp_path: Path) -> None:
    store = LogStore.open(tmp_path / "data", background=False)
    store.create_topic("a", 1)
    store.close()
    paths = [tmp_path / "data", *(tmp_path / "data").rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file()} == {0o600}


def test_the_file_layer_writes_and_reads_back(tmp_path: Path) -> None:
    files = Files()
    file = files.create(tmp_path / "f")
    files.write(file, 3, b"abc")
    files.sync(file)
    files.sync_directory(tmp_path)
    assert (files.read(file, 0, 10), files.size(file)) == (b"\0\0\0abc", 6)
    files.truncate(file, 4)
    files.close(file)
    files.rename(tmp_path / "f", tmp_path / "g")
    assert files.names(tmp_path) == ["g"] and files.free_bytes(tmp_path) > 0
    with pytest.raises(FileExistsError):
        files.create(tmp_path / "g")
    files.unlink(tmp_path / "g")
    assert not files.exists(tmp_path / "g")
