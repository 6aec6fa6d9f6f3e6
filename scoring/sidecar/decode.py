"""Decoders by writer schema id, made once for the columns a model needs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from scoring.avro.decoder import Batch, BatchDecoder
from scoring.avro.read import READABLE
from scoring.avro.schema import AvroType, parse_record
from scoring.avro.wire import HEADER_SIZE
from scoring.errors import SchemaError, UnknownSchema
from scoring.sidecar.mask import Mask
from scoring.sidecar.records import Rejection
from scoring.sidecar.registry import SchemaRegistry
from scoring.sidecar.screen import MISSING

UNKNOWN_SCHEMA = "unknown schema"
ASK_AGAIN_SECONDS = 10.0
UNUSABLE_SCHEMA = "unusable schema"


class Decoders:
    """Cached decoders; asks the registry once for each id."""

    def __init__(
        self, registry: SchemaRegistry, needed: Iterable[str], optional: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry, self._needed, self._optional = registry, tuple(dict.fromkeys(needed)), tuple(optional)
        self._made: dict[int, BatchDecoder | Rejection] = {}
        self._unknown: dict[int, float] = {}
        self._clock = clock
        self._masks: dict[int, Mask | None] = {}

    def decode(self, schema_id: int, payloads: list[bytes]) -> Batch | Rejection:
        """Columns of payloads of one writer schema, or why none of them can be read.

        Raises RegistryError while the registry does not answer.
        """
        made = self._made.get(schema_id)
        if made is None or self._expired(schema_id):
            made = self._made[schema_id] = self._make(schema_id)
        return made if isinstance(made, Rejection) else made.decode(payloads, HEADER_SIZE)

    def _expired(self, schema_id: int) -> bool:
        """An id that was unknown is asked for again after a while: registries are eventually consistent."""
        return schema_id in self._unknown and self._clock() - self._unknown[schema_id] > ASK_AGAIN_SECONDS

    def mask(self, schema_id: int) -> Mask | None:
        """What blackens sensitive fields of a schema that was asked for before; None where the schema is unknown."""
        if schema_id not in self._masks:
            try:
                self._masks[schema_id] = Mask(parse_record(self._registry.schema(schema_id)))
            except (UnknownSchema, SchemaError):
                self._masks[schema_id] = None
        return self._masks[schema_id]

    def _make(self, schema_id: int) -> BatchDecoder | Rejection:
        self._unknown.pop(schema_id, None)
        self._masks.pop(schema_id, None)
        try:
            schema = parse_record(self._registry.schema(schema_id))
        except UnknownSchema as error:
            self._unknown[schema_id] = self._clock()
            return Rejection(UNKNOWN_SCHEMA, str(error), "UnknownSchema")
        except SchemaError as error:
            return Rejection(UNUSABLE_SCHEMA, f"schema id {schema_id}: {error}", "SchemaError")
        absent = [name for name in self._needed if schema.field(name) is None]
        if absent:
            return Rejection(MISSING, f"schema id {schema_id} has no {', '.join(absent)}", "SchemaError")
        try:
            return BatchDecoder(schema, [*self._needed, *(name for name in self._optional if _readable(schema, name))])
        except SchemaError as error:
            return Rejection(UNUSABLE_SCHEMA, f"schema id {schema_id}: {error}", "SchemaError")


def _readable(schema: AvroType, name: str) -> bool:
    field = schema.field(name)
    return field is not None and field.type.value.kind in READABLE
