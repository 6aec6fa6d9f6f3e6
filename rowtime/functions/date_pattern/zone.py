"""Java's zone ids: regions, offsets, and UTC, GMT, UT with or without one."""

from __future__ import annotations

import datetime
import functools
import re
import zoneinfo

OFFSET = re.compile(r"([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?")
UTC = datetime.UTC
ABBREVIATIONS = {
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "PT": "America/Los_Angeles", "MST": "America/Denver",
    "MDT": "America/Denver", "MT": "America/Denver", "CST": "America/Chicago", "CDT": "America/Chicago",
    "CT": "America/Chicago", "EST": "America/New_York", "EDT": "America/New_York", "ET": "America/New_York",
    "HST": "Pacific/Honolulu", "AKST": "America/Anchorage", "AKDT": "America/Anchorage", "BST": "Europe/London",
    "CET": "Europe/Paris", "CEST": "Europe/Paris", "EET": "Europe/Athens", "EEST": "Europe/Athens",
    "WET": "Europe/Lisbon", "WEST": "Europe/Lisbon", "MSK": "Europe/Moscow", "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo", "KST": "Asia/Seoul", "HKT": "Asia/Hong_Kong", "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney", "ACST": "Australia/Adelaide", "AWST": "Australia/Perth", "NZST": "Pacific/Auckland",
    "NZDT": "Pacific/Auckland",
}
"""Short names a text may have for a zone (not an id of one)."""


@functools.lru_cache(maxsize=1000)
def zone_of(name: str) -> datetime.tzinfo:
    """ZoneId.of, or ValueError."""
    if name in ("Z", "UTC", "GMT", "UT"):
        return UTC
    for prefix in ("UTC", "GMT", "UT", ""):
        if name.startswith(prefix) and name[len(prefix) : len(prefix) + 1] in ("+", "-"):
            return offset_of(name[len(prefix) :])
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"Unknown time-zone ID: {name}") from None


def offset_of(text: str) -> datetime.tzinfo:
    found = OFFSET.fullmatch(text)
    if not found or (len(found[2]) == 1 and found[3]):
        raise ValueError(f"Invalid ID for ZoneOffset, invalid format: {text}")
    hours, minutes, seconds = (int(found[i] or 0) for i in (2, 3, 4))
    total = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if minutes > 59 or seconds > 59 or total > datetime.timedelta(hours=18):
        raise ValueError(f"Zone offset not in valid range: {text}")
    return datetime.timezone(total if found[1] == "+" else -total)
