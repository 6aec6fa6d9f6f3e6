"""String functions."""

from __future__ import annotations

import hashlib
import re
import uuid as _uuid
from typing import Any

from rowtime.functions.registry import scalar_function
from rowtime.functions.text import by_code_unit, length, to_utf8
from rowtime.serde.hash_map import hash_map
from rowtime.serde.java_numbers import wrap32

STRING = "STRING"
BLANKS = "".join(map(chr, range(33)))
WORD = re.compile(r"\S+\s*", re.ASCII)
UNESCAPED = re.compile(r"\\(?:u+\+?([0-9a-fA-F]{4})|([0-3]?[0-7]{1,2})|(.))", re.DOTALL)
LETTERS = {"b": "\b", "n": "\n", "t": "\t", "f": "\f", "r": "\r"}


@scalar_function("concat", "(STRING...)->STRING", category=STRING, handles_null=True, total=True,
                 about="Its arguments one after the other, NULLs left out.")
def concat(*parts: str | None) -> str:
    return "".join([p for p in parts if p is not None])


@scalar_function("concat", "(BYTES...)->BYTES", category=STRING, handles_null=True)
def concat_bytes(*parts: bytes | None) -> bytes:
    return b"".join([p for p in parts if p is not None])


@scalar_function("concat_ws", "(STRING...)->STRING", "(BYTES...)->BYTES", category=STRING, handles_null=True,
                 about="Its arguments after the first, NULLs left out, with the first between them.")
def concat_ws(*parts: Any) -> Any:
    if len(parts) < 2:
        raise ValueError("Function Concat_WS expects at least two input arguments.")
    return None if parts[0] is None else parts[0].join([p for p in parts[1:] if p is not None])


@scalar_function("substring", "(STRING, INT)->STRING", "(STRING, INT, INT)->STRING", category=STRING,
                 about="The part of a text from a position (1 is the first, -1 the last) on, of a length at most.")
@by_code_unit
def substring(s: str, position: int, size: int | None = None) -> str:
    return cut(s, position, size)


@scalar_function("substring", "(BYTES, INT)->BYTES", "(BYTES, INT, INT)->BYTES", category=STRING)
def cut(s: Any, position: int, size: int | None = None) -> Any:
    n = len(s)
    start = max(n + position, 0) if position < 0 else max(min(position - 1, n), 0)
    return s[start:] if size is None else s[start : max(min(wrap32(start + size), n), start)]


@scalar_function("len", "(STRING)->INT", category=STRING, about="The length of a text or of bytes.")
def len_string(s: str) -> int:
    return length(s)


@scalar_function("len", "(BYTES)->INT", category=STRING, inline="len({0})")
def len_bytes(data: bytes) -> int:
    return len(data)


@scalar_function("ucase", "(STRING)->STRING", category=STRING, inline="{0}.upper()", about="The text in upper case.")
def ucase(s: str) -> str:
    return s.upper()


@scalar_function("lcase", "(STRING)->STRING", category=STRING, inline="{0}.lower()", about="The text in lower case.")
def lcase(s: str) -> str:
    return s.lower()


@scalar_function("trim", "(STRING)->STRING", category=STRING,
                 about="The text without spaces and control characters around it.")
def trim(s: str) -> str:
    return s.strip(BLANKS)


@scalar_function("initcap", "(STRING)->STRING", category=STRING,
                 about="The text with each word's first letter in upper case, the others in lower.")
def initcap(s: str) -> str:
    return "".join(w[0].upper() + w[1:] for w in WORD.findall(s.lower()))


@scalar_function("replace", "(STRING, STRING, STRING)->STRING", category=STRING,
                 about="The text with every occurrence of the second argument replaced by the third.")
def replace(s: str, old: str, new: str) -> str:
    return s.replace(old, new)


@scalar_function("Chr", "(INT)->STRING", category=STRING, about="The character with this code point.")
def chr_code(code: int) -> str | None:
    return chr(code) if 0 <= code <= 0x10FFFF else None


@scalar_function("Chr", "(STRING)->STRING", category=STRING)
def chr_escape(code: str) -> str | None:
    if len(code) < 6 or not code.startswith("\\u"):
        return None
    text = UNESCAPED.sub(unescape, code)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def unescape(m: re.Match[str]) -> str:
    if m[1]:
        return chr(int(m[1], 16))
    if m[2]:
        return chr(int(m[2], 8))
    if m[3] == "u":
        raise ValueError("Less than 4 hex digits in unicode value")
    return LETTERS.get(m[3], m[3])


@scalar_function("elt", "(INT, STRING...)->STRING", category=STRING, handles_null=True,
                 about="The n-th of the texts, NULL if there is none.")
def elt(n: int | None, *texts: str | None) -> str | None:
    return None if n is None or not 1 <= n <= len(texts) else texts[n - 1]


