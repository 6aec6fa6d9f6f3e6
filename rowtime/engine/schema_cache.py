"""Writers' schemas by id, as readers ask for them: at once or not at all."""

from __future__ import annotations

from rowtime.errors import SerdeError
from rowtime.log.api import Schemas


class SchemaCache:
    """`get` raises KeyError(id) until `fetch(id)` has been awaited; an id nobody knows makes records unreadable."""

    def __init__(self, schemas: Schemas):
        self.schemas = schemas
        self.texts: dict[int, str | None] = {}

    def get(self, schema_id: int) -> str:
        text = self.texts[schema_id]
        if text is None:
            raise SerdeError(f"Error retrieving Avro schema for id {schema_id}: it is not in the registry")
        return text

    async def fetch(self, schema_id: int) -> None:
        try:
            self.texts[schema_id] = await self.schemas.by_id(schema_id)
        except KeyError:
            self.texts[schema_id] = None
