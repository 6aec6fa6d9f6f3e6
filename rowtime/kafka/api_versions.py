"""ApiVersions (18), versions 0 to 3.

A version not served is answered with a version 0 body and error 35, as a real broker does. Not here: features.
Produce is advertised from 0, though served from 3: older librdkafka compresses only where it sees version 0.
"""

from __future__ import annotations

import struct

from rowtime.kafka.errors import ErrorCode
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call


def handle(node: Node, call: Call) -> dict[str, object]:
    """Keys and versions."""
    keys = [{"api_key": key, "min_version": low, "max_version": high} for key, low, high in _ranges(node)]
    return {"error_code": ErrorCode.none, "api_keys": keys}


def unsupported_version(node: Node) -> bytes:
    """The version 0 body: the client learns what it may ask."""
    rows = [struct.pack(">hhh", *row) for row in _ranges(node)]
    return struct.pack(">hi", ErrorCode.unsupported_version, len(rows)) + b"".join(rows)


def _ranges(node: Node) -> list[tuple[int, int, int]]:
    found = []
    for key, api in sorted(node.apis.items()):
        low, high = api.versions
        found.append((key, low if api.advertised_from is None else api.advertised_from, high))
    return found


API = Api(18, "api_versions", (0, 3), handle)
