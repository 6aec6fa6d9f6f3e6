"""String functions."""

from __future__ import annotations

from rowtime.functions.registry import scalar_function

STRING = "STRING"


@scalar_function("concat", "(STRING...)->STRING", category=STRING, handles_null=True,
                 about="Its arguments one after the other, NULLs left out.")
def concat(*parts: str | None) -> str:
    return "".join([p for p in parts if p is not None])


@scalar_function("concat", "(BYTES...)->BYTES", category=STRING, handles_null=True)
def concat_bytes(*parts: bytes | None) -> bytes:
    return b"".join([p for p in parts if p is not None])
