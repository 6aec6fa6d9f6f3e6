"""What an engine asks of its other processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Place = tuple[str, int]


class Team(Protocol):
    """Of process 0: all others. Of another: process 0, which only hears of errors."""

    def start(self) -> None:
        """Starts the processes, once; they do first what the command log holds."""
        ...

    async def follow(self) -> None:
        """Returns when every process has done what the command log holds; RowtimeError where one is gone."""
        ...

    async def rows(self, query_id: str, keys: Sequence[Any] | None) -> list[Any]:
        """(key, row, timestamp) of these keys, or of all, in the others' part of a query's table; durable."""
        ...

    async def positions(self, query_id: str) -> Mapping[Place, int]:
        """(topic, partition) → next offset that the others read."""
        ...

    async def settled(self) -> None:
        """Returns when everything that the others have written so far is durable."""
        ...

    def failed(self, query_id: str, error: Any) -> None:
        """Tells the others that a query has stopped, and why."""
        ...
