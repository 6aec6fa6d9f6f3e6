"""Scalar functions, one family a file; importing them fills the registry."""

from rowtime.functions.scalar import (  # noqa: F401
    array,
    conditional,
    date_time,
    higher_order,
    mathematical,
    string,
)