@scalar_function("field", "(STRING, STRING...)->INT", category=STRING, handles_null=True,
                 about="The position of the first argument among the others, 0 if it is not there.")
def field(s: str | None, *texts: str | None) -> int:
    return texts.index(s) + 1 if s is not None and s in texts else 0


@scalar_function("instr", "(STRING, STRING)->INT", "(STRING, STRING, INT)->INT", "(STRING, STRING, INT, INT)->INT",
                 category=STRING, handles_null=True,
                 about="The position of the n-th occurrence of a text in another from a position on (from the end for "
                       "a negative one), 0 if there is none.")
@by_code_unit
def instr(s: str | None, part: str | None, position: int | None = 1, occurrence: int | None = 1) -> int | None:
    if position is None or occurrence is None:
        return None
    if s is None or part is None or abs(position) > len(s):
        return 0
    if position >= 0:
        at = ordinal_index(s[position - 1 :] if position else s[-1:], part, occurrence)
        return 0 if at < 0 else at + position
    at = ordinal_index(s[::-1][-position - 1 :], part[::-1], occurrence)
    return 0 if at < 0 else len(s) + position - at - len(part) + 2


def ordinal_index(s: str, part: str, occurrence: int) -> int:
    """Index of the n-th occurrence, overlapping ones counted, or -1."""
    if occurrence <= 0:
        return -1
    if not part:
        return 0
    at = -1
    for _ in range(occurrence):
        at = s.find(part, at + 1)
        if at < 0:
            return -1
    return at


@scalar_function("LPad", "(STRING, INT, STRING)->STRING", category=STRING,
                 about="The text padded on the left with another to a length, or cut to it.")
@by_code_unit
def lpad(s: str, size: int, padding: str) -> str | None:
    return lpad_bytes(s, size, padding)


@scalar_function("LPad", "(BYTES, INT, BYTES)->BYTES", category=STRING)
def lpad_bytes(s: Any, size: int, padding: Any) -> Any:
    if not padding or size < 0:
        return None
    missing = max(size - len(s), 0)
    return (padding * (missing // len(padding) + 1))[:missing] + s[:size]


@scalar_function("RPad", "(STRING, INT, STRING)->STRING", category=STRING,
                 about="The text padded on the right with another to a length, or cut to it.")
@by_code_unit
def rpad(s: str, size: int, padding: str) -> str | None:
    return rpad_bytes(s, size, padding)


@scalar_function("RPad", "(BYTES, INT, BYTES)->BYTES", category=STRING)
def rpad_bytes(s: Any, size: int, padding: Any) -> Any:
    if not padding or size < 0:
        return None
    return (s + padding * (max(size - len(s), 0) // len(padding) + 1))[:size]


@scalar_function("split", "(STRING, STRING)->ARRAY<STRING>", category=STRING,
                 about="The parts of a text between the delimiters; its characters for an empty delimiter.")
@by_code_unit
def split(s: str, delimiter: str) -> list[str]:
    return s.split(delimiter) if delimiter else list(s) or [""]


@scalar_function("split", "(BYTES, BYTES)->ARRAY<BYTES>", category=STRING)
def split_bytes(data: bytes, delimiter: bytes) -> list[bytes]:
    if not data:
        return [b""]
    if not delimiter:
        return [data[i : i + 1] for i in range(len(data))]
    out, start = [], 0
    while (at := delimiter_at(data, delimiter, start)) >= 0:
        out.append(data[start:at])
        start = at + len(delimiter)
    return [*out, data[start:]]


def delimiter_at(data: bytes, delimiter: bytes, start: int) -> int:
    """Where ksqlDB sees the delimiter: of one further on than it is long, it compares the first byte only."""
    for i in range(start, len(data) - len(delimiter) + 1):
        compared = max(len(delimiter) - i, 1)
        if data[i : i + compared] == delimiter[:compared]:
            return i
    return -1


@scalar_function("split_to_map", "(STRING, STRING, STRING)->MAP<STRING, STRING>", category=STRING,
                 about="A map from a text of entries: text, delimiter of entries, delimiter of key and value.")
def split_to_map(s: str, entries: str, pair: str) -> dict[str, str] | None:
    if not entries or not pair or entries == pair:
        return None
    parts = [e.split(pair) for e in s.split(entries) if pair in e]
    return hash_map({p[0]: p[1] for p in parts})


@scalar_function("md5", "(STRING)->STRING", category=STRING, about="The MD5 digest in hexadecimal.")
def md5(s: str) -> str:
    return hashlib.md5(to_utf8(s), usedforsecurity=False).hexdigest()


@scalar_function("UUID", "()->STRING", category=STRING, volatile=True, about="A random UUID, or one of 16 bytes.")
def uuid() -> str:
    return str(_uuid.uuid4())


@scalar_function("UUID", "(BYTES)->STRING", category=STRING)
def uuid_of(data: bytes) -> str | None:
    return str(_uuid.UUID(bytes=data)) if len(data) == 16 else None
