"""The whole path at full speed on the embedded stack: transactions a second, and what the SQL writes for each.

    python -m benchmarks [--rows 10000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.sql_cost import costs, table
from fraudstream.assets import asset
from fraudstream.demo.settle import settle
from fraudstream.replay import replay
from fraudstream.system import System

SETTLE_SECONDS = 600.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000, help="transactions of data/demo to replay [%(default)s]")
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder, System(Path(folder), say=print) as system:
        began = time.monotonic()
        replay(asset("data/demo"), system.addresses, limit=rows, labels="elapsed")
        books, ended = settle(system.addresses, SETTLE_SECONDS, failure=system.failure)
        if not books.balanced:
            raise SystemExit("the books do not balance: " + "; ".join(books.problems()))
        lines = table(list(costs(system.addresses.kafka)))
    print(f"\n{books.produced / (ended - began):.0f} transactions a second from the first sent to the last record "
          f"anywhere ({books.produced} in {ended - began:.1f} s)\n\n" + "\n".join(lines))


if __name__ == "__main__":
    main()
