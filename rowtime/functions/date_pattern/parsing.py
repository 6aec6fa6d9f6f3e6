"""Text as dates, times and timestamps, resolved as DateTimeFormatter's SMART style does."""

from __future__ import annotations

import calendar
import datetime
import re
import zoneinfo
from collections.abc import Sequence
from typing import Any

from rowtime.functions.date_pattern import names
from rowtime.functions.date_pattern.pattern import Element, Literal, Optional, Part, parts_of
from rowtime.functions.date_pattern.zone import ABBREVIATIONS, OFFSET, UTC, offset_of, zone_of

Fields = dict[str, Any]
DAY_MS = 86_400_000
NUMBERS = {
    "u": "year", "y": "year", "M": "month", "L": "month", "d": "day", "D": "day_of_year", "h": "clock_hour_12",
    "K": "hour_12", "k": "clock_hour_24", "H": "hour", "m": "minute", "s": "second", "A": "milli_of_day", "n": "nano",
    "N": "nano_of_day", "Q": "quarter", "q": "quarter", "F": "week_aligned", "w": "week", "W": "week_of_month",
    "Y": "week_year", "e": "local_day", "c": "local_day",
}
RANGES = {
    "month": (1, 12), "day": (1, 31), "day_of_year": (1, 366), "clock_hour_12": (1, 12), "hour_12": (0, 11),
    "clock_hour_24": (1, 24), "hour": (0, 24), "minute": (0, 59), "second": (0, 59), "milli_of_day": (0, DAY_MS - 1),
    "nano": (0, 10**9 - 1), "nano_of_day": (0, DAY_MS * 10**6 - 1), "quarter": (1, 4), "day_of_week": (1, 7),
}
ZONE_ID = re.compile(r"[A-Za-z][A-Za-z0-9~/._+-]+|Z|[+-]\d{1,2}(?::?\d{2}){0,2}")


class ParseError(ValueError):
    """The text does not fit the pattern."""


def parse_timestamp(text: str, pattern: str, zone: datetime.tzinfo = UTC) -> int:
    """ms since the epoch; what the pattern lacks is 1970-01-01 00:00:00, in `zone` unless the text names one."""
    fields = parse_fields(text, pattern)
    date = resolved_date(fields) or partial_date(fields, text)
    nanos, extra_days = resolved_time(fields)
    at = datetime.datetime.combine(date, datetime.time(), fields.get("zone", zone))
    seconds, fraction = divmod(nanos, 10**9)
    at += datetime.timedelta(days=extra_days)
    at = at.replace(hour=seconds // 3600, minute=seconds // 60 % 60, second=seconds % 60)
    delta = at - datetime.datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86400 + delta.seconds) * 1000 + fraction // 10**6


def parse_local_date(text: str, pattern: str) -> int:
    """Days since the epoch of a text with a whole date."""
    date = resolved_date(parse_fields(text, pattern))
    if date is None:
        raise ParseError(f"Text '{text}' could not be parsed: Unable to obtain LocalDate from TemporalAccessor")
    return (date - datetime.date(1970, 1, 1)).days


def parse_local_time(text: str, pattern: str) -> int:
    """ms since midnight of a text with a time and no date."""
    fields = parse_fields(text, pattern)
    dated = {"year", "month", "day", "day_of_year", "day_of_week", "quarter", "era", "week", "week_year"}
    if dated & set(fields):
        raise ParseError("Time format contains date field.")
    if not {"hour", "clock_hour_24", "nano_of_day", "milli_of_day"} & set(fields) and "am_pm" not in fields:
        raise ParseError(f"Text '{text}' could not be parsed: Unable to obtain LocalTime from TemporalAccessor")
    nanos, _ = resolved_time(fields)
    return nanos // 10**6


def parse_fields(text: str, pattern: str) -> Fields:
    """The fields of a text that fits the whole pattern."""
    fields: Fields = {}
    end = read(text, 0, parts_of(pattern), fields)
    if end != len(text):
        raise ParseError(f"Text '{text}' could not be parsed, unparsed text found at index {end}")
    for name, value in fields.items():
        low, high = RANGES.get(name, (None, None))
        if low is not None and high is not None and not low <= value <= high:
            raise ParseError(f"Text '{text}' could not be parsed: Invalid value for {name}: {value}")
    return fields


