"""Schemas in this process: what the engine needs of a Schema Registry, without a server."""

from __future__ import annotations


class SchemaStore:
    """Implements `rowtime.log.api.Schemas`. Ids count from 1; the same text has the same id under every subject."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._texts: dict[int, str] = {}
        self._subjects: dict[str, list[int]] = {}

    async def register(self, subject: str, schema: str, schema_type: str = "AVRO") -> int:
        schema_id = self._ids.setdefault(schema, len(self._ids) + 1)
        self._texts[schema_id] = schema
        versions = self._subjects.setdefault(subject, [])
        if schema_id not in versions:
            versions.append(schema_id)
        return schema_id

    async def by_id(self, schema_id: int) -> str:
        """KeyError if there is none."""
        return self._texts[schema_id]

    async def latest(self, subject: str) -> tuple[int, str] | None:
        versions = self._subjects.get(subject)
        return (versions[-1], self._texts[versions[-1]]) if versions else None

    async def delete_subject(self, subject: str) -> None:
        self._subjects.pop(subject, None)
