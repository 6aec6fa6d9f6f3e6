"""The TCP side: frames, request headers, answers in the order of the requests."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import itertools
import logging
import socket
import struct
from collections.abc import Awaitable
from typing import NamedTuple

from rowtime.addresses import Address
from rowtime.kafka import api_versions, apis, codec
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, Connection, Disconnect
from rowtime.log.errors import StorageError, StorageFull

_HEADER = struct.Struct(">hhi")
_PIPELINED = 64
_READ_BUFFER = 1 << 21
log = logging.getLogger(__name__)


class _Pending(NamedTuple):
    api: Api
    version: int
    correlation: int
    body: Body | Awaitable[Body]


class KafkaServer:
    """Serves one Node at one address."""

    def __init__(self, node: Node):
        self._node = node
        node.apis = apis.BY_KEY
        self._serials = itertools.count()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self, sock: socket.socket, advertised: Address | None = None) -> Address:
        """Serve a listening socket; its address, which clients are told unless another is advertised."""
        bound = Address(*sock.getsockname()[:2])
        node = self._node
        node.host, node.port = advertised or bound
        self._server = await asyncio.start_server(self._accept, sock=sock, limit=_READ_BUFFER)
        return bound

    async def stop(self) -> None:
        """Close the port and all connections."""
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        peer = writer.get_extra_info("peername")
        connection = Connection(next(self._serials), str(peer[0]) if peer else "")
        queue: asyncio.Queue[_Pending] = asyncio.Queue(_PIPELINED)
        answering = asyncio.create_task(self._answer(queue, writer))
        try:
            await self._read(reader, queue, connection, answering)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        except Disconnect as error:
            log.warning("connection of %s closed: %s", connection.client_host, error)
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
            _discard(queue)
            self._connections.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _read(
        self,
        reader: asyncio.StreamReader,
        queue: asyncio.Queue[_Pending],
        connection: Connection,
        answering: asyncio.Task[None],
    ) -> None:
        limit = self._node.settings.socket_request_max_bytes
        while not answering.done():
            size = int.from_bytes(await reader.readexactly(4), "big", signed=True)
            if not _HEADER.size <= size <= limit:
                raise Disconnect(f"a request of {size} bytes, allowed are {_HEADER.size} to {limit}")
            pending = self._handle(await reader.readexactly(size), connection)
            if pending.body is not None:
                await queue.put(pending)

    def _handle(self, frame: bytes, connection: Connection) -> _Pending:
        key, version, correlation = _HEADER.unpack_from(frame)
        api = apis.BY_KEY.get(key)
        if api is None:
            raise Disconnect(f"unknown API key {key}")
        low, high = api.versions
        if not low <= version <= high:
            if api is api_versions.API:
                return _Pending(api, 0, correlation, api_versions.unsupported_version(self._node))
            raise Disconnect(f"{api.name} version {version}, served are {low} to {high}")
        try:
            client_id, at = _client_id(frame, api, version)
            request = codec.parse(api.name, version, frame, at)
        except Exception as error:
            raise Disconnect(f"{api.name} version {version} cannot be read: {error!r}") from error
        call = Call(version, request, client_id, connection)
        try:
            return _Pending(api, version, correlation, api.handle(self._node, call))
        except (StorageError, StorageFull) as error:
            raise Disconnect(f"{api.name}: {error}") from error
        except Disconnect:
            raise
        except Exception:
            log.exception("%s version %d failed", api.name, version)
            raise Disconnect(f"{api.name} failed") from None

    async def _answer(self, queue: asyncio.Queue[_Pending], writer: asyncio.StreamWriter) -> None:
        """Writes the answers; ends, and with it the connection, when one cannot be given."""
        try:
            while True:
                pending = await queue.get()
                body = await pending.body if inspect.isawaitable(pending.body) else pending.body
                if body is None:
                    continue
                header, encoded = _encode(pending, body)
                writer.writelines((header, encoded))
                await writer.drain()
        except ConnectionError:
            pass
        except (StorageError, StorageFull) as error:
            log.error("%s", error)
        except Exception:
            log.exception("an answer failed")
        finally:
            writer.close()


def _encode(pending: _Pending, body: Body) -> tuple[bytes, bytes]:
    assert body is not None
    encoded = body if isinstance(body, bytes) else codec.encode(pending.api.name, pending.version, body)
    tags = b"\0" if _flexible(pending.api, pending.version) and pending.api is not api_versions.API else b""
    return struct.pack(">ii", 4 + len(tags) + len(encoded), pending.correlation) + tags, encoded


def _flexible(api: Api, version: int) -> bool:
    return bool(codec.message(api.name, version)[0].__flexible__)


def _client_id(frame: bytes, api: Api, version: int) -> tuple[str, int]:
    """Client id, and where the request's body begins."""
    at = _HEADER.size
    size = int.from_bytes(frame[at : at + 2], "big", signed=True)
    at += 2
    client_id = frame[at : at + max(size, 0)].decode()
    at += max(size, 0)
    if _flexible(api, version):
        count, at = codec.read_uvarint(frame, at)
        for _ in range(count):
            _, at = codec.read_uvarint(frame, at)
            length, at = codec.read_uvarint(frame, at)
            at += length
    return client_id, at


def _discard(queue: asyncio.Queue[_Pending]) -> None:
    """Coroutines that nobody will wait for any more."""
    while not queue.empty():
        body = queue.get_nowait().body
        if inspect.iscoroutine(body):
            body.close()
