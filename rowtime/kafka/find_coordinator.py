"""FindCoordinator (10), versions 0 to 4: this broker, for every group and transactional id."""

from __future__ import annotations

from typing import Any

from rowtime.kafka.errors import ErrorCode
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call
from rowtime.kafka.settings import BROKER_ID

GROUP, TRANSACTION = 0, 1


def handle(node: Node, call: Call) -> dict[str, Any]:
    """Where the coordinator is."""
    here = {"node_id": BROKER_ID, "host": node.host, "port": node.port, "error_code": ErrorCode.none}
    nowhere = {"node_id": -1, "host": "", "port": -1, "error_code": ErrorCode.invalid_request}
    found = here if getattr(call.request, "key_type", GROUP) in (GROUP, TRANSACTION) else nowhere
    if call.version < 4:
        return found
    return {"coordinators": [{"key": key, **found} for key in call.request.coordinator_keys]}


API = Api(10, "find_coordinator", (0, 4), handle)
