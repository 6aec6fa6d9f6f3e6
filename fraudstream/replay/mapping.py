"""Mappings: which column of a file is which field of schemas/transaction.avsc, how time is told, where labels are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as TypeMapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudstream.errors import UserError
from fraudstream.replay.extra import Extra, feature, parse_extra
from fraudstream.replay.time_units import UNITS_MS

BUILT_IN = ("paysim", "handbook", "simulator")
TEXT_FIELDS = ("transaction_id", "account_id", "counterparty_id", "type", "channel")
NUMBER_FIELDS = ("amount", "old_balance_origin", "new_balance_origin", "old_balance_destination",
                 "new_balance_destination")
ORDERS = ("event_time", "file")
DECIMALS = (".", ",")
_TABLES = {"columns", "constants", "id", "time", "labels", "raw", "extra"}


class MappingError(UserError):
    """A mapping that is unknown or says something that cannot be."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file; its values become text after prefix, where the field is text.

    more: further columns, whose texts are joined to the first one's by separator. decimal: the sign before the decimals
    of numbers that come as text, "." or ",".
    """

    name: str
    prefix: str = ""
    more: tuple[str, ...] = ()
    separator: str = "-"
    decimal: str = "."

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.more)


@dataclass(frozen=True, slots=True)
class Time:
    """unit `timestamp`: the column holds timestamps or ISO text, or text in `format` (strptime's words); else a count
    of units since origin (ms since 1970). more: further columns, joined to the first one's text by a blank.

    spread: rows with the same value are spread evenly over one unit. ingested_at: a timestamp column; without one,
    transactions are taken in as they happen. order: event_time (sorted if need be) or file (as they come).
    """

    column: str
    unit: str = "timestamp"
    origin: int = 0
    spread: bool = False
    ingested_at: str | None = None
    order: str = "event_time"
    format: str = ""
    more: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.column, *self.more)


@dataclass(frozen=True, slots=True)
class Labels:
    """Either a column of the same file, truth known delay_ms after the event, or a file beside it with the fields of
    schemas/fraud_label.avsc, sorted by labelled_at. fraud: the texts that mean fraud, for a column that does not hold
    0 and 1 or false and true; clear: those that mean none, where there are others that are no verdict."""

    column: str | None = None
    kind: Column | None = None
    delay_ms: int = 0
    file: str | None = None
    fraud: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """fields: field → column; constants: field → value; id_prefix: ids are this and the row's number, where no column
    has them; raw: a column of bytes that replace the encoded value where they are not null; extra: columns that become
    features of their own."""

    name: str
    fields: dict[str, Column]
    time: Time
    constants: dict[str, str | float] = field(default_factory=dict)
    id_prefix: str = ""
    labels: Labels | None = None
    raw: str | None = None
    extra: tuple[Extra, ...] = ()

    def columns(self) -> list[str]:
        """Every column of the file that is read."""
        named: list[str | None] = [name for c in self.fields.values() for name in c.names]
        named += [*self.time.names, self.time.ingested_at, self.raw]
        if self.labels:
            named += [self.labels.column, *(self.labels.kind.names if self.labels.kind else ())]
        named += [name for extra in self.extra for name in extra.columns]
        return list(dict.fromkeys(name for name in named if name))

    def texts(self) -> set[str]:
        """Columns that are read as text, so that 007 stays 007."""
        found = {name for f, c in self.fields.items() if f in TEXT_FIELDS for name in c.names}
        found |= {n for n in (*self.time.names, self.time.ingested_at) if n} if self.time.unit == "timestamp" else set()
        found |= {name for extra in self.extra if extra.kind in ("category", "years") for name in extra.columns}
        return found | ({self.labels.column} if self.labels and self.labels.column and self.labels.fraud else set())

    def features(self, types: TypeMapping[str, pa.DataType]) -> list[tuple[str, str]]:
        """The extra columns' features, and number or category; types are those of the file's columns."""
        return [feature(extra, types) for extra in self.extra]

    @property
    def fingerprint(self) -> str:
        """Equal for mappings that read a file alike, whatever they are called; what is left at its default is not part
        of it, so that a new setting changes nobody's."""
        return _stated(replace(self, name=""))


def _stated(value: Any) -> str:
    if is_dataclass(value):
        told = [f"{f.name}={_stated(getattr(value, f.name))}" for f in fields(value)
                if getattr(value, f.name) != f.default]
        return f"{type(value).__name__}({', '.join(told)})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_stated(one)}' for key, one in sorted(value.items()))}}}"
    return f"({', '.join(map(_stated, value))})" if isinstance(value, tuple) else repr(value)


def load(name: str) -> Mapping:
    """A built-in mapping by name, or one from a TOML file."""
    if name in BUILT_IN:
        text = resources.files("fraudstream.replay").joinpath(f"mappings/{name}.toml").read_text(encoding="utf-8")
        return parse(text, name)
    file = Path(name)
    if file.suffix != ".toml":
        raise MappingError(f"unknown mapping {name!r}: one of {', '.join(BUILT_IN)}, or a file ending in .toml")
    try:
        return parse(file.read_text(encoding="utf-8"), str(file))
    except FileNotFoundError:
        raise MappingError(f"mapping {file}: no such file") from None


def parse(text: str, name: str) -> Mapping:
    """A mapping from TOML; raises MappingError with the name and what is wrong."""
    try:
        content = tomllib.loads(text)
        _only(name, "the mapping", content, _TABLES)
        mapping = Mapping(
            name, {f: _column(c) for f, c in _table(content, "columns").items()}, _time(name, content),
            _table(content, "constants"), _table(content, "id").get("prefix", ""), _labels(name, content),
            _table(content, "raw").get("column"),
            tuple(parse_extra(f, c) for f, c in _table(content, "extra").items()))
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"mapping {name}: not TOML: {error}") from None
    except ValueError as error:
        raise MappingError(f"mapping {name}: {error}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise MappingError(f"mapping {name}: {error} is missing or of the wrong kind") from None
    _check(mapping)
    return mapping


def _time(name: str, content: dict[str, Any]) -> Time:
    table = dict(content["time"])
    if "columns" in table:
        table["column"], *table["more"] = table.pop("columns")
        table["more"] = tuple(table["more"])
    _only(name, "[time]", table, set(Time.__dataclass_fields__))
    if "origin" in table:
        table["origin"] = _milliseconds(name, table["origin"])
    return Time(**table)


def _labels(name: str, content: dict[str, Any]) -> Labels | None:
    if "labels" not in content:
        return None
    table = dict(content["labels"])
    _only(name, "[labels]", table, {"column", "kind", "delay_hours", "file", "fraud", "clear"})
    kind = _column(table["kind"]) if "kind" in table else None
    if ("column" in table) == ("file" in table):
        raise MappingError(f"mapping {name}: [labels] needs either column or file")
    if "clear" in table and "fraud" not in table:
        raise MappingError(f"mapping {name}: [labels] clear needs fraud, the texts that mean fraud")
    return Labels(table.get("column"), kind, round(table.get("delay_hours", 0) * 3_600_000), table.get("file"),
                  _texts(table.get("fraud", ())), _texts(table.get("clear", ())))


def _texts(value: Any) -> tuple[str, ...]:
    """One text or several; numbers and truths as they stand in a file."""
    return tuple(str(v).lower() if isinstance(v, bool) else str(v) for v in (value if isinstance(value, list | tuple)
                                                                             else [value]))


def _check(mapping: Mapping) -> None:
    known = set(TEXT_FIELDS) | set(NUMBER_FIELDS)
    for where, names in (("[columns]", mapping.fields), ("[constants]", mapping.constants)):
        _only(mapping.name, where, names, known)
    if "account_id" not in {*mapping.fields, *mapping.constants}:
        raise MappingError(f"mapping {mapping.name}: [columns] has no account_id, the key of every transaction")
    if any(column.decimal not in DECIMALS for column in mapping.fields.values()):
        raise MappingError(f"mapping {mapping.name}: [columns] decimal is one of {' '.join(DECIMALS)}")
    if "transaction_id" not in mapping.fields and not mapping.id_prefix:
        raise MappingError(f"mapping {mapping.name}: neither a column transaction_id nor [id] prefix")
    time = mapping.time
    if time.unit != "timestamp" and time.unit not in UNITS_MS:
        raise MappingError(f"mapping {mapping.name}: unit is {time.unit!r}; one of timestamp, {', '.join(UNITS_MS)}")
    if time.order not in ORDERS:
        raise MappingError(f"mapping {mapping.name}: order is {time.order!r}; one of {', '.join(ORDERS)}")
    if (time.more or time.format) and time.unit != "timestamp":
        raise MappingError(f"mapping {mapping.name}: columns and format are for unit timestamp")
    if time.more and not time.format:
        raise MappingError(f"mapping {mapping.name}: a time of several columns needs format")
    if time.spread and time.unit == "timestamp":
        raise MappingError(f"mapping {mapping.name}: spread needs a time that counts units")


def _only(name: str, where: str, table: Any, known: set[str]) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise MappingError(f"mapping {name}: {where} has unknown {', '.join(unknown)}; "
                           f"known: {', '.join(sorted(known))}")


def _table(content: dict[str, Any], name: str) -> dict[str, Any]:
    return dict(content.get(name, {}))


def _column(value: str | dict[str, Any]) -> Column:
    if isinstance(value, str):
        return Column(value)
    first, *more = value["columns"] if "columns" in value else [value["column"]]
    return Column(first, value.get("prefix", ""), tuple(more), value.get("separator", "-"), value.get("decimal", "."))


def _milliseconds(name: str, value: Any) -> int:
    if isinstance(value, datetime):
        return int(value.replace(tzinfo=value.tzinfo or UTC).timestamp() * 1000)
    if isinstance(value, date):
        return int(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1000)
    raise MappingError(f"mapping {name}: origin is {value!r}; a date or a date with time, without quotes")
