"""Scalar functions, one family a file; importing them fills the registry."""

from rowtime.functions.scalar import (  # noqa: F401
    array,
    conditional,
    date_time,
    encoding,
    geo,
    higher_order,
    json,
    map,
    mask,
    mathematical,
    regular_expression,
    scale,
    string,
    url,
)
