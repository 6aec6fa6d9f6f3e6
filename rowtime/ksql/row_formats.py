"""How rows of a query go over the wire: delimited lines, one JSON array, or ksqlDB's v1 array."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from rowtime.ksql import media
from rowtime.ksql.json_text import row_encoder
from rowtime.sql.types import Column, Schema

TOMBSTONE = ',"tombstone":true'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class RowFormat(ABC):
    """One answer: `header` once, `rows` for batches of (values, tombstone), `end` once."""

    media_type = ""

    def __init__(self, query_id: str, columns: Sequence[Column]):
        self.query_id, self.columns = query_id, columns
        self.encode = row_encoder(columns)

    @abstractmethod
    def header(self) -> str: ...

    @abstractmethod
    def rows(self, batch: Iterable[tuple[Sequence[Any], bool]]) -> str: ...

    @abstractmethod
    def error(self, body: dict[str, Any]) -> str: ...

    @abstractmethod
    def end(self, message: str | None) -> str: ...

    def _metadata(self) -> str:
        names, types = [c.name for c in self.columns], [str(c.type) for c in self.columns]
        return _json({"queryId": self.query_id, "columnNames": names, "columnTypes": types})


class Delimited(RowFormat):
    """A JSON value a line; deletes are dropped."""

    media_type = media.DELIMITED

    def header(self) -> str:
        return self._metadata() + "\n"

    def rows(self, batch: Iterable[tuple[Sequence[Any], bool]]) -> str:
        encode = self.encode
        return "".join([encode(values) + "\n" for values, tombstone in batch if not tombstone])

    def error(self, body: dict[str, Any]) -> str:
        return _json(body) + "\n"

    def end(self, message: str | None) -> str:
        return ""


class JsonArray(RowFormat):
    """One array: the metadata, then each row."""

    media_type = media.JSON

    def header(self) -> str:
        return "[" + self._metadata()

    def rows(self, batch: Iterable[tuple[Sequence[Any], bool]]) -> str:
        encode = self.encode
        return "".join(["," + encode(values) for values, tombstone in batch if not tombstone])

    def error(self, body: dict[str, Any]) -> str:
        return "," + _json(body)

    def end(self, message: str | None) -> str:
        return "]"


class V1(RowFormat):
    """One array, an element a line: header, row, finalMessage, errorMessage."""

    media_type = media.V1

    def header(self) -> str:
        return "[" + _json({"header": {"queryId": self.query_id, "schema": str(Schema(tuple(self.columns)))}})

    def rows(self, batch: Iterable[tuple[Sequence[Any], bool]]) -> str:
        encode = self.encode
        return "".join([
            f',\n{{"row":{{"columns":{encode(values)}{TOMBSTONE if tombstone else ""}}}}}'
            for values, tombstone in batch
        ])  # fmt: skip

    def error(self, body: dict[str, Any]) -> str:
        return ",\n" + _json({"errorMessage": body})

    def end(self, message: str | None) -> str:
        return (",\n" + _json({"finalMessage": message}) if message else "") + "]"


class V1AsJson(V1):
    """The same for /query with Accept application/json."""

    media_type = media.JSON
