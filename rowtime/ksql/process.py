"""The engine process: `python -m rowtime.ksql.process`, configured by environment variables.

ROWTIME_LINK           host:port of the broker's link
ROWTIME_LINK_TOKEN     secret of the link
ROWTIME_KSQL_LISTEN    host:port of the REST server (port 0: any)
ROWTIME_REGISTRY_URL   shown in SHOW PROPERTIES
ROWTIME_KAFKA          bootstrap.servers, shown in SHOW PROPERTIES
ROWTIME_DATA_DIR       the engine's own directory (snapshots)

It prints `ready HOST:PORT` once it answers, and ends on SIGTERM, SIGINT or when the broker goes away.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
from collections.abc import Mapping

from rowtime.engine import Engine
from rowtime.errors import RowtimeError
from rowtime.ksql.server import Server
from rowtime.ksql.service import Service
from rowtime.log.errors import LinkLost
from rowtime.log.link import LinkClient

log = logging.getLogger("rowtime.ksql")
EXIT_LOST, EXIT_FAILED = 3, 1


def required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name)
    if not value:
        raise SystemExit(f"{name} is not set: this process is started by `rowtime serve`")
    return value


def address(text: str, name: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise SystemExit(f"{name} must be host:port, not '{text}'")
    return host, int(port)


def engine_config(env: Mapping[str, str]) -> dict[str, object]:
    """ksqlDB's names for what the environment says; ROWTIME_CONFIG_* are passed on."""
    config: dict[str, object] = {
        "ksql.schema.registry.url": env.get("ROWTIME_REGISTRY_URL", ""),
        "ksql.streams.bootstrap.servers": env.get("ROWTIME_KAFKA", ""),
        "ksql.streams.state.dir": env.get("ROWTIME_DATA_DIR", ""),
    }
    if env.get("ROWTIME_CLUSTER_ID"):
        config["kafka.cluster.id"] = env["ROWTIME_CLUSTER_ID"]
    return config


async def run(env: Mapping[str, str]) -> int:
    """Exit code 0 after a signal, 3 when the broker is gone, 1 when the engine failed."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    link_host, link_port = address(required(env, "ROWTIME_LINK"), "ROWTIME_LINK")
    link = await LinkClient.connect(link_host, link_port, required(env, "ROWTIME_LINK_TOKEN"))
    engine = Engine(link, link, engine_config(env))
    await engine.start()
    host, port = address(required(env, "ROWTIME_KSQL_LISTEN"), "ROWTIME_KSQL_LISTEN")
    server = Server(Service(engine), host, port)
    await server.start()
    gc.collect()
    gc.freeze()
    running = asyncio.create_task(engine.run())
    print(f"ready {server.address}", flush=True)
    try:
        return await _until_over(running, stop)
    finally:
        await _shut_down(server, running, link)


async def _until_over(running: asyncio.Task[None], stop: asyncio.Event) -> int:
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not running.done():
        return 0
    error = running.exception()
    if isinstance(error, LinkLost):
        log.warning("%s", error)
        return EXIT_LOST
    log.error("the engine stopped: %s", error or "its loop ended", exc_info=error)
    return EXIT_FAILED


async def _shut_down(server: Server, running: asyncio.Task[None], link: LinkClient) -> None:
    await server.stop()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError, RowtimeError):
        await running
    with contextlib.suppress(RowtimeError):
        await link.close()


def main() -> None:
    logging.basicConfig(level=os.environ.get("ROWTIME_LOG_LEVEL", "WARNING"), stream=sys.stderr)
    try:
        raise SystemExit(asyncio.run(run(os.environ)))
    except RowtimeError as e:
        raise SystemExit(f"{e}") from e


if __name__ == "__main__":
    main()
