"""The report tables as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fraudstream.addresses import Addresses
from fraudstream.ksqldb import Client
from fraudstream.report.tables import Tables, read

__all__ = ["Tables", "report", "write"]


def report(addresses: Addresses, out: Path, *, books: Mapping[str, Any] | None = None, wait: float = 0.0) -> Tables:
    """Read the report tables and write the page to `out`; the tables.

    books: counts of fraudstream.reconcile, shown where given. wait: seconds to wait for ksqlDB.
    Raises KsqlDbError when it does not answer or sql/ is not deployed.
    """
    with Client(addresses.ksqldb) as client:
        if wait:
            client.wait_ready(wait)
        tables = read(client, books)
    write(tables, out)
    return tables


def write(tables: Tables, out: Path, made_at: datetime | None = None) -> None:
    """The page for tables that have been read."""
    from fraudstream.report.charts import specifications
    from fraudstream.report.page import page

    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(tables, specifications(tables), made_at or datetime.now(UTC)), encoding="utf-8")
