"""The engine process: `python -m rowtime.ksql.process`, configured by environment variables.

ROWTIME_LINK           HOST:PORT of the broker's link
ROWTIME_LINK_TOKEN     secret of the link
ROWTIME_KSQL_LISTEN    HOST:PORT of the REST server (port 0: any)
ROWTIME_REGISTRY_URL   shown in SHOW PROPERTIES
ROWTIME_KAFKA          bootstrap.servers, shown in SHOW PROPERTIES
ROWTIME_DATA_DIR       the engine's own directory (snapshots)
ROWTIME_ANY_HOST       not empty: the port is open to the network
ROWTIME_WORKERS        how many processes the engine's queries are divided among (1: this one)

`python -m rowtime.ksql.process -` starts beside a broker that is not ready yet: the broker's ready line comes on
standard input and stands for ROWTIME_LINK, ROWTIME_KAFKA and ROWTIME_REGISTRY_URL.

It prints `ready HOST:PORT` once it answers, or `error …`; it ends on SIGTERM, SIGINT, when the process that started it
is gone (standard input closes) or when the broker is.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

if __name__ == "__main__":
    from rowtime.lean import start_lean

    start_lean()

from rowtime.addresses import Address
from rowtime.engine import Engine
from rowtime.engine.config import engine_config
from rowtime.engine.workers.share import Share
from rowtime.engine.workers.team import Workers
from rowtime.errors import RowtimeError
from rowtime.ksql.server import Server
from rowtime.ksql.service import Service
from rowtime.lean import quiet_gc
from rowtime.lifeline import watch
from rowtime.log.errors import LinkLost
from rowtime.log.link import LinkClient

WATCH_SECONDS = 0.25


def required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name)
    if not value:
        raise RowtimeError(f"{name} is not set; `rowtime serve` starts this process with it")
    return value


async def run(env: Mapping[str, str]) -> None:
    """Serve until told to stop; RowtimeError when that cannot go on."""
    stop = asyncio.Event()
    watch(stop)
    address = Address.parse(required(env, "ROWTIME_LINK"))
    link = await LinkClient.connect(address.host, address.port, required(env, "ROWTIME_LINK_TOKEN"))
    data_dir = env.get("ROWTIME_DATA_DIR")
    workers = Workers(int(env.get("ROWTIME_WORKERS") or 1), link, lambda number: worker_environment(env, number))
    engine = Engine(link, link, engine_config(env), Path(data_dir) if data_dir else None,
                    share=Share(0, workers.count), team=workers)
    workers.engine = engine
    await engine.start()
    listen_at = Address.parse(required(env, "ROWTIME_KSQL_LISTEN"))
    server = Server(Service(engine), listen_at, bool(env.get("ROWTIME_ANY_HOST")))
    await server.start()
    quiet_gc()
    running = asyncio.create_task(engine.run())
    print(f"ready {server.address}", flush=True)
    watching = [asyncio.create_task(watch) for watch in (watch_link(link), workers.watch())]
    try:
        await until_over(stop, running, *watching)
    finally:
        for task in watching:
            task.cancel()
        await workers.stop()
        await shut_down(server, engine, running, link)


def worker_environment(env: Mapping[str, str], number: int) -> dict[str, str]:
    """What a worker is to know."""
    return {**{name: value for name, value in env.items() if name.startswith("ROWTIME_")},
            "ROWTIME_WORKER": str(number)}


async def watch_link(link: LinkClient) -> None:
    """Raises LinkLost once the broker is gone."""
    while True:
        await link.durable(0)
        await asyncio.sleep(WATCH_SECONDS)


async def until_over(stop: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Returns when told to stop; RowtimeError when one of the tasks ends by itself."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if stop.is_set():
        return
    error = next((t.exception() for t in tasks if t.done() and not t.cancelled()), None)
    if isinstance(error, LinkLost):
        raise error
    raise RowtimeError(f"the engine stopped: {error or 'its loop ended'}") from error


async def shut_down(server: Server, engine: Engine, running: asyncio.Task[None], link: LinkClient) -> None:
    await server.stop()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError, RowtimeError):
        await running
    with contextlib.suppress(RowtimeError):
        await engine.stop()
        await link.close()


def broker_addresses(line: str) -> dict[str, str]:
    """The broker's ready line as what the environment would say; RowtimeError when standard input ended before it."""
    if not line:
        raise RowtimeError("the broker did not start")
    addresses = json.loads(line)
    return {
        "ROWTIME_LINK": addresses["link"], "ROWTIME_KAFKA": addresses["kafka"],
        "ROWTIME_REGISTRY_URL": f"http://{addresses['registry']}",
    }  # fmt: skip


def main(arguments: Sequence[str] = ()) -> int:
    """Exit code: 0 after an orderly stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        env = {**os.environ, **broker_addresses(sys.stdin.readline())} if "-" in arguments else os.environ
        asyncio.run(run(env))
    except (RowtimeError, OSError) as error:
        print(f"error {error}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
