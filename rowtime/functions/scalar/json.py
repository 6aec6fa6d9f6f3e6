"""Functions on texts that are JSON."""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Callable, Sequence
from decimal import Decimal as Number
from typing import Any

from rowtime.functions.java import sort_key
from rowtime.functions.json_path import tokens_of
from rowtime.functions.registry import scalar_function
from rowtime.serde.hash_map import hash_map
from rowtime.serde.java_text import java_decimal
from rowtime.serde.json.serde import EXACT
from rowtime.serde.json.text import json_text, quoted, writer_of
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
    Decimal,
    Map,
    SqlType,
    Struct,
)

JSON = "JSON"
MISSING = object()
EPOCH = datetime.datetime(1970, 1, 1)


def parsed(text: str) -> Any:
    """The first document of a text, MISSING if it is blank; ValueError if it is not JSON."""
    stripped = text.lstrip(" \t\r\n")
    if not stripped:
        return MISSING
    try:
        return EXACT.raw_decode(stripped)[0]
    except json.JSONDecodeError as e:
        raise ValueError(f"Invalid JSON format:{text}") from e


@scalar_function("IS_JSON_STRING", "(STRING)->BOOLEAN", category=JSON, handles_null=True,
                 about="Whether a text is JSON.")
def is_json_string(s: str | None) -> bool:
    try:
        return s is not None and parsed(s) is not MISSING
    except ValueError:
        return False


@scalar_function("JSON_ARRAY_LENGTH", "(STRING)->INT", category=JSON,
                 about="The length of a JSON array, NULL for anything else.")
def json_array_length(s: str) -> int | None:
    document = parsed(s)
    return len(document) if isinstance(document, list) else None


@scalar_function("JSON_KEYS", "(STRING)->ARRAY<STRING>", category=JSON,
                 about="The keys of a JSON object, NULL for anything else.")
def json_keys(s: str) -> list[str] | None:
    document = parsed(s)
    return list(document) if isinstance(document, dict) else None


@scalar_function("JSON_RECORDS", "(STRING)->MAP<STRING, STRING>", category=JSON,
                 about="The keys of a JSON object and their values as texts, NULL for anything else.")
def json_records(s: str) -> dict[str, str] | None:
    document = parsed(s)
    if not isinstance(document, dict):
        return None
    return hash_map({k: as_text(v) for k, v in document.items()}, sized=True)


def as_text(v: Any) -> str:
    return v if isinstance(v, str) else json_text(v)


@scalar_function("JSON_ITEMS", "(STRING)->ARRAY<STRING>", category=JSON,
                 about="The elements of a JSON array as texts.")
def json_items(s: str) -> list[str]:
    document = parsed(s)
    if not isinstance(document, list):
        raise ValueError(f"Invalid JSON format:{s}")
    return [json_text(v) for v in document]


@scalar_function("JSON_CONCAT", "(STRING...)->STRING", category=JSON,
                 about="Objects merged into one, or arrays (and anything else as an array of one) put together.")
def json_concat(*texts: str) -> str | None:
    documents = [parsed(s) for s in texts]
    if MISSING in documents:
        return None
    if all(isinstance(d, dict) for d in documents):
        merged: Any = {}
        for d in documents:
            merged.update(d)
    else:
        merged = documents[0] if len(documents) == 1 else [e for d in documents for e in as_array(d)]
    return json_text(merged, java_decimal)


def as_array(document: Any) -> list[Any]:
    return document if isinstance(document, list) else [document]


@scalar_function("extractjsonfield", "(STRING, STRING)->STRING", category=JSON,
                 about="What a path ($.name, $[0]) leads to in a JSON text, as a text.")
def extract_json_field(s: str, path: str) -> str | None:
    tokens = tokens_of(path)
    node = parsed(s)
    for token in tokens:
        node = child(node, token)
        if node is MISSING:
            return None
    return "" if node is MISSING else as_text(node)


def child(node: Any, token: str) -> Any:
    if isinstance(node, list):
        at = int(token) if token.lstrip("+-").isdigit() else -1
        return node[at] if 0 <= at < len(node) else MISSING
    return node.get(token, MISSING) if isinstance(node, dict) else MISSING


@scalar_function("JSON_ARRAY_CONTAINS", "(STRING, T)->BOOLEAN", category=JSON, handles_null=True, factory=True,
                 about="Whether a JSON array has an element equal to the second argument.")
def json_array_contains(types: Sequence[Any]) -> Callable[..., bool | None]:
    fitting: dict[Any, tuple[type, ...]] = {
        BOOLEAN: (bool,), INTEGER: (int,), BIGINT: (int,), DOUBLE: (Number,), STRING: (str,)}
    kinds = fitting.get(types[1], ())

    def contains(s: str | None, value: Any) -> bool | None:
        if s is None:
            return None
        try:
            document = parsed(s)
        except ValueError:
            return False
        if not isinstance(document, list):
            return False
        if value is None:
            return None in document
        return any(type(e) in kinds and (float(e) if isinstance(e, Number) else e) == value for e in document)

    return contains


@scalar_function("TO_JSON_STRING", "(T)->STRING", category=JSON, handles_null=True, factory=True,
                 about="Any value as a JSON text.")
def to_json_string(types: Sequence[Any]) -> Callable[[Any], str]:
    return sorted_writer(types[0])


def sorted_writer(t: SqlType | None) -> Callable[[Any], str]:
    """As the JSON format, but for texts of dates and times, and fields and keys in order."""
    if t is None:
        return lambda v: "null"
    write = document_writer(t)
    return lambda v: "null" if v is None else write(v)


def document_writer(t: SqlType) -> Callable[[Any], str]:
    match t:
        case Array(item):
            of_item = sorted_writer(item)
            return lambda values: f"[{','.join(map(of_item, values))}]"
        case Map(_, value):
            of_value = sorted_writer(value)
            return lambda m: object_text([(str(k), of_value(v)) for k, v in m.items()])
        case Struct(fields):
            writers = [(f.name, sorted_writer(f.type)) for f in fields]
            return lambda row: object_text([(n, w(v)) for (n, w), v in zip(writers, row, strict=True)])
        case Decimal():
            return java_decimal
    return DOCUMENTS.get(t) or writer_of(t)


def object_text(fields: list[tuple[str, str]]) -> str:
    fields.sort(key=lambda f: sort_key(f[0]))
    return f"{{{','.join(f'{quoted(name)}:{text}' for name, text in fields)}}}"


def date_text(days: int) -> str:
    return f'"{(EPOCH + datetime.timedelta(days=days)).date().isoformat()}"'


def time_text(ms: int) -> str:
    """Without seconds if there are none; milliseconds are lost."""
    at = EPOCH + datetime.timedelta(seconds=ms // 1000)
    return f'"{at:%H:%M:%S}"' if at.second else f'"{at:%H:%M}"'


def timestamp_text(ms: int) -> str:
    return f'"{(EPOCH + datetime.timedelta(milliseconds=ms)).isoformat(timespec="milliseconds")}"'


DOCUMENTS: dict[SqlType, Callable[[Any], str]] = {
    DATE: date_text, TIME: time_text, TIMESTAMP: timestamp_text,
    BYTES: lambda data: f'"{base64.b64encode(data).decode()}"',
}
