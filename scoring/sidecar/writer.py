"""Which side the loop writes to: transactions, or at least once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from confluent_kafka import TopicPartition

from scoring.sidecar.at_least_once import AtLeastOnce
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.outputs import Outputs
from scoring.sidecar.source import Source
from scoring.sidecar.transaction import Transactions

Stopping = Callable[[], bool]


class Writer(Protocol):
    """What the loop needs of its producer; both raise TransactionAborted where the batch must be done again."""

    def begin(self, outputs: Outputs) -> None:
        """Send a batch's outputs."""

    def commit(self, offsets: list[TopicPartition], group_metadata: Any) -> None:
        """Make them and the offsets final; called from another thread."""


def source_and_writer(config: SidecarConfig, stopping: Stopping, giving_up: Stopping) -> tuple[Source, Writer]:
    """The two ends of a loop, as config.delivery says. giving_up: True where no call may be tried again."""
    if config.delivery == "at_least_once":
        source = Source(config, stopping)
        return source, AtLeastOnce(config, source.commit, giving_up)
    transactions = Transactions(config, giving_up)
    return Source(config, stopping), transactions
