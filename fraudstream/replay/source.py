"""Files of transactions: CSV and Parquet, read in batches of the columns that are wanted."""

from __future__ import annotations

import csv as lines
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from fraudstream.errors import UserError

BATCH = 16_384
DELIMITERS = ",;\t|"
_NUMBERED = re.compile(r"In CSV column #(\d+): CSV conversion error to (\w+)[^:]*: (.*)")


class SourceError(UserError):
    """A file that is missing, of another kind, or lacks a column."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file; rows is their number where the file says it (Parquet); kinds are the columns' types."""

    path: Path
    columns: tuple[str, ...]
    rows: int | None
    kinds: Mapping[str, pa.DataType] = field(default_factory=dict)

    def batches(self, wanted: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The wanted columns, in the order of the file."""
        names = list(self.columns if wanted is None else wanted)
        try:
            if _is_csv(self.path):
                yield from _csv(self.path, names, self.kinds)
            else:
                with pq.ParquetFile(self.path) as file:
                    yield from file.iter_batches(BATCH, columns=names)
        except pa.ArrowInvalid as error:
            raise SourceError(f"{self.path}: {_reason(self.path, error)}") from None


def open_source(path: Path, wanted: Sequence[str], texts: Collection[str] = ()) -> Source:
    """A file, or the transactions.parquet of a folder; raises SourceError when a wanted column is not there.

    texts: columns whose values in a CSV file are left as text; other whole numbers there may have decimals later.
    """
    if path.is_dir():
        path = path / "transactions.parquet"
    if not path.exists():
        raise SourceError(f"{path}: no such file")
    schema, rows = _look(path)
    absent = [name for name in wanted if name not in schema.names]
    if absent:
        raise SourceError(f"{path}: no column {', '.join(absent)}; it has {', '.join(schema.names)}")
    twice = [name for name in wanted if schema.names.count(name) > 1]
    if twice:
        raise SourceError(f"{path}: more than one column is called {', '.join(twice)}")
    kinds = {name: _kind(schema.field(name).type, name in texts) if _is_csv(path) else schema.field(name).type
             for name in wanted}
    return Source(path, tuple(wanted), rows, kinds)


def _kind(found: pa.DataType, text: bool) -> pa.DataType:
    if text:
        return pa.string()
    if pa.types.is_integer(found):
        return pa.float64()
    return pa.string() if pa.types.is_null(found) else found


def _look(path: Path) -> tuple[pa.Schema, int | None]:
    try:
        if _is_csv(path):
            with csv.open_csv(path, parse_options=_parse(path)) as reader:
                return reader.schema, None
        with pq.ParquetFile(path) as file:
            return file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowInvalid, OSError) as error:
        kind = "CSV" if _is_csv(path) else "Parquet"
        raise SourceError(f"{path}: not {kind}: {_reason(path, error)}") from None


def _is_csv(path: Path) -> bool:
    return any(suffix in (".csv", ".tsv") for suffix in path.suffixes)


def _csv(path: Path, names: list[str], kinds: Mapping[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
    types = {name: kinds[name] for name in names if name in kinds}
    options = csv.ConvertOptions(include_columns=names, column_types=types, strings_can_be_null=True)
    with csv.open_csv(path, parse_options=_parse(path), convert_options=options) as reader:
        for batch in reader:
            for start in range(0, batch.num_rows, BATCH):
                yield batch.slice(start, BATCH)


def _parse(path: Path) -> csv.ParseOptions:
    """Values may hold line breaks; what separates them is what separates most names in the first line."""
    return csv.ParseOptions(newlines_in_values=True, delimiter=max(DELIMITERS, key=lambda d: len(_names(path, d))))


def _names(path: Path, delimiter: str = ",") -> list[str]:
    return next(lines.reader([_first_line(path)], delimiter=delimiter), [])


def _first_line(path: Path) -> str:
    with pa.input_stream(str(path)) as file:
        return file.read(65_536).partition(b"\n")[0].decode("utf-8-sig", "replace").rstrip("\r")


def _reason(path: Path, error: Exception) -> str:
    """Arrow's first line, with a column's name for its number and what to do about it."""
    text = str(error).splitlines()[0]
    found = _NUMBERED.match(text)
    if not found:
        return text
    number, kind, what = found.groups()
    names = _names(path, _parse(path).delimiter)
    name = names[int(number)] if int(number) < len(names) else f"#{number}"
    if "UTF8" in what:
        return f"column {name}: not UTF-8: convert the file, such as by iconv -f latin1 -t utf-8"
    return (f"column {name}: {what}, although the values before it are of type {kind}; an extra column with values of "
            f'several kinds is one: in the mapping, write {{ column = "{name}", kind = "category" }}')
