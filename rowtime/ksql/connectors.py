"""Kafka Connect, which ksqlDB asks for connectors: not supported, and told as ksqlDB tells it where there is none."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from rowtime.errors import KsqlError

URL = "http://localhost:8083"
SECONDS = 5.0


async def refuse(url: str) -> None:
    """Raises KsqlError: nobody answers there, or connectors are not supported."""
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or 8083
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), SECONDS)
    except (OSError, TimeoutError) as e:
        reason = "Connect timed out" if isinstance(e, TimeoutError) else "Connection refused"
        where = f"{parts.scheme}://{host}:{port} [{host}/{await _address(host)}]"
        raise KsqlError(
            "io.confluent.ksql.util.KsqlServerException: org.apache.hc.client5.http.HttpHostConnectException: "
            f"Connect to {where} failed: {reason}\nCaused by: Could not connect to the server. Please check the server "
            "details are\n\tcorrect and that the server is running.", code=50000) from e  # fmt: skip
    writer.close()
    raise KsqlError(f"Connectors are not supported by this server. Kafka Connect answers at {url}: ask it.", code=50000)


async def _address(host: str) -> str:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, family=2)
    except OSError:
        return host
    return str(found[0][4][0])
