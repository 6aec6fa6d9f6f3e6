"""Casts between SQL types: what each direction does to a value, as Java would."""

from __future__ import annotations

import base64
import datetime
import decimal
import re
from collections.abc import Callable
from typing import Any

from rowtime.engine.code import Code, Module
from rowtime.engine.failing import Forgiving
from rowtime.errors import KsqlError
from rowtime.serde.java_text import cast_text
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

DAY_MS = 86_400_000
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_CONTEXT = decimal.Context(prec=100)


def wrap_int(n: int) -> int:
    """(int) of a long."""
    return (n + 0x80000000 & 0xFFFFFFFF) - 0x80000000


def wrap_long(n: int) -> int:
    """A long's overflow."""
    return (n + 0x8000000000000000 & 0xFFFFFFFFFFFFFFFF) - 0x8000000000000000


def double_to_int(x: float) -> int:
    return max(-0x80000000, min(0x7FFFFFFF, double_to_long(x)))


def double_to_long(x: float) -> int:
    """Towards zero; NaN is 0; saturating."""
    if x != x:
        return 0
    if x in (float("inf"), float("-inf")):
        return 0x7FFFFFFFFFFFFFFF if x > 0 else -0x8000000000000000
    return max(-0x8000000000000000, min(0x7FFFFFFFFFFFFFFF, int(x)))


def to_decimal(precision: int, scale: int) -> Callable[[Any], decimal.Decimal]:
    """A number or text as DECIMAL(precision, scale), half up; too large raises ValueError."""
    quantum = decimal.Decimal(1).scaleb(-scale)
    limit = decimal.Decimal(10) ** (precision - scale)

    def convert(value: Any) -> decimal.Decimal:
        number = decimal.Decimal(repr(value)) if isinstance(value, float) else decimal.Decimal(value)
        result = number.quantize(quantum, decimal.ROUND_HALF_UP, _CONTEXT)
        if abs(result) >= limit:
            raise ValueError(f"Numeric field overflow: A field with precision {precision} and scale {scale} must round "
                             f"to an absolute value less than 10^{precision - scale}. Got {value}")
        return result

    return convert


def text_to_int(text: str) -> int:
    return _bounded(text, 31)


def text_to_long(text: str) -> int:
    return _bounded(text, 63)


def _bounded(text: str, bits: int) -> int:
    number = int(decimal.Decimal(text.strip()))
    if not -(1 << bits) <= number < 1 << bits:
        raise ValueError(f'For input string: "{text}"')
    return number


def text_to_boolean(text: str) -> bool:
    """true, yes, t, y and their prefixes, any case; all else is false."""
    t = text.strip().lower()
    return bool(t) and (("true".startswith(t)) or ("yes".startswith(t)))


def text_to_date(text: str) -> int:
    """Days since the epoch of yyyy[-mm[-dd]]."""
    parts = text.strip().split("-")
    year, month, day = (*parts, "01", "01")[:3]
    return (datetime.date(int(year), int(month), int(day)) - _EPOCH.date()).days


def text_to_time(text: str) -> int:
    """Milliseconds of hh:mm[:ss[.fff]]."""
    t = datetime.time.fromisoformat(text.strip())
    return ((t.hour * 60 + t.minute) * 60 + t.second) * 1000 + t.microsecond // 1000


MIDNIGHT = re.compile(r"24:00(:00(\.0+)?)?(?![:.\d])")
"""The end of a day, which Java reads and Python does not."""


def text_to_timestamp(text: str) -> int:
    """Milliseconds since the epoch of ISO text, possibly partial; UTC unless it says otherwise."""
    value = text.strip().replace("Z", "+00:00")
    date, _, rest = value.partition("T")
    day = text_to_date(date) if not rest or date.count("-") < 2 else None
    if not rest:
        return int(day or 0) * DAY_MS
    clock = _full_time(rest)
    midnight = MIDNIGHT.match(clock)
    if midnight:
        clock = "00" + clock[2:]
    moment = datetime.datetime.fromisoformat(f"{date}T{clock}") + datetime.timedelta(days=bool(midnight))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return (moment - _EPOCH) // datetime.timedelta(milliseconds=1)


def _full_time(rest: str) -> str:
    """hh, hh:mm and odd-length zones completed to what fromisoformat reads."""
    clock, sign, zone = rest, "", ""
    for mark in "+-":
        if mark in rest:
            clock, sign, zone = rest.partition(mark)
    if ":" not in clock:
        clock += ":00"
    if sign and ":" not in zone and len(zone) == 4:
        zone = f"{zone[:2]}:{zone[2:]}"
    return clock + sign + zone


