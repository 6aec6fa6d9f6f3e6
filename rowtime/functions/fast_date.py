"""PARSE_DATE's patterns: SimpleDateFormat's letters, parsed leniently (fields overflow, text behind is ignored)."""

from __future__ import annotations

import datetime
import functools
import re

from rowtime.functions.date_pattern import names
from rowtime.functions.date_pattern.zone import offset_of

NUMBERS = "yYuMLdDFHkhKmsSwWu"
PIVOT_YEARS = 80
EPOCH = datetime.date(1970, 1, 1)


@functools.lru_cache(maxsize=1000)
def pieces(pattern: str) -> tuple[tuple[str, int], ...]:
    """(letter, count) for fields, (text, 0) for literals."""
    out: list[tuple[str, int]] = []
    for m in re.finditer(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']", pattern):
        if m[1] is not None:
            out.append((m[1].replace("''", "'") or "'", 0))
        elif m[2]:
            out.append((m[2], len(m[0])))
        else:
            out.append((m[0], 0))
    if any(count and letter not in "GyYuMLdDEFHkhKmsSaWwzZX" for letter, count in out):
        raise ValueError(f"Illegal pattern: {pattern}")
    return tuple(out)


def parse_date(text: str, pattern: str) -> int:
    """Days since the epoch; ValueError if the text does not fit or has a time of day."""
    fields: dict[str, int] = {}
    at, parts = 0, pieces(pattern)
    for i, (letter, count) in enumerate(parts):
        after = parts[i + 1] if i + 1 < len(parts) else ("", 0)
        at = literal(text, at, letter) if not count else field(text, at, letter, count, after, fields)
    days, ms = divmod(total_ms(fields), 86_400_000)
    if ms:
        raise ValueError("Date format contains time field.")
    return days


def literal(text: str, at: int, expected: str) -> int:
    if text[at : at + len(expected)].lower() != expected.lower():
        raise ValueError(f"Unparseable date: {text}")
    return at + len(expected)


def is_number(letter: str, count: int) -> bool:
    return count > 0 and letter in NUMBERS and not (letter in "ML" and count > 2)


def field(text: str, at: int, letter: str, count: int, after: tuple[str, int], fields: dict[str, int]) -> int:
    if is_number(letter, count):
        width = f"{{1,{count}}}" if is_number(*after) else "+"
        found = re.compile(rf"\s*(\d{width})").match(text, at)
        if not found:
            raise ValueError(f"Unparseable date: {text}")
        value = int(found[1])
        fields[letter] = windowed(value) if letter in "yY" and count <= 2 and value < 100 else value
        return found.end()
    if letter in "zZX":
        return zone(text, at, fields)
    choices = {"M": names.months(4) + names.months(3), "L": names.months(4) + names.months(3),
               "E": names.days(4) + names.days(3), "a": ["AM", "PM"], "G": ["BC", "AD"]}[letter]
    for i, name in enumerate(choices):
        if text[at : at + len(name)].lower() == name.lower():
            fields[letter] = i % 12 + 1 if letter in "ML" else i
            return at + len(name)
    raise ValueError(f"Unparseable date: {text}")


def windowed(year: int) -> int:
    """A year of two digits: within 80 years before and 20 after today."""
    start = datetime.date.today().year - PIVOT_YEARS
    return start + (year - start) % 100


def zone(text: str, at: int, fields: dict[str, int]) -> int:
    found = re.compile(r"Z|UTC|GMT(?![+-])|(?:GMT)?([+-]\d{1,2}:?\d{2}|[+-]\d{2})").match(text, at)
    if not found:
        raise ValueError(f"Unparseable date: {text}")
    offset = offset_of(found[1]).utcoffset(None) if found[1] else datetime.timedelta()
    fields["zone"] = 0 if offset is None else offset // datetime.timedelta(milliseconds=1)
    return found.end()


def total_ms(f: dict[str, int]) -> int:
    """Milliseconds since the epoch, every field free to overflow."""
    months = f.get("y", f.get("u", f.get("Y", 1970))) * 12 + f.get("M", f.get("L", 1)) - 1
    first = datetime.date(months // 12, months % 12 + 1, 1)
    days = (first - EPOCH).days + f.get("d", 1) - 1
    if "D" in f:
        days = (datetime.date(first.year, 1, 1) - EPOCH).days + f["D"] - 1
    hour = f.get("H", f.get("k", 0) % 24)
    if "h" in f or "K" in f:
        hour = f.get("K", f.get("h", 0) % 12) + 12 * f.get("a", 0)
    seconds = (hour * 60 + f.get("m", 0)) * 60 + f.get("s", 0)
    return (days * 86400 + seconds) * 1000 + f.get("S", 0) - f.get("zone", 0)
