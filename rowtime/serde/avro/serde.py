"""Avro readers and writers: Confluent's header (a zero byte, the schema's id in four), then the record."""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence

from rowtime.errors import SerdeError
from rowtime.serde.api import Format, Reader, Row, SchemaById, Writer
from rowtime.serde.avro.decode import Decode, decoder
from rowtime.serde.avro.encode import each, encoder
from rowtime.serde.avro.parsed import parse
from rowtime.serde.avro.physical import physical_encoder
from rowtime.serde.ring import written
from rowtime.sql.types import Column


def header(schema_id: int) -> bytes:
    return struct.pack(">bi", 0, schema_id)


def avro_reader(fmt: Format, columns: Sequence[Column], used: Collection[str], schema_by_id: SchemaById) -> Reader:
    """Raises KeyError(id) when a writer's schema is not known yet."""
    decoders = Decoders(fmt, columns, used, schema_by_id)

    def read(values: Sequence[bytes | None]) -> list[Row | SerdeError | None]:
        first = next((data for data in values if data is not None), None)
        if first is None:
            return [None] * len(values)
        try:
            decode = decoders.of(first[:5], "strict")
        except SerdeError:
            return [decoders.read_one(data) for data in values]
        return decode(values, decoders.read_one)

    return read


class Decoders:
    """A decoder for each header seen; `lenient` ones replace what is not UTF-8."""

    def __init__(self, fmt: Format, columns: Sequence[Column], used: Collection[str], schema_by_id: SchemaById):
        self.wrap, self.columns, self.used, self.schema_by_id = fmt.wrap, columns, used, schema_by_id
        self.strict: dict[bytes, Decode] = {}
        self.lenient: dict[bytes, Decode] = {}

    def made(self, head: bytes, errors: str) -> Decode:
        if len(head) < 5 or head[0] != 0:
            raise SerdeError("Unknown magic byte!" if head else "Invalid Avro: no bytes")
        root = parse(self.schema_by_id(int.from_bytes(head[1:], "big")))
        return decoder(root, self.columns, self.used, self.wrap, head, errors)

    def of(self, head: bytes, errors: str) -> Decode:
        cache = self.strict if errors == "strict" else self.lenient
        found = cache.get(head)
        if found is None:
            found = cache[head] = self.made(head, errors)
        return found

    def read_one(self, data: bytes | None, problem: Exception | None = None) -> Row | SerdeError | None:
        """A value with another header, or the answer to a problem."""
        if data is None:
            return None
        if isinstance(problem, SerdeError):
            return problem
        if isinstance(problem, UnicodeDecodeError):
            return self.of(data[:5], "replace")([data], self.read_one)[0]
        if isinstance(problem, IndexError | struct.error | ValueError | OverflowError):
            return SerdeError(f"Invalid Avro: {problem}")
        if problem is not None:
            raise problem
        try:
            return self.of(data[:5], "strict")([data], self.read_one)[0]
        except SerdeError as e:
            return e


def avro_writer(fmt: Format, columns: Sequence[Column], schema_id: int, spliced: Collection[str] = (),
                schema: str = "") -> Writer:
    written(columns)
    if schema:
        return each(physical_encoder(parse(schema), columns, header(schema_id)))
    return encoder(columns, header(schema_id), fmt.wrap, spliced)
