"""DescribeLogDirs (35), versions 1 to 4: sizes of partitions, in one directory."""

from __future__ import annotations

from typing import Any

from rowtime.kafka.errors import ErrorCode
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call


def handle(node: Node, call: Call) -> dict[str, Any]:
    """All partitions, or those named."""
    asked = call.request.topics
    wanted = None if asked is None else {(topic.topic, number) for topic in asked for number in topic.partitions}
    topics = []
    for topic in node.store.topics.values():
        rows = [
            {
                "partition_index": number, "partition_size": partition.size_in_bytes, "offset_lag": 0,
                "is_future_key": False,
            }
            for number, partition in enumerate(topic.partitions)
            if wanted is None or (topic.name, number) in wanted
        ]  # fmt: skip
        if rows:
            topics.append({"name": topic.name, "partitions": rows})
    return {"error_code": ErrorCode.none, "results": [{"log_dir": "log", "topics": topics}]}


API = Api(35, "describe_log_dirs", (1, 4), handle)
