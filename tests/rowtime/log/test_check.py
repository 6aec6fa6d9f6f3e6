from __future__ import annotations

from pathlib import Path

import pytest

from rowtime.log import batch
from rowtime.log.api import Record
from rowtime.log.check import check
from rowtime.log.errors import CorruptLog, DirectoryInUse, LogError
from rowtime.log.store import Append, LogStore


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    store = LogStore.open(tmp_path / "data", background=False, segment_bytes=2000)
    store.create_topic("t", 2)
    for number in range(20):
        store.commit([Append("t", number % 2, batch.encode([Record(b"k", b"v" * 100, number)] * 3))])
        store.sync()
    store.close()
    return tmp_path / "data"


def contents(directory: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_a_good_directory_is_counted_and_left_alone(directory: Path) -> None:
    before = contents(directory)
    report = check(directory)
    assert (report.frames, report.batches, report.records, report.tail) == (21, 20, 60, 0)
    assert report.segments > 2
    assert sorted(report.ends.values()) == [30, 30]
    assert contents(directory) == before


def test_damage_is_named_and_a_tail_is_told(directory: Path) -> None:
    last = max((directory / "log").iterdir())
    good = last.read_bytes()
    last.write_bytes(good + b"RtFr half a frame")
    assert check(directory).tail == 17
    last.write_bytes(good[:60] + b"!" + good[61:])
    with pytest.raises(CorruptLog, match=f"{last.name} is damaged at byte 32"):
        check(directory)


def test_what_cannot_be_checked_says_why(directory: Path, tmp_path: Path) -> None:
    with pytest.raises(LogError, match="is no data directory"):
        check(tmp_path)
    assert list(tmp_path.iterdir()) == [directory]
    store = LogStore.open(directory, background=False)
    with pytest.raises(DirectoryInUse):
        check(directory)
    store.close()
