"""Which API answers which request, and what a handler gets and gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowtime.kafka.node import Node

Body = Mapping[str, Any] | bytes | None


class Disconnect(Exception):
    """What the client sent has no answer: its connection is closed."""


@dataclass(slots=True)
class Connection:
    """One client connection. `serial` grows with each accepted connection."""

    serial: int
    client_host: str = ""


@dataclass(slots=True)
class Call:
    """One request: `request` is kio's dataclass of the API and version."""

    version: int
    request: Any
    client_id: str
    connection: Connection


@dataclass(frozen=True, slots=True)
class Api:
    """An API key with the versions served.

    `handle` runs when the request has been read; requests of a connection are handled in their order. What takes time
    (durability, long polls, rebalances) is in the awaitable it returns. A body is a mapping for `codec.encode`, the
    encoded body, or None for no answer (acks=0).
    """

    key: int
    name: str
    versions: tuple[int, int]
    handle: Callable[[Node, Call], Body | Awaitable[Body]]
    advertised_from: int | None = None


def when_durable(node: Node, body: Body) -> Body | Awaitable[Body]:
    """The answer, once everything committed up to now is on disk."""
    seq = node.store.seq
    return body if seq <= node.store.durable_seq else _after(node, seq, body)


async def _after(node: Node, seq: int, body: Body) -> Body:
    await node.store.durable(seq)
    return body
