"""Kafka messages: requests are parsed by kio; answers are plain mappings, written by closures made from kio's schemas.

A mapping names fields as kio does (`error_code`, `throttle_time`, …). Times are milliseconds. A field the answered
version does not have is left out; a missing field takes the schema's default. A name no version has is a KeyError.
"""

from __future__ import annotations

import dataclasses
import datetime
import importlib
import struct
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from kio.serial import entity_reader

Write = Callable[[list[bytes], Any], None]

_NUMBERS = {
    "int8": ">b", "int16": ">h", "int32": ">i", "int64": ">q", "uint8": ">B", "uint16": ">H", "uint32": ">I",
    "uint64": ">Q", "float64": ">d", "bool": ">?", "error_code": ">h", "timedelta_i32": ">i", "timedelta_i64": ">q",
    "datetime_i64": ">q",
}  # fmt: skip
_WRITERS: dict[Any, Write] = {}
_SMALL = [bytes([n]) for n in range(128)]


def uvarint(number: int) -> bytes:
    """Unsigned variable-length integer, 7 bits a byte, low bits first."""
    if number < 128:
        return _SMALL[number]
    out = bytearray()
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_uvarint(buffer: bytes, at: int) -> tuple[int, int]:
    """(value, position after it)."""
    value = shift = 0
    while True:
        byte = buffer[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 28:
            raise ValueError("variable-length integer too long")


def milliseconds(value: datetime.timedelta) -> int:
    """A duration of a parsed request, in ms."""
    return round(value.total_seconds() * 1000)


@cache
def message(name: str, version: int) -> tuple[type[Any], type[Any]]:
    """kio's (request, response) classes of an API, e.g. ("join_group", 7)."""
    module = importlib.import_module(f"kio.schema.{name}.v{version}")
    title = "".join(part.capitalize() for part in name.split("_"))
    return getattr(module, f"{title}Request"), getattr(module, f"{title}Response")


def parse(name: str, version: int, buffer: bytes, at: int) -> Any:
    """The request body that starts at `at`, as kio's dataclass."""
    return entity_reader(message(name, version)[0])(buffer, at)[0]


def encode(name: str, version: int, body: Mapping[str, Any]) -> bytes:
    """The response body."""
    out: list[bytes] = []
    _entity(message(name, version)[1])(out, body)
    return b"".join(out)


@cache
def _known(name: str) -> frozenset[str]:
    """All "Class.field" of an API's responses, of every version kio has."""
    package = importlib.import_module(f"kio.schema.{name}")
    names = set()
    for version in range(32):
        try:
            module = importlib.import_module(f"{package.__name__}.v{version}.response")
        except ModuleNotFoundError:
            continue
        for thing in vars(module).values():
            if isinstance(thing, type) and dataclasses.is_dataclass(thing):
                names |= {f"{thing.__name__}.{field.name}" for field in dataclasses.fields(thing)}
    return frozenset(names)


def _entity(cls: Any) -> Write:
    if cls not in _WRITERS:
        _WRITERS[cls] = _make_entity(cls)
    return _WRITERS[cls]


def _make_entity(cls: Any) -> Write:
    hints = typing.get_type_hints(cls)
    flexible: bool = cls.__flexible__
    plain, tagged = [], []
    for field in dataclasses.fields(cls):
        default = _default(field, hints[field.name])
        tag = field.metadata.get("tag")
        if tag is None:
            plain.append((field.name, _field(field, hints[field.name], flexible), default))
        else:
            tagged.append((tag, field.name, _field(field, hints[field.name], flexible, tagged=True)))
    tagged.sort()
    names = {field.name for field in dataclasses.fields(cls)}

    def write(out: list[bytes], body: Mapping[str, Any]) -> None:
        if not names.issuperset(body):
            _check(cls, body)
        for name, write_field, default in plain:
            value = body.get(name, default)
            if value is _REQUIRED:
                raise KeyError(f"{cls.__name__} needs {name}")
            write_field(out, value)
        if flexible:
            _write_tags(out, [(tag, writer, body[name]) for tag, name, writer in tagged if name in body])

    return write


def _check(cls: type[Any], body: Mapping[str, Any]) -> None:
    known = _known(cls.__module__.split(".")[2])
    for name in body:
        if f"{cls.__name__}.{name}" not in known:
            raise KeyError(f"{cls.__name__} has no field {name}")


def _write_tags(out: list[bytes], tags: list[tuple[int, Write, Any]]) -> None:
    out.append(uvarint(len(tags)))
    for tag, write_field, value in tags:
        parts: list[bytes] = []
        write_field(parts, value)
        data = b"".join(parts)
        out += [uvarint(tag), uvarint(len(data)), data]


_REQUIRED = object()


def _default(field: dataclasses.Field[Any], hint: Any) -> Any:
    if "throttle" in field.name or field.metadata.get("kafka_type") == "error_code":
        return 0
    if field.default is not dataclasses.MISSING:
        value = field.default
        return milliseconds(value) if isinstance(value, datetime.timedelta) else value
    if typing.get_origin(hint) is tuple:
        return ()
    return None if isinstance(hint, types.UnionType) else _REQUIRED


def _field(field: dataclasses.Field[Any], hint: Any, flexible: bool, tagged: bool = False) -> Write:
    if isinstance(hint, types.UnionType):
        (hint,) = [arg for arg in hint.__args__ if arg is not types.NoneType]
        nullable = not tagged
    else:
        nullable = False
    if typing.get_origin(hint) is not tuple:
        return _entity(hint) if dataclasses.is_dataclass(hint) else _primitive(field, flexible)
    item = typing.get_args(hint)[0]
    write_item = _entity(item) if dataclasses.is_dataclass(item) else _primitive(field, flexible)
    return _array(write_item, flexible, nullable)


def _array(write_item: Write, flexible: bool, nullable: bool) -> Write:
    count = struct.Struct(">i").pack

    def write(out: list[bytes], items: Any) -> None:
        if items is None:
            if not nullable:
                raise TypeError("a required array is null")
            out.append(b"\0" if flexible else b"\xff\xff\xff\xff")
            return
        out.append(uvarint(len(items) + 1) if flexible else count(len(items)))
        for item in items:
            write_item(out, item)

    return write


def _primitive(field: dataclasses.Field[Any], flexible: bool) -> Write:
    kind = field.metadata["kafka_type"]
    if kind in _NUMBERS:
        pack = struct.Struct(_NUMBERS[kind]).pack
        return lambda out, value: out.append(pack(value))
    if kind == "uuid":
        return lambda out, value: out.append(value.bytes if isinstance(value, UUID) else bytes(16))
    if flexible:
        return _write_compact
    return _write_bytes if kind in ("bytes", "records") else _write_string


def _write_compact(out: list[bytes], value: str | bytes | None) -> None:
    if value is None:
        out.append(b"\0")
        return
    data = value.encode() if isinstance(value, str) else value
    out += (uvarint(len(data) + 1), data)


def _write_string(out: list[bytes], value: str | None) -> None:
    if value is None:
        out.append(b"\xff\xff")
        return
    data = value.encode()
    out += (struct.pack(">h", len(data)), data)


def _write_bytes(out: list[bytes], value: bytes | None) -> None:
    if value is None:
        out.append(b"\xff\xff\xff\xff")
        return
    out += (struct.pack(">i", len(value)), value)
