"""Format DELIMITED: comma-separated values as commons-csv reads and writes them."""

from __future__ import annotations

import base64
import binascii
import csv
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from rowtime.errors import KsqlError, SerdeError
from rowtime.serde.api import Format, Reader, Row, SchemaById, Writer
from rowtime.serde.java_text import java_boolean, java_decimal, java_double
from rowtime.serde.json.convert import Convert, check_time, to_decimal, to_double
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
    Column,
    Decimal,
    SqlType,
)

WHOLE = re.compile(r"[+-]?\d+")
NAMED_DELIMITERS = {"SPACE": " ", "TAB": "\t"}


def delimiter_of(fmt: Format) -> str:
    """The delimiter from the format's options: one character, SPACE or TAB."""
    given = next((v for k, v in fmt.options if k.lower().endswith("delimiter")), ",")
    delimiter = NAMED_DELIMITERS.get(given.upper(), given)
    if len(delimiter) != 1 or (given != delimiter and given.upper() not in NAMED_DELIMITERS):
        raise KsqlError(f"Invalid delimiter value: '{given}'. Delimiter must be a single character or one of SPACE,TAB")
    return delimiter


def supported(columns: Sequence[Column]) -> None:
    for c in columns:
        if c.type not in PARSERS and not isinstance(c.type, Decimal):
            name = str(c.type).partition("<")[0]
            raise KsqlError(f"The 'DELIMITED' format does not support type '{name}', column: `{c.name}`")


def delimited_reader(fmt: Format, columns: Sequence[Column], used: Collection[str], schema_by_id: SchemaById) -> Reader:
    supported(columns)
    delimiter = delimiter_of(fmt)
    parsers = [parser(c.type) for c in columns]

    def read_one(data: bytes) -> Row | SerdeError:
        try:
            fields = first_record(data.decode("utf-8", "replace"), delimiter)
            if len(fields) != len(parsers):
                return SerdeError("Error deserializing delimited: Column count mismatch on deserialization. "
                                  f"expected: {len(parsers)}, got: {len(fields)}")
            return tuple([None if text == "" else parse(text) for parse, text in zip(parsers, fields, strict=True)])
        except (ValueError, ArithmeticError, csv.Error, SerdeError) as e:
            return SerdeError(f"Error deserializing delimited: {e}")

    return lambda values: [None if data is None else read_one(data) for data in values]


def first_record(text: str, delimiter: str) -> list[str]:
    """The fields of the first line that is not empty."""
    if '"' not in text and "\n" not in text and "\r" not in text and text:
        return text.split(delimiter)
    for fields in csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True):
        if fields:
            return fields
    raise ValueError("No fields in record")


def whole(bits: int, check: Callable[[int], int] | None = None) -> Convert:
    limit = 1 << (bits - 1)

    def parse(text: str) -> int:
        if not WHOLE.fullmatch(text) or not -limit <= int(text) < limit:
            raise ValueError(f'For input string: "{text}"')
        return int(text) if check is None else check(int(text))

    return parse


def from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError(f"Value is not a valid Base64 encoded string: {text}") from None


def parser(t: SqlType) -> Convert:
    return to_decimal(t) if isinstance(t, Decimal) else PARSERS[t]


PARSERS: dict[SqlType, Convert] = {
    BOOLEAN: lambda text: text.lower() == "true", INTEGER: whole(32), BIGINT: whole(64), DOUBLE: to_double, STRING: str,
    BYTES: from_base64, TIME: whole(64, check_time), DATE: whole(32), TIMESTAMP: whole(64),
}
PRINTERS: dict[SqlType, Callable[[Any], str]] = {
    BOOLEAN: java_boolean, DOUBLE: java_double, BYTES: lambda data: base64.b64encode(data).decode(),
}


def printer(t: SqlType) -> Callable[[Any], str]:
    return java_decimal if isinstance(t, Decimal) else PRINTERS.get(t, str)


def delimited_writer(fmt: Format, columns: Sequence[Column], schema_id: int, spliced: Collection[str] = ()) -> Writer:
    supported(columns)
    delimiter = delimiter_of(fmt)
    special = re.compile(f"[\n\r\"{re.escape(delimiter)}]")
    printers = [printer(c.type) for c in columns]

    def write_one(row: Row) -> bytes | SerdeError:
        try:
            fields = ["" if v is None else quote(text(v), i == 0, special)
                      for i, (text, v) in enumerate(zip(printers, row, strict=True))]
        except (ValueError, TypeError, ArithmeticError) as e:
            return SerdeError(f"Error serializing CSV message: {e}")
        return delimiter.join(fields).encode("utf-8", "replace")

    return lambda rows: [None if row is None else write_one(row) for row in rows]


def quote(text: str, first: bool, special: re.Pattern[str]) -> str:
    """Minimal quoting: a line's first field unless it starts with a letter or digit; others if they start with one of
    space ! " #, contain a special character, or end in white space."""
    if not text:
        return '""' if first else ""
    start = text[0]
    plain = start.isascii() and start.isalnum() if first else start > "#"
    if plain and not special.search(text) and text[-1] > " ":
        return text
    return '"' + text.replace('"', '""') + '"'


