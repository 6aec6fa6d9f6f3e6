"""A proxy in front of a broker that drops, delays or holds back EndTxn requests and their answers."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
from collections import Counter, deque
from dataclasses import dataclass, field

END_TXN, TXN_OFFSET_COMMIT = 26, 28
LET_IN_SECONDS = 0.05
DROP, CUT, DROP_ANSWER, CUT_ANSWER = "drop", "cut", "drop answer", "cut answer"
DELAY, HOLD, LATE = "delay", "hold", "late"


@dataclass(frozen=True, slots=True)
class Tampering:
    """What happens to one EndTxn.

    drop: the request is swallowed. cut: so too, and the connection closed. drop answer, cut answer: the broker does
    it, but nobody hears. delay: it and what follows on its connection arrive later. hold: it alone arrives later, even
    when its client has given up and connected anew. late: held, and the connection closed at once: the client sends
    it again on a new one, and the first arrives where it does most harm: in the middle of the client's next
    transaction, before its offsets; or after these seconds.
    """

    kind: str
    seconds: float = 0.0


@dataclass(slots=True)
class _Link:
    """One connection: what to do with answers by correlation id, and requests still held."""

    answers: dict[int, str] = field(default_factory=dict)
    held: set[asyncio.Task[None]] = field(default_factory=set)


class Proxy:
    """Forwards 127.0.0.1:`port` to the broker at 127.0.0.1:`target`, in a thread of its own.

    spared: EndTxn requests of transactional ids that hold this are left alone.
    """

    def __init__(self, spared: bytes = b"upstream") -> None:
        self.target, self._spared = 0, spared
        self.done: Counter[str] = Counter()
        self._waiting: deque[Tampering] = deque()
        self._loop = asyncio.new_event_loop()
        self._connections: set[asyncio.Task[None]] = set()
        self._late: dict[bytes, asyncio.Event] = {}
        threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True).start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])

    def tamper(self, *tamperings: Tampering) -> None:
        """The next EndTxn requests get these, one each."""
        self._waiting.extend(tamperings)

    @property
    def waiting(self) -> int:
        """Tamperings that no EndTxn has met yet."""
        return len(self._waiting)

    def clear(self) -> None:
        """Forget what is waiting."""
        self._waiting.clear()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def _close(self) -> None:
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            upstream = await asyncio.open_connection("127.0.0.1", self.target)
            await self._forward(reader, writer, *upstream)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._connections.discard(task)

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, broker_reader: asyncio.StreamReader,
        broker_writer: asyncio.StreamWriter,
    ) -> None:
        link = _Link()
        ways = [asyncio.ensure_future(self._requests(reader, broker_writer, link)),
                asyncio.ensure_future(self._answers(broker_reader, writer, link))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            writer.close()
            if link.held:
                await asyncio.wait(link.held)
        finally:
            for task in (*ways, *link.held):
                task.cancel()
            await asyncio.gather(*ways, *link.held, return_exceptions=True)
            broker_writer.close()

    async def _requests(self, reader: asyncio.StreamReader, broker: asyncio.StreamWriter, link: _Link) -> None:
        while True:
            frame = await _frame(reader)
            key, _, correlation = struct.unpack_from(">hhi", frame, 4)
            if key == TXN_OFFSET_COMMIT and (late := self._late.pop(_client(frame), None)):
                late.set()
                await asyncio.sleep(LET_IN_SECONDS)
            if key == END_TXN and self._waiting and self._spared not in frame[:200]:
                if not await self._tamper(self._waiting.popleft(), frame, correlation, broker, link):
                    return
            else:
                broker.write(frame)
                await broker.drain()

    async def _tamper(
        self, how: Tampering, frame: bytes, correlation: int, broker: asyncio.StreamWriter, link: _Link
    ) -> bool:
        """Do it; False where the connection is to be closed."""
        self.done[how.kind] += 1
        if how.kind == CUT:
            return False
        if how.kind in (HOLD, LATE):
            now = asyncio.Event()
            if how.kind == LATE:
                self._late[_client(frame)] = now
            link.held.add(asyncio.ensure_future(_later(now, how.seconds, frame, broker)))
        if how.kind == DELAY:
            await asyncio.sleep(how.seconds)
        if how.kind in (DROP_ANSWER, CUT_ANSWER):
            link.answers[correlation] = how.kind
        if how.kind in (DELAY, DROP_ANSWER, CUT_ANSWER):
            broker.write(frame)
            await broker.drain()
        return how.kind != LATE

    async def _answers(self, broker: asyncio.StreamReader, writer: asyncio.StreamWriter, link: _Link) -> None:
        while True:
            frame = await _frame(broker)
            how = link.answers.pop(struct.unpack_from(">i", frame, 4)[0], "") if link.answers else ""
            if how == CUT_ANSWER:
                return
            if not how:
                writer.write(frame)
                with contextlib.suppress(ConnectionError):
                    await writer.drain()


async def _later(now: asyncio.Event, seconds: float, frame: bytes, broker: asyncio.StreamWriter) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(now.wait(), seconds)
    with contextlib.suppress(ConnectionError):
        broker.write(frame)
        await broker.drain()
        await asyncio.sleep(1.0)


def _client(frame: bytes) -> bytes:
    """The client.id in a request's header."""
    return frame[14:14 + max(int.from_bytes(frame[12:14], "big", signed=True), 0)]


async def _frame(reader: asyncio.StreamReader) -> bytes:
    """A length and so many bytes."""
    head = await reader.readexactly(4)
    return head + await reader.readexactly(int.from_bytes(head, "big"))
