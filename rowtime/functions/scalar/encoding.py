"""ENCODE, TO_BYTES, FROM_BYTES and numbers from bytes."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Callable

from rowtime.functions.registry import scalar_function
from rowtime.functions.text import from_ascii, from_base64, from_utf8, to_ascii, to_base64, to_utf8

NAMES = "Supported formats are 'hex', 'utf8', 'ascii', and 'base64'."
TO_BYTES: dict[str, Callable[[str], bytes]] = {
    "hex": lambda s: from_hex(s), "utf8": to_utf8, "ascii": to_ascii, "base64": from_base64,
}
FROM_BYTES: dict[str, Callable[[bytes], str]] = {
    "hex": lambda data: data.hex().upper(), "utf8": from_utf8, "ascii": from_ascii, "base64": to_base64,
}


def from_hex(s: str) -> bytes:
    if not re.fullmatch("(?:[0-9a-fA-F]{2})*", s):
        raise ValueError(f"hexBinary needs to be even-length and of hexadecimal digits: {s}")
    return bytes.fromhex(s)


def known(encoding: str) -> str:
    if encoding.lower() not in TO_BYTES:
        raise ValueError(f"Unknown encoding type '{encoding}'. {NAMES}")
    return encoding.lower()


@scalar_function("to_bytes", "(STRING, STRING)->BYTES", category="STRING",
                 about="The bytes a text stands for in an encoding: hex, utf8, ascii, base64.")
def to_bytes(s: str, encoding: str) -> bytes:
    return TO_BYTES[known(encoding)](s)


@scalar_function("from_bytes", "(BYTES, STRING)->STRING", category="STRING", about="Bytes as a text in an encoding.")
def from_bytes(data: bytes, encoding: str) -> str:
    return FROM_BYTES[known(encoding)](data)


@scalar_function("encode", "(STRING, STRING, STRING)->STRING", category="STRING",
                 about="A text from one encoding to another: hex, utf8, ascii, base64.")
def encode(s: str, source: str, target: str) -> str:
    source, target = source.lower(), target.lower()
    if source == target or source not in TO_BYTES or target not in TO_BYTES:
        raise ValueError("Supported input and output encodings are: hex, utf8, ascii and base64")
    data = from_hex(stripped(s)) if source == "hex" else lenient(s) if source == "base64" else TO_BYTES[source](s)
    return data.hex() if target == "hex" else FROM_BYTES[target](data)


def stripped(s: str) -> str:
    """Hexadecimal digits without 0x or X'…' around them."""
    if re.fullmatch("0x.*", s):
        return ("0" if len(s) % 2 else "") + s[2:]
    return s[2:-1] if re.fullmatch("[xX]'.*'", s) else s


def lenient(s: str) -> bytes:
    """Base64, what is not of its alphabet left out, up to the padding."""
    text = re.sub("[^A-Za-z0-9+/]", "", s.partition("=")[0].replace("-", "+").replace("_", "/"))
    text = text[: len(text) - (len(text) % 4 == 1)]
    return base64.b64decode(text + "=" * (-len(text) % 4))


def number_from_bytes(name: str, kind: str, code: str, about: str) -> None:
    size = struct.calcsize(code)

    def convert(data: bytes, order: str = "BIG_ENDIAN") -> float:
        if order.upper() not in ("BIG_ENDIAN", "LITTLE_ENDIAN"):
            raise ValueError(f"Byte order must be BIG_ENDIAN or LITTLE_ENDIAN. Unknown byte order '{order}'.")
        if len(data) != size:
            raise ValueError(f"Number of bytes must be equal to {size}, but found {len(data)}")
        return struct.unpack((">" if order.upper() == "BIG_ENDIAN" else "<") + code, data)[0]

    scalar_function(name, f"(BYTES)->{kind}", f"(BYTES, STRING)->{kind}", category="CONVERSIONS", about=about)(convert)


number_from_bytes("int_from_bytes", "INT", "i", "Four bytes as a number.")
number_from_bytes("bigint_from_bytes", "BIGINT", "q", "Eight bytes as a number.")
number_from_bytes("double_from_bytes", "DOUBLE", "d", "Eight bytes as a floating-point number.")
