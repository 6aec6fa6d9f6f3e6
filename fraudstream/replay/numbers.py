"""Numbers as files have them: as such, or as text with a currency sign and thousands separators."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_SIGNS = r"^\s*([-+]?)\s*[$€£¥]?\s*|\s*(?:[$€£¥]|[A-Z]{3})?\s*$"


def number_array(values: pa.Array) -> pa.Array:
    """Doubles; "$1,234.50" is 1234.5, empty text null. Raises pa.ArrowInvalid for what is no number."""
    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, pa.string())
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = pc.replace_substring(pc.replace_substring_regex(values, _SIGNS, r"\1"), ",", "")
        values = pc.if_else(pc.equal(values, ""), pa.scalar(None, values.type), values)
    return pc.cast(values, pa.float64())
