"""A push query that outlives its connection: it reconnects, and rows seen before are not given again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from fraudstream.ksqldb.errors import KsqlDbError, KsqlDbUnreachable
from fraudstream.ksqldb.http import Transport, lines

OFFSET_RESET = "auto.offset.reset"
_LIMIT = re.compile(r"\blimit\s+(\d+)\s*;?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PushEvent:
    """What happened to the connection: state is connected, disconnected or finished; wait is in seconds."""

    state: str
    reason: str = ""
    attempt: int = 0
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits between attempts: first, then twice as long each time, at most `longest`; all in seconds."""

    first: float = 0.25
    longest: float = 10.0
    attempts: int | None = None

    def wait(self, attempt: int) -> float:
        return min(self.longest, self.first * 2 ** min(attempt - 1, 30))


class PushQuery:
    """Iterator of rows (dicts by column name) of one push query.

    With `key` (a column, or several, that together identify a row) it resumes without loss: after a break it reads
    from the earliest record again and gives only rows whose key it has not given. It remembers every key, some 100
    bytes each. Without `key` it goes on with the server's newest records, and `on_event` is how the caller learns that
    rows may be missing. Errors that a repetition cannot mend (a wrong statement) are raised as KsqlDbError.
    """

    def __init__(self, transport: Transport, sql: str, properties: Mapping[str, Any], key: str | tuple[str, ...] | None,
                 on_event: Callable[[PushEvent], None], backoff: Backoff, sleep: Callable[[float], object]):
        self.transport, self.sql, self.properties = transport, sql, dict(properties)
        self.key = (key,) if isinstance(key, str) else key
        self.on_event, self.backoff, self.sleep = on_event, backoff, sleep
        self.columns: tuple[str, ...] = ()
        self.query_id = ""
        self._seen: set[Any] = set()
        self._limit = int(found.group(1)) if (found := _LIMIT.search(sql)) else None
        self._given = self._attempt = 0
        self._connected_before = self._closed = False
        self._response: requests.Response | None = None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while not self._finished():
            try:
                yield from self._connection()
                reason = "the server ended the query"
            except KsqlDbUnreachable as error:
                reason = error.message
            except KsqlDbError as error:
                if not _passing(error):
                    raise
                reason = error.message
            if not self._finished():
                self._wait(reason)
        self.on_event(PushEvent("finished"))

    def close(self) -> None:
        """End the query on the server and the iteration; may be called from another thread."""
        self._closed = True
        if self.query_id:
            self._end_on_server()
        if self._response is not None:
            self._response.close()

    def _end_on_server(self) -> None:
        try:
            self.transport.post("/close-query", {"queryId": self.query_id})
        except KsqlDbError as error:  # it has ended, or the server has: either way it no longer runs
            self.on_event(PushEvent("disconnected", error.message))

    def _connection(self) -> Iterator[dict[str, Any]]:
        body = {"sql": self.sql, "properties": self._properties(), "sessionVariables": {}}
        with self.transport.stream("/query-stream", body, self.sql) as response:
            self._response = response
            for line in lines(response):
                if isinstance(line, dict):
                    self._header(line)
                elif (row := self._new(line)) is not None:
                    yield row
                    self._given += 1
                if self._finished():
                    return

    def _properties(self) -> dict[str, Any]:
        if not self._connected_before:
            return self.properties
        others = {name: value for name, value in self.properties.items() if not name.endswith(OFFSET_RESET)}
        return others | {OFFSET_RESET: "earliest" if self.key else "latest"}

    def _header(self, line: dict[str, Any]) -> None:
        if "columnNames" in line:
            self.columns, self.query_id = tuple(line["columnNames"]), str(line.get("queryId") or "")
            self._check_key()
            self._connected_before, self._attempt = True, 0
            self.on_event(PushEvent("connected", self.query_id))
        elif "finalMessage" not in line:
            raise KsqlDbError.from_body(line.get("errorMessage") or line, 500, self.sql)

    def _check_key(self) -> None:
        absent = [name for name in self.key or () if name not in self.columns]
        if absent:
            raise ValueError(f"the query has no column {', '.join(absent)}; it has {', '.join(self.columns)}")

    def _new(self, values: list[Any]) -> dict[str, Any] | None:
        row = dict(zip(self.columns, values, strict=True))
        if self.key is None:
            return row
        identity = tuple(str(row[name]) for name in self.key)
        if identity in self._seen:
            return None
        self._seen.add(identity)
        return row

    def _finished(self) -> bool:
        return self._closed or (self._limit is not None and self._given >= self._limit)

    def _wait(self, reason: str) -> None:
        self._attempt += 1
        if self.backoff.attempts is not None and self._attempt > self.backoff.attempts:
            raise KsqlDbUnreachable(f"{reason} (gave up after {self.backoff.attempts} attempts)")
        wait = self.backoff.wait(self._attempt)
        self.on_event(PushEvent("disconnected", reason, self._attempt, wait))
        self.sleep(wait)


def _passing(error: KsqlDbError) -> bool:
    """Whether the same request may be answered later: the server is starting, stopping or overloaded."""
    return error.code // 100 in (429, 500, 502, 503, 504)
