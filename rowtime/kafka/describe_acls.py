"""DescribeAcls (29), versions 1 to 3: there is no authorizer, as on a real broker without one."""

from __future__ import annotations

from typing import Any

from rowtime.kafka.errors import ErrorCode
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call


def handle(node: Node, call: Call) -> dict[str, Any]:
    """SECURITY_DISABLED."""
    message = "No Authorizer is configured on the broker"
    return {"error_code": ErrorCode.security_disabled, "error_message": message, "resources": ()}


API = Api(29, "describe_acls", (1, 3), handle)
