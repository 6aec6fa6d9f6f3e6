"""Expected against actual records, as ksqlDB's own harness compares them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from rowtime.testing.json_numbers import Document, Raw, loads

NEAR = Decimal("0.000001")
Numbers = (int, float, Decimal)


def same_record(actual: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """A timestamp or window that is not expected matches any; key and value have to be what is expected."""
    if expected.get("timestamp") is not None and expected["timestamp"] != actual["timestamp"]:
        return False
    if not _same_window(actual.get("window"), expected.get("window")):
        return False
    return all(same_side(actual.get(side), expected.get(side)) for side in ("key", "value"))


def _same_window(actual: Any, expected: Any) -> bool:
    if expected is None or actual is None:
        return expected is None
    return all(expected.get(name) in (None, actual[name]) for name in ("start", "end")) \
        and str(expected.get("type", actual["type"])).lower() == actual["type"]  # fmt: skip


def same_side(actual: Any, expected: Any) -> bool:
    """`actual` as it was read: a Document is JSON text, whose numbers match by value and scale."""
    if isinstance(actual, Document):
        return matches(loads(actual), expected, exact=True)
    return matches(actual, expected, exact=False)


def matches(actual: Any, expected: Any, *, exact: bool) -> bool:
    """Fields are found by name or upper-cased name; numbers that are not exact may differ by a millionth."""
    if expected is None or isinstance(expected, bool):
        return actual is expected
    if isinstance(expected, Numbers):
        return _same_number(actual, expected, exact)
    if isinstance(expected, str):
        return actual == expected or isinstance(actual, (Raw, Decimal)) and _same_text(actual, expected)
    if isinstance(expected, list):
        return isinstance(actual, list) and len(actual) == len(expected) \
            and all(matches(a, e, exact=exact) for a, e in zip(actual, expected, strict=True))  # fmt: skip
    return _same_object(actual, expected, exact)


def _same_object(actual: Any, expected: Mapping[str, Any], exact: bool) -> bool:
    if not isinstance(actual, dict) or len(actual) != len(expected):
        return False
    for name, value in expected.items():
        found = name if name in actual else name.upper()
        if found not in actual or not matches(actual[found], value, exact=exact):
            return False
    return True


def _same_number(actual: Any, expected: Any, exact: bool) -> bool:
    if isinstance(actual, bool) or not isinstance(actual, Numbers):
        return False
    a, e = _decimal(actual), _decimal(expected)
    if isinstance(actual, int):
        return actual == int(e)
    if not exact:
        return abs(a - e) < NEAR or float(a) == float(e)
    return a == e and (isinstance(expected, int) or a.as_tuple().exponent == e.as_tuple().exponent)


def _same_text(actual: Any, expected: str) -> bool:
    try:
        return _decimal(actual) == Decimal(expected)
    except InvalidOperation:
        return False


def _decimal(number: Any) -> Decimal:
    return number if isinstance(number, Decimal) else Decimal(number.text if isinstance(number, Raw) else repr(number))
