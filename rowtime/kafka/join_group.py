"""JoinGroup (11), versions 0 to 7: classic protocol. A new dynamic member gets its id first from version 4."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from rowtime.kafka.codec import milliseconds
from rowtime.kafka.errors import KafkaError
from rowtime.kafka.group import Answer
from rowtime.kafka.group_coordinator import Join
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """Answered when the generation is complete and on disk."""
    request = call.request
    session = milliseconds(request.session_timeout)
    rebalance = milliseconds(request.rebalance_timeout) if call.version >= 1 else session
    join = Join(
        group=request.group_id,
        member=request.member_id,
        instance=getattr(request, "group_instance_id", None),
        protocol_type=request.protocol_type,
        protocols=tuple((protocol.name, bytes(protocol.metadata)) for protocol in request.protocols),
        session_timeout=session,
        rebalance_timeout=rebalance if rebalance >= 0 else session,
        client_id=call.client_id,
        client_host=f"/{call.connection.client_host}",
        id_required=call.version >= 4,
    )
    try:
        return _answer(node, node.groups.join(join))
    except KafkaError as error:
        return _body({"error_code": error.code, "member_id": request.member_id})


async def _answer(node: Node, answer: Answer) -> Body:
    result = await answer
    await node.store.durable()
    return _body(result)


def _body(result: dict[str, Any]) -> dict[str, Any]:
    empty = {"generation_id": -1, "protocol_type": None, "protocol_name": "", "leader": "", "members": ()}
    return {**empty, **result}


API = Api(11, "join_group", (0, 7), handle)
