"""Encoders of Avro records, generated for a sink's columns; every field is a union with null first."""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal as Number
from itertools import groupby
from typing import Any

from rowtime.errors import SerdeError
from rowtime.serde.avro.convert import EXACT, overflow
from rowtime.serde.avro.varint import ONE, SOME_LENGTHS, bytes_bytes, encode_long, encode_raw, some_long, string_bytes
from rowtime.serde.hash_map import hash_map
from rowtime.serde.ring import RINGS
from rowtime.serde.structs import remembered
from rowtime.sql.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIME,
    TIMESTAMP,
    Array,
    Column,
    Decimal,
    Map,
    SqlType,
    Struct,
)

Encode = Callable[[tuple[Any, ...]], bytes]
EncodeAll = Callable[[Sequence[tuple[Any, ...] | None]], list[bytes | SerdeError | None]]
"""rows → bytes of each, None of None, an error in the place of what cannot be written."""
INTEGERS = (INTEGER, BIGINT, DATE, TIME, TIMESTAMP)
some_double = struct.Struct("<Bd").pack
double = struct.Struct("<d").pack
SMALL = [encode_long(n) for n in range(-64, 0)] + [encode_long(n) for n in range(8192)]
SOME_SMALL = [b"\x02" + e for e in SMALL]


def some_string(text: str) -> bytes:
    """A string behind branch 1."""
    data = text.encode()
    size = len(data)
    return (SOME_LENGTHS[size] if size < 4096 else b"\x02" + encode_raw(size << 1)) + data


UNWRITABLE = (struct.error, ValueError, TypeError, AttributeError, OverflowError, ArithmeticError)
LOOP = """def encode(rows):
    out = []
    add = out.append
    for row in rows:
        if row is None:
            add(None)
            continue
        try:
            {body}
        except SerdeError as error:
            add(error)
        except UNWRITABLE as error:
            add(SerdeError(f"Error serializing message to topic: {{error}}"))
    return out
"""


def encoder(columns: Sequence[Column], header: bytes, wrap: bool, spliced: Collection[str] = ()) -> EncodeAll:
    """Columns in `spliced` are arrays given as the bytes of their items (element_writer)."""
    source = Source()
    body = [f"{''.join(f'c{i}, ' for i in range(len(columns)))}= row"] if columns else []
    if wrap:
        parts = source.fields([(c.type, f"c{i}", c.name in spliced) for i, c in enumerate(columns)])
    else:
        parts = [source.expression(columns[0].type, "c0")]
        body += ["if c0 is None:", "    add(None)", "    continue"]
    encode = loaded([*body, f"add(join((header, {', '.join(parts)})))"],
                    {**BASE, **source.constants, "header": header})
    return plainly([c.type for c in columns], header, encode) if wrap and columns and not spliced else encode


def plainly(types: Sequence[SqlType], header: bytes, careful: EncodeAll) -> EncodeAll:
    """The same, but quicker where all columns are plain and no row, number or text of the batch is NULL."""
    source = Source()
    parts = source.plain_fields([(t, f"c{i}") for i, t in enumerate(types)])
    if not parts:
        return careful
    made = f"header + {' + '.join(parts)}" if len(parts) < 4 else f"join((header, {', '.join(parts)}))"
    text = f"def encode(rows):\n    return [{made} for {''.join(f'c{i}, ' for i in range(len(types)))}in rows]\n"
    scope: dict[str, Any] = {**BASE, **source.constants, "header": header}
    exec(compile(text, "<avro encoder>", "exec"), scope)
    return Hopeful(scope["encode"], careful)


class Hopeful:
    """Tries the quick way; after a batch that it cannot take, the next few go the careful way at once."""

    REST = 30

    def __init__(self, quick: EncodeAll, careful: EncodeAll):
        self.quick, self.careful, self.rest = quick, careful, 0

    def __call__(self, rows: Sequence[tuple[Any, ...] | None]) -> list[bytes | SerdeError | None]:
        if self.rest:
            self.rest -= 1
            return self.careful(rows)
        try:
            return self.quick(rows)
        except UNWRITABLE:
            self.rest = self.REST
            return self.careful(rows)


def each(encode: Encode) -> EncodeAll:
    """The same for many rows."""
    return loaded(["add(encode_row(row))"], {"encode_row": encode})


def loaded(body: Sequence[str], scope: dict[str, Any]) -> EncodeAll:
    """The loop with this body."""
    text = LOOP.format(body="\n            ".join(body))
    scope.update(SerdeError=SerdeError, UNWRITABLE=UNWRITABLE)
    exec(compile(text, "<avro encoder>", "exec"), scope)
    return scope["encode"]


def element_encoder(t: SqlType) -> Callable[[Any], bytes]:
    """item → its bytes inside an array."""
    source = Source()
    text = f"def encode(v):\n    return {source.nullable(t, 'v')}\n"
    scope: dict[str, Any] = {**BASE, **source.constants}
    exec(compile(text, "<avro element>", "exec"), scope)
    return scope["encode"]


