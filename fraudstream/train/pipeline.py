"""sql/ over a whole history: in this process, or in two that pass each other rows; what comes out is the same.

The first works account by account; the second by counterparty, takes the labels and writes the columns. Labels of a
chunk are worked through before its transactions, so that no feature depends on how far one is ahead of the other.
"""

from __future__ import annotations

import marshal
import multiprocessing
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from fraudstream.errors import UserError
from fraudstream.train.columns import ColumnFile
from fraudstream.train.stage import ACCOUNTS, CHANGES, ENRICHED, LABELS, REJECTED, TRANSACTIONS, Row, Scripts, Stage
from rowtime.engine.local import few_collections
from rowtime.log.api import Record

Raw = list[tuple[str | None, bytes, int]]


class Second(Protocol):
    """What takes account_features and labels and ends with the columns written."""

    def take(self, accounts: list[Row], labels: list[Row]) -> None: ...

    def close(self) -> int: ...


class Here:
    """The second half in this process."""

    def __init__(self, file: Path, extra: Sequence[str], sql: Path | None, schemas: Path | None):
        scripts = Scripts(sql, schemas)
        self.stage = Stage(scripts, scripts.second)
        schema = next(s.schema for s in scripts.plan.subjects if s.name == f"{ENRICHED}-value")
        self.file = ColumnFile(file, self.stage.columns(ENRICHED), schema, extra)

    def take(self, accounts: list[Row], labels: list[Row]) -> None:
        self.stage.take(LABELS, labels)
        self.stage.take(CHANGES, accounts)
        self.file.add(self.stage.made([ENRICHED])[ENRICHED])

    def close(self) -> int:
        """How many rows were written."""
        self.file.close()
        return self.file.rows


class There:
    """The second half in a process of its own; rows go through a pipe."""

    def __init__(self, file: Path, extra: Sequence[str], sql: Path | None, schemas: Path | None):
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other, file, tuple(extra), sql, schemas), daemon=True)
        self.process.start()
        other.close()

    def take(self, accounts: list[Row], labels: list[Row]) -> None:
        self._send(marshal.dumps((accounts, labels)))

    def close(self) -> int:
        self._send(b"")
        answer = self._answer()
        self.process.join()
        if isinstance(answer, str):
            raise UserError(answer)
        return answer

    def _send(self, data: bytes) -> None:
        try:
            self.pipe.send_bytes(data)
        except (BrokenPipeError, ConnectionResetError):
            raise UserError(str(self._answer())) from None

    def _answer(self) -> int | str:
        try:
            return self.pipe.recv()
        except (EOFError, ConnectionResetError):
            return "the second process of the pipeline ended without a word"


def _serve(pipe: Connection, file: Path, extra: Sequence[str], sql: Path | None, schemas: Path | None) -> None:
    """Work until an empty message; answers with the number of rows, or with what went wrong."""
    try:
        second = Here(file, extra, sql, schemas)
        with few_collections():
            while data := pipe.recv_bytes():
                second.take(*marshal.loads(data))
        pipe.send(second.close())
    except EOFError:
        return
    except (UserError, RuntimeError, OSError, ValueError) as error:
        pipe.send(f"enriching: {error}")


class Pipeline:
    """Rows of transactions and labels in, a Parquet file of columns out."""

    def __init__(self, file: Path, extra: Sequence[str] = (), *, sql: Path | None = None, schemas: Path | None = None,
                 processes: int = 2):
        scripts = Scripts(sql, schemas)
        self.first = Stage(scripts, scripts.first)
        kind = There if processes > 1 else Here
        self.second: Second = kind(file, extra, sql, schemas)
        self.columns = [name.lower() for name in self.first.columns(TRANSACTIONS)]
        self.rejected = self.enriched = 0

    def work(self, transactions: list[Row], labels: list[Row], raw: Raw) -> None:
        """A chunk."""
        self.first.take(TRANSACTIONS, transactions)
        if raw:
            self.first.take_bytes(TRANSACTIONS, [Record(None if key is None else key.encode(), value, when)
                                                 for key, value, when in raw])
        made = self.first.made([ACCOUNTS, REJECTED])
        self.rejected += len(made[REJECTED])
        self.second.take(made[ACCOUNTS], labels)

    def close(self) -> None:
        self.enriched = self.second.close()


def label_columns(scripts: Scripts) -> list[str]:
    """Columns of the source of labels, lower case, in order."""
    stage: Any = Stage(scripts, [s for s, target in scripts.chosen if target.name == LABELS.upper()])
    return [name.lower() for name in stage.columns(LABELS)]
