"""The broker's end of the link: one engine at a time, of one process or several, on a private loopback port, behind a
token.

    server = LinkServer(schemas, token); LogStore.open(directory, server.setup); port = await server.start()
"""

from __future__ import annotations

import asyncio
import hmac
from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from rowtime.log import wire
from rowtime.log.api import Schemas
from rowtime.log.batch import BatchHeader
from rowtime.log.errors import LogError, StorageFull
from rowtime.log.frame import Event
from rowtime.log.link_session import LinkSession
from rowtime.log.partition import Partition
from rowtime.log.store import LogStore
from rowtime.log.topic import Topic
from rowtime.log.topics import KINDS as TOPIC_EVENTS
from rowtime.log.wire import Kind

EVENT = "engine"
_HELLO_LIMIT = 4096
_RETRY_SECONDS = 1.0


class LinkServer:
    """Owns what the engine must find again: its events, and where its steps are.

    on_lost    called when a connection of the engine ends
    sessions   by the number of the engine's process
    """

    def __init__(self, schemas: Schemas, token: str, on_lost: Callable[[], None] | None = None):
        self.schemas, self.on_lost = schemas, on_lost
        self.events: list[tuple[str, Any]] = []
        self.steps: dict[str, array[int]] = {}
        self.sessions: dict[int, LinkSession] = {}
        self._token = token.encode()
        self._store: LogStore | None = None
        self._server: asyncio.Server | None = None

    @property
    def store(self) -> LogStore:
        if self._store is None:
            raise LogError("the link has no log: pass its setup to LogStore.open")
        return self._store

    def setup(self, store: LogStore) -> None:
        """Registers what recovery is to feed; for `LogStore.open(directory, setup)`."""
        self._store = store
        store.on_event(EVENT, self._keep_event)
        store.on_step(self._keep_step)
        store.on_batch(self._arrived)
        store.on_durable(self._synced)
        for kind in TOPIC_EVENTS:
            store.on_event(kind, self._topics_changed)

    def _keep_event(self, seq: int, payload: Any) -> None:
        self.events.append((payload[0], payload[1]))

    def _keep_step(self, seq: int, task: str) -> None:
        seqs = self.steps.get(task)
        if seqs is None:
            seqs = self.steps[task] = array("q")
        seqs.append(seq)

    def _arrived(self, topic: Topic, partition: Partition, header: BatchHeader, seq: int) -> None:
        for session in self.sessions.values():
            session.arrived(topic.name, partition.number)

    def _synced(self, seq: int, moved: set[Partition]) -> None:
        for session in self.sessions.values():
            session.synced(seq)

    def _topics_changed(self, seq: int, payload: Any) -> None:
        for session in self.sessions.values():
            session.send_topics()

    def steps_after(self, task: str, after: int, at_most: int) -> list[int]:
        """Numbers of a task's frames after one, oldest first."""
        seqs = self.steps.get(task, array("q"))
        first = bisect_right(seqs, after)
        return list(seqs[first : first + at_most])

    def append_event(self, kind: str, payload: Any) -> int:
        return self.store.commit((), [Event(EVENT, [kind, payload])]).seq

    # connections

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen; the port."""
        self._server = await asyncio.get_running_loop().create_server(lambda: _Connection(self), host, port)
        return self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and drop the engine."""
        if self._server is not None:
            self._server.close()
        for session in self.sessions.values():
            session.transport.abort()
        if self._server is not None:
            await self._server.wait_closed()

    def admits(self, token: bytes) -> bool:
        return hmac.compare_digest(token, self._token)


class _Connection(asyncio.Protocol):
    """Until HELLO nothing but HELLO is understood."""

    def __init__(self, server: LinkServer):
        self._server = server
        self._splitter = wire.Splitter(_HELLO_LIMIT)
        self._session: LinkSession | None = None
        self._process = 0
        self._messages: deque[tuple[int, memoryview]] = deque()
        self._stalled = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self._messages.extend(self._splitter.feed(data))
            self._handle_messages()
        except LogError as error:
            self._refuse(error)

    def _handle_messages(self) -> None:
        """In order; those behind one that the full disk refuses wait with it."""
        while self._messages and not self._stalled:
            kind, payload = self._messages[0]
            try:
                if self._session is None:
                    self._greet(kind, bytes(payload))
                else:
                    self._session.handle(kind, payload, self._spawn)
            except StorageFull:
                self._stall()
                return
            self._messages.popleft()

    def _stall(self) -> None:
        assert self._transport is not None
        self._stalled = True
        self._transport.pause_reading()
        asyncio.get_running_loop().call_later(_RETRY_SECONDS, self._go_on)

    def _go_on(self) -> None:
        assert self._transport is not None
        self._stalled = False
        if self._transport.is_closing():
            return
        try:
            self._handle_messages()
        except LogError as error:
            self._refuse(error)
            return
        if not self._stalled:
            self._transport.resume_reading()

    def _refuse(self, error: LogError) -> None:
        assert self._transport is not None
        self._messages.clear()
        self._transport.write(wire.json_message(Kind.FAILED, [type(error).__name__, str(error)]))
        self._transport.close()

    def _greet(self, kind: int, greeting: bytes) -> None:
        token, _, process = greeting.partition(b" ")
        if kind != Kind.HELLO or not self._server.admits(token):
            raise LogError("the link was refused: wrong token")
        self._process = int(process or b"0")
        if self._process in self._server.sessions:
            raise LogError("the link was refused: an engine is connected already")
        assert self._transport is not None
        self._splitter.limit = wire.MAX_MESSAGE
        self._session = self._server.sessions[self._process] = LinkSession(self._server, self._transport)
        self._session.send_topics()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def pause_writing(self) -> None:
        if self._session is not None:
            self._session.paused = True

    def resume_writing(self) -> None:
        if self._session is not None:
            self._session.paused = False
            self._session.pump_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        for task in self._tasks:
            task.cancel()
        if self._session is not None:
            self._session.closed = True
            del self._server.sessions[self._process]
            if self._server.on_lost is not None:
                self._server.on_lost()