def read(text: str, at: int, parts: Sequence[Part], fields: Fields) -> int:
    """The position after the parts."""
    for i, part in enumerate(parts):
        if isinstance(part, Literal):
            if text[at : at + len(part.text)].lower() != part.text.lower():
                raise ParseError(f"Text '{text}' could not be parsed at index {at}")
            at += len(part.text)
        elif isinstance(part, Optional):
            attempt = dict(fields)
            try:
                at = read(text, at, part.parts, attempt)
            except ParseError:
                continue
            fields.update(attempt)
        else:
            while part.pad and text.startswith(" ", at):
                at += 1
            at = element(text, at, part, fields, following(parts[i + 1 :]))
    return at


def following(parts: Sequence[Part]) -> int:
    """Width of the fixed-width numbers right behind."""
    width = 0
    for part in parts:
        if not isinstance(part, Element) or not is_number(part) or not fixed(part):
            break
        width += part.count
    return width


def is_number(e: Element) -> bool:
    return e.letter == "S" or (e.letter in NUMBERS and not (e.letter in "MLQqec" and e.count > 2))


def fixed(e: Element) -> bool:
    return e.letter == "S" or e.count == 2 or (e.letter == "D" and e.count == 3)


def element(text: str, at: int, e: Element, fields: Fields, behind: int) -> int:
    if e.letter == "S":
        digits = re.compile(rf"\d{{{e.count}}}").match(text, at)
        if not digits:
            raise ParseError(f"Text '{text}' could not be parsed at index {at}")
        return put(fields, "nano", int(digits[0].ljust(9, "0")), at + e.count, text)
    if is_number(e):
        return number(text, at, e, fields, 0 if fixed(e) else behind)
    if e.letter in "XxZOVzv":
        return zone(text, at, e, fields)
    return name(text, at, e, fields)


def number(text: str, at: int, e: Element, fields: Fields, behind: int) -> int:
    """A number of as many digits as there are, less those that fixed-width numbers behind need."""
    sign = text[at : at + 1] if text[at : at + 1] in ("+", "-") and not fixed(e) else ""
    if sign == "+" and not (e.letter in "uyY" and e.count >= 4):
        raise ParseError(f"Text '{text}' could not be parsed at index {at}")
    start = at + len(sign)
    digits = re.compile(rf"\d{{{e.count}}}" if fixed(e) else r"\d{1,19}").match(text, start)
    found = digits[0] if digits else ""
    found = found[: max(len(found) - behind, e.count)] if behind else found
    longer = len(found) > e.count
    if len(found) < e.count or (e.letter in "uyY" and e.count >= 4 and sign != "-" and longer != (sign == "+")):
        raise ParseError(f"Text '{text}' could not be parsed at index {at}")
    value = int(sign + found)
    if e.letter in "uyY" and e.count == 2:
        value += 2000
    return put(fields, NUMBERS[e.letter], value, start + len(found), text)


def put(fields: Fields, key: str, value: Any, end: int, text: str) -> int:
    if fields.setdefault(key, value) != value:
        raise ParseError(f"Text '{text}' could not be parsed: Conflict found: {key} {fields[key]} differs from {value}")
    return end


def name(text: str, at: int, e: Element, fields: Fields) -> int:
    style = max(e.count, 3)
    choices, key, base = {
        "M": (names.months(style), "month", 1), "L": (names.months(style), "month", 1),
        "E": (names.days(style), "day_of_week", 1), "e": (names.days(style), "day_of_week", 1),
        "c": (names.days(style), "day_of_week", 1), "a": (["AM", "PM"], "am_pm", 0),
        "G": (names.eras(style), "era", 0), "Q": (names.quarters(style), "quarter", 1),
        "q": (names.quarters(style), "quarter", 1),
    }.get(e.letter, ([], "", 0))
    fitting = [(len(n), i) for i, n in enumerate(choices) if text[at : at + len(n)].lower() == n.lower()]
    if not fitting:
        raise ParseError(f"Text '{text}' could not be parsed at index {at}")
    size, index = max(fitting)
    return put(fields, key, index + base, at + size, text)


