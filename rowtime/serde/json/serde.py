"""JSON readers and writers."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal as Number
from typing import Any

from rowtime.errors import SerdeError
from rowtime.serde.api import Format, Reader, Row, SchemaById, Writer
from rowtime.serde.json.convert import Convert, Refused, cannot, converter, within
from rowtime.serde.json.text import quoted, writer_of
from rowtime.sql.types import BIGINT, BOOLEAN, DOUBLE, INTEGER, Array, Column, Map, SqlType, Struct

PLANS = 1024
"""Sets of field names remembered."""


def refuse_constant(name: str) -> Any:
    raise ValueError(f"Non-standard token '{name}'")


FAST = json.JSONDecoder(parse_constant=refuse_constant)
EXACT = json.JSONDecoder(parse_constant=refuse_constant, parse_float=Number)


def only_doubles(t: SqlType) -> bool:
    """Whether a number with a point can be read as a float without loss for this type."""
    match t:
        case Array(item):
            return only_doubles(item)
        case Map(_, value):
            return only_doubles(value)
        case Struct(fields):
            return all(only_doubles(f.type) for f in fields)
    return t in (DOUBLE, BOOLEAN)


def json_reader(fmt: Format, columns: Sequence[Column], used: Collection[str], schema_by_id: SchemaById) -> Reader:
    if fmt.wrap:
        names = [c.name if c.name in used else "" for c in columns]
        make: Callable[[Any], Row | None] = RowMaker(names, [converter(c.type) for c in columns])
    else:
        only = converter(columns[0].type)
        make = lambda document: None if document is None else (within("$", only, document),)  # noqa: E731
    parse = Parser([c.type for c in columns if c.name in used])

    def read_one(data: bytes) -> Row | SerdeError | None:
        try:
            return make(parse(data))
        except Refused as e:
            return SerdeError(f"Failed to deserialize: {e}")
        except (ValueError, RecursionError) as e:
            return SerdeError(f"Failed to deserialize: not JSON: {e}")

    return lambda values: [None if data is None else read_one(data) for data in values]


class Parser:
    """Parses the first document of some bytes; what follows it is not looked at."""

    def __init__(self, types: Sequence[SqlType]):
        inexact = all(only_doubles(t) or t in (INTEGER, BIGINT) for t in types)
        self.decoder = FAST if inexact else EXACT

    def __call__(self, data: bytes) -> Any:
        text = data.decode(json.detect_encoding(data)).lstrip("\ufeff \t\n\r")
        if not text:
            raise cannot(self, "STRUCT")
        return self.decoder.raw_decode(text)[0]


class RowMaker:
    """From a document to a row: the fields of a set of names are looked up once and remembered."""

    def __init__(self, names: Sequence[str], converters: Sequence[Convert]):
        named = enumerate(zip(names, converters, strict=True))
        self.wanted = [(i, name, convert) for i, (name, convert) in named if name]
        self.width = len(names)
        self.plans: dict[tuple[str, ...], list[tuple[int, str, Convert]]] = {}

    def __call__(self, document: Any) -> Row | None:
        if document is None:
            return None
        if type(document) is not dict:
            raise cannot(document, "STRUCT")
        keys = tuple(document)
        plan = self.plans.get(keys)
        if plan is None:
            plan = self.plan(keys)
        row: list[Any] = [None] * self.width
        try:
            for i, key, convert in plan:
                row[i] = convert(document[key])
        except Refused:
            self.refuse(document, plan)
        return tuple(row)

    def plan(self, keys: tuple[str, ...]) -> list[tuple[int, str, Convert]]:
        upper = {k.upper(): k for k in keys}
        present = set(keys)
        plan = [(i, name if name in present else upper[name], convert) for i, name, convert in self.wanted
                if name in present or name in upper]
        if len(self.plans) < PLANS:
            self.plans[keys] = plan
        return plan

    def refuse(self, document: Any, plan: list[tuple[int, str, Convert]]) -> None:
        names = {i: name for i, name, _ in self.wanted}
        for i, key, convert in plan:
            within(f"$.{names[i]}", convert, document[key])


def json_writer(fmt: Format, columns: Sequence[Column], schema_id: int, spliced: Collection[str] = ()) -> Writer:
    encode = encoder(columns, fmt.wrap)

    def write_one(row: Row) -> bytes | SerdeError | None:
        try:
            return encode(row)
        except (ValueError, TypeError, AttributeError, ArithmeticError) as e:
            return SerdeError(f"Error serializing message to topic: {e}")

    return lambda rows: [None if row is None else write_one(row) for row in rows]


def encoder(columns: Sequence[Column], wrap: bool) -> Callable[[Row], bytes | None]:
    """Written as one expression a schema: the names are literals, each value is asked for None once."""
    if not wrap:
        single = writer_of(columns[0].type)
        return lambda row: None if row[0] is None else single(row[0]).encode("utf-8", "replace")
    scope: dict[str, Any] = {"join": "".join}
    parts = []
    for i, c in enumerate(columns):
        scope[f"w{i}"], scope[f"n{i}"] = writer_of(c.type), ("," if i else "{") + quoted(c.name) + ":"
        parts.append(f"n{i}, 'null' if c{i} is None else w{i}(c{i}), ")
    unpack = f"    {''.join(f'c{i}, ' for i in range(len(columns)))}= row\n" if columns else ""
    opening = "" if columns else "'{', "
    text = f"def encode(row):\n{unpack}    return join(({opening}{''.join(parts)}'}}')).encode('utf-8', 'replace')\n"
    exec(compile(text, "<json encoder>", "exec"), scope)
    return scope["encode"]
