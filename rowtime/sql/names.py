"""Names and types as ksqlDB prints them inside statements: quoted only where they need it."""

from __future__ import annotations

import re

from rowtime.sql.keywords import RESERVED
from rowtime.sql.types import Array, Map, SqlType, Struct

_PLAIN = re.compile(r"[A-Z_][A-Z0-9_]*")


def format_name(name: str) -> str:
    """Back-quoted when it is reserved, not upper case or not a word."""
    if _PLAIN.fullmatch(name) and name not in RESERVED:
        return name
    return "`" + name.replace("`", "``") + "`"


def format_type(t: SqlType) -> str:
    """As str(t), but field names are quoted only where needed."""
    match t:
        case Array(item):
            return f"ARRAY<{format_type(item)}>"
        case Map(key, value):
            return f"MAP<{format_type(key)}, {format_type(value)}>"
        case Struct(fields):
            inner = ", ".join(f"{format_name(f.name)} {format_type(f.type)}" for f in fields)
            return f"STRUCT<{inner}>" if inner else "STRUCT< >"
    return str(t)
