"""A column of verdicts as true, false and null."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc


def truth(column: pa.Array, fraud: Collection[str] = (), clear: Collection[str] = ()) -> list[bool | None]:
    """0 and 1, true and false; or the texts that mean fraud, all others being clear, or with `clear` only these, and
    others no label. Null and empty texts are no label. Raises pa.ArrowInvalid for what is neither."""
    if fraud:
        return _named(column, fraud, clear).to_pylist()
    if pa.types.is_dictionary(column.type) or pa.types.is_large_string(column.type):
        column = pc.cast(column, pa.string())
    if pa.types.is_string(column.type):
        column = pc.cast(_filled(column), pa.bool_())
    if not pa.types.is_boolean(column.type):
        numbers = pc.cast(column, pa.float64())
        other = pc.fill_null(pc.invert(pc.is_in(numbers, value_set=pa.array([0.0, 1.0]))), True)
        if (strange := column.filter(pc.and_(other, pc.is_valid(column)))):
            raise pa.ArrowInvalid(f"{strange[0]} is neither 0 nor 1")
        column = pc.cast(numbers, pa.bool_())
    return column.to_pylist()


def _named(column: pa.Array, fraud: Collection[str], clear: Collection[str]) -> pa.Array:
    texts = _filled(pc.cast(column, pa.string()))
    bad = pc.is_in(texts, value_set=pa.array(list(fraud), pa.string()))
    known = pc.or_(bad, pc.is_in(texts, value_set=pa.array(list(clear), pa.string()))) if clear else pc.is_valid(texts)
    return pc.if_else(known, bad, pa.scalar(None, pa.bool_()))


def _filled(texts: pa.Array) -> pa.Array:
    """Without blanks around, null where nothing is left."""
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
