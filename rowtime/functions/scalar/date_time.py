"""Date and time functions."""

from __future__ import annotations

import time

from rowtime.functions.registry import scalar_function

DATE_TIME = "DATE_TIME"


@scalar_function("unix_timestamp", "()->BIGINT", category=DATE_TIME, volatile=True,
                 about="Milliseconds since the epoch, now or of a timestamp.")
def now() -> int:
    return time.time_ns() // 1_000_000


@scalar_function("unix_timestamp", "(TIMESTAMP)->BIGINT", category=DATE_TIME, inline="{0}")
@scalar_function("from_unixtime", "(BIGINT)->TIMESTAMP", category=DATE_TIME, inline="{0}",
                 about="Milliseconds since the epoch as a timestamp.")
def same_number(ms: int) -> int:
    return ms
