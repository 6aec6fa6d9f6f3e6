"""Identifiers and values as ksqlDB SQL text. No value goes into a statement by any other way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any


def quote_identifier(name: str) -> str:
    """name between backticks: taken as it is, upper and lower case kept."""
    if not name or "\x00" in name:
        raise ValueError(f"not an identifier: {name!r}")
    return "`" + name.replace("`", "``") + "`"


def literal(value: Any) -> str:
    """value as a ksqlDB literal. Takes None, bool, int, float, Decimal, str, date, time, datetime (UTC), list, dict.

    Raises ValueError for numbers that have no literal (NaN, infinity) and TypeError for other types.
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, (int, float, Decimal)):
        return _number(value)
    if isinstance(value, (date, time)):
        return literal(_iso(value))
    if isinstance(value, Mapping):
        return "MAP(" + ", ".join(f"{literal(k)} := {literal(v)}" for k, v in value.items()) + ")"
    if isinstance(value, (list, tuple)):
        return "ARRAY[" + ", ".join(map(literal, value)) + "]"
    raise TypeError(f"no ksqlDB literal for {type(value).__name__}")


def _number(value: int | float | Decimal) -> str:
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        raise ValueError(f"no ksqlDB literal for {value}")
    return repr(float(value)).upper() if isinstance(value, float) else format(value, "f")


def _iso(value: date | time) -> str:
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}"
    return value.isoformat()
