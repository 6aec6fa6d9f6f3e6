"""Moments as text."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

from rowtime.functions.date_pattern import names
from rowtime.functions.date_pattern.pattern import Element, Literal, Optional, Part, parts_of

DATE_LETTERS = "GuyDMLdQqYwWEecF"
TIME_LETTERS = "aBhKkHmsSAnN"


class Unsupported(ValueError):
    """The value has no such field (a time in a date, a zone in neither)."""


def format_moment(at: datetime.datetime, pattern: str, *, zone: str = "", has: str = "dtz") -> str:
    """`at` (in its zone, called `zone`) by a pattern; `has`: d a date, t a time, z a zone."""
    return written(at, parts_of(pattern), zone, has)


def written(at: datetime.datetime, parts: Sequence[Part], zone: str, has: str) -> str:
    out = []
    for part in parts:
        if isinstance(part, Literal):
            out.append(part.text)
        elif isinstance(part, Optional):
            try:
                out.append(written(at, part.parts, zone, has))
            except Unsupported:
                continue
        else:
            out.append(field(at, part, zone, has))
    return "".join(out)


def field(at: datetime.datetime, e: Element, zone: str, has: str) -> str:
    needs = "d" if e.letter in DATE_LETTERS else "t" if e.letter in TIME_LETTERS else "z"
    if needs not in has:
        raise Unsupported(f"Unsupported field: {e.letter}")
    text = zoned(at, e, zone) if needs == "z" else WRITERS[e.letter](at, e.count)
    if e.pad and len(text) > e.pad:
        raise ValueError(f"Cannot print as output of {len(text)} characters exceeds pad width of {e.pad}")
    return text.rjust(e.pad)


def year(at: datetime.datetime, count: int) -> str:
    return f"{at.year % 100:02d}" if count == 2 else str(at.year).rjust(count, "0")


def padded(value: Callable[[datetime.datetime], int]) -> Callable[[datetime.datetime, int], str]:
    return lambda at, count: str(value(at)).rjust(count, "0")


def month(at: datetime.datetime, count: int) -> str:
    return names.months(count)[at.month - 1] if count > 2 else str(at.month).rjust(count, "0")


def weekday(at: datetime.datetime, count: int) -> str:
    return names.days(max(count, 3))[at.weekday()]


def local_weekday(at: datetime.datetime, count: int) -> str:
    return weekday(at, count) if count > 2 else str(at.isoweekday() % 7 + 1).rjust(count, "0")


def quarter(at: datetime.datetime, count: int) -> str:
    n = (at.month - 1) // 3
    return names.quarters(count)[n] if count > 2 else str(n + 1).rjust(count, "0")


def nano_of_day(at: datetime.datetime) -> int:
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 10**9 + at.microsecond * 1000


def week_start(at: datetime.datetime) -> datetime.date:
    """The Sunday of the week that has January 1st of at's year."""
    first = datetime.date(at.year, 1, 1)
    return first - datetime.timedelta(days=first.isoweekday() % 7)


def week(at: datetime.datetime) -> tuple[int, int]:
    """Week-based year and week: weeks start on Sunday, the first has January 1st."""
    day = at.date()
    saturday = day + datetime.timedelta(days=6 - day.isoweekday() % 7)
    start = week_start(at.replace(year=saturday.year, day=1, month=1))
    return saturday.year, (day - start).days // 7 + 1


def week_year(at: datetime.datetime, count: int) -> str:
    n = week(at)[0]
    return f"{n % 100:02d}" if count == 2 else str(n).rjust(count, "0")


def week_of_month(at: datetime.datetime) -> int:
    return (at.day + at.replace(day=1).isoweekday() % 7 - 1) // 7 + 1


WRITERS: dict[str, Callable[[datetime.datetime, int], str]] = {
    "G": lambda at, count: names.eras(count)[1], "u": year, "y": year, "M": month, "L": month,
    "D": padded(lambda at: at.timetuple().tm_yday), "d": padded(lambda at: at.day), "Q": quarter, "q": quarter,
    "Y": week_year, "w": padded(lambda at: week(at)[1]), "W": padded(week_of_month),
    "E": weekday, "e": local_weekday, "c": local_weekday, "F": padded(lambda at: (at.day - 1) // 7 + 1),
    "a": lambda at, count: "PM" if at.hour > 11 else "AM", "h": padded(lambda at: (at.hour + 11) % 12 + 1),
    "K": padded(lambda at: at.hour % 12), "k": padded(lambda at: at.hour or 24), "H": padded(lambda at: at.hour),
    "m": padded(lambda at: at.minute), "s": padded(lambda at: at.second),
    "S": lambda at, count: f"{at.microsecond * 1000:09d}"[:count],
    "A": padded(lambda at: nano_of_day(at) // 10**6), "n": padded(lambda at: at.microsecond * 1000),
    "N": padded(nano_of_day),
}


def zoned(at: datetime.datetime, e: Element, zone: str) -> str:
    offset = at.utcoffset() or datetime.timedelta()
    seconds = int(offset.total_seconds())
    if e.letter == "V":
        return zone
    if e.letter in "zv":
        return zone_name(at, zone)
    if e.letter == "O" or (e.letter == "Z" and e.count == 4):
        return localized(seconds, e.count == 4)
    if seconds == 0 and (e.letter == "X" or (e.letter == "Z" and e.count == 5)):
        return "Z"
    count = {1: 2, 2: 2, 3: 2}.get(e.count, e.count) if e.letter == "Z" else e.count
    return offset_text(seconds, count)


def zone_name(at: datetime.datetime, zone: str) -> str:
    name = at.tzname() or zone
    if zone in ("GMT", "UTC", "Z", "UT"):
        return zone
    return zone if name.startswith(("UTC", "+", "-")) else name


def offset_text(seconds: int, count: int) -> str:
    """1 +HH or +HHMM, 2 +HHMM, 3 +HH:MM, 4 +HHMM or +HHMMSS, 5 +HH:MM or +HH:MM:SS."""
    sign, total = "-" if seconds < 0 else "+", abs(seconds)
    hours, minutes, left = total // 3600, total // 60 % 60, total % 60
    colon = ":" if count in (3, 5) else ""
    text = f"{sign}{hours:02d}"
    if count > 1 or minutes:
        text += f"{colon}{minutes:02d}"
    return text + (f"{colon}{left:02d}" if count > 3 and left else "")


def localized(seconds: int, full: bool) -> str:
    if seconds == 0:
        return "GMT"
    if full:
        return "GMT" + offset_text(seconds, 3)
    total = abs(seconds)
    minutes = f":{total // 60 % 60:02d}" if total // 60 % 60 else ""
    return f"GMT{'-' if seconds < 0 else '+'}{total // 3600}{minutes}"
