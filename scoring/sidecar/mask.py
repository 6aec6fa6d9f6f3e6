"""Fields a schema marks as sensitive ("sensitive": true) are blackened in dead letters."""

from __future__ import annotations

from scoring.avro.decoder import BatchDecoder
from scoring.avro.schema import AvroType
from scoring.avro.wire import HEADER_SIZE
from scoring.errors import SchemaError

TEXTS = ("string", "bytes")


def sensitive_fields(schema: AvroType) -> tuple[str, ...]:
    """Names of the fields marked sensitive; SchemaError where one is no text, which cannot be blackened in place."""
    marked = [field for field in schema.fields if dict(field.properties).get("sensitive") is True]
    for field in marked:
        if field.type.value.kind not in TEXTS:
            raise SchemaError(f"field {field.name} is sensitive but {field.type.value.kind}; only texts can be masked")
    return tuple(field.name for field in marked)


class Mask:
    """Blackens the sensitive fields of payloads of one schema."""

    def __init__(self, schema: AvroType) -> None:
        self.fields = sensitive_fields(schema)
        self._decoder = BatchDecoder(schema, self.fields)

    def masked(self, payload: bytes) -> bytes | None:
        """The payload with every byte of sensitive fields an asterisk; None where it does not follow the schema, so
        that nobody knows where they are."""
        if not self.fields:
            return payload
        batch = self._decoder.decode([payload], HEADER_SIZE)
        if batch.bad[0]:
            return None
        changed = bytearray(payload)
        for name in self.fields:
            column = batch.columns[name]
            if column.spans is not None and not column.null[0]:
                start, length = int(column.spans.starts[0]), int(column.spans.sizes[0])
                changed[start:start + length] = b"*" * length
        return bytes(changed)
