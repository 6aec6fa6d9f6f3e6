"""Values as Java prints them: Double.toString of JDK 18 and before, BigDecimal, and toString of collections; and as
CAST(… AS STRING) does, which prints times and bytes in a form of its own."""

from __future__ import annotations

import base64
import datetime
import math
import struct
from collections.abc import Callable, Mapping
from decimal import Decimal as Number
from typing import Any

from rowtime.serde.java_digits import digits_of
from rowtime.sql.types import BOOLEAN, BYTES, DATE, DOUBLE, TIME, TIMESTAMP, Array, Decimal, Map, SqlType, Struct

Named = Mapping[SqlType, Callable[[Any], str]]
EPOCH = datetime.datetime(1970, 1, 1)
LARGEST_FLOAT = 3.4028234663852886e38
SAFE = float(1 << 49)
"""Below it no decimal of 17 digits lies half-way between two doubles: digits are the fewest, but for powers of 2."""


def java_double(x: float) -> str:
    """Double.toString: at least one digit after the point, E notation below 1e-3 and from 1e7 on."""
    if x != x:
        return "NaN"
    magnitude = abs(x)
    if magnitude == math.inf:
        return "Infinity" if x > 0 else "-Infinity"
    if 1e-3 <= magnitude < 1e7 or magnitude == 0.0:
        return repr(x)
    fewest = 1e-290 < magnitude < SAFE and math.frexp(magnitude)[0] != 0.5
    return ("-" if x < 0 else "") + notation(*(shortest if fewest else digits_of)(magnitude))


def notation(digits: str, exponent: int) -> str:
    """The digits with a point, and an exponent outside of 10^-3 to 10^7."""
    if -3 <= exponent < 7:
        return plain(digits, exponent)
    return f"{digits[0]}.{digits[1:] or '0'}E{exponent}"


def plain(digits: str, exponent: int) -> str:
    if exponent < 0:
        return f"0.{'0' * (-exponent - 1)}{digits}"
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    return f"{whole}.{digits[exponent + 1 :] or '0'}"


def shortest(x: float) -> tuple[str, int]:
    """Digits d1d2… and exponent e with x = d1.d2… × 10^e."""
    mantissa, _, power = repr(x).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(power or 0) + len(whole) - 1 - (len(whole + fraction) - len(digits) if whole == "0" else 0)
    return digits.rstrip("0") or "0", exponent


def java_float(x: float) -> str:
    """Float.toString of a double that is exactly a float."""
    if x != x or abs(x) == math.inf or x == 0.0:
        return java_double(x)
    for digits in range(1, 10):
        text = f"{x:.{digits}g}"
        if abs(float(text)) <= LARGEST_FLOAT and struct.unpack("<f", struct.pack("<f", float(text)))[0] == x:
            break
    return ("-" if x < 0 else "") + notation(*shortest(abs(float(text))))


def java_decimal(x: Number) -> str:
    """BigDecimal.toPlainString."""
    return format(x, "f")


def java_boolean(b: bool) -> str:
    return "true" if b else "false"


def java_date(days: int) -> str:
    """java.sql.Date."""
    return (EPOCH + datetime.timedelta(days=days)).strftime("%Y-%m-%d")


def java_time(ms: int) -> str:
    """java.sql.Time."""
    return (EPOCH + datetime.timedelta(milliseconds=ms)).strftime("%H:%M:%S")


def java_timestamp(ms: int) -> str:
    """java.sql.Timestamp in UTC."""
    at = EPOCH + datetime.timedelta(milliseconds=ms)
    fraction = f"{at.microsecond // 1000:03d}".rstrip("0") or "0"
    return f"{at:%Y-%m-%d %H:%M:%S}.{fraction}"


def iso_date(days: int) -> str:
    return (EPOCH + datetime.timedelta(days=days)).date().isoformat()


def iso_time(ms: int) -> str:
    """LocalTime: no more than it takes."""
    seconds, millis = divmod(ms, 1000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    if seconds % 60 or millis:
        clock += f":{seconds % 60:02d}"
    return clock + (f".{millis:03d}" if millis else "")


def iso_timestamp(ms: int) -> str:
    return f"{EPOCH + datetime.timedelta(milliseconds=ms):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}"


def java_string(t: SqlType) -> Callable[[Any], str]:
    """A function that gives a value of this type as its toString() does; NULL as `null`."""
    return _or_null(_text(t, NAMED))


def cast_text(t: SqlType) -> Callable[[Any], str]:
    """A function that gives a value of this type, not NULL, as CAST(… AS STRING) does."""
    return _text(t, CAST)


def _text(t: SqlType, named: Named) -> Callable[[Any], str]:
    match t:
        case Decimal():
            return java_decimal
        case Array(item):
            of_item = _or_null(_text(item, named))
            return lambda values: f"[{', '.join(map(of_item, values))}]"
        case Map(key, value):
            of_key, of_value = _or_null(_text(key, named)), _or_null(_text(value, named))
            return lambda m: f"{{{', '.join(f'{of_key(k)}={of_value(v)}' for k, v in m.items())}}}"
        case Struct():
            return _struct_text(t, named)
    return named.get(t, str)


def _or_null(text: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: "null" if value is None else text(value)


def _struct_text(t: Struct, named: Named) -> Callable[[Any], str]:
    """Connect's Struct.toString: NULL fields are left out."""
    fields = [(f.name, _text(f.type, named)) for f in t.fields]
    return lambda row: "".join(("Struct{", ",".join(
        f"{name}={text(v)}" for (name, text), v in zip(fields, row, strict=True) if v is not None), "}"))


NAMED: Named = {
    DOUBLE: java_double, BOOLEAN: java_boolean, DATE: java_date, TIME: java_time, TIMESTAMP: java_timestamp,
    BYTES: lambda data: f"java.nio.HeapByteBuffer[pos=0 lim={len(data)} cap={len(data)}]",
}
CAST: Named = {
    **NAMED, DATE: iso_date, TIME: iso_time, TIMESTAMP: iso_timestamp,
    BYTES: lambda data: base64.b64encode(data).decode(),
}
