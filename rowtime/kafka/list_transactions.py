"""ListTransactions (66), versions 0 and 1."""

from __future__ import annotations

from typing import Any

from rowtime.kafka.errors import ErrorCode
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call
from rowtime.kafka.transactions import ABORTED, COMMITTED, EMPTY, ONGOING

_STATES = (EMPTY, ONGOING, COMMITTED, ABORTED, "PrepareCommit", "PrepareAbort", "Dead", "PrepareEpochFence")


def handle(node: Node, call: Call) -> dict[str, Any]:
    """Those that pass the filters."""
    request = call.request
    longer = getattr(request, "duration_filter", -1)
    rows = [
        {
            "transactional_id": known.transactional_id, "producer_id": known.producer_id,
            "transaction_state": known.status,
        }
        for known in node.transactions.all()
        if (not request.state_filters or known.status in request.state_filters)
        and (not request.producer_id_filters or known.producer_id in request.producer_id_filters)
        and (longer < 0 or (known.status == ONGOING and node.clock.wall() - known.started > longer))
    ]  # fmt: skip
    unknown = [state for state in request.state_filters if state not in _STATES]
    return {"error_code": ErrorCode.none, "unknown_state_filters": unknown, "transaction_states": rows}


API = Api(66, "list_transactions", (0, 1), handle)
