"""JSON whose numbers keep the text they were written as: 1.20 and 1.2 differ, as DECIMALs do."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


class Raw(float):
    """A number and its text."""

    text: str

    def __new__(cls, text: str) -> Raw:
        made = super().__new__(cls, text)
        made.text = text
        return made


class Document(str):
    """JSON text that is written as it is."""


def loads(text: str) -> Any:
    return json.loads(text, parse_float=Raw, strict=False)


def dump(value: Any) -> str:
    if isinstance(value, Document):
        return str(value)
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))}: {dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(dump, value)) + "]"
    if isinstance(value, float) and value != value:
        return '"NaN"'
    return json.dumps(value)
