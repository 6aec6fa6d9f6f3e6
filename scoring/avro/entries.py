"""Named entries of an array of records {NAME, VALUE}: the field MEASURES.distance is the value named distance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.avro.column import Column, empty
from scoring.avro.cursor import Cursor
from scoring.avro.read import read_branch, skip
from scoring.avro.schema import AvroType, item_record

ReadField = Callable[[AvroType, Cursor], Column]
Rows = NDArray[np.int64]


class EntryReader:
    """Values of the wanted names in n arrays; null where there is no such entry. The first of a name counts."""

    def __init__(self, type: AvroType, names: Sequence[str], read_field: ReadField) -> None:
        record = item_record(type)
        value = record and record.field("VALUE")
        assert record and value
        self.type, self.record, self.read_field, self.kind = type, record, read_field, value.type.value.kind
        self.names = [name.encode() for name in names]

    def read(self, cursor: Cursor) -> list[Column]:
        """One column a name; the cursor moves over the arrays, which are checked as any skipped field is."""
        start = cursor.at.copy()
        skip(self.type, cursor)
        self.columns = [empty(self.kind, len(cursor)) for _ in self.names]
        rows = np.flatnonzero(~cursor.bad & (cursor.at - start > 1))
        self._arrays(rows, Cursor(cursor.buffer, start[rows], cursor.end[rows], np.zeros(len(rows), dtype=bool)))
        return self.columns

    def _arrays(self, rows: Rows, cursor: Cursor) -> None:
        if self.type.kind == "union":
            rows, cursor = self._present(self.type, rows, cursor)
        while len(rows):
            count = cursor.varint()
            sized = np.flatnonzero(count < 0)
            if len(sized):
                part = cursor.rows(sized)
                part.varint()
                cursor.put(sized, part)
            left = np.abs(count)
            self._items(rows, cursor, left.copy())
            keep = np.flatnonzero(left)
            rows, cursor = rows[keep], cursor.rows(keep)

    def _items(self, rows: Rows, cursor: Cursor, left: Rows) -> None:
        item = self.type.value.branches[0]
        while len(at := np.flatnonzero(left)):
            part = cursor.rows(at)
            if item.kind == "union":
                some, inner = self._present(item, np.arange(len(at)), part)
                self._entry(rows[at[some]], inner)
                part.put(some, inner)
            else:
                self._entry(rows[at], part)
            cursor.put(at, part)
            left[at] -= 1

    def _present(self, type: AvroType, rows: Rows, cursor: Cursor) -> tuple[Rows, Cursor]:
        """Where a nullable union holds its value; cursor moves over the branches."""
        branch = read_branch(type, cursor)
        here = np.flatnonzero(branch == next(i for i, b in enumerate(type.branches) if b.kind != "null"))
        return rows[here], cursor.rows(here)

    def _entry(self, rows: Rows, cursor: Cursor) -> None:
        read = {field.name: self.read_field(field.type, cursor) for field in self.record.fields}
        for name, column in zip(self.names, self.columns, strict=True):
            hit = (read["NAME"].values == name) & ~read["VALUE"].null & column.null[rows]
            column.values[rows[hit]] = read["VALUE"].values[hit]
            column.null[rows[hit]] = False
