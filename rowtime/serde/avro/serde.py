"""Avro readers and writers: Confluent's header (a zero byte, the schema's id in four), then the record."""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence

from rowtime.errors import SerdeError
from rowtime.serde.api import Format, Reader, Row, SchemaById, Writer
from rowtime.serde.avro.decode import Decode, decoder
from rowtime.serde.avro.encode import encoder
from rowtime.serde.avro.parsed import parse
from rowtime.serde.avro.physical import physical_encoder
from rowtime.serde.handover import Handover, layout, read_by_one_more, wanted
from rowtime.serde.ring import written
from rowtime.sql.types import Column


def header(schema_id: int) -> bytes:
    return struct.pack(">bi", 0, schema_id)


def avro_reader(fmt: Format, columns: Sequence[Column], used: Collection[str], schema_by_id: SchemaById) -> Reader:
    """Raises KeyError(id) when a writer's schema is not known yet."""
    decoders = Decoders(fmt, columns, used, schema_by_id)
    get, read_one = decoders.strict.get, decoders.read_one

    def read(values: Sequence[bytes | None]) -> list[Row | SerdeError | None]:
        out: list[Row | SerdeError | None] = []
        append = out.append
        for data in values:
            if data is None:
                append(None)
                continue
            decode = get(data[:5])
            if decode is None:
                append(read_one(data))
                continue
            try:
                append(decode(data))
            except Exception:
                append(read_one(data))
        return out

    return read


class Decoders:
    """A decoder for each header seen; `lenient` ones replace what is not UTF-8."""

    def __init__(self, fmt: Format, columns: Sequence[Column], used: Collection[str], schema_by_id: SchemaById):
        self.wrap, self.columns, self.used, self.schema_by_id = fmt.wrap, columns, used, schema_by_id
        self.readers = read_by_one_more(columns) if fmt.wrap else None
        self.strict: dict[bytes, Decode] = {}
        self.lenient: dict[bytes, Decode] = {}

    def made(self, head: bytes, errors: str) -> Decode:
        if len(head) < 5 or head[0] != 0:
            raise SerdeError("Unknown magic byte!" if head else "Invalid Avro: no bytes")
        root = parse(self.schema_by_id(int.from_bytes(head[1:], "big")))
        decode = decoder(root, self.columns, self.used, self.wrap, errors=errors)
        own = [name.upper() for name, _ in root.fields] == [c.name for c in self.columns]
        here = wanted((head, layout(self.columns))) if own and self.readers is not None and errors == "strict" else None
        if here is None or self.readers is None:
            return decode
        whole = decoder(root, self.columns, {c.name for c in self.columns}, self.wrap)
        return either(here, self.readers, decode, whole)

    def of(self, head: bytes, errors: str) -> Decode:
        cache = self.strict if errors == "strict" else self.lenient
        if head not in cache:
            cache[head] = self.made(head, errors)
        return cache[head]

    def read_one(self, data: bytes) -> Row | SerdeError | None:
        """The slow way: for a schema not seen before, and for errors."""
        head = data[:5]
        try:
            try:
                return self.of(head, "strict")(data)
            except UnicodeDecodeError:
                return self.of(head, "replace")(data)
        except SerdeError as e:
            return e
        except (IndexError, struct.error, ValueError, OverflowError) as e:
            return SerdeError(f"Invalid Avro: {e}")


def either(here: Handover, readers: list[int], decode: Decode, whole: Decode) -> Decode:
    """Takes what a writer or another reader in this process has left, else decodes: all columns where others read."""

    def take(data: bytes) -> Row:
        row = here.take(data)
        if row is None:
            if readers[0] < 2:
                return decode(data)
            try:
                row = whole(data)
            except Exception:
                return decode(data)
            here.offer(data, row)
        return row

    return take


def avro_writer(fmt: Format, columns: Sequence[Column], schema_id: int, spliced: Collection[str] = (),
                schema: str = "") -> Writer:
    if schema:
        encode = physical_encoder(parse(schema), columns, header(schema_id))
    else:
        encode = encoder(columns, header(schema_id), fmt.wrap, spliced)
    key = (header(schema_id), layout(columns))
    written(columns)

    def write(rows: Sequence[Row | None]) -> list[bytes | SerdeError | None]:
        out = encoded(rows)
        here = None if spliced or schema or not fmt.wrap else wanted(key)
        if here is not None:
            for data, row in zip(out, rows, strict=True):
                if row is not None and isinstance(data, bytes):
                    here.offer(data, row)
        return out

    def encoded(rows: Sequence[Row | None]) -> list[bytes | SerdeError | None]:
        out: list[bytes | SerdeError | None] = []
        append = out.append
        for row in rows:
            try:
                append(None if row is None else encode(row))
            except SerdeError as e:
                append(e)
            except (struct.error, ValueError, TypeError, AttributeError, OverflowError, ArithmeticError) as e:
                append(SerdeError(f"Error serializing message to topic: {e}"))
        return out

    return write
