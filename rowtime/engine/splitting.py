"""Arrays of structs split into lists of their fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from rowtime.functions.aggregate.lineage import KEPT, LINEAGE, follow
from rowtime.sql.types import Struct

Lists = list[list[Any]]


@dataclass(slots=True)
class Known:
    """An array's fields, those of each part of it, and of a ring how many items it had by then."""

    fields: Lists
    parts: list[Lists]
    count: int = 0


class Splitter:
    """split(array) → a list of each field's values, then whether these will not do: the array or a struct is NULL, or a
    first field is NULL or less than the one before it. The lists are the splitter's, good until it is called again.

    Of an array that came of one it has split, as a ring's do, it looks at the items that are new.
    """

    def __init__(self, item: Struct):
        self.width = len(item.fields)
        self.nothing = (*[None] * self.width, True)
        self.tests: list[tuple[int, bool]] = []
        self.needed = [0]
        self.rings: dict[int, Known] = {}
        self.last = Known([], [])
        follow(item)[0] = True

    def part(self, field: int, wanted: bool) -> Callable[[], Lists]:
        """What gives the fields of those structs of the last array where a BOOLEAN is as wanted. From now on an array
        will not do where it is NULL."""
        if (field, wanted) not in self.tests:
            self.tests.append((field, wanted))
            self.needed.append(field)
        return partial(self._part, self.tests.index((field, wanted)))

    def _part(self, number: int) -> Lists:
        return self.last.parts[number]

    def __call__(self, values: Any) -> tuple[Any, ...]:
        found = LINEAGE.find(values)
        known = self._whole(values) if found is None else self._of_ring(values, found[1], found[2])
        if known is None:
            return self.nothing
        self.last = known
        return (*known.fields, False)

    def _of_ring(self, values: list[Any], ring: int, count: int) -> Known | None:
        known = self.rings.pop(ring, None)
        if known is None or not 0 <= count - known.count < len(values) or not self._more(known, values, count):
            known = self._whole(values)
        if known is not None:
            if len(self.rings) > KEPT:
                self.rings.clear()
            known.count = count
            self.rings[ring] = known
        return known

    def _whole(self, values: Any) -> Known | None:
        try:
            fields = [[value[i] for value in values] for i in range(self.width)]
            if fields[0] != sorted(fields[0]) or any(None in fields[i] for i in self.needed):
                return None
        except TypeError:
            return None
        return Known(fields, [[[v for v, flag in zip(field, fields[i], strict=True) if flag is wanted]
                               for field in fields] for i, wanted in self.tests])

    def _more(self, known: Known, values: list[Any], count: int) -> bool:
        """Adds the values that are new and takes away as many as there are too many; False: these will not do."""
        firsts = known.fields[0]
        try:
            for value in values[len(values) - (count - known.count):]:
                if firsts[-1] > value[0] or any(value[i] is None for i, _ in self.tests):
                    return False
                _add(known.fields, value)
                for (i, wanted), part in zip(self.tests, known.parts, strict=True):
                    if value[i] is wanted:
                        _add(part, value)
        except TypeError:
            return False
        if extra := len(firsts) - len(values):
            self._less(known, extra)
        return True

    def _less(self, known: Known, extra: int) -> None:
        for (i, wanted), part in zip(self.tests, known.parts, strict=True):
            gone = known.fields[i][:extra].count(wanted)
            for field in part if gone else ():
                del field[:gone]
        for field in known.fields:
            del field[:extra]


def _add(fields: Lists, value: Any) -> None:
    for field, v in zip(fields, value, strict=True):
        field.append(v)
