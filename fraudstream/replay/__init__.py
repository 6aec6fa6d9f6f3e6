"""Transactions and their late labels into Kafka, from files or straight from the simulator."""

from fraudstream.replay.feed import Sent
from fraudstream.replay.live import simulate_live
from fraudstream.replay.replay import replay

__all__ = ["Sent", "replay", "simulate_live"]
