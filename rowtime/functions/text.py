"""Java's strings: counted in UTF-16 code units, encoded and decoded with replacement characters."""

from __future__ import annotations

import base64
import functools
import struct
from collections.abc import Callable
from typing import Any


def is_basic(s: str) -> bool:
    """Whether every character is one code unit."""
    return s.isascii() or max(s) <= "\uffff"


def units(s: str) -> str:
    """The string with each surrogate pair as two characters."""
    data = s.encode("utf-16-le", "surrogatepass")
    return "".join(map(chr, struct.unpack(f"<{len(data) // 2}H", data)))


def joined(s: str) -> str:
    """The inverse of units; lone surrogates stay."""
    return s.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def length(s: str) -> int:
    """String.length()."""
    return len(s) if is_basic(s) else len(units(s))


def by_code_unit(f: Callable[..., Any]) -> Callable[..., Any]:
    """Lets a function that indexes strings see code units."""

    @functools.wraps(f)
    def call(*args: Any) -> Any:
        if all(not isinstance(a, str) or is_basic(a) for a in args):
            return f(*args)
        result = f(*[units(a) if isinstance(a, str) else a for a in args])
        if isinstance(result, list):
            return [joined(s) for s in result]
        return joined(result) if isinstance(result, str) else result

    return call


def to_ascii(s: str) -> bytes:
    """getBytes(US_ASCII)."""
    return s.encode("ascii", "replace")


def from_ascii(data: bytes) -> str:
    """new String(bytes, US_ASCII)."""
    return "".join(chr(b) if b < 128 else "\ufffd" for b in data)


def from_utf8(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def to_utf8(s: str) -> bytes:
    return s.encode("utf-8", "replace")


def from_base64(text: str) -> bytes:
    """java.util.Base64's basic decoder: no white space, the last padding may be missing."""
    if len(text) % 4 > 1 and not text.endswith("="):
        text += "=" * (-len(text) % 4)
    return base64.b64decode(text, validate=True)


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
