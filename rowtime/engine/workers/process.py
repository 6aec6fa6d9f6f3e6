"""A worker process of the engine: `python -m rowtime.engine.workers.process`, started by the engine process.

Its environment is that of `rowtime.ksql.process`, and

ROWTIME_WORKER    its number, from 1
ROWTIME_WORKERS   how many processes the engine has, process 0 included

Questions come on standard input, answers go to standard output (`rowtime.engine.workers.channel`). It ends when it is
told to, when standard input closes, or when the broker is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    from rowtime.lean import start_lean

    start_lean()

from rowtime.addresses import Address
from rowtime.engine.config import engine_config
from rowtime.engine.engine import Engine
from rowtime.engine.workers import channel
from rowtime.engine.workers.share import Share
from rowtime.engine.workers.worker import Process0, Worker
from rowtime.errors import RowtimeError
from rowtime.lean import quiet_gc
from rowtime.log.link import LinkClient

Message = tuple[int, str, tuple[Any, ...]]
STOP: Message = (0, "stop", ())
GONE: Message = (0, "gone", ())
"""Process 0 has ended without a word."""


def listen(messages: asyncio.Queue[Message]) -> None:
    """What comes on standard input, from a thread of its own."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        while len(prefix := _read(channel.PREFIX)) == channel.PREFIX:
            _hand_over(loop, messages, channel.content(_read(channel.size_of(prefix))))
        _hand_over(loop, messages, GONE)

    threading.Thread(target=read, name="questions", daemon=True).start()


def _read(size: int) -> bytes:
    """So many bytes, fewer at the end."""
    data = b""
    while len(data) < size and (more := os.read(0, size - len(data))):
        data += more
    return data


def _hand_over(loop: asyncio.AbstractEventLoop, messages: asyncio.Queue[Message], message: Message) -> None:
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(messages.put_nowait, message)


def send(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


async def run(env: Mapping[str, str]) -> None:
    """Until told to stop."""
    messages: asyncio.Queue[Message] = asyncio.Queue()
    listen(messages)
    number, data_dir = int(env["ROWTIME_WORKER"]), env.get("ROWTIME_DATA_DIR")
    address = Address.parse(env["ROWTIME_LINK"])
    link = await LinkClient.connect(address.host, address.port, env["ROWTIME_LINK_TOKEN"], number)
    engine = Engine(link, link, engine_config(env), Path(data_dir) if data_dir else None,
                    share=Share(number, int(env["ROWTIME_WORKERS"])), team=Process0(send))
    await engine.start()
    quiet_gc()
    working = asyncio.create_task(engine.run())
    talking = asyncio.create_task(_talk(Worker(engine, send), messages))
    await asyncio.wait([working, talking, asyncio.ensure_future(link.lost())], return_when=asyncio.FIRST_COMPLETED)
    if talking.done():
        talking.result()
    elif working.done():
        working.result()
    working.cancel()
    if talking.done():
        await engine.stop()
        await link.close()


async def _talk(worker: Worker, messages: asyncio.Queue[Message]) -> None:
    """Until told to stop."""
    asking: set[asyncio.Task[None]] = set()
    while (message := await messages.get()) != STOP:
        if message == GONE:
            os._exit(1)
        task = asyncio.create_task(worker.heard(*message))
        asking.add(task)
        task.add_done_callback(asking.discard)


def main() -> int:
    """Exit code: 0 after an orderly stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        asyncio.run(run(os.environ))
    except (RowtimeError, OSError) as error:
        print(f"rowtime: engine worker {os.environ.get('ROWTIME_WORKER')}: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
