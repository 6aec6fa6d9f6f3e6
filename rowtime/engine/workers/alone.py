"""An engine of one process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rowtime.engine.workers.api import Place


class Alone:
    """No others: there is nothing to do."""

    def start(self) -> None: ...

    async def follow(self) -> None: ...

    async def rows(self, query_id: str, keys: Sequence[Any] | None) -> list[Any]:
        return []

    async def positions(self, query_id: str) -> Mapping[Place, int]:
        return {}

    async def settled(self) -> None: ...

    def failed(self, query_id: str, error: Any) -> None: ...