def zone(text: str, at: int, e: Element, fields: Fields) -> int:
    """An offset, or the longest zone id there is."""
    if text[at : at + 1] in ("Z", "z") and (e.letter in "XVz" or (e.letter == "Z" and e.count == 5)):
        return put(fields, "zone", UTC, at + 1, text)
    prefix = 3 if e.letter in "OZ" and text.startswith("GMT", at) else 0
    offset = OFFSET.match(text, at + prefix)
    if prefix and not offset:
        return put(fields, "zone", UTC, at + prefix, text)
    if e.letter in "XxZO":
        if not offset:
            raise ParseError(f"Text '{text}' could not be parsed at index {at}")
        return put(fields, "zone", offset_of(offset[0]), offset.end(), text)
    found = ZONE_ID.match(text, at)
    if found and e.letter in "zv" and found[0].upper() in ABBREVIATIONS:
        return put(fields, "zone", zone_of(ABBREVIATIONS[found[0].upper()]), found.end(), text)
    for end in range(found.end() if found else at, at, -1):
        try:
            return put(fields, "zone", zone_of(text[at:end]), end, text)
        except (ValueError, zoneinfo.ZoneInfoNotFoundError):
            continue
    raise ParseError(f"Text '{text}' could not be parsed at index {at}")


def resolved_date(f: Fields) -> datetime.date | None:
    """The date if the fields make one."""
    if "year" not in f:
        return None
    year = 1 - f["year"] if f.get("era") == 0 else f["year"]
    if "month" in f and "day" in f:
        last = calendar.monthrange(year, f["month"])[1]
        return checked_weekday(datetime.date(year, f["month"], min(f["day"], last)), f)
    if "day_of_year" in f:
        day = datetime.date(year, 1, 1) + datetime.timedelta(days=f["day_of_year"] - 1)
        if day.year != year:
            raise ParseError(f"Invalid date 'DayOfYear 366' as '{year}' is not a leap year")
        return checked_weekday(day, f)
    return None


def checked_weekday(date: datetime.date, f: Fields) -> datetime.date:
    if "day_of_week" in f and f["day_of_week"] != date.isoweekday():
        raise ParseError(f"Conflict found: Field DayOfWeek {date.isoweekday()} differs from {f['day_of_week']}")
    return date


def partial_date(f: Fields, text: str) -> datetime.date:
    """What fields there are, on top of 1970-01-01."""
    if f.get("day_of_year") == 366 and "year" not in f:
        raise ParseError("Leap day cannot be parsed without supplying the year field")
    date = datetime.date(f.get("year", 1970), 1, 1)
    if "month" in f:
        date = date.replace(month=f["month"])
    if "day_of_week" in f:
        date += datetime.timedelta(days=f["day_of_week"] - date.isoweekday())
    if "day" in f:
        date = date.replace(day=f["day"])
    if "day_of_year" in f:
        date = datetime.date(date.year, 1, 1) + datetime.timedelta(days=f["day_of_year"] - 1)
    return date


def hour_of(f: Fields) -> int:
    if "hour" in f:
        return f["hour"]
    if "clock_hour_24" in f:
        return f["clock_hour_24"] % 24
    half = f["hour_12"] if "hour_12" in f else f["clock_hour_12"] % 12 if "clock_hour_12" in f else None
    if half is not None and "am_pm" in f:
        return f["am_pm"] * 12 + half
    return half if half is not None else 12 * f.get("am_pm", 0)


def resolved_time(f: Fields) -> tuple[int, int]:
    """Nanoseconds of the day, and days on top (24:00)."""
    if "nano_of_day" in f:
        return f["nano_of_day"], 0
    if "milli_of_day" in f:
        return f["milli_of_day"] * 10**6, 0
    hour, minute, second, nano = hour_of(f), f.get("minute", 0), f.get("second", 0), f.get("nano", 0)
    if hour == 24:
        if minute or second or nano:
            raise ParseError("Invalid value for HourOfDay: 24")
        return 0, 1
    return ((hour * 60 + minute) * 60 + second) * 10**9 + nano, 0
