"""ListGroups (16), versions 0 to 4."""

from __future__ import annotations

from typing import Any

from rowtime.kafka.errors import ErrorCode
from rowtime.kafka.group import EMPTY
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call


def handle(node: Node, call: Call) -> dict[str, Any]:
    """All groups, or those in the states asked for."""
    rows = dict.fromkeys(node.offsets.groups(), ("", EMPTY))
    rows |= {group.id: (group.protocol_type, group.state) for group in node.groups.groups.values()}
    states = {state.lower() for state in getattr(call.request, "states_filter", ())}
    groups = [
        {"group_id": name, "protocol_type": protocol_type, "group_state": state}
        for name, (protocol_type, state) in sorted(rows.items())
        if not states or state.lower() in states
    ]
    return {"error_code": ErrorCode.none, "groups": groups}


API = Api(16, "list_groups", (0, 4), handle)
