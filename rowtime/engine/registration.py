"""Schemas put into the registry."""

from __future__ import annotations

from collections.abc import Iterable

from rowtime.engine.change import Registration
from rowtime.errors import KsqlError
from rowtime.log.api import Schemas


async def register(schemas: Schemas, registrations: Iterable[Registration]) -> dict[str, int]:
    """Registers what is asked for; subject → id of the schema to write with."""
    ids: dict[str, int] = {}
    for r in registrations:
        latest = await schemas.latest(r.subject) if r.reuse else None
        if latest is not None:
            ids[r.subject] = latest[0]
            continue
        try:
            ids[r.subject] = await schemas.register(r.subject, r.schema)
        except KsqlError:
            raise
        except Exception as e:
            raise KsqlError(f"Could not register schema for topic: {e}") from e
    return ids
