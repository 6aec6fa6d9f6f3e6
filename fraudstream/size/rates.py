"""Measured rates, with where each was measured."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fraudstream.errors import UserError

NUMBERS = {
    "utilisation": (), "records_per_core_s": ("sidecar",), "memory_mib": ("sidecar",),
    "transactions_per_core_s": ("ksqldb",), "memory_mib_per_core": ("ksqldb",),
    "records_per_transaction": ("kafka",), "bytes_per_transaction": ("kafka",),
    "kept_bytes_per_transaction": ("kafka",),
}


@dataclass(frozen=True, slots=True)
class Rates:
    """Per core and second, or per transaction; memory in MiB; utilisation from 0 to 1; sources by part."""

    utilisation: float
    records_per_core_s: float
    memory_mib: float
    transactions_per_core_s: float
    memory_mib_per_core: float
    records_per_transaction: float
    bytes_per_transaction: float
    kept_bytes_per_transaction: float
    sources: dict[str, str]


def read_rates(file: Path) -> Rates:
    """The rates of a file such as config/rates.toml. Raises UserError with what is missing."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{file}: no such file") from None
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{file}: not TOML: {error}") from None
    numbers = {name: _number(file, content, name, *table) for name, table in NUMBERS.items()}
    sources = {part: str(content[part].get("source", "")) for part in ("sidecar", "ksqldb", "kafka")}
    return Rates(**numbers, sources={"machine": str(content.get("machine", "")), **sources})


def _number(file: Path, content: dict[str, Any], name: str, table: str = "") -> float:
    found = (content.get(table, {}) if table else content).get(name)
    if not isinstance(found, int | float) or isinstance(found, bool) or found <= 0:
        raise UserError(f"{file}: {f'[{table}] ' if table else ''}{name}: expected a number above 0, found {found!r}")
    return float(found)
