"""Dates and times: Java's patterns."""

from __future__ import annotations

from typing import Any

import pytest

from rowtime.functions import INTERVAL_UNIT
from rowtime.functions.date_pattern import parse_timestamp
from rowtime.sql.types import BIGINT, DATE, INTEGER, STRING, TIME, TIMESTAMP

TS = 1526075913123  # 2018-05-11 21:58:33.123 UTC, a Friday


@pytest.mark.parametrize(("pattern", "text"), [
    ("yyyy-MM-dd'T'HH:mm:ss.SSS", "2018-05-11T21:58:33.123"), ("yy/M/d h:mm a", "18/5/11 9:58 PM"),
    ("EEE, dd MMM yyyy", "Fri, 11 May 2018"),
    ("EEEE e MMMM Q QQQ", "Friday 6 May 2 Q2"), ("D DDD", "131 131"), ("KK kk HH hh", "09 21 21 09"),
    ("SSSSSS n", "123000 123000000"),
    ("X XX XXX x Z O VV z", "Z Z Z +00 +0000 GMT GMT GMT"), ("''yyyy''", "'2018'"), ("[yyyy]['x']", "2018x"),
    ("G", "AD"), ("pppH", " 21"),
    ("w W", "19 2"),
])
def test_formatting_a_timestamp(call: Any, pattern: str, text: str) -> None:
    assert call("FORMAT_TIMESTAMP", TS, pattern, types=[TIMESTAMP, STRING]) == text


def test_formatting_in_a_zone(call: Any) -> None:
    types = [TIMESTAMP, STRING, STRING]
    assert call("FORMAT_TIMESTAMP", TS, "yyyy-MM-dd HH:mm XXX VV", "America/New_York", types=types) == (
        "2018-05-11 17:58 -04:00 America/New_York")
    assert call("TIMESTAMPTOSTRING", TS, "HH:mm:ss x", "+05:30", types=[BIGINT, STRING, STRING]) == "03:28:33 +0530"
    assert call("FORMAT_TIMESTAMP", TS, "HH", "Nowhere/Land", types=types) is None
    assert call("FORMAT_TIMESTAMP", TS, "bbbb", types=[TIMESTAMP, STRING]) is None


@pytest.mark.parametrize(("text", "pattern", "expected"), [
    ("2018-05-11T21:58:33.123", "yyyy-MM-dd'T'HH:mm:ss.SSS", TS), ("20180511215833123", "yyyyMMddHHmmssSSS", TS),
    ("2018-05-11T21:58:33.123+0200", "yyyy-MM-dd'T'HH:mm:ss.SSSXX", TS - 7_200_000),
    ("1605927509166", "yyyyMMdd", None),
    ("11/5/18", "d/M/yy", 1525996800000), ("may 11, 2018 9:58 pm", "MMM d, yyyy h:mm a", 1526075880000),
    ("2018-02-31", "yyyy-MM-dd", 1519776000000), ("2018-13-01", "yyyy-MM-dd", None), ("10", "HH", 36_000_000),
    ("05-11", "MM-dd", 11232000000),
    ("2018-131", "yyyy-DDD", 1525996800000), ("2018-05-11 America/New_York", "yyyy-MM-dd VV", 1526011200000),
    ("2018-05-11 PST", "yyyy-MM-dd zzz", 1526022000000), ("2018-05-11 x", "yyyy-MM-dd", None),
    ("2018-05-11", "yyyy-MM-dd['T'HH]", 1525996800000),
    ("24:00", "HH:mm", 86_400_000), ("Fri 2018-05-11", "EEE yyyy-MM-dd", 1525996800000),
    ("Mon 2018-05-11", "EEE yyyy-MM-dd", None),
])
def test_parsing_a_timestamp(call: Any, text: str, pattern: str, expected: int | None) -> None:
    assert call("PARSE_TIMESTAMP", text, pattern) == expected
    assert call("STRINGTOTIMESTAMP", text, pattern) == expected


def test_parsing_in_a_zone(call: Any) -> None:
    assert call("PARSE_TIMESTAMP", "2018-05-11", "yyyy-MM-dd", "+01:00") == 1525996800000 - 3_600_000
    assert parse_timestamp("1969-12-31T23:59:59.999", "yyyy-MM-dd'T'HH:mm:ss.SSS") == -1


@pytest.mark.parametrize(("name", "text", "pattern", "expected"), [
    ("PARSE_DATE", "2018-05-11", "yyyy-MM-dd", 17662), ("PARSE_DATE", "11/05/2018 trailing", "dd/MM/yyyy", 17662),
    ("PARSE_DATE", "2018-05-11 10", "yyyy-MM-dd HH", None), ("PARSE_DATE", "2018-13-01", "yyyy-MM-dd", 17897),
    ("PARSE_DATE", "x", "yyyy", None), ("STRINGTODATE", "2018-05-11", "yyyy-MM-dd", 17662),
    ("STRINGTODATE", "2018-05", "yyyy-MM", None),
    ("PARSE_TIME", "21:58:33", "HH:mm:ss", 79_113_000), ("PARSE_TIME", "9 pm", "h a", 75_600_000),
    ("PARSE_TIME", "2018 21", "yyyy HH", None),
])
def test_parsing_dates_and_times(call: Any, name: str, text: str, pattern: str, expected: int | None) -> None:
    assert call(name, text, pattern) == expected


@pytest.mark.parametrize(("name", "types", "args", "expected"), [
    ("FORMAT_DATE", [DATE, STRING], [17662, "dd/MM/yyyy"], "11/05/2018"),
    ("FORMAT_DATE", [DATE, STRING], [17662, "HH"], None),
    ("FORMAT_TIME", [TIME, STRING], [79_113_000, "HH:mm:ss"], "21:58:33"),
    ("DATETOSTRING", [INTEGER, STRING], [17662, "yyyy"], "2018"),
    ("UNIX_TIMESTAMP", [TIMESTAMP], [5], 5), ("UNIX_DATE", [DATE], [5], 5), ("FROM_UNIXTIME", [BIGINT], [5], 5),
    ("FROM_DAYS", [INTEGER], [5], 5),
    ("TIMESTAMPADD", [INTERVAL_UNIT, INTEGER, TIMESTAMP], ["DAYS", 2, 5], 172_800_005),
    ("TIMESTAMPSUB", [INTERVAL_UNIT, INTEGER, TIMESTAMP], ["SECONDS", 2, 5000], 3000),
    ("DATEADD", [INTERVAL_UNIT, INTEGER, DATE], ["HOURS", 49, 5], 7),
    ("DATESUB", [INTERVAL_UNIT, INTEGER, DATE], ["DAYS", 6, 5], -1),
    ("TIMEADD", [INTERVAL_UNIT, INTEGER, TIME], ["HOURS", 5, 72_000_000], 3_600_000),
    ("TIMESUB", [INTERVAL_UNIT, INTEGER, TIME], ["MINUTES", 1, 0], 86_340_000),
    ("CONVERT_TZ", [TIMESTAMP, STRING, STRING], [TS, "America/Los_Angeles", "America/New_York"], TS + 3 * 3_600_000),
])
def test_arithmetic_and_conversions(call: Any, name: str, types: list[Any], args: list[Any], expected: Any) -> None:
    assert call(name, *args, types=types) == expected


def test_now_is_recorded(call: Any) -> None:
    from rowtime.functions import scalar

    assert scalar("UNIX_TIMESTAMP", []).volatile and scalar("UNIX_DATE", []).volatile and scalar("UUID", []).volatile
    assert call("UNIX_TIMESTAMP") > 1_700_000_000_000
