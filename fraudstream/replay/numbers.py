"""Numbers as files have them: as such, or as text with a currency and thousands separators."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_CURRENCY = r"(?:[$€£¥]|[A-Z]{3})"
_SIGNS = rf"^\s*([-+]?)\s*{_CURRENCY}?\s*|\s*{_CURRENCY}?\s*$"
_SHAPE = r"^[-+]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?([eE][-+]?\d+)?$|^(?i:[-+]?(nan|inf|infinity))$"


def number_array(values: pa.Array, decimal: str = ".") -> pa.Array:
    """Doubles; "$1,234.50" is 1234.5, with decimal "," "1.234,50" is; empty text is null. Raises pa.ArrowInvalid for
    what is no number, and for separators of thousands where there are no thousands."""
    if pa.types.is_dictionary(values.type) or pa.types.is_large_string(values.type):
        values = pc.cast(values, pa.string())
    if pa.types.is_string(values.type):
        values = _plain(values, decimal)
    return pc.cast(values, pa.float64())


def _plain(texts: pa.Array, decimal: str) -> pa.Array:
    found = pc.replace_substring_regex(texts, _SIGNS, r"\1")
    if decimal == ",":
        found = pc.replace_substring(pc.replace_substring(pc.replace_substring(found, ".", "_"), ",", "."), "_", ",")
    found = pc.if_else(pc.equal(found, ""), pa.scalar(None, pa.string()), found)
    strange = texts.filter(pc.invert(pc.match_substring_regex(found, _SHAPE)))
    if len(strange):
        raise pa.ArrowInvalid(f"{strange[0].as_py()!r} is no number")
    return pc.replace_substring(found, ",", "")
