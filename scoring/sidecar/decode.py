"""Decoders by writer schema id, made once for the columns a model needs."""

from __future__ import annotations

from collections.abc import Iterable

from scoring.avro.decoder import Batch, BatchDecoder
from scoring.avro.schema import parse_record
from scoring.avro.wire import HEADER_SIZE
from scoring.errors import SchemaError, UnknownSchema
from scoring.sidecar.records import Rejection
from scoring.sidecar.registry import SchemaRegistry
from scoring.sidecar.screen import MISSING

UNKNOWN_SCHEMA = "unknown schema"
UNUSABLE_SCHEMA = "unusable schema"


class Decoders:
    """Cached decoders; asks the registry once for each id."""

    def __init__(self, registry: SchemaRegistry, needed: Iterable[str], optional: Iterable[str] = ()) -> None:
        self._registry, self._needed, self._optional = registry, tuple(dict.fromkeys(needed)), tuple(optional)
        self._made: dict[int, BatchDecoder | Rejection] = {}

    def decode(self, schema_id: int, payloads: list[bytes]) -> Batch | Rejection:
        """Columns of payloads of one writer schema, or why none of them can be read.

        Raises RegistryError while the registry does not answer.
        """
        if schema_id not in self._made:
            self._made[schema_id] = self._make(schema_id)
        made = self._made[schema_id]
        return made if isinstance(made, Rejection) else made.decode(payloads, HEADER_SIZE)

    def _make(self, schema_id: int) -> BatchDecoder | Rejection:
        try:
            schema = parse_record(self._registry.schema(schema_id))
        except UnknownSchema as error:
            return Rejection(UNKNOWN_SCHEMA, str(error), "UnknownSchema")
        except SchemaError as error:
            return Rejection(UNUSABLE_SCHEMA, f"schema id {schema_id}: {error}", "SchemaError")
        absent = [name for name in self._needed if schema.field(name) is None]
        if absent:
            return Rejection(MISSING, f"schema id {schema_id} has no {', '.join(absent)}", "SchemaError")
        try:
            return BatchDecoder(schema, [*self._needed, *(name for name in self._optional if schema.field(name))])
        except SchemaError as error:
            return Rejection(UNUSABLE_SCHEMA, f"schema id {schema_id}: {error}", "SchemaError")
