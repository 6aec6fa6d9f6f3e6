"""The broker process: the log, and at its doors Kafka's protocol, the Schema Registry's, and the engine's link.

Started by `rowtime serve`. Prints one line of JSON when ready, `{"kafka": "HOST:PORT", "registry": …, "link": …}`, or
`{"error": "…"}` and ends with exit code 1.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import os
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    from rowtime.lean import start_lean

    start_lean()

from rowtime.addresses import Address, listen
from rowtime.errors import RowtimeError
from rowtime.http_server import serve_http
from rowtime.kafka.node import Node
from rowtime.kafka.server import KafkaServer
from rowtime.kafka.settings import Settings
from rowtime.lifeline import watch
from rowtime.log.link_server import LinkServer
from rowtime.log.store import LogStore
from rowtime.registry.app import create_app
from rowtime.registry.store import SchemaStore


@dataclass(frozen=True, slots=True)
class Options:
    """What the process is started with; `any_host`: the HTTP port is open to the network."""

    data_dir: Path | None
    kafka: Address
    registry: Address
    advertised: Address | None
    token: str
    any_host: bool
    settings: Settings


async def run(options: Options) -> None:
    """Serve until told to stop; RowtimeError when that cannot go on."""
    stop = asyncio.Event()
    watch(stop)
    node, registry = Node(options.settings), SchemaStore()
    link = LinkServer(registry, options.token)

    def setup(store: LogStore) -> None:
        for part in (node, registry, link):
            part.setup(store)

    registry_socket = listen(options.registry)
    kafka_socket = listen(options.kafka)
    store = LogStore.open(options.data_dir, setup)
    store.attach(asyncio.get_running_loop())
    failures: list[BaseException] = []

    def failed(error: BaseException) -> None:
        failures.append(error)
        stop.set()

    store.on_failure(failed)
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    server = KafkaServer(node)
    try:
        node.start()
        kafka = await server.start(kafka_socket, options.advertised)
        link_port = await link.start()
        http = asyncio.create_task(serve_http(create_app(registry), registry_socket, stop, options.any_host))
        addresses = {
            "kafka": str(kafka), "registry": str(Address(options.registry.host, registry_socket.getsockname()[1])),
            "link": str(Address("127.0.0.1", link_port)),
        }  # fmt: skip
        print(json.dumps(addresses), flush=True)
        await stop.wait()
        await http
    finally:
        node.close()
        await server.stop()
        await link.close()
        store.close()
    if failures:
        raise RowtimeError(f"the disk failed: {failures[0]}; check it, then start again")


def _options(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(prog="python -m rowtime.broker", description=__doc__)
    parser.add_argument("--data-dir", type=Path, help="directory of the log; without it everything is in memory")
    parser.add_argument("--kafka", type=Address.parse, default=Address("127.0.0.1", 9092))
    parser.add_argument("--registry", type=Address.parse, default=Address("127.0.0.1", 8081))
    parser.add_argument("--advertise", type=Address.parse, help="address that Kafka clients are told")
    parser.add_argument("--any-host", action="store_true", help="the HTTP port is open to the network")
    given = parser.parse_args(arguments)
    token = os.environ.get("ROWTIME_LINK_TOKEN") or secrets.token_hex(16)
    return Options(given.data_dir, given.kafka, given.registry, given.advertise, token, given.any_host, Settings())


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 after an orderly stop."""
    options = _options(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(run(options))
    except (RowtimeError, OSError) as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
