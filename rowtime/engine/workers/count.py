"""How many processes a log's queries are divided among: fixed when they are first."""

from __future__ import annotations

from rowtime.engine.workers.share import Share
from rowtime.errors import RowtimeError
from rowtime.log.api import Log

EVENT = "workers"


async def check_count(log: Log, share: Share) -> None:
    """RowtimeError where steps and snapshots are those of another number of workers."""
    written = await log.events(EVENT)
    has_queries = any(entry["query_id"] for entry in await log.events("command"))
    used = written[-1] if written else 1 if has_queries else None
    if used is None and share.count > 1 and share.number == 0:
        await log.durable(log.append_event(EVENT, share.count))
    if used not in (None, share.count):
        raise RowtimeError(f"this data directory was used with --workers {used}, which cannot be changed: its queries' "
                           f"state belongs to the workers; start with --workers {used}")
