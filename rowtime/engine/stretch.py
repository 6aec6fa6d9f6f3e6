"""Records on their way through a task, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowtime.engine.inbox import Inbox

Run = tuple[str, int, int, int]
"""Topic, partition, first offset, number of records."""


@dataclass(slots=True)
class Stretch:
    """Records in the order a task takes them, as lists of one length.

    box, boxes   the inbox of all of them, or (box None) of each
    offsets      of each; a range where they are neighbours
    times        ms
    keys, rows   tuples or None
    olds         a table's rows before these, where its changes carry them
    problems     place in the lists → why that record could not be read, in order: it is skipped and logged
    """

    box: Inbox | None
    offsets: Sequence[int]
    times: Sequence[int]
    keys: Sequence[Any]
    rows: Sequence[Any]
    olds: Sequence[Any] | None = None
    problems: dict[int, str] | None = None
    boxes: Sequence[Inbox] = ()

    def __len__(self) -> int:
        return len(self.times)

    def __getitem__(self, at: slice) -> Stretch:
        first, end, _ = at.indices(len(self.times))
        olds = None if self.olds is None else self.olds[at]
        problems = self.problems and {i - first: text for i, text in self.problems.items() if first <= i < end}
        return Stretch(self.box, self.offsets[at], self.times[at], self.keys[at], self.rows[at], olds, problems or None,
                       self.boxes[at])

    def box_at(self, place: int) -> Inbox:
        return self.boxes[place] if self.box is None else self.box

    def readable(self) -> Iterator[tuple[Stretch, int]]:
        """What is between problems, with the place of the problem behind it; -1: there is none."""
        first = 0
        for place in self.problems or ():
            yield self[first:place], place
            first = place + 1
        yield self[first:] if first else self, -1

    def runs(self) -> Iterator[Run]:
        """Neighbouring records of one partition, in order."""
        if self.box is not None:
            yield self.box.topic, self.box.partition, self.offsets[0], len(self.offsets)
            return
        boxes, offsets = self.boxes, self.offsets
        ends = [i for i in range(1, len(offsets)) if boxes[i] is not boxes[i - 1] or offsets[i] != offsets[i - 1] + 1]
        for first, end in pairwise((0, *ends, len(offsets))):
            yield boxes[first].topic, boxes[first].partition, offsets[first], end - first
