"""Which partitions one process of the engine works on."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Share:
    """The partitions whose number leaves the remainder `number` by `count`.

    undivided   a query that stays whole: all of its partitions are process 0's
    """

    number: int = 0
    count: int = 1
    undivided: bool = False

    @property
    def divides(self) -> bool:
        """Whether other processes have partitions of the same query."""
        return self.count > 1 and not self.undivided

    def has(self, partition: int) -> bool:
        return (0 if self.undivided else partition % self.count) == self.number

    def whole(self) -> Share:
        """The same process's share of a query that stays whole."""
        return replace(self, undivided=True)

    def task_name(self, name: str) -> str:
        """Steps and snapshots belong to a process: names of tasks are different in each."""
        return f"{name}@{self.number}" if self.number else name


ALL = Share()
