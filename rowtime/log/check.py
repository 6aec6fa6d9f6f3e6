"""Verifies a data directory offline, changing nothing: every frame, every batch, every offset."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rowtime.log import batch, frame
from rowtime.log.directory import Directory
from rowtime.log.errors import CorruptLog, InvalidBatch, LogError
from rowtime.log.files import Files
from rowtime.log.segment import Found, Segment
from rowtime.log.segments import check_end, has_tail


@dataclass(slots=True)
class Report:
    """What was found good; `tail` is the size in bytes of an unfinished write that the next start will cut."""

    segments: int = 0
    frames: int = 0
    batches: int = 0
    records: int = 0
    tail: int = 0
    ends: dict[tuple[int, int], int] = field(default_factory=dict)


def check(directory: Path, files: Files | None = None) -> Report:
    """CorruptLog with file and place of the first damage; DirectoryInUse while a broker has it open."""
    if not (directory / "format").is_file():
        raise LogError(f"{directory} is no data directory: give that of `rowtime serve`")
    opened = Directory(directory, files or Files())
    try:
        return _check(opened)
    finally:
        opened.close()


def _check(directory: Directory) -> Report:
    report = Report()
    mark = directory.read_mark()
    paths = directory.segment_paths()
    for path in paths:
        current = Segment.open(directory.files, path)
        report.segments += 1
        for found in current.scan(report.frames):
            _check_frame(report, path, found)
        if has_tail(current, report.frames, mark, last=path == paths[-1]):
            report.tail = directory.files.size(current.file) - current.end
        directory.files.close(current.file)
    check_end(directory, report.frames, mark)
    return report


def _check_frame(report: Report, path: Path, found: Found) -> None:
    report.frames += 1
    for placed in frame.decode(found.body).batches:
        place = f"{path} at byte {found.at + placed.at}"
        try:
            header = batch.check(bytes(found.body[placed.at : placed.at + placed.size]))
        except InvalidBatch as error:
            raise CorruptLog(f"{place}: {error}") from error
        expected = report.ends.get((placed.topic, placed.partition), 0)
        if header.base_offset != expected:
            raise CorruptLog(f"{place}: batch at offset {header.base_offset} where {expected} is next")
        report.ends[placed.topic, placed.partition] = header.next_offset
        report.batches += 1
        report.records += header.record_count
