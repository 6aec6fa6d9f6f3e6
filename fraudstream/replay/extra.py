"""Columns of a file that are features of their own: [extra] of a mapping.

They travel in the transaction as `measures` (numbers) and `attributes` (texts) and are features under the names
MEASURES.name and ATTRIBUTES.name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudstream.errors import UserError
from fraudstream.replay.clock import timestamps
from fraudstream.replay.numbers import number_array

KINDS = {"number": 1, "category": 1, "distance": 4, "years": 1}
"""Kinds and how many columns each takes."""
EARTH_KM = 6371.0
YEAR_MS = 365.25 * 86_400_000


@dataclass(frozen=True, slots=True)
class Extra:
    """kind: number; category (text); distance (km along a great circle, of latitude and longitude of two places);
    years (from a date to the event, ISO or in `format`); or empty: number where the file's column holds numbers, else
    category."""

    name: str
    columns: tuple[str, ...]
    kind: str = ""
    format: str = ""

    @property
    def hint(self) -> str:
        """What to write into the mapping where the values cannot be read."""
        if self.kind == "years":
            return f'write under [extra] {self.name} = {{ …, kind = "years", format = "%d/%m/%Y" }} (strptime\'s words)'
        return f'write under [extra] {self.name} = {{ column = "{self.columns[0]}", kind = "category" }} for texts'

    def resolved(self, types: Mapping[str, pa.DataType]) -> str:
        """The kind, told by the column's type where none is given."""
        if self.kind:
            return self.kind
        found = types[self.columns[0]]
        if pa.types.is_temporal(found):
            raise UserError(f"column {self.columns[0]} holds times: in the mapping, write under [extra] {self.name} = "
                            f'{{ column = "{self.columns[0]}", kind = "years" }} for years from it to the event, or '
                            'kind = "category"')
        return "number" if pa.types.is_integer(found) or pa.types.is_floating(found) or pa.types.is_boolean(found) \
            or pa.types.is_decimal(found) else "category"


def parse_extra(name: str, value: Any) -> Extra:
    """An entry of [extra]: a column's name, or a table with column or columns, and kind. Raises ValueError."""
    table = {"column": value} if isinstance(value, str) else dict(value)
    kind, words = table.pop("kind", ""), table.pop("format", "")
    columns = tuple(table.pop("columns", ()) or ([table.pop("column")] if "column" in table else ()))
    if table:
        raise ValueError(f"[extra] {name} has unknown {', '.join(sorted(table))}; known: column, columns, kind, format")
    if kind and kind not in KINDS:
        raise ValueError(f"[extra] {name}: kind is {kind!r}; one of {', '.join(KINDS)}")
    wanted = KINDS.get(kind, 1)
    if len(columns) != wanted:
        raise ValueError(f"[extra] {name}: {kind or 'an entry'} needs {wanted} column{'s' if wanted > 1 else ''}")
    if words and kind != "years":
        raise ValueError(f'[extra] {name}: format is for kind = "years"')
    return Extra(name, columns, kind, words)


def feature(extra: Extra, types: Mapping[str, pa.DataType]) -> tuple[str, str]:
    """Name of the feature, and number or category."""
    if extra.resolved(types) == "category":
        return f"ATTRIBUTES.{extra.name}", "category"
    return f"MEASURES.{extra.name}", "number"


def values(extra: Extra, batch: pa.RecordBatch, event_time: np.ndarray) -> list[Any]:
    """One value a row: a finite number, a text, or None."""
    kind = extra.resolved({name: batch.schema.field(name).type for name in extra.columns})
    columns = [batch.column(name) for name in extra.columns]
    if kind == "category":
        texts = pc.cast(columns[0], pa.string()).to_pylist()
        return [text or None for text in texts]
    if kind == "years":
        born = timestamps(pc.strptime(columns[0], extra.format, "ms") if extra.format else columns[0])
        numbers = np.where(pc.is_null(columns[0]).to_numpy(zero_copy_only=False), np.nan, (event_time - born) / YEAR_MS)
    elif kind == "distance":
        numbers = great_circle(*(_floats(column) for column in columns))
    else:
        numbers = _floats(columns[0])
    return [x if ok else None for x, ok in zip(numbers.tolist(), np.isfinite(numbers).tolist(), strict=True)]


def great_circle(lat: np.ndarray, lon: np.ndarray, to_lat: np.ndarray, to_lon: np.ndarray) -> np.ndarray:
    """Kilometres between places given in degrees (haversine formula)."""
    a, b, c, d = map(np.radians, (lat, lon, to_lat, to_lon))
    half = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))


def _floats(column: pa.Array) -> np.ndarray:
    return pc.fill_null(number_array(column), float("nan")).to_numpy(zero_copy_only=False)


def entries(columns: Mapping[str, list[Any]], n: int) -> list[list[dict[str, Any]] | None]:
    """For each of n rows the named values that are there; None where there are no columns at all."""
    if not columns:
        return [None] * n
    names = tuple(columns)
    return [[{"name": name, "value": value} for name, value in zip(names, row, strict=True) if value is not None]
            for row in zip(*columns.values(), strict=True)]
