"""PRINT topic: records as text, in the format they seem to have."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator, Iterator
from typing import Any

from rowtime.errors import KsqlError
from rowtime.ksql.payloads import Payloads
from rowtime.log.api import Record
from rowtime.sql import ast

POLL_SECONDS = 0.1
AT_ONCE = 500


async def print_topic(engine: Any, statement: ast.PrintTopic) -> AsyncIterator[bytes]:
    """Lines of text, for ever or to the LIMIT; KsqlError when there is no such topic."""
    if statement.topic not in engine.log.topics():
        similar = [t for t in engine.log.topics() if t.lower() == statement.topic.lower()]
        hint = f"\nDid you mean '{similar[0]}'? Names of topics are case-sensitive." if similar else ""
        raise KsqlError(f"Could not find topic '{statement.topic}', or the KSQL user does not have permissions to list "
                        f"the topic. Topic names are case-sensitive.{hint}")  # fmt: skip
    ranges = await engine.log.offsets(statement.topic)
    next_offsets = [start if statement.from_beginning else end for start, end in ranges]
    return _lines(engine, statement, next_offsets)


async def _lines(engine: Any, statement: ast.PrintTopic, offsets: list[int]) -> AsyncIterator[bytes]:
    keys, values = Payloads(engine.schemas, key=True), Payloads(engine.schemas)
    seen = printed = 0
    while statement.limit is None or printed < statement.limit:
        batch = await _read(engine, statement.topic, offsets)
        if not batch:
            await asyncio.sleep(POLL_SECONDS)
        for partition, record in batch:
            seen += 1
            if statement.interval and (seen - 1) % statement.interval:
                continue
            yield (await _text(keys, values, partition, record)).encode()
            printed += 1
            if printed == statement.limit:
                return


async def _read(engine: Any, topic: str, offsets: list[int]) -> list[tuple[int, Record]]:
    """What is new, the oldest first; `offsets` move on."""
    found: list[tuple[int, Record]] = []
    for partition, (start, end) in enumerate(await engine.log.offsets(topic)):
        if partition == len(offsets):
            offsets.append(start)
        at = max(offsets[partition], start)
        if at < end:
            records = await engine.log.read(topic, partition, at, min(AT_ONCE, end - at))
            offsets[partition] = at + len(records)
            found += [(partition, r) for r in records]
    return sorted(found, key=lambda f: f[1].timestamp)


async def _text(keys: Payloads, values: Payloads, partition: int, record: Record) -> str:
    key, value = await keys.text(record.key), await values.text(record.value)
    header = "".join(_announced(keys, values))
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=record.timestamp)
    moment = f"{at:%Y/%m/%d %H:%M:%S}.{record.timestamp % 1000:03d} Z"
    return f"{header}rowtime: {moment}, key: {key}, value: {value}, partition: {partition}\n"


def _announced(keys: Payloads, values: Payloads) -> Iterator[str]:
    for name, side in (("Key", keys), ("Value", values)):
        if side.changed:
            side.changed = False
            yield f"{name} format: {' or '.join(side.formats)}\n"


__all__ = ["print_topic"]
