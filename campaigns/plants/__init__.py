"""Bugs planted into a sidecar, to see that the checker finds each of them.

A plant changes the Kafka client classes, or a function of the scorer, in the process of the sidecar under test, before
it starts; nothing of it is in the product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from campaigns.names import KAFKA, STOP, TEAR
from campaigns.plants import consuming, producing, scoring


@dataclass(frozen=True, slots=True)
class Plant:
    """about: one line. producer, consumer: classes mixed into the client's; patch: called once, before the start.
    only: the nemeses that bring it out, all where empty. broker: the only one it can be seen on, any where empty.
    """

    about: str
    producer: type | None = None
    consumer: type | None = None
    patch: Any = None
    only: tuple[str, ...] = ()
    broker: str = ""


PLANTS: dict[str, Plant] = {
    "offsets-first": Plant("offsets are committed on their own, before the outputs", producing.OffsetsFirst,
                           producing.Reachable),
    "offsets-later": Plant("offsets are committed on their own, after the outputs", producing.OffsetsLater,
                           producing.Reachable),
    "random-transactional-id": Plant("each start has a transactional.id of its own", producing.RandomId),
    "no-rewind": Plant("after an abort reading goes on where it was", None, consuming.NoRewind),
    "no-group-metadata": Plant("offsets are sent without the member's generation", producing.NoGroupMetadata,
                                only=(STOP,)),
    "positions-from-memory": Plant("after an error positions come from memory, not from the broker",
                                   producing.Remembering, consuming.FromMemory),
    "read-uncommitted": Plant("inputs of aborted transactions are scored", None, consuming.ReadUncommitted),
    "auto-commit": Plant("the consumer commits what it has read by itself", None, consuming.AutoCommit),
    "commit-on-revoke": Plant("read positions are committed when partitions are taken away", None,
                              consuming.CommitOnRevoke),
    "poison-dropped": Plant("what cannot be scored is left out", producing.PoisonDropped),
    "twice-on-retry": Plant("after an abort the outputs are written once more, on their own", producing.TwiceOnRetry),
    "error-swallowed": Plant("a failed commit is taken for a success", producing.ErrorSwallowed),
    "plain-producer": Plant("outputs are written outside the transaction", producing.OutsideTransaction),
    "default-partitioner": Plant("flags go to partitions by librdkafka's own hash", producing.DefaultPartitioner),
    "key-lost": Plant("flags have no key", producing.KeyLost),
    "timestamp-now": Plant("flags carry the time of writing", producing.TimestampNow),
    "headers-lost": Plant("headers of the input are left out", producing.HeadersLost),
    "batch-reversed": Plant("a batch is written from its end", producing.Reversed),
    "epoch-kept": Plant("after a request that may have been sent twice the producer goes on with its epoch",
                        patch=scoring.epoch_kept, only=(TEAR,), broker=KAFKA),
    "model-mid-transaction": Plant("a new model is taken in the middle of a batch", patch=scoring.model_mid_batch),
    "rows-shifted": Plant("flags of a batch get the score of the row beside them", patch=scoring.rows_shifted),
}
