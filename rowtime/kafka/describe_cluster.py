"""DescribeCluster (60), versions 0 and 1: one broker."""

from __future__ import annotations

from typing import Any

from rowtime.kafka.errors import ErrorCode
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call
from rowtime.kafka.settings import BROKER_ID


def handle(node: Node, call: Call) -> dict[str, Any]:
    """Cluster id and address."""
    brokers = [{"broker_id": BROKER_ID, "host": node.host, "port": node.port}]
    return {
        "error_code": ErrorCode.none, "cluster_id": node.cluster_id, "controller_id": BROKER_ID, "brokers": brokers,
    }  # fmt: skip


API = Api(60, "describe_cluster", (0, 1), handle)