class Source:
    """Writes expressions whose value is the bytes of a value."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}

    def constant(self, value: Any) -> str:
        name = f"K{len(self.constants)}"
        self.constants[name] = value
        return name

    def fields(self, fields: Sequence[tuple[SqlType, str, bool]]) -> list[str]:
        """Values one after the other; neighbouring doubles are packed at once where none is NULL."""
        parts: list[str] = []
        for double, run in groupby(fields, lambda f: f[0] == DOUBLE):
            given = list(run)
            each = [self.nullable(*f) for f in given]
            parts += [self.doubles([name for _, name, _ in given], each)] if double and len(given) > 1 else each
        return parts

    def doubles(self, names: Sequence[str], each: Sequence[str]) -> str:
        pack = self.constant(struct.Struct("<" + "Bd" * len(names)).pack)
        known = " and ".join(f"{name} is not None" for name in names)
        return f"({pack}({', '.join(f'2, {name}' for name in names)}) if {known} else {' + '.join(each)})"

    def plain_fields(self, fields: Sequence[tuple[SqlType, str]]) -> list[str]:
        """As `fields`, none where a type is not plain; NULL raises one of UNWRITABLE or is written as what it is."""
        if not all(t in (STRING, DOUBLE, BOOLEAN, *INTEGERS) for t, _ in fields):
            return []
        parts: list[str] = []
        for double, run in groupby(fields, lambda f: f[0] == DOUBLE):
            given = list(run)
            if double:
                pack = self.constant(struct.Struct("<" + "Bd" * len(given)).pack)
                parts.append(f"{pack}({', '.join(f'2, {name}' for _, name in given)})")
            else:
                parts += [self.nullable(t, name, known=t != BOOLEAN) for t, name in given]
        return parts

    def nullable(self, t: SqlType, name: str, spliced: bool = False, known: bool = False) -> str:
        """The value behind its union branch; `known`: one of a plain type that is not NULL."""
        none = "" if known else f"NULL if {name} is None else "
        if spliced:
            return f"({none}some_items({name}))"
        if t in INTEGERS:
            return f"({none}SOME_SMALL[{name} + 64] if -64 <= {name} < 8192 else some_long({name}))"
        if t == STRING:
            return f"({none}SOME_LENGTHS[len(e)] + e if len(e := {name}.encode()) < 4096 else some_string({name}))"
        if t == DOUBLE:
            return f"({none}some_double(2, {name}))"
        if t == BOOLEAN:
            return f"({none}SOME_TRUE if {name} else SOME_FALSE)"
        return f"({none}SOME + {self.expression(t, name)})"

    def expression(self, t: SqlType, name: str) -> str:
        """The value alone."""
        match t:
            case Array(item):
                return f"array({name}, {self.constant(element_encoder(item))})"
            case Map(key, value):
                entry = struct_encoder([key, value])
                return f"array(hash_map({name}).items(), {self.constant(entry)})"
            case Struct(fields):
                return f"{self.constant(remembered(t, struct_encoder([f.type for f in fields])))}({name})"
            case Decimal():
                return f"{self.constant(DecimalEncoder(t))}({name})"
        return f"{PLAIN[t]}({name})"



def struct_encoder(types: Sequence[SqlType]) -> Encode:
    """A nested record's fields, one after the other."""
    source = Source()
    names = [f"f{i}" for i in range(len(types))]
    parts = source.fields([(t, n, False) for t, n in zip(types, names, strict=True)])
    unpack = f"    {''.join(f'{n}, ' for n in names)}= row\n" if names else ""
    text = f"def encode(row):\n{unpack}    return join(({''.join(f'{p}, ' for p in parts)}))\n"
    scope: dict[str, Any] = {**BASE, **source.constants}
    exec(compile(text, "<avro struct>", "exec"), scope)
    return scope["encode"]


def array(values: Collection[Any], encode: Callable[[Any], bytes]) -> bytes:
    if not values:
        return b"\x00"
    parts = RINGS.parts(values)
    return b"".join((encode_long(len(values)), *(map(encode, values) if parts is None else parts), b"\x00"))


def some_items(items: Sequence[bytes]) -> bytes:
    """An array of encoded items, behind branch 1."""
    if not items:
        return b"\x02\x00"
    return b"".join((b"\x02", encode_long(len(items)), *items, b"\x00"))


class DecimalEncoder:
    """A Decimal as the two's complement of its unscaled value."""

    def __init__(self, t: Decimal):
        self.type = t
        self.limit = Number(10) ** (t.precision - t.scale)

    def __call__(self, x: Number) -> bytes:
        if abs(x) >= self.limit:
            raise SerdeError(overflow(x, self.type))
        shifted = EXACT.scaleb(x, self.type.scale)
        unscaled = int(shifted)
        if unscaled != shifted:
            raise SerdeError(f"Cannot fit decimal '{x:f}' into {self.type} without rounding.")
        size = (unscaled if unscaled >= 0 else ~unscaled).bit_length() // 8 + 1
        return bytes_bytes(unscaled.to_bytes(size, "big", signed=True))


PLAIN: dict[SqlType, str] = {
    STRING: "string_bytes", DOUBLE: "double", BYTES: "bytes_bytes", BOOLEAN: "ONE.__getitem__",
    **dict.fromkeys(INTEGERS, "encode_long"),
}
BASE: dict[str, Any] = {
    "join": b"".join, "NULL": b"\x00", "SOME": b"\x02", "SOME_TRUE": b"\x02\x01", "SOME_FALSE": b"\x02\x00",
    "SOME_SMALL": SOME_SMALL, "some_long": some_long, "some_string": some_string,
    "some_double": some_double, "some_items": some_items, "SOME_LENGTHS": SOME_LENGTHS,
    "string_bytes": string_bytes, "bytes_bytes": bytes_bytes, "encode_long": encode_long, "double": double,
    "array": array, "hash_map": hash_map, "ONE": ONE,
}
