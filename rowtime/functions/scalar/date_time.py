"""Date and time functions. The server's zone is UTC."""

from __future__ import annotations

import datetime
import time

from rowtime.functions.date_pattern import (
    format_moment,
    parse_local_date,
    parse_local_time,
    parse_timestamp,
    zone_of,
)
from rowtime.functions.fast_date import parse_date as parse_fast_date
from rowtime.functions.registry import scalar_function
from rowtime.serde.java_numbers import wrap64

DATE_TIME = "DATE / TIME"
DAY = 86_400_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
UNITS = {"MILLISECONDS": 1, "SECONDS": 1000, "MINUTES": 60_000, "HOURS": 3_600_000, "DAYS": DAY}
UNITS |= {name[:-1]: ms for name, ms in UNITS.items()}


def moment(ms: int, zone: str = "GMT") -> datetime.datetime:
    return (EPOCH + datetime.timedelta(milliseconds=ms)).astimezone(zone_of(zone))


@scalar_function("unix_timestamp", "()->BIGINT", category=DATE_TIME, volatile=True,
                 about="Milliseconds since the epoch, now or of a timestamp.")
def now() -> int:
    return time.time_ns() // 1_000_000


@scalar_function("unix_timestamp", "(TIMESTAMP)->BIGINT", category=DATE_TIME, inline="{0}")
@scalar_function("from_unixtime", "(BIGINT)->TIMESTAMP", category=DATE_TIME, inline="{0}",
                 about="Milliseconds since the epoch as a timestamp.")
@scalar_function("from_days", "(INT)->DATE", category=DATE_TIME, inline="{0}", about="Days since the epoch as a date.")
def same_number(n: int) -> int:
    return n


@scalar_function("unix_date", "()->INT", category=DATE_TIME, volatile=True,
                 about="Days since the epoch, today or of a date.")
def today() -> int:
    return now() // DAY


scalar_function("unix_date", "(DATE)->INT", category=DATE_TIME, inline="{0}")(same_number)


@scalar_function("format_timestamp", "(TIMESTAMP, STRING)->STRING", "(TIMESTAMP, STRING, STRING)->STRING",
                 category=DATE_TIME, about="A timestamp by a pattern, in a zone (default GMT).")
@scalar_function("timestamptostring", "(BIGINT, STRING)->STRING", "(BIGINT, STRING, STRING)->STRING",
                 category=DATE_TIME, about="Milliseconds since the epoch by a pattern, in a zone (default UTC).")
def format_timestamp(ms: int, pattern: str, zone: str = "GMT") -> str:
    return format_moment(moment(ms, zone), pattern, zone=zone)


@scalar_function("format_date", "(DATE, STRING)->STRING", category=DATE_TIME, about="A date by a pattern.")
@scalar_function("datetostring", "(INT, STRING)->STRING", category=DATE_TIME,
                 about="Days since the epoch by a pattern.")
def format_date(days: int, pattern: str) -> str:
    return format_moment(EPOCH + datetime.timedelta(days=days), pattern, has="d")


@scalar_function("format_time", "(TIME, STRING)->STRING", category=DATE_TIME, about="A time by a pattern.")
def format_time(ms: int, pattern: str) -> str:
    return format_moment(EPOCH + datetime.timedelta(milliseconds=ms), pattern, has="t")


@scalar_function("parse_timestamp", "(STRING, STRING)->TIMESTAMP", "(STRING, STRING, STRING)->TIMESTAMP",
                 category=DATE_TIME, about="A text by a pattern as a timestamp, in a zone (default GMT).")
@scalar_function("stringtotimestamp", "(STRING, STRING)->BIGINT", "(STRING, STRING, STRING)->BIGINT",
                 category=DATE_TIME, about="A text by a pattern as milliseconds since the epoch.")
def to_timestamp(text: str, pattern: str, zone: str = "GMT") -> int:
    return parse_timestamp(text, pattern, zone_of(zone))


@scalar_function("stringtodate", "(STRING, STRING)->INT", category=DATE_TIME,
                 about="A text by a pattern as days since the epoch.")
def string_to_date(text: str, pattern: str) -> int:
    return parse_local_date(text, pattern)


@scalar_function("parse_date", "(STRING, STRING)->DATE", category=DATE_TIME, about="A text by a pattern as a date.")
def parse_date(text: str, pattern: str) -> int:
    return parse_fast_date(text, pattern)


@scalar_function("parse_time", "(STRING, STRING)->TIME", category=DATE_TIME, about="A text by a pattern as a time.")
def parse_time(text: str, pattern: str) -> int:
    return parse_local_time(text, pattern)


@scalar_function("convert_tz", "(TIMESTAMP, STRING, STRING)->TIMESTAMP", category=DATE_TIME,
                 about="A timestamp moved by the difference of two zones' offsets.")
def convert_tz(ms: int, source: str, target: str) -> int:
    return ms + offset(ms, target) - offset(ms, source)


def offset(ms: int, zone: str) -> int:
    difference = moment(ms, zone).utcoffset()
    return 0 if difference is None else difference // datetime.timedelta(milliseconds=1)


def days_of(ms: int) -> int:
    """TimeUnit.MILLISECONDS.toDays: towards zero."""
    return ms // DAY if ms >= 0 else -(-ms // DAY)


@scalar_function("timestampadd", "(INTERVALUNIT, INT, TIMESTAMP)->TIMESTAMP", category=DATE_TIME,
                 about="A timestamp and a number of units.")
def timestamp_add(unit: str, n: int, ms: int) -> int:
    return wrap64(ms + n * UNITS[unit])


@scalar_function("timestampsub", "(INTERVALUNIT, INT, TIMESTAMP)->TIMESTAMP", category=DATE_TIME,
                 about="A timestamp less a number of units.")
def timestamp_sub(unit: str, n: int, ms: int) -> int:
    return wrap64(ms - n * UNITS[unit])


@scalar_function("dateadd", "(INTERVALUNIT, INT, DATE)->DATE", category=DATE_TIME,
                 about="A date and a number of units, in whole days.")
def date_add(unit: str, n: int, days: int) -> int:
    return days_of(days * DAY + n * UNITS[unit])


@scalar_function("datesub", "(INTERVALUNIT, INT, DATE)->DATE", category=DATE_TIME,
                 about="A date less a number of units, in whole days.")
def date_sub(unit: str, n: int, days: int) -> int:
    return days_of(days * DAY - n * UNITS[unit])


@scalar_function("timeadd", "(INTERVALUNIT, INT, TIME)->TIME", category=DATE_TIME,
                 about="A time and a number of units, around midnight.")
def time_add(unit: str, n: int, ms: int) -> int:
    return (ms + n * UNITS[unit]) % DAY


@scalar_function("timesub", "(INTERVALUNIT, INT, TIME)->TIME", category=DATE_TIME,
                 about="A time less a number of units, around midnight.")
def time_sub(unit: str, n: int, ms: int) -> int:
    return (ms - n * UNITS[unit]) % DAY