_SIMPLE: dict[tuple[SqlType, SqlType], Callable[[Any], Any] | str] = {
    (INTEGER, BIGINT): "{0}", (INTEGER, DOUBLE): "float({0})", (BIGINT, DOUBLE): "float({0})",
    (BIGINT, INTEGER): wrap_int, (DOUBLE, INTEGER): double_to_int, (DOUBLE, BIGINT): double_to_long,
    (STRING, INTEGER): text_to_int, (STRING, BIGINT): text_to_long, (STRING, DOUBLE): float,
    (STRING, BOOLEAN): text_to_boolean, (STRING, DATE): text_to_date, (STRING, TIME): text_to_time,
    (STRING, TIMESTAMP): text_to_timestamp, (STRING, BYTES): lambda text: base64.b64decode(text),
    (TIMESTAMP, DATE): "{0} // 86400000", (TIMESTAMP, TIME): "{0} % 86400000", (DATE, TIMESTAMP): "{0} * 86400000",
}


_FROM_DECIMAL: dict[SqlType, Callable[[Any], Any]] = {
    INTEGER: lambda d: wrap_int(int(d)), BIGINT: lambda d: wrap_long(int(d)), DOUBLE: float}
_AS_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "{0}": lambda v: v, "str({0})": str, "float({0})": float, "{0} // 86400000": lambda v: v // DAY_MS,
    "{0} % 86400000": lambda v: v % DAY_MS, "{0} * 86400000": lambda v: v * DAY_MS}


def converter(source: SqlType, target: SqlType) -> Callable[[Any], Any] | str | None:
    """A callable or a template for a value that is not NULL; None where there is no such cast."""
    if source == target:
        return "{0}"
    if (source, target) in _SIMPLE:
        return _SIMPLE[source, target]
    if isinstance(target, Decimal):
        known = source in (INTEGER, BIGINT, DOUBLE, STRING) or isinstance(source, Decimal)
        return to_decimal(target.precision, target.scale) if known else None
    if isinstance(source, Decimal) and target in _FROM_DECIMAL:
        return _FROM_DECIMAL[target]
    if target == STRING:
        return _to_text(source)
    return _nested(source, target)


def _to_text(source: SqlType) -> Callable[[Any], Any] | str:
    if source in (INTEGER, BIGINT):
        return "str({0})"
    return cast_text(source)


def _nested(source: SqlType, target: SqlType) -> Callable[[Any], Any] | None:
    if isinstance(source, Array) and isinstance(target, Array):
        item = function(source.item, target.item)
        return item and (lambda values: [None if v is None else item(v) for v in values])
    if isinstance(source, Map) and isinstance(target, Map):
        key, value = function(source.key, target.key), function(source.value, target.value)
        return key and value and (lambda m: {key(k): None if v is None else value(v) for k, v in m.items()})
    if isinstance(source, Struct) and isinstance(target, Struct):
        return _struct(source, target)
    return None


def _struct(source: Struct, target: Struct) -> Callable[[Any], Any] | None:
    parts: list[tuple[int, Callable[[Any], Any] | None]] = []
    for field in target.fields:
        i = source.index(field.name)
        convert = function(source.fields[i].type, field.type) if i >= 0 else None
        if i >= 0 and convert is None:
            return None
        parts.append((i, convert))
    return lambda row: tuple(
        None if convert is None or row[i] is None else convert(row[i]) for i, convert in parts)


def _bound(convert: Callable[[Any], Any], module: Module, forgiving: bool) -> str:
    return module.bind(Forgiving(convert), "safe_cast") if forgiving else module.bind(convert, "cast")


def function(source: SqlType, target: SqlType) -> Callable[[Any], Any] | None:
    """The cast as a function of a value that is not NULL."""
    found = converter(source, target)
    return _AS_FUNCTIONS[found] if isinstance(found, str) else found


def cast(code: Code, target: SqlType, module: Module, forgiving: bool = False) -> Code:
    """Source that casts, `forgiving`: an error gives NULL; raises KsqlError where ksqlDB knows no such cast."""
    if code.type is None:
        return Code("None", target)
    found = converter(code.type, target)
    if found is None:
        raise KsqlError(f"Cast of {code.type} to {target} is not supported")
    if found == "{0}":
        return Code(code.text, target, code.nullable)
    if found == "float({0})" and isinstance(module.names.get(code.text), int):
        return Code(module.bind(float(module.names[code.text])), target, False)
    template = found if isinstance(found, str) else f"{_bound(found, module, forgiving)}({{0}})"
    if not code.nullable:
        return Code(template.format(f"({code.text})" if template.startswith("{0} ") else code.text), target,
                    forgiving and not isinstance(found, str))
    name = code.text if code.is_name else module.temp()
    bound = name if code.is_name else f"({name} := {code.text})"
    return Code(f"(None if {bound} is None else {template.format(name)})", target)
