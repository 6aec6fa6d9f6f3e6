"""Event time taken from a column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rowtime.errors import KsqlError
from rowtime.sql.types import BIGINT, STRING, TIMESTAMP, SqlType


def timestamp_reader(t: SqlType, pattern: str | None) -> Callable[[Any], int]:
    """Value of a timestamp column → ms since the epoch; raises ValueError where there is none."""
    if t in (BIGINT, TIMESTAMP):
        return read_number
    if t == STRING and pattern is not None:
        from rowtime.functions import scalar

        parse = scalar("STRINGTOTIMESTAMP", [STRING, STRING]).implementation

        def read_text(value: Any) -> int:
            if value is None:
                raise ValueError("the timestamp column is NULL")
            return _not_negative(parse(value, pattern))
        return read_text
    raise KsqlError(f"Timestamp column type must be TIMESTAMP, BIGINT or STRING with a TIMESTAMP_FORMAT, not {t}.")


def read_number(value: Any) -> int:
    if value is None:
        raise ValueError("the timestamp column is NULL")
    return _not_negative(value)


def _not_negative(ms: int) -> int:
    if ms < 0:
        raise ValueError(f"the timestamp {ms} is negative")
    return ms
