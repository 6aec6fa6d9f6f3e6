"""How the engine reads and writes keys and values.

A row is a tuple in the order of `columns` (see rowtime.sql.types for the Python values). `reader(...)` and
`writer(...)` of `rowtime.serde` give functions specialised to one schema; both work on lists, because a batch is what
the engine has, and both answer an error in place of what could not be read or written, so that one bad record never
costs its neighbours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from rowtime.errors import SerdeError
from rowtime.sql.types import Column

Row = tuple[Any, ...]
Reader = Callable[[Sequence[bytes | None]], list[Row | SerdeError | None]]
"""None in: None out (a null key or value); a column not in use may be anything (None)."""
Writer = Callable[[Sequence[Row | None]], list[bytes | SerdeError | None]]

SchemaById = Callable[[int], str]
"""Writer schema for an id; raises KeyError when it is not known yet (the engine fetches it and tries again)."""


@dataclass(frozen=True, slots=True)
class Format:
    """A side's format with its properties.

    name     KAFKA, AVRO, JSON, DELIMITED, NONE
    wrap     False: a single column stands for itself (WRAP_SINGLE_VALUE=false, and every single-column key)
    options  delimiter, schema full name (VALUE_AVRO_SCHEMA_FULL_NAME), schema id, …
    """

    name: str
    wrap: bool = True
    options: tuple[tuple[str, str], ...] = ()


MakeReader = Callable[[Format, Sequence[Column], Collection[str], SchemaById], Reader]
"""(format, columns, names of the columns in use, look-up of writer schemas)."""
MakeWriter = Callable[[Format, Sequence[Column], int], Writer]
"""(format, columns, schema id for AVRO else 0)."""


@dataclass(slots=True)
class Registered:
    """What a sink registers: subject's schema text; '' where the format has none."""

    schema: str = ""
    extra: dict[str, str] = field(default_factory=dict)


Resolve = Callable[[int], Awaitable[str]]
